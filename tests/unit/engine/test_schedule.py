"""Which tool runs when and with how many workers, told by a clock that we move."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection
from concurrent.futures import Future
from concurrent.futures import wait as really_wait
from typing import Any

import pytest

from gatekeeper.engine.schedule import Task, Turns, run_all
from gatekeeper.model import Run, RunStatus

TOOLS = ("pytest", "mypy", "flake8", "safety", "bandit", "pip-audit", "ruff")
LONG = 60  # seconds, of which none is spent unless something is wrong


class Clock:
    """Time passes when the schedule waits: until the first running task is done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
        monkeypatch.setattr("gatekeeper.engine.schedule.wait", self.wait)
        self.jobs = jobs
        self.now = 0.0
        self.changed = threading.Condition()
        self.running: dict[str, float] = {}
        self.in_use: dict[str, int] = {}
        self.order: list[str] = []
        self.workers: dict[str, int] = {}
        self.upstreams: dict[str, str] = {}
        self.met: dict[str, set[str]] = {}
        self.takes: dict[str, float] = {}

    def task(self, tool: str, takes: float = 1.0, **facts: Any) -> Task:
        """A task that one worker needs so many seconds for, as is known beforehand."""
        self.takes[tool] = takes

        def start(upstream: Run | None, turns: Turns) -> Run:
            if upstream:
                self.upstreams[tool] = upstream.tool
            with turns.next(), self.changed:
                self._begin(tool, takes, turns.workers)
                assert self.changed.wait_for(lambda: tool not in self.running, LONG)
            return Run(tool, RunStatus.COMPLETED)

        return Task(tool, start, **{"seconds": takes, **facts})

    def _begin(self, tool: str, takes: float, workers: int) -> None:
        self.order.append(tool)
        self.running[tool] = self.now + takes / workers
        self.in_use[tool] = self.workers[tool] = workers
        assert sum(self.in_use.values()) <= self.jobs
        for one in self.in_use:
            self.met.setdefault(one, set()).update(self.in_use.keys() - {one})
        self.changed.notify_all()

    def wait(
        self, futures: Collection[Future[Run]], timeout: float, return_when: str
    ) -> object:
        """In the place of concurrent.futures.wait; no second is really waited for."""
        if futures:
            with self.changed:
                assert self.changed.wait_for(lambda: self._is_busy(len(futures)), LONG)
                first = min(self.running, key=lambda tool: (self.running[tool], tool))
                self.now = self.running.pop(first)
                del self.in_use[first]
                self.changed.notify_all()
        return really_wait(futures, return_when=return_when)

    def _is_busy(self, begun: int) -> bool:
        """Whether all slots are in use, or everything that began."""
        unserved = begun - len(self.running)
        return not unserved or self.jobs == sum(self.in_use.values())

    def run(self, *tasks: Task) -> float:
        """Run all of them, each once; gives the time when the last was done."""
        runs = [run.tool for run in run_all(tasks, self.jobs, lambda: None)]
        assert sorted(runs) == sorted(self.takes)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Clock:
    """A clock with two processors, or as many as a test is marked to have."""
    return Clock(monkeypatch, getattr(request, "param", 2))


def processors(number: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("clock", [number], indirect=True)


@processors(1)
def test_what_took_longest_before_is_first_whatever_is_usual(clock: Clock) -> None:
    clock.run(
        clock.task("pytest", 2), clock.task("ruff", 9), clock.task("pip-audit", 5)
    )
    assert clock.order == ["ruff", "pip-audit", "pytest"]


@processors(1)
def test_of_what_was_never_run_the_usually_longest_is_first(clock: Clock) -> None:
    names = ("ruff", "bandit", "pytest", "mypy", "flake8")
    clock.run(*(clock.task(name, seconds=None) for name in names))
    assert clock.order == ["pytest", "mypy", "flake8", "bandit", "ruff"]


@processors(1)
def test_what_was_never_run_is_taken_for_longer_than_what_was(clock: Clock) -> None:
    clock.run(clock.task("pytest", 500), clock.task("bandit", seconds=None))
    assert clock.order == ["bandit", "pytest"]


def test_the_long_one_is_not_left_for_the_end(clock: Clock) -> None:
    short = [clock.task(name, 4) for name in ("mypy", "bandit", "safety")]
    assert clock.run(*short, clock.task("ruff", 12)) == 12


@processors(1)
def test_what_comes_in_pieces_fills_the_gaps(clock: Clock) -> None:
    clock.run(clock.task("flake8", 40, pieces=8), clock.task("mypy", 7))
    assert clock.order == ["mypy", "flake8"]


def test_a_chain_counts_as_a_whole(clock: Clock) -> None:
    """Neither part is the longest, and both have to be done one after the other."""
    end = clock.run(
        clock.task("mypy", 8),
        clock.task("bandit", 8),
        clock.task("pytest", 6),
        clock.task("coverage", 5, after="pytest"),
    )
    assert set(clock.order[:2]) == {"mypy", "pytest"}
    assert end == 14  # and not 19, as it would be after mypy and bandit
    assert clock.upstreams == {"coverage": "pytest"}


def test_what_needs_another_that_is_not_asked_for_is_run(clock: Clock) -> None:
    assert clock.run(clock.task("coverage", 5, after="pytest")) == 5
    assert clock.upstreams == {}


def test_a_measurement_waits_for_all_others_and_meets_none(clock: Clock) -> None:
    clock.run(
        clock.task("performance", 90, alone=True),
        clock.task("pytest", 7),
        clock.task("coverage", 1, after="pytest"),
        clock.task("flake8", 3),
    )
    assert clock.order[-1] == "performance"
    assert clock.met["performance"] == set()


def test_results_that_are_only_read_wait_for_nobody(clock: Clock) -> None:
    clock.run(clock.task("performance"), clock.task("pytest"))
    assert clock.met["performance"] == {"pytest"}


def test_measurements_do_not_meet_each_other(clock: Clock) -> None:
    tasks = [clock.task(tool, alone=True) for tool in ("performance", "pytest")]
    assert clock.run(*tasks) == 2


@processors(8)
@pytest.mark.parametrize(
    ("pytest_seconds", "mypy_seconds", "workers"),
    [(60, 20, 6), (1, 79, 1), (80, 1, 8), (None, 20, 7), (60, None, 7)],
)
def test_tests_get_the_part_of_the_processors_that_their_time_is_of_all(
    clock: Clock,
    pytest_seconds: float | None,
    mypy_seconds: float | None,
    workers: int,
) -> None:
    clock.run(
        clock.task("pytest", 60, seconds=pytest_seconds, divisible=True),
        clock.task("mypy", 20, seconds=mypy_seconds),
    )
    assert clock.workers == {"pytest": workers, "mypy": 1}


@pytest.mark.parametrize(("seconds", "workers"), [(None, 2), (70, 2), (40, 1), (5, 1)])
def test_with_two_processors_long_tests_come_first_and_get_both(
    clock: Clock, seconds: float | None, workers: int
) -> None:
    """Else 70 seconds of tests would last as long, when 50 would do for everything."""
    clock.run(
        clock.task("pytest", 70, seconds=seconds, divisible=True),
        clock.task("mypy", 15),
        clock.task("bandit", 15),
    )
    assert clock.workers == {"pytest": workers, "mypy": 1, "bandit": 1}


@processors(5)
@pytest.mark.parametrize("alone", [False, True])
def test_with_nothing_else_to_do_they_get_all(clock: Clock, alone: bool) -> None:
    clock.run(clock.task("pytest", seconds=None, divisible=True, alone=alone))
    assert clock.workers == {"pytest": 5}


@pytest.mark.parametrize("seed", range(40))
def test_no_processor_is_idle_and_none_is_overbooked(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # nosec B311  # a test, no secret
    clock = Clock(monkeypatch, chance.randint(1, 8))  # counts workers at each start
    tools = chance.sample(TOOLS, chance.randint(1, len(TOOLS)))
    seconds = {
        tool: chance.choice([0.1, 1.0, 5.0]) * chance.randint(1, 20) for tool in tools
    }
    known = {tool: chance.choice([None, seconds[tool]]) for tool in tools}
    end = clock.run(*(clock.task(t, seconds[t], seconds=known[t]) for t in tools))
    total = sum(seconds.values())
    assert total / clock.jobs - 1e-6 <= end
    # Graham's bound for any schedule that leaves no processor idle.
    assert (
        end <= total / clock.jobs + max(seconds.values()) * (1 - 1 / clock.jobs) + 1e-6
    )


class Stage:
    """Tasks that last until they are let go, or until all are cancelled."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled = threading.Event()
        self.endless_begun = threading.Event()
        self.threads: list[threading.Thread] = []

    def quick(self, tool: str, **facts: Any) -> Task:
        """Is done as soon as the endless one has begun."""

        def start(_upstream: Run | None, turns: Turns) -> Run:
            with turns.next():
                if self.cancelled.is_set():  # as processes.run refuses then
                    return Run(tool, RunStatus.CRASHED)
                self.begun.append(tool)
                assert self.endless_begun.wait(LONG)
            return Run(tool, RunStatus.COMPLETED)

        return Task(tool, start, **facts)

    def endless(self, tool: str) -> Task:
        """Is done when it is cancelled."""

        def start(_upstream: Run | None, turns: Turns) -> Run:
            with turns.next():
                self.begun.append(tool)
                self.threads.append(threading.current_thread())
                self.endless_begun.set()
                assert self.cancelled.wait(LONG), f"nobody ended {tool}"
            return Run(tool, RunStatus.CRASHED)

        return Task(tool, start)

    def tasks(self) -> list[Task]:
        """Two that begin at once, and three that wait for one reason or another."""
        return [
            self.quick("pytest"),
            self.endless("mypy"),
            self.quick("ruff"),
            self.quick("coverage", after="pytest"),
            self.quick("performance", alone=True),
        ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_who_looks_on_and_fails_ends_all(error: type[BaseException]) -> None:
    stage = Stage()
    with pytest.raises(error):
        for run in run_all(stage.tasks(), 2, stage.cancelled.set):
            assert run.tool == "pytest"
            stage.cancelled.set()
            raise error
    assert not {"coverage", "performance"} & set(stage.begun)
    assert not any(thread.is_alive() for thread in stage.threads)


def test_a_task_that_fails_ends_all() -> None:
    stage = Stage()

    def fail(_upstream: Run | None, turns: Turns) -> Run:
        with turns.next():
            assert stage.endless_begun.wait(LONG)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(
            run_all(
                [Task("pytest", fail), stage.endless("mypy")], 2, stage.cancelled.set
            )
        )
    assert not any(thread.is_alive() for thread in stage.threads)


def test_once_it_is_stopped_nothing_starts_and_what_runs_is_told() -> None:
    """As --fail-fast does it: stop, end the children, hear what became of them."""
    stage, stopped, told = Stage(), False, []
    for run in run_all(stage.tasks(), 2, stage.cancelled.set, lambda: stopped):
        told.append((run.tool, run.status))
        stopped = True
        stage.cancelled.set()
    assert not {"coverage", "performance"} & set(stage.begun)
    assert told[0] == ("pytest", RunStatus.COMPLETED)
    assert ("mypy", RunStatus.CRASHED) in told
    assert not {"coverage", "performance"} & {tool for tool, _ in told}


def test_an_error_before_the_first_process_is_in_nobodys_way() -> None:
    stage = Stage()
    broken = Task(
        "bandit", lambda _u, _t: Run("bandit", RunStatus.UNREADABLE), seconds=9e9
    )
    stage.endless_begun.set()
    runs = list(run_all([broken, stage.quick("mypy")], 1, stage.cancelled.set))
    assert sorted(run.tool for run in runs) == ["bandit", "mypy"]


def test_others_run_while_a_built_in_tool_reads() -> None:
    stage, mypy_begun = Stage(), threading.Event()

    def read(_upstream: Run | None, _turns: Turns) -> Run:
        assert mypy_begun.wait(LONG)
        return Run("routes", RunStatus.COMPLETED)

    def check(_upstream: Run | None, turns: Turns) -> Run:
        with turns.next():
            mypy_begun.set()
        return Run("mypy", RunStatus.COMPLETED)

    tasks = [Task("routes", read, seconds=9e9, processes=False), Task("mypy", check)]
    runs = list(run_all(tasks, 1, stage.cancelled.set))
    assert {run.tool for run in runs} == {"mypy", "routes"}
