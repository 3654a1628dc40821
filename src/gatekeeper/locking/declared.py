"""What a project declares to need: pyproject.toml, setup.cfg, Pipfile, *.in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatekeeper.locking import lines
from gatekeeper.locking.declarations import Declared, Places
from gatekeeper.locking.entries import UNREADABLE, Folders
from gatekeeper.project import regular, settings

_FOUND_BY_DEFAULT = (
    "pyproject.toml",
    "setup.cfg",
    "Pipfile",
    "requirements*.in",
    "requirements/*.in",
)
#: Tables of a Pipfile that hold no packages.
_NO_PACKAGES = ("source", "requires", "scripts", "pipenv")
_LIMIT = 2 * regular.MEGABYTE
_Table = Mapping[str, Any]


def is_declaration(name: str) -> bool:
    """Whether a file declares what is needed in another form than requirement files."""
    return name.rpartition("/")[2] in ("pyproject.toml", "setup.cfg", "Pipfile")


def find(root: Path) -> list[str]:
    """The files in which a project declares what it needs by custom."""
    found = {path for glob in _FOUND_BY_DEFAULT for path in root.glob(glob)}
    return sorted(p.relative_to(root).as_posix() for p in found if p.is_file())


def read(
    folders: Folders, files: Iterable[str], examined: Iterable[str], scratch: Path
) -> Declared:
    """What some files declare. `examined` are the requirement files judged anyway.

    Never raises for what stands in the files.
    """
    reader = _Reader(folders, frozenset(examined), scratch, Declared())
    for name in files:
        try:
            reader.file(name)
        except settings.SettingsError:
            reader.into.gaps.append(f"{name}: does not parse")
        except UNREADABLE as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            gap = f"{name}: cannot be read as declarations ({reason})"
            reader.into.gaps.append(gap)
    return reader.into


@dataclass(frozen=True, slots=True)
class _Reader:
    folders: Folders
    examined: frozenset[str]
    scratch: Path
    into: Declared

    def file(self, name: str) -> None:
        if not is_declaration(name):
            self._lines(name)
            return
        text = self.folders.read(name, _LIMIT).decode("utf-8-sig")
        places, base = Places(name, text), name.rpartition("/")[2]
        if base == "Pipfile":
            self._pipfile(tomllib.loads(text), places)
            return
        document = settings.load(self.folders.root / name)
        if base == "setup.cfg":
            self._setup_cfg(document, places)
        else:
            self._project(document, places)
            self._dynamic(document, name)
            self._poetry(document.get("tool", {}).get("poetry", {}), places)

    def _lines(self, name: str) -> None:
        listing = lines.read(self.folders, name, self.scratch)
        self.into.lines(listing)

    def _project(self, document: _Table, places: Places) -> None:
        project = document.get("project", {})
        self.into.name(project.get("name"))
        self.into.texts(project.get("dependencies", ()), places, main=True)
        extras = project.get("optional-dependencies", {}).values()
        for group in (*extras, *document.get("dependency-groups", {}).values()):
            # A table includes another group, which is read anyway.
            texts = [entry for entry in group if isinstance(entry, str)]
            self.into.texts(texts, places, main=False)

    def _poetry(self, poetry: _Table, places: Places) -> None:
        self.into.name(poetry.get("name"))
        self.into.table(poetry.get("dependencies", {}), places, main=True)
        self.into.table(poetry.get("dev-dependencies", {}), places, main=False)
        for group in poetry.get("group", {}).values():
            self.into.table(group.get("dependencies", {}), places, main=False)

    def _dynamic(self, document: _Table, name: str) -> None:
        """Dependencies that the build looks up somewhere else."""
        table = document.get("tool", {}).get("setuptools", {}).get("dynamic", {})
        named = set(document.get("project", {}).get("dynamic", ()))
        for key in sorted({"dependencies", "optional-dependencies"} & named):
            sources = _files_in(table.get(key, {}))
            for source in sorted(set(sources) - self.examined):
                self._lines(source)
            if not sources and not self._beside(name, key):
                self.into.gaps.append(
                    f"{name}: {key} are dynamic, so not written here;"
                    " name the files that declare them under `declarations`"
                )

    def _beside(self, name: str, key: str) -> bool:
        """Whether setup.cfg beside a pyproject.toml holds what that leaves open."""
        try:
            found = settings.load((self.folders.root / name).with_name("setup.cfg"))
        except (OSError, settings.SettingsError):
            return False
        if key == "dependencies":
            return "install_requires" in found.get("options", {})
        return "options.extras_require" in found

    def _setup_cfg(self, document: _Table, places: Places) -> None:
        self.into.name(document.get("metadata", {}).get("name"))
        main = document.get("options", {}).get("install_requires", "")
        self._ini(main, places, main=True)
        for text in document.get("options.extras_require", {}).values():
            self._ini(text, places, main=False)

    def _ini(self, text: str, places: Places, *, main: bool) -> None:
        """The requirements of one value, or of the files that it names."""
        if text.strip().startswith("file:"):
            named = text.strip().removeprefix("file:").replace(",", " ").split()
            for name in sorted(set(named) - self.examined):
                self._lines(name)
            return
        lines = (line.strip() for line in text.splitlines())
        wanted = [line for line in lines if line and not line.startswith("#")]
        self.into.texts(wanted, places, main=main)

    def _pipfile(self, document: _Table, places: Places) -> None:
        for key, table in document.items():
            if key not in _NO_PACKAGES:
                main = key == "packages"
                self.into.table(table, places, main=main, pipenv=True)


def _files_in(table: object) -> list[str]:
    """Files that a table of setuptools names: one for all, or some for each extra."""
    if not isinstance(table, Mapping):
        return []
    if "file" in table:
        named = table["file"]
        return [named] if isinstance(named, str) else list(named)
    return [name for extra in table.values() for name in _files_in(extra)]
