"""A kept report in all formats, rendered only once for each style."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any

from gatekeeper.cache.observation import digest
from gatekeeper.reporters import Style
from gatekeeper.reporters.json_text import as_text

#: Stands for the duration in a text that is kept: no report takes as long.
_SECONDS = 987654321.0
_SHOWN = f"{_SECONDS:.1f} s"
#: What people read again and again; the other formats are for machines and files.
_READ = ("console", "markdown")
#: How many styles are kept of one report: terminals have many widths.
_MANY = 8


class Texts:
    """Renders a report, given in plain values as the JSON has it.

    `kept` are texts from earlier on, and those that are `new`.
    """

    def __init__(
        self, document: Mapping[str, Any], kept: Mapping[str, str], root: Path
    ) -> None:
        self._document = document
        self._root = root
        self.kept = dict(kept)
        self.new = False

    def render(self, format_: str, style: Style) -> str:
        """The report in a format; what depends on the time is put in at last."""
        if format_ == "json":
            return as_text(self._document)
        if format_ not in _READ:
            return self._rendered(format_, style, self._document)
        name = digest(format_, astuple(style), self._document["revision"])
        if name not in self.kept:
            self.kept = {**dict(list(self.kept.items())[1 - _MANY :])}
            timeless = {**self._document, "duration_seconds": _SECONDS}
            self.kept[name] = self._rendered(format_, style, timeless)
            self.new = True
        took = f"{self._document['duration_seconds']:.1f} s"
        return self.kept[name].replace(_SHOWN, took)

    def _rendered(self, format_: str, style: Style, document: Mapping[str, Any]) -> str:
        # Slow to import, and needed once for each style.
        from gatekeeper.commands.history import rendering
        from gatekeeper.reporters.json_reader import load

        report = load(json.dumps(document), "a kept report")
        return rendering(report, self._root)(format_, style)
