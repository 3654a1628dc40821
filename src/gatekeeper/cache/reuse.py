"""The cache during one check: what is known of each run, and what is kept of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gatekeeper.cache.facts import Facts
from gatekeeper.cache.incremental import Incremental
from gatekeeper.cache.keys import file_key, outside, run_key
from gatekeeper.cache.ledger import FileLookup
from gatekeeper.cache.lookup import Lookup, RunLookup
from gatekeeper.cache.observation import Observation, Places, digest
from gatekeeper.cache.store import Store
from gatekeeper.model import Run
from gatekeeper.tools.base import Adapter, Job, Scope

_HOUR = 3600.0


def scope_of(adapter: Adapter, job: Job) -> Scope:
    """What the result of a run depends on; unknown where none may be used again."""
    asked = getattr(job.options, "cache", None)
    if asked is None and adapter.after:
        asked = job.companions[adapter.after].cache
    wanted = not adapter.on_request if asked is None else asked
    elsewhere = any(name.startswith("PYTHON") for name in job.passed)
    if not wanted or elsewhere or getattr(job.options, "cache_hours", None) == 0:
        return Scope.UNKNOWN
    return Scope.UNKNOWN if outside(job) else adapter.scope(job)


class Cache:
    """Looks runs up, and keeps those that were made while nothing changed."""

    def __init__(self, store: Store, facts: Facts) -> None:
        self._store, self._facts = store, facts
        self._after = facts.before

    @property
    def places(self) -> Places:
        """Where everything lies that results follow from."""
        return self._facts.places

    def undisturbed(self) -> Observation | None:
        """What was there all the time, if every later change will show."""
        before = self._facts.before
        same = self._after.digest() == before.digest()
        return before if same and self._facts.settled else None

    def is_empty(self, jobs: Iterable[Job]) -> bool:
        """Whether no run can be found, so that it is better to begin at once.

        What is needed to keep runs is found out meanwhile.
        """
        if self._store.holds_any("files", "runs"):
            return False
        self._facts.look_ahead(path for job in jobs for path in job.sources.files)
        threading.Thread(target=self._facts.prepare, daemon=True).start()
        return True

    def look(self, adapter: Adapter, job: Job, scope: Scope) -> Lookup:
        """What is known of a run. Its `job` is what is left to do."""
        if scope is Scope.UNKNOWN or not self._facts.sure:
            return Lookup(job=job)
        if scope is Scope.FILE:
            return self._by_file(adapter, job)
        key = run_key(adapter, job, scope, self._facts)
        if key is None:
            return Lookup(job=job)
        hours = getattr(job.options, "cache_hours", None)
        found = RunLookup(
            job=job,
            store=self._store,
            key=key,
            scope=scope,
            seconds=None if hours is None else hours * _HOUR,
        )
        found.look()
        if found.hit is None and adapter.incremental:
            self._open_folder(adapter, found)
        return found

    def settle(self, pairs: Sequence[tuple[Lookup, Run]]) -> None:
        """Keep what was measured; called when all tools have ended."""
        changes = self._facts.changes()
        self._after = changes.after
        for lookup, run in pairs:
            lookup.keep(run, changes)
        self._facts.remember()
        if self._store.written:
            self._store.prune()

    def _by_file(self, adapter: Adapter, job: Job) -> FileLookup:
        found = FileLookup(
            job=job,
            store=self._store,
            key=file_key(adapter, job, self._facts),
            whole=job,
            contents={path: self._facts.file(path) for path in job.sources.files},
            version=adapter.installed_version(),
        )
        found.look()
        return found

    def _open_folder(self, adapter: Adapter, found: RunLookup) -> None:
        facts, job = self._facts, found.job
        contents = facts.python(job.sources.files)
        if contents is None:
            return
        name = digest(
            *(str(job.root), str(job.options), job.python, facts.own, facts.project)
        )
        found.incremental = Incremental.open(
            self._store.place(adapter.name, name), contents, facts.metadata(contents)
        )
        if found.incremental is not None:
            found.job = replace(job, kept=found.incremental.kept)
