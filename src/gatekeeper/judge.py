"""A gate and a measurement give a verdict. Pure: no clock, no file, no environment.

Everything absent, unknown or contradictory is an error, never a pass. A condition that
is violated by what was seen fails even where more was left unseen: more could not mend
it.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gatekeeper.decimals import counted, display, plain
from gatekeeper.model import (
    Answer,
    Comparison,
    Counts,
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Run,
    RunStatus,
    Severity,
    Verdict,
)
from gatekeeper.performance.outcome import VARIANCE, Limit
from gatekeeper.project.files import matches
from gatekeeper.selected_tests import selected

_ORDER = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition over one tool's measurement, as the policy states it.

    `limit` is there for tools that compare; it holds all of the condition then.
    """

    id: str
    title: str
    tool: str
    metric: str
    unit: str
    blocking: bool
    minimum: float | None = None
    maximum: float | None = None
    rules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    severity: Severity | None = None
    ignore_unknown: bool = False
    counts_findings: bool = False
    fix: str = ""
    limit: Limit | None = None
    select: tuple[str, ...] = ()


def judge(gate: Gate, run: Run, reproduce: str = "") -> GateResult:
    """The verdict on one gate from the run of its tool."""
    base = GateResult(
        id=gate.id,
        title=gate.title,
        status=GateStatus.ERROR,
        blocking=gate.blocking,
        tool=gate.tool,
        metric=gate.metric,
        minimum=gate.minimum,
        maximum=gate.maximum,
        unit=gate.unit,
        fix=gate.fix,
        reproduce=by_hand(gate, reproduce),
    )
    measured = run.measurement
    if run.status is not RunStatus.COMPLETED or measured is None:
        return replace(base, reason=run.reason or f"{gate.tool} gave no measurement")
    if gate.limit is not None:
        return _compared(gate.limit, base, measured)
    if gate.select:
        return _of_tests(gate, base, measured)
    findings = tuple(select(gate, measured.findings))
    value = _value(gate, measured, findings)
    base = replace(base, value=value, findings=findings, notes=_notes(gate, findings))
    status, reason = _decide(gate, measured, value)
    if status is GateStatus.FAILED and measured.faults and not gate.counts_findings:
        if not _violated(gate, value or 0, measured):
            # The fault is what has to be mended; the findings would only distract.
            base = replace(base, findings=())
    return replace(base, status=status, reason=reason)


def _of_tests(gate: Gate, base: GateResult, measured: Measurement) -> GateResult:
    """The verdict on some of the tests; none of that kind is no proof of anything.

    A file that could not be collected may have held some of them, so it counts.
    """
    chosen = selected(gate.select, measured.cases)
    lost = [f for f in measured.findings if f.rule == "collection-error"]
    value = chosen.value(gate.metric)
    value += len(lost) if gate.metric in ("failures", "not_passed") else 0
    base = replace(base, value=value, findings=(*chosen.findings(gate.metric), *lost))
    status, reason = _decide(gate, measured, value)
    if not chosen.cases and status is not GateStatus.FAILED:
        wanted = ", ".join(gate.select)
        return replace(
            base,
            value=None,
            reason=f"no test is meant by {wanted}",
            fix="Write one, or mark those that there are; where there is nothing to"
            " test, put `attest` in the place of `tool`.",
        )
    return replace(base, status=status, reason=reason)


def _compared(limit: Limit, base: GateResult, measured: Measurement) -> GateResult:
    from gatekeeper.performance.limits import decide  # only what compares needs it

    outcome = decide(limit, measured.comparisons, measured.levels)
    return replace(
        base,
        status=outcome.status,
        value=outcome.value,
        reason=outcome.reason,
        findings=tuple(_findings(limit, outcome.comparisons)),
        notes=outcome.notes,
        comparisons=outcome.comparisons,
        fix=outcome.fix or base.fix,
    )


def by_hand(gate: Gate, reproduce: str) -> str:
    """The command that shows the same, from the one that shows all of the tool."""
    if not reproduce.startswith("gatekeeper "):
        return reproduce
    if gate.limit is None or gate.metric != VARIANCE:
        return f"gatekeeper check {gate.id}"
    return f"{reproduce} {shlex.join(gate.limit.words)}"


def _findings(limit: Limit, rows: Iterable[Comparison]) -> Iterable[Finding]:
    """What does not hold, for reports that know findings only."""
    from gatekeeper.performance.limits import describe

    for row in rows:
        if row.answer in (None, Answer.WITHIN, Answer.COARSE):
            continue
        grave = Severity.HIGH if row.answer is Answer.EXCEEDS else Severity.MEDIUM
        message = f"{describe(row, limit.maximum)}: {row.problem or row.answer}"
        yield Finding(row.kind, grave, message)


def select(gate: Gate, findings: Iterable[Finding]) -> Iterable[Finding]:
    """The findings that concern a gate: its rules, its paths, its severity."""
    for finding in findings:
        if gate.rules and not finding.rule.startswith(gate.rules):
            continue
        if gate.paths and not _below(finding.path, gate.paths):
            continue
        if gate.severity is None or _grave(finding.severity, gate):
            yield finding


def _below(path: str | None, prefixes: tuple[str, ...]) -> bool:
    return path is not None and any(matches(path, prefix) for prefix in prefixes)


def _grave(severity: Severity, gate: Gate) -> bool:
    if severity is Severity.UNKNOWN:
        return not gate.ignore_unknown
    if gate.severity is None or gate.severity is Severity.UNKNOWN:
        return gate.severity is None
    return _ORDER.index(severity) >= _ORDER.index(gate.severity)


def _value(
    gate: Gate, measured: Measurement, findings: tuple[Finding, ...]
) -> float | None:
    if gate.counts_findings:
        return len(findings)
    if gate.paths and measured.counts:
        chosen = [c for path, c in measured.counts.items() if _below(path, gate.paths)]
        return sum(chosen, Counts()).percentages().get(gate.metric)
    metric = measured.metrics.get(gate.metric)
    return metric.value if metric else None


def _decide(
    gate: Gate, measured: Measurement, value: float | None
) -> tuple[GateStatus, str]:
    if value is not None and not math.isfinite(value):
        return GateStatus.ERROR, f"{gate.metric} is no number"
    shown = "" if value is None else _against(gate, value)
    if value is not None and _violated(gate, value, measured):
        return GateStatus.FAILED, shown
    if why := _no_proof(gate, measured, value):
        return GateStatus.ERROR, why
    if measured.faults:
        return GateStatus.FAILED, f"{shown}, but {'; '.join(measured.faults)}"
    return GateStatus.PASSED, shown


def _violated(gate: Gate, value: float, measured: Measurement) -> bool:
    """Whether what was seen breaks the condition, however much was not seen.

    Too little of something proves nothing while parts are missing; nor does anything
    before the first thing was examined.
    """
    if gate.maximum is not None and value > gate.maximum:
        return True
    if gate.minimum is None or value >= gate.minimum:
        return False
    return bool(measured.examined) and not measured.gaps


def _no_proof(gate: Gate, measured: Measurement, value: float | None) -> str:
    if measured.gaps:
        more = len(measured.gaps) - 1
        return f"not everything was examined: {measured.gaps[0]}" + (
            f" (and {more} more)" if more else ""
        )
    if not measured.examined:
        return f"{gate.tool} examined no {measured.examined_unit}"
    seen = measured.examined_paths
    if gate.paths and not any(_below(path, gate.paths) for path in seen):
        return f"no examined file lies under {', '.join(gate.paths)}"
    if value is None:
        return f"{gate.tool} measured no {gate.metric}" + (
            f" under {', '.join(gate.paths)}" if gate.paths else ""
        )
    return ""


def _against(gate: Gate, value: float) -> str:
    shown = counted(display(value, gate.minimum, gate.maximum), gate.unit)
    limits = []
    if gate.minimum is not None:
        limits.append(f"at least {plain(gate.minimum)}")
    if gate.maximum is not None:
        limits.append(f"at most {plain(gate.maximum)}")
    return (
        f"{shown}, {' and '.join(limits)} {'required' if gate.minimum else 'allowed'}"
    )


def _notes(gate: Gate, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    unknown = sum(finding.severity is Severity.UNKNOWN for finding in findings)
    if gate.severity is None or not unknown:
        return ()
    return (f"{unknown} of unknown severity, counted as critical",)


def conclude(gates: Iterable[GateResult]) -> Verdict:
    """The answer of the whole run. Where nothing was measured there is no yes."""
    results = tuple(gates)
    deciding = {gate.status for gate in results if gate.blocking}
    if GateStatus.FAILED in deciding:
        return Verdict.FAILED
    measured = {gate.status for gate in results} & {
        GateStatus.PASSED,
        GateStatus.FAILED,
    }
    if GateStatus.ERROR in deciding or not measured:
        return Verdict.ERROR
    return Verdict.PASSED
