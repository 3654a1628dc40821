"""The runner: what becomes of a process, before any adapter reads its output."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from support import make_job, measured, verdict, write_files

from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.model import Measurement, Metric, Run, RunStatus
from gatekeeper.probe.bootstrap import ABSENT
from gatekeeper.tools.base import Adapter, Job, NothingToExamineError, ToolError
from gatekeeper.tools.flake8 import FLAKE8
from gatekeeper.tools.pytest import PYTEST

FOUND = Measurement(metrics={"findings": Metric(0, "findings")}, examined=3)


class Ending(Processes):
    """Every process ends as the test wants it to; the streams hold given texts."""

    def __init__(self, *endings: dict[str, Any], out: str = "", err: str = "") -> None:
        super().__init__()
        self._endings = list(endings)
        self._streams = {"stdout": out, "stderr": err}
        self.started: list[Command] = []

    def run(self, command: Command) -> Outcome:
        """The next ending."""
        self.started.append(command)
        command.output.mkdir(parents=True, exist_ok=True)
        for name, text in self._streams.items():
            (command.output / name).write_text(text)
        ending = self._endings.pop(0)
        return Outcome(command, duration_seconds=0.0, **{"exit_code": 0, **ending})


def tool(
    parse: Callable[[Job, Sequence[Outcome]], Measurement] = lambda *_: FOUND,
    commands: int = 1,
) -> Adapter:
    """flake8's adapter with reading, and the number of commands, made simple."""
    return replace(
        FLAKE8,
        commands=lambda job: tuple(job.ours("x", str(n)) for n in range(commands)),
        parse=parse,
    )


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job of flake8 for one empty file."""
    root = write_files(tmp_path.resolve() / "project", {"src/a.py": ""})
    return make_job("flake8", root, {"timeout": 30})


def test_a_run_carries_what_the_adapter_measured(job: Job) -> None:
    processes = Ending({}, err="a warning\n")
    run = run_tool(tool(), job, processes)
    assert (run.tool, run.status, run.exit_code) == ("flake8", "completed", 0)
    assert measured(run).examined == 3
    assert run.command == processes.started[0].argv
    assert run.command[0] == sys.executable
    assert run.stderr_tail == "a warning\n"
    assert (run.reason, run.fix) == ("", "")
    assert run.duration_seconds > 0


@pytest.mark.parametrize(
    ("ending", "status", "reason"),
    [
        ({"exit_code": -9}, "crashed", "flake8 was killed by SIGKILL"),
        ({"exit_code": -11}, "crashed", "flake8 was killed by SIGSEGV"),
        ({"exit_code": -6}, "crashed", "flake8 was killed by SIGABRT"),
        ({"exit_code": -200}, "crashed", "flake8 was killed by signal -200"),
        ({"exit_code": None}, "crashed", "flake8 was killed by"),
        ({"exit_code": 2}, "crashed", "flake8 ended with 2: one / two / three"),
        ({"exit_code": 120}, "crashed", "flake8 ended with 120: one / two / three"),
        ({"exit_code": 137}, "crashed", "flake8 ended with 137"),
        ({"exit_code": ABSENT}, "missing", "flake8 is missing: zero"),
        (
            {"exit_code": None, "start_error": "no such file"},
            "missing",
            "flake8 is missing: no such file",
        ),
        (
            {"exit_code": 0, "timed_out": True},
            "timed-out",
            "flake8 was ended after 30 s, its time limit",
        ),
        (
            {"exit_code": -15, "timed_out": True},
            "timed-out",
            "flake8 was ended after 30 s, its time limit",
        ),
        (
            {"exit_code": 0, "flooded": True},
            "unreadable",
            "flake8 printed more than 512 MB and was ended",
        ),
        (
            {"exit_code": 0, "cancelled": True},
            "crashed",
            "flake8 was ended before it was done",
        ),
        (
            {"exit_code": -9, "cancelled": True, "timed_out": True},
            "crashed",
            "flake8 was ended before it was done",
        ),
    ],
)
def test_a_process_that_cannot_carry_a_result_is_never_read(
    job: Job, ending: dict[str, Any], status: str, reason: str
) -> None:
    def parse(*_: object) -> Measurement:
        raise AssertionError("read")

    processes = Ending(ending, err="zero\none\ntwo\nthree\n")
    run = run_tool(tool(parse), job, processes)
    assert run.status == status
    assert reason in run.reason
    assert run.measurement is None
    assert verdict(run).status == "error"
    assert run.exit_code == ending["exit_code"]


def test_the_last_words_come_from_stdout_where_stderr_is_silent(job: Job) -> None:
    run = run_tool(tool(), job, Ending({"exit_code": 2}, out="printed\n"))
    assert run.reason == "flake8 ended with 2: printed"


def test_a_tool_without_last_words_is_said_to_be_silent(job: Job) -> None:
    run = run_tool(tool(), job, Ending({"exit_code": 2}))
    assert run.reason == "flake8 ended with 2: it said nothing"


def test_very_long_last_words_are_cut(job: Job) -> None:
    run = run_tool(tool(), job, Ending({"exit_code": 2}, err="x" * 9999))
    assert len(run.reason) < 450


def test_a_known_exit_code_is_explained(job: Job) -> None:
    knowing = replace(tool(), exit_meanings={68: "nobody answers"})
    run = run_tool(knowing, job, Ending({"exit_code": 68}, err="traceback"))
    assert run.reason == "flake8 ended with 68: nobody answers"


@pytest.mark.parametrize("code", range(6))
def test_each_tool_has_exit_codes_of_its_own(job: Job, code: int) -> None:
    adapter = replace(tool(), verdict_codes=PYTEST.verdict_codes)
    run = run_tool(adapter, job, Ending({"exit_code": code}))
    assert (run.status, run.exit_code) == ("completed", code)


def test_a_missing_tool_comes_with_the_command_that_installs_it(job: Job) -> None:
    ours = run_tool(tool(), job, Ending({"exit_code": ABSENT}))
    assert ours.fix == "gatekeeper's own python -m pip install flake8"
    theirs = replace(tool(), name="pytest", interpreter="project")
    run = run_tool(
        theirs, replace(job, python="/venv/bin/python"), Ending({"exit_code": ABSENT})
    )
    assert run.fix.startswith("/venv/bin/python -m pip install")
    assert "pytest" in run.fix


def test_a_time_limit_comes_with_advice(job: Job) -> None:
    run = run_tool(tool(), job, Ending({"timed_out": True}))
    assert "raise `timeout` under tools.flake8" in run.fix


def test_nothing_more_is_started_after_a_process_without_result(job: Job) -> None:
    processes = Ending({"exit_code": 1}, {"exit_code": 2}, {})
    run = run_tool(tool(commands=3), job, processes)
    assert len(processes.started) == 2
    assert run.reason.startswith("flake8 ended with 2")


@pytest.mark.parametrize(
    ("codes", "shown"),
    [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 1), ((0,), 0)],
)
def test_the_first_exit_code_that_is_not_0_is_shown(
    job: Job, codes: tuple[int, ...], shown: int
) -> None:
    endings = [{"exit_code": code} for code in codes]
    run = run_tool(tool(commands=len(codes)), job, Ending(*endings))
    assert (run.status, run.exit_code) == ("completed", shown)


@pytest.mark.parametrize("status", list(RunStatus))
def test_a_refusal_of_the_adapter_is_a_result(job: Job, status: RunStatus) -> None:
    def parse(*_: object) -> Measurement:
        raise ToolError("cannot be read", status, fix="do this")

    run = run_tool(tool(parse), job, Ending({"exit_code": 1}, err="why\n"))
    assert (run.status, run.reason, run.fix) == (status, "cannot be read", "do this")
    assert (run.exit_code, run.stderr_tail) == (1, "why\n")
    assert verdict(run).reason == "cannot be read"


def test_a_file_that_cannot_be_read_is_a_result(job: Job) -> None:
    def parse(*_: object) -> Measurement:
        raise PermissionError(13, "Permission denied", "src/a.py")

    run = run_tool(tool(parse), job, Ending({}))
    assert (run.status, verdict(run).status) == ("unreadable", "error")
    assert run.reason == "flake8: [Errno 13] Permission denied: 'src/a.py'"


def test_where_nothing_is_to_be_examined_nothing_is_started(job: Job) -> None:
    def commands(_: Job) -> tuple[Command, ...]:
        raise NothingToExamineError("no file", fix="name one")

    run = run_tool(replace(FLAKE8, commands=commands), job, Ending())
    assert (run.status, run.reason, run.fix) == ("unreadable", "no file", "name one")
    assert (run.command, run.exit_code, run.stderr_tail) == ((), None, "")


def test_the_version_is_that_of_what_ran(job: Job) -> None:
    own = replace(FOUND, version="1.2.3")
    ours = run_tool(tool(lambda *_: own), job, Ending({}))
    assert ours.version == version("flake8")
    theirs = replace(tool(lambda *_: own), distribution=None)
    assert run_tool(theirs, job, Ending({})).version == "1.2.3"
    crashed = run_tool(theirs, job, Ending({"exit_code": 2}))
    assert crashed.version is None


@pytest.mark.parametrize(
    ("name", "content", "gaps"),
    [
        ("setup.cfg", "no section\n", 1),
        ("tox.ini", "[flake8\n", 1),
        (".flake8", "[flake8]\nignore = E\nignore = F\n", 1),
        ("setup.cfg", "[flake8]\nignore = E\n", 0),
        ("mypy.ini", "no section\n", 0),
    ],
)
def test_settings_that_do_not_parse_are_a_gap(
    job: Job, name: str, content: str, gaps: int
) -> None:
    write_files(job.root, {name: content})
    run = run_tool(tool(), job, Ending({}))
    assert len(measured(run).gaps) == gaps
    assert verdict(run).status == ("error" if gaps else "passed")
    if gaps:
        assert f"{name} does not parse" in verdict(run).reason


def test_settings_that_do_not_count_are_noted(job: Job) -> None:
    write_files(job.root, {"setup.cfg": "[flake8]\nignore = E\n"})
    run = run_tool(tool(), job, Ending({}))
    assert measured(run).notes == (
        "[flake8] in setup.cfg does not count here; gates.yaml decides",
    )
    options = job.options.model_copy(update={"config": "setup.cfg"})
    adopting = run_tool(tool(), replace(job, options=options), Ending({}))
    assert measured(adopting).notes == ("setup.cfg loosens: [flake8] ignore = E",)


def test_a_real_process_that_dies_of_a_signal_is_no_verdict(job: Job) -> None:
    """The one test here that starts something: the codes above are the system's."""

    def commands(job: Job) -> tuple[Command, ...]:
        program = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
        words = (sys.executable, "-c", program)
        return (replace(job.ours("x"), argv=words),)

    run = run_tool(replace(tool(), commands=commands), job, Processes())
    assert (run.status, run.exit_code) == ("crashed", -signal.SIGSEGV)
    assert run.reason == "flake8 was killed by SIGSEGV"


@pytest.mark.parametrize("error", [KeyError("event"), ValueError("x"), TypeError("x")])
def test_output_that_surprises_an_adapter_does_not_end_the_whole_check(
    job: Job, error: Exception
) -> None:
    def parse(*_: object) -> Measurement:
        raise error

    run: Run = run_tool(tool(parse), job, Ending({}))
    assert verdict(run).status == "error"
