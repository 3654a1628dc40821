"""Commands of one tool side by side: what comes back, and that none is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import wait as really_wait
from dataclasses import replace
from pathlib import Path

import pytest
from support import make_job, write_files

from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.model import Measurement, Metric, Run
from gatekeeper.tools.bandit import BANDIT
from gatekeeper.tools.base import Adapter, Job

FOUND = Measurement(metrics={"findings": Metric(0, "findings")}, examined=3)
LONG = 60  # seconds, of which none is spent unless something is wrong
SLEEP = "touch $0.began; exec sleep 300"
UNTIL = "while [ ! -e {}.began ]; do sleep 0.02; done; "


def tool(
    *scripts: str, concurrent: bool = True, seen: list[str] | None = None
) -> Adapter:
    """bandit's adapter with a shell for each command; `$0` is the command's number."""

    def commands(job: Job) -> tuple[Command, ...]:
        shells = [("/bin/sh", "-c", text, str(n)) for n, text in enumerate(scripts)]
        return tuple(
            replace(job.ours("x"), argv=argv, cwd=job.work, environment={})
            for argv in shells
        )

    def parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
        if seen is not None:
            seen.extend(outcome.command.argv[-1] for outcome in outcomes)
        return FOUND

    return replace(BANDIT, commands=commands, parse=parse, concurrent=concurrent)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job of bandit, with two processors, for one empty file."""
    root = write_files(tmp_path.resolve() / "project", {"src/a.py": ""})
    return replace(make_job("bandit", root), workers=2)


class Known(Processes):
    """Starts nothing; knows how many are at work at a time."""

    def __init__(self, together: int, before: Callable[[str], object] | None = None):
        super().__init__()
        self.barrier = threading.Barrier(together)
        self.before = before
        self.lock = threading.Lock()
        self.now = self.most = 0

    def run(self, command: Command) -> Outcome:
        """Meet the others that run, and end with the number that the script is."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.barrier.wait(LONG)
        if self.before:
            self.before(command.argv[-1])
        with self.lock:
            self.now -= 1
        return Outcome(command, int(command.argv[2]), 0.0)


@pytest.mark.parametrize(("workers", "commands", "most"), [(3, 6, 3), (8, 4, 4)])
def test_so_many_run_at_a_time_as_there_are_workers(
    job: Job, workers: int, commands: int, most: int
) -> None:
    processes = Known(together=most)
    run = run_tool(tool(*["0"] * commands), replace(job, workers=workers), processes)
    assert run.status == "completed"
    assert processes.most == most


@pytest.mark.parametrize(("workers", "concurrent"), [(1, True), (4, False)])
def test_unless_both_sides_allow_it_one_runs_at_a_time(
    job: Job, workers: int, concurrent: bool
) -> None:
    pause = threading.Event()
    processes = Known(together=1, before=lambda _: pause.wait(0.05))
    adapter = tool("0", "0", "0", concurrent=concurrent)
    run = run_tool(adapter, replace(job, workers=workers), processes)
    assert run.status == "completed"
    assert processes.most == 1


def test_outcomes_come_in_the_order_of_the_commands(job: Job) -> None:
    second_is_done = threading.Event()

    def before(number: str) -> None:
        if number == "0":
            assert second_is_done.wait(LONG)
        else:
            second_is_done.set()

    seen: list[str] = []
    adapter = tool("1", "0", seen=seen)
    run = run_tool(adapter, job, Known(together=2, before=before))
    assert (run.status, run.exit_code) == ("completed", 1)
    assert seen == ["0", "1"]


def test_of_several_errors_the_first_in_order_is_told(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when all have ended before anybody looks."""
    monkeypatch.setattr("gatekeeper.engine.runner.wait", lambda f, **_: really_wait(f))
    adapter = tool("1", "5", "7")
    run = run_tool(adapter, replace(job, workers=3), Known(together=3))
    assert run.reason.startswith("bandit ended with 5")


def test_all_that_fail_before_the_last_is_asked_for_are_one_error(job: Job) -> None:
    class Refusing(Processes):
        """Ends everything at once, as after a cancellation."""

        def run(self, command: Command) -> Outcome:
            return Outcome(command, None, 0.0, cancelled=True)

    run = run_tool(tool(*["0"] * 200), replace(job, workers=8), Refusing())
    assert run.reason == "bandit was ended before it was done"


@pytest.mark.parametrize("wrong", [0, 1])
def test_one_without_a_result_ends_the_others(job: Job, wrong: int) -> None:
    failing = UNTIL.format(1 - wrong) + "echo sorry >&2; exit 9"
    scripts = [SLEEP, SLEEP, "touch third"]
    scripts[wrong] = failing
    run = run_tool(tool(*scripts), job, Processes())
    assert run.duration_seconds < LONG
    assert (run.status, run.reason) == ("crashed", "bandit ended with 9: sorry")
    assert (run.exit_code, run.stderr_tail) == (9, "sorry\n")
    assert not (job.work / "third").exists()


def test_one_that_is_about_to_start_is_ended_as_well(job: Job) -> None:
    class Late(Processes):
        """The second command begins when all that run were ended once already."""

        asked, ended = threading.Event(), threading.Event()

        def run(self, command: Command) -> Outcome:
            if command.argv[-1] == "1":
                self.asked.set()
                assert self.ended.wait(LONG)
            assert self.asked.wait(LONG)
            return super().run(command)

        def end(self, outputs: object) -> None:
            super().end(outputs)  # type: ignore[arg-type]
            self.ended.set()

    run = run_tool(tool("exit 9", SLEEP), job, Late())
    assert run.duration_seconds < LONG
    assert run.reason.startswith("bandit ended with 9")


def test_one_that_cannot_be_prepared_ends_the_others(job: Job) -> None:
    class Full(Processes):
        """There is no room for the output of the second command."""

        def run(self, command: Command) -> Outcome:
            if command.argv[-1] == "1":
                raise OSError("no space left on device")
            return super().run(command)

    run = run_tool(tool(SLEEP, "exit 0"), job, Full())
    assert run.duration_seconds < LONG
    assert (run.status, run.exit_code) == ("unreadable", None)
    assert "no space left" in run.reason


def test_other_tools_go_on_when_one_is_ended(job: Job, tmp_path: Path) -> None:
    processes = Processes()
    other = make_job("bandit", job.root, work=tmp_path / "other")
    runs: list[Run] = []
    waits = tool("touch began; while [ ! -e go ]; do sleep 0.02; done")
    thread = threading.Thread(
        target=lambda: runs.append(run_tool(waits, other, processes))
    )
    thread.start()
    # Nothing is ended before the other tool's child is there to be spared.
    until = f"while [ ! -e {other.work}/began ]; do sleep 0.02; done; exit 9"
    assert run_tool(tool(until, SLEEP), job, processes).exit_code == 9
    (other.work / "go").touch()
    thread.join(LONG)
    assert [run.status for run in runs] == ["completed"]


def test_cancelling_ends_all_and_starts_no_more(job: Job) -> None:
    processes = Processes()

    def cancel() -> None:
        pause = threading.Event()
        while (
            not (job.work / "0.began").exists() or not (job.work / "1.began").exists()
        ):
            pause.wait(0.02)
        processes.cancel()

    threading.Thread(target=cancel).start()
    run = run_tool(tool(SLEEP, SLEEP, "touch third"), job, processes)
    assert run.duration_seconds < LONG
    assert run.reason == "bandit was ended before it was done"
    assert not (job.work / "third").exists()
