"""Result files: found by name or pattern, recognised by content, read into trials."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from gatekeeper.performance import content
from gatekeeper.performance.trial import Content, Trial, UnreadableError


def matching(root: Path, pattern: str) -> list[str]:
    """The file of that name, else those that fit it as a pattern, sorted."""
    if os.path.lexists(root / pattern):
        return [pattern]
    return sorted(glob.glob(pattern, root_dir=root, recursive=True))


def distinct(
    root: Path, baseline: Sequence[str], current: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The files of both sides, each once. Raises UnreadableError for overlaps.

    The same files on both sides are compared, as a trial; one that is a run of both
    would make them alike.
    """
    sides = []
    for names in (baseline, current):
        real = {os.path.realpath(root / name): name for name in reversed(names)}
        sides.append(dict(reversed(real.items())))
    both = sides[0].keys() & sides[1].keys()
    if both and sides[0].keys() != sides[1].keys():
        shown = sides[1][min(both)]
        raise UnreadableError(f"{shown} is on both sides; name the runs of each side")
    return list(sides[0].values()), list(sides[1].values())


def read(path: Path, shown: str) -> list[Trial]:
    """The trials in a file. Raises UnreadableError that begins with `shown`."""
    try:
        return trials(content.load(path))
    except UnreadableError as error:
        raise UnreadableError(f"{shown} {error}") from error


def trials(found: Content) -> list[Trial]:
    """The trials in content of any known format. Raises UnreadableError."""
    # Some thirty modules, which no run without results to compare has to wait for.
    from gatekeeper.performance.readers import FORMATS

    for one in FORMATS:
        if one.recognises(found):
            return _checked(one.name, one.read(found))
    known = ", ".join(dict.fromkeys(one.name for one in FORMATS))
    raise UnreadableError(f"is in no known format; known are {known}")


def _checked(name: str, found: Sequence[Trial]) -> list[Trial]:
    """No subject twice in one trial: which of both would count?"""
    for trial in found:
        seen: dict[object, str] = {}
        for reading in trial.readings:
            key = (reading.subject, reading.quantity.kind, reading.quantity.statistic)
            shown = f"{reading.subject} {reading.quantity.name}"
            if key in seen:
                raise UnreadableError(f"({name}) has {seen[key]} twice: {shown}")
            seen[key] = shown
    if not found:
        raise UnreadableError(f"({name}) holds no measurement")
    return list(found)
