"""What a project declares to need: pyproject.toml, setup.cfg, Pipfile, *.in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.project import settings
from gatekeeper.tools import requirements_lines
from gatekeeper.tools import requirements_poetry as poetry
from gatekeeper.tools.requirements_entries import (
    UNREADABLE,
    Entry,
    Folders,
    at,
    shown,
)

_FOUND_BY_DEFAULT = (
    "pyproject.toml",
    "setup.cfg",
    "Pipfile",
    "requirements*.in",
    "requirements/*.in",
)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_Table = Mapping[str, Any]


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


@dataclass(slots=True)
class Declared:
    """All declarations of some files. `own` are names of the project itself."""

    declarations: list[Declaration] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    own: set[str] = field(default_factory=set)


def find(root: Path) -> list[str]:
    """The files in which a project declares what it needs by custom."""
    found = {path for glob in _FOUND_BY_DEFAULT for path in root.glob(glob)}
    return sorted(p.relative_to(root).as_posix() for p in found if p.is_file())


def read(
    folders: Folders, files: Iterable[str], examined: Iterable[str], scratch: Path
) -> Declared:
    """What some files declare. `examined` are the requirement files judged anyway."""
    declared = Declared()
    reader = _Reader(folders, frozenset(examined), scratch, declared)
    for name in files:
        try:
            reader.file(name)
        except settings.SettingsError as error:
            declared.gaps.append(str(error))
        except UNREADABLE as error:
            reason = getattr(error, "strerror", None) or f"{error!r:.200}"
            declared.gaps.append(f"{name}: cannot be read as declarations ({reason})")
    return declared


@dataclass(frozen=True, slots=True)
class _Reader:
    folders: Folders
    examined: frozenset[str]
    scratch: Path
    into: Declared

    def file(self, name: str) -> None:
        base = name.rpartition("/")[2]
        if base not in ("pyproject.toml", "setup.cfg", "Pipfile"):
            self._lines(name)
            return
        text = self.folders.read(name).decode("utf-8-sig")
        place = _Places(name, text)
        if base == "pyproject.toml":
            self._pyproject(settings.load(self.folders.root / name), place)
        elif base == "setup.cfg":
            self._setup_cfg(settings.load(self.folders.root / name), place)
        else:
            self._pipfile(text, place)

    def _lines(self, name: str) -> None:
        listing = requirements_lines.read(self.folders, name, self.scratch)
        self.into.gaps += listing.gaps
        for entry in listing.entries:
            if entry.name is None:
                continue
            marker = _marker(entry.text)
            self._declare(entry, entry.specifier, marker=marker, main=True)

    def _pyproject(self, document: _Table, place: _Places) -> None:
        project = document.get("project", {})
        self._own(project.get("name"))
        self._add(project.get("dependencies", ()), place, main=True)
        groups = document.get("dependency-groups", {})
        for extra in (
            *project.get("optional-dependencies", {}).values(),
            *groups.values(),
        ):
            # A table includes another group, which is read anyway.
            self._add([e for e in extra if isinstance(e, str)], place, main=False)
        self._dynamic(document, place)
        table = document.get("tool", {}).get("poetry", {})
        self._own(table.get("name"))
        self._poetry(table.get("dependencies", {}), place, main=True)
        self._poetry(table.get("dev-dependencies", {}), place, main=False)
        for group in table.get("group", {}).values():
            self._poetry(group.get("dependencies", {}), place, main=False)

    def _dynamic(self, document: _Table, place: _Places) -> None:
        """Dependencies that the build looks up somewhere else."""
        table = document.get("tool", {}).get("setuptools", {}).get("dynamic", {})
        named = set(document.get("project", {}).get("dynamic", ()))
        for key in sorted({"dependencies", "optional-dependencies"} & named):
            sources = _files_in(table.get(key, {}))
            for name in set(sources) - self.examined:
                self._lines(name)
            if not sources and not self._beside(place.name, key):
                self.into.gaps.append(
                    f"{place.name}: {key} are dynamic, so not written here;"
                    " name the files that declare them under `declarations`"
                )

    def _beside(self, name: str, key: str) -> bool:
        """Whether setup.cfg beside a pyproject.toml holds what that leaves open."""
        try:
            found = settings.load((self.folders.root / name).with_name("setup.cfg"))
        except (OSError, settings.SettingsError):
            return False
        options = {"dependencies": "install_requires" in found.get("options", {})}
        return options.get(key, "options.extras_require" in found)

    def _setup_cfg(self, document: _Table, place: _Places) -> None:
        self._own(document.get("metadata", {}).get("name"))
        main = document.get("options", {}).get("install_requires", "")
        for text, always in (
            (main, True),
            *((text, False) for text in _extras(document)),
        ):
            if text.strip().startswith("file:"):
                for name in set(text.strip()[5:].replace(",", " ").split()):
                    if name not in self.examined:
                        self._lines(name)
            else:
                self._add(_written(text), place, main=always)

    def _pipfile(self, text: str, place: _Places) -> None:
        document = tomllib.loads(text)
        for key, table in document.items():
            if key not in ("source", "requires", "scripts", "pipenv"):
                self._poetry(table, place, main=key == "packages", plain=True)

    def _own(self, name: object) -> None:
        if isinstance(name, str):
            self.into.own.add(canonicalize_name(name))

    def _add(self, texts: Iterable[str], place: _Places, *, main: bool) -> None:
        for text in texts:
            line = place.line(text)
            try:
                found = Requirement(text)
            except InvalidRequirement:
                where = at(place.name, line)
                self.into.gaps.append(f"{where}: declares what is no requirement")
                continue
            entry = Entry(
                text=shown(text),
                path=place.name,
                line=line,
                name=canonicalize_name(found.name),
                specifier=found.specifier,
                reference=found.url,
            )
            self._declare(entry, found.specifier, marker=found.marker, main=main)

    def _poetry(
        self, table: _Table, place: _Places, *, main: bool, plain: bool = False
    ) -> None:
        for name, value in table.items():
            if name == "python":
                continue
            specifier = poetry.specifier(value, plain=plain)
            entry = Entry(
                text=name,
                path=place.name,
                line=place.line(name),
                name=canonicalize_name(name),
                specifier=specifier or SpecifierSet(),
                reference=poetry.reference(value),
            )
            conditional = poetry.conditional(value)
            made = Declaration(entry, specifier, main, conditional, not conditional)
            self.into.declarations.append(made)

    def _declare(
        self,
        entry: Entry,
        specifier: SpecifierSet,
        *,
        marker: Marker | None,
        main: bool,
    ) -> None:
        known = None if entry.reference else specifier
        applies = marker is None or marker.evaluate({"extra": ""})
        made = Declaration(entry, known, main, marker is not None, applies)
        self.into.declarations.append(made)


def _marker(text: str) -> Marker | None:
    try:
        return Requirement(text).marker
    except InvalidRequirement:
        return None


class _Places:
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


def _files_in(table: object) -> list[str]:
    """Files that a table of setuptools names: one for all, or some for each extra."""
    if not isinstance(table, Mapping):
        return []
    if "file" in table:
        named = table["file"]
        return [named] if isinstance(named, str) else list(named)
    return [name for extra in table.values() for name in _files_in(extra)]


def _extras(document: _Table) -> Iterator[str]:
    yield from document.get("options.extras_require", {}).values()


def _written(text: str) -> list[str]:
    """The requirements of a value in an INI file."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
