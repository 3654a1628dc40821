"""What 50,000 findings of flake8 cost gatekeeper itself, the tool left out.

    python benchmarks/many_findings.py [--findings 50000] [--files 500] [--runs 5]

The whole program runs: flake8 finds them, they are parsed, judged, put into the cache
or taken from it, and rendered in every format. Memory and processor time are those of
gatekeeper's own process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import measure
import sides
from project import Project

MOST_MEGABYTES = 150
#: Each line has one finding: E225, W291, E231.
_LINES = ("value_{}=1  # noqa: B950\n", "value_{} = 1 \n", "value_{} = [1,2]\n")


def main() -> None:
    """Measure as the command line says, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=50_000)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        project = Project(Path(name).resolve())
        _write(project, given.findings, given.files)
        rounds = [_round(project, given.findings) for _ in range(given.runs)]
    _report(f"{given.findings} findings in {given.files} files", rounds)


def _write(project: Project, findings: int, files: int) -> None:
    (project.original / "src").mkdir(parents=True)
    (project.original / "tests").mkdir()
    for number in range(files):
        count = findings // files + (number < findings % files)
        text = "".join(_LINES[line % 3].format(line) for line in range(count))
        path = project.original / "src" / f"module_{number:04}.py"
        path.write_text(text, "utf-8")
    project.equip()
    project.commit()


def _round(project: Project, findings: int) -> dict[str, sides.Own]:
    """A run in each state, on a fresh copy."""
    project.renew()
    rendered = f"--output=markdown={project.scratch / 'report.md'}"
    usual = sides.gatekeeper(project.scratch, sides.OURS, "lint", rendered)
    fresh = sides.gatekeeper(
        project.scratch, sides.FRESH, "lint", rendered, "--no-cache"
    )
    own = {}
    for state, side in (
        ("--no-cache", fresh),
        ("cold", usual),
        ("nothing changed", usual),
        ("one file changed", usual),
    ):
        if state == "one file changed":
            project.edit(1)
        _, proof = side.run(project)
        if proof.did["flake8"][1] != findings:
            sys.exit(f"{state}: not {findings} findings but {proof.did}")
        if proof.replayed != (state == "nothing changed"):
            sys.exit(f"{state}: replayed is {proof.replayed}")
        own[state] = sides.own(project)
    return own


def _report(title: str, rounds: list[dict[str, sides.Own]]) -> None:
    sys.stdout.write(
        f"{measure.setting()}\n\n{title}, gatekeeper's own process,"
        f" median (least to greatest), {len(rounds)} runs\n\n"
    )
    rows = [
        (
            state,
            measure.spread([each[state].processor for each in rounds]),
            measure.spread([each[state].memory for each in rounds], 0),
        )
        for state in rounds[0]
    ]
    measure.table(("", "processor, s", "peak memory, MB"), rows)
    peaks = [max(own.memory for own in each.values()) for each in rounds]
    sys.stdout.write("\n")
    peak = measure.difference(peaks, [0.0] * len(peaks))
    measure.verdicts([(f"peak memory with {title}, MB", MOST_MEGABYTES, peak)])


if __name__ == "__main__":
    main()
