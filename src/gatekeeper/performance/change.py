"""How far one quantity moved: exact for single numbers, with an interval for more."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from gatekeeper.model import Comparison
from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.sides import Series
from gatekeeper.performance.statistics import Estimate, ratio

#: An answer this much better is a sign of something else: an error page, a cache in
#: front, another unit.
_ABSURD_FACTOR = 100.0
#: Width in percentage points below which rounding is not worth a word.
_COARSE = 2.0


def change(
    row: Comparison, before: Series, after: Series, confidence: float
) -> Comparison:
    """The comparison with its variance, and with an interval where there can be one.

    All values are finite and not negative; zero is an error rate, or what a program
    rounded down to it. `confidence` is in percent.
    """
    if row.kind == Kind.ERROR_RATE:
        return replace(row, variance=_points(row))
    if not all((*before.values, *after.values)):
        return replace(row, variance=0.0, low=-100.0, high=math.inf, noise="rounding")
    old, new = before.parts or before.values, after.parts or after.values
    if min(len(old), len(new)) < 2:
        return _with_rounding(_exactly(row), before, after)
    estimate = ratio(old, new, confidence / 100)
    if problem := _too_good(row, estimate.ratio):
        return replace(row, problem=problem)
    whole = _rounded(estimate, row, before, after)
    return replace(
        row,
        variance=_percent(estimate.ratio),
        low=_percent(whole.low),
        high=_percent(whole.high),
        noise="batches" if before.parts or after.parts else "runs",
    )


def _exactly(row: Comparison) -> Comparison:
    """The plain comparison, in exact arithmetic: 110 is 10 % above 100, no bit more."""
    old, new = (Fraction(repr(value)) for value in (row.baseline, row.current))
    if problem := _too_good(row, float(new / old)):
        return replace(row, problem=problem)
    return replace(row, variance=float((new - old) * 100 / old))


def _points(row: Comparison) -> float:
    old, new = (Fraction(repr(value)) for value in (row.baseline, row.current))
    return float(new - old)


def _too_good(row: Comparison, factor: float) -> str:
    better = factor if row.more_is_better else 1 / factor
    if better <= _ABSURD_FACTOR:
        return ""
    return (
        f"{better:.0f} times better than the baseline is absurd; are both in the same"
        " unit, and does the service answer what it should?"
    )


def _with_rounding(row: Comparison, before: Series, after: Series) -> Comparison:
    if row.variance is None or row.baseline is None or row.current is None:
        return row
    point = row.current / row.baseline
    whole = _rounded(Estimate(point, point, point), row, before, after)
    low, high = _percent(whole.low), _percent(whole.high)
    if high - low < _COARSE:
        return row
    return replace(row, low=low, high=high, noise="rounding")


def _rounded(
    estimate: Estimate, row: Comparison, before: Series, after: Series
) -> Estimate:
    """The interval with what the programs rounded away, half a step either way."""
    old, new = row.baseline or 0.0, row.current or 0.0
    down, up = before.step / 2, after.step / 2
    low = estimate.low * max(0.0, new - up) / new * old / (old + down)
    high = estimate.high * (new + up) / new * old / max(old - down, old / 1000)
    return replace(estimate, low=low, high=high)


def _percent(factor: float) -> float:
    return (factor - 1) * 100
