"""GitLab's code quality report: a JSON array of what merge requests show.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from gatekeeper.model import GateResult, Report, Severity
from gatekeeper.reporters import Style
from gatekeeper.reporters.json_text import as_text
from gatekeeper.reporters.listing import Entry, by_tool, home, unproven
from gatekeeper.reporters.places import in_repository, shown, span
from gatekeeper.reporters.text import literal

#: What is of unknown severity counts as critical, as in the policy.
_SEVERITIES = {
    Severity.LOW: "minor",
    Severity.MEDIUM: "major",
    Severity.HIGH: "critical",
    Severity.CRITICAL: "blocker",
    Severity.UNKNOWN: "blocker",
}


def render(report: Report, style: Style) -> str:
    """All findings, and the gates that no finding speaks for."""
    top = in_repository(home(report), style.folder)
    return as_text(list(_issues(report, style, top)), indent=1)


def _issues(report: Report, style: Style, top: str) -> Iterator[dict[str, Any]]:
    for gate in unproven(report):
        yield _unproven(gate, top)
    for listing in by_tool(report):
        for entry in listing.entries:
            yield _issue(listing.tool, entry, style, top)
        if listing.omitted:
            text = f"{listing.tool}: {listing.omitted} more findings are not listed"
            yield _entry(text, listing.tool, f"omitted {listing.tool}", "info", top, 1)


def _issue(tool: str, entry: Entry, style: Style, top: str) -> dict[str, Any]:
    finding = entry.finding
    rule = literal(finding.rule, 120)
    path = top
    if finding.path is not None:
        path = in_repository(finding.path, style.folder)
    return {
        "description": literal(f"{finding.rule}: {finding.message}", 1000),
        "check_name": f"{tool}/{rule}",
        "fingerprint": entry.mark.unique,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": shown(path), "lines": {"begin": span(finding)[0]}},
    }


def _unproven(gate: GateResult, top: str) -> dict[str, Any]:
    text = literal(f"gate {gate.id}: {gate.status}: {gate.reason}", 1000)
    severity = "blocker" if gate.blocking else "major"
    return _entry(text, literal(gate.id, 120), f"gate {gate.id}", severity, top, 1)


def _entry(
    text: str, name: str, identity: str, severity: str, path: str, line: int
) -> dict[str, Any]:
    mark = hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()
    return {
        "description": text,
        "check_name": f"gatekeeper/{name}",
        "fingerprint": mark[:32],
        "severity": severity,
        "location": {"path": shown(path), "lines": {"begin": line}},
    }
