"""The configuration files of a repository, read once, and what does not parse."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gatekeeper.project import settings

_NAMES = (
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    ".flake8",
    "mypy.ini",
    ".mypy.ini",
    ".bandit",
    ".coveragerc",
    ".coveragerc.toml",
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
)
_YAML_NAMES = ("bandit.yaml", "bandit.yml", ".bandit.yaml", ".bandit.yml")


@dataclass(frozen=True, slots=True)
class Documents:
    """Parsed files by name. `problems` has a line for each that is there in vain."""

    parsed: Mapping[str, Mapping[str, Any]]
    problems: tuple[str, ...] = ()

    def section(self, name: str, dotted: str) -> Mapping[str, Any]:
        """A table or section of a file; empty where there is none."""
        return settings.table(self.parsed.get(name, {}), dotted)

    def first(
        self, places: Sequence[tuple[str, str]]
    ) -> tuple[str, Mapping[str, Any]] | None:
        """The first of some (file, section) pairs that says anything."""
        for name, dotted in places:
            if found := self.section(name, dotted):
                return name, found
        return None


def read(root: Path) -> Documents:
    """Read what tools may be configured by. A broken file is a problem, no error."""
    parsed: dict[str, Mapping[str, Any]] = {}
    problems = []
    for name in (*_NAMES, *_YAML_NAMES):
        path = root / name
        if not path.is_file():
            continue
        try:
            parsed[name] = _load(path)
        except settings.SettingsError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{name} cannot be read: {error.strerror}")
        except (yaml.YAMLError, UnicodeError, RecursionError) as error:
            problems.append(f"{name} does not parse: {' '.join(str(error).split())}")
    return Documents(parsed, tuple(problems))


def _load(path: Path) -> Mapping[str, Any]:
    if path.name in _YAML_NAMES:
        return _yaml(path)
    try:
        return settings.load(path)
    except settings.SettingsError:
        # Both kinds of configuration that bandit knows are kept under this name.
        if path.name == ".bandit" and (found := _yaml(path)):
            return {"bandit": found}
        raise


def _yaml(path: Path) -> Mapping[str, Any]:
    found = yaml.safe_load(path.read_text("utf-8"))
    return found if isinstance(found, Mapping) else {}


def words(value: object) -> list[str]:
    """A list of words, also where it is written as text with commas or on lines."""
    if isinstance(value, str):
        return [word for word in re.split(r"[\s,]+", value) if word]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str) and item]
    return []


def flag(value: object) -> bool:
    """A yes, also as the text of an INI file."""
    return value is True or (
        isinstance(value, str) and value.strip().lower() in ("1", "true", "yes", "on")
    )


def number(value: object) -> float | None:
    """A number, also as the text of an INI file; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def assignments(section: Mapping[str, Any], keys: Sequence[str]) -> Iterator[str]:
    """`key = value` for those of the keys that a section holds."""
    for key in keys:
        if key in section:
            value = section[key]
            listed = isinstance(value, list)
            text = ", ".join(map(str, value)) if listed else str(value)
            yield f"{key} = {' '.join(text.split())}"
