"""Reads the project's files once, however many tools ask for them."""

from __future__ import annotations

import os

from gatekeeper.project.comments import Source, examine


class Reader:
    """Sources below one root, kept after the first look."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[str, Source] = {}

    def source(self, path: str) -> Source:
        """The source at a path relative to the root; OSError if it cannot be read."""
        if path not in self._known:
            with open(os.path.join(self._root, path), "rb") as stream:
                self._known[path] = examine(stream.read())
        return self._known[path]
