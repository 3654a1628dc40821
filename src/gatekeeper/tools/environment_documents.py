"""The documents of a project, and which variables stand in them."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.project import regular
from gatekeeper.tools.environment_noted import Variable
from gatekeeper.tools.environment_texts import UNKNOWN

#: Where people look for the variables of a service. Manifests of a deployment set
#: values; they do not say what a variable is for.
DEFAULT = (
    ".env.example",
    ".env.sample",
    ".env.template",
    "README*",
    "docs/**/*.md",
    "docs/**/*.rst",
    "docs/**/*.txt",
)
_EXAMPLES = (".env.example", ".env.sample", ".env.template")
_LIMIT = 10 * regular.MEGABYTE
_WORD = re.compile(r"[A-Za-z0-9_]+")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE)
#: How documents write "all that begin with this": APP_*, APP_<NAME>, APP_..., APP_{X}
_REST = r"(?:\\?\*|<|\{|\[|\.\.\.|…)"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(slots=True)
class Documents:
    """The words of some documents. `assigned` is what the examples of a `.env` set."""

    files: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    _words: set[str] = field(default_factory=set)
    _texts: list[str] = field(default_factory=list)

    def add(self, name: str, text: str) -> None:
        """Add one document."""
        self.files.append(name)
        self._texts.append(text)
        self._words.update(_WORD.findall(text))
        if os.path.basename(name) in _EXAMPLES:
            for found in _ASSIGNED.finditer(text):
                line = text.count("\n", 0, found.start(1)) + 1
                self.assigned.setdefault(found[1], f"{name}:{line}")

    def tell(self, variable: Variable) -> bool:
        """Whether any of the names of a variable stands in a document."""
        return any(self._tell(name) for name in variable.names)

    def _tell(self, name: str) -> bool:
        if UNKNOWN in name:
            start = re.escape(name.partition(UNKNOWN)[0])
            whole = re.compile(name_pattern(name))
            return any(map(whole.fullmatch, self._words)) or self._hold(start + _REST)
        if _WORD.fullmatch(name):
            return name in self._words
        return self._hold(rf"{re.escape(name)}(?!\w)")

    def _hold(self, pattern: str) -> bool:
        found = re.compile(rf"(?<!\w){pattern}")
        return any(map(found.search, self._texts))


def name_pattern(name: str) -> str:
    """A pattern that fits every variable that a name with unknown parts may mean."""
    return r"\w+".join(map(re.escape, name.split(UNKNOWN)))


def read(root: Path, wanted: Sequence[str] | None) -> Documents:
    """The documents that the policy names, else those of custom."""
    documents = Documents()
    for pattern in wanted or DEFAULT:
        if not _is_inside(root, _fixed(pattern)) and not _is_outside(pattern):
            message = (
                f"{pattern}: the folder leads out of the project, so it is not read"
            )
            (documents.gaps if wanted else documents.notes).append(message)
            continue
        names = _matching(root, pattern)
        if not names and wanted:
            documents.gaps.append(f"there is no document {pattern}")
        for name in names:
            if name not in documents.files:
                _read_one(root, name, documents, named=bool(wanted))
    return documents


def _matching(root: Path, pattern: str) -> list[str]:
    """The file of that name, else those that fit it as a pattern, sorted."""
    if os.path.lexists(root / pattern):
        return [pattern]
    try:
        found = [path for path in root.glob(pattern) if not path.is_dir()]
    except (ValueError, NotImplementedError):
        return []
    return sorted(path.relative_to(root).as_posix() for path in found)


def _read_one(root: Path, name: str, documents: Documents, *, named: bool) -> None:
    """Add a document. One that cannot be read documents nothing."""
    try:
        if not _is_inside(root, name) and not (named and _is_outside(name)):
            raise OSError(0, "it leads out of the project")
        documents.add(name, _decoded(regular.read(root / name, _LIMIT)))
    except OSError as error:
        problem = f"{name} does not count as documentation: {error.strerror}"
        (documents.gaps if named else documents.notes).append(problem)


def _is_inside(root: Path, name: str) -> bool:
    """Whether a path, links resolved, lies in the project."""
    real = os.path.realpath(root)
    return os.path.commonpath([real, os.path.realpath(root / name)]) == real


def _is_outside(name: str) -> bool:
    """Whether a path says in so many words that it leads out of the project."""
    return os.path.isabs(name) or os.path.normpath(name).split(os.sep)[0] == ".."


def _fixed(pattern: str) -> str:
    """The folders of a pattern before its first wildcard."""
    return os.path.dirname(re.split(r"[*?\[]", pattern)[0])


def _decoded(data: bytes) -> str:
    """The text of a document; what is no text holds no names either."""
    coding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    return data.decode(coding, "replace")


def unused(documents: Documents, variables: Iterable[Variable]) -> list[str]:
    """What an example of a `.env` sets and no code reads, with the place."""
    known = {name.upper() for one in variables for name in one.names}
    patterns = [re.compile(name_pattern(name)) for name in known if UNKNOWN in name]
    return [
        f"{place}: {name} is read nowhere in the code"
        for name, place in documents.assigned.items()
        if name.upper() not in known
        and not any(pattern.fullmatch(name.upper()) for pattern in patterns)
    ]
