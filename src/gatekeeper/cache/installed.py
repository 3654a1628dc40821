"""Which packages are installed along a search path: by metadata, and by content.

RECORD, the installer's list of hashes, is no evidence: pip copies it from the wheel
unchecked, and a copy or `chown` makes it younger than an edit. So every file is read,
but only when the metadata are new.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from gatekeeper.cache.contents import content

#: Says something of one file, given the folder that it is in. May raise OSError.
_Describe = Callable[["os.DirEntry[str] | Path", str], str]


class Stamp(NamedTuple):
    """What metadata say: a digest, and the latest change of a file in nanoseconds."""

    digest: str
    latest_ctime_ns: int


def stamp(paths: Sequence[str]) -> Stamp:
    """Changes when any file or folder below the paths does, or seems to."""
    times = [0]

    def metadata(file: os.DirEntry[str] | Path, folder: str) -> str:
        of = file.stat()
        changed = of.st_ctime_ns
        times.append(changed)
        return f"{of.st_mode} {of.st_size} {of.st_ino} {of.st_mtime_ns} {changed}"

    return Stamp(_digest(paths, metadata), max(times))


def identity(paths: Sequence[str]) -> str:
    """The same for the same installed packages, on every machine; reads every file."""
    return _digest(paths, _content)


def extra_roots(paths: Sequence[str]) -> list[str]:
    """Folders of the projects that are installed editable, by their direct_url.json."""
    found: list[str] = []
    for path in paths:
        documents = sorted(Path(path).glob("*.dist-info/direct_url.json"))
        found += filter(None, map(_editable_root, documents))
    return found


def _editable_root(document: Path) -> str:
    try:
        told = json.loads(document.read_text("utf-8"))
        editable, url = told["dir_info"]["editable"], urlsplit(told["url"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ""  # of a package that lies here; its content counts in any case
    return unquote(url.path) if editable and url.scheme == "file" else ""


def _content(file: os.DirEntry[str] | Path, folder: str) -> str:
    mode = file.stat().st_mode
    if not stat.S_ISREG(mode):
        return f"{stat.S_IFMT(mode):o}"
    return f"{mode & 0o111:o} {content(f'{folder}/{file.name}')}"


def _digest(paths: Sequence[str], describe: _Describe) -> str:
    """Names and what is said of them take turns, so that none can pass for another."""
    lines: list[str] = []
    for path in paths:
        lines += _archive(path, describe) or _folders(path, describe)
    text = "\0".join(lines).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()


def _archive(path: str, describe: _Describe) -> list[str]:
    """A line for an entry of the search path that is a file; none for a folder."""
    try:
        file = Path(path)
        return ["\0" + describe(file, str(file.parent))] if file.is_file() else []
    except OSError as error:
        return [f"\0{error.errno}"]


def _folders(root: str, describe: _Describe) -> list[str]:
    """A line for each folder, in an order that the file system has no say in."""
    lines, pending = [], [root]
    visited: dict[tuple[int, int], str] = {}
    while pending:
        path = pending.pop()
        name = path[len(root) :]
        try:
            line, below = _folder(path, name, visited, describe)
        except OSError as error:
            line, below = f"{name}\0{error.errno}", []
        lines.append(line)
        pending += below
    return lines


def _folder(
    path: str, name: str, visited: dict[tuple[int, int], str], describe: _Describe
) -> tuple[str, list[str]]:
    """Links are followed, but no folder is listed twice."""
    # Looking files up in an open folder is faster than along the whole path.
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        seen = os.fstat(folder)
        first = visited.setdefault((seen.st_dev, seen.st_ino), name)
        if first != name:
            return f"{name}\0={first}", []
        files, below = _look(folder, path, describe)
    finally:
        os.close(folder)
    return "\0".join([name, "", *sorted(files)]), sorted(below, reverse=True)


def _look(folder: int, path: str, describe: _Describe) -> tuple[list[str], list[str]]:
    files, below = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if not entry.is_dir():
                    files.append(f"{entry.name}\0{describe(entry, path)}")
                elif entry.name != "__pycache__":
                    below.append(f"{path}/{entry.name}")
            except OSError as error:
                files.append(f"{entry.name}\0{error.errno}")
    return files, below
