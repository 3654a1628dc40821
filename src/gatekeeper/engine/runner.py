"""Runs one tool through its adapter. A broken tool is a result, not an exception."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import repeat
from traceback import format_exc

from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.model import Run, RunStatus
from gatekeeper.probe.bootstrap import ABSENT
from gatekeeper.tools.base import Adapter, Job, ToolError
from gatekeeper.tools.own_settings import with_settings

#: Waits for the permission to start one process, and holds it meanwhile.
Turn = Callable[[], AbstractContextManager[None]]


def run_tool(
    adapter: Adapter, job: Job, processes: Processes, turn: Turn = nullcontext
) -> Run:
    """Start what the adapter says, and read what came back."""
    started, busy = time.monotonic(), _Busy(turn)
    outcomes: list[Outcome] = []
    commands: tuple[Command, ...] = ()
    surprise = ""
    status, reason, fix, measurement = RunStatus.COMPLETED, "", "", None
    try:
        commands = adapter.commands(job)
        _run(adapter, job, commands, processes, busy, outcomes)
        measurement = with_settings(adapter.parse(job, outcomes), job)
    except ToolError as error:
        status, reason, fix = error.status, str(error), error.fix
    except OSError as error:
        status, reason = RunStatus.UNREADABLE, f"{adapter.name}: {error}"
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Our own mistake, which must neither end the other tools nor go unseen.
        status = RunStatus.UNREADABLE
        reason = f"gatekeeper does not understand what {adapter.name} said: {error!r}"
        fix, surprise = "please report this with the lines of stderr_tail", format_exc()
    own = measurement.version if measurement else None
    return Run(
        tool=adapter.name,
        status=status,
        command=commands[0].argv if commands else (),
        version=adapter.installed_version() or own,
        exit_code=_worst(outcomes),
        duration_seconds=time.monotonic() - started - busy.waited(),
        stderr_tail=surprise or (outcomes[-1].stderr_tail if outcomes else ""),
        reason=reason,
        fix=fix,
        measurement=measurement,
    )


class _Busy:
    """Takes turns, and knows how long nothing was done but to wait for one."""

    def __init__(self, turn: Turn) -> None:
        self._turn, self._lock = turn, threading.Lock()
        self._at_work, self._idle, self._since = 0, 0.0, time.monotonic()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and take it."""
        if not self._at_work:
            self._since = time.monotonic()
        with self._turn():
            self._count(1)
            try:
                yield
            finally:
                self._count(-1)

    def waited(self) -> float:
        """Seconds in which no process ran, since none was allowed to."""
        return self._idle

    def _count(self, change: int) -> None:
        with self._lock:
            if not self._at_work:
                self._idle += time.monotonic() - self._since
            self._at_work += change
            self._since = time.monotonic()


def _run(
    adapter: Adapter,
    job: Job,
    commands: Sequence[Command],
    processes: Processes,
    busy: _Busy,
    outcomes: list[Outcome],
) -> None:
    """Add the outcomes in the order of the commands, up to one without a result."""

    def start(command: Command, ended: list[Outcome]) -> None:
        ended.append(processes.run(command))
        _must_carry_result(adapter, job, ended[-1])

    workers = min(job.workers, len(commands)) if adapter.concurrent else 1
    if workers > 1:
        _side_by_side(start, busy, workers, commands, processes, outcomes)
        return
    for command in commands:
        with busy.turn():
            start(command, outcomes)


def _side_by_side(
    start: Callable[[Command, list[Outcome]], None],
    busy: _Busy,
    workers: int,
    commands: Sequence[Command],
    processes: Processes,
    outcomes: list[Outcome],
) -> None:
    """Start all, so many at a time; as soon as one has no result, end the others."""
    ended: list[list[Outcome]] = [[] for _ in commands]
    failed = threading.Event()

    def begin(command: Command, outcome: list[Outcome]) -> None:
        with busy.turn():
            if failed.is_set():
                return
            try:
                start(command, outcome)
            except BaseException:
                failed.set()  # before this thread takes the next command
                raise

    with ThreadPoolExecutor(workers) as pool:
        futures = list(map(pool.submit, repeat(begin), commands, ended))
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        while not all(future.done() for future in futures):
            # More than once: a thread may be just about to start its command.
            processes.end({command.output for command in commands})
            wait(futures, timeout=0.1)
    for future, outcome in zip(futures, ended, strict=True):
        # One that we have ended must not pass for the one that went wrong.
        if future in done:
            outcomes += outcome
            future.result()


def _worst(outcomes: Sequence[Outcome]) -> int | None:
    codes = [outcome.exit_code for outcome in outcomes]
    return next((code for code in codes if code), codes[-1] if codes else None)


def _must_carry_result(adapter: Adapter, job: Job, outcome: Outcome) -> None:
    """Raise unless the process ended in a way that can carry a result."""
    name, code = adapter.name, outcome.exit_code
    if outcome.cancelled:
        raise ToolError(f"{name} was ended before it was done", RunStatus.CRASHED)
    if outcome.timed_out:
        limit = outcome.command.timeout
        raise ToolError(
            f"{name} was ended after {limit:g} s, its time limit",
            RunStatus.TIMED_OUT,
            fix=f"find out what it waits for, or raise `timeout` under tools.{name}",
        )
    if outcome.flooded:
        raise ToolError(f"{name} printed more than 512 MB and was ended")
    if outcome.start_error or code == ABSENT:
        raise _missing(adapter, job, outcome)
    if code is None or code < 0:
        raise ToolError(f"{name} was killed by {_signal(code)}", RunStatus.CRASHED)
    if code not in adapter.verdict_codes:
        meaning = adapter.exit_meanings.get(code) or _last_words(outcome)
        raise ToolError(f"{name} ended with {code}: {meaning}", RunStatus.CRASHED)


def _missing(adapter: Adapter, job: Job, outcome: Outcome) -> ToolError:
    python = (
        job.python if adapter.interpreter == "project" else "gatekeeper's own python"
    )
    needed = {adapter.name, *(job.companions.keys() - {"routes"})}
    detail = outcome.start_error or outcome.stderr_tail.strip()
    return ToolError(
        f"{adapter.name} is missing: {detail}",
        RunStatus.MISSING,
        fix=f"{python} -m pip install {' '.join(sorted(needed))}",
    )


def _signal(code: int | None) -> str:
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"signal {code}"


def _last_words(outcome: Outcome) -> str:
    lines = (outcome.stderr_tail.strip() or outcome.stdout.strip()).splitlines()
    return " / ".join(lines[-3:])[-400:] or "it said nothing"
