"""Each gate over earlier reports and this one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gatekeeper.decimals import display, plain
from gatekeeper.model import GateResult, GateStatus, Past, Report, Verdict
from gatekeeper.reporters.html.scale import around
from gatekeeper.reporters.summary import SYMBOLS

WIDTH, HEIGHT = 248.0, 64.0
_REPORTS = 30
_ROOM = 0.2
_EDGE = 6.0


@dataclass(frozen=True, slots=True)
class Point:
    """A report on the line of a gate; `y` is None where it has no value."""

    x: float
    y: float | None
    status: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A gate's values. `lines` connect the points that have no gap between them."""

    gate: GateResult
    points: tuple[Point, ...]
    lines: tuple[str, ...]
    limits: tuple[float, ...]
    span: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Reports, the oldest first and this one last, and a chart for each gate.

    `verdicts` are marks of the reports themselves, `rows` the reports with a cell for
    each gate in `names`.
    """

    verdicts: tuple[Point, ...]
    passed: int
    charts: tuple[Chart, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[Past, tuple[str, ...]], ...]


def trend(report: Report) -> Trend | None:
    """What is known of the time before this report, None where nothing is."""
    if not report.earlier:
        return None
    reports = (*report.earlier, _past(report))[-_REPORTS:]
    charts = [_chart(gate, reports) for gate in report.gates]
    names = tuple(gate.id for gate in report.gates)
    rows = [
        (past, tuple(_cell(gate, past) for gate in report.gates))
        for past in reversed(reports)
    ]
    return Trend(
        verdicts=tuple(
            Point(_x(number, reports), HEIGHT / 2, str(past.verdict), _report(past))
            for number, past in enumerate(reports)
        ),
        passed=sum(past.verdict is Verdict.PASSED for past in reports),
        charts=tuple(chart for chart in charts if chart),
        names=names,
        rows=tuple(rows),
    )


def _past(report: Report) -> Past:
    return Past(
        report.started,
        report.revision.commit,
        report.revision.branch,
        report.verdict,
        {gate.id: (gate.status, gate.value) for gate in report.gates},
    )


def _known(gate: GateResult, past: Past) -> tuple[GateStatus | None, float | None]:
    status, value = past.gates.get(gate.id, (None, None))
    return status, value if value is not None and math.isfinite(value) else None


def _cell(gate: GateResult, past: Past) -> str:
    status, value = _known(gate, past)
    if status is None:
        return "\u2013"
    return f"{SYMBOLS[status]} {status if value is None else _shown(gate, value)}"


def _shown(gate: GateResult, value: float) -> str:
    return f"{display(value, gate.minimum, gate.maximum)} {gate.unit or ''}".strip()


def _chart(gate: GateResult, reports: Sequence[Past]) -> Chart | None:
    values = [v for past in reports if (v := _known(gate, past)[1]) is not None]
    if len(values) < 2:
        return None
    limits = [each for each in (gate.minimum, gate.maximum) if each is not None]
    scale = around([*values, *limits], HEIGHT, _ROOM)
    points = []
    for number, past in enumerate(reports):
        status, value = _known(gate, past)
        y = None
        if value is not None:
            y = round(HEIGHT - scale.beside(value, gate.minimum, gate.maximum), 1)
        if status is not None:
            title = f"{_cell(gate, past)} ({_report(past)})"
            points.append(Point(_x(number, reports), y, str(status), title))
    low, high = (_shown(gate, end) for end in (min(values), max(values)))
    return Chart(
        gate=gate,
        points=tuple(points),
        lines=tuple(_lines(points)),
        limits=tuple(round(HEIGHT - scale.at(limit), 1) for limit in limits),
        span=low if low == high else f"{low} \u2026 {high}",
    )


def _lines(points: Sequence[Point]) -> list[str]:
    """Points of SVG polylines, one for each stretch without a gap."""
    lines: list[list[str]] = [[]]
    for point in points:
        if point.y is None:
            lines.append([])
        else:
            lines[-1].append(f"{plain(point.x)},{plain(point.y)}")
    return [" ".join(line) for line in lines if len(line) > 1]


def _x(number: int, reports: Sequence[Past]) -> float:
    return round(_EDGE + number * (WIDTH - 2 * _EDGE) / (len(reports) - 1), 1)


def _report(past: Past) -> str:
    """A report in a few words."""
    commit = f", {past.commit[:10]}" if past.commit else ""
    branch = f" on {past.branch}" if past.branch else ""
    return f"{past.started}{commit}{branch}: {past.verdict}"
