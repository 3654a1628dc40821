"""From a document to a policy: every mistake at once, each with its line."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from gatekeeper.errors import UserError
from gatekeeper.policy import document
from gatekeeper.policy.document import Document, Place
from gatekeeper.policy.schema import GatePolicy, PolicyFile, ToolOptions, Tools
from gatekeeper.tools import ADAPTERS

FILE_NAME = "gates.yaml"
_BUILT_IN = "built-in policy"
_SELECTORS = ("rules", "paths", "severity")


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy, and where it came from. `path` is None for the built-in one."""

    content: PolicyFile
    path: Path | None
    root: Path
    sha256: str


def locate(start: Path) -> Path | None:
    """The nearest gates.yaml from a folder upwards."""
    for folder in (start, *start.parents):
        if (candidate := folder / FILE_NAME).exists():
            return candidate
    return None


def load(config: Path | None, root: Path | None, start: Path) -> Policy:
    """Find, read and check the policy. Raises UserError with every mistake in it."""
    path = config or locate(start)
    if path is None:
        text = files("gatekeeper.policy").joinpath("default.yaml").read_bytes()
        found = document.parse(text, _BUILT_IN)
        base = root or start
    else:
        found = document.read(path, _shown(path, start))
        base = root or path.resolve().parent
    if not base.is_dir():
        raise UserError(f"--root: {base} is not a folder")
    base = base.resolve()
    content = _validate(found)
    mistakes = [*_gate_mistakes(content, found), *_path_mistakes(content, found, base)]
    if mistakes:
        raise UserError(*mistakes)
    return Policy(content, path, base, hashlib.sha256(found.text).hexdigest())


def _shown(path: Path, start: Path) -> str:
    relative = os.path.relpath(path, start)
    return str(path) if relative.startswith("..") else relative


def _validate(found: Document) -> PolicyFile:
    if not isinstance(found.data, dict):
        raise UserError(
            f"{found.name}:1: a policy is a mapping with `version` and `gates`"
        )
    try:
        return PolicyFile.model_validate(found.data)
    except ValidationError as error:
        mistakes = [
            f"{found.name}:{found.line(_written(item['loc'], found))}: {_say(item)}"
            for item in error.errors(include_url=False)
        ]
        raise UserError(*dict.fromkeys(mistakes)) from error


def _written(place: Place, found: Document) -> Place:
    """Drop from pydantic's place what stands for a branch of a union."""
    kept: Place = ()
    for part in place:
        if (*kept, part) in found.lines:
            kept = (*kept, part)
    return kept


def _say(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        key = str(item["loc"][-1])
        return f"unknown key {place}{_suggest(key, _known_keys(item['loc']))}"
    if item["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {item['msg'][0].lower()}{item['msg'][1:]}"


def _known_keys(place: Place) -> list[str]:
    model: type[BaseModel] = PolicyFile
    if place[0] == "gates" and len(place) > 2:
        model = GatePolicy
    elif place[0] == "tools" and len(place) > 1:
        model = Tools
        if len(place) > 2 and str(place[1]) in ADAPTERS:
            model = type(Tools.model_validate({}).options(str(place[1])))
    return [field.alias or name for name, field in model.model_fields.items()]


def _suggest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f" (known: {', '.join(known)})"


def _gate_mistakes(content: PolicyFile, found: Document) -> Iterator[str]:
    for name, gate in content.gates.items():
        for key, text in _one_gate(gate):
            line = found.line(("gates", name, key))
            yield f"{found.name}:{line}: gates.{name}: {text}"


def _one_gate(gate: GatePolicy) -> Iterator[tuple[str, str]]:
    if (gate.tool is None) == (gate.attest is None):
        yield "tool", "needs exactly one of `tool` and `attest`"
    if gate.tool is None:
        return
    adapter = ADAPTERS.get(gate.tool)
    if adapter is None:
        yield "tool", f"no such tool: {gate.tool}{_suggest(gate.tool, list(ADAPTERS))}"
        return
    if gate.min is None and gate.max is None:
        yield "tool", "needs `min` or `max`, else it holds whatever happens"
    elif gate.min is not None and gate.max is not None and gate.min > gate.max:
        yield "min", f"`min` {gate.min:g} is above `max` {gate.max:g}"
    if gate.metric is not None and gate.metric not in adapter.metrics:
        known = list(adapter.metrics)
        yield "metric", f"no such metric: {gate.metric}{_suggest(gate.metric, known)}"
    for key in _SELECTORS:
        if getattr(gate, key) and key not in adapter.selectors:
            yield key, f"{gate.tool} has no `{key}` to select by"


def _path_mistakes(content: PolicyFile, found: Document, root: Path) -> Iterator[str]:
    for place, path, may_be_outside in _paths(content):
        where = f"{found.name}:{found.line(place)}"
        full = root / path
        if not os.path.lexists(full):
            yield f"{where}: {path} does not exist{_near(full)}"
        elif not may_be_outside and not full.resolve().is_relative_to(root):
            if not os.path.abspath(full).startswith(f"{root}{os.sep}"):
                yield f"{where}: {path} lies outside the root {root}"


def _near(path: Path) -> str:
    try:
        names = os.listdir(path.parent)
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _paths(content: PolicyFile) -> Iterator[tuple[Place, str, bool]]:
    for key in ("source", "tests"):
        for index, path in enumerate(getattr(content, key) or ()):
            yield (key, index), path, False
    for tool in ADAPTERS:
        options = content.tools.options(tool)
        for index, path in enumerate(options.paths or ()):
            yield ("tools", tool, "paths", index), path, False
        yield from _option_paths(tool, options)
    if content.python != "auto":
        yield ("python",), content.python, True


def _option_paths(tool: str, options: ToolOptions) -> Iterator[tuple[Place, str, bool]]:
    for index, path in enumerate(getattr(options, "requirements", ())):
        yield ("tools", tool, "requirements", index), path, True
    for key, nothing in (("config", None), ("database", "online")):
        path = getattr(options, key, None)
        if path is not None and path != nothing:
            yield ("tools", tool, key), path, True
