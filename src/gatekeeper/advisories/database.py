"""Safety's local database, held to what safety itself does not check.

Format: two files, insecure.json and insecure_full.json, schema 2.0.0. safety 3.7 drops
a match silently when the second file lacks its details, and never looks at the age.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from gatekeeper.project import regular

_SCHEMA = "2.0.0"
_MAX_BYTES = 500_000_000
_DAY = 86_400


class DatabaseError(Exception):
    """The database cannot prove anything; the message says why."""


class Database:
    """A folder with both files, loaded and checked against each other."""

    def __init__(self, folder: Path) -> None:
        self._brief = _load(folder / "insecure.json")
        self._full = _load(folder / "insecure_full.json")
        if not self._brief["vulnerable_packages"]:
            raise DatabaseError(f"{folder} lists no vulnerable package at all")

    @property
    def age_days(self) -> float | None:
        """Days since it was made, by its own word; None if it does not say."""
        stamp = self._brief.get("meta", {}).get("timestamp")
        if isinstance(stamp, bool) or not isinstance(stamp, int | float) or stamp <= 0:
            return None
        age = (time.time() - stamp) / _DAY
        return age if -1 < age < math.inf else None

    def incomplete(self, names: Iterable[str]) -> list[str]:
        """Packages of ours on which the two files do not say the same."""
        return [name for name in names if self._lacks_details(name)]

    def _lacks_details(self, name: str) -> bool:
        brief = set(self._brief["vulnerable_packages"].get(name, ()))
        entries = self._full["vulnerable_packages"].get(name, ())
        return brief != {spec for entry in entries for spec in entry["specs"]}


def _load(path: Path) -> dict[str, Any]:
    try:
        text = regular.read(path, _MAX_BYTES)
        document = json.loads(text, object_pairs_hook=_without_twins)
        schema = document["meta"]["schema_version"]
        if not isinstance(document["vulnerable_packages"], dict):
            raise DatabaseError(f"{path} holds no vulnerable_packages")
        _well_formed(document["vulnerable_packages"])
        odd = [n for n in document["vulnerable_packages"] if n != canonicalize_name(n)]
        if odd:
            raise DatabaseError(f"{path} has names that safety never finds: {odd[0]}")
    except OSError as error:
        raise DatabaseError(f"{path}: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DatabaseError(f"{path} is no database of safety ({error})") from error
    if schema != _SCHEMA:
        raise DatabaseError(f"{path} has schema {schema}, safety 3.7 needs {_SCHEMA}")
    return dict(document)


def _well_formed(packages: dict[str, Any]) -> None:
    """Raise TypeError or LookupError unless every entry names its version ranges."""
    for name, entries in packages.items():
        for entry in entries:
            specs = entry["specs"] if isinstance(entry, dict) else [entry]
            if not all(isinstance(spec, str) for spec in specs):
                raise TypeError(f"{name} has a range that is no text")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are unique; else the last one would win unseen."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return document
