"""`gatekeeper --version` and `--help` against an empty Typer application.

    python benchmarks/startup.py [--runs 21]

All are started the same way: by this interpreter, from a file that does what an
installed console script does. The empty application is what Typer's own start costs.
It prints its help with rich, as Typer does unless told otherwise; the plain one is
told otherwise, as gatekeeper is, and so is the stricter measure.
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
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| *(\S+)")


def main() -> None:
    """Measure as the command line says, and print a table and a list of imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name).resolve()
        for stem, text in (
            ("start_ours", GATEKEEPER),
            ("start_empty", EMPTY.format(options="")),
            ("start_plain", EMPTY.format(options=PLAIN)),
        ):
            (folder / f"{stem}.py").write_text(text, "utf-8")
        _report(folder, given.runs)
        _imports(folder)


def _report(folder: Path, runs: int) -> None:
    commands = {
        "gatekeeper --version": ("start_ours.py", "--version"),
        "gatekeeper --help": ("start_ours.py", "--help"),
        "empty Typer application --help": ("start_empty.py", "--help"),
        "the same without rich --help": ("start_plain.py", "--help"),
    }
    sides = {name: _side(folder, command) for name, command in commands.items()}
    costs = measure.in_turn(sides, runs)
    taken = {name: measure.walls(found) for name, found in costs.items()}
    _, _, empty, plain = taken.values()
    sys.stdout.write(
        f"{measure.setting()}\n\nmedian (least to greatest), {runs} runs\n"
    )
    head = ("", "milliseconds", "ratio to the empty one", "ratio to the plain one")
    rows = [
        (
            name,
            measure.spread([1000 * seconds for seconds in walls], 0),
            measure.ratio(walls, empty),
            measure.ratio(walls, plain),
        )
        for name, walls in taken.items()
    ]
    measure.table(head, rows)


def _side(folder: Path, command: tuple[str, str]) -> Callable[[], measure.Cost]:
    def start() -> measure.Cost:
        output = folder / "output"
        cost = measure.run((sys.executable, *command), folder, output)
        if cost.exit_code:
            sys.exit(f"{command[0]} failed:\n{output.read_text('utf-8', 'replace')}")
        return cost

    return start


def _imports(folder: Path) -> None:
    """The imports under --version that cost most, without what they import."""
    argv = (sys.executable, "-X", "importtime", "start_ours.py", "--version")
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=True)
    found = [
        (int(own), int(whole), name)
        for own, whole, name in _IMPORT.findall(done.stderr)
    ]
    sys.stdout.write(f"\nslowest of {len(found)} imports under --version\n")
    rows = [
        (f"`{name}`", f"{own / 1000:.1f}", f"{whole / 1000:.1f}")
        for own, whole, name in sorted(found, reverse=True)[:10]
    ]
    measure.table(("module", "own ms", "with its imports, ms"), rows)


if __name__ == "__main__":
    main()
