"""Runs tasks side by side, each after what it needs, and stops cleanly.

Every task begins as soon as it may, and every process that it starts waits for a slot.
So all slots are in use as long as there is anything to do. The longest come first, and
short ones fill the gaps at the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass

from gatekeeper.engine.slots import Claim, Slots
from gatekeeper.model import Run

#: What is not known is taken for longer than anything that is.
_UNKNOWN_SECONDS = 1e6
#: Usually the longest first; decides between those of which nothing is known.
_USUAL_ORDER = (
    "pytest mypy flake8 safety bandit pip-audit coverage ruff requirements environment"
    " routes performance"
).split()
#: So much of a processor may be missing to a task before it gets one more.
_TOLERANCE = 0.2


@dataclass(frozen=True, slots=True)
class Turns:
    """What a task may use: `workers` processors within one process, and a slot for each
    process, which `next` waits for and holds.
    """

    workers: int
    next: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Task:
    """One tool to run. `start` gets the run of the tool named by `after`.

    A task that is `alone` runs when all others are done, since they would disturb it.
    `seconds` is how long it is expected to take, None where nobody knows. It has so
    many `pieces` that may run side by side; a `divisible` one keeps several processors
    busy with a single process. What starts no `processes` keeps no place for them.
    """

    tool: str
    start: Callable[[Run | None, Turns], Run]
    after: str | None = None
    alone: bool = False
    seconds: float | None = None
    pieces: int = 1
    divisible: bool = False
    processes: bool = True


def run_all(
    tasks: Sequence[Task],
    jobs: int,
    cancel: Callable[[], None],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Run]:
    """Yield each run as it ends. No more than `jobs` processors are used at a time.

    `cancel` ends all children; it is called before anything that leaves early, since
    leaving means to wait for the threads. Once `stopped` says so, nothing is started
    any more, and what runs is still yielded.
    """
    slots = Slots(jobs)
    with ThreadPoolExecutor(len(tasks) or 1, thread_name_prefix="tool") as pool:
        try:
            yield from _Schedule(tasks, jobs, slots, pool).run(stopped)
        except BaseException:
            cancel()
            slots.close()
            raise


class _Schedule:
    def __init__(
        self, tasks: Sequence[Task], jobs: int, slots: Slots, pool: ThreadPoolExecutor
    ) -> None:
        self._jobs, self._slots, self._pool = jobs, slots, pool
        self._tasks = tasks
        self._waiting = sorted(tasks, key=self._urgency, reverse=True)
        self._done: dict[str, Run] = {}
        self._running: dict[Future[Run], str] = {}

    def run(self, stopped: Callable[[], bool]) -> Iterator[Run]:
        while self._waiting or self._running:
            if stopped():
                self._waiting.clear()
                self._slots.close()
            for task in self._ready():
                self._waiting.remove(task)
                self._start(task)
            # Not for ever: a signal that comes just before the wait is noticed after.
            ended, _ = wait(self._running, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in sorted(ended, key=lambda f: self._running[f]):
                tool = self._running.pop(future)
                self._done[tool] = future.result()
                yield self._done[tool]

    def _ready(self) -> list[Task]:
        """What may start now; a task that must be alone when nothing else is left."""
        pending = {*self._running.values(), *(task.tool for task in self._waiting)}
        ready = [task for task in self._waiting if task.after not in pending]
        if any(not task.alone for task in self._waiting):
            return [task for task in ready if not task.alone]
        return [] if self._running else ready[:1]

    def _start(self, task: Task) -> None:
        urgency, workers = self._urgency(task)[0], self._workers(task)
        first = [self._slots.claim(urgency, workers)] if task.processes else []

        def turn() -> AbstractContextManager[None]:
            claim = first.pop() if first else self._slots.claim(urgency, workers)
            return claim.taken()

        def work(upstream: Run | None) -> Run:
            try:
                return task.start(upstream, Turns(workers, turn))
            finally:
                _drop(first)

        upstream = self._done.get(task.after) if task.after else None
        self._running[self._pool.submit(work, upstream)] = task.tool

    def _urgency(self, task: Task) -> tuple[float, int]:
        """How long one piece is expected to take, with what has to wait for it."""
        following = [t for t in self._tasks if t.after == task.tool]
        rest = max((self._urgency(t)[0] for t in following), default=0.0)
        seconds = _UNKNOWN_SECONDS if task.seconds is None else task.seconds
        return seconds / task.pieces + rest, -_USUAL_ORDER.index(task.tool)

    def _workers(self, task: Task) -> int:
        """Of all processors, a divisible task gets the part that its time is of all."""
        others = [t for t in self._tasks if t is not task and not t.alone]
        if not task.divisible:
            return 1
        if task.alone or not others:
            return self._jobs
        times = [t.seconds for t in (task, *others)]
        known = [seconds for seconds in times if seconds is not None]
        if len(known) < len(times) or not sum(known):
            return min(self._jobs, max(2, self._jobs - 1))
        part = self._jobs * known[0] / sum(known)
        return max(1, math.ceil(part - _TOLERANCE))


def _drop(claims: Collection[Claim]) -> None:
    """Leave the queue where a task ended without starting any process."""
    for claim in claims:
        claim.drop()
