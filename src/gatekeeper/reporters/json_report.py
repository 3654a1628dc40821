"""The machine-readable report. Schema `gatekeeper.report/1`, published beside it.

Schema history: 1, first version.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from gatekeeper import __version__
from gatekeeper.model import (
    Comparison,
    Finding,
    GateResult,
    Measurement,
    Report,
    Revision,
    Run,
)
from gatekeeper.reporters import Style
from gatekeeper.reporters.fingerprints import Mark, marked
from gatekeeper.reporters.json_text import as_text

SCHEMA = "gatekeeper.report/1"
_MAX_FINDINGS = 10_000
_MAX_ARGUMENTS = 100
_COMPARED = tuple(field.name for field in fields(Comparison))


def render(report: Report, style: Style) -> str:
    """The report as JSON, findings of a gate cut at 10,000 and the rest counted."""
    document = {
        "schema": SCHEMA,
        "gatekeeper": __version__,
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "interrupted": report.interrupted,
        "started": report.started,
        "duration_seconds": report.duration_seconds,
        "policy": {
            "path": report.policy.path,
            "sha256": report.policy.sha256,
            "ref": report.policy.ref,
        },
        "revision": _revision(report.revision),
        **({} if report.changed is None else {"changed": list(report.changed)}),
        **({"remarks": list(report.remarks)} if report.remarks else {}),
        **({"declared": list(report.declared)} if report.declared else {}),
        "gates": [_gate(gate) for gate in report.gates],
        "runs": [_run(run) for run in report.runs],
    }
    return as_text(document)


def _revision(revision: Revision) -> dict[str, Any]:
    changes = {"changes": revision.changes} if revision.changes else {}
    return {
        "commit": revision.commit,
        "branch": revision.branch,
        "dirty": revision.dirty,
        **changes,
    }


def _gate(gate: GateResult) -> dict[str, Any]:
    cut = max(0, len(gate.findings) - _MAX_FINDINGS)
    compared = [_comparison(row) for row in gate.comparisons]
    return {
        "id": gate.id,
        "title": gate.title,
        "status": gate.status,
        "blocking": gate.blocking,
        "tool": gate.tool,
        "metric": gate.metric,
        "value": gate.value,
        "min": gate.minimum,
        "max": gate.maximum,
        "unit": gate.unit,
        "reason": gate.reason,
        "fix": gate.fix,
        "reproduce": gate.reproduce,
        "notes": list(gate.notes),
        "findings": _findings(gate.tool or "", gate.findings),
        "findings_omitted": gate.findings_omitted + cut,
        **({"comparisons": compared} if compared else {}),
        **({"boxes": [asdict(box) for box in gate.boxes]} if gate.boxes else {}),
        **({"evidence": dict(gate.evidence)} if gate.evidence else {}),
    }


def _comparison(row: Comparison) -> dict[str, Any]:
    """One comparison; an interval without end has null there."""
    endless = (math.inf, -math.inf)
    values = {name: getattr(row, name) for name in _COMPARED}
    return {name: None if v in endless else v for name, v in values.items()}


def _findings(tool: str, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The first findings with their fingerprints."""
    found = findings[:_MAX_FINDINGS]
    return [_finding(*pair) for pair in zip(found, marked(tool, found), strict=True)]


def _finding(finding: Finding, mark: Mark) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "fingerprint": mark.unique,
        "url": finding.url,
    }


def _run(run: Run) -> dict[str, Any]:
    measured = run.measurement or Measurement()
    silenced = _findings(run.tool, measured.silenced)
    files = {path: asdict(counts) for path, counts in measured.counts.items()}
    return {
        "tool": run.tool,
        "version": run.version,
        "command": _command(run.command),
        "status": run.status,
        "exit_code": run.exit_code,
        "duration_seconds": run.duration_seconds,
        "cached": run.cached,
        **({"saved_seconds": run.saved_seconds} if run.cached else {}),
        "examined": measured.examined,
        "suppressed": measured.suppressed,
        "metrics": {name: metric.value for name, metric in measured.metrics.items()},
        "reason": run.reason,
        "notes": list(measured.notes),
        "stderr_tail": run.stderr_tail,
        **({"output": measured.output} if measured.output else {}),
        **({"silenced": silenced} if silenced else {}),
        **({"files": files} if files else {}),
    }


def _command(command: Sequence[str]) -> list[str]:
    if len(command) <= _MAX_ARGUMENTS:
        return list(command)
    left = len(command) - _MAX_ARGUMENTS
    return [*command[:_MAX_ARGUMENTS], f"... and {left} more arguments"]
