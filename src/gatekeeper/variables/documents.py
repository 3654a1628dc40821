"""The documents of a project, and which variables they explain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.project import regular

#: Where people look for the variables of a service. Manifests of a deployment set
#: values; they do not say what a variable is for.
DEFAULT = (
    *(".env.example", ".env.sample", ".env.template", "README*"),
    *("docs/**/*.md", "docs/**/*.rst", "docs/**/*.txt"),
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNED = re.compile(r"^\s*(?:#\s*)?(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=", re.M)
_LIMIT = 10 * regular.MEGABYTE


@dataclass(frozen=True, slots=True)
class Documents:
    """The words of some documents; `offered` are the variables of `.env` examples."""

    files: tuple[str, ...]
    words: frozenset[str]
    offered: frozenset[str]
    gaps: tuple[str, ...] = ()

    def explain(self, name: str, *, prefix: bool) -> bool:
        """Whether a variable is named, or one that begins so."""
        if not prefix:
            return name in self.words
        return any(word.startswith(name) for word in self.words)


def read(root: Path, patterns: Sequence[str]) -> Documents:
    """The documents that patterns name below a root; the usual ones for none."""
    words: set[str] = set()
    offered: set[str] = set()
    names, gaps = [], []
    for path in dict.fromkeys(_matching(root, patterns or DEFAULT)):
        shown = path.relative_to(root).as_posix()
        try:
            text = regular.read(path, _LIMIT).decode("utf-8", "replace")
        except OSError as error:
            gaps.append(f"{shown}: cannot be read: {error.strerror}")
            continue
        names.append(shown)
        words.update(_WORD.findall(text))
        if path.name.startswith(".env"):
            offered.update(_ASSIGNED.findall(text))
    found = [n for n in patterns if not any(_matching(root, [n]))]
    gaps += [f"no document is named {name}" for name in found]
    return Documents(tuple(names), frozenset(words), frozenset(offered), tuple(gaps))


def _matching(root: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        if not Path(pattern).is_absolute() and ".." not in Path(pattern).parts:
            found = sorted(root.glob(pattern))
            yield from (p for p in found if p.is_file() and _is_inside(root, p))


def _is_inside(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
