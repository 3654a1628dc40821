"""The runners that are compared: how each is started, and what proves its work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import measure
from project import CONSTRAINTS, Project, do, environment

OURS = "gatekeeper"
CACHED = "gatekeeper-cached-tests"
FRESH = "gatekeeper-no-cache"
HOOK_RUNNERS = {
    "prek": ("run", "--all-files"),
    "pre-commit": ("run", "--all-files"),
    "nox": (),
}
NAMES = (OURS, CACHED, FRESH, "make", *HOOK_RUNNERS, "turbo")
#: Does what an installed console script does, and tells what its own process took.
_LAUNCHER = """\
import resource
import sys
from gatekeeper.__main__ import main
try:
    sys.exit(main())
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open({own!r}, "w") as stream:
        stream.write(f"{{used.ru_utime + used.ru_stime}} {{used.ru_maxrss}}")
"""
_EXAMINED = {
    "flake8": re.compile(r"(\d+) +total files processed"),
    "mypy": re.compile(r"(?:in|checked) (\d+) source files?"),
    "bandit": re.compile(r"Files in scope \((\d+)\)"),
    "pytest": re.compile(r"\b(\d+) passed"),
}
_FOUND = {
    "flake8": re.compile(r":\d+:\d+: [A-Z]+\d+ "),
    "mypy": re.compile(r":\d+: error: "),
    "bandit": re.compile(r">> Issue: "),
    "pytest": re.compile(r"\b\d+ failed"),
}


class Own(NamedTuple):
    """Seconds of processors and peak memory in MB, without the tools."""

    processor: float
    memory: float


@dataclass(frozen=True, slots=True)
class Proof:
    """What a run did, as it says itself: files or tests examined and findings.

    `replayed` says that all of it was taken from a cache.
    """

    did: Mapping[str, tuple[int, int]]
    replayed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One runner, and how its proof is read when it has run in a project."""

    name: str
    argv: tuple[str | Path, ...]
    prove: Callable[[Project], Proof]

    def run(self, project: Project) -> tuple[measure.Cost, Proof]:
        """One run. Ends all where it was not what it looks like."""
        output = project.scratch / "output"
        (project.scratch / "report.json").unlink(missing_ok=True)
        cost = measure.run(self.argv, project.place, output, project.environment())
        if cost.exit_code not in ((0, 1) if self.ours else (0,)):
            said = output.read_text("utf-8", "replace")[-3000:]
            sys.exit(f"{self.name} ended with {cost.exit_code}:\n{said}")
        return cost, self.prove(project)

    @property
    def ours(self) -> bool:
        """Whether it is gatekeeper, in whichever way it was called."""
        return self.name.startswith(OURS)


def gatekeeper(scratch: Path, name: str = OURS, *options: str) -> Side:
    """`gatekeeper check` with options, started as its console script would."""
    launcher = scratch / "ours.py"
    text = _LAUNCHER.format(own=str(scratch / "own"))
    launcher.write_text(text, "utf-8")
    report = f"--output=json={scratch / 'report.json'}"
    arguments = ("check", "--jobs=2", report, *options)
    return Side(name, (sys.executable, str(launcher), *arguments), _reported)


def own(project: Project) -> Own:
    """What gatekeeper's own process took in its last run."""
    seconds, peak = (project.scratch / "own").read_text("ascii").split()
    return Own(float(seconds), measure.megabytes(int(peak)))


def rivals(project: Project, wanted: Container[str]) -> list[Side]:
    """The other runners, installed for a project that is not committed yet."""
    commands: dict[str, tuple[str | Path, ...]] = {"make": ("make", "-j2")}
    if any(name in wanted for name in HOOK_RUNNERS):
        folder = environment(project.scratch / "runners").parent
        pip = (folder / "python", "-m", "pip", "--quiet")
        do(*pip, "install", "-c", CONSTRAINTS, *HOOK_RUNNERS)
        for name, arguments in HOOK_RUNNERS.items():
            commands[name] = (folder / name, *arguments)
    if "turbo" in wanted:
        do("npm", "install", "--no-audit", "--no-fund", cwd=project.original)
        modules = project.scratch / "node_modules"
        (project.original / "node_modules").rename(modules)
        (project.original / "node_modules").symlink_to(modules)
        turbo = (modules / ".bin" / "turbo", "run", "--concurrency=2")
        commands["turbo"] = (*turbo, "tests", "types", "lint", "security")
    return [Side(n, argv, _printed) for n, argv in commands.items() if n in wanted]


def versions(sides: list[Side]) -> str:
    """What the runners say of themselves."""
    found = []
    for side in sides:
        program = shutil.which(side.argv[0]) or ""
        done = subprocess.run((program, "--version"), capture_output=True, text=True)
        said = (done.stdout or done.stderr).splitlines()[0].split()[-1]
        found.append(f"{side.name} {said}")
    return ", ".join(found)


def _printed(project: Project) -> Proof:
    """From what the tools printed and the runner handed on."""
    text = (project.scratch / "output").read_text("utf-8", "replace")
    did = {}
    for tool, pattern in _EXAMINED.items():
        if len(numbers := pattern.findall(text)) != 1:
            sys.exit(f"{tool} did not run once but {len(numbers)} times:\n{text}")
        did[tool] = int(numbers[0]), len(_FOUND[tool].findall(text))
    return Proof(did, replayed=">>> FULL TURBO" in text)


def _reported(project: Project) -> Proof:
    """From gatekeeper's report. Objections of its own to bare opt-outs are left out."""
    report = json.loads((project.scratch / "report.json").read_text("utf-8"))
    for gate in report["gates"]:
        if gate["status"] == "error":
            sys.exit(f"{gate['id']} was not measured: {gate['reason']}")
    own = {
        gate["tool"]: sum("bare-" in finding["rule"] for finding in gate["findings"])
        for gate in report["gates"]
    }
    did = {}
    runs = [run for run in report["runs"] if run["tool"] in _EXAMINED]
    for run in runs:
        tool, metrics = run["tool"], run["metrics"]
        found = metrics.get("findings", metrics.get("failures", 0)) - own[tool]
        if tool in ("flake8", "bandit"):
            found += run["suppressed"]  # opt-outs, which the other sides switch off
        did[tool] = (run["examined"], found)
    return Proof(did, replayed=all(run["cached"] for run in runs))
