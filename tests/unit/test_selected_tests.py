"""Gates on one kind of test: by marker, by path, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.judge import Gate, judge
from gatekeeper.model import (
    Case,
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Run,
    RunStatus,
    Severity,
)
from gatekeeper.selected_tests import selected


def case(name: str, outcome: str = "passed", *labels: str) -> Case:
    failed = outcome not in ("passed", "xpassed")
    what = Finding(outcome, Severity.HIGH, f"{name}: {outcome}") if failed else None
    return Case(name, frozenset(labels), outcome, what)


CASES = (
    case("tests/integration/test_api.py::test_orders"),
    case("tests/unit/test_auth.py::TestJWT::test_expired", "passed", "authentication"),
    case("tests/unit/test_cache.py::test_session", "skipped"),
    case("tests/unit/test_errors.py::test_404", "failed", "slow"),
)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("authentication",), 1),
        (("auth",), 0),
        (("*auth*",), 1),
        (("*jwt*",), 1),
        (("tests/integration",), 1),
        (("tests/unit/*",), 3),
        (("tests/unit/test_cache.py",), 1),
        (("tests/unit/test_cache.py::test_session",), 1),
        (("slow", "*cache*"), 2),
        (("*",), 4),
    ],
)
def test_tests_are_meant_by_marker_path_or_name(
    words: tuple[str, ...], count: int
) -> None:
    assert len(selected(words, CASES).cases) == count


def verdict(*words: str, metric: str = "not_passed", **measured: object) -> GateResult:
    gate = Gate(
        "kind", "kind", "pytest", metric, "tests", True, maximum=0, select=words
    )
    base = Measurement(examined=4, examined_unit="tests", cases=CASES)
    run = Run(
        "pytest",
        RunStatus.COMPLETED,
        measurement=replace(base, **measured),  # type: ignore[arg-type]
    )
    return judge(gate, run)


def test_all_of_a_kind_that_passed() -> None:
    result = verdict("*auth*")
    assert (result.status, result.value) == (GateStatus.PASSED, 0)


@pytest.mark.parametrize("words", [("*cache*",), ("slow",)])
def test_a_skipped_test_of_a_kind_is_no_pass(words: tuple[str, ...]) -> None:
    result = verdict(*words)
    assert (result.status, result.value) == (GateStatus.FAILED, 1)
    assert len(result.findings) == 1


def test_skipped_tests_are_no_failures() -> None:
    assert verdict("*cache*", metric="failures").status is GateStatus.PASSED


def test_a_kind_without_any_test_is_no_proof() -> None:
    result = verdict("database", "*mongo*")
    assert (result.status, result.value) == (GateStatus.ERROR, None)
    assert result.reason == "no test is meant by database, *mongo*"


def test_a_file_that_was_not_collected_may_have_held_some() -> None:
    lost = Finding("collection-error", Severity.HIGH, "tests/test_db.py: ImportError")
    result = verdict("*auth*", findings=(lost,))
    assert (result.status, result.findings) == (GateStatus.FAILED, (lost,))


def test_tests_that_nobody_saw_are_no_pass() -> None:
    assert verdict("*auth*", gaps=("2 tests removed",)).status is GateStatus.ERROR
