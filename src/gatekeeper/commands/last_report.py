"""The last report of each project, kept so that `summary` can render it again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.cache.store import home
from gatekeeper.commands.output import Terminal, write_file
from gatekeeper.errors import UserError

if TYPE_CHECKING:
    from gatekeeper.model import Report


def _path(root: Path) -> Path:
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return home() / "reports" / f"{name}.json"


def keep(root: Path, text: str, terminal: Terminal) -> None:
    """Keep the JSON report of a project; where that is not possible, say so."""
    path = _path(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        terminal.say(f"the report is not kept for `summary`: {error.strerror}")
        return
    write_file(path, text, terminal, durable=False)


def recall(root: Path) -> Report:
    """The last report on a project. Raises UserError where there is none."""
    try:
        text = _path(root).read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise UserError(
            f"no report on {root} is kept here; run `gatekeeper check` first,"
            " or name one with --report"
        ) from error
    from gatekeeper.reporters.json_reader import load

    return load(text, "the last report")
