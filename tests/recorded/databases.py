"""Makes databases in safety's local format; every advisory in them is made up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: The recorded notes on the age of a database stay true for a few years.
MADE = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Advisory:
    """Versions of a package that are vulnerable, and how badly (CVSS, if known)."""

    package: str
    specs: Sequence[str]
    number: str
    cve: str | None = None
    cvss3: float | None = None
    cvss2: float | None = None
    text: str = "Something is wrong with it."
    fixed: Sequence[str] = ()
    versions: Sequence[str] = ()


def database(
    advisories: Sequence[Advisory],
    *,
    folder: str = "advisories",
    timestamp: object = MADE,
    schema: str = "2.0.0",
) -> dict[str, str | bytes]:
    """Both files of a database."""
    meta = {"schema_version": schema, "timestamp": timestamp}
    brief: dict[str, list[str]] = {}
    full: dict[str, list[Mapping[str, Any]]] = {}
    for item in advisories:
        brief.setdefault(item.package, []).extend(item.specs)
        full.setdefault(item.package, []).append(_entry(item))
    details = {
        **meta,
        "base_domain": "https://advisories.invalid",
        "severities": dict(filter(None, map(_severity, advisories))),
        "packages": {item.package: _package(item) for item in advisories},
    }
    return {
        f"{folder}/insecure.json": _text({"meta": meta, "vulnerable_packages": brief}),
        f"{folder}/insecure_full.json": _text(
            {"meta": details, "vulnerable_packages": full}
        ),
    }


def _text(document: object) -> str:
    return json.dumps(document, indent=1)


def _entry(item: Advisory) -> dict[str, Any]:
    kind = {"type": "cve", "id": item.cve} if item.cve else None
    return {
        "specs": list(item.specs),
        "advisory": item.text,
        "ids": [{"type": "pyup", "id": item.number}, *([kind] if kind else [])],
        "affected_versions": list(item.versions),
        "fixed_versions": list(item.fixed),
        "more_info_path": f"/v/{item.number}/",
        "transitive": False,
    }


def _severity(item: Advisory) -> tuple[str, dict[str, Any]] | None:
    if item.cve is None or (item.cvss2 is None and item.cvss3 is None):
        return None
    return item.cve, {"cvssv2": _score(item.cvss2), "cvssv3": _score(item.cvss3)}


def _score(number: float | None) -> dict[str, Any] | None:
    return None if number is None else {"base_score": number, "vector_string": "..."}


def _package(item: Advisory) -> dict[str, Any]:
    return {
        "insecure_versions": list(item.versions),
        "secure_versions": list(item.fixed),
        "latest_version": "9.0",
        "latest_secure_version": "9.0",
        "more_info_path": f"/p/{item.package}/",
    }
