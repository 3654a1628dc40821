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

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BOX = re.compile(r"\[([ xX])\]\s+(\S.*)", re.DOTALL)
_MARK = re.compile(r"\[[ xX]\](?=\s)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MARKUP = re.compile(r"[*_`~\\]+")
_STRUCK = re.compile(r"\A\s*~~.*~~[\s.:]*\Z", re.DOTALL)
#: What we put behind a box; Markdown shows the text between and not the comments.
VALUE_START, VALUE_END = "<!-- gatekeeper value -->", "<!-- /gatekeeper value -->"
VALUE = re.compile(rf" {VALUE_START}[^\r\n]*?{VALUE_END}")
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
        """Whether this is the box of that title, whatever markup and case it has."""
        wanted, text = normal(title), normal(self.title)
        return text == wanted or text.startswith((f"{wanted}:", f"{wanted} :"))

    def is_below(self, section: str) -> bool:
        """Whether a heading above it begins with that text."""
        wanted = normal(section)
        return any(normal(heading).startswith(wanted) for heading in self.sections)


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
        return normal(self.heading).startswith(normal(heading))


@dataclass(frozen=True, slots=True)
class Block:
    """A code block: its text and its lines, counted from 0, the last one excluded."""

    text: str
    start: int
    end: int


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


def normal(text: str) -> str:
    """Text without markup, emoji, case and superfluous space, for comparing."""
    bare = _MARKUP.sub("", _COMMENT.sub("", text))
    plain = "".join(" " if _is_ornament(letter) else letter for letter in bare)
    return " ".join(plain.split()).casefold()


def _is_ornament(letter: str) -> bool:
    """Whether a character is an emoji or a mark that cannot be seen."""
    return ord(letter) > 127 and unicodedata.category(letter) in (
        "So",
        "Sk",
        "Cf",
        "Mn",
    )


def _boxes(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Box]:
    headings: list[tuple[int, str]] = []
    before: list[Token] = []
    for token in tokens:
        if token.type == "inline" and before[-1].type == "heading_open":
            level = int(before[-1].tag[1:])
            headings = [(above, text) for above, text in headings if above < level]
            headings.append((level, token.content))
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
    title = _COMMENT.sub("", VALUE.sub("", found[2])).strip()
    if mark and title:
        struck = _STRUCK.match(title) is not None
        yield Box(sections, title, found[1] != " ", line + 1, mark.start(), struck)


def _sections(tokens: Sequence[Token], length: int) -> Iterator[Section]:
    edges: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        if token.map and token.level == 0:
            if token.type == "heading_open":
                edges.append((token.map[0], tokens[index + 1].content))
            elif token.type == "hr":
                edges.append((token.map[0], ""))
    ends = [line for line, _ in edges[1:]] + [length]
    for (line, heading), end in zip(edges, ends, strict=True):
        if heading:
            yield Section(heading, line, end)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    for token in tokens:
        if token.type in ("fence", "code_block") and token.map:
            yield Block(token.content, token.map[0], token.map[1])
