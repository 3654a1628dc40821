"""Everything outside of a run's options that its result may depend on, by content.

To look at contents is dear, so what was found out is remembered under the metadata that
prove it later.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import gatekeeper
from gatekeeper.cache.contents import Contents
from gatekeeper.cache.installed import Stamp, extra_roots, identity
from gatekeeper.cache.observation import (
    PYTHON,
    Observation,
    Places,
    digest,
    observe,
    own_packages,
)
from gatekeeper.cache.store import Store
from gatekeeper.cache.tree import CLOCK_TICK, Metadata, Tree, metadata, youngest

#: Bytes. More than this is not read for the sake of a cache.
_MUCH = 500_000_000


@dataclass(frozen=True, slots=True)
class Changes:
    """What is not as it was before the tools ran, or may not be: files by their path,
    folders that came or went, installed packages or the interpreter.

    `after` is the last look.
    """

    files: frozenset[str]
    folders: bool
    packages: bool
    after: Observation


class Facts:
    """What was found when a check began.

    `seen` holds the stamps of all folders of packages.
    """

    def __init__(self, store: Store, places: Places, seen: Mapping[str, Stamp]) -> None:
        self._store, self._began = store, time.time_ns()
        self._name = digest(places.root)
        self._contents = Contents(places.root, store.read("contents", self._name))
        self._young: dict[str, str] = {}
        folders = (*own_packages(), *places.packages)
        known = {folder: self._look_into(folder, seen[folder]) for folder in folders}
        elsewhere = {path for _, roots in known.values() for path in roots}
        self.places = replace(places, elsewhere=_outside(elsewhere, places.root))
        self.before = observe(self.places, {folder: seen[folder] for folder in folders})
        self.own = digest([known[folder][0] for folder in own_packages()])
        self.project = digest([known[folder][0] for folder in places.packages])

    @property
    def settled(self) -> bool:
        """Whether every change since the beginning shows in metadata."""
        return self.before.settled(self._began)

    def file(self, path: str) -> str:
        """Stands for the content of a file, relative to the root or absolute."""
        found = self.before.tree.files.get(path)
        if found is None:
            found = metadata(os.path.join(self.places.root, path))
        content = self._contents.digest(path, found)
        if youngest(found) >= self._began - CLOCK_TICK:
            self._young[path] = content
        return content

    def python(self, more: Iterable[str] = ()) -> dict[str, str] | None:
        """Contents of what a type checker may read, and of `more` files.

        None where that is not known.
        """
        if not self._is_whole():
            return None
        files = {path for path in self.before.tree.files if path.endswith(PYTHON)}
        found = {path: self.file(path) for path in sorted(files.union(more))}
        for tree in self.before.elsewhere:
            found |= dict(self._in(tree))
        return found

    def metadata(self, paths: Iterable[str]) -> dict[str, Metadata]:
        """What the walk saw of files that `python` gives."""
        seen = dict(self.before.tree.files)
        for tree in self.before.elsewhere:
            seen |= {os.path.join(tree.root, p): f for p, f in tree.files.items()}
        return {path: seen[path] for path in paths}

    def everything(self) -> dict[str, str] | None:
        """Contents of all files below the root; None where that is not known."""
        tree = self.before.tree
        if not self._is_whole() or sum(f[1] for f in tree.files.values()) > _MUCH:
            return None
        found = {path: self.file(path) for path in sorted(tree.files)}
        for other in self.before.elsewhere:
            found |= dict(self._in(other))
        return found

    def changes(self) -> Changes:
        """What is not as it was when the check began."""
        before, after = self.before, observe(self.places)
        moved = before.tree.changed(after.tree)
        young = {path for path, seen in self._young.items() if self.file(path) != seen}
        latest = max(found.latest_ctime_ns for found in before.stamps.values())
        return Changes(
            files=frozenset(moved | young),
            folders=before.tree.folders_differ(after.tree),
            packages=replace(before, tree=after.tree) != after
            or latest >= self._began - CLOCK_TICK,
            after=after,
        )

    def remember(self) -> None:
        """Keep what contents were found, for the next check."""
        self._store.write("contents", self._name, self._contents.memory())

    def _is_whole(self) -> bool:
        """Whether the walk saw all that a tool may reach."""
        trees = (self.before.tree, *self.before.elsewhere)
        return not any(tree.opaque for tree in trees)

    def _in(self, tree: Tree) -> Iterator[tuple[str, str]]:
        for path, found in sorted(tree.files.items()):
            absolute = os.path.join(tree.root, path)
            yield absolute, self._contents.digest(absolute, found)

    def _look_into(self, folder: str, found: Stamp) -> tuple[str, list[str]]:
        """The identity of a folder of packages, and the source trees it leads to."""
        name = digest(folder, found.digest)
        known = self._store.read("installed", name)
        if not isinstance(known, list):
            known = [identity([folder]), extra_roots([folder])]
            if found.latest_ctime_ns < self._began - CLOCK_TICK:
                self._store.write("installed", name, known)
        return known[0], known[1]


def _outside(folders: Iterable[str], root: str) -> tuple[str, ...]:
    """Those that are seen neither below the root nor as gatekeeper itself."""
    ours = Path(gatekeeper.__file__)
    found = (Path(os.path.realpath(folder)) for folder in sorted(folders))
    return tuple(
        str(folder)
        for folder in found
        if not folder.is_relative_to(root) and not ours.is_relative_to(folder)
    )
