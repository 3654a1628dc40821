"""Which tool runs when: what measures speed runs when nobody else does."""

from __future__ import annotations

import threading

from gatekeeper.engine.schedule import Task, run_all
from gatekeeper.model import Run, RunStatus


class Log:
    """Starts tasks that note who else runs meanwhile."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: set[str] = set()
        self.met: dict[str, set[str]] = {}
        self.order: list[str] = []

    def task(self, tool: str, *, after: str | None = None, alone: bool = False) -> Task:
        pause = threading.Event()

        def start(_upstream: Run | None) -> Run:
            with self.lock:
                self.running.add(tool)
                self.order.append(tool)
                for other in self.running:
                    self.met.setdefault(other, set()).update(self.running - {other})
            pause.wait(0.05)
            with self.lock:
                self.running.discard(tool)
            return Run(tool, RunStatus.COMPLETED)

        return Task(tool, start, after, alone=alone)


def test_a_measurement_waits_for_all_others_and_meets_none() -> None:
    log = Log()
    tasks = [
        log.task("performance", alone=True),
        log.task("pytest"),
        log.task("coverage", after="pytest"),
        log.task("flake8"),
    ]
    runs = list(run_all(tasks, 4, lambda: None))
    assert {run.tool for run in runs} == {"performance", "pytest", "coverage", "flake8"}
    assert log.order[-1] == "performance"
    assert not log.met.get("performance")


def test_results_that_are_only_read_wait_for_nobody() -> None:
    log = Log()
    tasks = [log.task("performance"), log.task("pytest")]
    assert len(list(run_all(tasks, 2, lambda: None))) == 2
    assert log.met["performance"] == {"pytest"}


def test_a_measurement_alone_is_run() -> None:
    log = Log()
    (run,) = run_all([log.task("performance", alone=True)], 2, lambda: None)
    assert run.status is RunStatus.COMPLETED
