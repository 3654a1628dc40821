"""Sentences that several reports share, so that they never disagree."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.decimals import counted, display
from gatekeeper.model import (
    Finding,
    GateResult,
    GateStatus,
    Report,
    Run,
    Severity,
    Verdict,
)
from gatekeeper.reporters.text import one_line

SYMBOLS = {
    GateStatus.PASSED: "\u2714",
    GateStatus.FAILED: "\u2718",
    GateStatus.ERROR: "\u26a0",
    GateStatus.SKIPPED: "\u2192",
    GateStatus.PENDING: "\u2026",
}
#: Less would be shown as nothing.
_WORTH_TELLING = 0.05
_GRAVITY = {
    Severity.CRITICAL: 0,
    Severity.UNKNOWN: 1,
    Severity.HIGH: 2,
    Severity.MEDIUM: 3,
    Severity.LOW: 4,
}


def verdict_line(report: Report) -> str:
    """The answer in one line, with whatever keeps it from being the whole answer."""
    parts: list[str] = [report.verdict]
    if report.answer:
        return parts[0]
    if report.interrupted:
        parts.append("interrupted")
    moot = " but does not decide" if report.verdict is Verdict.PASSED else ""
    for status, words in (
        (GateStatus.FAILED, f"failed{moot}"),
        (GateStatus.ERROR, "not measured"),
        (GateStatus.SKIPPED, "skipped"),
        (GateStatus.PENDING, "pending"),
    ):
        count = sum(gate.status is status for gate in report.gates)
        if count:
            parts.append(f"{count} gate{'s' if count > 1 else ''} {words}")
    return ", ".join(parts)


def meaning(report: Report) -> str:
    """What the verdict means for the person who waits for it."""
    if report.interrupted:
        return "The run was interrupted; what is shown is all that is known."
    if report.answer:
        return report.answer
    return {
        Verdict.PASSED: "This change may be merged.",
        Verdict.FAILED: "This change may not be merged yet.",
        Verdict.ERROR: "No verdict: what could not be measured is no proof.",
    }[report.verdict]


def value(gate: GateResult) -> str:
    """The measured value with its unit, never rounded across a limit."""
    if gate.value is None:
        return "\u2013"
    shown = display(gate.value, gate.minimum, gate.maximum)
    return counted(shown, one_line(gate.unit or "", 30))


def limit(gate: GateResult) -> str:
    """The condition, short."""
    parts = []
    if gate.minimum is not None:
        parts.append(f"\u2265 {display(gate.minimum, None, None)}")
    if gate.maximum is not None:
        parts.append(f"\u2264 {display(gate.maximum, None, None)}")
    return ", ".join(parts) or "\u2013"


def is_cached(gate: GateResult, report: Report) -> bool:
    """Whether the verdict rests on a run that the cache gave, at least in part."""
    judged = gate.status is not GateStatus.SKIPPED
    return judged and any(r.cached and r.tool == gate.tool for r in report.runs)


def took(run: Run) -> str:
    """How long a tool took; one that the cache spared took no time worth a word."""
    return "cached" if run.cached else f"{run.duration_seconds:.1f} s"


def duration(report: Report) -> str:
    """How long everything took, and how much longer it would have without cache."""
    saved = sum(run.saved_seconds for run in report.runs)
    spared = f", {saved:.1f} s saved by the cache" if saved >= _WORTH_TELLING else ""
    return f"{report.duration_seconds:.1f} s{spared}"


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Gravest first; within one severity in the order of the tool."""
    return sorted(findings, key=gravity)


def gravity(finding: Finding) -> int:
    """The rank of a finding among others, 0 for the gravest."""
    return _GRAVITY[finding.severity]


def where(report: Report) -> str:
    """Policy and revision in a few words."""
    revision = report.revision
    policy = one_line(report.policy.path or "built-in (no gates.yaml found)")
    parts = [f"policy {policy}"]
    if revision.commit:
        branch = one_line(revision.branch or "detached", 100)
        at = f"{branch} @ {one_line(revision.commit[:10], 10)}"
        parts.append(at + (" with uncommitted changes" if revision.dirty else ""))
    return " \u00b7 ".join(parts)


def remarks(report: Report) -> list[str]:
    """What a reader has to know though no gate failed for it."""
    lines = list(report.remarks)
    for run in report.runs:
        measured = run.measurement
        if measured and measured.suppressed:
            lines.append(
                f"{run.tool}: {measured.suppressed} opted out by name or skipped"
            )
        lines += [
            f"{run.tool}: {note}" for note in (measured.notes if measured else ())
        ]
    for gate in report.gates:
        lines += [f"{gate.id}: {note}" for note in gate.notes]
        if gate.status in (GateStatus.ERROR, GateStatus.FAILED) and not gate.blocking:
            lines.append(f"{gate.id}: {gate.status}, does not decide here")
    return lines
