"""How far one quantity moved: exact for single numbers, with an interval for more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from statistics import median

from gatekeeper.model import Comparison
from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.sides import Series
from gatekeeper.performance.statistics import Estimate, ratio

#: An answer this much better is a sign of something else: an error page, a cache in
#: front, another unit.
_ABSURD_FACTOR = 100.0
#: Width in percentage points below which rounding is not worth a word.
_COARSE = 2.0
_MOST_RUNS = 500


def change(
    row: Comparison, before: Series, after: Series, confidence: float
) -> Comparison:
    """The comparison with its variance, and with an interval where there can be one.

    All values are finite and not negative; zero is an error rate, or what a program
    rounded down to it. `confidence` is in percent.
    """
    if row.kind == Kind.ERROR_RATE:
        return replace(row, variance=_points(before, after))
    old, new = _runs(before), _runs(after)
    if min(len(old), len(new)) < 2:
        return _exactly(row, before, after)
    estimate = ratio(old, new, confidence / 100)
    if problem := _too_good(row, estimate.ratio):
        return replace(row, problem=problem)
    whole = _rounded(estimate, before, after)
    return replace(
        row,
        variance=_percent(estimate.ratio),
        low=_percent(whole.low),
        high=_percent(whole.high),
        noise="batches" if before.parts or after.parts else "runs",
    )


def _floored(series: Series) -> list[float]:
    """The values, where zero stands for what may be half a step."""
    return [max(value, series.step / 2) for value in series.values]


def _runs(series: Series) -> Sequence[float]:
    """What the interval is made of: runs, or parts of the only one.

    Of very many, neighbours are put together: nobody needs more, and pairs are squared.
    """
    values = series.parts or _floored(series)
    if len(values) <= _MOST_RUNS:
        return values
    edges = [i * len(values) // _MOST_RUNS for i in range(_MOST_RUNS + 1)]
    return [median(values[a:b]) for a, b in pairwise(edges)]


def _exactly(row: Comparison, before: Series, after: Series) -> Comparison:
    """The plain comparison, in exact arithmetic: 110 is 10 % above 100, no bit more."""
    values = (median(_floored(series)) for series in (before, after))
    old, new = (Fraction(repr(value)) for value in values)
    if problem := _too_good(row, float(new / old)):
        return replace(row, problem=problem)
    compared = replace(row, variance=float((new - old) * 100 / old))
    point = float(new / old)
    whole = _rounded(Estimate(point, point, point), before, after)
    low, high = _percent(whole.low), _percent(whole.high)
    if high - low < _COARSE:
        return compared
    return replace(compared, low=low, high=high, noise="rounding")


def _points(before: Series, after: Series) -> float:
    """Percentage points between the worst runs: one bad run is not made up for."""
    worst = (Fraction(repr(max(series.values))) for series in (before, after))
    old, new = worst
    return float(new - old)


def _too_good(row: Comparison, factor: float) -> str:
    better = factor if row.more_is_better else 1 / factor
    if better <= _ABSURD_FACTOR:
        return ""
    return (
        f"{better:.0f} times better than the baseline is absurd; are both in the same"
        " unit, and does the service answer what it should?"
    )


def _rounded(estimate: Estimate, before: Series, after: Series) -> Estimate:
    """The interval with what the programs rounded away, half a step either way."""
    old, new = median(_floored(before)), median(_floored(after))
    down, up = before.step / 2, after.step / 2
    low = estimate.low * max(0.0, new - up) / new * old / (old + down)
    high = math.inf
    if old > down:
        high = estimate.high * (new + up) / new * old / (old - down)
    return replace(estimate, low=low, high=high)


def _percent(factor: float) -> float:
    """A ratio as a change, without the last digits' noise of logarithms."""
    return round((factor - 1) * 100, 9) if math.isfinite(factor) else factor
