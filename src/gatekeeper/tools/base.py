"""What an adapter is, and what it is told about the run it prepares."""

from __future__ import annotations

import enum
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gatekeeper.engine.process import RESULT, Command, Outcome
from gatekeeper.model import Measurement, Run, RunStatus
from gatekeeper.project.files import Sources
from gatekeeper.project.reader import Reader

PROBE = Path(__file__).parent.parent / "probe"
_BATCH_BYTES = 400_000
#: Fewer files than this take not much longer than the start of another process.
_PIECE = 100
_ROUNDS = 4
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


def looks_at_files_alone(
    job: Job, modules: Sequence[str], group: str, known: Sequence[str]
) -> bool:
    """Whether a tool with its plugins sees one file at a time, and nothing else.

    So it is if all plugins come from `known` distributions, there are no arguments that
    we do not understand, and none of its code is itself a part of the project.
    """
    names, plugins = _plugins(group)
    return (
        names <= set(known)
        and not job.options.args
        and not any(_is_of_project(module, job.root) for module in (*modules, *plugins))
    )


@cache
def _plugins(group: str) -> tuple[frozenset[str], frozenset[str]]:
    """The distributions that plugins come from, and their top-level modules."""
    found = entry_points(group=group)
    sources = {id(plugin.dist): plugin.dist for plugin in found}.values()
    names = frozenset(source.name.lower() if source else "" for source in sources)
    return names, frozenset(plugin.module.partition(".")[0] for plugin in found)


def _is_of_project(module: str, root: Path) -> bool:
    spec = find_spec(module)
    place = Path(spec.origin) if spec and spec.origin else root
    return place.is_relative_to(root) and not place.is_relative_to(sys.prefix)


def readable(outcome: Outcome) -> str:
    """The end of what a program printed, as evidence for people."""
    return outcome.stdout[-_EVIDENCE_CHARACTERS:]


def batches(files: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut file names into portions that fit on a command line, each led by `./`."""
    portion: list[str] = []
    size = 0
    for name in files:
        argument = name if os.path.isabs(name) else f"./{name}"
        size += len(os.fsencode(argument)) + 1
        if portion and size > _BATCH_BYTES:
            yield tuple(portion)
            portion, size = [], len(argument)
        portion.append(argument)
    if portion:
        yield tuple(portion)


def pieces(job: Job) -> int:
    """In how many processes a tool examines its files, if it takes one file each.

    More than there are workers, so that the last ones end at about the same time.
    """
    return max(1, min(len(job.sources.files) // _PIECE, _ROUNDS * job.workers))


def portions(job: Job) -> Iterator[tuple[str, ...]]:
    """The files for each of these processes, the large and the small ones mixed."""
    files, number = need_files(job), pieces(job)
    for start in range(number):
        yield from batches(files[start::number])


def need_files(job: Job) -> tuple[str, ...]:
    """The files to examine; raises where there is none."""
    if not job.sources.files:
        where = ", ".join(job.paths) or "the project"
        gaps = "".join(f"; {gap}" for gap in job.sources.gaps[:3])
        raise NothingToExamineError(
            f"no Python file to examine in {where}{gaps}",
            fix="name the folders of your code under `source` in gates.yaml",
        )
    return job.sources.files


def relative(path: str, root: Path) -> str:
    """A path as the report shows it: relative to the root where it lies inside."""
    if os.path.isabs(path):
        inside = os.path.relpath(path, root)
        return path if inside.startswith("..") else inside
    return os.path.normpath(path)
