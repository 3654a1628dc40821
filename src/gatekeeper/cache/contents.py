"""Digests of what files hold, remembered under the metadata they were taken with."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from typing import Any, TypeGuard

from gatekeeper.cache.tree import CLOCK_TICK, Metadata, is_regular, youngest

#: How many files of other branches are remembered beside those of this one.
_SPARE = 1_000
_BLOCK = 1 << 18


class Contents:
    """Digests of files by path, relative to the root or absolute.

    `remembered` is what `memory` gave earlier, or anything else.
    """

    def __init__(self, root: str, remembered: object) -> None:
        self._root = root
        self._known = remembered if isinstance(remembered, dict) else {}
        self._fresh: dict[str, list[Any]] = {}

    def digest(self, path: str, found: Metadata) -> str:
        """Stands for content and executable bits; a reason for what cannot be read."""
        if not is_regular(found):
            return f"{found[0]:o} {found[-1]}"
        known = self._fresh.get(path) or self._known.get(path)
        if not _is_of(known, found):
            before = time.time_ns()
            try:
                known = [*found, content(os.path.join(self._root, path))]
            except OSError as error:
                return f"{error.strerror}"
            if youngest(found) > before - CLOCK_TICK:
                self._known.pop(path, None)
                return _shown(known)
        self._fresh[path] = known
        return _shown(known)

    def memory(self) -> dict[str, list[Any]]:
        """What may be remembered: digests that the metadata still prove later."""
        if len(self._known) > 2 * len(self._fresh) + _SPARE:
            return self._fresh
        return {**self._known, **self._fresh}


def content(path: str) -> str:
    """The digest of what a regular file holds at this moment. Raises OSError."""
    found = hashlib.sha256()
    with open(path, "rb", buffering=0, opener=_at_once) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe would keep us waiting


def _shown(known: list[Any]) -> str:
    return f"{known[0] & 0o111:o} {known[5]} {known[6]}"


def _is_of(known: object, found: Metadata) -> TypeGuard[list[Any]]:
    return isinstance(known, list) and len(known) == 7 and tuple(known[:6]) == found
