"""Measurement in, verdict out: every edge of the conditions in one table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.decimals import display
from gatekeeper.judge import Gate, conclude, judge
from gatekeeper.model import (
    Counts,
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Metric,
    Run,
    RunStatus,
    Severity,
    Verdict,
)

LINT = Gate("lint", "lint", "flake8", "findings", "findings", blocking=True, maximum=0)
LINT = replace(LINT, counts_findings=True)
COVER = Gate("cov", "coverage", "coverage", "percent", "%", blocking=True, minimum=90)


def finding(
    rule: str = "E501", severity: Severity = Severity.MEDIUM, path: str = "src/a.py"
) -> Finding:
    return Finding(rule, severity, "message", path, 1)


def done(*findings: Finding, examined: int = 5, gaps: tuple[str, ...] = ()) -> Run:
    measured = Measurement(
        findings=findings,
        examined=examined,
        examined_paths=frozenset({"src/a.py", "src/core/b.py"}),
        gaps=gaps,
    )
    return Run("flake8", RunStatus.COMPLETED, measurement=measured)


def covered(
    percent: float | None, gaps: tuple[str, ...] = (), examined: int = 100
) -> Run:
    metrics = {} if percent is None else {"percent": Metric(percent, "%")}
    measured = Measurement(metrics=metrics, examined=examined, gaps=gaps)
    return Run("coverage", RunStatus.COMPLETED, measurement=measured)


@pytest.mark.parametrize(
    ("run", "status", "reason"),
    [
        (done(), "passed", "0 findings, at most 0 allowed"),
        (done(finding()), "failed", "1 finding, at most 0 allowed"),
        (done(examined=0), "error", "flake8 examined no files"),
        (done(gaps=("a.py: unreadable",)), "error", "a.py: unreadable"),
        (done(gaps=("a", "b", "c")), "error", "(and 2 more)"),
        (done(finding(), gaps=("a.py: unreadable",)), "failed", "1 finding"),
        (done(finding(), examined=0), "failed", "1 finding"),
        (Run("flake8", RunStatus.MISSING, reason="no flake8"), "error", "no flake8"),
        (Run("flake8", RunStatus.TIMED_OUT), "error", "gave no measurement"),
        (Run("flake8", RunStatus.COMPLETED), "error", "gave no measurement"),
        (
            replace(done(), status=RunStatus.CRASHED, reason="died"),
            "error",
            "died",
        ),
    ],
)
def test_findings_against_a_maximum(run: Run, status: str, reason: str) -> None:
    result = judge(LINT, run)
    assert result.status == status
    assert reason in result.reason


@pytest.mark.parametrize(
    ("run", "status", "reason"),
    [
        (covered(90), "passed", "90 %, at least 90 required"),
        (covered(89.999), "failed", "89.99 %"),
        (covered(89.99999999), "failed", "89.99 %"),
        (covered(0), "failed", "0 %"),
        (covered(100), "passed", "100 %"),
        (covered(None), "error", "measured no percent"),
        (covered(float("nan")), "error", "no number"),
        (covered(float("inf")), "error", "no number"),
        (covered(95, examined=0), "error", "examined no files"),
        (covered(95, gaps=("x.py is missing",)), "error", "x.py is missing"),
        # What is missing might be covered, so too little is no proof of failure.
        (covered(10, gaps=("x.py is missing",)), "error", "x.py is missing"),
        (covered(0, examined=0), "error", "examined no files"),
    ],
)
def test_a_ratio_against_a_minimum(run: Run, status: str, reason: str) -> None:
    result = judge(COVER, run)
    assert result.status == status
    assert reason in result.reason


def test_a_fault_of_the_code_spoils_a_good_number() -> None:
    measured = Measurement(
        metrics={"percent": Metric(99, "%")}, examined=9, faults=("2 tests failed",)
    )
    result = judge(COVER, Run("coverage", RunStatus.COMPLETED, measurement=measured))
    assert result.status == GateStatus.FAILED
    assert result.reason == "99 %, at least 90 required, but 2 tests failed"


def test_rules_select_by_prefix() -> None:
    run = done(finding("D100"), finding("E501"), finding("C901"))
    assert judge(replace(LINT, rules=("D",)), run).value == 1
    assert judge(replace(LINT, rules=("C901", "E5")), run).value == 2
    assert judge(replace(LINT, rules=("X",)), run).status == GateStatus.PASSED


@pytest.mark.parametrize(
    ("severity", "counted"),
    [("low", 5), ("medium", 4), ("high", 3), ("critical", 2), ("unknown", 1)],
)
def test_a_severity_selects_itself_what_is_above_and_the_unknown(
    severity: str, counted: int
) -> None:
    run = done(*(finding(severity=level) for level in Severity))
    gate = replace(LINT, severity=Severity(severity))
    assert judge(gate, run).value == counted
    if severity != "unknown":
        without = judge(replace(gate, ignore_unknown=True), run)
        assert without.value == counted - 1


def test_the_unknown_is_counted_as_critical_and_said() -> None:
    run = done(finding(severity=Severity.UNKNOWN))
    result = judge(replace(LINT, severity=Severity.CRITICAL), run)
    assert result.status == GateStatus.FAILED
    assert result.notes == ("1 of unknown severity, counted as critical",)


def test_paths_select_findings_and_need_an_examined_file() -> None:
    run = done(finding(path="src/core/b.py"), finding(path="src/corex.py"))
    assert judge(replace(LINT, paths=("src/core",)), run).value == 1
    nowhere = judge(replace(LINT, paths=("lib",)), done())
    assert nowhere.status == GateStatus.ERROR
    assert "no examined file lies under lib" in nowhere.reason


def test_paths_of_a_ratio_take_the_raw_counts_of_those_files() -> None:
    measured = Measurement(
        metrics={"percent": Metric(50, "%")},
        examined=20,
        examined_paths=frozenset({"src/core/a.py", "src/core/b.py", "src/c.py"}),
        counts={
            "src/core/a.py": Counts(9, 9, 1, 0),
            "src/core/b.py": Counts(10, 10),
            "src/c.py": Counts(20, 0),
            "src/core/empty.py": Counts(),
        },
    )
    run = Run("coverage", RunStatus.COMPLETED, measurement=measured)
    assert judge(replace(COVER, paths=("src/core",)), run).value == 95
    assert judge(COVER, run).value == 50
    empty = judge(replace(COVER, paths=("src/core/empty.py",)), run)
    assert empty.status == GateStatus.ERROR


@pytest.mark.parametrize(
    ("value", "minimum", "maximum", "shown"),
    [
        (94.97, 95, None, "94.97"),
        (94.999, 95, None, "94.99"),
        (94.99999, 95, None, "94.99"),
        (95.0, 95, None, "95"),
        (95.001, 95, None, "95"),
        (66.666666, 66.67, None, "66.66"),
        (94.9999, 94.9995, None, "94.9999"),
        (10.001, None, 10, "10.01"),
        (10.000001, None, 10, "10.01"),
        (9.999, None, 10, "9.99"),
        (10.0, None, 10, "10"),
        (3, None, 0, "3"),
        (0, None, 0, "0"),
        (1234567.0, None, 0, "1234567"),
    ],
)
def test_what_is_shown_never_contradicts_the_verdict(
    value: float, minimum: float | None, maximum: float | None, shown: str
) -> None:
    assert display(value, minimum, maximum) == shown


def result(status: str, *, blocking: bool = True) -> GateResult:
    return GateResult(status, status, GateStatus(status), blocking, "flake8")


@pytest.mark.parametrize(
    ("gates", "verdict"),
    [
        ([result("passed")], "passed"),
        ([result("passed"), result("failed")], "failed"),
        ([result("passed"), result("error")], "error"),
        ([result("error"), result("failed")], "failed"),
        ([result("passed"), result("failed", blocking=False)], "passed"),
        ([result("passed"), result("error", blocking=False)], "passed"),
        ([result("passed"), result("pending"), result("skipped")], "passed"),
        ([result("failed", blocking=False)], "passed"),
        ([result("skipped")], "error"),
        ([result("pending")], "error"),
        ([result("error", blocking=False)], "error"),
        ([], "error"),
    ],
)
def test_the_answer_of_the_whole_run(gates: list[GateResult], verdict: str) -> None:
    assert conclude(gates) == Verdict(verdict)
