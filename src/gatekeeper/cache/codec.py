"""Measurements as plain values and back; another shape raises ValueError."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any, TypeVar

from gatekeeper.model import (
    Case,
    Counts,
    FileResult,
    Finding,
    Measurement,
    Metric,
    Severity,
)

_T = TypeVar("_T")
_MISMATCH = (TypeError, ValueError, LookupError, AttributeError)


def pack_file(result: FileResult) -> list[Any]:
    """The result of one file; for the many without findings only a number."""
    rest = [
        [_finding(f) for f in result.findings],
        [_finding(f) for f in result.silenced],
        result.gaps,
    ]
    return [result.lines, *(rest if any(rest) else ())]


def unpack_file(value: Any) -> FileResult:
    """What `pack_file` made a value of."""

    def read() -> FileResult:
        lines, *rest = value
        if not rest:
            return FileResult(lines=lines)
        findings, silenced, gaps = rest
        found = tuple(map(_to_finding, findings)), tuple(map(_to_finding, silenced))
        return FileResult(*found, tuple(gaps), lines)

    return _checked(read)


def pack(measured: Measurement) -> dict[str, Any]:
    """A measurement that compares nothing before and after."""
    return {
        "findings": [_finding(finding) for finding in measured.findings],
        "metrics": {name: astuple(m) for name, m in measured.metrics.items()},
        "examined": [measured.examined, measured.examined_unit],
        "paths": sorted(measured.examined_paths),
        "suppressed": measured.suppressed,
        "silenced": [_finding(finding) for finding in measured.silenced],
        "gaps": measured.gaps,
        "faults": measured.faults,
        "counts": {path: astuple(c) for path, c in measured.counts.items()},
        "cases": [
            [c.id, sorted(c.labels), c.outcome, c.finding and _finding(c.finding)]
            for c in measured.cases
        ],
        "notes": measured.notes,
        "version": measured.version,
        "output": measured.output,
    }


def unpack(value: Any) -> Measurement:
    """What `pack` made a value of."""

    def read() -> Measurement:
        examined, unit = value["examined"]
        return Measurement(
            findings=tuple(map(_to_finding, value["findings"])),
            metrics={name: Metric(*m) for name, m in value["metrics"].items()},
            examined=examined,
            examined_unit=unit,
            examined_paths=frozenset(value["paths"]),
            suppressed=value["suppressed"],
            silenced=tuple(map(_to_finding, value["silenced"])),
            gaps=tuple(value["gaps"]),
            faults=tuple(value["faults"]),
            counts={path: Counts(*c) for path, c in value["counts"].items()},
            cases=tuple(map(_to_case, value["cases"])),
            notes=tuple(value["notes"]),
            version=value["version"],
            output=value["output"],
        )

    return _checked(read)


def _checked(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except _MISMATCH as error:
        raise ValueError(f"not what was packed: {error!r}") from error


def _finding(finding: Finding) -> list[Any]:
    return [
        finding.rule,
        finding.severity,
        finding.message,
        finding.path,
        finding.line,
        finding.column,
        finding.end_line,
        finding.end_column,
        finding.url,
    ]


def _to_finding(value: list[Any]) -> Finding:
    rule, severity, *rest = value
    return Finding(rule, Severity(severity), *rest)


def _to_case(value: list[Any]) -> Case:
    name, labels, outcome, finding = value
    told = _to_finding(finding) if finding else None
    return Case(name, frozenset(labels), outcome, told)
