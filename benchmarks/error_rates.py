"""How often the answer at a limit of 10 % is wrong: simulated runs of known ratio.

    python benchmarks/error_rates.py [--trials 5000] [--seed 1]

Prints the tables of error_rates.md. The seed fixes every number, on any number of
processors. With 5,000 trials the standard error of a share of 2.5 % is 0.22 points.
The last two tables, which take longer, make a fifth of the trials.
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from random import Random

import measure
from simulated import BOUND, METHODS, NOISES, RATIOS, Tally, latencies, ours, scaled

from gatekeeper.performance.statistics import batches, runs_to_settle

SIGMAS = (0.01, 0.03, 0.05, 0.10)
RUNS = (2, 3, 5, 10, 20)
MOST_RUNS = 100
REQUESTS = (
    *((0.0, (2_000, 2_000)), (0.5, (2_000, 2_000)), (0.9, (2_000, 2_000))),
    *((0.0, (2_000, 4_000)), (0.0, (2_000, 20_000))),
)
STATISTICS = ("mean", "p50", "p95", "p99")
BETWEEN = (0.0, 0.03)
SHARES: Mapping[str, Callable[[Tally], str]] = {
    "exceeds at 1.05": lambda tally: tally.exceeds(1.05),
    "exceeds at 1.10": lambda tally: tally.exceeds(1.10),
    "within at 1.10": lambda tally: tally.within(1.10),
    "within at 1.00": lambda tally: tally.within(1.00),
    "exceeds at 1.20": lambda tally: tally.exceeds(1.20),
    "coverage": Tally.coverage,
}
AT_LIMIT = ("exceeds at 1.10", "within at 1.10", "coverage")
WRONG = ("exceeds at 1.05", "exceeds at 1.10", "within at 1.10")
RIGHT = ("within at 1.00", "exceeds at 1.20")


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of measurement, to be repeated."""

    seed: int
    trials: int
    noise: str = "log-normal"
    sigma: float = 0.05
    runs: int = 5
    method: str = "gatekeeper"
    true: float = 1.0
    rho: float = 0.0
    requests: tuple[int, int] = (2000, 2000)

    def dice(self) -> Random:
        """Chance of its own, and the same for all methods: they meet the same runs."""
        kind = (self.noise, self.sigma, self.runs, self.true, self.rho, self.requests)
        return Random(f"{self.seed} {kind}")


def judged(cell: Cell) -> Tally:
    """The answers and intervals of one method."""
    dice, tally = cell.dice(), Tally()
    draw, method = NOISES[cell.noise], METHODS[cell.method]
    for _ in range(cell.trials):
        tally.add(method(*draw(dice, cell.sigma, cell.runs)))
    return tally


def advised(cell: Cell) -> Counter[str]:
    """Whether an inconclusive comparison is settled by the number of runs it advises.

    `estimated` measures anew where the first estimate is the truth, which is what the
    advice supposes; `true` where the truth is what it was.
    """
    dice, count = cell.dice(), Counter[str]()
    draw = NOISES[cell.noise]
    for _ in range(cell.trials):
        first = scaled(ours(*draw(dice, cell.sigma, cell.runs)), cell.true)
        if not first.low <= BOUND < first.high:
            continue
        count["inconclusive"] += 1
        runs = math.ceil(runs_to_settle(first, BOUND, cell.runs))
        if runs > MOST_RUNS:
            continue
        count["tried"] += 1
        count["runs"] += runs
        again = ours(*draw(dice, cell.sigma, runs))
        for name, truth in (("estimated", first.ratio), ("true", cell.true)):
            second = scaled(again, truth)
            count[name] += not second.low <= BOUND < second.high
    return count


def requested(cell: Cell) -> dict[tuple[str, float], Tally]:
    """Intervals from the requests of one run a side, by statistic and extra noise.

    The extra noise is that of whole runs, the same for all requests of one.
    """
    dice = cell.dice()
    tallies = {key: Tally() for key in product(STATISTICS, BETWEEN)}
    for _ in range(cell.trials):
        sides = [latencies(dice, cell.rho, count) for count in cell.requests]
        apart = dice.gauss(0, math.sqrt(2))
        for name in STATISTICS:
            found = ours(*(batches(side, name) for side in sides))
            for between in BETWEEN:
                tallies[name, between].add(scaled(found, math.exp(between * apart)))
    return tallies


def main() -> None:
    """Simulate as the command line says, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.trials < 1:
        parser.error("there must be trials")
    python = platform.python_version()
    sys.stdout.write(f"{given.trials} trials, seed {given.seed}, Python {python}\n")
    few = max(1, given.trials // 5)
    with ProcessPoolExecutor() as pool:
        _answers(pool, given.seed, given.trials)
        _methods(pool, given.seed, given.trials)
        _advice(pool, given.seed, few)
        _requests(pool, given.seed, few)


def _answers(pool: ProcessPoolExecutor, seed: int, trials: int) -> None:
    keys = [
        (noise, runs, sigma)
        for noise, runs, sigma in product(NOISES, RUNS, SIGMAS)
        if runs == 5 or sigma == 0.05
    ]
    cells = [Cell(seed, trials, noise, sigma, runs) for noise, runs, sigma in keys]
    tallies = dict(zip(keys, pool.map(judged, cells), strict=True))
    _table(
        "5 runs a side: within / exceeds in percent, by true ratio",
        ("noise", "sigma", *(f"{true:.2f}" for true in RATIOS), "coverage", "width"),
        (
            (noise, f"{sigma:.0%}", *_columns(tallies[noise, 5, sigma]))
            for noise, sigma in product(NOISES, SIGMAS)
        ),
    )
    for shown in (AT_LIMIT, RIGHT):
        _table(
            f"2 to 20 runs a side, sigma 5 %: {' / '.join(shown)}",
            ("noise", *(f"{runs} runs" for runs in RUNS)),
            (
                (noise, *_shares((tallies[noise, runs, 0.05] for runs in RUNS), shown))
                for noise in NOISES
            ),
        )


def _columns(tally: Tally) -> list[str]:
    answers = [f"{tally.within(true)} / {tally.exceeds(true)}" for true in RATIOS]
    return [*answers, tally.coverage(), tally.mean_width()]


def _shares(tallies: Iterable[Tally], shown: Iterable[str]) -> list[str]:
    return [" / ".join(SHARES[name](tally) for name in shown) for tally in tallies]


def _methods(pool: ProcessPoolExecutor, seed: int, trials: int) -> None:
    kinds = list(product(list(NOISES)[:4], (5, 20)))
    keys = [(*kind, method) for kind in kinds for method in METHODS]
    cells = [
        Cell(seed, trials, noise, runs=runs, method=method)
        for noise, runs, method in keys
    ]
    tallies = dict(zip(keys, pool.map(judged, cells), strict=True))
    for shown in (WRONG, RIGHT):
        _table(
            f"other ways to judge the same runs, sigma 5 %: {' / '.join(shown)}",
            ("noise", "runs", *METHODS),
            (
                (*map(str, kind), *_shares((tallies[*kind, m] for m in METHODS), shown))
                for kind in kinds
            ),
        )


def _advice(pool: ProcessPoolExecutor, seed: int, trials: int) -> None:
    keys = list(product((3, 5, 10), SIGMAS[2:], (1.00, 1.05)))
    cells = [
        Cell(seed, trials, sigma=sigma, runs=runs, true=true)
        for runs, sigma, true in keys
    ]
    rows = []
    for (runs, sigma, true), count in zip(keys, pool.map(advised, cells), strict=True):
        tried = count["tried"]
        rows.append(
            (
                *(f"{runs}", f"{sigma:.0%}", f"{true:.2f}"),
                _percent(count["inconclusive"], trials),
                _percent(tried, count["inconclusive"]),
                f"{count['runs'] / tried:.0f}" if tried >= 100 else "",
                *(_percent(count[name], tried) for name in ("estimated", "true")),
            )
        )
    advice = f"advised at most {MOST_RUNS}", "on average"
    head = ("runs", "sigma", "true ratio", "inconclusive", *advice)
    _table(
        "what the advised number of runs settles, in percent, log-normal noise",
        (*head, "settle if the estimate is right", "settle"),
        rows,
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}" if whole >= 100 else ""


def _requests(pool: ProcessPoolExecutor, seed: int, trials: int) -> None:
    cells = [Cell(seed, trials, rho=rho, requests=counts) for rho, counts in REQUESTS]
    found = list(zip(cells, pool.map(requested, cells), strict=True))
    _table(
        f"one run a side, intervals from parts of it: {' / '.join(AT_LIMIT)}",
        ("requests", "correlation", "noise of runs", *STATISTICS),
        (
            (
                *("{} / {}".format(*cell.requests), f"{cell.rho}", f"{between:.0%}"),
                *_shares((tallies[name, between] for name in STATISTICS), AT_LIMIT),
            )
            for between, (cell, tallies) in product(BETWEEN, found)
            if not between or cell.requests[0] == cell.requests[1]
        ),
    )


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    sys.stdout.write(f"\n{title}\n\n")
    measure.table(head, rows)


if __name__ == "__main__":
    main()
