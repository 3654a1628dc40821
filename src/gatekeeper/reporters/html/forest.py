"""Performance before and after, with intervals, on one scale for all of a gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gatekeeper.decimals import plain
from gatekeeper.model import Answer, Comparison, GateResult, Report
from gatekeeper.reporters import comparisons
from gatekeeper.reporters.html.bars import Bar, drawn, within
from gatekeeper.reporters.html.scale import Scale

LENGTH = 300.0
_ROWS = 200
#: How many times the limit the scale shows at least, and at most.
_LEAST, _MOST = 1.5, 4.0


@dataclass(frozen=True, slots=True)
class Plot:
    """One estimate with its interval, better to the left; None where there is none.

    `beyond` says that the estimate lies outside of the scale, `cut` which ends do.
    """

    estimate: float
    low: float
    high: float
    beyond: bool
    cut: tuple[bool, bool]
    interval: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: numbers as text, and what is drawn beside them."""

    row: comparisons.Row
    plot: Plot | None
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Chart:
    """All comparisons of a gate. `marks` are places and names on the scale."""

    gate: GateResult
    compares: bool
    lines: tuple[Line, ...]
    left: int
    zero: float
    limits: tuple[float, ...]
    labels: tuple[tuple[float, str], ...]


def charts(report: Report) -> list[Chart]:
    """One chart for each gate that compares."""
    return [_chart(gate) for gate in report.gates if gate.comparisons]


def _chart(gate: GateResult) -> Chart:
    found = comparisons.table(gate, _ROWS)
    numbers = {_text(gate, each): each for each in gate.comparisons}
    limits = _limits(gate)
    scale = _scale(gate.comparisons, gate.maximum)
    return Chart(
        gate=gate,
        compares=found.compares,
        lines=tuple(
            Line(
                row=row,
                plot=_plot(numbers[row], scale, limits) if found.compares else None,
                bar=None if found.compares else _level(gate, numbers[row]),
            )
            for row in found.rows
        ),
        left=found.left,
        zero=scale.at(0.0),
        limits=tuple(scale.at(limit) for limit in limits if limit is not None),
        labels=_labels(scale, limits),
    )


def _text(gate: GateResult, comparison: Comparison) -> comparisons.Row:
    return comparisons.table(replace(gate, comparisons=(comparison,)), 1).rows[0]


def _worse(row: Comparison, value: float) -> float:
    """A change with its sign turned so that more is worse."""
    return 0.0 - value if row.more_is_better else value


def _limits(gate: GateResult) -> tuple[float | None, float | None]:
    """The limit on both sides where the answers show that a gain counts as well."""
    if gate.maximum is None:
        return None, None
    both = any(
        row.answer is Answer.EXCEEDS
        and row.variance is not None
        and _worse(row, row.variance) <= gate.maximum
        for row in gate.comparisons
    )
    return (-gate.maximum if both else None), gate.maximum


def _scale(rows: Iterable[Comparison], limit: float | None) -> Scale:
    known = [abs(row.variance) for row in rows if row.variance is not None]
    reach = max((v for v in known if math.isfinite(v)), default=0.0) * 1.1
    if limit:
        reach = min(max(reach, _LEAST * limit), _MOST * limit)
    half = reach or 10.0
    return Scale(-half, half, LENGTH)


def _plot(
    row: Comparison, scale: Scale, limits: tuple[float | None, float | None]
) -> Plot | None:
    if row.variance is None:
        return None
    known = row.low is not None or row.high is not None
    # An interval without end was written down as one without a number.
    low = -math.inf if row.low is None else row.low
    high = math.inf if row.high is None else row.high
    ends = sorted((_worse(row, low), _worse(row, high)))
    estimate = _worse(row, row.variance)
    return Plot(
        estimate=scale.beside(estimate, *limits),
        low=scale.beside(ends[0], *limits),
        high=scale.beside(ends[1], *limits),
        beyond=not scale.holds(estimate),
        cut=(not scale.holds(ends[0]), not scale.holds(ends[1])),
        interval=known,
    )


def _labels(
    scale: Scale, limits: Sequence[float | None]
) -> tuple[tuple[float, str], ...]:
    named = [(scale.at(0.0), "0")] if 0.0 not in limits else []
    for limit in limits:
        if limit is not None:
            sign = "+" if limit > 0 else ""
            named.append((scale.at(limit), f"{sign}{plain(limit)} %"))
    return tuple(named)


def _level(gate: GateResult, row: Comparison) -> Bar | None:
    """A current value on its own, against the limits of its gate."""
    if row.worst is None or not math.isfinite(row.worst) or row.problem:
        return None
    holds = within(row.worst, gate.minimum, gate.maximum)
    kind = "passed" if holds else "failed"
    known = [each.worst for each in gate.comparisons if each.worst is not None]
    others = filter(math.isfinite, known)
    return drawn(row.worst, gate.minimum, gate.maximum, row.unit, kind, others)
