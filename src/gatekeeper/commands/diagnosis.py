"""What would keep each gate from being measured, found out without running a tool."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from gatekeeper.commands.installed import Installed, own_install, plugins
from gatekeeper.engine.plan import PlannedRun, plan
from gatekeeper.engine.workspace import Workspace
from gatekeeper.policy.options import PytestOptions
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.project import settings
from gatekeeper.project.files import under
from gatekeeper.scaffold import addopts, documents
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.base import Job, ToolError
from gatekeeper.tools.pins import pins_of
from gatekeeper.tools.portions import need_files

_SHOWN = 3
_TEST_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")
#: The oldest releases that can be worked with; the second where workers are asked for,
#: since coverage has to be started in each of them.
_OLDEST = {"pytest": "7.2"}
_OLDEST_WITH_WORKERS = {"pytest": "7.2", "coverage": "7.10"}
#: Plugins that report the rules teams ask for most.
_PLUGINS = {
    "ANN": "flake8-annotations",
    "B": "flake8-bugbear",
    "D": "flake8-docstrings",
    "I": "flake8-import-order",
    "N": "pep8-naming",
    "Q": "flake8-quotes",
    "SIM": "flake8-simplify",
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a gate could not be measured, and what removes it."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class GateHealth:
    """One gate with all that stands in its way. `note` is for what cannot be tried."""

    id: str
    tool: str | None
    obstacles: tuple[Obstacle, ...]
    note: str = ""


def diagnose(workspace: Workspace, installed: Installed) -> list[GateHealth]:
    """Look at every gate of the policy. UserError where `check` would not start."""
    policy = workspace.policy
    runs = {r.tool: r for r in plan(policy.content, policy.root, policy.content.gates)}
    jobs = {tool: workspace.look(run) for tool, run in runs.items()}
    found = {
        tool: (*_programs(tool, runs, installed), *_material(jobs[tool]))
        for tool in runs
    }
    return [
        _health(name, gate, jobs[gate.tool], found)
        if gate.tool is not None
        else GateHealth(name, None, (), "waits for a person")
        for name, gate in policy.content.gates.items()
    ]


def _health(
    name: str, gate: GatePolicy, job: Job, found: Mapping[str, tuple[Obstacle, ...]]
) -> GateHealth:
    obstacles = [*found.get(ADAPTERS[job.tool].after or "", ()), *found[job.tool]]
    files = (*job.sources.files, *job.sources.stubs)
    if gate.paths and files and not any(under(files, gate.paths)):
        reason = f"no file to examine lies under {', '.join(gate.paths)}"
        obstacles.append(Obstacle(reason, f"correct `paths` of gates.{name}"))
    asks = getattr(job.options, "database", "") == "online" or job.tool == "pip-audit"
    note = "with a network, which is not tried here" if asks else ""
    return GateHealth(name, job.tool, tuple(dict.fromkeys(obstacles)), note)


def _programs(
    tool: str, runs: Mapping[str, PlannedRun], installed: Installed
) -> Iterator[Obstacle]:
    """What is not installed, too old, or cannot be started."""
    project = ADAPTERS[tool].interpreter == "project"
    if ADAPTERS[tool].interpreter == "none":
        return
    if installed.problem and (project or tool == "mypy"):
        yield Obstacle(installed.problem, installed.remedy)
        return
    needed = [tool]
    if project:
        # The tests run inside coverage as soon as a gate asks for coverage.
        needed = [tool for tool in ("pytest", "coverage") if tool in runs]
        options = runs["pytest"].options
        needed += plugins(options) if isinstance(options, PytestOptions) else []
    for name in needed:
        program = installed.programs[name]
        if program.problem:
            yield Obstacle(program.problem, program.remedy)
        elif oldest := _too_old(name, program.state, many="pytest-xdist" in needed):
            reason = f"{name} {program.state} is too old, {oldest} is needed"
            yield Obstacle(reason, f"{program.remedy} --upgrade")


def _too_old(name: str, version: str, *, many: bool) -> str:
    oldest = (_OLDEST_WITH_WORKERS if many else _OLDEST).get(name)
    try:
        return oldest if oldest and Version(version) < Version(oldest) else ""
    except InvalidVersion:
        return ""


def _material(job: Job) -> Iterator[Obstacle]:
    """What the tool would be given to examine, and with which settings."""
    adapter = ADAPTERS[job.tool]
    try:
        commands = adapter.commands(job) if adapter.after is None else ()
        if adapter.interpreter == "none":
            if not commands:
                adapter.parse(job, ())  # what is only read can be tried right away
        elif hasattr(job.options, "requirements"):
            yield from _gaps(pins_of(job).gaps, "pin it, or leave the file out")
        else:
            need_files(job)
            yield from _gaps(job.sources.gaps, "remove it, or name it under `exclude`")
            yield from _tests(job)
    except ToolError as error:
        yield Obstacle(str(error), _plugin(job, str(error)) or error.fix)
    except OSError as error:
        yield Obstacle(str(error))
    for line in settings.broken(job.root, job.tool):
        yield Obstacle(line, "mend the file")


def _gaps(gaps: Sequence[str], remedy: str) -> Iterator[Obstacle]:
    for gap in gaps[:_SHOWN]:
        yield Obstacle(gap, remedy)
    if len(gaps) > _SHOWN:
        yield Obstacle(f"{len(gaps) - _SHOWN} more like these", remedy)


def _tests(job: Job) -> Iterator[Obstacle]:
    """pytest looks at names first, unless it is told to look elsewhere."""
    if job.tool != "pytest" or any("doctest" in word for word in job.options.args):
        return
    _, section = documents.read(job.root).first(addopts.PLACES) or ("", {})
    if "python_files" in section or any(map(_TEST_FILE.search, job.sources.files)):
        return
    yield Obstacle(
        f"no file in {', '.join(job.paths)} is named test_*.py or *_test.py",
        "name the folders of your tests under `tests` in gates.yaml",
    )


def _plugin(job: Job, reason: str) -> str:
    """The command that installs what reports a rule, where that is widely known."""
    for rule in job.exact_rules:
        family = rule.rstrip("0123456789")
        if job.tool == "flake8" and reason.endswith(rule) and family in _PLUGINS:
            return own_install(_PLUGINS[family])
    return ""
