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

TOOLS = ("flake8", "mypy", "bandit", "pytest", "coverage", "typer")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds on the clock, seconds of processors, and its end."""

    wall: float
    processor: float
    exit_code: int


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
    return Cost(wall, usage.ru_utime + usage.ru_stime, child.returncode)


def in_turn(
    sides: Mapping[str, Callable[[], Cost]], repetitions: int
) -> dict[str, list[Cost]]:
    """Run all sides again and again, every other time in the opposite order.

    One round that is not counted goes before, so that files are in memory for all.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(repetitions + 1):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            cost = sides[name]()
            if number:
                costs[name].append(cost)
    return costs


def walls(costs: Iterable[Cost]) -> list[float]:
    """Seconds on the clock."""
    return [cost.wall for cost in costs]


def processors(costs: Iterable[Cost]) -> list[float]:
    """Seconds of processors, user and system."""
    return [cost.processor for cost in costs]


def spread(numbers: Sequence[float], digits: int = 2) -> str:
    """Median, with the least and the greatest."""
    least, most = min(numbers), max(numbers)
    return f"{median(numbers):.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Ratio of medians, with the least and the greatest ratio within one round."""
    rounds = [a / b for a, b in zip(ours, theirs, strict=True)]
    whole = median(ours) / median(theirs)
    return f"{whole:.2f} ({min(rounds):.2f} to {max(rounds):.2f})"


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
