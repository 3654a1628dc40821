"""Which distributions in which versions a project asks for.

Read by ourselves, includes resolved, so that a tool can be given one plain list and be
held to its length: the tools skip silently what they do not understand.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from gatekeeper.project import regular

_TOML_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock")
_UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)
_FOUND_BY_DEFAULT = (
    "requirements*.txt",
    "requirements/*.txt",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
    "pylock.*.toml",
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution in one version, with the file (and line) that asks for it."""

    name: str
    version: str
    path: str
    line: int | None = None


@dataclass(slots=True)
class Requirements:
    """All pins of some files. `gaps` says which lines could not be judged."""

    pins: dict[tuple[str, str], Pin] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    #: Requirements that were understood, also where they add no pin of their own.
    understood: int = 0
    #: The files that were read, with those that they include.
    files: set[Path] = field(default_factory=set)

    def add(self, name: str, version: str, path: str, line: int | None = None) -> None:
        """Note a pin; a version that is none is a gap."""
        try:
            key = identity(name, version)
        except InvalidVersion:
            self.gaps.append(
                f"{_at(path, line)}: {name} has no valid version: {version}"
            )
            return
        self.understood += 1
        self.pins.setdefault(key, Pin(*key, path, line))

    def layers(self) -> list[list[Pin]]:
        """The pins in as few lists as it takes for no name to occur twice in one."""
        layers: list[dict[str, Pin]] = []
        for pin in sorted(self.pins.values(), key=lambda p: (p.name, p.version)):
            for layer in layers:
                if pin.name not in layer:
                    layer[pin.name] = pin
                    break
            else:
                layers.append({pin.name: pin})
        return [list(layer.values()) for layer in layers]


def identity(name: str, version: str) -> tuple[str, str]:
    """Name and version in the one spelling in which we compare them.

    Raises InvalidVersion, a ValueError, for what is none after PEP 440.
    """
    return canonicalize_name(name), str(Version(version))


def find(root: Path) -> list[str]:
    """The requirement and lock files that a project keeps by custom."""
    found = {path for glob in _FOUND_BY_DEFAULT for path in root.glob(glob)}
    return sorted(p.relative_to(root).as_posix() for p in found if p.is_file())


def read(root: Path, files: Iterable[str]) -> Requirements:
    """Read requirement files, lock files and pyproject.toml; never raises for them."""
    requirements = Requirements()
    for name in files:
        _read_one(root, name, requirements)
    return requirements


def _read_one(root: Path, name: str, into: Requirements) -> None:
    path = root / name
    before = len(into.gaps), into.understood
    into.files.add(path)
    try:
        text = regular.read(path)
        _reader(path)(path, text, name, into)
    except _UNREADABLE as error:
        into.gaps.append(f"{name}: cannot be read as requirements ({error})")
    if before == (len(into.gaps), into.understood):
        into.gaps.append(f"{name}: names no requirement")


#: The parser takes minutes for a line of 200,000 spaces.
_LONGEST_LINE = 20_000
_Reader = Callable[[Path, bytes, str, Requirements], None]


def _reader(path: Path) -> _Reader:
    if path.name == "Pipfile.lock":
        return _pipfile_lock
    if path.name == "pyproject.toml":
        return _pyproject
    if path.name in _TOML_LOCKS or path.name.startswith("pylock."):
        return _toml_lock
    return _requirements_txt


def _pipfile_lock(path: Path, text: bytes, name: str, into: Requirements) -> None:
    document = json.loads(text)
    for section in document.keys() - {"_meta"}:
        for package, entry in document[section].items():
            if version := entry.get("version"):
                into.add(package, version.removeprefix("=="), name)
            else:
                into.gaps.append(f"{name}: {package} is not a released version")


def _toml_lock(path: Path, text: bytes, name: str, into: Requirements) -> None:
    document = tomllib.loads(text.decode("utf-8"))
    for entry in document.get("package", document.get("packages", [])):
        if _is_own_package(entry):
            continue
        if "version" in entry:
            into.add(entry["name"], entry["version"], name)
        else:
            into.gaps.append(f"{name}: {entry['name']} is not a released version")


def _is_own_package(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of uv.lock or pylock.toml is the project itself."""
    source = entry.get("source", {})
    return any(key in source for key in ("editable", "virtual")) or (
        entry.get("directory", {}).get("path") == "."
    )


def _pyproject(path: Path, text: bytes, name: str, into: Requirements) -> None:
    document = tomllib.loads(text.decode("utf-8"))
    project = document.get("project", {})
    for key in {"dependencies", "optional-dependencies"} & set(
        project.get("dynamic", ())
    ):
        into.gaps.append(f"{name}: {key} are dynamic, so not written here")
    if "dependencies" in document.get("tool", {}).get("poetry", {}):
        into.gaps.append(f"{name}: Poetry's own tables are not read, name poetry.lock")
    groups = (
        project.get("dependencies", []),
        *project.get("optional-dependencies", {}).values(),
        *document.get("dependency-groups", {}).values(),
    )
    for group in groups:
        for entry in group:
            if isinstance(entry, str):  # else it includes another group, read anyway
                _requirement(entry, name, None, {}, into)


def _requirements_txt(path: Path, text: bytes, name: str, into: Requirements) -> None:
    lines = list(_lines(path, name, into, set()))
    pinned: dict[str, str] = {}
    for line in lines:
        if line.constraint and line.name and _applies_here(line.text):
            key = canonicalize_name(line.name)
            if pinned.setdefault(key, line.text) != line.text:
                into.gaps.append(
                    f"{_at(line.path, line.number)}: {key} constrained twice"
                )
    for line in lines:
        if not line.constraint:
            _requirement(line.text, line.path, line.number, pinned, into)


def _applies_here(text: str) -> bool:
    try:
        marker = Requirement(text).marker
    except InvalidRequirement:
        return True  # reported where the line itself is judged
    return marker is None or marker.evaluate({"extra": ""})


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    name: str | None
    path: str
    number: int
    constraint: bool


def _lines(
    path: Path,
    name: str,
    into: Requirements,
    seen: set[tuple[Path, bool]],
    *,
    constraint: bool = False,
) -> Iterator[_Line]:
    """The lines of a file and of those that it includes, each file once."""
    # Slow to import, and only needed where there is such a file.
    from pip_requirements_parser import (  # type: ignore[import-untyped]
        InstallationError,
        RequirementsFile,
    )

    if (path.resolve(), constraint) in seen:
        return
    seen.add((path.resolve(), constraint))
    into.files.add(path)
    try:
        # Raises for what is no file; the parser would wait for it.
        if max(map(len, regular.read(path).splitlines()), default=0) > _LONGEST_LINE:
            raise ValueError("a line is too long to be a requirement")
        parsed = RequirementsFile.from_file(str(path), include_nested=False)
    except (InstallationError, OSError, ValueError) as error:
        into.gaps.append(f"{name}: cannot be read ({str(error).splitlines()[0]})")
        return
    for other, constrains in _includes(parsed):
        nested = os.path.normpath(os.path.join(os.path.dirname(name), other))
        only = constraint or constrains
        yield from _lines(path.parent / other, nested, into, seen, constraint=only)
    for bad in parsed.invalid_lines:
        into.gaps.append(f"{_at(name, bad.line_number)}: not understood: {bad.line}")
    for item in parsed.requirements:
        written = item.requirement_line
        text = str(item.req) if item.req and not item.is_editable else written.line
        if item.marker and ";" not in text:
            text = f"{text} ; {item.marker}"
        yield _Line(text, item.name, name, written.line_number, constraint)


def _includes(parsed: Any) -> Iterator[tuple[str, bool]]:
    """Files that a requirement file names, and whether they only constrain."""
    for option in parsed.options:
        yield from ((other, False) for other in option.options.get("requirements", ()))
        yield from ((other, True) for other in option.options.get("constraints", ()))


def _requirement(
    text: str,
    path: str,
    line: int | None,
    pinned: Mapping[str, str],
    into: Requirements,
) -> None:
    if _is_first_party(text):
        into.understood += 1
        return
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        into.gaps.append(f"{_at(path, line)}: cannot be judged: {text}")
        return
    if not _applies_here(text):
        into.understood += 1
        return
    version = _exact(requirement)
    key = canonicalize_name(requirement.name)
    if version is None and key in pinned:
        version = _exact(Requirement(pinned[key]))
    if requirement.url or version is None:
        into.gaps.append(f"{_at(path, line)}: not pinned to one version: {text}")
        return
    into.add(requirement.name, version, path, line)


def _is_first_party(text: str) -> bool:
    """Whether a line installs a folder of the checkout, such as `-e .[test]`."""
    words = text.strip().split(None, 1)
    editable = len(words) == 2 and words[0] in ("-e", "--editable")
    if not editable or "://" in words[1]:
        return False
    folder = os.path.normpath(words[1].partition("[")[0])
    return not os.path.isabs(folder) and folder.split(os.sep)[0] != ".."


def _exact(requirement: Requirement) -> str | None:
    for specifier in requirement.specifier:
        if specifier.operator in ("==", "===") and "*" not in specifier.version:
            return specifier.version
    return None


def _at(path: str, line: int | None) -> str:
    return f"{path}:{line}" if line else path
