"""All findings of a report as data for the page, small enough to open at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gatekeeper.model import Finding, Report, Severity
from gatekeeper.reporters.listing import Entry, Listing, by_tool
from gatekeeper.reporters.places import web
from gatekeeper.reporters.summary import gravity
from gatekeeper.reporters.text import literal, place

#: Bytes of findings in a page; about 150,000 have room, and the page stays below 20 MB.
LIMIT = 16_000_000
#: What is in the page without JavaScript.
_WORST = 50
_MESSAGE = 400
#: Around a row's texts: numbers, commas and brackets.
_NUMBERS = 60
_SEVERITIES = (
    Severity.CRITICAL,
    Severity.UNKNOWN,
    Severity.HIGH,
    Severity.MEDIUM,
    Severity.LOW,
)
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Row:
    """One finding as a page shows it. `state` is `open` or `silenced`."""

    tool: str
    rule: str
    severity: Severity
    path: str
    line: int | None
    column: int | None
    message: str
    gates: tuple[str, ...]
    url: str
    state: str
    place: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All rows as JSON, the worst of them in the page, and how many are left out.

    `unlisted` were left out for their number here, `omitted` before.
    """

    data: Markup
    worst: tuple[Row, ...]
    count: int
    silenced: int
    unlisted: int
    omitted: int


def findings(report: Report) -> Findings | None:
    """The findings of a report, gravest first, then what was silenced."""
    listings = by_tool(report)
    rows = _fitting(list(_rows(listings)))
    known = sum(len(each.entries) + len(each.silenced) for each in listings)
    omitted = sum(each.omitted for each in listings)
    if not known and not omitted:
        return None
    open_ = [row for row in rows if row.state == "open"]
    return Findings(
        data=_data(rows),
        worst=tuple(open_[:_WORST]),
        count=len(open_),
        silenced=len(rows) - len(open_),
        unlisted=known - len(rows),
        omitted=omitted,
    )


def _rows(listings: Sequence[Listing]) -> Iterator[Row]:
    entries = [(each.tool, entry) for each in listings for entry in each.entries]
    for tool, entry in sorted(entries, key=lambda pair: gravity(pair[1].finding)):
        yield _entry(tool, entry)
    for each in listings:
        for finding in each.silenced:
            yield _row(each.tool, finding, (), "silenced")


def _entry(tool: str, entry: Entry) -> Row:
    gates = tuple(literal(gate.id) for gate in entry.gates)
    return _row(tool, entry.finding, gates, "open")


def _row(tool: str, finding: Finding, gates: tuple[str, ...], state: str) -> Row:
    return Row(
        tool=literal(tool),
        rule=literal(finding.rule, 100),
        severity=finding.severity,
        path=literal(finding.path or ""),
        line=finding.line,
        column=finding.column,
        message=literal(finding.message, _MESSAGE),
        gates=gates,
        url=web(finding.url) or "",
        state=state,
        place=place(finding),
    )


def _fitting(rows: Sequence[Row]) -> Sequence[Row]:
    """As many as have room; a text that occurs again costs nothing."""
    known: set[str] = set()
    room = LIMIT
    for index, row in enumerate(rows):
        texts = {row.message, row.path, row.url, row.rule} - known
        room -= _NUMBERS + sum(len(_json(text).encode()) for text in texts)
        if room < 0:
            return rows[:index]
        known |= texts
    return rows


def _data(rows: Sequence[Row]) -> Markup:
    """Each text once, in order, so that rows can be sorted by their numbers."""
    tables = {
        "tools": sorted({row.tool for row in rows}),
        "rules": sorted({row.rule for row in rows}),
        "paths": sorted({row.path for row in rows}),
        "messages": sorted({row.message for row in rows}),
        "urls": sorted({row.url for row in rows}),
        "gates": list(dict.fromkeys(gate for row in rows for gate in row.gates)),
    }
    groups = sorted({row.gates for row in rows})
    at = {name: {text: i for i, text in enumerate(t)} for name, t in tables.items()}
    at_group = {group: i for i, group in enumerate(groups)}
    numbers = [
        (
            at["tools"][row.tool],
            at["rules"][row.rule],
            _SEVERITIES.index(row.severity),
            at["paths"][row.path],
            row.line or 0,
            row.column or 0,
            at["messages"][row.message],
            at_group[row.gates],
            at["urls"][row.url],
            int(row.state == "silenced"),
        )
        for row in rows
    ]
    document = {
        **tables,
        "groups": groups,
        "severities": _SEVERITIES,
        "rows": numbers,
    }
    return Markup(_json(document))  # nosec B704  # _json leaves no markup in it


def _json(value: object) -> str:
    """JSON without a character that could end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES)
