"""A folder for a tool that keeps a cache itself, held against what it overlooks.

mypy trusts what it knows of a file while size and modification time, in whole seconds,
stay the same (seen with 2.4.1). So its cache is thrown away when a file has other
content under the same two. One process at a time uses it; who comes second works
without. A run that was broken off leaves it for the bin.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatekeeper.cache.tree import Metadata

#: What the tool is told to write, below the folder that it is given.
_CACHE = "cache"
_NANOSECONDS = 1_000_000_000


class Incremental:
    """The folder `kept`, locked from the beginning to `done`."""

    def __init__(self, kept: Path, lock: int, seen: Mapping[str, Any]) -> None:
        self.kept = kept
        self._lock, self._seen = lock, seen

    @classmethod
    def open(
        cls, kept: Path, contents: Mapping[str, str], known: Mapping[str, Metadata]
    ) -> Incremental | None:
        """Lock the folder and make it fit to be used; None where that cannot be.

        `contents` are digests, `known` metadata of the files that the tool may read.
        """
        try:
            kept.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(kept / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            before = _recall(kept)
            seen = {path: [*_as_mypy(known[path]), contents[path]] for path in known}
            if before is None or any(
                path in before and _deceives(before[path], seen[path]) for path in seen
            ):
                before = {}
                shutil.rmtree(kept / _CACHE, ignore_errors=True)
            (kept / "state.json").unlink(missing_ok=True)
        except OSError:
            os.close(lock)
            return None
        return cls(kept, lock, {**before, **seen})

    def adopt(self, work: Path) -> None:
        """Take over what a tool kept elsewhere, where there is nothing yet."""
        if not (self.kept / _CACHE).exists() and (work / _CACHE).is_dir():
            with contextlib.suppress(OSError):
                shutil.move(work / _CACHE, self.kept / _CACHE)

    def done(self, *, sound: bool) -> None:
        """Give the folder back; `sound` says that the tool came to its end."""
        if sound:
            with contextlib.suppress(OSError):
                state = json.dumps(self._seen)
                (self.kept / "state.json").write_text(state, "ascii")
        os.close(self._lock)


def _recall(kept: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((kept / "state.json").read_text("ascii"))
    except (OSError, ValueError):
        return None
    sound = isinstance(found, dict) and all(
        isinstance(seen, list) and len(seen) == 3 for seen in found.values()
    )
    return found if sound else None


def _as_mypy(found: Metadata) -> tuple[int, int]:
    return found[1], found[2] // _NANOSECONDS


def _deceives(before: Any, now: Any) -> bool:
    """Whether the content is another though the tool would say it is the same."""
    return bool(before[:2] == now[:2]) and before != now
