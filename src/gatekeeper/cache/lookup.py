"""What is known of a run before it starts, and what is kept of it afterwards."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from gatekeeper.cache import codec
from gatekeeper.cache.facts import Changes
from gatekeeper.cache.incremental import Incremental
from gatekeeper.cache.observation import PYTHON
from gatekeeper.cache.store import Store
from gatekeeper.model import Run, RunStatus
from gatekeeper.project import settings
from gatekeeper.tools.base import Job, Scope

_KIND = "runs"


@dataclass(kw_only=True)
class Lookup:
    """A run that is made each time. What knows more comes below.

    `hit` is the result where it is known, `job` what is left to do where it is not, and
    `share` the part of the files that this is. The result `stands` as long as nothing
    changes, and in any case not longer than `until`, a time in seconds.
    """

    job: Job
    hit: Run | None = None
    share: float = 1.0
    stands: bool = False
    until: float | None = None

    def complete(self, run: Run) -> Run:
        """The result of everything, from that of what was left to do."""
        return run

    def begin_afresh(self) -> None:
        """Forget what the tool kept itself."""

    def arrived_late(self, run: Run) -> None:
        """Take over a run that was made without asking, since nothing was known."""
        self.hit = None

    def keep(self, run: Run, changes: Changes) -> None:
        """Keep what was measured, as far as nothing changed meanwhile."""

    def close(self) -> None:
        """Give back what was held for the run."""


@dataclass(kw_only=True)
class RunLookup(Lookup):
    """A run that holds as a whole. `seconds` is how long, for ever if None."""

    store: Store
    key: str
    scope: Scope
    seconds: float | None = None
    incremental: Incremental | None = None
    sound: bool = False

    def look(self) -> None:
        """Find the run in the store, if one is there that still holds."""
        now = made = time.time()
        value = self.store.read(_KIND, self.key)
        if value is not None and 0 <= now - value["made"] < (self.seconds or math.inf):
            self.hit = _run(value["run"], self.job.tool)
            made = value["made"]
        self.stands = True
        self.until = None if self.seconds is None else made + self.seconds

    def complete(self, run: Run) -> Run:
        """The run, of which it is noted whether the tool came to its end."""
        self.sound = run.status is RunStatus.COMPLETED
        return run

    def begin_afresh(self) -> None:
        """Leave the tool's own cache for the bin."""
        self.close()
        self.incremental = None

    def arrived_late(self, run: Run) -> None:
        """Take over the tool's own cache with the run."""
        super().arrived_late(run)
        self.complete(run)
        if self.incremental is not None:
            self.incremental.adopt(self.job.work)

    def keep(self, run: Run, changes: Changes) -> None:
        """Keep a run that was completed while nothing changed under it."""
        measured = run.measurement
        self.sound = self.sound and not self._touched(changes)
        if not self.sound or measured is None:
            return
        packed = {
            "command": run.command,
            "version": run.version,
            "exit_code": run.exit_code,
            "seconds": run.duration_seconds,
            "stderr_tail": run.stderr_tail,
            "measurement": codec.pack(measured),
        }
        self.store.write(_KIND, self.key, {"made": time.time(), "run": packed})

    def close(self) -> None:
        """Give back the folder of the tool's own cache."""
        if self.incremental is not None:
            self.incremental.done(sound=self.sound)

    def _touched(self, changes: Changes) -> bool:
        if changes.packages or changes.folders:
            return True
        adopted = getattr(self.job.options, "config", None)
        mine = {*self.job.sources.files, *settings.files(self.job.tool, adopted)}
        return any(
            self.scope is Scope.PROJECT or path.endswith(PYTHON) or path in mine
            for path in changes.files
        )


def _run(packed: Any, tool: str) -> Run:
    return Run(
        tool=tool,
        status=RunStatus.COMPLETED,
        command=tuple(packed["command"]),
        version=packed["version"],
        exit_code=packed["exit_code"],
        cached=True,
        saved_seconds=packed["seconds"],
        stderr_tail=packed["stderr_tail"],
        measurement=codec.unpack(packed["measurement"]),
    )
