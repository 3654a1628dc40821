"""How much slower, and how sure: a robust ratio of two samples with an interval.

Noise of run times is multiplicative and has a long tail, so everything is done on
logarithms and by ranks. The ratio is the exponential of the Hodges-Lehmann shift, the
median of all pairwise differences; its interval is the one that inverts the
Mann-Whitney test (Hodges & Lehmann 1963; Moses; Hollander & Wolfe, Nonparametric
Statistical Methods, section 4.3), with the exact distribution of U. It needs no
distribution of the noise, only that both sides have the same one apart from the ratio,
and stands up to outliers in up to 29 % of the values.

With fewer values than an exact interval of the wanted confidence needs (4 against 4 at
95 %), Student's t with pooled variance on the logarithms takes its place: wider, and
right for log-normal noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist, median

#: Above this many pairs the normal approximation of U is exact enough.
_EXACT_PAIRS = 2_500
_BATCHES = 20
_FEWEST_BATCHES = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """The ratio of current to baseline, with the interval that holds the true one."""

    ratio: float
    low: float
    high: float


def ratio(
    baseline: Sequence[float], current: Sequence[float], confidence: float
) -> Estimate:
    """Compare two samples of positive numbers, one value for each run.

    `confidence` is the probability, between 0 and 1, that the interval holds the true
    ratio; each of its ends is wrong with at most half of the rest. Raises ValueError
    for fewer than three values in all, which know nothing of noise.
    """
    if len(baseline) + len(current) < 3 or not baseline or not current:
        raise ValueError("one value a side says nothing about noise")
    before = [math.log(value) for value in baseline]
    after = [math.log(value) for value in current]
    shifts = sorted(b - a for a in before for b in after)
    centre = median(shifts)
    left_out = _left_out(len(before), len(after), confidence)
    if left_out is None:
        margin = _student_margin(before, after, confidence)
        low, high = centre - margin, centre + margin
    else:
        low, high = shifts[left_out], shifts[-1 - left_out]
    return Estimate(math.exp(centre), _exp(low), _exp(high))


def runs_to_settle(
    estimate: Estimate, limit_ratio: float, runs_per_side: float
) -> float:
    """How many runs a side would tell the ratio from the limit, if both stay put.

    The width of an interval shrinks with the root of the number of runs. Infinite
    where the estimate is the limit.
    """
    distance = abs(math.log(limit_ratio) - math.log(estimate.ratio))
    ends = (estimate.low, estimate.high)
    margin = max(abs(math.log(end) - math.log(estimate.ratio)) for end in ends if end)
    if distance == 0 or not math.isfinite(margin):
        return math.inf
    return max(4.0, runs_per_side + 1, runs_per_side * (margin / distance) ** 2)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values, linear between neighbours (Hyndman-Fan type 7)."""
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def statistic(values: Sequence[float], name: str) -> float:
    """`mean`, `min`, `max` or a percentile such as `p95` of unsorted values."""
    if name == "mean":
        return math.fsum(values) / len(values)
    if name in ("min", "max"):
        return min(values) if name == "min" else max(values)
    return quantile(sorted(values), float(name.removeprefix("p")) / 100)


def batches(values: Sequence[float], name: str) -> tuple[float, ...]:
    """A statistic of consecutive parts of one run, in place of runs of their own.

    The method of non-overlapping batches: neighbours in time depend on each other,
    far-away parts hardly do (Schmeiser 1982, who advises 10 to 30 of them). Empty
    where the run is too short for five parts that hold the percentile.
    """
    least = 1
    if name.startswith("p"):
        tail = min(float(name[1:]), 100 - float(name[1:])) / 100
        least = math.ceil(2 / tail)
    count = min(_BATCHES, len(values) // least)
    if count < _FEWEST_BATCHES:
        return ()
    edges = [round(i * len(values) / count) for i in range(count + 1)]
    parts = (values[a:b] for a, b in zip(edges, edges[1:], strict=False))
    return tuple(statistic(part, name) for part in parts)


def _exp(exponent: float) -> float:
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf


def _left_out(before: int, after: int, confidence: float) -> int | None:
    """How many of the sorted shifts lie outside the interval at either end.

    None where not even all of them together reach the confidence.
    """
    alpha = (1 - confidence) / 2
    pairs = before * after
    if pairs > _EXACT_PAIRS:
        spread = math.sqrt(pairs * (before + after + 1) / 12)
        return max(0, math.floor(pairs / 2 + NormalDist().inv_cdf(alpha) * spread))
    total = 0.0
    left_out = None
    for count, share in enumerate(_mann_whitney(before, after)):
        total += share
        # Twice: rounding must not decide where the share is met exactly.
        if total > alpha * (1 + 1e-9):
            break
        left_out = count
    return left_out


@lru_cache(maxsize=256)
def _mann_whitney(first: int, second: int) -> tuple[float, ...]:
    """The probabilities of U = 0, 1, ... where both samples are from one population.

    The counts are the coefficients of the Gaussian binomial (Mann & Whitney 1947).
    """
    size = first * second
    counts = [0] * (size + 1)
    counts[0] = 1
    for part in range(1, first + 1):
        for index in range(size, second + part - 1, -1):
            counts[index] -= counts[index - second - part]
        for index in range(part, size + 1):
            counts[index] += counts[index - part]
    whole = math.comb(first + second, first)
    return tuple(count / whole for count in counts)


def _student_margin(
    before: Sequence[float], after: Sequence[float], confidence: float
) -> float:
    freedom = len(before) + len(after) - 2
    squares = sum(
        math.fsum((value - statistic(side, "mean")) ** 2 for value in side)
        for side in (before, after)
    )
    error = math.sqrt(squares / freedom * (1 / len(before) + 1 / len(after)))
    return _student_quantile((1 + confidence) / 2, freedom) * error


def _student_quantile(share: float, freedom: int) -> float:
    """The quantile of Student's t, by bisection of its distribution function."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if _student_below(middle, freedom) < share:
            low = middle
        else:
            high = middle
    return high


def _student_below(value: float, freedom: int) -> float:
    """P(T < value) for whole degrees of freedom (Abramowitz & Stegun 26.7.3-4)."""
    angle = math.atan(value / math.sqrt(freedom))
    cosine = math.cos(angle)
    if freedom % 2:
        term, total = cosine, 0.0
        for index in range(1, (freedom - 1) // 2 + 1):
            total += term
            term *= cosine * cosine * (2 * index) / (2 * index + 1)
        return 0.5 + (angle + math.sin(angle) * total) / math.pi
    term, total = 1.0, 0.0
    for index in range(1, freedom // 2 + 1):
        total += term
        term *= cosine * cosine * (2 * index - 1) / (2 * index)
    return 0.5 + math.sin(angle) * total / 2
