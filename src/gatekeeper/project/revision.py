"""What git knows: the state of the checkout, and which files it ignores."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:  # a kept report is delivered without it
    from gatekeeper.model import Revision

#: Runs git with some arguments; gives its standard output, or None where it failed.
Git = Callable[..., str | None]

#: Nothing of the repository's own configuration may start a program.
SAFE = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=")


class State(TypedDict):
    """The fields of a revision in plain values."""

    commit: str | None
    branch: str | None
    dirty: bool | None


def revision(git: Git) -> Revision:
    """The state of the checkout."""
    from gatekeeper.model import Revision

    return Revision(**state(git))


def state(git: Git) -> State:
    """Commit, branch and whether anything differs from the commit."""
    status = git(
        "status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal"
    )
    if status is None:
        return State(commit=None, branch=None, dirty=None)
    fields = {"branch.oid": "", "branch.head": ""}
    dirty = False
    for entry in status.split("\0"):
        if entry.startswith("# "):
            key, _, text = entry[2:].partition(" ")
            fields[key] = text
        elif entry:
            dirty = True
    commit, branch = fields["branch.oid"], fields["branch.head"]
    return State(
        commit=None if commit in ("", "(initial)") else commit,
        branch=None if branch in ("", "(detached)") else branch,
        dirty=dirty,
    )


def ignored(git: Git) -> frozenset[str]:
    """Paths that git ignores and does not track; whole folders as one entry.

    Without what Python compiled: it comes and goes, and no walk enters it anyway.
    """
    listing = git(
        "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"
    )
    found = (os.path.normpath(path) for path in (listing or "").split("\0") if path)
    return frozenset(p for p in found if os.path.basename(p) != "__pycache__")


def tracks(git: Git, root: Path, folder: Path) -> bool:
    """Whether the repository holds files below a folder, or nobody knows."""
    real = os.path.realpath(folder)
    shared = Path(os.path.commonpath([real, root]))
    if shared != root and not any(
        (p / ".git").exists() for p in (shared, *shared.parents)
    ):
        return False  # no repository can hold both
    path = os.path.relpath(real, root)
    found = git("ls-files", "-z", "--", f":(literal){path}")
    return shared == root if found is None else bool(found)
