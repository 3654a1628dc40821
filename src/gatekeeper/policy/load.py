"""From a document to a policy: every mistake at once, each with its line."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from gatekeeper.errors import UserError
from gatekeeper.policy import document
from gatekeeper.policy.document import Document, Place
from gatekeeper.policy.extends import extended
from gatekeeper.policy.gate_mistakes import suggest
from gatekeeper.policy.locate import locate
from gatekeeper.policy.mistakes import mistakes
from gatekeeper.policy.options import Tools
from gatekeeper.policy.schema import GatePolicy, PolicyFile
from gatekeeper.tools import ADAPTERS

_BUILT_IN = "built-in policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy, and where it came from. `path` is None for the built-in one."""

    content: PolicyFile
    path: Path | None
    root: Path
    sha256: str


def load(config: Path | None, root: Path | None, start: Path) -> Policy:
    """Find, read and check the policy. Raises UserError with every mistake in it."""
    path = config or locate(start, root)
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
    found = extended(found)
    content = _validate(found)
    if found_wrong := list(mistakes(content, found, base)):
        raise UserError(*found_wrong)
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
        with _without_plugins():
            return PolicyFile.model_validate(found.data)
    except ValidationError as error:
        mistakes = [
            f"{found.name}:{found.line(_written(item['loc'], found))}: {_say(item)}"
            for item in error.errors(include_url=False)
        ]
        raise UserError(*dict.fromkeys(mistakes)) from error


@contextmanager
def _without_plugins() -> Iterator[None]:
    """Have pydantic build our models without a look for plugins.

    It would look through all that is installed, and nothing there may bend a policy.
    """
    name = "PYDANTIC_DISABLE_PLUGINS"
    given = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]
        if given is not None:
            os.environ[name] = given


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
        return f"unknown key {place}{suggest(key, _known_keys(item['loc']))}"
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
            model = type(Tools.model_construct().options(str(place[1])))
    return [field.alias or name for name, field in model.model_fields.items()]
