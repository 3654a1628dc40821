"""What a start costs: gatekeeper against an empty Typer application.

    python benchmarks/startup.py [--runs 21]

`--version`, `--help`, and `check` with three gates on a project of two modules in which
nothing has changed. All are started the same way: by this interpreter, from a file that
does what an installed console script does. The empty application is what Typer's own
start costs. It prints its help with rich, as Typer does unless told otherwise; the
plain one is told otherwise, as gatekeeper is, and so is the stricter measure.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import measure
import project as projects
from project import Project

GATEKEEPER = """\
import sys
from gatekeeper.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""
EMPTY = """\
import typer
app = typer.Typer({options})
@app.command()
def main():
    pass
if __name__ == "__main__":
    app()
"""
PLAIN = "rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False"
CHECK = ("check", "lint", "types", "security")
COMMANDS = {
    "gatekeeper --version": ("start_ours.py", "--version"),
    "gatekeeper --help": ("start_ours.py", "--help"),
    "gatekeeper check, nothing changed": ("start_ours.py", *CHECK),
    "empty Typer application --help": ("start_empty.py", "--help"),
    "the same without rich --help": ("start_plain.py", "--help"),
}
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| *(\S+)")


def main() -> None:
    """Measure as the command line says, and print tables and lists of imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        project = projects.generated(Path(name).resolve(), modules=2)
        project.commit()
        project.renew()
        for stem, text in (
            ("start_ours", GATEKEEPER),
            ("start_empty", EMPTY.format(options="")),
            ("start_plain", EMPTY.format(options=PLAIN)),
        ):
            (project.scratch / f"{stem}.py").write_text(text, "utf-8")
        _report(project, given.runs)
        for arguments in (("--version",), CHECK):
            _imports(project, *arguments)


def _report(project: Project, runs: int) -> None:
    sides = {name: _side(project, *argv) for name, argv in COMMANDS.items()}
    costs = measure.in_turn(sides, runs)
    taken = {name: [c.wall for c in found] for name, found in costs.items()}
    version, _, check, empty, plain = taken.values()
    sys.stdout.write(
        f"{measure.setting()}\n\nmedian (least to greatest), {runs} runs\n\n"
    )
    head = ("", "milliseconds", "ratio to the empty one", "ratio to the plain one")
    rows = [
        (
            name,
            measure.spread([1000 * seconds for seconds in walls], 0),
            str(measure.ratio(walls, empty)),
            str(measure.ratio(walls, plain)),
        )
        for name, walls in taken.items()
    ]
    measure.table(head, rows)
    sys.stdout.write("\n")
    cases = (
        ("`gatekeeper --version`: an empty Typer application", 1.5, version),
        ("nothing changed, small project: an empty Typer application", 1.6, check),
    )
    measure.verdicts(
        [(case, most, measure.ratio(walls, empty)) for case, most, walls in cases]
    )


def _side(project: Project, script: str, *arguments: str) -> Callable[[], measure.Cost]:
    argv = (sys.executable, str(project.scratch / script), *arguments)
    gates = arguments[1:]
    replays = 0  # the first `check` is the one that the others repeat

    def start() -> measure.Cost:
        nonlocal replays
        output = project.scratch / "output"
        cost = measure.run(argv, project.place, output, project.environment())
        said = output.read_text("utf-8", "replace")
        if cost.exit_code or said.count(", cached)") != replays:
            sys.exit(f"{' '.join(argv)} did something else:\n{said}")
        replays = len(gates)
        return cost

    return start


def _imports(project: Project, *arguments: str) -> None:
    """The imports that cost most, without what they import."""
    script = str(project.scratch / "start_ours.py")
    argv = (sys.executable, "-X", "importtime", script, *arguments)
    environment = project.environment()
    done = subprocess.run(
        argv, cwd=project.place, env=environment, capture_output=True, text=True
    )
    found = [
        (int(own), int(whole), name)
        for own, whole, name in _IMPORT.findall(done.stderr)
    ]
    called = " ".join(arguments)
    sys.stdout.write(f"\nslowest of {len(found)} imports of `{called}`\n\n")
    rows = [
        (f"`{name}`", f"{own / 1000:.1f}", f"{whole / 1000:.1f}")
        for own, whole, name in sorted(found, reverse=True)[:10]
    ]
    measure.table(("module", "own ms", "with its imports, ms"), rows)


if __name__ == "__main__":
    main()
