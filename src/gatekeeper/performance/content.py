"""From a file to its content, with one clear message for each way to be no content."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gatekeeper.performance.trial import Content, UnreadableError

_MAX_BYTES = 50_000_000
_MAX_DOCUMENTS = 10_000


def load(path: Path) -> Content:
    """Read one file. Raises UnreadableError, with a message that does not name it."""
    return parse(_bytes(path))


def parse(data: bytes) -> Content:
    """The content of a file from its bytes. Raises UnreadableError."""
    text = _text(data)
    if not text.strip():
        raise UnreadableError("is empty; did the measurement end early?")
    if text.lstrip()[0] not in "{[":
        return Content(text)
    try:
        return Content(text, tuple(_documents(text)))
    except RecursionError as error:
        raise UnreadableError("is nested too deeply to be a measurement") from error
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "the file ends in the middle (cut off?)" if cut else error.msg
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"is no valid JSON: {where}: {what}") from error
    except ValueError as error:
        raise UnreadableError("holds a number of absurd length") from error


def _bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableError("is a folder; name the file in it")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("is no regular file")
        if status.st_size > _MAX_BYTES:
            size, limit = status.st_size // 1_000_000, _MAX_BYTES // 1_000_000
            raise UnreadableError(
                f"has {size} MB, and {limit} are the limit; keep the summary of the"
                " load test and not its log"
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from error


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(
            "is UTF-16, as `>` of Windows PowerShell writes; save it as UTF-8"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error


def _documents(text: str) -> Iterator[Any]:
    """One JSON document, or several one after the other, as of repeated runs."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    position = count = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        document, position = decoder.raw_decode(text, position)
        count += 1
        if count > _MAX_DOCUMENTS:
            raise UnreadableError(f"holds more than {_MAX_DOCUMENTS} JSON documents")
        yield document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UnreadableError(f"has {key!r} twice in one object; which one counts?")
        found[key] = value
    return found
