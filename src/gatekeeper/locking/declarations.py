"""Declared dependencies in one shape, and where each stands in its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.locking import poetry
from gatekeeper.locking.entries import Entry, Listing, at, shown

_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One dependency as it is declared.

    `specifier` is None where it cannot be told which versions are allowed. `main`: it
    belongs to no extra and no group. `conditional`: a marker decides whether it is
    needed; `applies` says what it decides here.
    """

    entry: Entry
    specifier: SpecifierSet | None
    main: bool = True
    conditional: bool = False
    applies: bool = True


class Places:
    """In which line of a file a requirement or the key of a table stands first."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._lines: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            quoted = (a or b for a, b in _QUOTED.findall(line))
            for found in (line.strip(), line.partition("=")[0].strip(" \"'"), *quoted):
                self._lines.setdefault(found, number)

    def line(self, text: str) -> int | None:
        """The line of a text as the file writes it."""
        return self._lines.get(text.strip())


@dataclass(slots=True)
class Declared:
    """All declarations of some files. `own` are names of the project itself."""

    declarations: list[Declaration] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    own: set[str] = field(default_factory=set)

    def name(self, name: object) -> None:
        """Note a name of the project, which its own extras may ask for."""
        if isinstance(name, str):
            self.own.add(canonicalize_name(name))

    def lines(self, listing: Listing) -> None:
        """Add the lines of a requirement file."""
        self.gaps += listing.gaps
        for entry in listing.entries:
            if entry.name is not None:
                self._add(entry, marker=_marker(entry.text), main=True)

    def texts(self, texts: Iterable[str], places: Places, *, main: bool) -> None:
        """Add requirements that are written after PEP 508."""
        for text in texts:
            line = places.line(text)
            try:
                found = Requirement(text)
            except InvalidRequirement:
                where = at(places.name, line)
                self.gaps.append(f"{where}: declares what is no requirement")
                continue
            entry = Entry(
                text=shown(text),
                path=places.name,
                line=line,
                name=canonicalize_name(found.name),
                specifier=found.specifier,
                reference=found.url,
            )
            self._add(entry, marker=found.marker, main=main)

    def _add(self, entry: Entry, *, marker: Marker | None, main: bool) -> None:
        known = None if entry.reference else entry.specifier
        applies = marker is None or marker.evaluate({"extra": ""})
        made = Declaration(entry, known, main, marker is not None, applies)
        self.declarations.append(made)

    def table(
        self,
        table: Mapping[str, Any],
        places: Places,
        *,
        main: bool,
        pipenv: bool = False,
    ) -> None:
        """Add a table of names as Poetry and Pipenv write it."""
        for name, value in table.items():
            if name == "python":
                continue
            specifier = poetry.specifier(value, plain=pipenv)
            entry = Entry(
                text=shown(name),
                path=places.name,
                line=places.line(name),
                name=canonicalize_name(name),
                specifier=specifier or SpecifierSet(),
                reference=poetry.reference(value),
            )
            conditional = poetry.conditional(value)
            made = Declaration(entry, specifier, main, conditional, not conditional)
            self.declarations.append(made)


def _marker(text: str) -> Marker | None:
    try:
        return Requirement(text).marker
    except InvalidRequirement:
        return None
