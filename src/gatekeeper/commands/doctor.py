"""`gatekeeper doctor`: what is there, and what would keep a gate unmeasured."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatekeeper import __version__
from gatekeeper.commands.diagnosis import GateHealth, Obstacle, diagnose
from gatekeeper.commands.installed import Installed, look, plugins
from gatekeeper.commands.output import Terminal, to_stdout
from gatekeeper.engine import environment
from gatekeeper.engine.process import Command, Processes
from gatekeeper.engine.workspace import Workspace
from gatekeeper.policy.load import Policy, load
from gatekeeper.reporters.text import one_line
from gatekeeper.tools import ADAPTERS

_PLATFORMS = {"linux": "Linux", "darwin": "macOS"}
_UNSUPPORTED = f"{sys.platform}; only Linux and macOS are supported"
_SECONDS = 20.0
_GIT_INSTALL = {"linux": "apt-get install git", "darwin": "xcode-select --install"}


@dataclass(frozen=True, slots=True)
class _Health:
    """Everything the report is written from."""

    workspace: Workspace
    installed: Installed
    gates: Sequence[GateHealth]
    git: str

    @property
    def sick(self) -> list[GateHealth]:
        return [gate for gate in self.gates if gate.obstacles]


def run_doctor(config: Path | None, root: Path | None) -> int:
    """Print the report; gives 0 if every gate could be measured, else 2.

    Raises UserError where the policy is wrong, as `check` does.
    """
    policy = load(config, root, Path.cwd())
    health = _examine(policy, dict(os.environ))
    lines = [
        *_surroundings(health),
        "",
        *_tools(health),
        "",
        *_gates(health),
        "",
        *_variables(health),
        "",
        _conclusion(health),
    ]
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    delivered = to_stdout("\n".join(lines) + "\n", terminal)
    healthy = not health.sick and sys.platform in _PLATFORMS
    return 0 if healthy and delivered else 2


def _examine(policy: Policy, ours: Mapping[str, str]) -> _Health:
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        private = Path(folder).resolve()
        workspace = Workspace.open(policy, ours, private, processes)
        installed = look(workspace.interpreter, ours, private, processes)
        gates = diagnose(workspace, installed)
        return _Health(workspace, installed, gates, _git(ours, private, processes))


def _git(ours: Mapping[str, str], folder: Path, processes: Processes) -> str:
    """What git says of its version; empty where it cannot be used."""
    program = shutil.which("git", path=ours.get("PATH"))
    if program is None:
        return ""
    environ = environment.for_analysers(ours, folder / "home")
    argv = (program, "--version")
    done = processes.run(Command(argv, folder, environ, _SECONDS, folder / "git"))
    return done.stdout.strip() if done.exit_code == 0 else ""


def _surroundings(health: _Health) -> Iterator[str]:
    workspace, installed = health.workspace, health.installed
    shown = workspace.policy.path or "built-in (no gates.yaml found; `gatekeeper init`)"
    yield _line("policy", str(shown))
    yield _line("root", str(workspace.policy.root))
    own = f"{__version__}, {sys.executable} (Python {platform.python_version()})"
    yield _line("gatekeeper", own)
    yield _line("platform", _PLATFORMS.get(sys.platform, _UNSUPPORTED))
    yield _line("git", _git_line(health))
    interpreter = workspace.interpreter
    yield _line("interpreter", f"{interpreter.path} ({interpreter.origin})")
    if installed.problem:
        yield _line("", installed.problem)
    else:
        yield _line("", f"Python {installed.interpreter}")
    if interpreter.path == sys.executable and interpreter.origin != "gates.yaml":
        yield _line("", "no environment of the project was found: activate one, make")
        yield _line("", ".venv, or name it as `python:` in gates.yaml")


def _git_line(health: _Health) -> str:
    if not health.git:
        remedy = _GIT_INSTALL.get(sys.platform, "install git")
        return f"not found; what it ignores is examined too ({remedy})"
    commit = health.workspace.revision.commit
    where = f"at commit {commit[:12]}" if commit else "no commit here"
    return f"{health.git.removeprefix('git version ')}, {where}"


def _line(name: str, text: str) -> str:
    return f"{name:<13}{one_line(text, 400)}"


def _tools(health: _Health) -> Iterator[str]:
    yield "tools"
    used = {gate.tool for gate in health.gates}
    used |= {ADAPTERS[tool].after for tool in used if tool}
    options = health.workspace.policy.content.tools.pytest
    programs = [n for n, adapter in ADAPTERS.items() if adapter.interpreter != "none"]
    for name in (*programs, *plugins(options)):
        program = health.installed.programs[name]
        adapter = ADAPTERS.get(name)
        own = adapter is not None and adapter.interpreter == "ours"
        where = "beside gatekeeper" if own else "project's interpreter"
        unused = "no gate asks for it" if adapter and name not in used else ""
        columns = f"  {name:<15}{one_line(program.state, 20):<12}{where:<23}{unused}"
        yield columns.rstrip()
        if program.problem and unused:
            yield _detail(program.remedy)


def _detail(text: str) -> str:
    return f"      {one_line(text, 600)}"


def _gates(health: _Health) -> Iterator[str]:
    yield "gates"
    width = max(len(gate.id) for gate in health.gates) + 2
    for gate in health.gates:
        state = "cannot be measured" if gate.obstacles else "can be measured"
        if gate.tool is None:
            state = gate.note
        elif gate.note and not gate.obstacles:
            state = f"{state} {gate.note}"
        yield f"  {gate.id:<{width}}{state}"
    met: dict[Obstacle, list[str]] = {}
    for gate in health.sick:
        for obstacle in gate.obstacles:
            met.setdefault(obstacle, []).append(gate.id)
    if met:
        yield ""
        yield "in the way"
    for obstacle, names in met.items():
        yield f"  {', '.join(names)}: {one_line(obstacle.reason, 600)}"
        if obstacle.remedy:
            yield _detail(obstacle.remedy)


def _variables(health: _Health) -> Iterator[str]:
    ours, tools = health.workspace.ours, health.workspace.policy.content.tools
    passed = {tool: tools.options(tool).environment for tool in ADAPTERS}
    every = frozenset(name for names in passed.values() for name in names)
    secret = environment.withheld(ours, every)
    home = health.workspace.folder
    bent = sorted(set(ours) - set(environment.for_project(ours, home, every)))
    bending = [name for name in bent if name not in secret]
    yield "environment"
    yield _names("withheld, since they look like secrets", secret)
    yield _names("withheld, since they change how tools work", bending)
    for tool, names in passed.items():
        if there := [name for name in names if name in ours]:
            yield _names(f"passed to {tool}, as gates.yaml says", there)


def _names(what: str, names: Sequence[str]) -> str:
    return f"  {what}: {one_line(', '.join(names), 600) or 'none'}"


def _conclusion(health: _Health) -> str:
    if sys.platform not in _PLATFORMS:
        return f"{sys.platform} is not supported"
    measurable = [gate for gate in health.gates if gate.tool is not None]
    if not health.sick:
        return "every gate can be measured"
    names = ", ".join(gate.id for gate in health.sick)
    return f"{len(health.sick)} of {len(measurable)} gates cannot be measured: {names}"
