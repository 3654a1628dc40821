"""What coverage was told before: what to measure, and how much was enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatekeeper.project import layout as project
from gatekeeper.project.files import matches
from gatekeeper.scaffold.addopts import Addopts
from gatekeeper.scaffold.documents import (
    Documents,
    assignments,
    flag,
    number,
    words,
)
from gatekeeper.scaffold.facts import Layout, Option, Section
from gatekeeper.scaffold.text import sayable, shown

#: In the order in which coverage looks: file, and how its sections are led.
_FILES = (
    (".coveragerc", ""),
    (".coveragerc.toml", ""),
    ("setup.cfg", "coverage:"),
    ("tox.ini", "coverage:"),
    ("pyproject.toml", "tool.coverage."),
)
_LOOSENING = (
    "omit",
    "include",
    "exclude_lines",
    "exclude_also",
    "partial_branches",
    "plugins",
)
_TEMPLATE = 90.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The section, the share to be covered, what was asked, and what is measured."""

    section: Section
    minimum: float
    asked: str
    measured: tuple[str, ...]


def carry(
    documents: Documents, layout: Layout, root: Path, addopts: Addopts
) -> Coverage:
    """The coverage section; `--cov` options of pytest count where no file speaks."""
    origin, run, report = _read(documents)
    named = [*words(run.get("source")), *words(run.get("source_pkgs"))]
    where = origin
    if not named:
        named, where = list(addopts.covered), addopts.origin
    source = tuple(n for n in dict.fromkeys(named) if _usable(n, root, layout))
    options = []
    if flag(run.get("branch")) or addopts.branch:
        asked_by = origin if "branch" in run else addopts.origin
        options.append(Option("branch", value=True, remark=f"from {asked_by}"))
    if source:
        options.append(Option("source", source, f"from {where}"))
    remarks = tuple(_remarks(origin, {**report, **run}, named, source))
    minimum, asked = _minimum(report, origin, addopts)
    paths = (project.find_source(root, name) for name in source)
    return Coverage(
        Section("coverage", origin, tuple(options), remarks),
        minimum,
        asked,
        tuple(path for path in paths if path) or layout.source,
    )


def _read(
    documents: Documents,
) -> tuple[str | None, Mapping[str, Any], Mapping[str, Any]]:
    for name, start in _FILES:
        run = documents.section(name, f"{start}run")
        report = documents.section(name, f"{start}report")
        if run or report:
            return name, run, report
    return None, {}, {}


def _usable(name: str, root: Path, layout: Layout) -> bool:
    """Code that is there and is no test; that a test ran proves nothing of code."""
    found = project.find_source(root, name) if sayable(name) else None
    if found is None or found == "." or Path(found).is_absolute():
        return False
    measured = [file for file in layout.files if matches(file, found)]
    return any(
        not any(matches(file, folder) for folder in layout.tests if folder != ".")
        for file in measured
    )


def _minimum(
    report: Mapping[str, Any], origin: str | None, addopts: Addopts
) -> tuple[float, str]:
    """Never below the template; what the repository asked for is told in words."""
    asked, where = number(report.get("fail_under")), f"fail_under in {origin}"
    if asked is None:
        asked, where = addopts.fail_under, f"--cov-fail-under in {addopts.origin}"
    if asked is None:
        return _TEMPLATE, ""
    if _TEMPLATE < asked <= 100:
        return asked, f"{asked:g} is {where}; the default is {_TEMPLATE:g}."
    if asked == _TEMPLATE:
        return _TEMPLATE, ""
    return _TEMPLATE, f"The default. The repository asked for {asked:g} ({where})."


def _remarks(
    origin: str | None,
    settings: Mapping[str, Any],
    named: list[str],
    source: tuple[str, ...],
) -> Iterator[str]:
    if dropped := [name for name in named if name not in source]:
        yield (
            "Not taken over as source, since it is not found, or tests, or everything:"
            f" {shown(', '.join(dropped))}."
        )
    if loose := list(assignments(settings, _LOOSENING)):
        yield f"Not taken over from {origin}: {shown('; '.join(loose))}."
        yield f"`config: {origin}` adopts them, and each report says so."
