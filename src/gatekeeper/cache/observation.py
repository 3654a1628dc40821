"""The state of everything that results depend on, by metadata: cheap, and only here.

Two observations that are equal say that nothing was changed between them, if what they
saw was not too young for the clock. They say nothing about another machine.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.cache.installed import Stamp, stamp
from gatekeeper.cache.search_path import interpreter_stamp, own_search_path
from gatekeeper.cache.tree import CLOCK_TICK, Tree, walk

#: gatekeeper's own package.
OURS = Path(__file__).resolve().parent.parent
#: Suffixes of what a type checker or an import reads.
PYTHON = (".py", ".pyi", ".pyw", "py.typed")


def digest(*parts: object) -> str:
    """Stands for values that their `repr` tells apart."""
    text = repr(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look. `without` are our own files and the folders of interpreters.

    `python` is the project's interpreter, `version` what it calls itself, `packages` is
    its search path; they are empty where nothing depends on them. `elsewhere` are
    source trees outside of the root that installed packages lead to.
    """

    root: str
    without: frozenset[str]
    python: str = ""
    version: str = ""
    packages: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen. `stamps` are those of folders of installed packages."""

    tree: Tree
    interpreter: str
    stamps: Mapping[str, Stamp]
    elsewhere: tuple[Tree, ...]

    def digest(self) -> str:
        """The same as long as nothing changes."""
        stamps = sorted((path, found.digest) for path, found in self.stamps.items())
        trees = [tree.digest() for tree in (self.tree, *self.elsewhere)]
        return digest(sys.version, self.interpreter, stamps, trees)

    def latest_package(self) -> int:
        """The youngest time stamp outside of the root, in nanoseconds."""
        stamps = (found.latest_ctime_ns for found in self.stamps.values())
        return max([0, *stamps, *(tree.latest() for tree in self.elsewhere)])

    def settled(self, now: int) -> bool:
        """Whether every later change will show, `now` in nanoseconds."""
        return max(self.tree.latest(), self.latest_package()) < now - CLOCK_TICK


def own_packages(root: str) -> tuple[str, ...]:
    """What gatekeeper itself and the tools beside it are made of."""
    ruff = os.path.join(os.path.dirname(sys.executable), "ruff")
    return (*outside_of(root, own_search_path(), sys.prefix), ruff, str(OURS))


def outside_of(root: str, folders: Iterable[str], prefix: str) -> list[str]:
    """Without the project's own sources, which are looked at as such.

    What is installed at `prefix` stays, also where that is a folder of the project.
    """
    return [
        folder
        for folder in folders
        if not Path(folder).is_relative_to(root) or Path(folder).is_relative_to(prefix)
    ]


def observe(places: Places, packages: Mapping[str, Stamp] | None = None) -> Observation:
    """Look at everything once; `packages` are stamps that were just taken."""
    return Observation(
        tree=walk(places.root, without=places.without),
        interpreter=(places.python and interpreter_stamp(places.python)) or "",
        stamps=packages or stamps((*own_packages(places.root), *places.packages)),
        elsewhere=tuple(sources(path) for path in places.elsewhere),
    )


def stamps(folders: Iterable[str]) -> dict[str, Stamp]:
    """The stamp of each folder of packages."""
    return {folder: stamp([folder]) for folder in dict.fromkeys(folders)}


def sources(folder: str) -> Tree:
    """A source tree outside of the root, such as that of an editable package."""
    return walk(folder, wanted=lambda name: name.endswith(PYTHON))
