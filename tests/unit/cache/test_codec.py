"""What is kept of a run comes back as it was, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatekeeper.cache.codec import pack, pack_file, unpack, unpack_file
from gatekeeper.model import (
    Case,
    Counts,
    FileResult,
    Finding,
    Measurement,
    Metric,
    Severity,
)

FINDING = Finding("F401", Severity.HIGH, "unused ä\udcff", "a.py", 1, 2, 3, 4, "x://y")
BARE = Finding("CVE", Severity.UNKNOWN, "")
FULL = Measurement(
    findings=(FINDING, BARE),
    metrics={"percent": Metric(99.9, "%"), "passed": Metric(3, "tests")},
    examined=7,
    examined_unit="tests",
    examined_paths=frozenset({"a.py", "b.py"}),
    suppressed=2,
    silenced=(BARE, FINDING),
    gaps=("one", "two"),
    faults=("worthless",),
    counts={"a.py": Counts(4, 3, 2, 1)},
    cases=(
        Case("t::a", frozenset({"slow", "db"}), "failed", FINDING),
        Case("t::b", frozenset(), "passed"),
    ),
    notes=("shaped",),
    version="1.2",
    output="the end",
)
FILES = [
    *(FileResult(), FileResult(lines=0), FileResult(lines=99), FileResult((FINDING,))),
    *(FileResult(silenced=(FINDING,)), FileResult(gaps=("broken",), lines=0)),
    FileResult((BARE, FINDING), (BARE,), ("a", "b"), 12),
]


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("measured", [FULL, Measurement()])
def test_a_measurement_comes_back(measured: Measurement) -> None:
    found = unpack(through_json(pack(measured)))
    assert found == measured and hash(found.findings) == hash(measured.findings)
    assert [type(f.severity) for f in found.findings] == [Severity] * len(
        measured.findings
    )


@pytest.mark.parametrize("result", FILES)
def test_the_result_of_a_file_comes_back(result: FileResult) -> None:
    assert unpack_file(through_json(pack_file(result))) == result


@pytest.mark.parametrize("field", sorted(pack(FULL)))
def test_a_measurement_without_a_field_is_refused(field: str) -> None:
    packed = through_json(pack(FULL))
    del packed[field]
    with pytest.raises(ValueError, match="not what was packed"):
        unpack(packed)


def bad_parts() -> list[tuple[str, Any]]:
    fields = sorted(set(pack(FULL)) - {"suppressed", "version", "output"})
    parts: list[tuple[str, Any]] = [(f, bad) for f in fields for bad in (None, 1)]
    finding = pack(FULL)["findings"][0]
    findings = [finding[:2], [*finding, 1], [1, "worst", *finding[2:]], None, "F401"]
    parts += [("findings", [bad]) for bad in findings]
    parts += [("cases", [bad]) for bad in (None, ["t"], ["t", None, "passed", None])]
    parts += [("cases", [["t", [], "failed", ["F401"]]]), ("metrics", {"a": [1, 2, 3]})]
    parts += [("counts", {"a": [1, 2, 3, 4, 5]}), ("counts", []), ("examined", [1])]
    return parts


@pytest.mark.parametrize(("field", "value"), bad_parts())
def test_a_measurement_of_another_shape_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match="not what was packed"):
        unpack({**through_json(pack(FULL)), field: value})


@pytest.mark.parametrize("value", [None, 1, "", [], {}, [1, []], [1, [], 0, [], 1]])
def test_neither_is_anything_else(value: Any) -> None:
    for read in (unpack, unpack_file):
        with pytest.raises(ValueError, match="not what was packed"):
            read(value)
