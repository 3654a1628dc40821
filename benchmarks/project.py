"""A project to measure with: files for every runner, and a fresh copy for each turn.

It is written by generate.py, or it is a source distribution of PyPI in a virtual
environment of its own. All that is made lies in one scratch folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import generate

CONSTRAINTS = Path(__file__).resolve().parent / "constraints.txt"
_RUNNERS = Path(__file__).resolve().parent / "templates" / "runners"
#: Seconds. Time stamps of younger files prove nothing, as git says of its index too;
#: nobody's checkout is that young.
_SETTLING = 3
_PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")


@dataclass(frozen=True, slots=True)
class Project:
    """A project in a scratch folder; `python` can run its tests.

    `original` is never measured; `place` is where a copy of it is.
    """

    scratch: Path
    python: str = sys.executable
    source: str = "src"
    tests: str = "tests"

    @property
    def original(self) -> Path:
        """The project as nobody has run anything in it yet."""
        return self.scratch / "original"

    @property
    def place(self) -> Path:
        """Where the runners run."""
        return self.scratch / "project"

    @property
    def caches(self) -> Path:
        """What runners keep outside of the project."""
        return self.scratch / "caches"

    def equip(self) -> None:
        """Write what the runners go by: the same four commands for each of them."""
        fields = {
            "source": self.source,
            "tests": self.tests,
            "python": self.python,
            "ours": sys.executable,
            "npm": _said("npm", "--version") if shutil.which("npm") else "",
        }
        for template in _RUNNERS.rglob("*.txt"):
            path = self.original / template.relative_to(_RUNNERS).with_suffix("")
            path.parent.mkdir(exist_ok=True)
            text = Template(template.read_text("utf-8")).substitute(fields)
            path.write_text(text, "utf-8")
        text = (self.original / "gates.yaml").read_text("utf-8")
        text += "tools:\n  pytest: {cache: true}\n"
        (self.original / "cached-tests.yaml").write_text(text, "utf-8")

    def commit(self) -> None:
        """Make it a git repository, which some runners need."""
        me = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")
        for words in (("init", "--quiet"), ("add", "."), (*me, "commit", "-qm", "All")):
            do("git", *words, cwd=self.original)

    def renew(self) -> None:
        """Begin cold: a copy without any leftovers, and nobody's cache."""
        for folder in (self.place, self.caches):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.original, self.place, symlinks=True)
        time.sleep(_SETTLING)
        do("git", "update-index", "-q", "--refresh", cwd=self.place)

    def edit(self, number: int) -> None:
        """Change one module so that nobody finds anything else in it."""
        files = sorted((self.place / self.source).rglob("*.py"))
        chosen = files[len(files) // 2]
        text = chosen.read_text("utf-8")
        chosen.write_text(f"# Edit {number}.\n{text}", "utf-8")

    def environment(self) -> dict[str, str]:
        """What all runners see: few variables, and no service is told of them."""
        return {
            **{name: os.environ[name] for name in _PASSED if name in os.environ},
            "XDG_CACHE_HOME": str(self.caches),
            "PRE_COMMIT_HOME": str(self.caches / "pre-commit"),
            "PREK_HOME": str(self.caches / "prek"),
            "TURBO_CACHE_DIR": str(self.caches / "turbo"),
            "TURBO_TELEMETRY_DISABLED": "1",
            "DO_NOT_TRACK": "1",
        }


def generated(scratch: Path, modules: int, seed: int = 1) -> Project:
    """A project of so many modules, ready to be measured."""
    project = Project(scratch)
    generate.write_project(project.original, modules, seed)
    project.equip()
    return project


def downloaded(scratch: Path, wanted: str, beside: Sequence[str] = ()) -> Project:
    """A source distribution (NAME==VERSION), installed with what its tests need."""
    python = environment(scratch / "environment")
    project = Project(scratch, str(python))
    archives, unpacked = scratch / "archives", scratch / "unpacked"
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    do(*pip, "download", "-d", archives, "--no-deps", "--no-binary", ":all:", wanted)
    (archive,) = archives.iterdir()
    with tarfile.open(archive) as content:
        content.extractall(unpacked, filter="data")
    next(unpacked.iterdir()).rename(project.original)
    # An editable installation points to where the copies stand.
    shutil.copytree(project.original, project.place)
    do(*pip, "install", "-c", CONSTRAINTS, "-e", project.place)
    do(*pip, "install", "-c", CONSTRAINTS, "pytest", "coverage", *beside)
    project.equip()
    return project


def environment(folder: Path) -> Path:
    """The interpreter of a new virtual environment."""
    do(sys.executable, "-m", "venv", folder)
    return folder / "bin" / "python"


def do(*argv: str | Path, cwd: Path | None = None) -> None:
    """Run a command that has to succeed and is not measured."""
    subprocess.run(argv, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def _said(*argv: str) -> str:
    return subprocess.run(
        argv, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
