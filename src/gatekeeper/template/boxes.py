"""The boxes of a pull-request body, as GitHub-flavoured Markdown has them.

A box is a list item that begins with `[ ]`, `[x]` or `[X]`; what looks like one in a
code block or a comment is none. Source: GitHub Flavored Markdown, section 5.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BOX = re.compile(r"\[([ xX])\]\s+(.*)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKUP = re.compile(r"[*_`~]+")


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `section` is the heading above it, `line` starts at 1."""

    section: str
    title: str
    ticked: bool
    line: int

    def answers(self, title: str) -> bool:
        """Whether this is the box of that title, whatever markup and case it has."""
        wanted, text = _normal(title), _normal(self.title)
        return text == wanted or text.startswith((f"{wanted}:", f"{wanted} :"))


def boxes(body: str) -> tuple[Box, ...]:
    """Every box of a body, top to bottom."""
    tokens = MarkdownIt("commonmark").enable("strikethrough").parse(body)
    return tuple(_boxes(tokens))


def find(body: str, title: str) -> Box | None:
    """The first box of a title, or None."""
    return next((box for box in boxes(body) if box.answers(title)), None)


def _boxes(tokens: list[Token]) -> Iterator[Box]:
    section = ""
    before = ["", "", ""]
    for token in tokens:
        if token.type == "inline":
            text = _COMMENT.sub("", token.content)
            if before[-1] == "heading_open":
                section = _normal(text)
            elif before[-2:] == ["list_item_open", "paragraph_open"]:
                found = _BOX.match(text)
                if found and token.map:
                    ticked = found[1] != " "
                    yield Box(section, found[2], ticked, token.map[0] + 1)
        before = [*before[1:], token.type]


def _normal(text: str) -> str:
    return " ".join(_MARKUP.sub("", text).split()).casefold()
