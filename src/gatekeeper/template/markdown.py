"""A pull-request body as GitHub-flavoured Markdown: boxes, sections and code blocks.

A box is a list item that begins with `[ ]`, `[x]` or `[X]` and a space; what looks like
one in a code block or a comment is none. Source: GitHub Flavored Markdown, section 5.3.
Only blocks are parsed: inline markup of hostile text costs time and tells us nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from gatekeeper.template.signature import moot

_BOX = re.compile(r"\[([ xX])\][ \t\n\v\f\r]+(\S.*)", re.DOTALL)
_MARK = re.compile(r"\[[ xX]\](?=[ \t\n\v\f\r])")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKUP = re.compile(r"[*_`~\\]+")
_STRUCK = re.compile(r"~~?(?=\S).*?\S~~?", re.DOTALL)
#: What people write behind a title that has no colon: a signature, or that it is moot.
_SAID = re.compile(r"\s*[-\u2013\u2014(,;.]*\s*(?:@\w|n/a\b|not applicable\b)")
#: What we put behind a box; Markdown shows the text between and not the comments.
VALUE_START, VALUE_END = "<!-- gatekeeper value -->", "<!-- /gatekeeper value -->"
VALUE = re.compile(rf" {VALUE_START}(?:(?!{VALUE_START})[^\r\n])*?{VALUE_END}")
#: They choose how the character before them looks.
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
#: The line ends that markdown-it knows.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `sections` are the headings above it, the nearest last.

    `line` starts at 1, `column` is the offset of `[` in that line. `title` is the text
    behind the box, with its markup but without comments.
    """

    sections: tuple[str, ...]
    title: str
    ticked: bool
    line: int
    column: int
    struck: bool = False

    def is_called(self, title: str) -> bool:
        """Whether this is the box of that title, whatever markup and case it has.

        Behind it may stand a colon, what a person signs, or more lines.
        """
        wanted, text = normal(title), normal(self.title)
        if not text.startswith(wanted):
            return False
        rest = text[len(wanted) :]
        if not rest or rest.lstrip()[0] == ":" or _SAID.match(rest):
            return True
        first, *more = self.title.split("\n", 1)
        return bool(more) and normal(first) == wanted

    def answers(self, title: str, section: str) -> bool:
        """Whether this is the box of that title, below that heading if one is named."""
        return self.is_called(title) and (not section or self.is_below(section))

    def is_below(self, section: str) -> bool:
        """Whether a heading above it begins with that text."""
        wanted = normal(section)
        headings = [h for h in self.sections if "~~" not in h]
        return any(normal(heading).startswith(wanted) for heading in headings)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all that follows it up to the next heading of any level.

    `start` is the line of the heading and `end` the first line that is no longer part
    of it, counted from 0; a rule at the end belongs to no section.
    """

    heading: str
    start: int
    end: int

    def is_called(self, heading: str) -> bool:
        """Whether the heading begins with that text."""
        called = normal(self.heading).startswith(normal(heading))
        return called and "~~" not in self.heading


@dataclass(frozen=True, slots=True)
class Block:
    """A code block: its text, and the line where it begins, counted from 0.

    `first` is the line of its first line of text; a fence has one of its own before.
    """

    text: str
    start: int
    first: int


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body. `lines` keep their line ends; joined they are the text again."""

    lines: tuple[str, ...]
    boxes: tuple[Box, ...]
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]


def parse(text: str) -> Body:
    """Parse a body. Any text is one; without list items it just has no boxes."""
    lines = tuple(line for line in _LINE.findall(text) if line)
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).disable("inline")
    tokens = parser.parse(text)
    return Body(
        lines=lines,
        boxes=tuple(_boxes(tokens, lines)),
        sections=tuple(_sections(tokens, len(lines))),
        blocks=tuple(_blocks(tokens)),
    )


@cache
def normal(text: str) -> str:
    """Text without markup, emoji, case and superfluous space, for comparing."""
    bare = _MARKUP.sub("", _COMMENT.sub("", text))
    if not bare.isascii():
        bare = unicodedata.normalize("NFC", "".join(map(_plain, bare)))
    return " ".join(bare.split()).casefold()


def _plain(letter: str) -> str:
    """A space for an emoji or sign, and nothing for a mark that cannot be seen."""
    if letter.isascii():
        return letter
    category = unicodedata.category(letter)
    if category in ("Cf", "Me") or letter in _SELECTORS:
        return ""
    return " " if category in ("So", "Sk") else letter


def _boxes(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Box]:
    headings: list[tuple[int, str]] = []
    outer: list[list[tuple[int, str]]] = []
    before: list[Token] = []
    for token in tokens:
        # A heading in a quote or an item ends with it.
        if token.type in ("blockquote_open", "list_item_open"):
            outer.append(headings)
        elif token.type in ("blockquote_close", "list_item_close"):
            headings = outer.pop()
        elif token.type == "inline" and before[-1].type == "heading_open":
            level = int(before[-1].tag[1:])
            above = [heading for heading in headings if heading[0] < level]
            headings = [*above, (level, token.content)]
        elif token.type == "inline" and _begins_item(before):
            yield from _box(token, tuple(text for _, text in headings), lines)
        before = [*before[-1:], token]


def _begins_item(before: Sequence[Token]) -> bool:
    return [token.type for token in before[-2:]] == ["list_item_open", "paragraph_open"]


def _box(
    token: Token, sections: tuple[str, ...], lines: Sequence[str]
) -> Iterator[Box]:
    found = _BOX.match(token.content)
    if not found or not token.map:
        return
    line = token.map[0]
    # Before it in its line there are only markers of lists and quotes.
    mark = _MARK.search(lines[line])
    title = _title(found[2])
    if mark and title:
        # What is struck through may say that it does not apply, and then why.
        gone = _STRUCK.search(title)
        begins = gone and gone.start() <= len(title.partition(":")[0])
        struck = begins and not moot(title)
        yield Box(
            sections, title, found[1] != " ", line + 1, mark.start(), bool(struck)
        )


def _title(text: str) -> str:
    """The text behind a box without comments, and without values of ours behind it.

    What stands between our marks is read by everybody, so before the title it is a
    part of it.
    """
    value = VALUE.search(text)
    if value and _COMMENT.sub("", text[: value.start()]).strip():
        text = VALUE.sub("", text)
    return _COMMENT.sub("", text).strip()


def _sections(tokens: Sequence[Token], length: int) -> Iterator[Section]:
    edges: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        if token.map and token.level == 0:
            if token.type == "heading_open":
                edges.append((token.map[0], tokens[index + 1].content))
            elif token.type == "hr":
                edges.append((token.map[0], ""))
    for (line, heading), (end, _) in pairwise([*edges, (length, "")]):
        if heading:
            yield Section(heading, line, end)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    for token in tokens:
        if token.type in ("fence", "code_block") and token.map:
            start = token.map[0]
            yield Block(token.content, start, start + (token.type == "fence"))
