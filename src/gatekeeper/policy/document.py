"""Reads YAML as data plus the line of every entry, and refuses what is not sane."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gatekeeper.errors import UserError

_MAX_BYTES = 1_000_000
_MAX_NODES = 20_000
_MAX_DEPTH = 50
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Parsed YAML. `lines` maps the place of each entry to its line, from 1."""

    name: str
    data: Any
    lines: dict[Place, int]
    text: bytes

    def line(self, place: Place) -> int:
        """The line of an entry, or of the closest one above it that is written down."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return 1


def read(path: Path, name: str) -> Document:
    """Read one file; `name` is what messages call it. Raises UserError."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UserError(f"{name}: not a regular file")
        if status.st_size > _MAX_BYTES:
            raise UserError(f"{name}: larger than 1 MB, that is no policy")
        text = path.read_bytes()
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from error
    return parse(text, name)


def parse(text: bytes, name: str) -> Document:
    """Parse YAML 1.1 as PyYAML's safe loader does, with limits. Raises UserError."""
    try:
        loader = yaml.SafeLoader(text.decode("utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            raise UserError(f"{name}: the file is empty; `gatekeeper init` writes one")
        lines: dict[Place, int] = {}
        for count, (place, line) in enumerate(_walk(node, (), name)):
            if count > _MAX_NODES:
                raise UserError(f"{name}: more than {_MAX_NODES} entries")
            lines[place] = line
        return Document(name, loader.construct_document(node), lines, text)
    except UnicodeDecodeError as error:
        raise UserError(f"{name}: not UTF-8 ({error.reason})") from error
    except RecursionError as error:
        raise UserError(f"{name}: nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise UserError(f"{where}: no valid YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(f"{name}: no valid YAML: {error}") from error


def _walk(node: yaml.Node, place: Place, name: str) -> Iterator[tuple[Place, int]]:
    line = node.start_mark.line + 1
    if len(place) > _MAX_DEPTH:
        raise UserError(f"{name}:{line}: nested too deeply")
    yield place, line
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _walk(child, (*place, index), name)
    elif isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, child in node.value:
            text, at = str(key.value), key.start_mark.line + 1
            if text in seen:
                first = seen[text]
                raise UserError(
                    f"{name}:{at}: {text} stands twice, first at line {first}"
                )
            seen[text] = at
            yield from _walk(child, (*place, text), name)
            yield (*place, text), at
