"""How gatekeeper's cost grows with a project: lint, types and security.

    python benchmarks/growth.py [--files 100 1000 10000] [--modules 840] [--runs 5]

For each number of files a project is generated and checked once, cold; then it is
checked again with nothing changed, the sizes taking turns. The cold run on 10,000
files takes some minutes. After that, in a project of so many modules (840 have some
250,000 lines with their tests), a run with one file changed is compared with a cold
one. A number of 0 leaves a part out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

import measure
import project as projects
import sides
from project import Project

GATES = ("lint", "types", "security")
MORE_SECONDS = 0.5
OF_COLD = 0.15
#: Files of a generated project beside modules and their tests.
_SHARED = 3


def main() -> None:
    """Measure as the command line says, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--modules", type=int, default=840)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    sys.stdout.write(f"{measure.setting()}\n")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        scratch = Path(name).resolve()
        if any(given.files):
            _nothing_changed(scratch, sorted(given.files), given.runs)
        if given.modules:
            _one_changed(_new(scratch / "large", given.modules), given.runs)


def _new(scratch: Path, modules: int) -> Project:
    scratch.mkdir()
    project = projects.generated(scratch, modules)
    project.commit()
    project.renew()
    return project


def _check(project: Project, *, replay: bool) -> measure.Cost:
    """One run; with a replay expected, it has to be one by its own word."""
    side = sides.gatekeeper(project.scratch, sides.OURS, *GATES)
    cost, proof = side.run(project)
    if proof.replayed != replay:
        sys.exit(f"replayed: {proof.replayed}, expected: {replay}")
    return cost


def _nothing_changed(scratch: Path, sizes: list[int], runs: int) -> None:
    made = {n: _new(scratch / str(n), (n - _SHARED) // 2) for n in sizes}
    cold = {n: _check(project, replay=False) for n, project in made.items()}
    turns = {
        str(n): partial(_check, project, replay=True) for n, project in made.items()
    }
    costs = measure.in_turn(turns, runs)
    sys.stdout.write(f"\nnothing changed: median (least to greatest), {runs} runs\n\n")
    rows = [
        (
            f"{n:,}",
            *measure.cells(costs[str(n)]),
            f"{sides.own(made[n]).memory:.0f}",
            f"{cold[n].wall:.1f}",
        )
        for n in sizes
    ]
    measure.table(("files", *measure.COSTS, "own, MB", "cold, once, s"), rows)
    least, most = ([cost.wall for cost in costs[str(n)]] for n in (sizes[0], sizes[-1]))
    case = f"nothing changed: {sizes[-1]:,} files, seconds more than {sizes[0]:,}"
    sys.stdout.write("\n")
    measure.verdicts([(case, MORE_SECONDS, measure.difference(most, least))])


def _one_changed(project: Project, runs: int) -> None:
    """Cold and changed in each round, on a fresh copy."""
    cold, changed = [], []
    for number in range(runs):
        project.renew()
        cold.append(_check(project, replay=False))
        project.edit(number)
        changed.append(_check(project, replay=False))
    lines = sum(
        len(path.read_bytes().splitlines()) for path in project.original.rglob("*.py")
    )
    sys.stdout.write(f"\n{lines:,} lines: median (least to greatest), {runs} runs\n\n")
    rows = [("cold", *measure.cells(cold)), ("changed", *measure.cells(changed))]
    measure.table(("", *measure.COSTS), rows)
    found = measure.ratio([c.wall for c in changed], [c.wall for c in cold])
    sys.stdout.write("\n")
    measure.verdicts([("one file changed: against cold", OF_COLD, found)])


if __name__ == "__main__":
    main()
