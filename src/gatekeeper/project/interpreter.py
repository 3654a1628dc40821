"""The interpreter that can import the project."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An executable and the reason for choosing it."""

    path: str
    origin: str


def choose(wanted: str, root: Path, environment: Mapping[str, str]) -> Interpreter:
    """The policy's interpreter; for `auto`: $VIRTUAL_ENV, then .venv, then our own."""
    if wanted != "auto":
        path = root / wanted
        inside = path / "bin" / "python"
        return Interpreter(str(inside if path.is_dir() else path), "gates.yaml")
    folders = [(root / ".venv", ".venv")]
    if active := environment.get("VIRTUAL_ENV"):
        folders.insert(0, (root / active, "$VIRTUAL_ENV"))
    for folder, origin in folders:
        candidate = folder / "bin" / "python"
        if os.path.lexists(candidate):
            return Interpreter(str(candidate), origin)
    return Interpreter(sys.executable, "gatekeeper's own")


def prefix(python: str) -> str:
    """The folder of the virtual environment that an interpreter belongs to.

    Where it belongs to none, the interpreter itself.
    """
    folder = Path(python).parent.parent
    return str(folder) if (folder / "pyvenv.cfg").is_file() else python
