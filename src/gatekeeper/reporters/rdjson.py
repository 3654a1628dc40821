"""Reviewdog Diagnostic Format, for `reviewdog -f=rdjson`.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
Columns are left out: there they count bytes of a line, which no report has at hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatekeeper.model import GateResult, Report, Severity
from gatekeeper.reporters import Style
from gatekeeper.reporters.json_text import as_text
from gatekeeper.reporters.listing import Entry, Listing, by_tool, home, unproven
from gatekeeper.reporters.places import in_repository, shown, span, web
from gatekeeper.reporters.text import literal, place

_SEVERITIES = {
    Severity.LOW: "INFO",
    Severity.MEDIUM: "WARNING",
    Severity.HIGH: "ERROR",
    Severity.CRITICAL: "ERROR",
    Severity.UNKNOWN: "ERROR",
}


def render(report: Report, style: Style) -> str:
    """All findings, and the gates that no finding speaks for."""
    top = in_repository(home(report), style.folder)
    document = {
        "source": {"name": "gatekeeper"},
        "diagnostics": [
            *(_unproven(gate, top) for gate in unproven(report)),
            *(d for listing in by_tool(report) for d in _found(listing, style, top)),
        ],
    }
    return as_text(document, indent=1)


def _found(listing: Listing, style: Style, top: str) -> Iterator[dict[str, Any]]:
    for entry in listing.entries:
        yield _diagnostic(listing.tool, entry, style, top)
    if listing.omitted:
        text = f"{listing.tool}: {listing.omitted} more findings are not listed"
        yield _plain(text, "INFO", top)


def _diagnostic(tool: str, entry: Entry, style: Style, top: str) -> dict[str, Any]:
    finding = entry.finding
    path = top
    if finding.path is not None:
        path = in_repository(finding.path, style.folder)
    first, last = span(finding)
    url = web(finding.url)
    code = {"value": literal(finding.rule, 120), **({"url": url} if url else {})}
    original = f"{place(finding)} {finding.rule} {finding.message}"
    return {
        "message": literal(finding.message, 1000),
        "location": {
            "path": shown(path),
            "range": {"start": {"line": first}, "end": {"line": last}},
        },
        "severity": _SEVERITIES[finding.severity],
        "source": {"name": tool},
        "code": code,
        "original_output": literal(original, 1000),
    }


def _unproven(gate: GateResult, top: str) -> dict[str, Any]:
    text = literal(f"gate {gate.id}: {gate.status}: {gate.reason}", 1000)
    return _plain(text, "ERROR" if gate.blocking else "WARNING", top)


def _plain(text: str, severity: str, path: str) -> dict[str, Any]:
    return {
        "message": text,
        "location": {"path": shown(path)},
        "severity": severity,
    }
