"""Annotations of GitHub Actions, as commands in the log of a step.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.model import Finding, GateResult, Report
from gatekeeper.reporters import Style
from gatekeeper.reporters.listing import Entry, Listing, by_tool, unproven
from gatekeeper.reporters.places import in_repository, span
from gatekeeper.reporters.summary import gravity
from gatekeeper.reporters.text import literal, visible

#: GitHub keeps so many of each level of a step, and drops the others without a word.
_KEPT = 10
#: It cuts messages at 4096 characters; nobody reads as much beside a line of code.
_MESSAGE, _TITLE = 1000, 200
_LEVELS = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class _Annotation:
    level: str
    title: str
    message: str
    place: Mapping[str, str]


def render(report: Report, style: Style) -> str:
    """One command a line: what blocks as errors, what does not hold as warnings, the
    rest as notices, the worst first.
    """
    listings = by_tool(report)
    found = list(_annotations(report, listings, style))
    lines: list[str] = []
    for level in _LEVELS:
        wanted = [a for a in found if a.level == level]
        lost = sum(one.omitted for one in listings) if level == _LEVELS[-1] else 0
        lines += map(_command, _within(wanted, level, lost))
    return "".join(f"{line}\n" for line in lines)


def mistake(message: str) -> str:
    """A mistake in the call or the policy, where there is no report."""
    return f"{_command(_Annotation(_LEVELS[0], 'gatekeeper', message, {}))}\n"


def _within(
    wanted: Sequence[_Annotation], level: str, lost: int
) -> Sequence[_Annotation]:
    """As many as GitHub keeps; the last one tells how many are left out."""
    if len(wanted) <= _KEPT and not lost:
        return wanted
    shown = wanted[: _KEPT - 1]
    left = len(wanted) - len(shown) + lost
    message = f"{left} more are not shown here; the job summary and the log tell more"
    return [*shown, _Annotation(level, "gatekeeper", message, {})]


def _annotations(
    report: Report, listings: Sequence[Listing], style: Style
) -> Iterator[_Annotation]:
    for gate in unproven(report):
        yield _of_gate(gate)
    listed = [
        (gravity(entry.finding), rank, entry, listing.tool)
        for listing in listings
        for rank, entry in enumerate(listing.entries)
    ]
    # Of what is as grave, each tool has a word before one of them has all.
    for _, _, entry, tool in sorted(listed, key=lambda known: known[:2]):
        yield _of_finding(entry, tool, style)


def _of_gate(gate: GateResult) -> _Annotation:
    level = "error" if gate.blocking else "warning"
    advice = f" To do: {gate.fix}" if gate.fix else ""
    title = f"{gate.id}: {gate.status}"
    return _Annotation(level, title, f"{gate.reason}.{advice}", {})


def _of_finding(entry: Entry, tool: str, style: Style) -> _Annotation:
    level = "error" if entry.blocks else "warning" if entry.counts else "notice"
    finding = entry.finding
    title = f"{tool} {finding.rule} ({', '.join(gate.id for gate in entry.gates)})"
    return _Annotation(level, title, finding.message, _place(finding, style.folder))


def _place(finding: Finding, folder: str) -> Mapping[str, str]:
    if finding.path is None:
        return {}
    place = {"file": visible(in_repository(finding.path, folder))}
    if finding.line is not None:
        # Without an end: GitHub shows an annotation below its last line.
        place["line"] = str(span(finding)[0])
        if finding.column is not None:
            place["col"] = str(max(finding.column, 1))
    return place


def _command(annotation: _Annotation) -> str:
    title = literal(annotation.title, _TITLE)
    properties = {**annotation.place, "title": title}
    told = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    message = literal(annotation.message, _MESSAGE)
    return f"::{annotation.level} {told}::{_data(message)}"


def _data(text: str) -> str:
    """The escapes of GitHub's own toolkit for what stands behind the colons."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
