"""What is wrong with a requirement that is not locked, and what to write instead."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from gatekeeper.locking.entries import (
    Entry,
    Folders,
    Listing,
    Pinned,
    shown,
)
from gatekeeper.model import Finding, Severity

#: Every rule of this tool.
RULES = (
    "unpinned",
    "unversioned",
    "editable-elsewhere",
    "moving-reference",
    "unhashed",
    "not-locked",
    "missing-from-lock",
    "outside-of-range",
)
_GIT = re.compile(r"@([0-9a-f]{40}|[0-9a-f]{64})$", re.IGNORECASE)
_NUMBERED = re.compile(r"@\d+$")
_HASH = re.compile(r"(^|&)(md5|sha1|sha224|sha256|sha384|sha512)=[0-9a-f]+")


def objection(
    entry: Entry, listing: Listing, folders: Folders, known: Mapping[str, Pinned]
) -> Finding | None:
    """The finding on an entry, or None where it means one content for ever.

    `known` is what some file pins, for the advice.
    """
    if entry.reference is not None:
        return _reference(entry, entry.reference, folders)
    if listing.version(entry) is not None:
        return None
    pin = known.get(entry.name or "")
    advice = (
        f"write {entry.name}=={pin.version}, as {pin.entry.place} has it"
        if pin
        else f"write {entry.name}==VERSION; `pip freeze` prints the versions in use"
    )
    if not entry.specifier:
        return finding(entry, "unversioned", f"{entry.text} names no version; {advice}")
    return finding(entry, "unpinned", f"{entry.text} allows many versions; {advice}")


def unhashed(entry: Entry) -> Finding | None:
    """The finding on a pinned entry that any file of that version would fulfil."""
    if entry.reference is not None or entry.hashed:
        return None
    return finding(
        entry,
        "unhashed",
        f"{entry.text} has no hash; let `pip-compile --generate-hashes`"
        " or `uv export` write it",
    )


def _reference(entry: Entry, reference: str, folders: Folders) -> Finding | None:
    path = _path(reference)
    if path is not None:
        return _local(entry, path, folders)
    url = urlsplit(reference)
    if "+" in url.scheme:
        numbered = url.scheme.startswith(("svn+", "bzr+"))
        address = re.split("[?#]", reference)[0]
        if (_NUMBERED if numbered else _GIT).search(address):
            return None
        bare = shown(re.sub(r"@[^/@]*$", "", address))
        what = "REVISION" if numbered else "the full hash of a commit"
        message = f"{shown(reference)} can move; write {bare}@ and {what}"
    else:
        if entry.hashed or _HASH.search(url.fragment):
            return None
        message = (
            f"what {shown(reference)} gives can change; write #sha256=HASH behind it"
        )
    return finding(entry, "moving-reference", message)


def _local(entry: Entry, path: str, folders: Folders) -> Finding | None:
    """What lies in the project is under its version control; other folders are not."""
    if folders.inside(path):
        return None
    return finding(
        entry,
        "editable-elsewhere",
        f"{entry.text} is a path outside of the project, whose content is not locked;"
        " write NAME==VERSION",
    )


def absent(entry: Entry, folders: Folders) -> bool:
    """Whether an entry names a path in the project that is not there."""
    path = _path(entry.reference or "")
    if entry.reference is None or path is None or not folders.inside(path):
        return False
    return not os.path.exists(folders.root / path)


def _path(reference: str) -> str | None:
    """The path that a reference names; None for a URL."""
    url = urlsplit(reference)
    if url.scheme == "file":
        return unquote(url.path)
    return None if url.scheme else reference


def finding(entry: Entry, rule: str, message: str) -> Finding:
    """A finding at the place of an entry."""
    return Finding(rule, Severity.MEDIUM, message, entry.path, entry.line)
