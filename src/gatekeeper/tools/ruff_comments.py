"""Comments that switch ruff off: which rules they name, and what they hide.

Seen with 0.17.6: `--ignore-noqa` sets aside `noqa` and every `ruff:` comment, but not
the comments of isort, for which there is no option. What those hide is found in a copy
of the file in which they are struck out.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.project import regular

NOQA = "noqa"
FILE_NOQA = "ruff: noqa"
ISORT = "isort"
ISORT_LINE = "isort: skip"
_RULES = "rules"

_MARKERS = re.compile(rb"noqa|ruff\s*:|isort\s*:", re.IGNORECASE)
_NOQA = re.compile(r"#\s*(?P<file>(?:ruff|flake8)\s*:\s*)?[nN][oO][qQ][aA]")
_CODES = re.compile(r"\s*:[\s,]*(?P<codes>(?:[A-Z]+[0-9]+[\s,]*)+)")
_BLANKET = re.compile(r"\s*$|#|\s+[^\s:]")
_CODE = re.compile(r"[A-Z]+[0-9]+")
_NAMED = re.compile(r"#\s*ruff\s*:\s*(?:(?:file-)?ignore|disable)\s*\[([^\]]*)\]")
_SORTING_OFF = re.compile(r"# (?:ruff: )?isort:(?: ?skip_file| off)\s*")
_SORTING_LINE = re.compile(r"isort: ?skip|# (?:ruff: )?isort: split\s*$")
_STRIKE = re.compile(rb"(?<=isort:)[ \t]*(?:skip_file|off)")
_NO_CODE = {
    *(tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


@dataclass(frozen=True, slots=True)
class OptOut:
    """One comment. `rules` are codes and names; `bare` is one that hides whatever is
    there. `lines` are those of the statement that it belongs to.
    """

    kind: str
    line: int
    column: int
    lines: range
    rules: frozenset[str] = frozenset()
    bare: bool = False
    text: str = ""

    def blankets(self, *lines: int | None) -> bool:
        """Whether it hides everything, also on one of these lines."""
        if not self.bare or self.kind == ISORT:
            return False
        return self.kind == FILE_NOQA or any(line in self.lines for line in lines)


def marked(root: Path, files: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Files that may hold any such comment, and those that may switch sorting off."""
    any_kind, sorting = [], []
    for name in files:
        data = _bytes(root / name)
        if _MARKERS.search(data):
            any_kind.append(name)
        if _STRIKE.search(data):
            sorting.append(name)
    return tuple(any_kind), tuple(sorting)


def copy(root: Path, files: Iterable[str], target: Path) -> tuple[str, ...]:
    """Copies of files in which sorting cannot be switched off, every byte in its place.

    Names that would lead out of `target` are left out.
    """
    target.mkdir(exist_ok=True)
    made = [name for name in files if not name.startswith(("/", ".."))]
    for name in made:
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_STRIKE.sub(_struck, _bytes(root / name)))
        for folder in Path(name).parents:
            # What is first-party depends on where the package begins.
            if (root / folder / "__init__.py").is_file():
                (target / folder / "__init__.py").touch()
    return tuple(made)


def opt_outs(root: Path, name: str) -> tuple[OptOut, ...]:
    """The comments of one file; nothing where it is no UTF-8 and ruff says so."""
    try:
        text = _bytes(root / name).decode("utf-8-sig")
    except UnicodeDecodeError:
        return ()
    return tuple(
        opt_out
        for line, column, comment, lines in _comments(text)
        for opt_out in _in_comment(line, column, comment, lines)
    )


def _struck(match: re.Match[bytes]) -> bytes:
    return b"x" * len(match[0])


def _bytes(path: Path) -> bytes:
    try:
        return regular.read(path)
    except OSError:
        return b""  # ruff cannot read it either, and says so


def _in_comment(line: int, column: int, comment: str, lines: range) -> Iterator[OptOut]:
    for found in _NOQA.finditer(comment):
        codes = _CODES.match(comment, found.end())
        kind = FILE_NOQA if found["file"] else NOQA
        rules = frozenset(_CODE.findall(codes["codes"]) if codes else ())
        bare = not rules and _BLANKET.match(comment, found.end()) is not None
        yield OptOut(kind, line, column, lines, rules, bare, found[0])
    for names in _NAMED.findall(comment):
        rules = frozenset(name.strip() for name in names.split(","))
        yield OptOut(_RULES, line, column, lines, rules)
    if _SORTING_OFF.fullmatch(comment):
        yield OptOut(ISORT, line, column, lines, bare=True, text=comment.rstrip())
    elif _SORTING_LINE.search(comment):
        yield OptOut(ISORT_LINE, line, column, lines, frozenset({"I001"}))


def _comments(text: str) -> list[tuple[int, int, str, range]]:
    try:
        return list(_tokenized(text))
    except (SyntaxError, tokenize.TokenError):
        # Newer syntax than that of our own interpreter: anything may be a comment.
        return list(_anything(text))


def _anything(text: str) -> Iterator[tuple[int, int, str, range]]:
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        start = line.find("#")
        if start >= 0:
            yield number, start + 1, line[start:], range(number, number + 1)


def _tokenized(text: str) -> Iterator[tuple[int, int, str, range]]:
    """Every comment, with the lines of the statement that it stands in or after."""
    comments: list[tokenize.TokenInfo] = []
    first: int | None = None
    for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
        if token.type == tokenize.COMMENT:
            comments.append(token)
        elif token.type not in _NO_CODE:
            first = first or token.start[0]
        elif token.type != tokenize.NL or first is None:
            for comment in comments:
                line, column = comment.start
                lines = range(min(first or line, line), token.end[0] + 1)
                yield line, column + 1, comment.string, lines
            comments, first = [], None
