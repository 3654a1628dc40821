"""Runs tasks side by side, each after what it needs, and stops cleanly."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from gatekeeper.model import Run

#: Usually the longest first, so that the short ones fill the gaps at the end.
_LONGEST_FIRST = (
    "pytest",
    "mypy",
    "flake8",
    "safety",
    "bandit",
    "pip-audit",
    "coverage",
    "ruff",
    "requirements",
    "environment",
    "routes",
    "performance",
)


@dataclass(frozen=True, slots=True)
class Task:
    """One tool to run. `start` gets the run of the tool named by `after`.

    A task that is `alone` runs when all others are done, since they would disturb it.
    """

    tool: str
    start: Callable[[Run | None], Run]
    after: str | None = None
    alone: bool = False


def run_all(
    tasks: Sequence[Task], jobs: int, cancel: Callable[[], None]
) -> Iterator[Run]:
    """Yield each run as it ends.

    `cancel` ends all children; it is called before anything that leaves early, since
    leaving means to wait for the threads.
    """
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="tool") as pool:
        try:
            yield from _run_all(tasks, jobs, pool)
        except BaseException:
            cancel()
            raise


def _run_all(
    tasks: Sequence[Task], jobs: int, pool: ThreadPoolExecutor
) -> Iterator[Run]:
    waiting = sorted(tasks, key=lambda task: _LONGEST_FIRST.index(task.tool))
    done: dict[str, Run] = {}
    running: dict[Future[Run], str] = {}
    while waiting or running:
        for task in _ready(waiting, done, busy=bool(running))[: jobs - len(running)]:
            waiting.remove(task)
            upstream = done.get(task.after) if task.after else None
            running[pool.submit(task.start, upstream)] = task.tool
        # Not for ever: a signal that comes just before the wait is noticed after it.
        finished, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda f: running[f]):
            tool = running.pop(future)
            done[tool] = future.result()
            yield done[tool]


def _ready(waiting: Sequence[Task], done: Container[str], *, busy: bool) -> list[Task]:
    """What may start now; a task that must be alone only when nothing else is left."""
    ready = [t for t in waiting if t.after is None or t.after in done]
    if any(not task.alone for task in waiting):
        return [task for task in ready if not task.alone]
    return [] if busy else ready[:1]
