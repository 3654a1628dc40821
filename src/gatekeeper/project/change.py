"""What a change touches: the files that differ from the branch it is to go into."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.project.files import ARTEFACT_FOLDERS, matches
from gatekeeper.project.revision import Git

#: Where a change usually goes, if nobody says so.
_USUAL = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """The files that were changed, added or deleted; None where that is not known.

    Paths are relative to the root. `base` is what they were compared with, `problem`
    why there is nothing to compare with.
    """

    files: tuple[str, ...] | None
    base: str = ""
    problem: str = ""

    def touched(self, patterns: Iterable[str]) -> list[str]:
        """The changed files that patterns name, hold or glob; none if not known."""
        wanted = tuple(patterns)
        return [
            path
            for path in self.files or ()
            if any(matches(path, pattern) for pattern in wanted)
        ]


def change(git: Git, bases: Sequence[str]) -> Change:
    """Compare the working tree with where the branch left one of `bases`.

    The first that git knows counts; without any, the branches that are usual.
    """
    if git("rev-parse", "--verify", "-q", "HEAD^{commit}") is None:
        return Change(None, problem="this is no git checkout with a commit")
    for name in bases or _USUAL:
        fork = git("merge-base", "--end-of-options", name, "HEAD")
        if fork is not None:
            return _since(git, fork.strip(), name)
    wanted = " or ".join(bases) or "the main branch"
    return Change(
        None,
        problem=f"git knows no common commit with {wanted}; fetch it with its history"
        " (actions/checkout: `fetch-depth: 0`), or name it with --base",
    )


def _since(git: Git, fork: str, name: str) -> Change:
    options = "--name-only --no-renames --no-ext-diff --ignore-submodules=none"
    changed = git("diff", *options.split(), "--relative", "-z", fork, "--")
    new = git("ls-files", "--others", "--exclude-standard", "-z")
    if changed is None or new is None:
        return Change(None, problem=f"git could not compare with {name}")
    made = [path for path in new.split("\0") if not _is_artefact(path)]
    found = {path for path in (*changed.split("\0"), *made) if path}
    head = (git("rev-parse", "HEAD") or "").strip()
    if not found and fork == head:
        return Change(None, problem=f"HEAD is {name}; name the other side with --base")
    return Change(tuple(sorted(found)), name)


def covered(git: Git, root: Path, patterns: Iterable[str]) -> list[tuple[str, bytes]]:
    """The files that patterns name, hold or glob, with their contents; all for none.

    Where there is git, those that it tracks: a checkout elsewhere has no others.
    """
    wanted = tuple(patterns) or (".",)
    listing = git("ls-files", "--cached", "-z")
    paths = set(listing.split("\0")) if listing is not None else set(_walk(root))
    return [
        (path, _content(root / path))
        for path in sorted(paths - {""})
        if os.path.lexists(root / path)
        and any(matches(path, pattern) for pattern in wanted)
    ]


def _is_artefact(path: str) -> bool:
    return any(part in ARTEFACT_FOLDERS for part in path.split("/"))


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in ARTEFACT_FOLDERS]
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in names)


def _content(path: Path) -> bytes:
    """What a file holds, or the SHA-256 of a large one; of a link where it leads.

    Nothing of what cannot be read.
    """
    try:
        if path.is_symlink():
            return os.fsencode(os.readlink(path))
        if path.is_file():
            with path.open("rb") as stream:
                if path.stat().st_size > _LARGE:
                    return hashlib.file_digest(stream, "sha256").digest()
                return stream.read()
    except OSError:
        pass
    return b""
