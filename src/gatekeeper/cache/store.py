"""Where results are kept between runs: private files, whole or not there at all.

What cannot be read, was cut off, altered, or written for something else is ignored: it
costs a fresh run and never a wrong answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

#: Another number for another shape of anything that is kept: it is never looked at.
_FORMAT = "results-1"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# https://bford.info/cachedir/\n"
_LIMIT_BYTES = 1_000_000_000
#: Abandoned by a process that was killed while it wrote.
_STALE_SECONDS = 3600.0
_TEMPORARY = ".new-"


def home() -> Path:
    """gatekeeper's own cache folder, as the platform has it.

    Where there is no home, a place that cannot be written, so that nothing is kept.
    """
    try:
        return user_cache_path("gatekeeper")
    except RuntimeError:
        return Path(os.devnull) / "gatekeeper"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is kept: a file, or the folder of a tool. `used` is in seconds."""

    path: Path
    size: int
    used: float


class Store:
    """Values by kind and name. Nothing here raises for what happens on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _FORMAT
        self.written = False

    @property
    def folder(self) -> Path:
        """Where everything lies."""
        return self._folder

    def problem(self) -> str:
        """Why the cache cannot be trusted or written, empty where it can."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            found = self._folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                return f"{self._folder} is not a folder of ours"
            if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return f"{self._folder} can be written by others; `chmod go-w` it"
            tag = self._folder / "CACHEDIR.TAG"
            if not tag.exists():
                tag.write_text(_TAG, "utf-8")
        except OSError as error:
            return f"{self._folder} cannot be used: {error.strerror}"
        return ""

    def read(self, kind: str, name: str) -> Any:
        """The value kept under a name, or None."""
        path = self._path(kind, name)
        try:
            with path.open("rb") as stream:
                head, body = stream.readline(200), stream.read()
            if head != _head(kind, name, body):
                return None
            value = json.loads(body)
            os.utime(path)  # eviction begins with what was not used for long
        except (OSError, ValueError, RecursionError):
            return None
        return value

    def write(self, kind: str, name: str, value: Any) -> None:
        """Keep a value; without a word not, where the disk does not let us."""
        body = json.dumps(value, separators=(",", ":")).encode("ascii")
        path = self._path(kind, name)
        fresh = path.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(_head(kind, name, body))
                stream.write(body)
            os.replace(fresh, path)
            self.written = True
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)

    def holds_any(self, *kinds: str) -> bool:
        """Whether there is anything to be found at all."""
        return any(_listed(self._folder / kind) for kind in kinds)

    def place(self, kind: str, name: str) -> Path:
        """A folder of its own for a tool that keeps a cache itself."""
        return self._folder / kind / name

    def entries(self) -> Iterator[Entry]:
        """Everything that is kept."""
        for kind in _listed(self._folder):
            for path in _listed(kind):
                with contextlib.suppress(OSError):
                    yield Entry(path, _size(path), path.stat().st_mtime)

    def prune(self, limit: int = _LIMIT_BYTES) -> None:
        """Drop what was not used for longest until the rest is well below the limit."""
        entries = sorted(self.entries(), key=lambda entry: entry.used)
        total = sum(entry.size for entry in entries)
        wanted = total if total <= limit else limit * 4 // 5
        abandoned = time.time() - _STALE_SECONDS
        for entry in entries:
            stale = entry.path.name.startswith(_TEMPORARY) and entry.used < abandoned
            if total > wanted or stale:
                _remove(entry.path)
                total -= entry.size

    def clear(self) -> None:
        """Drop everything."""
        _remove(self._folder)

    def _path(self, kind: str, name: str) -> Path:
        return self._folder / kind / f"{name}.json"


def _head(kind: str, name: str, body: bytes) -> bytes:
    digest = hashlib.sha256(f"{_FORMAT}/{kind}/{name}\n".encode() + body)
    return f"gatekeeper {digest.hexdigest()}\n".encode()


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir()) if not folder.is_symlink() else []
    except OSError:
        return []


def _size(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        inside = (Path(top) / n for top, _, names in os.walk(path) for n in names)
        return sum(file.lstat().st_size for file in inside)
    return path.lstat().st_size


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
