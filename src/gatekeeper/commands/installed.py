"""Which programs are there: each is started, since being there is not enough."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

from gatekeeper.engine import environment
from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.policy.options import PytestOptions
from gatekeeper.probe.bootstrap import ABSENT
from gatekeeper.project.interpreter import Interpreter
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.base import PROBE, Adapter

_SECONDS = 20.0
_GLANCE_SECONDS = 0.2
#: Modules of the project's interpreter by what pip calls them.
_MODULES = {
    "pytest": "pytest",
    "coverage": "coverage",
    "pytest-xdist": "xdist",
    "pytest-timeout": "pytest_timeout",
    "pytest-asyncio": "pytest_asyncio",
    "pytest-django": "pytest_django",
}
#: Arguments of pytest that it only understands with a plugin.
_ASKING = {
    "-n": "pytest-xdist",
    "--numprocesses": "pytest-xdist",
    "--dist": "pytest-xdist",
    "--timeout": "pytest-timeout",
    "--timeout-method": "pytest-timeout",
    "--asyncio-mode": "pytest-asyncio",
    "--ds": "pytest-django",
    "--reuse-db": "pytest-django",
    "--create-db": "pytest-django",
}
_OLDEST_PYTHON = (3, 8)


@dataclass(frozen=True, slots=True)
class Program:
    """One tool or plugin. `problem` is empty where it can be used, `remedy` mends it.

    `state` is its version, or `missing` or `broken`.
    """

    name: str
    state: str
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """All programs by name, and what the project's interpreter says of itself.

    `interpreter` is its version, empty where it cannot be used; then `problem` and
    `remedy` are about it.
    """

    programs: Mapping[str, Program]
    interpreter: str
    problem: str = ""
    remedy: str = ""


def plugins(options: PytestOptions) -> list[str]:
    """The plugins of pytest that the policy cannot do without."""
    words = [argument.partition("=")[0] for argument in options.args]
    words += ["-n"] if options.workers else []
    return list(dict.fromkeys(_ASKING[word] for word in words if word in _ASKING))


def look(
    interpreter: Interpreter,
    ours: Mapping[str, str],
    folder: Path,
    processes: Processes,
) -> Installed:
    """Start everything once, side by side. `folder` is private to this look."""
    adapters = [a for a in ADAPTERS.values() if a.interpreter == "ours"]
    home = folder / "home"
    project = environment.for_project(ours, home)
    analysers = environment.for_analysers(ours, home)
    probe = (interpreter.path, str(PROBE / "installed.py"), *_MODULES.values())
    commands = [Command(probe, folder, project, _SECONDS, folder / "probe")]
    commands += [_version(adapter, analysers, folder) for adapter in adapters]
    first, *rest = _run(commands, processes)
    beside = [_own(a, outcome) for a, outcome in zip(adapters, rest, strict=True)]
    return _theirs(interpreter, first, {program.name: program for program in beside})


def _version(adapter: Adapter, environ: Mapping[str, str], folder: Path) -> Command:
    module = adapter.name.replace("-", "_")
    argv = (sys.executable, str(PROBE / "bootstrap.py"), module, "--version")
    return Command(argv, folder, environ, _SECONDS, folder / f"version-{adapter.name}")


def _run(commands: Sequence[Command], processes: Processes) -> list[Outcome]:
    with ThreadPoolExecutor(max_workers=len(commands)) as pool:
        try:
            waiting = [pool.submit(processes.run, command) for command in commands]
            # A signal just before an endless wait would be noticed only after it.
            while wait(waiting, _GLANCE_SECONDS).not_done:
                continue
            return [future.result() for future in waiting]
        except BaseException:
            processes.cancel()  # leaving the block waits for the threads
            raise


def _own(adapter: Adapter, outcome: Outcome) -> Program:
    """A tool that comes with gatekeeper."""
    remedy = own_install(adapter.name)
    try:
        version = adapter.installed_version()
    except PackageNotFoundError:
        version = None
    if version is None or outcome.exit_code == ABSENT:
        problem = f"{adapter.name} is missing beside gatekeeper"
        return Program(adapter.name, "missing", problem, remedy)
    if outcome.exit_code != 0:
        problem = f"{adapter.name} does not start: {_why(outcome)}"
        return Program(adapter.name, "broken", problem, f"{remedy} --force-reinstall")
    return Program(adapter.name, version)


def own_install(name: str) -> str:
    """The command that installs a distribution beside gatekeeper."""
    return _install(sys.executable, name, pip=find_spec("pip") is not None)


def _install(python: str, name: str, *, pip: bool) -> str:
    if pip:
        return f"{shlex.quote(python)} -m pip install {name}"
    return f"uv pip install --python {shlex.quote(python)} {name}"


def _why(outcome: Outcome) -> str:
    if outcome.start_error:
        return outcome.start_error
    if outcome.timed_out:
        return f"no answer within {outcome.command.timeout:g} s"
    lines = (outcome.stderr_tail.strip() or outcome.stdout.strip()).splitlines()
    return lines[-1][-300:] if lines else f"it ended with {outcome.exit_code}"


def _theirs(
    interpreter: Interpreter, outcome: Outcome, programs: dict[str, Program]
) -> Installed:
    """Add what the project's interpreter has, if it can be used at all."""
    try:
        said = json.loads(outcome.stdout.strip().rpartition("\n")[2])
        version, modules, pip = str(said["python"]), dict(said["modules"]), said["pip"]
        old = tuple(map(int, version.split(".")[:2])) < _OLDEST_PYTHON
    except (ValueError, LookupError, TypeError):
        return _unusable(interpreter, f"does not start: {_why(outcome)}", programs)
    if old:
        return _unusable(interpreter, f"is Python {version}, too old", programs)
    for name, module in _MODULES.items():
        remedy = _install(interpreter.path, name, pip=bool(pip))
        programs[name] = _module(name, modules[module], interpreter.path, remedy)
    return Installed(programs, version)


def _unusable(
    interpreter: Interpreter, why: str, programs: dict[str, Program]
) -> Installed:
    for name in _MODULES:
        programs[name] = Program(name, "unknown")
    remedy = "correct `python:` in gates.yaml"
    if interpreter.origin != "gates.yaml":
        folder = Path(interpreter.path).parent.parent
        remedy = f"python3 -m venv --clear {shlex.quote(str(folder))}"
    return Installed(programs, "", f"{interpreter.path} {why}", remedy)


def _module(name: str, said: Mapping[str, str], python: str, remedy: str) -> Program:
    if "version" in said:
        return Program(name, said["version"], "", remedy)
    if "error" in said:
        problem = f"{name} cannot be imported by {python}: {said['error']}"
        return Program(name, "broken", problem, f"{remedy} --force-reinstall")
    return Program(name, "missing", f"{name} is missing in {python}", remedy)
