"""What may become of a JSON document: parts of it are missing, or something else."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gatekeeper.performance.content import parse
from gatekeeper.performance.trial import Content, Format, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
_DEEP: Any = json.loads("[" * 500 + "]" * 500)
_HOSTILE: tuple[Any, ...] = (
    *(None, True, "", "x", "http://[", [], [None], {}, {"": None}, -1, 0, 1e-320),
    *(1e300, math.nan, math.inf, 10**400, -(10**400), _DEEP, {"values": _DEEP}),
)


def content(folder: str, name: str) -> Content:
    """A recorded file as readers see it."""
    return parse((RECORDED / folder / name).read_bytes())


def recognised(one: Format) -> set[str]:
    """The recorded files of all programs that a format takes for its own."""
    found = set()
    for path in sorted(RECORDED.rglob("*")):
        if path.is_file() and path.name != "README.md":
            try:
                loaded = parse(path.read_bytes())
            except UnreadableError:
                continue
            if one.recognises(loaded):
                found.add(path.relative_to(RECORDED).as_posix())
    return found


def own(folder: str) -> set[str]:
    """The recorded files of one program."""
    files = (RECORDED / folder).iterdir()
    return {f"{folder}/{path.name}" for path in files if path.name != "README.md"}


def damaged(document: Any) -> Iterator[Any]:
    """The document with each of its parts in turn left out, or something else."""
    for value in _HOSTILE:
        yield value
    if isinstance(document, dict):
        for key, value in document.items():
            rest = {name: other for name, other in document.items() if name != key}
            yield rest
            for instead in damaged(value):
                yield {**rest, key: instead}
    elif isinstance(document, list):
        for index, value in enumerate(document[:3]):
            for instead in damaged(value):
                yield [instead if i == index else v for i, v in enumerate(document)]


def survivors(one: Format, documents: Sequence[Any]) -> Iterator[Trial]:
    """What a format reads of documents that it recognises; nothing if it objects."""
    damage = Content("", tuple(documents))
    if not one.recognises(damage):
        return
    try:
        yield from one.read(damage)
    except UnreadableError as error:
        assert str(error)


def cut(one: Format, text: str) -> Iterator[str]:
    """What is said of a text that ends early, at a hundred places of it."""
    for end in range(1, len(text.rstrip()), max(1, len(text) // 100)):
        try:
            loaded = parse(text[:end].encode())
            if one.recognises(loaded):
                one.read(loaded)
        except UnreadableError as error:
            yield str(error)
