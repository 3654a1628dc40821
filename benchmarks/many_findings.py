"""50,000 findings of flake8: parsed, judged and rendered in every format.

    python benchmarks/many_findings.py [--findings 50000] [--files 500] [--runs 5]

flake8 itself is not run. What it would have printed is written beforehand, in the
record format that the adapter asks it for, about files that are really there and of
which some lines opt out. Each run is a process of its own (findings_worker.py), so
that its greatest resident memory is that of the work alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

WORKER = Path(__file__).resolve().parent / "findings_worker.py"


def main() -> None:
    """Measure as the command line says, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=50_000)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name).resolve()
        size = (str(given.findings), str(given.files))
        subprocess.run((sys.executable, WORKER, "write", folder, *size), check=True)
        _report(folder, given)


def _report(folder: Path, given: argparse.Namespace) -> None:
    runs = [
        _once(folder, folder / f"run-{number}", given.findings)
        for number in range(given.runs)
    ]
    sys.stdout.write(
        f"{measure.setting()}\n\n{given.findings} findings in {given.files} files,"
        f" median (least to greatest), {given.runs} runs\n"
    )
    rows = [(name, measure.spread([run[name] for run in runs])) for name in runs[0]]
    measure.table(("", ""), rows)


def _once(folder: Path, work: Path, findings: int) -> dict[str, float]:
    """What one run took, by the names that the table shows."""
    output = folder / "output"
    argv = (sys.executable, WORKER, "work", work, str(findings))
    cost = measure.run(argv, folder, output)
    said = output.read_text("utf-8", "replace")
    if cost.exit_code:
        sys.exit(said)
    told = json.loads(said)
    steps: dict[str, float] = told["seconds"]
    return {
        "start and imports, s": cost.wall - sum(steps.values()),
        **{f"{name}, s": seconds for name, seconds in steps.items()},
        "whole process, s": cost.wall,
        "greatest resident memory, MB": told["megabytes"],
    }


if __name__ == "__main__":
    main()
