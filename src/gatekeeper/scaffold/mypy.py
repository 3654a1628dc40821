"""What mypy was told before: from the one file that it would read itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gatekeeper.project.files import matches
from gatekeeper.scaffold.documents import Documents, assignments, flag, words
from gatekeeper.scaffold.facts import Layout, Option, Section
from gatekeeper.scaffold.text import sayable, shown

_FILES = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
#: Without these, mypy does not find or understand what the project is made of.
_NEEDED = frozenset(
    "plugins mypy_path namespace_packages explicit_package_bases".split()
)
_LOOSENING = (
    "ignore_errors",
    "ignore_missing_imports",
    "follow_imports",
    "disable_error_code",
    "exclude",
)
_Modules = dict[str, Mapping[str, Any]]


def carry(documents: Documents, layout: Layout) -> Section:
    """The mypy section; the template asks for strict checks in any case."""
    for name in _FILES:
        top, modules = _read(documents, name)
        if top or modules:
            return _section(name, top, modules, layout)
    return Section("mypy", None, (Option("strict", value=True),))


def _read(documents: Documents, name: str) -> tuple[Mapping[str, Any], _Modules]:
    """Global settings, and those of modules by their pattern."""
    if name != "pyproject.toml":
        parsed = documents.parsed.get(name, {})
        sections = {k[5:]: v for k, v in parsed.items() if k.startswith("mypy-")}
        return documents.section(name, "mypy"), sections
    table = documents.section(name, "tool.mypy")
    listed = table.get("overrides")
    overrides = listed if isinstance(listed, list) else []
    modules: _Modules = {
        pattern: override
        for override in overrides
        if isinstance(override, dict)
        for pattern in words(override.get("module"))
    }
    return {k: v for k, v in table.items() if k != "overrides"}, modules


def _section(
    name: str, top: Mapping[str, Any], modules: _Modules, layout: Layout
) -> Section:
    adopted = bool(modules) or not _NEEDED.isdisjoint(top)
    options = [Option("strict", value=True, remark=_strict_remark(name, top))]
    if adopted:
        why = "settings of single modules" if modules else "plugins or search paths"
        options.append(Option("config", name, f"for its {why}"))
    paths = _paths(top, layout)
    if paths and set(paths) != set(layout.source):
        options.append(Option("paths", paths, f"`files` in {name}"))
    remarks = [*_loosening(name, top, modules, adopted=adopted)]
    if "files" in top and not paths:
        files = shown(", ".join(words(top["files"])))
        remarks.append(f"Not taken over, since it leaves out code: files = {files}.")
    return Section("mypy", name, tuple(options), tuple(remarks))


def _strict_remark(name: str, top: Mapping[str, Any]) -> str:
    return "" if flag(top.get("strict")) else f"{name} did not ask for it"


def _paths(top: Mapping[str, Any], layout: Layout) -> tuple[str, ...]:
    """`files`, if they are there and hold all of the source."""
    named = [name.rstrip("/") or name for name in words(top.get("files"))]
    here = [n for n in named if any(matches(file, n) for file in layout.files)]
    literal = not any(character in name for name in here for character in "*?[")
    inside = [f for f in layout.files if any(matches(f, s) for s in layout.source)]
    whole = all(any(matches(file, name) for name in here) for file in inside)
    return tuple(here) if literal and whole and all(map(sayable, here)) else ()


def _loosening(
    name: str, top: Mapping[str, Any], modules: _Modules, *, adopted: bool
) -> Iterator[str]:
    own = list(assignments(top, _LOOSENING))
    if own and adopted:
        yield f"{name} loosens: {shown('; '.join(own))}."
    elif own:
        yield f"Not taken over from {name}: {shown('; '.join(own))}."
    for key in _LOOSENING:
        where = [pattern for pattern, section in modules.items() if key in section]
        if where:
            yield f"{name} loosens: {key} for {shown(', '.join(where))}."
    if "exclude" in top:
        yield (
            "mypy's exclude is a regular expression; `exclude` here takes globs, such"
            " as `src/app/generated`."
        )
