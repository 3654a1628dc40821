"""What an adapter is, and what it is told about the run it prepares."""

from __future__ import annotations

import enum
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gatekeeper.engine.process import RESULT, Command, Outcome
from gatekeeper.model import Measurement, Run, RunStatus
from gatekeeper.project.files import Sources
from gatekeeper.project.reader import Reader

PROBE = Path(__file__).parent.parent / "probe"
_EVIDENCE_CHARACTERS = 6_000


class ToolError(Exception):
    """The run of a tool is no proof of anything. `status` says in which way."""

    def __init__(
        self, reason: str, status: RunStatus = RunStatus.UNREADABLE, fix: str = ""
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.fix = fix


class NothingToExamineError(ToolError):
    """There is no input for the tool, so it is not even started."""


class Scope(enum.StrEnum):
    """What findings may depend on beside the options: how long a result holds.

    `FILE` is one file each, `PYTHON` all Python files below the root and the installed
    packages, `PROJECT` every file below the root as well. What is `UNKNOWN` is measured
    each time.
    """

    FILE = "file"
    PYTHON = "python"
    PROJECT = "project"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Job:
    """One run of one tool: what to look at, with which options, where to write.

    `options` is the policy's section of the tool. `work` is a private folder,
    empty at the start. `exact_rules` are the rules that gates ask for. `upstream` is
    the finished run that this one builds on, `upstream_work` its folder. `companions`
    are the options of tools that share this run. `workers` is how many processors the
    tool may keep busy. `kept` is a folder for a cache of the tool's own that outlives
    this run, None where there is none. `passed` are names of variables that the policy
    lets through to it.
    """

    tool: str
    root: Path
    work: Path
    options: Any
    paths: tuple[str, ...]
    sources: Sources
    reader: Reader
    python: str
    environment: Mapping[str, str]
    project_environment: Mapping[str, str]
    timeout: float
    exact_rules: tuple[str, ...] = ()
    upstream: Run | None = None
    upstream_work: Path | None = None
    companions: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1
    kept: Path | None = None
    passed: frozenset[str] = frozenset()

    def ours(
        self, module: str, *arguments: str, cwd: Path | None = None, **extra: str
    ) -> Command:
        """A program of gatekeeper's own installation."""
        argv = (sys.executable, str(PROBE / "bootstrap.py"), module, *arguments)
        return self._command(argv, {**self.environment, **extra}, cwd)

    def theirs(self, module: str, *arguments: str, **extra: str) -> Command:
        """A program of the project's interpreter; `extra` adds to its environment."""
        argv = (self.python, str(PROBE / "bootstrap.py"), module, *arguments)
        return self._command(argv, {**self.project_environment, **extra}, None)

    def program(self, words: Sequence[str], produces: str | None) -> Command:
        """A program that the policy names, in the environment of the project.

        `{python}` in its words is the project's interpreter, `{output}` a file that it
        is to write; without the latter, `produces` names the file below the root, and
        without that the result is what it prints.
        """
        made = self._command(tuple(words), self.project_environment, None)
        own = str(made.output / RESULT)
        argv = tuple(
            word.replace("{python}", self.python).replace("{output}", own)
            for word in words
        )
        writes_own = argv != tuple(w.replace("{python}", self.python) for w in words)
        path = None if writes_own or produces is None else self.root / produces
        printed = not writes_own and path is None
        return replace(made, argv=argv, produces=path, prints_result=printed)

    @property
    def shown_python(self) -> str:
        """The project's interpreter as a person in the root would type it."""
        return relative(self.python, self.root)

    def _command(
        self, argv: tuple[str, ...], environment: Mapping[str, str], cwd: Path | None
    ) -> Command:
        output = Path(tempfile.mkdtemp(prefix="output-", dir=self.work))
        return Command(argv, cwd or self.root, environment, self.timeout, output)


@dataclass(frozen=True, slots=True)
class Adapter:
    """Everything gatekeeper knows of one tool.

    `commands` says what to start, one after the other; `parse` turns what came back
    into a measurement or raises ToolError; `reproduce` is the command a person types.
    `verdict_codes` are the exit codes that carry a result. `metrics` maps the metrics a
    gate may name to their units, the main one first. `selectors` are the gate keys that
    make sense for the tool. `interpreter` tells where the tool is installed: `ours`,
    `project`, or `none` where there is nothing to install. `variables` are those of
    the environment that the tool may see, since they say where to ask and not what to
    answer. `divisible` says whether one process keeps several processors busy with
    these options, `concurrent` that its commands may run side by side. `scope` tells
    what
    a result depends on, `on_request` that it is reused only if the policy says so, and
    `incremental` that the tool keeps a cache itself.
    """

    name: str
    title: str
    commands: Callable[[Job], tuple[Command, ...]]
    parse: Callable[[Job, Sequence[Outcome]], Measurement]
    reproduce: Callable[[Job], tuple[str, ...]]
    verdict_codes: frozenset[int]
    metrics: Mapping[str, str]
    fix: str
    selectors: frozenset[str] = frozenset({"rules", "paths", "severity"})
    distribution: str | None = None
    after: str | None = None
    interpreter: str = "ours"
    exit_meanings: Mapping[int, str] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()
    divisible: Callable[[Any], bool] = lambda options: False
    concurrent: bool = False
    scope: Callable[[Job], Scope] = lambda job: Scope.UNKNOWN
    on_request: bool = False
    incremental: bool = False

    @property
    def main_metric(self) -> str:
        """The metric that a gate judges unless it names another."""
        return next(iter(self.metrics))

    def installed_version(self) -> str | None:
        """The version beside gatekeeper; None for tools of the project."""
        try:
            return version(self.distribution) if self.distribution else None
        except PackageNotFoundError:
            return None  # starting it says so, with what to install


def no_commands(job: Job) -> tuple[Command, ...]:
    """The commands of a tool that is built in: it reads, and starts nothing."""
    return ()


def by_check(job: Job) -> tuple[str, ...]:
    """What shows by hand what a built-in tool found; the judge adds the gate."""
    return ("gatekeeper", "check")


def readable(outcome: Outcome) -> str:
    """The end of what a program printed, as evidence for people."""
    return outcome.stdout[-_EVIDENCE_CHARACTERS:]


def relative(path: str, root: Path) -> str:
    """A path as the report shows it: relative to the root where it lies inside."""
    if os.path.isabs(path):
        inside = os.path.relpath(path, root)
        return path if inside.startswith("..") else inside
    return os.path.normpath(path)
