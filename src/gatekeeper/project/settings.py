"""Configuration files of the repository: which there are, and whether they parse.

Tools skip a file that they cannot parse without a word and go on with defaults, so a
broken one is a gap in what was asked of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gatekeeper.project import regular

#: Where each tool looks for its settings, and in which table or section.
_PLACES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "flake8": ((".flake8", "flake8"), ("setup.cfg", "flake8"), ("tox.ini", "flake8")),
    "mypy": (
        ("mypy.ini", "mypy"),
        (".mypy.ini", "mypy"),
        ("pyproject.toml", "tool.mypy"),
        ("setup.cfg", "mypy"),
    ),
    "bandit": ((".bandit", "bandit"), ("pyproject.toml", "tool.bandit")),
    "coverage": (
        (".coveragerc", "run"),
        (".coveragerc", "report"),
        ("pyproject.toml", "tool.coverage"),
        ("setup.cfg", "coverage:run"),
        ("tox.ini", "coverage:run"),
    ),
    "ruff": (
        ("pyproject.toml", "tool.ruff"),
        ("ruff.toml", "lint"),
        (".ruff.toml", "lint"),
    ),
}


#: Keys that can only make a tool say less.
_LOOSENING: Mapping[str, frozenset[str]] = {
    "flake8": frozenset(
        "exclude extend-exclude filename ignore extend-ignore select per-file-ignores"
        " max-line-length disable-noqa".split()
    ),
    "mypy": frozenset(
        "ignore_errors disable_error_code exclude follow_imports ignore_missing_imports"
        " files packages mypy_path allow_untyped_globals allow_redefinition"
        " disable_all_errors implicit_optional".split()
    ),
}
_UNTRUE = (False, "false", "0", "no", "off")


class SettingsError(Exception):
    """A configuration file does not parse; the message names file and reason."""


def load(path: Path) -> dict[str, Any]:
    """The tables or sections of a TOML or INI file.

    Raises SettingsError for what does not parse and FileNotFoundError.
    """
    try:
        text = regular.read(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise _broken(path, error) from error
    # Most projects have few of these files, so their parsers are loaded late.
    import configparser
    import tomllib

    try:
        if path.suffix == ".toml":
            return tomllib.loads(text)
        parser = configparser.RawConfigParser()
        parser.read_string(text)
        return {name: dict(parser[name]) for name in parser.sections()}
    except (ValueError, RecursionError, configparser.Error) as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> SettingsError:
    reason = " ".join(str(error).split())
    return SettingsError(f"{path.name} does not parse: {reason}")


def table(settings: Mapping[str, Any], dotted: str) -> Mapping[str, Any]:
    """A table by its name, also a nested one; empty where it is not there."""
    if dotted in settings:
        found: Any = settings[dotted]
    else:
        found = settings
        for part in dotted.split("."):
            found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def loosened(root: Path, tool: str, adopted: str) -> Iterator[str]:
    """One line for each key of an adopted file that makes a tool say less."""
    try:
        found = load(root / adopted)
    except (OSError, SettingsError):
        return
    start = f"tool.{tool}" if adopted.endswith(".toml") else tool
    tables = [(start, table(found, start))]
    tables += [(n, t) for n, t in found.items() if n.startswith(f"{tool}-")]
    overrides = table(found, start).get("overrides", ())
    if isinstance(overrides, list):
        tables += [(f"{start} for {o.get('module')}", o) for o in overrides]
    for name, entries in tables:
        for key, value in entries.items():
            if _loosens(tool, key, value):
                yield f"{adopted} loosens: [{name}] {key} = {value}"


def _loosens(tool: str, key: str, value: object) -> bool:
    untrue = str(value).lower() in map(str, _UNTRUE) or value is False
    if key in _LOOSENING.get(tool, ()):
        return not untrue
    strict = key.startswith(("disallow", "warn", "strict", "check", "no_implicit"))
    return tool == "mypy" and strict and untrue


def files(tool: str, adopted: str | None = None) -> list[str]:
    """Where settings of a tool may stand, whether the files exist or not."""
    names = [name for name, _ in _PLACES.get(tool, ())]
    return list(dict.fromkeys([*names, *([adopted] if adopted else [])]))


def broken(root: Path, tool: str, adopted: str | None = None) -> Iterator[str]:
    """One line for each settings file of a tool that does not parse."""
    for name in files(tool, adopted):
        try:
            load(root / name)
        except SettingsError as error:
            yield f"{error}; what it asks of {tool} is lost"
        except OSError:
            continue


def unused(root: Path, tool: str, adopted: str | None) -> Iterator[str]:
    """One line for each place whose settings for a tool do not count."""
    for name, section in _PLACES.get(tool, ()):
        try:
            found = table(load(root / name), section)
        except (OSError, SettingsError):
            continue
        if found and name != adopted:
            yield f"[{section}] in {name} does not count here; gates.yaml decides"
