"""Simulated measurements of a known ratio, and ways to judge them, for error_rates.py.

All noise is multiplicative. Another true ratio then multiplies estimate and interval
and changes nothing else, so each measurement is drawn once, with a true ratio of 1,
and judged under every one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from statistics import fmean, variance

from gatekeeper.model import Answer, Comparison
from gatekeeper.performance.limits import decide
from gatekeeper.performance.outcome import Limit
from gatekeeper.performance.statistics import Estimate, ratio

RATIOS = (1.00, 1.05, 1.10, 1.20)
BOUND = 1.10
_LIMIT = Limit(maximum=10.0)
#: Quantiles of Student's t at 0.975 for 2 to 38 degrees of freedom as printed in
#: textbooks, so that nothing here rests on the module that is examined.
_STUDENT = (
    *(4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179),
    *(2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069),
    *(2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042, 2.040, 2.037, 2.035, 2.032),
    *(2.030, 2.028, 2.026, 2.024),
)
Sides = tuple[list[float], list[float]]
Draw = Callable[[Random, float, int], Sides]
Method = Callable[[Sequence[float], Sequence[float]], Estimate]


def _alike(one: Callable[[Random, float], float]) -> Draw:
    def draw(dice: Random, sigma: float, runs: int) -> Sides:
        before = [one(dice, sigma) for _ in range(runs)]
        return before, [one(dice, sigma) for _ in range(runs)]

    return draw


def _log_normal(dice: Random, sigma: float) -> float:
    return math.exp(dice.gauss(0, sigma))


def _outliers(dice: Random, sigma: float) -> float:
    slower = dice.uniform(1.2, 2) if dice.random() < 0.1 else 1.0
    return slower * _log_normal(dice, sigma)


def _skewed(dice: Random, sigma: float) -> float:
    return 1 + dice.gammavariate(1, sigma)


def _unequal(dice: Random, sigma: float, runs: int) -> Sides:
    before = [_log_normal(dice, sigma / 3) for _ in range(runs)]
    return before, [_log_normal(dice, sigma) for _ in range(runs)]


def _drift(order: Callable[[int], str]) -> Draw:
    def draw(dice: Random, sigma: float, runs: int) -> Sides:
        found: dict[str, list[float]] = {"b": [], "c": []}
        for place, side in enumerate(order(runs)):
            slower = math.pow(1.1, place / (2 * runs - 1))
            found[side].append(slower * _log_normal(dice, sigma))
        return found["b"], found["c"]

    return draw


#: `sigma` is the standard deviation of a run in all of them, outliers and drift apart.
NOISES: Mapping[str, Draw] = {
    "log-normal": _alike(_log_normal),
    "outliers": _alike(_outliers),
    "skewed": _alike(_skewed),
    "unequal": _unequal,
    "drift, in turn": _drift(lambda runs: ("bccb" * runs)[: 2 * runs]),
    "drift, one by one": _drift(lambda runs: "b" * runs + "c" * runs),
}


def latencies(dice: Random, rho: float, count: int) -> list[float]:
    """Requests of one run: log-normal, each depending on the one before (AR(1))."""
    fresh = math.sqrt(1 - rho * rho)
    steps = (dice.gauss(0, fresh) for _ in range(count - 1))
    first = dice.gauss(0, 1)
    path = accumulate(steps, lambda last, step: rho * last + step, initial=first)
    return [math.exp(value / 2) for value in path]


def ours(before: Sequence[float], after: Sequence[float]) -> Estimate:
    """gatekeeper's estimate and 95 % interval."""
    return ratio(before, after, 0.95)


def _welch(before: Sequence[float], after: Sequence[float]) -> Estimate:
    """On logarithms, with degrees of freedom rounded down to those of a table."""
    logs = [[math.log(value) for value in side] for side in (before, after)]
    parts = [variance(side) / len(side) for side in logs]
    spread = sum(p * p / (len(side) - 1) for p, side in zip(parts, logs, strict=True))
    freedom = max(2, math.floor(sum(parts) ** 2 / spread))
    margin = _STUDENT[freedom - 2] * math.sqrt(sum(parts))
    centre = fmean(logs[1]) - fmean(logs[0])
    return Estimate(*(math.exp(centre + part) for part in (0, -margin, margin)))


def _means(before: Sequence[float], after: Sequence[float]) -> Estimate:
    point = fmean(after) / fmean(before)
    return Estimate(point, point, point)


def _single(before: Sequence[float], after: Sequence[float]) -> Estimate:
    return _means(before[:1], after[:1])


METHODS: Mapping[str, Method] = {
    "gatekeeper": ours,
    "Welch's t": _welch,
    "means": _means,
    "one run each": _single,
}


def scaled(found: Estimate, factor: float) -> Estimate:
    """What would have been found with a true ratio of `factor` in place of 1."""
    return Estimate(found.ratio * factor, found.low * factor, found.high * factor)


@dataclass(slots=True)
class Tally:
    """What came of many measurements: intervals, and answers under each true ratio."""

    trials: int = 0
    covered: int = 0
    width: float = 0.0
    answers: Counter[tuple[float, Answer | None]] = field(default_factory=Counter)

    def add(self, found: Estimate) -> None:
        """Count one measurement, drawn with a true ratio of 1."""
        self.trials += 1
        self.covered += found.low <= 1 <= found.high
        self.width += found.high - found.low
        rows = [_row(scaled(found, true)) for true in RATIOS]
        answered = decide(_LIMIT, rows, ()).comparisons
        for true, row in zip(RATIOS, answered, strict=True):
            self.answers[true, row.answer] += 1

    def within(self, true: float) -> str:
        """How often the answer was `within`, in percent."""
        return self._share(self.answers[true, Answer.WITHIN])

    def exceeds(self, true: float) -> str:
        """How often the answer was `exceeds`, in percent."""
        return self._share(self.answers[true, Answer.EXCEEDS])

    def coverage(self) -> str:
        """How often the interval held the true ratio, in percent."""
        return self._share(self.covered) if self.width else ""

    def mean_width(self) -> str:
        """Of the interval at a true ratio of 1, in percentage points."""
        return f"{100 * self.width / self.trials:.1f}" if self.width else ""

    def _share(self, count: int) -> str:
        return f"{100 * count / self.trials:.1f}"


def _row(found: Estimate) -> Comparison:
    ratios = (found.ratio, found.low, found.high)
    middle, low, high = (100 * (end - 1) for end in ratios)
    return Comparison(
        subject="GET /",
        kind="latency",
        statistic="p95",
        unit="ms",
        more_is_better=False,
        variance=middle,
        low=low,
        high=high,
        noise="runs",
        baseline_runs=5,
        current_runs=5,
    )
