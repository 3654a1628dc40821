"""The rows of a performance table, for every report that shows one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatekeeper.decimals import short, signed
from gatekeeper.model import Answer, Comparison, GateResult

HEADINGS = ("endpoint", "quantity", "baseline", "current", "variance", "interval")
_GRAVITY = (
    Answer.EXCEEDS,
    Answer.INCOMPARABLE,
    Answer.INCONCLUSIVE,
    Answer.COARSE,
    Answer.WITHIN,
)
_HALF = 9
_NONE = "\u2013"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as text; `bar` shows it on a scale with the limit marked."""

    endpoint: str
    quantity: str
    baseline: str
    current: str
    variance: str
    interval: str
    bar: str
    answer: Answer
    problem: str

    @property
    def has_interval(self) -> bool:
        """Whether anything is known of the noise."""
        return self.interval != _NONE


@dataclass(frozen=True, slots=True)
class Table:
    """The comparisons of a gate as text, gravest first, and how many are left out.

    `compares` is false for current values alone, which have no baseline.
    """

    rows: Sequence[Row]
    left: int
    compares: bool


def table(gate: GateResult, most: int) -> Table:
    """At most so many comparisons of a gate."""
    ordered = sorted(gate.comparisons, key=_gravity)
    return Table(
        rows=[_row(comparison, gate.maximum) for comparison in ordered[:most]],
        left=max(0, len(ordered) - most),
        compares=any(row.baseline_runs for row in ordered),
    )


def _gravity(row: Comparison) -> tuple[int, float]:
    worse = (row.worst or 0.0) if not row.baseline_runs else row.variance or 0.0
    return _GRAVITY.index(row.answer or Answer.WITHIN), worse * (
        1 if row.more_is_better else -1
    )


def _row(row: Comparison, limit: float | None) -> Row:
    interval = _NONE
    if row.low is not None and row.high is not None:
        interval = f"{signed(row.low, limit)} … {signed(row.high, limit)} %"
    unit = "points" if row.kind == "error_rate" else "%"
    known = row.variance is not None
    return Row(
        endpoint=row.subject,
        quantity=row.quantity,
        baseline=_value(row.baseline, row.unit),
        current=_value(row.worst if not row.baseline_runs else row.current, row.unit),
        variance=f"{signed(row.variance or 0.0, limit)} {unit}" if known else _NONE,
        interval=interval,
        bar=_bar(row, limit),
        answer=row.answer or Answer.WITHIN,
        problem=row.problem,
    )


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return _NONE
    return f"{short(value)} {unit}" if unit != "?" else short(value)


def _bar(row: Comparison, limit: float | None) -> str:
    """Better to the left, worse to the right, the limit at two thirds of the way.

    `─●─` is interval and estimate, `│` no change, `┊` the limit; inside the interval
    these two become `┼` and `┿`. An arrow stands for an estimate beyond the scale.
    """
    if row.variance is None or not limit:
        return ""
    sign = -1 if row.more_is_better else 1
    ends = [row.variance if end is None else end for end in (row.low, row.high)]
    low, high = sorted(_place(sign * end, limit) for end in ends)
    cells = [" "] * (2 * _HALF + 1)
    cells[low : high + 1] = "─" * (high - low + 1)
    for place, mark, crossed in (
        (_HALF, "│", "┼"),
        (_place(limit, limit), "┊", "┿"),
    ):
        cells[place] = mark if cells[place] == " " else crossed
    beyond = abs(row.variance) / limit * _HALF * 2 / 3 > _HALF
    mark = ("▶" if sign * row.variance > 0 else "◀") if beyond else "●"
    cells[_place(sign * row.variance, limit)] = mark
    return "".join(cells)


def _place(percent: float, limit: float) -> int:
    scaled = percent / limit * _HALF * 2 / 3
    return _HALF + round(max(-_HALF, min(_HALF, scaled)))
