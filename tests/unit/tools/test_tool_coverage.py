"""coverage: what its recorded reports come to, together with the run of the tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import (
    as_json,
    cut,
    make_job,
    measured,
    places,
    refused,
    replay,
    verdict,
    write_files,
)

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Counts, Measurement, Run, RunStatus
from gatekeeper.tools.coverage import COVERAGE

REPORT = "coverage.json"


def test_full_coverage_passes(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/full")
    result = verdict(run, min=100)
    assert (result.status, result.value) == ("passed", 100)
    assert result.reason == "100 %, at least 100 required"
    assert (measured(run).examined, measured(run).examined_unit) == (5, "statements")
    assert run.version == "7.17.3"


def test_what_never_ran_is_named_line_by_line(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "coverage/partial"), min=90)
    assert result.status == "failed"
    assert result.reason == "41.66 %, at least 90 required"
    assert places(result.findings) == [
        "src/never.py:1:None uncovered",
        "src/shop.py:4:None uncovered",
    ]
    assert [finding.message for finding in result.findings] == [
        "3 of 3 statements never ran: 1-3",
        "4 of 9 statements never ran: 4, 9-11",
    ]


@pytest.mark.parametrize(
    ("case", "metric", "value"),
    [
        ("full", "percent", 100),
        ("partial", "percent", 100 * 5 / 12),
        ("branches", "percent", 100 * 6 / 7),
        ("branches", "branch_percent", 50),
        ("partial-branches", "percent", 100 * 6 / 11),
        ("partial-branches", "branch_percent", 50),
        ("two-files", "percent", 100 * 9 / 14),
    ],
)
def test_percentages_come_from_raw_counts_unrounded(
    tmp_path: Path, case: str, metric: str, value: float
) -> None:
    run = replay(tmp_path, f"coverage/{case}")
    assert measured(run).metrics[metric].value == value
    edge = verdict(run, metric=metric, min=value)
    assert edge.status == "passed"
    if value < 100:
        assert verdict(run, metric=metric, min=value + 1e-9).status == "failed"


def test_without_branches_there_is_no_share_of_them(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "coverage/full"), metric="branch_percent", min=1)
    assert result.status == "error"
    assert result.reason == "coverage measured no branch_percent"


def test_a_branch_never_taken_is_a_finding(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "coverage/branches"), min=90)
    assert places(result.findings) == ["src/shop.py:3:None uncovered-branch"]
    assert result.findings[0].message == "1 branches never taken, first at line 3"


def test_a_gate_on_paths_takes_the_counts_of_those_files(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/two-files")
    assert measured(run).counts == {
        "src/core/__init__.py": Counts(),
        "src/core/a.py": Counts(5, 4),
        "src/edge/__init__.py": Counts(),
        "src/edge/b.py": Counts(9, 5),
    }
    core = verdict(run, paths=["src/core"], min=80)
    assert (core.status, core.value) == ("passed", 80)
    assert verdict(run, paths=["src/edge"], min=80).status == "failed"
    empty = verdict(run, paths=["src/core/__init__.py"], min=80)
    assert empty.status == "error"
    assert "measured no percent under src/core/__init__.py" in empty.reason


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([7], "7"),
        ([7, 8], "7-8"),
        ([1, 3, 5], "1, 3, 5"),
        ([1, 2, 3, 7, 9, 10], "1-3, 7, 9-10"),
        (list(range(1, 25, 2)), "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23"),
        (
            list(range(1, 29, 2)),
            "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 2 more places",
        ),
        (list(range(1, 100_001)), "1-100000"),
    ],
)
def test_lines_are_written_as_people_write_them(
    tmp_path: Path, lines: list[int], shown: str
) -> None:
    def change(report: Any) -> None:
        report["files"]["src/shop.py"]["missing_lines"] = lines

    run = replay(tmp_path, "coverage/full", written={REPORT: as_json(change)})
    (finding,) = measured(run).findings
    assert finding.message == f"{len(lines)} of 5 statements never ran: {shown}"
    assert finding.line == lines[0]


def test_failing_tests_spoil_a_good_number(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "coverage/failing-tests"), min=90)
    assert (result.status, result.value) == ("failed", 100)
    assert result.reason.endswith("but 1 tests failed while it was measured")


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("no-statements", "coverage examined no statements"),
        ("no-tests", "no test ran while it was measured"),
        ("all-skipped", "no test ran while it was measured"),
        ("syntax-error", "1 source files are not in coverage's report, first src/br"),
    ],
)
@pytest.mark.parametrize("minimum", [0, 50, 100])
def test_what_was_not_measured_is_no_verdict(
    tmp_path: Path, case: str, reason: str, minimum: int
) -> None:
    run = replay(tmp_path, f"coverage/{case}")
    assert run.status == "completed"
    result = verdict(run, min=minimum)
    assert result.status == "error"
    assert reason in result.reason


@pytest.mark.parametrize(
    ("case", "exit_code", "reason"),
    [
        ("tests-crash", None, "the test run gave no result to measure: pytest ended"),
        ("killed-before-saving", 1, "No data to report"),
    ],
)
def test_without_data_there_is_no_verdict(
    tmp_path: Path, case: str, exit_code: int | None, reason: str
) -> None:
    run = replay(tmp_path, f"coverage/{case}")
    assert (run.status, run.exit_code) == ("crashed", exit_code)
    result = verdict(run, min=0)
    assert result.status == "error"
    assert reason in result.reason


def test_pragmas_are_counted(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/pragmas")
    assert verdict(run, min=100).status == "passed"
    assert measured(run).suppressed == 2


@pytest.mark.parametrize("case", ["child-process", "multiprocessing"])
def test_child_processes_are_measured_as_the_project_asks(
    tmp_path: Path, case: str
) -> None:
    run = replay(tmp_path, f"coverage/{case}")
    assert measured(run).metrics["percent"].value == 100 * 5 / 9
    assert any(n.startswith("taken from the repository") for n in measured(run).notes)


def test_the_data_of_several_workers_are_combined(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/workers")
    assert "combine" in run.command
    assert verdict(run, min=100).status == "passed"


def test_settings_of_the_repository_hide_nothing(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/settings-hide")
    assert measured(run).metrics["percent"].value == 100 * 5 / 9
    said = " ".join(measured(run).notes)
    assert "[run] in .coveragerc does not count here" in said
    assert "[report] in .coveragerc does not count here" in said


def test_what_an_adopted_file_loosens_is_listed(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/adopted")
    assert measured(run).metrics["percent"].value == 100 * 4 / 5
    assert "own.cfg adopted" in measured(run).notes
    assert "own.cfg loosens: exclude_also = def unused" in measured(run).notes


@pytest.mark.parametrize("case", ["full", "branches"])
def test_branches_are_measured_exactly_where_they_were_asked_for(
    tmp_path: Path, case: str
) -> None:
    wanted = {"branch": case == "full"}
    run = replay(tmp_path, f"coverage/{case}", options=wanted)
    assert (run.status, verdict(run, min=0).status) == ("unreadable", "error")


@pytest.mark.parametrize("exit_code", [1, 2, 3, 4, -9])
def test_any_other_exit_code_is_no_verdict(tmp_path: Path, exit_code: int) -> None:
    run = replay(tmp_path, "coverage/full", exit_code=exit_code)
    assert (run.status, verdict(run, min=0).status) == ("crashed", "error")


@pytest.mark.parametrize("length", [0, 1, 100, -1, -2])
def test_a_report_that_is_cut_off_is_no_verdict(tmp_path: Path, length: int) -> None:
    run = replay(tmp_path, "coverage/full", written={REPORT: cut(length)})
    assert (run.status, verdict(run, min=0).status) == ("unreadable", "error")
    assert run.reason.startswith("coverage's report is not understood")


def test_a_lost_report_is_no_verdict(tmp_path: Path) -> None:
    run = replay(
        tmp_path,
        "coverage/full",
        written={REPORT: None},
        stderr=lambda _: b"disk quota exceeded\n",
    )
    assert (run.status, verdict(run, min=0).status) == ("crashed", "error")
    assert run.reason == "coverage gave no report: disk quota exceeded"


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.pop("files"),
        lambda report: report.pop("meta"),
        lambda report: report["meta"].pop("branch_coverage"),
        lambda report: report["files"]["src/shop.py"].pop("summary"),
        lambda report: report["files"]["src/shop.py"].pop("missing_lines"),
        lambda report: report["files"]["src/shop.py"]["summary"].pop("num_statements"),
        lambda report: report["files"]["src/shop.py"]["summary"].pop("covered_lines"),
        lambda report: report["files"]["src/shop.py"]["summary"].pop("excluded_lines"),
        lambda report: report.update(files=None),
        lambda report: report.update(files=["src/shop.py"]),
    ],
)
def test_a_report_of_another_shape_is_no_verdict(
    tmp_path: Path, change: Callable[[Any], object]
) -> None:
    run = replay(tmp_path, "coverage/full", written={REPORT: as_json(change)})
    assert (run.status, verdict(run, min=0).status) == ("unreadable", "error")
    assert run.reason.startswith("coverage's report is not understood")


def test_the_total_that_coverage_gives_is_not_believed(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        report["totals"]["percent_covered"] = 100.0

    run = replay(tmp_path, "coverage/partial", written={REPORT: as_json(change)})
    assert verdict(run, min=90).status == "failed"


def test_files_that_are_none_of_ours_do_not_count(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        shop = report["files"]["src/shop.py"]
        more = {"num_statements": 1000, "covered_lines": 1000}
        summary = {**shop["summary"], **more}
        report["files"]["tests/test_a.py"] = {**shop, "summary": summary}

    run = replay(tmp_path, "coverage/partial", written={REPORT: as_json(change)})
    assert measured(run).metrics["percent"].value == 100 * 5 / 12


def test_every_file_of_ours_must_be_in_the_report(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        del report["files"]["src/never.py"]

    run = replay(tmp_path, "coverage/partial", written={REPORT: as_json(change)})
    result = verdict(run, min=50)
    assert result.status == "error"
    assert "1 source files are not in coverage's report, first src/never.py" in (
        result.reason
    )


def test_two_thousand_files_are_all_counted(tmp_path: Path) -> None:
    names = {f"src/more/f{number}.py": "" for number in range(2_000)}

    def change(report: Any) -> None:
        shop = report["files"]["src/shop.py"]
        report["files"].update(dict.fromkeys(names, shop))

    run = replay(
        tmp_path, "coverage/full", files=names, written={REPORT: as_json(change)}
    )
    assert measured(run).examined == 5 * 2_001


PYTEST = {"pytest": {"paths": ["tests"]}}


@pytest.mark.parametrize(
    ("upstream", "status", "reason"),
    [
        (None, "crashed", "it was not started"),
        (Run("pytest", RunStatus.MISSING, reason="no pytest"), "missing", "no pytest"),
        (Run("pytest", RunStatus.TIMED_OUT, reason="slow"), "timed-out", "slow"),
        (Run("pytest", RunStatus.CRASHED, reason="died"), "crashed", "died"),
    ],
)
def test_without_a_test_run_nothing_is_started(
    tmp_path: Path, upstream: Run | None, status: str, reason: str
) -> None:
    root = write_files(tmp_path / "project", {"src/a.py": ""})
    job = make_job("coverage", root, {"source": ["src"]}, companions=PYTEST)
    run = refused(replace(job, upstream=upstream, upstream_work=tmp_path))
    assert run.status == status
    assert run.reason == f"the test run gave no result to measure: {reason}"
    assert verdict(run, min=0).status == "error"


def test_without_source_nothing_is_started(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"src/readme.txt": ""})
    run = refused(make_job("coverage", root, {"source": ["src"]}, companions=PYTEST))
    assert run.reason == "no Python file to examine in src"


def test_gaps_of_the_test_run_are_gaps_here(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"src/a.py": ""})
    tests = Measurement(examined=1, gaps=("3 tests were removed",))
    job = make_job(
        "coverage",
        root,
        {"source": ["src"]},
        companions=PYTEST,
        upstream=Run("pytest", RunStatus.COMPLETED, measurement=tests),
        upstream_work=tmp_path,
    )
    summary = {"num_statements": 2, "covered_lines": 2, "excluded_lines": 0}
    entry = {"summary": summary, "missing_lines": []}
    report = {
        "meta": {"version": "7", "branch_coverage": False},
        "files": {"src/a.py": entry},
    }
    (job.work / REPORT).write_text(json.dumps(report))
    outcome = Outcome(Command((), root, {}, 1, job.work), 0, 0.0)
    found = COVERAGE.parse(job, [outcome])
    assert found.gaps == ("3 tests were removed",)


def test_a_person_can_type_what_was_run(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"src/a.py": ""})
    options = {"source": ["src"], "branch": True}
    job = make_job("coverage", root, options, companions=PYTEST)
    assert COVERAGE.reproduce(job) == (
        *(sys.executable, "-m", "coverage", "run", "--branch", "--source=src"),
        *("-m", "pytest", "-o", "addopts=", "tests"),
    )


def test_files_that_adopted_settings_leave_out_do_not_count(tmp_path: Path) -> None:
    run = replay(tmp_path, "coverage/adopted-omit")
    assert "own.cfg loosens: omit = */never.py" in measured(run).notes
    result = verdict(run, min=50)
    assert (result.status, result.value) == ("passed", 100 * 5 / 9)
