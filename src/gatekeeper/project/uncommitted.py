"""What of a checkout differs from its commit, in one number to compare it by."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from gatekeeper.project import regular
from gatekeeper.project.files import ARTEFACT_FOLDERS
from gatekeeper.project.revision import Git

#: The patch says the same whatever is set for a repository, and starts no program. It
#: has the hash of every file, so that of a binary one it need not show more.
_PLAIN = (
    "--patch --full-index --no-ext-diff --no-textconv --no-color --no-renames"
    " --no-relative --ignore-submodules=none --submodule=short"
).split()

#: Where git gives up: then no state is known to be the same as another.
UNKNOWN = "0" * 64


def changes(git: Git, root: Path) -> str | None:
    """Stands for all that was not committed; None where there is nothing, or no git.

    That is whatever git tracks, and Python files below the root that it neither tracks
    nor ignores. Other new files, such as reports, do not count.
    """
    if git("rev-parse", "--git-dir") is None:
        return None
    patch = git("diff", *_PLAIN, _base(git), "--")
    listing = git("ls-files", "--others", "--exclude-standard", "-z")
    if patch is None or listing is None:
        return UNKNOWN
    new = {p: _content(root / p) for p in sorted(listing.split("\0")) if _counts(p)}
    if not patch and not new:
        return None
    return _digest(json.dumps([_digest(patch), new]))


def _base(git: Git) -> str:
    """The commit, or the empty tree where there is none yet."""
    if git("rev-parse", "--verify", "-q", "HEAD^{commit}") is not None:
        return "HEAD"
    return (git("hash-object", "-t", "tree", os.devnull) or "").strip()


def _counts(path: str) -> bool:
    folders = path.split("/")[:-1]
    return path.endswith((".py", ".pyi")) and not set(folders) & set(ARTEFACT_FOLDERS)


def _content(path: Path) -> str:
    try:
        if path.is_symlink():
            return f"leads to {os.readlink(path)}"
        return hashlib.sha256(regular.read(path)).hexdigest()
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
