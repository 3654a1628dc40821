"""Lock files: poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.locking.entries import (
    UNREADABLE,
    Entry,
    Folders,
    Listing,
    at,
    shown,
    unreadable,
)

_Table = Mapping[str, Any]
_TOML = ("poetry.lock", "uv.lock", "pdm.lock")
_NAME_LINE = re.compile(r'^(?:name\s*=\s*"([^"]+)"\s*$|\s*"([^"]+)"\s*:\s*\{)')
#: Where the kinds of lock files keep the one commit that they mean.
_COMMIT = ("commit-id", "resolved_reference", "revision", "ref")


def is_lock(name: str) -> bool:
    """Whether a file is one that a resolver writes, by its name."""
    base = name.rpartition("/")[2]
    return base in (*_TOML, "Pipfile.lock") or _is_pylock(base)


def _is_pylock(base: str) -> bool:
    return base.startswith("pylock.") and base.endswith(".toml")


def read(folders: Folders, name: str) -> Listing:
    """Every package of a lock file; never raises for what stands in it."""
    listing = Listing()
    try:
        text = folders.read(name).decode("utf-8-sig")
        lines = _lines(text)
        for package, table, known in _packages(name, text):
            line = lines.get(canonicalize_name(package))
            try:
                listing.entries.append(_entry(package, table, known, name, line))
            except InvalidSpecifier:
                place = at(name, line)
                listing.gaps.append(f"{place}: {shown(package)} has no valid version")
        listing.files.append(name)
    except UNREADABLE as error:
        return Listing(gaps=[unreadable(name, error)])
    return listing


def _lines(text: str) -> dict[str, int]:
    """The first line that each package stands in."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) < 500 and (found := _NAME_LINE.match(line)):
            lines.setdefault(canonicalize_name(found[1] or found[2]), number)
    return lines


def _packages(name: str, text: str) -> Iterator[tuple[str, _Table, Iterable[_Table]]]:
    """Name, table and the files (with their hashes) of each package."""
    if name.endswith("Pipfile.lock"):
        document = json.loads(text)
        for section in sorted(document.keys() - {"_meta"}):
            for package, table in document[section].items():
                yield package, table, [{"hash": h} for h in table.get("hashes", ())]
        return
    document = tomllib.loads(text)
    old_poetry = document.get("metadata", {}).get("files", {})
    for table in document.get("package", document.get("packages", [])):
        files = [
            *table.get("files", old_poetry.get(table["name"], ())),
            *table.get("wheels", ()),
            *(table[key] for key in ("sdist", "archive") if key in table),
        ]
        yield table["name"], table, files


def _entry(
    package: str, table: _Table, files: Iterable[_Table], name: str, line: int | None
) -> Entry:
    version = table.get("version")
    known = list(files)
    return Entry(
        text=shown(f"{package} {str(version or '').removeprefix('==')}"),
        path=name,
        line=line,
        name=canonicalize_name(package),
        specifier=SpecifierSet(f"=={version.removeprefix('==')}" if version else ""),
        reference=_reference(table),
        hashed=bool(known) and all(f.get("hash") or f.get("hashes") for f in known),
    )


def _reference(table: _Table) -> str | None:
    """The URL or path that a package comes from; None for an index."""
    source = {**table, **table.get("source", {}), **table.get("vcs", {})}
    url = source.get("git") or source.get("hg")
    kind = str(source.get("type", "git" if url else ""))
    if url or kind in ("git", "hg", "svn", "bzr"):
        address, _, fragment = str(url or source["url"]).partition("#")
        commit = next((str(source[key]) for key in _COMMIT if key in source), fragment)
        return f"{kind}+{address.partition('?')[0]}@{commit}"
    for key in ("editable", "virtual", "directory", "path", "file"):
        if isinstance(source.get(key), str):
            return str(source[key])
    if "directory" in source:
        return str(source["directory"]["path"])
    archive = source.get("archive", source)
    if kind in ("directory", "file") or "path" in archive:
        return str(archive.get("path") or source["url"])
    is_index = kind == "legacy" or "registry" in source
    return None if is_index else archive.get("url")
