"""How much slower, and how sure: a robust ratio of two samples with an interval.

Noise of run times is multiplicative and has a long tail, so everything is done on
logarithms and by ranks. The ratio is the exponential of the Hodges-Lehmann shift, the
median of all pairwise differences; its interval is the one that inverts the
Mann-Whitney test (Hodges & Lehmann 1963; Moses; Hollander & Wolfe, Nonparametric
Statistical Methods, section 4.3), with the exact distribution of U. It needs no
distribution of the noise, only that both sides have the same one apart from the ratio,
and stands up to outliers in up to 29 % of the values.

With fewer values than an exact interval of the wanted confidence needs (4 against 4 at
95 %), Welch's t on the logarithms takes its place: wider, and right for log-normal
noise.

Both hold their confidence where both sides are equally noisy; with one side three times
as noisy as the other and 10 to 20 runs, 95 % become 93 to 94
(benchmarks/error_rates.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist, median, variance

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
    for fewer than two values a side: a single one knows nothing of its noise.
    """
    if min(len(baseline), len(current)) < 2:
        raise ValueError("a single value says nothing about its noise")
    before = [math.log(value) for value in baseline]
    after = [math.log(value) for value in current]
    shifts = sorted(b - a for a in before for b in after)
    centre = median(shifts)
    left_out = _left_out(len(before), len(after), confidence)
    if left_out is None:
        margin = _welch_margin(before, after, confidence)
        low, high = centre - margin, centre + margin
    else:
        low, high = shifts[left_out], shifts[-1 - left_out]
    return Estimate(math.exp(centre), _exp(low), _exp(high))


def runs_to_settle(
    estimate: Estimate, limit_ratio: float, runs_per_side: float
) -> float:
    """How many runs a side would tell the ratio from the limit, if both stay put.

    The width of an interval shrinks with the root of the number of runs; twice that
    number settles four cases of five, where the plain one settles every second.
    Infinite where the estimate is the limit.
    """
    distance = abs(math.log(limit_ratio) - math.log(estimate.ratio))
    if distance == 0 or not estimate.low or not math.isfinite(estimate.high):
        return math.inf
    margin = (math.log(estimate.high) - math.log(estimate.low)) / 2
    needed = 2 * runs_per_side * (margin / distance) ** 2
    return max(4.0, runs_per_side + 1, needed)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values (type 8 of Hyndman & Fan 1996).

    Their advice, being median-unbiased: tails of short parts and of long runs compare,
    while the customary type 7 is 5 % too low for the p99 of 200 values.
    """
    last = len(ordered) - 1
    position = min(max((len(ordered) + 1 / 3) * share - 2 / 3, 0.0), float(last))
    below = math.floor(position)
    above = min(below + 1, last)
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
        left_out = math.floor(pairs / 2 + NormalDist().inv_cdf(alpha) * spread)
        return left_out if left_out >= 0 else None
    total, covered = 0.0, None
    for count, share in enumerate(_mann_whitney(before, after)):
        total += share
        # Twice: rounding must not decide where the share is met exactly.
        if total > alpha * (1 + 1e-9):
            break
        covered = count
    return covered


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


def _welch_margin(
    before: Sequence[float], after: Sequence[float], confidence: float
) -> float:
    """Half the width of Welch's interval (1947), with Satterthwaite's freedom."""
    shares = [variance(side) / len(side) for side in (before, after)]
    whole = sum(shares)
    if whole == 0:
        return 0.0
    parts = zip(shares, (before, after), strict=True)
    freedom = whole**2 / sum(s**2 / (len(side) - 1) for s, side in parts)
    return _student_quantile((1 + confidence) / 2, freedom) * math.sqrt(whole)


def _student_quantile(share: float, freedom: float) -> float:
    """The quantile of Student's t; between whole degrees of freedom linear in 1/df."""
    below = max(1, math.floor(freedom))
    first = _whole_quantile(share, below)
    if freedom <= below:
        return first
    weight = (1 / below - 1 / freedom) / (1 / below - 1 / (below + 1))
    return first + weight * (_whole_quantile(share, below + 1) - first)


def _whole_quantile(share: float, freedom: int) -> float:
    """By bisection of the distribution function."""
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
