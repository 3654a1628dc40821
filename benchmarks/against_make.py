"""`gatekeeper check --no-cache` against the same commands under `make -j2`.

    python benchmarks/against_make.py [--runs 5] [--modules 120]
    python benchmarks/against_make.py --sdist flask==3.1.0 --install 'pytest<9'

Without --sdist the project is written by generate.py. With it, a source distribution
is downloaded and installed, with its dependencies, in a virtual environment of its
own. Both sides begin cold each time: no cache of mypy or pytest, no compiled files.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import generate
import measure

MAKEFILE = """\
.PHONY: all tests types lint security
all: tests types lint security

tests:
\t{project} -m coverage run --source={source} -m pytest -o addopts= {tests}
\t{project} -m coverage json -q

types:
\t{ours} -m mypy --python-executable={project} --config-file= \\
\t  --check-untyped-defs --strict {source}

lint:
\t{ours} -m flake8 --isolated --max-line-length=88 --max-complexity=10 \\
\t  {source} {tests}

security:
\t{ours} -m bandit -r -q {source}
"""
POLICY = """\
version: 1
source: [{source}]
tests: [{tests}]
python: {project}
gates:
  lint: {{tool: flake8, max: 0}}
  types: {{tool: mypy, max: 0}}
  security: {{tool: bandit, severity: high, max: 0}}
  tests: {{tool: pytest, max: 0}}
  coverage: {{tool: coverage, min: 90}}
"""
LEFTOVERS = (".mypy_cache", ".pytest_cache", ".coverage", "coverage.json")


@dataclass(frozen=True, slots=True)
class Project:
    """A folder to check. `clean` says that no tool has anything to object to."""

    folder: Path
    scratch: Path
    source: str
    tests: str
    python: str
    clean: bool

    def prepare(self) -> None:
        """Write what both sides go by."""
        names = {
            "source": self.source,
            "tests": self.tests,
            "project": self.python,
            "ours": sys.executable,
        }
        (self.folder / "Makefile").write_text(MAKEFILE.format(**names), "utf-8")
        (self.folder / "gates.yaml").write_text(POLICY.format(**names), "utf-8")

    def forget(self) -> None:
        """Remove what an earlier run left, so that the next one begins cold."""
        compiled = [*self.folder.rglob("__pycache__")]
        for path in (*compiled, *(self.folder / name for name in LEFTOVERS)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def gatekeeper(self) -> measure.Cost:
        """One run of gatekeeper."""
        launcher = "from gatekeeper.__main__ import main; main()"
        options = ("--no-cache", "--output", f"json={self.scratch / 'report.json'}")
        return self._run(sys.executable, "-c", launcher, "check", *options)

    def make(self) -> measure.Cost:
        """One run of make; where findings are expected they must not end it."""
        return self._run("make", "-j2", *([] if self.clean else ["-i"]))

    def examined(self) -> str:
        """What gatekeeper's last run looked at. Ends all where a gate was not judged.

        Otherwise a tool that stops at once would look like a fast one.
        """
        report = json.loads((self.scratch / "report.json").read_text("utf-8"))
        for gate in report["gates"]:
            if gate["status"] == "error":
                sys.exit(f"{gate['id']} was not measured: {gate['reason']}")
        return ", ".join(f"{run['tool']} {run['examined']}" for run in report["runs"])

    def _run(self, *argv: str) -> measure.Cost:
        self.forget()
        output = self.scratch / "output"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("MAKE")},
            "XDG_CACHE_HOME": str(self.scratch / "cache"),
        }
        cost = measure.run(argv, self.folder, output, environment)
        if cost.exit_code > (0 if self.clean else 1):
            said = output.read_text("utf-8", "replace")[-3000:]
            sys.exit(f"{argv[0]} ended with {cost.exit_code}:\n{said}")
        return cost


def main() -> None:
    """Measure as the command line says, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--modules", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sdist", metavar="NAME==VERSION")
    parser.add_argument("--source", default="src", help="in the source distribution")
    parser.add_argument("--tests", default="tests", help="in the source distribution")
    parser.add_argument("--install", action="append", default=[], metavar="WHAT")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        scratch = Path(name).resolve()
        project = _downloaded(given, scratch) if given.sdist else _own(given, scratch)
        project.prepare()
        _report(project, given.runs)


def _report(project: Project, runs: int) -> None:
    sides = {"gatekeeper": project.gatekeeper, "make": project.make}
    costs = measure.in_turn(sides, runs)
    ours, theirs = costs["gatekeeper"], costs["make"]
    sys.stdout.write(
        f"{measure.setting()}\n\nmedian (least to greatest), {runs} runs\n"
    )
    head = ("", "gatekeeper, s", "make -j2, s", "ratio")
    rows = [
        (label, measure.spread(a), measure.spread(b), measure.ratio(a, b))
        for label, a, b in (
            ("wall clock", measure.walls(ours), measure.walls(theirs)),
            ("processors", measure.processors(ours), measure.processors(theirs)),
        )
    ]
    measure.table(head, rows)
    sys.stdout.write(f"\nexamined each time: {project.examined()}\n")


def _own(given: argparse.Namespace, scratch: Path) -> Project:
    folder = scratch / "project"
    generate.write_project(folder, given.modules, given.seed)
    return Project(folder, scratch, "src", "tests", sys.executable, clean=True)


def _downloaded(given: argparse.Namespace, scratch: Path) -> Project:
    """A source distribution, installed with what it needs where it can be tested."""
    environment = scratch / "environment"
    _do(sys.executable, "-m", "venv", environment)
    python = environment / "bin" / "python"
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    archives = scratch / "archives"
    wanted = ("--no-deps", "--no-binary", ":all:", given.sdist)
    _do(*pip, "download", "--dest", archives, *wanted)
    (archive,) = archives.iterdir()
    with tarfile.open(archive) as content:
        content.extractall(scratch / "unpacked", filter="data")
    (folder,) = (scratch / "unpacked").iterdir()
    _do(*pip, "install", "--editable", folder, "pytest", "coverage", *given.install)
    tests = given.tests
    return Project(folder, scratch, given.source, tests, str(python), clean=False)


def _do(*argv: str | Path) -> None:
    subprocess.run(argv, check=True)


if __name__ == "__main__":
    main()
