"""Where the policy of a project lies."""

from __future__ import annotations

from pathlib import Path

FILE_NAME = "gates.yaml"


def locate(start: Path) -> Path | None:
    """The nearest gates.yaml from a folder upwards."""
    for folder in (start, *start.parents):
        if (candidate := folder / FILE_NAME).exists():
            return candidate
    return None
