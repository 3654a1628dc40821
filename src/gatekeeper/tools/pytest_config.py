"""What the project's own pytest settings contribute to a run.

`addopts` does not count, with the exception of options that decide how tests are
imported or that add tests and strictness; none of them can leave anything out.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gatekeeper.project import settings

#: In pytest's own order of precedence.
_PLACES = (
    ("pytest.toml", "pytest"),
    (".pytest.toml", "pytest"),
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", "tool.pytest"),
    ("pyproject.toml", "tool.pytest.ini_options"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
_KEPT = (
    "--import-mode",
    "--doctest-modules",
    "--doctest-glob",
    "--strict-markers",
    "--strict-config",
    "--strict",
)


def pytest_options(root: Path, options: Any) -> tuple[str, ...]:
    """The options of a run as the policy and the project's settings have them."""
    return (
        *("-o", "addopts=", *carried_over(root)),
        *(["-m", options.markers] if options.markers else []),
        *(["-n", str(options.workers)] if options.workers else []),
        *(f"--ignore={pattern}" for pattern in options.exclude),
        *options.args,
    )


def chooses(options: Any) -> bool:
    """Whether the policy itself selects among the tests."""
    words = ("-k", "--keyword", "--deselect", "-m")
    return bool(options.markers) or any(arg.startswith(words) for arg in options.args)


def carried_over(root: Path) -> tuple[str, ...]:
    """The options of `addopts` that are kept, in their order."""
    return tuple(_kept(_addopts(root)))


def _addopts(root: Path) -> list[str]:
    for name, table in _PLACES:
        try:
            found: Any = settings.table(settings.load(root / name), table)
        except (OSError, settings.SettingsError):
            continue
        if "addopts" in found:
            value = found["addopts"]
            return list(map(str, value)) if isinstance(value, list) else _split(value)
    return []


def _split(text: object) -> list[str]:
    try:
        return shlex.split(str(text))
    except ValueError:
        return []


def _kept(options: list[str]) -> Iterator[str]:
    remaining = iter(options)
    for option in remaining:
        name, equals, _ = option.partition("=")
        if name not in _KEPT:
            continue
        takes_value = name in ("--import-mode", "--doctest-glob")
        yield option if equals or not takes_value else f"{name}={next(remaining, '')}"
