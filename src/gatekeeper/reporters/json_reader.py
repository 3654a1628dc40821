"""Reports read back from their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gatekeeper.errors import UserError
from gatekeeper.model import (
    Answer,
    BoxResult,
    BoxState,
    Comparison,
    Counts,
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
from gatekeeper.reporters.json_report import SCHEMA


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
            declared=tuple(document.get("declared", ())),
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
            silenced=tuple(map(_load_finding, entry.get("silenced", ()))),
            counts={p: Counts(**c) for p, c in entry.get("files", {}).items()},
        ),
    )
