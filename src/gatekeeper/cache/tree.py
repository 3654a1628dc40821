"""What lies below a folder: metadata of every file, taken in one walk.

Metadata tell whether anything changed without a look at the contents: size, time
stamps, inode and mode. The change time cannot be set by a program, so an edit that
puts size and modification time back is seen. An edit within the resolution of the
file system's clock is not, so metadata younger than that prove nothing.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatekeeper.project.files import ARTEFACT_FOLDERS, is_walked

#: Nanoseconds. The coarsest clock in use is that of FAT.
CLOCK_TICK = 2_000_000_000
_SKIPPED = frozenset(ARTEFACT_FOLDERS)

#: Mode, size, modification and change time in nanoseconds, inode, and a text: where a
#: link leads, or why there is nothing to see.
Metadata = tuple[int, int, int, int, int, str]


@dataclass(frozen=True, slots=True)
class Tree:
    """Files and folders below `root` by relative path, POSIX style.

    `opaque` are linked folders that lead to what was not seen, and folders that cannot
    be listed.
    """

    root: str
    files: Mapping[str, Metadata]
    folders: tuple[str, ...]
    opaque: tuple[str, ...]

    def digest(self) -> str:
        """The same as long as nothing below the root changes."""
        state = (sorted(self.files.items()), sorted(self.folders), self.opaque)
        return hashlib.sha256(
            repr(state).encode("utf-8", "surrogateescape")
        ).hexdigest()

    def latest(self) -> int:
        """The youngest time stamp, in nanoseconds since the epoch."""
        return max((youngest(found) for found in self.files.values()), default=0)

    def changed(self, later: Tree) -> set[str]:
        """The files that are not in both trees alike; their content may be."""
        return {path for path, _ in self.files.items() ^ later.files.items()}

    def folders_differ(self, later: Tree) -> bool:
        """Whether folders came or went, or lead elsewhere."""
        return (sorted(self.folders), self.opaque) != (
            sorted(later.folders),
            later.opaque,
        )


def youngest(metadata: Metadata) -> int:
    """The youngest time stamp of one file, in nanoseconds since the epoch."""
    return max(metadata[2], metadata[3])


def walk(
    root: str,
    *,
    without: frozenset[str] = frozenset(),
    wanted: Callable[[str], bool] = lambda name: True,
) -> Tree:
    """Look at everything below a folder but caches and what tools install.

    `without` are absolute paths to leave out, `wanted` says which file names count.
    """
    files: dict[str, Metadata] = {}
    folders: list[str] = []
    opaque: list[str] = []
    pending = [""]
    while pending:
        folder = pending.pop()
        start = f"{folder}/" if folder else ""
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError as error:
            opaque.append(f"{folder}: {error.strerror}")
            continue
        for entry in entries:
            path = start + entry.name
            if entry.path in without or entry.name in _SKIPPED:
                continue
            if entry.is_dir(follow_symlinks=False):
                pending.append(path)
                folders.append(path)
            elif entry.is_symlink() and os.path.isdir(entry.path):
                folders.append(f"{path} -> {os.path.realpath(entry.path)}")
                opaque += [] if is_walked(entry.path, root) else [path]
            elif wanted(entry.name) and (found := _metadata(entry)):
                files[path] = found
    return Tree(root, files, tuple(folders), tuple(opaque))


def metadata(path: str, link: str = "") -> Metadata:
    """The metadata of what a path leads to; a reason where there is nothing."""
    try:
        return _of(os.stat(path), link)
    except OSError as error:
        return (0, 0, 0, 0, 0, f"{link}: {error.strerror}")


def is_regular(found: Metadata) -> bool:
    """Whether metadata are those of a regular file."""
    return stat.S_ISREG(found[0])


def _metadata(entry: os.DirEntry[str]) -> Metadata | None:
    """None for what is gone between the listing and the look at it."""
    try:
        if entry.is_symlink():
            return metadata(entry.path, os.readlink(entry.path))
        return _of(entry.stat(follow_symlinks=False), "")
    except OSError:
        return None


def _of(found: os.stat_result, text: str) -> Metadata:
    return (
        found.st_mode,
        found.st_size,
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_ino,
        text,
    )
