"""Our own walk over the project: the count that every tool's count is held against.

Regular files only: a pipe named x.py would make a tool wait for ever. Directory links
are followed where they lead to code that the walk would not reach otherwise. Whatever
looks like Python and cannot be examined is a gap, never left out in silence.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

#: Folders that hold no first-party code, whatever their content.
ARTEFACT_FOLDERS = (
    ".git .hg .svn .bzr __pycache__ .tox .nox .eggs .venv .mypy_cache .pytest_cache"
    " .ruff_cache .hypothesis .benchmarks"
    " .ipynb_checkpoints node_modules site-packages __pypackages__"
).split()
_ARTEFACT_SUFFIXES = (".egg-info", ".dist-info")
_SOURCE_SUFFIXES = (".py", ".pyw")
_SHEBANG = re.compile(rb"#!.*\b(python|pypy)[0-9.]*(\s|$)")
_LINKED_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Sources:
    """Python files under some paths, relative to the root, sorted.

    `stubs` holds `.pyi` files. `gaps` says what looks like Python and cannot be read.
    `left_out` names folders that the walk did not enter.
    """

    files: tuple[str, ...]
    stubs: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def is_walked(path: str, root: str) -> bool:
    """Whether a path leads to a place below the root where a walk comes along."""
    inside = os.path.relpath(os.path.realpath(path), root).split(os.sep)
    return inside[0] != os.pardir and not any(
        part in ARTEFACT_FOLDERS for part in inside
    )


class Walker:
    """Walks below one root. `ignored` are paths that git ignores, relative, POSIX."""

    def __init__(self, root: str, ignored: frozenset[str] = frozenset()) -> None:
        self._root = root
        self._ignored = ignored

    def walk(self, paths: Iterable[str], exclude: Iterable[str] = ()) -> Sources:
        """Everything Python below `paths`; `exclude` holds globs on relative paths."""
        state = _State(tuple(exclude))
        for path in paths:
            relative = os.path.normpath(path)
            if os.path.isdir(os.path.join(self._root, relative)):
                state.pending.append(relative)
            else:
                self._file(relative, state, named=True)
        self._drain(state)
        for link in sorted(state.links):
            self._follow(link, state)
        return Sources(
            tuple(sorted(state.files)),
            tuple(sorted(state.stubs)),
            tuple(sorted(state.gaps)),
            tuple(sorted(state.left_out)),
        )

    def _drain(self, state: _State, limit: int | None = None) -> None:
        start = len(state.seen_folders)
        while state.pending:
            if limit is not None and len(state.seen_folders) - start > limit:
                raise _TooMuchError
            folder = state.pending.pop()
            real = os.path.realpath(os.path.join(self._root, folder))
            if real not in state.seen_folders:
                state.seen_folders.add(real)
                self._folder(folder, state)

    def _folder(self, folder: str, state: _State) -> None:
        try:
            entries = sorted(os.scandir(os.path.join(self._root, folder)), key=_name)
        except OSError as error:
            state.gaps.add(f"{folder}: cannot be listed ({error.strerror})")
            return
        for entry in entries:
            relative = os.path.normpath(os.path.join(folder, entry.name))
            if entry.is_dir(follow_symlinks=False):
                self._enter(relative, state)
            elif entry.is_symlink() and os.path.isdir(entry.path):
                if not state.excluded(relative):
                    state.links.add(relative)
            else:
                self._file(relative, state)

    def _enter(self, folder: str, state: _State) -> None:
        if self._is_artefact(folder) or state.excluded(folder):
            state.left_out.add(folder)
        else:
            state.pending.append(folder)

    def _is_artefact(self, folder: str) -> bool:
        name = os.path.basename(folder)
        if name in ARTEFACT_FOLDERS or name.endswith(_ARTEFACT_SUFFIXES):
            return True
        if folder in self._ignored:
            return True
        return _is_environment(os.path.join(self._root, folder))

    def _file(self, relative: str, state: _State, *, named: bool = False) -> None:
        if state.excluded(relative) or relative in self._ignored:
            return
        absolute = os.path.join(self._root, relative)
        suffix = os.path.splitext(relative)[1]
        looks_python = suffix in {*_SOURCE_SUFFIXES, ".pyi"} or named
        try:
            mode = os.stat(absolute).st_mode
        except OSError as error:
            # Editors leave dangling links named .#file as locks.
            if looks_python and not os.path.basename(relative).startswith(".#"):
                state.gaps.add(f"{relative}: {error.strerror or 'cannot be read'}")
            return
        if not stat.S_ISREG(mode):
            if looks_python:
                state.gaps.add(f"{relative}: not a regular file")
        elif looks_python and not _is_utf8(relative):
            # flake8 and mypy die when they print such a name.
            state.gaps.add(f"{relative}: its name is not UTF-8, rename it")
        elif looks_python or (not suffix and _is_script(absolute)):
            (state.stubs if suffix == ".pyi" else state.files).add(relative)

    def _follow(self, link: str, state: _State) -> None:
        """Walk a linked folder, unless what it leads to was walked or contains us."""
        real = os.path.realpath(os.path.join(self._root, link))
        inside = os.path.commonpath([real, self._root]) == real
        if real in state.seen_folders or inside:
            return
        trial = _State(state.exclude, seen_folders=set(state.seen_folders))
        trial.pending.append(link)
        try:
            self._drain(trial, _LINKED_LIMIT)
        except _TooMuchError:
            state.gaps.add(f"{link}: links to a very large folder; list it in exclude")
            return
        state.merge(trial)


class _TooMuchError(Exception):
    """A linked folder holds more than anybody would want to examine."""


class _State:
    def __init__(
        self, exclude: tuple[str, ...], seen_folders: set[str] | None = None
    ) -> None:
        self.exclude = exclude
        self.pending: list[str] = []
        self.files: set[str] = set()
        self.stubs: set[str] = set()
        self.gaps: set[str] = set()
        self.left_out: set[str] = set()
        self.links: set[str] = set()
        self.seen_folders = seen_folders if seen_folders is not None else set()

    def excluded(self, relative: str) -> bool:
        return any(matches(relative, pattern) for pattern in self.exclude)

    def merge(self, other: _State) -> None:
        self.files |= other.files
        self.stubs |= other.stubs
        self.gaps |= other.gaps
        self.left_out |= other.left_out
        self.seen_folders |= other.seen_folders


def matches(path: str, pattern: str) -> bool:
    """Whether `pattern` names the path itself, a folder above it, or globs it."""
    wanted = os.path.normpath(pattern)
    if wanted == ".":
        return True
    lineage = [path, *map(str, PurePosixPath(path).parents)]
    return any(part == wanted or fnmatchcase(part, wanted) for part in lineage)


def under(paths: Iterable[str], prefixes: Iterable[str]) -> Iterator[str]:
    """Those of `paths` that one of the prefixes names, holds or globs."""
    patterns = tuple(prefixes)
    for path in paths:
        if any(matches(path, pattern) for pattern in patterns):
            yield path


def _is_environment(folder: str) -> bool:
    """Whether a folder is a virtual environment, an unpacked egg or CVS's own."""

    def has(*names: str) -> bool:
        return any(os.path.exists(os.path.join(folder, name)) for name in names)

    name = os.path.basename(folder)
    if name == "CVS" or name.endswith(".egg"):
        return has("Entries", "EGG-INFO")
    return has("pyvenv.cfg") and has("bin", "Scripts", "lib", "Lib")


def _is_utf8(path: str) -> bool:
    try:
        os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_script(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return _SHEBANG.match(stream.readline(200)) is not None
    except OSError:
        return False
