"""Results file by file, for tools whose findings depend on one file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gatekeeper.cache import codec
from gatekeeper.cache.facts import Changes
from gatekeeper.cache.lookup import Lookup
from gatekeeper.cache.store import Store
from gatekeeper.model import FileResult, Measurement, Run, RunStatus
from gatekeeper.tools.base import Job
from gatekeeper.tools.by_file import together
from gatekeeper.tools.own_settings import with_settings

_KIND = "files"
#: Contents remembered of each file, so that a change of branch and back costs nothing.
_VERSIONS = 3


@dataclass(kw_only=True)
class FileLookup(Lookup):
    """A run of which only the files are examined whose content is new.

    `whole` is the job for all files, `contents` stands for what they hold, `version` is
    that of the tool.
    """

    store: Store
    key: str
    whole: Job
    contents: Mapping[str, str]
    version: str | None
    _known: dict[str, FileResult] = field(default_factory=dict)
    _seconds: float = 0.0

    def look(self) -> None:
        """Find what is known of the files, and leave the rest to do."""
        ledger = _read(self.store, self.key)
        self.stands = True
        files = self.whole.sources.files
        for path in files:
            for content, packed in ledger["files"].get(path, ()):
                if content == self.contents[path]:
                    self._known[path] = codec.unpack_file(packed)
        self._seconds = ledger["seconds"]
        rest = tuple(path for path in files if path not in self._known)
        self.share = len(rest) / max(len(files), 1)
        if rest:
            sources = replace(self.whole.sources, files=rest)
            self.job = replace(self.whole, sources=sources)
        elif files:
            self.hit = self._replayed(tuple(ledger["command"]))

    def complete(self, run: Run) -> Run:
        """The result over all files, from that over the new ones."""
        fresh = run.measurement
        if not self._known or fresh is None:
            return run
        self.stands = False  # the note below is about this time only
        total = len(self.whole.sources.files)
        anew = total - len(self._known)
        note = f"{anew} of {total} files examined, the others have not changed"
        measured = _merged(self.whole, self._known, fresh)
        return replace(
            run,
            saved_seconds=self._seconds * (1 - self.share),
            measurement=replace(measured, notes=(*fresh.notes, note)),
        )

    def keep(self, run: Run, changes: Changes) -> None:
        """Keep the result of each file that was examined and did not change."""
        measured = run.measurement
        if run.status is not RunStatus.COMPLETED or measured is None:
            return
        files = set(self.whole.sources.files)
        exact = measured.examined == len(files) and measured.by_file.keys() == files
        if changes.packages or not exact:
            return
        ledger = _read(self.store, self.key)
        if self.share == 1.0 or not ledger["seconds"]:
            ledger["seconds"] = run.duration_seconds
            ledger["command"] = run.command
        for path in set(self.job.sources.files) - changes.files:
            content = self.contents[path]
            packed = codec.pack_file(measured.by_file[path])
            others = [e for e in ledger["files"].get(path, ()) if e[0] != content]
            ledger["files"][path] = [[content, packed], *others][:_VERSIONS]
        self.store.write(_KIND, self.key, ledger)

    def _replayed(self, command: tuple[str, ...]) -> Run:
        measured = together(self.whole.sources, self._known)
        return Run(
            tool=self.whole.tool,
            status=RunStatus.COMPLETED,
            command=command,
            version=self.version,
            cached=True,
            saved_seconds=self._seconds,
            measurement=with_settings(measured, self.whole),
        )


def _merged(
    job: Job, known: Mapping[str, FileResult], fresh: Measurement
) -> Measurement:
    """What was known and what was found out now, with what cannot be told by file."""
    whole = together(job.sources, {**known, **fresh.by_file})
    general = tuple(gap for gap in fresh.gaps if gap not in whole.gaps)
    missed = together(job.sources, fresh.by_file).examined - fresh.examined
    examined = whole.examined - missed
    return replace(whole, examined=examined, gaps=(*whole.gaps, *general))


def _read(store: Store, key: str) -> dict[str, Any]:
    """What is kept under a key; only we write it, and whole."""
    found = store.read(_KIND, key)
    return found or {"seconds": 0.0, "command": [], "files": {}}
