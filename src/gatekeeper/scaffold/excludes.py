"""From the exclude patterns of flake8 and bandit to globs on paths below the root."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from gatekeeper.project.files import ARTEFACT_FOLDERS, matches
from gatekeeper.scaffold.facts import Layout
from gatekeeper.scaffold.text import sayable

#: Never examined, so there is nothing to exclude.
_NO_SOURCE = ("*.egg", "*.egg-info", ".eggs", "*.pyc", "*.pyo", "venv", "env", "ENV")


def translate(
    patterns: Iterable[str], layout: Layout
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The globs that mean the same here, and the patterns that would hide all.

    A pattern without a slash means a name anywhere for the tools, but a path below the
    root in gates.yaml; it is written in as many ways as the files found need.
    """
    kept: dict[str, None] = {}
    refused = []
    for pattern in patterns:
        wanted = posixpath.normpath(pattern.strip()).lstrip("/")
        if not sayable(wanted) or wanted in (*ARTEFACT_FOLDERS, *_NO_SOURCE):
            continue
        globs = list(_globs(wanted, layout.files))
        if _hides_all(globs, layout.files):
            refused.append(pattern)
        else:
            kept |= dict.fromkeys(globs)
    return tuple(kept), tuple(refused)


def _globs(wanted: str, files: Sequence[str]) -> Iterator[str]:
    anywhere = f"*/{wanted}"
    nested = "/" not in wanted and any(
        fnmatchcase(part, wanted) for f in files for part in PurePosixPath(f).parts[1:]
    )
    if not nested or any(fnmatchcase(f.partition("/")[0], wanted) for f in files):
        yield wanted
    if nested:
        yield anywhere


def _hides_all(globs: Sequence[str], files: Sequence[str]) -> bool:
    return (
        "." in globs
        or "*" in globs
        or (bool(files) and all(any(matches(f, glob) for glob in globs) for f in files))
    )
