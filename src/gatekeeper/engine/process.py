"""The one door to child processes.

A child gets its own session, no standard input, and files for its output, so that a
grandchild which inherits the output cannot keep us waiting. When the child is done, or
its time is up, everything it started is ended: first its process group, then whatever
left the group but still carries the mark that we put into its environment.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import select
import signal
import subprocess  # nosec B404  # this module is the one place that starts programs
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_GRACE_SECONDS = 2.0
_POLL_SECONDS = 0.5
_OUTPUT_LIMIT = 512 * 1024 * 1024
_TAIL_BYTES = 4000
_MARK = "GATEKEEPER_RUN"
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Command:
    """What to start. `timeout` is in seconds; `output` is a folder for the streams."""

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    timeout: float
    output: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command. `exit_code` is negative where a signal ended it."""

    command: Command
    exit_code: int | None
    duration_seconds: float
    timed_out: bool = False
    cancelled: bool = False
    flooded: bool = False
    start_error: str = ""

    @property
    def stdout(self) -> str:
        """Everything the program printed; bytes that are no UTF-8 become surrogates."""
        return _read(self.command.output / "stdout")

    @property
    def stderr_tail(self) -> str:
        """The last lines of what the program complained about."""
        return _read(self.command.output / "stderr", _TAIL_BYTES)


def _read(path: Path, tail: int | None = None) -> str:
    try:
        with path.open("rb") as stream:
            if tail is not None:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - tail))
            return stream.read().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""


class Processes:
    """Starts children and knows those that run, so that all can be ended at once."""

    def __init__(self) -> None:
        self._not_ours = frozenset(_children())
        _adopt_orphans()
        self._lock = threading.Lock()
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._cancelled = False

    def cancel(self) -> None:
        """End every running child and refuse to start another."""
        with self._lock:
            self._cancelled = True
            running = list(self._running)
        for pid in running:
            _signal_group(pid, signal.SIGKILL)

    def close(self) -> None:
        """End whatever is left of all children, when the last of them has been run.

        A grandchild that left the group, the session and the environment it was given
        is ours by now, since its parent is gone and we adopt orphans.
        """
        self.cancel()
        for _ in range(50):
            left = set(_children()) - self._not_ours
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def run(self, command: Command) -> Outcome:
        """Run one command to its end, its time limit, or our cancellation."""
        command.output.mkdir(parents=True, exist_ok=True)
        mark = secrets.token_hex(16)
        environment = {**command.environment, _MARK: mark}
        started = time.monotonic()
        try:
            child = self._start(command, environment)
        except OSError as error:
            seconds = time.monotonic() - started
            return Outcome(command, None, seconds, start_error=str(error))
        if child is None:
            return Outcome(command, None, 0.0, cancelled=True)
        timed_out = flooded = False
        try:
            for _ in _until_exit(child):
                timed_out = time.monotonic() - started >= command.timeout
                flooded = _written(command.output) > _OUTPUT_LIMIT
                if timed_out or flooded:
                    _end(child)
        finally:
            _signal_group(child.pid, signal.SIGKILL)
            child.wait()
            with self._lock:
                self._running.pop(child.pid, None)
            _sweep(mark)
        return Outcome(
            command,
            child.returncode,
            time.monotonic() - started,
            timed_out=timed_out,
            flooded=flooded,
            cancelled=self._cancelled,
        )

    def _start(
        self, command: Command, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes] | None:
        """Start under the lock, so that `cancel` sees the child or prevents it."""
        with (
            (command.output / "stdout").open("wb") as stdout,
            (command.output / "stderr").open("wb") as stderr,
            self._lock,
        ):
            if self._cancelled:
                return None
            child = subprocess.Popen(  # nosec B603  # an argument list, never a shell
                command.argv,
                cwd=command.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            self._running[child.pid] = child
            return child


def _until_exit(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Yield now and then until the child has exited; return at once when it has."""
    with contextlib.ExitStack() as stack:
        poller = None
        if hasattr(os, "pidfd_open"):
            descriptor = os.pidfd_open(child.pid)
            stack.callback(os.close, descriptor)
            poller = select.poll()
            poller.register(descriptor, select.POLLIN)
        while True:
            if poller is not None:
                poller.poll(_POLL_SECONDS * 1000)
                if child.poll() is not None:
                    return
            else:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(_POLL_SECONDS)
                    return
            yield


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to stop, then make it."""
    _signal_group(child.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_GRACE_SECONDS)
    _signal_group(child.pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _written(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in folder.iterdir())


def _sweep(mark: str) -> None:
    """Kill what escaped the group by a session of its own. Needs /proc, so Linux."""
    needle = f"{_MARK}={mark}".encode()
    for _ in range(10):
        survivors = [pid for pid in _process_ids() if needle in _environ(pid)]
        if not survivors:
            return
        for pid in survivors:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _process_ids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except FileNotFoundError:
        return []


def _adopt_orphans() -> None:
    """Become the parent of descendants whose parents end; see prctl(2). Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> list[int]:
    """Processes whose parent we are, by /proc/PID/stat, whose fourth field says so."""
    ours = str(os.getpid())
    return [pid for pid in _process_ids() if _stat(pid)[1:2] == [ours]]


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
