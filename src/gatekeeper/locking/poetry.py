"""Versions as Poetry and Pipenv write them: `^1.2`, `{version = ...}`."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_SHORT_PARTS = 2


def conditional(value: object) -> bool:
    """Whether system, interpreter or an extra decide if a dependency is needed."""
    if isinstance(value, dict):
        return bool({"markers", "python", "platform", "optional"} & value.keys())
    return not isinstance(value, str)


def reference(value: object) -> str | None:
    """The URL or path that a dependency comes from; None for an index."""
    table = value if isinstance(value, dict) else {}
    if "git" in table:
        keys = ("rev", "ref", "tag", "branch")
        return f"git+{table['git']}@{next((table[k] for k in keys if k in table), '')}"
    found = next((table[key] for key in ("url", "file", "path") if key in table), None)
    return None if found is None else str(found)


def specifier(value: object, *, plain: bool) -> SpecifierSet | None:
    """The versions that are allowed; None where that cannot be told.

    `plain`: as Pipenv reads it, without Poetry's shorthands.
    """
    text = value.get("version") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return None
    try:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return SpecifierSet(",".join(_one(part, plain=plain) for part in parts))
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None


def _one(text: str, *, plain: bool) -> str:
    """One part in the notation of PEP 440."""
    if text == "*":
        return ""
    if text.startswith("^"):
        return _until(text[1:], caret=True)
    if text.startswith("~") and not text.startswith("~="):
        return _until(text[1:], caret=False)
    if text[0].isdigit() and not plain:
        return f"=={text}"
    return text


def _until(text: str, *, caret: bool) -> str:
    """`^1.2` allows what changes none but the parts after the first that is not 0;
    `~1.2.3` what changes the last part only.
    """
    low = Version(text.strip())
    parts = list(low.release)
    if caret:
        place = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
    else:
        place = min(len(parts), _SHORT_PARTS) - 1
    high = [*parts[:place], parts[place] + 1]
    return f">={low},<{'.'.join(map(str, high))}"
