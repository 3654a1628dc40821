"""YAML as a person writes it: entries, lists and comments, every scalar safe."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

import yaml

Value = bool | int | float | str | Sequence[str] | Mapping[str, Sequence[str]]

WIDTH = 88
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./*-]*\Z")
_POLICY_TEXT = 500


def scalar(text: str) -> str:
    """Text that YAML reads back as the same text: plain where safe, else quoted."""
    if _PLAIN.match(text) and yaml.safe_load(text) == text:
        return text
    return f'"{_escaped(text, quotes=True)}"'


def sayable(text: str) -> bool:
    """Whether gates.yaml can hold a name; one that is no UTF-8 or endless it cannot."""
    surrogate = any("\ud800" <= character <= "\udfff" for character in text)
    return 0 < len(text) <= _POLICY_TEXT and "\0" not in text and not surrogate


def shown(text: str, limit: int = 200) -> str:
    """Text from the repository that cannot leave its line, cut at `limit`."""
    flat = _escaped(" ".join(text[: limit * 4].split()))
    return flat if len(flat) <= limit else f"{flat[: limit - 3]}..."


def _escaped(text: str, *, quotes: bool = False) -> str:
    return "".join(_character(c, quotes=quotes) for c in text)


def _character(character: str, *, quotes: bool) -> str:
    if quotes and character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def flow(values: Sequence[str]) -> str:
    """A list on one line."""
    return f"[{', '.join(map(scalar, values))}]"


def comment(text: str, indent: int = 0) -> list[str]:
    """A comment, wrapped; lines of `text` start new ones."""
    start = " " * indent + "# "
    return [
        line
        for part in text.split("\n")
        for line in textwrap.wrap(
            _escaped(part),
            WIDTH,
            initial_indent=start,
            subsequent_indent=start,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def entry(key: str, value: Value, indent: int = 0, remark: str = "") -> list[str]:
    """One key with its value; the remark stands behind it, or above if it is long."""
    lines = list(_entry(key, value, indent))
    if not remark:
        return lines
    behind = f"{lines[0]}  # {_escaped(remark)}"
    if len(behind) <= WIDTH:
        return [behind, *lines[1:]]
    return [*comment(remark, indent), *lines]


def _entry(key: str, value: Value, indent: int) -> Iterator[str]:
    start = f"{' ' * indent}{scalar(key)}:"
    if isinstance(value, Mapping):
        yield start
        for name, items in value.items():
            yield from _entry(name, items, indent + 2)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        line = f"{start} {flow(value)}"
        if len(line) <= WIDTH:
            yield line
            return
        yield start
        yield from (f"{' ' * indent}  - {scalar(item)}" for item in value)
    else:
        yield f"{start} {_single(value)}"


def _single(value: bool | int | float | str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return scalar(value)
    return str(int(value)) if value == int(value) else repr(value)
