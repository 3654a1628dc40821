"""One checkout and one run's private folder: where adapters get their jobs from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper.engine import environment
from gatekeeper.engine.plan import PlannedRun
from gatekeeper.engine.process import Processes
from gatekeeper.engine.questions import asker, git_at
from gatekeeper.model import Revision, Run
from gatekeeper.policy.load import Policy
from gatekeeper.project import revision
from gatekeeper.project.change import Change, change, covered
from gatekeeper.project.files import Walker
from gatekeeper.project.interpreter import Interpreter, choose
from gatekeeper.project.reader import Reader
from gatekeeper.project.revision import Git
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.base import Job


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that the jobs of one run share."""

    policy: Policy
    folder: Path
    ours: Mapping[str, str]
    interpreter: Interpreter
    ignored: frozenset[str]
    walker: Walker
    reader: Reader
    revision: Revision
    git: Git
    ask: Callable[[Sequence[str]], str | None]

    @classmethod
    def open(
        cls,
        policy: Policy,
        ours: Mapping[str, str],
        folder: Path,
        processes: Processes,
    ) -> Workspace:
        """Look at the checkout. `folder` is private to this run and empty."""
        (folder / "home").mkdir()
        git = git_at(policy.root, ours, folder, processes)
        surroundings = environment.for_project(ours, folder / "home")
        root, ignored = str(policy.root), revision.ignored(git)
        return cls(
            policy=policy,
            folder=folder,
            ours=ours,
            interpreter=choose(policy.content.python, policy.root, ours),
            ignored=ignored,
            walker=Walker(root, ignored),
            reader=Reader(root),
            revision=revision.revision(git),
            git=git,
            ask=asker(policy.root, surroundings, folder, processes),
        )

    def change(self, bases: Sequence[str]) -> Change:
        """What was changed since the branch left one of `bases`, or a usual one."""
        return change(self.git, bases)

    def digest(self, patterns: Sequence[str]) -> str:
        """The state of the files that patterns cover, as people sign for it."""
        from gatekeeper.template.signature import digest

        files = covered(self.git, self.policy.root, patterns)
        return digest(files) if files else ""

    def look(self, run: PlannedRun) -> Job:
        """A job that is only looked at, so that one may be made for every gate."""
        shutil.rmtree(self.folder / run.tool, ignore_errors=True)
        return self.job(run)

    def after(self, job: Job, upstream: Run | None) -> Job:
        """The job as it is when the run that it builds on has been made."""
        if upstream is None:
            return job
        work = self.folder / upstream.tool
        return replace(job, upstream=upstream, upstream_work=work)

    def job(self, run: PlannedRun, workers: int = 1) -> Job:
        """A job with a folder of its own to write into."""
        work = self.folder / run.tool
        work.mkdir()
        home = self.folder / "home"
        allowed = run.environment | ADAPTERS[run.tool].variables
        return Job(
            tool=run.tool,
            root=self.policy.root,
            work=work,
            options=run.options,
            paths=tuple(self._inside(path) for path in run.paths),
            sources=self.walker.walk(map(self._inside, run.paths), run.exclude),
            reader=self.reader,
            python=self.interpreter.path,
            environment=environment.for_analysers(self.ours, home, allowed),
            project_environment=environment.for_project(self.ours, home, allowed),
            passed=allowed,
            workers=workers,
            timeout=run.timeout,
            exact_rules=run.rules,
            companions=run.companions,
        )

    def _inside(self, path: str) -> str:
        """A path relative to the root, also where the policy gives it in full."""
        if not os.path.isabs(path):
            return os.path.normpath(path)
        return os.path.relpath(os.path.realpath(path), self.policy.root)

    def policy_path(self) -> str | None:
        """The policy file as the report names it."""
        if self.policy.path is None:
            return None
        shown = os.path.relpath(self.policy.path.resolve(), self.policy.root)
        return str(self.policy.path) if shown.startswith("..") else shown
