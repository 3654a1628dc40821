"""What is wrong with a requirement that is not locked, and what to write instead."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gatekeeper.model import Finding, Severity
from gatekeeper.tools.requirements_entries import Entry, Folders, Listing, shown

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
    entry: Entry, listing: Listing, folders: Folders, known: Mapping[str, str]
) -> Finding | None:
    """The finding on an entry, or None where it means one content for ever.

    `known` holds versions that some file pins, for the advice.
    """
    if entry.reference is not None:
        return _reference(entry, entry.reference, folders)
    constraint = listing.constraints.get(entry.name or "")
    if entry.version is not None or constraint is not None:
        return None
    wanted = known.get(entry.name or "", "VERSION")
    instead = f"{entry.name}=={wanted}"
    advice = f"write {instead}" + (
        "" if wanted != "VERSION" else ", with what `pip freeze` says"
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
    url = urlsplit(reference)
    if not url.scheme or url.scheme == "file":
        return _local(entry, unquote(url.path), folders)
    if "+" in url.scheme:
        numbered = url.scheme.startswith(("svn+", "bzr+"))
        if (_NUMBERED if numbered else _GIT).search(url.path):
            return None
        bare = shown(re.sub(r"@[^/@]*$", "", url._replace(fragment="").geturl()))
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
    if folders.holds(path) and os.path.realpath(folders.root / path) != "/":
        return None
    return finding(
        entry,
        "editable-elsewhere",
        f"{entry.text} is a path outside of the project, whose content is not locked;"
        " write name==VERSION",
    )


def missing(entry: Entry, root: Path) -> bool:
    """Whether an entry names a path of which nothing is known as it is not there."""
    if entry.reference is None:
        return False
    url = urlsplit(entry.reference)
    local = not url.scheme or url.scheme == "file"
    return local and not os.path.exists(root / unquote(url.path))


def finding(entry: Entry, rule: str, message: str) -> Finding:
    """A finding at the place of an entry."""
    return Finding(rule, Severity.MEDIUM, message, entry.path, entry.line, url=None)
