"""What a requirement or lock file asks for, in one shape for every kind of file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from packaging.specifiers import SpecifierSet

from gatekeeper.project import regular

#: What reading a file of the wrong shape raises.
UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)
_CREDENTIALS = re.compile(r"://(?!git@)[^\s/]*@")
_QUERY = re.compile(r"\?[^\s#]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One requirement. `name` is canonical, None where only a path or URL is given.

    `reference` is the URL or path that it comes from, None for the package index.
    """

    text: str
    path: str
    line: int | None
    name: str | None
    specifier: SpecifierSet = SpecifierSet()
    reference: str | None = None
    hashed: bool = False

    @property
    def version(self) -> str | None:
        """The one version that the specifier allows."""
        return exact(self.specifier)

    @property
    def place(self) -> str:
        """Where it stands, as people write it."""
        return at(self.path, self.line)


@dataclass(slots=True)
class Listing:
    """What one file and all that it includes asks for.

    `constraints` are exact versions by name; None where two lines disagree. `gaps` says
    what could not be judged.
    """

    entries: list[Entry] = field(default_factory=list)
    constraints: dict[str, str | None] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def version(self, entry: Entry) -> str | None:
        """The one version of an entry, also where a constraint decides."""
        return entry.version or self.constraints.get(entry.name or "")


@dataclass(frozen=True, slots=True)
class Pinned:
    """An entry with the version that is installed for it."""

    entry: Entry
    version: str


@dataclass(frozen=True, slots=True)
class Folders:
    """Where files may be read: what lies elsewhere is not the project's to show."""

    root: Path
    more: tuple[str, ...] = ()

    @classmethod
    def of(cls, root: Path, named: list[str]) -> Folders:
        """The root, and folders outside of it that the policy itself names."""
        outside = (os.path.normpath(name) for name in named)
        return cls(
            root,
            tuple(
                os.path.dirname(os.path.realpath(root / name))
                for name in outside
                if os.path.isabs(name) or name.split(os.sep)[0] == ".."
            ),
        )

    def inside(self, name: str) -> bool:
        """Whether a path, links resolved, lies in the project."""
        return self._below(name, os.path.realpath(self.root))

    def _below(self, name: str, folder: str) -> bool:
        real = os.path.realpath(self.root / name)
        return os.path.commonpath([real, folder]) == folder

    def read(self, name: str, limit: int = 20 * regular.MEGABYTE) -> bytes:
        """The bytes of a file. Raises OSError, also for what leads elsewhere."""
        allowed = any(self._below(name, folder) for folder in self.more)
        if not allowed and not self.inside(name):
            raise OSError(0, "it leads out of the project, so it is not read")
        return regular.read(self.root / name, limit)


def exact(specifier: SpecifierSet) -> str | None:
    """The version of `==` (but not `==1.*`) or `===`; None where there is none."""
    for one in specifier:
        if one.operator == "===" or (one.operator == "==" and "*" not in one.version):
            return one.version
    return None


def at(path: str, line: int | None) -> str:
    """A place as people write it."""
    return f"{path}:{line}" if line else path


def unreadable(name: str, error: Exception) -> str:
    """The gap that a file leaves which cannot be read."""
    reason = getattr(error, "strerror", None) or f"{type(error).__name__}"
    return f"{name}: cannot be read ({reason})"


def shown(text: str) -> str:
    """A requirement as a report may show it: without credentials, on one line."""
    plain = _QUERY.sub("?…", _CREDENTIALS.sub("://…@", " ".join(text.split())))
    return plain if len(plain) <= 200 else f"{plain[:199]}…"
