"""The machine-readable report. Schema `gatekeeper.report/1`, published beside it.

Schema history: 1, first version.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from gatekeeper import __version__
from gatekeeper.errors import UserError
from gatekeeper.model import (
    Answer,
    BoxResult,
    BoxState,
    Comparison,
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Metric,
    PolicySource,
    Report,
    Revision,
    Run,
    RunStatus,
    Severity,
    Verdict,
)
from gatekeeper.reporters import Style
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
        "revision": {
            "commit": report.revision.commit,
            "branch": report.revision.branch,
            "dirty": report.revision.dirty,
        },
        **({} if report.changed is None else {"changed": list(report.changed)}),
        **({"remarks": list(report.remarks)} if report.remarks else {}),
        "gates": [_gate(gate) for gate in report.gates],
        "runs": [_run(run) for run in report.runs],
    }
    return as_text(document)


def _gate(gate: GateResult) -> dict[str, Any]:
    shown = gate.findings[:_MAX_FINDINGS]
    cut = len(gate.findings) - len(shown)
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
        "findings": list(_findings(gate.tool or "", shown)),
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


def _findings(tool: str, findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    seen: Counter[tuple[str, str | None, str]] = Counter()
    for finding in findings:
        identity = (finding.rule, finding.path, finding.message)
        seen[identity] += 1
        yield {
            "rule": finding.rule,
            "severity": finding.severity,
            "message": finding.message,
            "path": finding.path,
            "line": finding.line,
            "column": finding.column,
            "end_line": finding.end_line,
            "end_column": finding.end_column,
            "fingerprint": _fingerprint(tool, finding, seen[identity]),
            "url": finding.url,
        }


def _fingerprint(tool: str, finding: Finding, occurrence: int) -> str:
    """The same for the same finding after lines were added above it."""
    parts = (tool, finding.rule, finding.path or "", finding.message, str(occurrence))
    text = "\0".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(text).hexdigest()[:32]


def _run(run: Run) -> dict[str, Any]:
    measured = run.measurement or Measurement()
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
    }


def _command(command: Sequence[str]) -> list[str]:
    if len(command) <= _MAX_ARGUMENTS:
        return list(command)
    left = len(command) - _MAX_ARGUMENTS
    return [*command[:_MAX_ARGUMENTS], f"... and {left} more arguments"]


def load(text: str, name: str) -> Report:
    """A report from its JSON. Raises UserError for anything else."""
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise UserError(f"{name}: schema {document['schema']}, {SCHEMA} is needed")
        return Report(
            verdict=Verdict(document["verdict"]),
            exit_code=document["exit_code"],
            started=document["started"],
            duration_seconds=document["duration_seconds"],
            policy=PolicySource(**document["policy"]),
            revision=Revision(**document["revision"]),
            gates=tuple(map(_load_gate, document["gates"])),
            runs=tuple(map(_load_run, document["runs"])),
            interrupted=document["interrupted"],
            changed=tuple(document["changed"]) if "changed" in document else None,
            remarks=tuple(document.get("remarks", ())),
        )
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise UserError(f"{name}: no report of gatekeeper ({error})") from error


def _load_gate(entry: Mapping[str, Any]) -> GateResult:
    return GateResult(
        id=entry["id"],
        title=entry["title"],
        status=GateStatus(entry["status"]),
        blocking=entry["blocking"],
        tool=entry["tool"],
        metric=entry["metric"],
        value=entry["value"],
        minimum=entry["min"],
        maximum=entry["max"],
        unit=entry["unit"],
        reason=entry["reason"],
        fix=entry["fix"],
        reproduce=entry["reproduce"],
        findings=tuple(map(_load_finding, entry["findings"])),
        findings_omitted=entry["findings_omitted"],
        notes=tuple(entry["notes"]),
        comparisons=tuple(map(_load_comparison, entry.get("comparisons", ()))),
        boxes=tuple(map(_load_box, entry.get("boxes", ()))),
        evidence={k: tuple(v) for k, v in entry.get("evidence", {}).items()},
    )


def _load_box(entry: Mapping[str, Any]) -> BoxResult:
    state = entry["state"]
    return BoxResult(**{**entry, "state": state and BoxState(state)})


def _load_comparison(entry: Mapping[str, Any]) -> Comparison:
    return Comparison(**{**entry, "answer": Answer(entry["answer"])})


def _load_finding(entry: Mapping[str, Any]) -> Finding:
    fields = {k: v for k, v in entry.items() if k not in ("fingerprint", "severity")}
    return Finding(severity=Severity(entry["severity"]), **fields)


def _load_run(entry: Mapping[str, Any]) -> Run:
    metrics = {name: Metric(value, "") for name, value in entry["metrics"].items()}
    return Run(
        tool=entry["tool"],
        status=RunStatus(entry["status"]),
        command=tuple(entry["command"]),
        version=entry["version"],
        exit_code=entry["exit_code"],
        duration_seconds=entry["duration_seconds"],
        cached=entry["cached"],
        saved_seconds=entry.get("saved_seconds", 0.0),
        stderr_tail=entry["stderr_tail"],
        reason=entry["reason"],
        measurement=Measurement(
            metrics=metrics,
            examined=entry["examined"],
            suppressed=entry["suppressed"],
            notes=tuple(entry["notes"]),
            output=entry.get("output", ""),
        ),
    )
