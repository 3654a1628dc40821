"""pytest: what the recorded events of its runs come to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import cut, make_job, measured, places, replay, verdict, write_files

from gatekeeper.tools.pytest import PYTEST

EVENTS = "evidence/events-main.jsonl"


def metrics(tmp_path: Path, case: str) -> dict[str, float]:
    run = replay(tmp_path, f"pytest/{case}")
    return {name: metric.value for name, metric in measured(run).metrics.items()}


def test_a_suite_without_a_failure_passes(tmp_path: Path) -> None:
    run = replay(tmp_path, "pytest/passed")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 failures, at most 0 allowed")
    assert (measured(run).examined, measured(run).examined_unit) == (6, "tests")
    assert measured(run).examined_paths == {"tests/test_a.py", "tests/test_b.py"}
    assert measured(run).suppressed == 2
    assert measured(run).notes == ("2 tests skipped or expected to fail",)
    assert run.version == "9.2.0"


def numbers(failures: int, passed: int, skipped: int, total: int) -> dict[str, float]:
    return {
        "failures": failures,
        "passed": passed,
        "skipped": skipped,
        "not_passed": failures + skipped,
        "total": total,
    }


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("passed", numbers(0, 6, 2, 8)),
        ("failures", numbers(5, 1, 0, 6)),
        ("subtests", numbers(1, 0, 0, 1)),
        ("all-skipped", numbers(0, 0, 1, 1)),
        ("none-collected", numbers(0, 0, 0, 0)),
        ("workers", numbers(1, 1, 0, 2)),
        ("markers", numbers(0, 1, 0, 1)),
        ("excluded", numbers(0, 1, 0, 1)),
    ],
)
def test_every_test_is_counted_once(
    tmp_path: Path, case: str, expected: dict[str, float]
) -> None:
    assert metrics(tmp_path, case) == expected


@pytest.mark.parametrize(
    ("metric", "limit", "status"),
    [
        ("passed", {"min": 6}, "passed"),
        ("passed", {"min": 7}, "failed"),
        ("skipped", {"max": 2}, "passed"),
        ("skipped", {"max": 1}, "failed"),
        ("total", {"min": 8}, "passed"),
        ("total", {"min": 9}, "failed"),
    ],
)
def test_a_gate_may_judge_another_number(
    tmp_path: Path, metric: str, limit: dict[str, int], status: str
) -> None:
    run = replay(tmp_path, "pytest/passed")
    assert verdict(run, metric=metric, **limit).status == status


def test_failures_come_with_the_place_in_the_test_file(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "pytest/failures"))
    assert (result.status, result.reason) == ("failed", "5 failures, at most 0 allowed")
    assert places(result.findings) == [
        "tests/test_a.py:17:None failed",
        "tests/test_a.py:None:None failed",
        "tests/test_a.py:7:None error",
        "tests/test_a.py:13:None error",
        "tests/test_a.py:None:None failed",
    ]
    said = [finding.message for finding in result.findings]
    assert said[0].startswith("tests/test_a.py::test_plain: assert [1, 2] == [1, 3]")
    assert "test_in_helper: AssertionError" in said[1]
    assert said[1].endswith("(at tests/helper.py:2)")
    assert said[2] == "tests/test_a.py::test_setup: RuntimeError: no database"
    assert "test_strict: [XPASS(strict)]" in said[4]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("collection-error", "No module named 'no_such_module'"),
        ("syntax-error", "SyntaxError: invalid syntax"),
        ("undecodable", "SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_collected_fails(
    tmp_path: Path, case: str, said: str
) -> None:
    run = replay(tmp_path, f"pytest/{case}")
    assert run.exit_code == 2
    result = verdict(run)
    assert (result.status, result.value) == ("failed", 1)
    assert (result.findings[0].rule, result.findings[0].path) == (
        "collection-error",
        "tests/test_a.py",
    )
    assert said in result.findings[0].message


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("exit-status-0", "test_bad: assert (1 + 1) == 3"),
        ("forged-report", "test_bad: raised, but was not reported as failed: assert"),
        ("claimed-call", "test_bad: was reported as passed, but its body never ran"),
        ("never-awaited", "test_never_awaited: DeprecationWarning: "),
        ("returns", "PytestReturnNotNoneWarning"),
        ("thread", "PytestUnhandledThreadExceptionWarning"),
        ("addopts", "test_bad: assert (1 + 1) == 3"),
        ("workers", "test_bad: assert (1 + 1) == 3"),
        ("stops-at-first", "test_bad: assert (1 + 1) == 3"),
    ],
)
def test_no_trick_hides_a_failing_test(tmp_path: Path, case: str, said: str) -> None:
    result = verdict(replay(tmp_path, f"pytest/{case}"))
    assert (result.status, result.value) == ("failed", 1)
    assert said in result.findings[0].message


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("all-skipped", "pytest examined no tests"),
        ("no-parameters", "pytest examined no tests"),
        ("none-collected", "pytest examined no tests"),
        ("no-files", "pytest examined no tests"),
        ("first-test-leaves-0", "2 collected tests have no result"),
        ("removed", "1 tests were removed after collection by a hook"),
        ("ignored-file", "tests/test_b.py looks like tests and was not collected"),
        ("other-file-names", "tests/test_b.py looks like tests and was not collected"),
        ("misspelt-file", "tests/testb.py looks like tests and was not collected"),
        ("class-with-init", "tests/test_a.py: TestLost.test_method was not collected"),
        ("lost-function", "tests/test_a.py: test_lost was not collected"),
        ("optimized", "Python ran with -O, so assert statements were skipped"),
    ],
)
def test_what_did_not_run_is_no_pass(tmp_path: Path, case: str, reason: str) -> None:
    run = replay(tmp_path, f"pytest/{case}")
    assert run.status == "completed"
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


@pytest.mark.parametrize(
    ("case", "exit_code", "reason"),
    [
        ("broken-conftest", 4, "No module named 'no_such_module'"),
        ("workers-without-plugin", 4, "unrecognized arguments: -n"),
        ("conftest-ends", 0, "ended with 0 before any test was collected"),
        ("first-test-ends-0", 0, "ended early inside tests/test_a.py::test_ends"),
        ("last-test-ends-0", 0, "ended early inside tests/test_a.py::test_ends"),
        ("killed", -9, "pytest was killed by SIGKILL"),
        ("interrupted", 2, "(the run was interrupted) though no test failed"),
        ("internal-error", 3, "RuntimeError: conftest fell over"),
        ("worker-dies", 1, "crashed while running 'tests/test_b.py::test_ends'"),
    ],
)
def test_a_run_that_did_not_come_to_its_end_is_no_verdict(
    tmp_path: Path, case: str, exit_code: int, reason: str
) -> None:
    run = replay(tmp_path, f"pytest/{case}")
    assert (run.status, run.exit_code) == ("crashed", exit_code)
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


def test_a_process_that_ends_early_comes_with_advice(tmp_path: Path) -> None:
    run = replay(tmp_path, "pytest/last-test-ends-0")
    assert "os._exit" in run.fix


@pytest.mark.parametrize("exit_code", [1, 2, 3, 4, 6, 120])
def test_a_bad_exit_code_without_a_failure_is_no_verdict(
    tmp_path: Path, exit_code: int
) -> None:
    run = replay(tmp_path, "pytest/passed", exit_code=exit_code)
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert f"pytest ended with {exit_code}" in run.reason


@pytest.mark.parametrize("exit_code", [0, 2, 5])
def test_a_failure_counts_whatever_the_exit_code(
    tmp_path: Path, exit_code: int
) -> None:
    result = verdict(replay(tmp_path, "pytest/failures", exit_code=exit_code))
    assert (result.status, result.value) == ("failed", 5)


def test_without_evidence_there_is_no_verdict(tmp_path: Path) -> None:
    run = replay(tmp_path, "pytest/passed", written={EVENTS: None})
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert "before any test was collected (the process ended early)" in run.reason


@pytest.mark.parametrize("kept", range(1, 32))
def test_evidence_that_is_cut_off_after_any_line_is_no_pass(
    tmp_path: Path, kept: int
) -> None:
    def change(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        assert len(lines) > 31
        return b"".join(lines[:kept])

    run = replay(tmp_path, "pytest/passed", written={EVENTS: change})
    assert verdict(run).status == "error"


@pytest.mark.parametrize("length", [0, 1, 50, 500, -1, -2, -20])
def test_evidence_that_is_cut_off_within_a_line_is_no_pass(
    tmp_path: Path, length: int
) -> None:
    run = replay(tmp_path, "pytest/passed", written={EVENTS: cut(length)})
    expected = "passed" if length == -1 else "error"  # -1 is the last newline
    assert verdict(run).status == expected


def test_hostile_names_of_files_and_parameters_are_kept(tmp_path: Path) -> None:
    run = replay(tmp_path, "pytest/odd-names")
    result = verdict(run)
    assert (result.status, result.value) == ("failed", 4)
    assert [f.path for f in result.findings] == [
        "tests/test_a\nb.py",
        "tests/test_e.py",
        "tests/test_e.py",
        "tests/test_e.py",
    ]
    assert "tests/test_c\x1b[31md.py" in measured(run).examined_paths


def test_ten_thousand_tests_are_all_counted(tmp_path: Path) -> None:
    def change(data: bytes) -> bytes:
        start, *rest = data.splitlines(keepends=True)
        one = b'{"event": "report", "nodeid": "x::%d", "when": "call", '
        one += b'"outcome": "passed", "xfail": false, "seconds": 0.0}\n'
        return (
            start + b"".join(one % number for number in range(9_992)) + b"".join(rest)
        )

    run = replay(tmp_path, "pytest/passed", written={EVENTS: change})
    assert verdict(run, metric="total", min=10_000).status == "passed"


def test_workers_write_evidence_of_their_own(tmp_path: Path) -> None:
    run = replay(tmp_path, "pytest/workers")
    written = {path.name for path in tmp_path.rglob("events-*.jsonl")}
    assert written == {"events-main.jsonl", "events-gw0.jsonl", "events-gw1.jsonl"}
    assert measured(run).gaps == ()


@pytest.mark.parametrize("worker", ["gw0", "gw1"])
def test_the_evidence_of_each_worker_is_needed(tmp_path: Path, worker: str) -> None:
    lost = {f"evidence/events-{worker}.jsonl": None}
    result = verdict(replay(tmp_path, "pytest/workers", written=lost))
    assert result.status in ("failed", "error")
    if result.status == "failed":
        assert [f.path for f in result.findings] == ["tests/test_b.py"]
    else:
        assert "though no test failed" in result.reason


def test_options_of_the_policy_reach_the_command_line(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"tests/test_a.py": ""})
    options = {
        "markers": "not slow",
        "workers": 3,
        "exclude": ["tests/slow"],
        "args": ["--maxfail=2"],
    }
    job = make_job("pytest", root, options, paths=["tests", "more"])
    (command,) = PYTEST.commands(job)
    words = list(command.argv)
    chosen = [
        *("-o", "addopts=", "-m", "not slow", "-n", "3"),
        *("--ignore=tests/slow", "--maxfail=2"),
    ]
    assert words[-11:] == [*chosen, "--", "./tests", "./more"]
    assert PYTEST.reproduce(job) == (
        sys.executable,
        *("-m", "pytest", *chosen, "tests", "more"),
    )


def test_folders_without_code_of_the_project_are_not_searched(tmp_path: Path) -> None:
    files = {
        "tests/test_a.py": "",
        "tests/node_modules/x.py": "",
        "tests/build/x.py": "",
    }
    root = write_files(tmp_path / "project", files)
    job = make_job("pytest", root, paths=["tests"])
    (command,) = PYTEST.commands(job)
    assert "norecursedirs=.*" in command.argv
    left_out = [word for word in command.argv if word.startswith("--ignore=")]
    assert left_out == ["--ignore=tests/node_modules"]


def test_warnings_that_betray_a_test_without_effect_are_errors(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"tests/test_a.py": ""})
    (command,) = PYTEST.commands(make_job("pytest", root, paths=["tests"]))
    for name in ("ReturnNotNone", "UnhandledThreadException", "AssertRewrite"):
        assert f"-Werror::pytest.Pytest{name}Warning" in command.argv


def test_coverage_wraps_the_run_where_a_gate_needs_it(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"src/a.py": "", "tests/test_a.py": ""})
    wanted = {"coverage": {"source": ["src"]}}
    job = make_job("pytest", root, paths=["tests"], companions=wanted)
    (command,) = PYTEST.commands(job)
    rcfile = job.work / "coveragerc"
    start = command.argv.index("coverage")
    assert command.argv[start : start + 5] == (
        *("coverage", "run", f"--rcfile={rcfile}", "-m", "pytest"),
    )
    assert rcfile.is_file()
    assert command.environment["COVERAGE_FILE"] == str(job.work / "coverage-data")


@pytest.mark.parametrize("case", ["last-test-ends-5", "last-test-leaves-0"])
def test_a_test_that_never_came_to_its_end_has_not_passed(
    tmp_path: Path, case: str
) -> None:
    assert verdict(replay(tmp_path, f"pytest/{case}")).status == "error"


def test_none_collected_contradicts_a_test_that_passed(tmp_path: Path) -> None:
    assert verdict(replay(tmp_path, "pytest/exit-status-5")).status == "error"


def test_the_policy_may_choose_by_keyword(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "pytest/keyword"))
    assert (result.status, result.reason) == ("passed", "0 failures, at most 0 allowed")
