"""Text from tools is hostile: file names and messages may hold anything."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a kept report is delivered without it
    from gatekeeper.model import Finding

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


#: What GitHub's runner takes for a command: one at the start of a line, one anywhere.
_COMMAND = re.compile(r"(?:^|(?<=\s))(?=::)|(?<=##)(?=\[)")


def without_surrogates(text: str) -> str:
    """Bytes that were no UTF-8, shown as escapes, so that the text can be encoded."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def one_line(text: str, limit: int = 300) -> str:
    """Text that can neither steer a terminal nor leave its line, cut at `limit`."""
    return _cut(_harmless(_flat(text, limit)), limit)


def literal(text: str, limit: int = 300) -> str:
    """`one_line` for formats that mark where a text ends, so that it may say all."""
    return _cut(visible(_flat(text, limit)), limit)


def verbatim(line: str, limit: int) -> str:
    """A line with its spaces as they are, and otherwise as harmless as `one_line`."""
    return _cut(_harmless(line.expandtabs().rstrip()[: limit * 4]), limit)


def _flat(text: str, limit: int) -> str:
    return " ".join(text[: limit * 4].split())


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"


def _harmless(text: str) -> str:
    return _COMMAND.sub(r"\\", visible(text))


def visible(text: str) -> str:
    """Text with names in the place of what would steer a terminal."""
    return _CONTROL.sub(_escape, without_surrogates(text))


def _escape(match: re.Match[str]) -> str:
    return (
        f"\\x{ord(match[0]):02x}" if ord(match[0]) < 256 else unicodedata.name(match[0])
    )


def place(finding: Finding) -> str:
    """Where a finding stands, as `path:line:column`, as much of it as is known."""
    if finding.path is None:
        return ""
    path = _harmless(finding.path.replace("\n", "\\n").replace("\t", "\\t"))
    numbers = [str(n) for n in (finding.line, finding.column) if n is not None]
    return ":".join([path, *numbers])
