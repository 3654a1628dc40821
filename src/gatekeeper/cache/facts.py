"""Everything outside of a run's options that its result may depend on, by content.

To look at contents is dear, so what was found out is remembered under the metadata that
prove it later.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper.cache.contents import Contents
from gatekeeper.cache.installed import Stamp, extra_roots, identity
from gatekeeper.cache.observation import (
    OURS,
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
        self._beside: dict[str, Metadata] = {}
        self._identities: dict[str, str] = {}
        self._one_at_a_time = threading.Lock()
        self._own_packages = own_packages(places.root)
        folders = (*self._own_packages, *places.packages)
        self._beside_tools = _outside(extra_roots(self._own_packages), places.root)
        elsewhere = _outside(extra_roots(folders), places.root)
        self.places = replace(places, elsewhere=elsewhere)
        self.before = observe(self.places, {folder: seen[folder] for folder in folders})

    @property
    def sure(self) -> bool:
        """Whether all source trees that tools may load code from were seen whole."""
        return not any(tree.opaque for tree in self.before.elsewhere)

    @property
    def own(self) -> str:
        """Stands for what gatekeeper and the tools beside it are made of."""
        trees = [t for t in self.before.elsewhere if t.root in self._beside_tools]
        contents = [content for tree in trees for content in self._in(tree)]
        return digest(self._of(self._own_packages), contents)

    @property
    def project(self) -> str:
        """Stands for what is installed for the project's interpreter."""
        return self._of(self.places.packages)

    def prepare(self) -> None:
        """Find out at leisure what takes long: may be called in a thread of its own."""
        self._of((*self._own_packages, *self.places.packages))

    def look_ahead(self, sources: Iterable[str]) -> None:
        """Look at what cannot be looked at later: a change would not show.

        These are files whose metadata are too young, and `sources` beside the tree.
        """
        tree = self.before.tree.files
        young = (p for p in tree if youngest(tree[p]) >= self._began - CLOCK_TICK)
        for path in (*young, *(path for path in sources if path not in tree)):
            self.file(path)

    @property
    def settled(self) -> bool:
        """Whether every change since the beginning shows in metadata."""
        return self.before.settled(self._began)

    def file(self, path: str) -> str:
        """Stands for the content of a file, relative to the root or absolute."""
        found = self.before.tree.files.get(path)
        if found is None:
            now = metadata(os.path.join(self.places.root, path))
            found = self._beside.setdefault(path, now)
        content = self._contents.digest(path, found)
        if youngest(found) >= self._began - CLOCK_TICK:
            return self._young.setdefault(path, content)
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
        young = {path for path in self._young if self._has_changed(path)}
        beside = {
            path
            for path, seen in self._beside.items()
            if metadata(os.path.join(self.places.root, path)) != seen
        }
        return Changes(
            files=frozenset(moved | young | beside),
            folders=before.tree.folders_differ(after.tree),
            packages=replace(before, tree=after.tree) != after
            or before.latest_package() >= self._began - CLOCK_TICK,
            after=after,
        )

    def _has_changed(self, path: str) -> bool:
        """Whether a young file holds something else than when it was read first."""
        found = self.before.tree.files.get(path) or self._beside[path]
        return self._contents.digest(path, found) != self._young[path]

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

    def _of(self, folders: Sequence[str]) -> str:
        with self._one_at_a_time:
            for folder in folders:
                if folder not in self._identities:
                    self._identities[folder] = self._identity(folder)
        return digest([self._identities[folder] for folder in folders])

    def _identity(self, folder: str) -> str:
        found = self.before.stamps[folder]
        name = digest(folder, found.digest)
        known = self._store.read("installed", name)
        if not isinstance(known, str):
            known = identity([folder])
            if found.latest_ctime_ns < self._began - CLOCK_TICK:
                self._store.write("installed", name, known)
        return known


def _outside(folders: Iterable[str], root: str) -> tuple[str, ...]:
    """Those that are seen neither below the root nor as gatekeeper itself."""
    found = (Path(os.path.realpath(folder)) for folder in sorted(folders))
    return tuple(
        str(folder)
        for folder in found
        if not folder.is_relative_to(root) and not OURS.is_relative_to(folder)
    )
