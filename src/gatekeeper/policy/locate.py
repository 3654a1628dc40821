"""Where the policy of a project lies."""

from __future__ import annotations

from pathlib import Path

from gatekeeper.errors import UserError

FILE_NAME = "gates.yaml"


def locate(start: Path, root: Path | None = None) -> Path | None:
    """The nearest gates.yaml from a folder upwards, else that of the root.

    Raises UserError where both have one, since the root's would be passed over.
    """
    found = _nearest(start)
    own = None if root is None else root / FILE_NAME
    if own is None or not own.exists():
        return found
    if found is not None and found.resolve() != own.resolve():
        raise UserError(
            f"--root {root} has a policy of its own ({own}), and {found} is the nearest"
            " one; name the one that counts with --config"
        )
    return own


def _nearest(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (candidate := folder / FILE_NAME).exists():
            return candidate
    return None
