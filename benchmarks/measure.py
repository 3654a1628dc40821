"""What the benchmarks share: one run and its cost, runs in turn, ratios of medians.

Nothing here asserts a time. A machine that is busy makes both sides slow, so only the
ratio of two sides measured in turn says something, and the spread says how much.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

Result = TypeVar("Result")
TOOLS = ("flake8", "mypy", "bandit", "pytest", "coverage", "typer")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, and its end.

    Seconds on the clock, seconds of all its processors, and the peak memory of the
    largest of its processes in MB.
    """

    wall: float
    processor: float
    memory: float
    exit_code: int


class Compared(NamedTuple):
    """Medians of two sides compared, and the least and the greatest of one round."""

    whole: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.whole:.2f} ({self.least:.2f} to {self.most:.2f})"


def run(
    argv: Sequence[str | Path],
    cwd: Path,
    output: Path,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Run one command to its end. Its processes are counted with it, all it waited for.

    What it prints goes to the file `output`.
    """
    with output.open("wb") as stream:
        started = time.perf_counter()
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    processor = usage.ru_utime + usage.ru_stime
    return Cost(wall, processor, megabytes(usage.ru_maxrss), child.returncode)


def megabytes(peak: int) -> float:
    """The greatest resident memory as getrusage tells it."""
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def in_turn(
    sides: Mapping[str, Callable[[], Result]], repetitions: int
) -> dict[str, list[Result]]:
    """Run all sides again and again, every other time in the opposite order.

    One round that is not counted goes before, so that files are in memory for all.
    """
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for number in range(repetitions + 1):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            result = sides[name]()
            if number:
                results[name].append(result)
    return results


def spread(numbers: Sequence[float], digits: int = 2) -> str:
    """Median, with the least and the greatest."""
    least, most = min(numbers), max(numbers)
    return f"{median(numbers):.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


#: What `cells` are about.
COSTS = ("wall, s", "processors, s", "largest process, MB")


def cells(costs: Sequence[Cost]) -> tuple[str, ...]:
    """What runs took, as a table shows it."""
    return (
        spread([cost.wall for cost in costs]),
        spread([cost.processor for cost in costs]),
        spread([cost.memory for cost in costs], 0),
    )


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Compared:
    """How many times theirs ours is."""
    rounds = [a / b for a, b in zip(ours, theirs, strict=True)]
    return Compared(median(ours) / median(theirs), min(rounds), max(rounds))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Compared:
    """How much more than theirs ours is."""
    rounds = [a - b for a, b in zip(ours, theirs, strict=True)]
    return Compared(median(ours) - median(theirs), min(rounds), max(rounds))


def verdicts(rows: Iterable[tuple[str, float, Compared]]) -> None:
    """Print for each case its target, what was measured, and whether that meets it."""
    table(
        ("case", "target", "measured", "met"),
        [
            (case, f"{limit:.2f}", str(found), "yes" if found.whole <= limit else "no")
            for case, limit, found in rows
        ],
    )


def setting() -> str:
    """Where this was measured, without a name of the machine."""
    lines = [f"{os.cpu_count()} cores, Python {platform.python_version()}"]
    lines += [f"{tool} {_version(tool)}" for tool in ("gatekeeper", *TOOLS)]
    return ", ".join(lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    sys.stdout.write(f"| {' | '.join(head)} |\n")
    sys.stdout.write(f"|{'---|' * len(head)}\n")
    for row in rows:
        sys.stdout.write(f"| {' | '.join(row)} |\n")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "?"
