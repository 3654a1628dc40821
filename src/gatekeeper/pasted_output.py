"""The gate on output that people paste: does it agree with the run?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gatekeeper.model import Finding, GateResult, GateStatus, Run, Severity
from gatekeeper.policy.gate_mistakes import CHANGES
from gatekeeper.template.evidence import Claim, Pasted, pasted
from gatekeeper.template.markdown import Body

#: Findings of ours that a tool's own output does not count.
_OWN_RULES = "bare-"


def compared(
    result: GateResult,
    wanted: Mapping[str, Sequence[str]],
    body: Body | None,
    runs: Mapping[str, Run],
) -> GateResult:
    """The verdict on what is pasted below each heading for its tools."""
    if body is None:
        reason = "waits for a pull request with output pasted into it"
        return replace(result, status=GateStatus.PENDING, reason=reason)
    findings: list[Finding] = []
    agreeing = 0
    for section, tools in zip(pasted(body, wanted), wanted.items(), strict=True):
        known = [
            (claim, measured)
            for claim in (section.claims if section else ())
            if (measured := _measured(claim, runs.get(claim.tool))) is not None
        ]
        findings += _lacking(*tools, section, compared=bool(known))
        wrong = [
            _disagrees(c, measured) for c, measured in known if not c.agrees(measured)
        ]
        agreeing += len(known) - len(wrong)
        findings += wrong
    status = GateStatus.FAILED if findings else GateStatus.PASSED
    reason = f"{agreeing} pasted numbers agree with the run"
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        reason = f"{findings[0].message}{more}"
    return replace(result, status=status, reason=reason, findings=tuple(findings))


def _lacking(
    heading: str, tools: Sequence[str], section: Pasted | None, *, compared: bool
) -> Iterator[Finding]:
    if section is None:
        text = f"the pull request has no section {heading!r}"
        yield Finding("missing-section", Severity.MEDIUM, text)
    elif set(tools) == {CHANGES}:
        return
    elif not section.lines:
        text = f"nothing is pasted below {heading!r}"
        yield Finding("nothing-pasted", Severity.MEDIUM, text)
    elif not compared:
        text = f"what is pasted below {heading!r} has no number of {', '.join(tools)}"
        yield Finding("no-number", Severity.MEDIUM, text)


def _disagrees(claim: Claim, measured: float) -> Finding:
    text = (
        f"line {claim.line}: {claim.written} {claim.metric} of {claim.tool} pasted,"
        f" {measured:.6g} measured"
    )
    return Finding("disagrees", Severity.HIGH, text)


def _measured(claim: Claim, run: Run | None) -> float | None:
    """What the run has for a claim; None where it has nothing to compare."""
    if run is None or run.measurement is None:
        return None
    found = [
        finding
        for finding in run.measurement.findings
        if claim.ours or not finding.rule.startswith(_OWN_RULES)
    ]
    failed = sum(finding.rule == "failed" for finding in found)
    counted: dict[str, float] = {
        "high": sum(finding.severity is Severity.HIGH for finding in found),
        "findings": len(found),
        "failed": failed,
        "errors": len(found) - failed,
    }
    if claim.metric in counted:
        return counted[claim.metric]
    for row in run.measurement.comparisons:
        if claim.metric == f"{row.subject} {row.quantity}":
            return row.variance
    metric = run.measurement.metrics.get(claim.metric)
    return metric.value if metric else None
