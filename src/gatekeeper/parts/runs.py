"""Runs as they were before they went into a report, as far as that can be told.

A report has the findings of a run only where a gate has them. To hold pasted output
against fewer than there were would be to agree with a number that is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gatekeeper.model import (
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Report,
    Run,
    RunStatus,
    Severity,
)
from gatekeeper.policy.schema import GatePolicy

#: Metrics that count all findings of a tool.
_COUNTS = ("findings", "failures", "untested")
#: The metric of a run that has comparisons.
_VARIANCE = "variance"
#: A report that is believed has no more.
_MOST = 1_000_000
#: Stands for a finding that no gate shows.
_MINOR = Finding("", Severity.LOW, "")


def restored(
    reports: Sequence[Report], gates: Mapping[str, GatePolicy]
) -> dict[str, Run]:
    """The runs by tool, without those of which too little is known."""
    found: dict[str, Run] = {}
    for report in reports:
        for run in report.runs:
            served = [g for g in report.gates if g.tool == run.tool and g.id in gates]
            whole = _restored(run, served, gates)
            if whole is not None:
                found.setdefault(run.tool, whole)
    return found


def _restored(
    run: Run, served: Sequence[GateResult], gates: Mapping[str, GatePolicy]
) -> Run | None:
    measured = run.measurement or Measurement()
    if run.status is not RunStatus.COMPLETED:
        return replace(run, measurement=None)
    findings = _united(gate.findings for gate in served)
    told = [measured.metrics[n].value for n in _COUNTS if n in measured.metrics]
    hidden = (told[0] if told else len(findings)) - len(findings)
    if hidden and not any(_shows_grave(gates[g.id], g) for g in served):
        return None
    if not 0 <= hidden <= _MOST:
        return None
    rows = {(r.subject, r.quantity): r for gate in served for r in gate.comparisons}
    compared = sum(not row.problem for row in rows.values())
    if _VARIANCE in measured.metrics and compared < measured.examined:
        return None
    whole = replace(
        measured,
        findings=(*findings, *([_MINOR] * int(hidden))),
        comparisons=tuple(rows.values()),
    )
    return replace(run, measurement=whole)


def _shows_grave(gate: GatePolicy, result: GateResult) -> bool:
    """Whether it shows all grave findings, so that what it hides are minor ones."""
    judged = result.status in (GateStatus.PASSED, GateStatus.FAILED)
    chosen = gate.rules or gate.paths or gate.select or result.findings_omitted
    grave = gate.severity in ("low", "medium", "high") and gate.unknown == "critical"
    return judged and grave and not chosen


def _united(every: Iterable[Iterable[Finding]]) -> list[Finding]:
    """All findings, those that several gates show once."""
    found: Counter[Finding] = Counter()
    for findings in every:
        found |= Counter(findings)
    return list(found.elements())
