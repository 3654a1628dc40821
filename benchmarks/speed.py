"""gatekeeper against make, prek, pre-commit, nox and Turborepo: the same commands.

    python benchmarks/speed.py [--runs 5] [--modules 120]
    python benchmarks/speed.py --project flask==3.1.3 --with asgiref

In its turn each runner gets a fresh copy of the project and nobody's cache, and runs
three times: cold, with nothing changed, and with one module changed. The runners take
turns. Runs that did not do the same work, by their own words, end the benchmark.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import measure
import project as projects
import sides as runners
from project import Project
from sides import CACHED, FRESH, OURS, Side

STATES = ("cold", "nothing changed", "one file changed")
#: Only Turborepo takes results of tests from its cache, unless told otherwise.
_PARTNERS = {"turbo": CACHED}
_MORE = ("gatekeeper's own process, MB", "gatekeeper's ratio", "replays")
#: Our side, theirs, the state, and what the ratio of wall clocks may be.
_TARGETS = (
    (OURS, "make", "cold", 1.05),
    (FRESH, "make", "cold", 1.05),
    (CACHED, "turbo", "nothing changed", 2.0),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """One run: its cost, gatekeeper's own memory, and whether it was a replay."""

    cost: measure.Cost
    own: float
    replayed: bool


Costs = Mapping[str, Sequence[Mapping[str, Taken]]]


@dataclass(slots=True)
class Comparison:
    """What all sides have to do alike."""

    project: Project
    did: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    edits: int = 0

    def turn(self, side: Side) -> dict[str, Taken]:
        """A run in each state."""
        self.project.renew()
        taken = {}
        for state in STATES:
            if state == "one file changed":
                self.edits += 1
                self.project.edit(self.edits)
            taken[state] = self._once(side, state)
        return taken

    def _once(self, side: Side, state: str) -> Taken:
        cost, proof = side.run(self.project)
        self.did = self.did or proof.did
        if proof.did != self.did:
            sys.exit(f"{side.name}, {state}: {proof.did}, others {self.did}")
        if proof.replayed and state != "nothing changed":
            sys.exit(f"{side.name}, {state}: a replay of something else")
        own = runners.own(self.project).memory if side.ours else 0.0
        return Taken(cost, own, proof.replayed)


def main() -> None:
    """Measure as the command line says, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--modules", type=int, default=120, help="when generated")
    parser.add_argument("--project", metavar="NAME==VERSION", help="from PyPI")
    parser.add_argument("--with", action="append", default=[], dest="beside")
    parser.add_argument("--only", default=",".join(runners.NAMES), metavar="NAMES")
    parser.add_argument("--scratch", type=Path, help="a new folder, which is kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        scratch = Path(given.scratch or name).resolve()
        if given.project:
            project = projects.downloaded(scratch, given.project, given.beside)
        else:
            project = projects.generated(scratch, given.modules)
        chosen = _chosen(project, given.only.split(","))
        project.commit()
        comparison = Comparison(project)
        turns = {side.name: partial(comparison.turn, side) for side in chosen}
        costs = measure.in_turn(turns, given.runs)
        title = given.project or f"{given.modules} generated modules"
        _report(f"{title}, {given.runs} runs", comparison, chosen, costs)


def _chosen(project: Project, wanted: Sequence[str]) -> list[Side]:
    ours = [
        runners.gatekeeper(project.scratch),
        runners.gatekeeper(project.scratch, CACHED, "--config=cached-tests.yaml"),
        runners.gatekeeper(project.scratch, FRESH, "--no-cache"),
    ]
    mine = [side for side in ours if side.name in wanted]
    return [*mine, *runners.rivals(project, wanted)]


def _report(
    title: str, comparison: Comparison, chosen: Sequence[Side], costs: Costs
) -> None:
    others = [side for side in chosen if not side.ours]
    sys.stdout.write(f"{measure.setting()}; {runners.versions(others)}\n\n{title}\n")
    for state in STATES:
        sys.stdout.write(f"\n{state}: median (least to greatest)\n\n")
        rows = [_row(side, state, costs) for side in chosen]
        measure.table(("", *measure.COSTS, *_MORE), rows)
    sys.stdout.write("\n")
    measure.verdicts(_verdicts(costs))
    did = ", ".join(f"{tool} {n} ({f})" for tool, (n, f) in comparison.did.items())
    sys.stdout.write(f"\nexamined (found) each time: {did}\n")


def _row(side: Side, state: str, costs: Costs) -> tuple[str, ...]:
    taken = [turn[state] for turn in costs[side.name]]
    partner = _PARTNERS.get(side.name, OURS)
    compared = not side.ours and partner in costs
    return (
        side.name,
        *measure.cells([each.cost for each in taken]),
        measure.spread([each.own for each in taken], 0) if side.ours else "",
        str(_ratio(costs, partner, side.name, state)) if compared else "",
        f"{sum(each.replayed for each in taken)} of {len(taken)}",
    )


def _ratio(costs: Costs, ours: str, theirs: str, state: str) -> measure.Compared:
    walls = [[turn[state].cost.wall for turn in costs[n]] for n in (ours, theirs)]
    return measure.ratio(*walls)


def _verdicts(costs: Costs) -> list[tuple[str, float, measure.Compared]]:
    return [
        (
            f"{state}: {ours} against {theirs}",
            limit,
            _ratio(costs, ours, theirs, state),
        )
        for ours, theirs, state, limit in _TARGETS
        if ours in costs and theirs in costs
    ]


if __name__ == "__main__":
    main()
