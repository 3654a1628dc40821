"""Opens the cache for one check: looks at store, checkout and interpreter."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gatekeeper.cache.facts import Facts
from gatekeeper.cache.installed import Stamp
from gatekeeper.cache.keys import in_project
from gatekeeper.cache.lookup import Lookup
from gatekeeper.cache.observation import (
    Places,
    digest,
    outside_of,
    own_packages,
    stamps,
)
from gatekeeper.cache.reuse import Cache, scope_of
from gatekeeper.cache.search_path import interpreter_stamp, promised, search_path
from gatekeeper.cache.standing import Standing, surroundings
from gatekeeper.cache.store import Store
from gatekeeper.engine import environment, times
from gatekeeper.engine.workspace import Workspace
from gatekeeper.model import Run, RunStatus
from gatekeeper.project.interpreter import prefix
from gatekeeper.project.revision import tracks
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.base import Job, Scope


class Recall:
    """What earlier runs have to say in one check.

    `folder` is where results are kept, None for nowhere; `ours` are files that
    gatekeeper itself will write.
    """

    def __init__(
        self, folder: Path | None, workspace: Workspace, ours: Iterable[Path]
    ) -> None:
        self._store = None if folder is None else Store(folder)
        self._workspace, self._ours = workspace, tuple(ours)
        self._cache: Cache | None = None
        self._problem = ""
        self._late = False
        self._name = digest(str(workspace.policy.root))
        self._times: object = None
        self._examined: set[str] = set()
        self._scopes: dict[str, Scope] = {}
        self.lookups: dict[str, Lookup] = {}

    def look(self, jobs: Mapping[str, Job]) -> None:
        """Look all runs up, before any of them is made."""
        self.lookups = {tool: Lookup(job=job) for tool, job in jobs.items()}
        sources = [job.sources for job in jobs.values()]
        self._examined = {path for s in sources for path in (*s.files, *s.stubs)}
        if self._store is None:
            return
        self._scopes = {t: scope_of(ADAPTERS[t], job) for t, job in jobs.items()}
        if set(self._scopes.values()) == {Scope.UNKNOWN}:
            return
        self._problem = _distrusted(self._store, self._workspace)
        if not self._problem:
            self._times = self._store.read("times", self._name)
            self._cache = self._open(self._store)
            self._late = self._cache.is_empty(jobs.values())
            if not self._late:
                self._look(self._cache)
                self._forget_halves()

    def expected(self, tool: str) -> float | None:
        """Seconds that what is left of a run may take; None where nobody knows."""
        return times.expected(self._times, tool, self.lookups[tool].share)

    def hits(self) -> list[Run]:
        """The runs that need not be made, each of which is told with its result."""
        return [found.hit for found in self.lookups.values() if found.hit is not None]

    def completed(self, run: Run) -> Run:
        """The result of everything, from a run over what was left to do."""
        return self.lookups[run.tool].complete(run)

    def keep(self, runs: Mapping[str, Run], workers: Mapping[str, int]) -> None:
        """Keep what was measured, with how long a single worker would have taken.

        Called once, when all tools have ended.
        """
        if self._cache is not None and self._late:
            self._look(self._cache)
            for tool in runs.keys() & self.lookups.keys():
                self.lookups[tool].arrived_late(runs[tool])
        fresh = [
            (found, runs[tool])
            for tool, found in self.lookups.items()
            if found.hit is None and tool in runs
        ]
        if self._cache is not None and self._store is not None and fresh:
            for found, run in fresh:
                if run.status is RunStatus.COMPLETED:
                    seconds = run.duration_seconds * workers.get(run.tool, 1)
                    self._times = times.updated(
                        self._times, run.tool, seconds, found.share
                    )
            self._store.write("times", self._name, self._times)
            self._cache.settle(fresh)
        self.close()

    def close(self) -> None:
        """Give back what was held for runs."""
        for found in self.lookups.values():
            found.close()

    def standing(self, runs: Mapping[str, Run]) -> Standing | None:
        """What has to stay as it is for these runs to hold; None where they may not."""
        found = self.lookups.values()
        made = all(
            tool in runs and runs[tool].status is RunStatus.COMPLETED
            for tool in self.lookups
        )
        if self._cache is None or not made or not all(f.stands for f in found):
            return None
        seen = self._cache.undisturbed()
        if (
            seen is None
            or seen.tree.opaque
            or not self._examined <= seen.tree.files.keys()
        ):
            return None
        allowed = sorted({name for f in found for name in f.job.passed})
        project = any(in_project(ADAPTERS[tool]) for tool in self.lookups)
        counting = environment.counting(self._workspace.ours, allowed, project=project)
        return Standing(
            places=self._cache.places,
            interpreter=self._workspace.policy.content.python,
            state=seen.digest(),
            allowed=tuple(allowed),
            project=project,
            surroundings=surroundings(counting),
            ignored=digest(sorted(self._workspace.ignored)),
            made=time.time(),
            until=min((f.until for f in found if f.until is not None), default=None),
        )

    def remarks(self) -> list[str]:
        """What a reader should know of the cache."""
        return [f"the cache is not used: {self._problem}"] if self._problem else []

    def _look(self, cache: Cache) -> None:
        for tool, found in self.lookups.items():
            scope = self._scopes[tool]
            self.lookups[tool] = cache.look(ADAPTERS[tool], found.job, scope)

    def _open(self, store: Store) -> Cache:
        root, python = str(self._workspace.policy.root), self._workspace.interpreter
        ours = map(str, (*self._ours, store.folder.parent, sys.prefix))
        apart = [os.path.abspath(path) for path in (*ours, prefix(python.path))]
        apart += [os.path.realpath(path) for path in apart]
        places = Places(root, frozenset(apart) - {root})
        seen = stamps(own_packages(root))
        if {Scope.PYTHON, Scope.PROJECT} & set(self._scopes.values()):
            places = _with_interpreter(places, self._workspace, store, seen)
        return Cache(store, Facts(store, places, seen))

    def _forget_halves(self) -> None:
        """What is measured while the tests run is known only if all of it is."""
        for tool in self.lookups:
            chain = [t for t in self.lookups if t == tool or ADAPTERS[t].after == tool]
            if any(self.lookups[name].hit is None for name in chain):
                for name in chain:
                    self.lookups[name].hit = None


def _distrusted(store: Store, workspace: Workspace) -> str:
    """Why results from the store prove nothing; empty where they do."""
    if tracks(workspace.git, workspace.policy.root, store.folder):
        return f"{store.folder} may have come with the repository, so others wrote it"
    return store.problem()


def _with_interpreter(
    places: Places, workspace: Workspace, store: Store, seen: dict[str, Stamp]
) -> Places:
    """The places with those that the project's interpreter looks into, if it tells."""
    python = workspace.interpreter.path
    stamped = interpreter_stamp(python)
    if stamped is None:
        return places
    name = digest(python, stamped, workspace.ours.get("HOME"))
    known = store.read("interpreters", name)
    if not isinstance(known, list) or known[2] != _state(known[0], seen):
        found = search_path(python, workspace.ask)
        if found is None:
            return places
        folders = [*found.folders, *promised(found.folders)]
        known = [folders, found.version, _state(folders, seen)]
        store.write("interpreters", name, known)
    packages = tuple(outside_of(places.root, known[0], prefix(python)))
    return replace(places, python=python, version=known[1], packages=packages)


def _state(folders: Sequence[str], seen: dict[str, Stamp]) -> str:
    """What is installed there; new files may lead to new folders."""
    seen |= stamps(folder for folder in folders if folder not in seen)
    return digest([seen[folder].digest for folder in folders])
