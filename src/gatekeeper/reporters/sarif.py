"""SARIF 2.1.0, one run for each tool, within the limits of GitHub code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/ and
https://docs.github.com/code-security/code-scanning (SARIF support)
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from gatekeeper import __version__
from gatekeeper.model import Finding, GateResult, GateStatus, Report, Run, RunStatus
from gatekeeper.reporters import Style
from gatekeeper.reporters.fingerprints import Mark, marked
from gatekeeper.reporters.json_text import as_text
from gatekeeper.reporters.listing import Entry, Listing, by_tool, home
from gatekeeper.reporters.places import in_repository, span, uri
from gatekeeper.reporters.sarif_rules import LEVELS, Rules, information
from gatekeeper.reporters.summary import worst_first
from gatekeeper.reporters.text import literal

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: Results of a run; GitHub takes 25,000 of them and 10 MB in all, compressed.
_BUDGETS = (25_000, 10_000, 5_000, 1_000, 100)
_MAX_BYTES, _MAX_COMPRESSED = 60_000_000, 9_000_000
#: Code scanning takes so many runs in one file.
_MAX_RUNS = 20


def render(report: Report, style: Style) -> str:
    """The gravest findings of each tool; what is left out is counted."""
    listings = [one for one in by_tool(report) if _belongs(one, style)]
    for most in _BUDGETS:
        runs = [_run(listing, report, style, most) for listing in listings]
        document = {"$schema": SCHEMA, "version": "2.1.0", "runs": runs[:_MAX_RUNS]}
        text = as_text(document, indent=1)
        if _fits(text):
            break
    return text


def _belongs(listing: Listing, style: Style) -> bool:
    """Whether a tool has something to say; that nobody asked it is no clean result."""
    if listing.entries:
        return True
    asked = any(gate.status is not GateStatus.SKIPPED for gate in listing.gates)
    worked = any(run.status is RunStatus.COMPLETED for run in listing.runs)
    return worked or (asked and not style.alerts)


def _fits(text: str) -> bool:
    if len(text) <= _MAX_COMPRESSED:
        return True
    small = len(text) <= _MAX_BYTES
    return small and len(zlib.compress(text.encode(), 1)) <= _MAX_COMPRESSED


def _run(listing: Listing, report: Report, style: Style, most: int) -> dict[str, Any]:
    top = in_repository(home(report), style.folder)
    rules = Rules(listing.tool, listing.gates)
    shown = listing.entries[:most]
    results = [
        {**_result(e.finding, e.mark, rules, style, top), **_counted(e)} for e in shown
    ]
    silenced = worst_first(listing.silenced)[: most - len(shown)]
    if not style.alerts:
        results += _silenced(listing.tool, silenced, rules, style, top)
    left = len(listing.entries) - len(shown) + listing.omitted
    name, address = listing.tool, information(listing.tool)
    version = next((run.version for run in listing.runs if run.version), None)
    return {
        "tool": {
            "driver": {
                "name": name,
                **({"informationUri": address} if address else {}),
                **({"version": literal(version, 100)} if version else {}),
                "rules": rules.described(),
            }
        },
        "automationDetails": {"id": f"gatekeeper/{uri(style.folder)}{name}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(listing, left)],
        "results": results,
        "properties": {
            "gatekeeper": __version__,
            "verdict": report.verdict,
            "omitted": left,
            "silenced": len(listing.silenced),
        },
    }


def _result(
    finding: Finding, mark: Mark, rules: Rules, style: Style, top: str
) -> dict[str, Any]:
    path = top
    if finding.path is not None:
        path = in_repository(finding.path, style.folder)
    index = rules.index(finding)
    return {
        "ruleId": rules.id(finding),
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": _plain(finding.message) or rules.id(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri(path)},
                    "region": _region(finding),
                }
            }
        ],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{mark.shared}:{mark.occurrence}"
        },
    }


def _plain(text: str) -> str:
    """A message without links: a viewer would follow what a tool or file says."""
    return literal(text, 1000).replace("](", "] (")


def _region(finding: Finding) -> dict[str, int]:
    first, last = span(finding)
    region = {"startLine": first, "endLine": last}
    if finding.column is not None and finding.line is not None:
        start = max(finding.column, 1)
        region["startColumn"] = start
        end = finding.end_column or 0
        if last > first or end > start:
            # Only where it is known: without it, the region goes to the line's end.
            region |= {"endColumn": max(end, 1)} if end else {}
    return region


def _counted(entry: Entry) -> dict[str, Any]:
    return {"properties": {"gates": [literal(gate.id, 100) for gate in entry.gates]}}


def _silenced(
    tool: str, findings: Sequence[Finding], rules: Rules, style: Style, top: str
) -> Iterable[dict[str, Any]]:
    # Another name, so that they never count as occurrences of what is not silenced.
    marks = marked(f"{tool} silenced", findings)
    for finding, mark in zip(findings, marks, strict=True):
        suppressed = {"suppressions": [{"kind": "inSource", "status": "accepted"}]}
        yield {**_result(finding, mark, rules, style, top), **suppressed}


def _invocation(listing: Listing, left: int) -> dict[str, Any]:
    """Whether the tool did its work, and what of that is not in the results."""
    said = [_notification(_reason(run), "error") for run in listing.runs if _bad(run)]
    said += [_of_gate(g) for g in listing.gates if g.status is GateStatus.ERROR]
    if left:
        text = f"{left} more findings are not in this file"
        said.append(_notification(text, "warning"))
    unmeasured = any(gate.status is GateStatus.ERROR for gate in listing.gates)
    worked = bool(listing.runs) and not unmeasured and not any(map(_bad, listing.runs))
    codes = [run.exit_code for run in listing.runs if run.exit_code is not None]
    return {
        "executionSuccessful": worked,
        **({"exitCode": codes[0]} if len(codes) == 1 else {}),
        **({"toolExecutionNotifications": said} if said else {}),
    }


def _bad(run: Run) -> bool:
    return run.status is not RunStatus.COMPLETED


def _reason(run: Run) -> str:
    return f"{run.tool}: {run.status}: {run.reason}"


def _of_gate(gate: GateResult) -> dict[str, Any]:
    return _notification(f"gate {gate.id} was not measured: {gate.reason}", "error")


def _notification(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _plain(text)}}
