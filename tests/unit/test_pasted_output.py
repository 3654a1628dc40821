"""What is pasted into a pull request, held against the run."""

from __future__ import annotations

import pytest

from gatekeeper.model import (
    Comparison,
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Metric,
    Run,
    RunStatus,
    Severity,
)
from gatekeeper.pasted_output import compared
from gatekeeper.template.markdown import parse

GATE = GateResult("evidence", "evidence", GateStatus.PENDING, True, None)
ROW = Comparison("GET /a", "latency", "p95", "ms", False, variance=4.0)
RUNS = {
    "coverage": Run(
        "coverage",
        RunStatus.COMPLETED,
        measurement=Measurement(metrics={"percent": Metric(88.4, "%")}),
    ),
    "mypy": Run(
        "mypy",
        RunStatus.COMPLETED,
        measurement=Measurement(
            findings=(Finding("bare-type-ignore", Severity.MEDIUM, "bare"),)
        ),
    ),
    "performance": Run(
        "performance",
        RunStatus.COMPLETED,
        measurement=Measurement(comparisons=(ROW,)),
    ),
}


def verdict(text: str, *tools: str) -> GateResult:
    body = parse(f"## Results\n\n```\n{text}\n```\n")
    return compared(GATE, {"Results": tools}, body, RUNS)


def test_without_a_body_it_waits() -> None:
    assert compared(GATE, {"Results": ["mypy"]}, None, RUNS).status is (
        GateStatus.PENDING
    )


def test_numbers_that_agree_pass() -> None:
    result = verdict("TOTAL   100   12   88%", "coverage")
    assert (result.status, result.reason) == (
        GateStatus.PASSED,
        "1 pasted numbers agree with the run",
    )


@pytest.mark.parametrize(
    ("text", "tool", "message"),
    [
        ("TOTAL 100 7 93%", "coverage", "line 4: 93 percent of coverage pasted, 88.4"),
        ("I looked at it, all fine.", "coverage", "has no number of coverage"),
        ("# Run: coverage report", "coverage", "nothing is pasted below 'Results'"),
        ("Found 3 errors in 1 file", "mypy", "3 findings of mypy pasted, 0 measured"),
    ],
)
def test_numbers_that_do_not_agree_fail(text: str, tool: str, message: str) -> None:
    result = verdict(text, tool)
    assert result.status is GateStatus.FAILED
    assert message in result.reason


def test_findings_of_ours_are_not_in_the_output_of_the_tool() -> None:
    text = "Success: no issues found in 3 source files"
    assert verdict(text, "mypy").status is GateStatus.PASSED


def test_a_section_that_is_gone_fails() -> None:
    result = compared(GATE, {"Other": ["mypy"]}, parse("## Results\n"), RUNS)
    assert result.reason == "the pull request has no section 'Other'"


def test_the_list_of_changed_files_needs_no_number() -> None:
    body = parse("## Files\n\nsee above\n")
    assert compared(GATE, {"Files": ["changes"]}, body, RUNS).status is (
        GateStatus.PASSED
    )
