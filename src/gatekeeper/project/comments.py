"""Inline opt-outs in Python source: which line switches which rule of which tool off.

An opt-out that names its rule is honoured and counted; a bare one is a finding. Only
files in which a marker occurs at all are tokenized.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

_MARKERS = re.compile(
    rb"noqa|type:\s*ignore|mypy:|nosec|no_type_check|pragma:\s*no", re.IGNORECASE
)
#: flake8's own pattern (flake8.defaults.NOQA_INLINE_REGEXP, 7.5.0).
_NOQA = re.compile(
    r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE
)
_NOQA_FILE = re.compile(
    r"#\s*flake8[:=]\s*noqa(?P<codes>:\s?(?P<list>[A-Z0-9,\s]+))?\s*$", re.I
)
_FLAKE8_CODE = re.compile(r"[A-Z]+[0-9]+", re.IGNORECASE)
_TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\w)\s*(?P<codes>\[[^\]]*\])?")
_MYPY_INLINE = re.compile(r"#\s*mypy:\s*(?P<options>.*)")
_NOSEC = re.compile(r"#\s*nosec:?\s*(?P<tests>[^#]+)?#?")
#: A test's id, or its name as in `assert_used`.
_NOSEC_RULE = re.compile(r"\b(B\d{3}|[a-z0-9]+(?:_[a-z0-9]+)+)\b")
_MYPY_DISABLED = re.compile(r"disable[-_]error[-_]code\s*=\s*(\"[^\"]*\"|[\w-]+)")
_NO = ("false", "no", "0", "off")
_MYPY_STRICTER = re.compile(r"\s*(disallow|warn|strict|check|enable|extra|no.implicit)")


@dataclass(frozen=True, slots=True)
class OptOut:
    """One opt-out. `rules` is empty for a bare one. `lines` are those it applies to."""

    kind: str
    line: int
    column: int
    rules: frozenset[str]
    lines: range

    @property
    def bare(self) -> bool:
        """Whether it names no rule and so hides everything."""
        return not self.rules


@dataclass(frozen=True, slots=True)
class Source:
    """What the bytes of one file say. `problem`: why Python could not import them."""

    problem: str | None
    opt_outs: tuple[OptOut, ...]


def examine(data: bytes) -> Source:
    """Look at the bytes of one file as Python itself would read them (PEP 263)."""
    problem = _decoding_problem(data)
    if problem or not _MARKERS.search(data):
        return Source(problem, ())
    try:
        tokens = tokenize.tokenize(io.BytesIO(data).readline)
        return Source(None, tuple(_opt_outs(tokens)))
    except (SyntaxError, tokenize.TokenError):
        return Source(None, ())  # the tools themselves report what does not parse


def _decoding_problem(data: bytes) -> str | None:
    if data.isascii() and b"coding" not in data[:400]:
        return None
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        data.decode(encoding)
    except (SyntaxError, UnicodeError, LookupError) as error:
        return str(error)
    return None


def _opt_outs(tokens: Iterator[tokenize.TokenInfo]) -> Iterator[OptOut]:
    logical: list[tokenize.TokenInfo] = []
    code_seen = False
    for token in tokens:
        logical.append(token)
        if token.type == tokenize.ENCODING:
            logical = []
        if token.type not in (tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER):
            continue
        first = min(t.start[0] for t in logical)
        last = max(t.end[0] for t in logical)
        for comment in (t for t in logical if t.type == tokenize.COMMENT):
            yield from _in_comment(comment, range(first, last + 1), code_seen)
        yield from map(_no_type_check, filter(_is_no_type_check, logical))
        code_seen = code_seen or token.type == tokenize.NEWLINE
        logical = []


def _in_comment(
    token: tokenize.TokenInfo, lines: range, code_seen: bool
) -> Iterator[OptOut]:
    line, column, text = token.start[0], token.start[1] + 1, token.string
    if found := _NOQA_FILE.search(text):
        yield OptOut("flake8: noqa", line, column, _codes(found["list"]), range(0))
    elif found := _NOQA.search(text):
        yield OptOut("noqa", line, column, _codes(found["codes"]), lines)
    if found := _TYPE_IGNORE.match(text):
        names = (found["codes"] or "").strip("[]").split(",")
        rules = frozenset(name.strip() for name in names if name.strip())
        whole_file = (
            not rules and not code_seen and not token.line[: column - 1].strip()
        )
        kind = "type: ignore (whole file)" if whole_file else "type: ignore"
        yield OptOut(kind, line, column, rules, lines)
    if found := _MYPY_INLINE.match(text):
        codes = _mypy_rules(found["options"])
        if codes is not None:
            yield OptOut("mypy:", line, column, codes, range(0))
    if found := _NOSEC.search(text):
        rules = frozenset(_NOSEC_RULE.findall(found["tests"] or ""))
        yield OptOut("nosec", line, column, rules, lines)


def _codes(text: str | None) -> frozenset[str]:
    return frozenset(code.upper() for code in _FLAKE8_CODE.findall(text or ""))


def _is_no_type_check(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.NAME and token.string == "no_type_check"


def _no_type_check(token: tokenize.TokenInfo) -> OptOut:
    line, column = token.start[0], token.start[1] + 1
    return OptOut("no_type_check", line, column, frozenset(), range(0))


def _mypy_rules(options: str) -> frozenset[str] | None:
    """Error codes that an inline configuration switches off.

    Empty where it loosens in a way that names no code, None where it only tightens.
    """
    named = _MYPY_DISABLED.findall(options)
    codes = {code for text in named for code in re.findall(r"[\w-]+", text)}
    for part in _MYPY_DISABLED.sub("", options).split(","):
        name, _, value = part.partition("=")
        # A strict setting tightens unless it is off, any other one if it is off.
        off = value.strip().lower() in _NO
        if name.strip() and bool(_MYPY_STRICTER.match(name)) == off:
            return frozenset()
    return frozenset(codes) if codes else None
