"""Where a project keeps code, tests, requirements and its interpreter."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from gatekeeper.advisories import requirements
from gatekeeper.project import layout
from gatekeeper.project.files import Walker, matches, under
from gatekeeper.scaffold import addopts
from gatekeeper.scaffold.documents import Documents, words
from gatekeeper.scaffold.facts import Layout
from gatekeeper.scaffold.text import sayable, shown

_TEST_FOLDERS = ("tests", "test")
_NOT_CODE = frozenset(
    "tests test docs doc examples example benchmarks scripts tools".split()
)
_NOT_PRODUCT = ("setup.py", "conftest.py", "noxfile.py", "test_*.py", "*_test.py")
_ENVIRONMENTS = ("venv", "env")
#: Names that teams give to the part of their code that everything rests on.
_CORE = ("core", "domain", "services", "business")


def find(root: Path, documents: Documents) -> Layout:
    """Look at the folders of a project."""
    walker = Walker(str(root))
    found = {
        "source": _source(root, walker),
        "requirements": requirements.find(root),
    }
    found["tests"], remark = _tests(root, documents, walker, found["source"])
    remarks = [("tests", remark)] if remark else []
    for key, names in found.items():
        remarks += [(key, line) for line in _unsayable(names)]
    kept = {key: tuple(filter(sayable, names)) for key, names in found.items()}
    return Layout(
        source=kept["source"],
        tests=kept["tests"],
        python=_python(root),
        requirements=kept["requirements"],
        files=walker.walk((*kept["source"], *kept["tests"])).files,
        remarks=(*remarks, *_requirement_remarks(root, kept["requirements"])),
    )


def _unsayable(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not sayable(name):
            yield f"Left out, since its name cannot stand here: {shown(name)}."


def _source(root: Path, walker: Walker) -> list[str]:
    """As without a policy, but a folder that holds no Python is not taken for code."""
    usual = layout.default_source(root)
    if walker.walk(usual).files:
        return usual
    files = walker.walk(["."], _NOT_PRODUCT).files
    return sorted({file.partition("/")[0] for file in files} - _NOT_CODE)


def _tests(
    root: Path, documents: Documents, walker: Walker, source: Sequence[str]
) -> tuple[list[str], str]:
    """What pytest is to search, and a remark for the reader."""
    usual = [name for name in _TEST_FOLDERS if (root / name).is_dir()][:1]
    named = list(dict.fromkeys(_named_tests(root, documents)))
    more = [name for name in named if not any(matches(name, u) for u in usual)]
    if usual or more:
        narrower = usual and named and not more and usual[0] not in named
        remark = f"pytest's testpaths names {', '.join(named)}; here all of it counts."
        return [*usual, *more], remark if narrower else ""
    files = walker.walk(source).files
    inner = {folder for file in files for folder in _test_folders(file)}
    if inner:
        outermost = (f for f in inner if not any(_below(f, o) for o in inner))
        return sorted(outermost), ""
    return ["."], "No folder of tests was found, so they are looked for everywhere."


def _named_tests(root: Path, documents: Documents) -> Iterator[str]:
    """The folders and files that pytest is configured to search."""
    _, section = documents.first(addopts.PLACES) or ("", {})
    for pattern in words(section.get("testpaths")):
        relative = PurePosixPath(os.path.normpath(pattern))
        if not relative.is_absolute() and ".." not in relative.parts:
            matching = (
                [root] if relative == PurePosixPath() else root.glob(f"{relative}")
            )
            yield from sorted(p.relative_to(root).as_posix() for p in matching)


def _test_folders(file: str) -> Iterator[str]:
    for folder in PurePosixPath(file).parents:
        if folder.name in _TEST_FOLDERS:
            yield str(folder)


def _below(path: str, other: str) -> bool:
    return path.startswith(f"{other}/")


def _python(root: Path) -> str | None:
    """A virtual environment that has to be named, since `auto` does not look there."""
    if os.path.lexists(root / ".venv" / "bin" / "python"):
        return None
    for name in _ENVIRONMENTS:
        folder = root / name
        python = os.path.lexists(folder / "bin" / "python")
        if python or (folder / "pyvenv.cfg").is_file():
            return name
    return None


def _requirement_remarks(root: Path, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    gaps = requirements.read(root, files).gaps if files else []
    if gaps:
        number = "1 line" if len(gaps) == 1 else f"{len(gaps)} lines"
        yield (
            "requirements",
            f"{number} cannot be judged yet, so that this gate cannot be measured;"
            f" the first: {shown(gaps[0])}",
        )


def find_core(root: Path, found: Layout, measured: Sequence[str]) -> tuple[str, ...]:
    """The folder of core code, nearest to the root, among what coverage measures."""
    for name in _CORE:
        folders = {
            str(folder)
            for file in under(found.files, measured)
            if not set(PurePosixPath(file).parts) & set(_TEST_FOLDERS)
            for folder in PurePosixPath(file).parents
            if folder.name == name and (root / file).read_bytes().strip()
        }
        if folders:
            return (min(folders, key=lambda f: (f.count("/"), f)),)
    return ()
