"""The one door to child processes.

A child gets its own session, no standard input, and files for its output, so that a
grandchild which inherits the output cannot keep us waiting. When the child is done, or
its time is up, everything it started is ended: first its process group, then whatever
left the group but still carries the mark that we put into its environment.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import subprocess  # nosec B404  # this module is the one place that starts programs
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.engine.descendants import MARK, adopt_orphans, children, sweep

_GRACE_SECONDS = 2.0
_POLL_SECONDS = 0.5
_OUTPUT_LIMIT = 512 * 1024 * 1024
_TAIL_BYTES = 4000
RESULT = "result"


@dataclass(frozen=True, slots=True)
class Command:
    """What to start. `timeout` is in seconds; `output` is a folder for the streams.

    `produces` is a file outside of it that the program has to write anew.
    """

    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    timeout: float
    output: Path
    produces: Path | None = None
    prints_result: bool = False

    @property
    def result(self) -> Path:
        """Where the result lies when the program has ended, if it made one."""
        return self.output / ("stdout" if self.prints_result else RESULT)


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
        self._not_ours = frozenset(children())
        adopt_orphans()
        self._lock = threading.Lock()
        self._running: dict[int, Path] = {}
        self._cancelled = False

    def cancel(self) -> None:
        """End every running child and refuse to start another."""
        with self._lock:
            self._cancelled = True
            outputs = set(self._running.values())
        self.end(outputs)

    def end(self, outputs: Collection[Path]) -> None:
        """End the running children whose output goes to one of these folders."""
        with self._lock:
            running = [pid for pid, path in self._running.items() if path in outputs]
        for pid in running:
            _signal_group(pid, signal.SIGKILL)

    def close(self) -> None:
        """End whatever is left of all children, when the last of them has been run.

        A grandchild that left the group, the session and the environment it was given
        is ours by now, since its parent is gone and we adopt orphans.
        """
        self.cancel()
        for _ in range(50):
            left = set(children()) - self._not_ours
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
        with _fresh_result(command):
            return self._run(command)

    def _run(self, command: Command) -> Outcome:
        mark = secrets.token_hex(16)
        environment = {**command.environment, MARK: mark}
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
            sweep(mark)
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
            self._running[child.pid] = command.output
            return child


@contextlib.contextmanager
def _fresh_result(command: Command) -> Iterator[None]:
    """Put an old result aside, so that what lies there afterwards is new.

    The old one comes back where the program wrote none.
    """
    path, aside = command.produces, command.output / "before"
    if path is None:
        yield
        return
    if path.is_file():
        shutil.move(path, aside)
    try:
        yield
    finally:
        if path.is_file() and not path.is_symlink():
            shutil.copyfile(path, command.output / RESULT)
        elif aside.exists():
            shutil.move(aside, path)


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
