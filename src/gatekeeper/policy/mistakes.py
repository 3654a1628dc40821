"""What the shape of a policy cannot tell: gates without sense, paths without a file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from gatekeeper.performance.outcome import VARIANCE
from gatekeeper.policy.document import Document, Place
from gatekeeper.policy.gate_mistakes import gate_mistakes
from gatekeeper.policy.options import ToolOptions
from gatekeeper.policy.schema import PolicyFile
from gatekeeper.project.layout import find_source
from gatekeeper.tools import ADAPTERS

_GLOB = frozenset("*?[")


def mistakes(content: PolicyFile, found: Document, root: Path) -> Iterator[str]:
    """One line for each mistake, with file, line and a suggestion."""
    yield from _gate_mistakes(content, found)
    yield from _circles(content, found)
    yield from _path_mistakes(content, found, root)
    yield from _sides(content, found, root)
    if content.tools.performance.cache:
        line = found.line(("tools", "performance", "cache"))
        yield f"{found.name}:{line}: measured times are never taken from a cache"
    for index, name in enumerate(content.tools.coverage.source or ()):
        if find_source(root, name) is None:
            line = found.line(("tools", "coverage", "source", index))
            yield f"{found.name}:{line}: no folder, file or module named {name}"


def _gate_mistakes(content: PolicyFile, found: Document) -> Iterator[str]:
    for name, gate in content.gates.items():
        others = [other for other in content.gates if other != name]
        for key, text in gate_mistakes(gate, others):
            line = found.line(("gates", name, key))
            yield f"{found.name}:{line}: gates.{name}: {text}"


def _circles(content: PolicyFile, found: Document) -> Iterator[str]:
    """Gates that follow from each other would never be decided."""
    try:
        following = {name: gate.all_of for name, gate in content.gates.items()}
        TopologicalSorter(following).prepare()
    except CycleError as error:
        circle = [str(name) for name in error.args[1]]
        line = found.line(("gates", circle[0], "all_of"))
        yield f"{found.name}:{line}: `all_of` goes in a circle: {' -> '.join(circle)}"


def _sides(content: PolicyFile, found: Document, root: Path) -> Iterator[str]:
    """Whether performance gates have something to compare, and with what."""
    options, name = content.tools.performance, found.name
    gates = {n: g for n, g in content.gates.items() if g.tool == "performance"}
    compared = [n for n, g in gates.items() if g.metric in (None, VARIANCE)]
    if gates and options.current is None and options.run is None:
        line = found.line(("gates", next(iter(gates)), "tool"))
        yield f"{name}:{line}: tools.performance needs `current` or `run`"
    measured = options.run is not None and options.run.baseline is not None
    if compared and options.baseline is None and not measured:
        line = found.line(("gates", compared[0], "tool"))
        yield f"{name}:{line}: tools.performance needs a `baseline` to compare with"
    for index, pattern in enumerate(() if measured else options.baseline or ()):
        if content.extends and ("tools", "performance", "baseline") not in found.lines:
            continue
        from gatekeeper.performance import files  # few policies have a baseline

        if not files.matching(root, pattern):
            line = found.line(("tools", "performance", "baseline", index))
            yield f"{name}:{line}: {pattern} does not exist{_near(root / pattern)}"


def _path_mistakes(content: PolicyFile, found: Document, root: Path) -> Iterator[str]:
    for place, path, may_be_outside in _paths(content):
        if content.extends and place not in found.lines:
            continue  # a profile names what projects mostly have
        where = f"{found.name}:{found.line(place)}"
        full = root / path
        if not os.path.lexists(full):
            yield f"{where}: {path} does not exist{_near(full)}"
        elif not may_be_outside and not full.resolve().is_relative_to(root):
            if not os.path.abspath(full).startswith(f"{root}{os.sep}"):
                yield f"{where}: {path} lies outside the root {root}"


def _near(path: Path) -> str:
    try:
        names = os.listdir(path.parent)
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _paths(content: PolicyFile) -> Iterator[tuple[Place, str, bool]]:
    for key in ("source", "tests"):
        for index, path in enumerate(getattr(content, key) or ()):
            yield (key, index), path, False
    for tool in ADAPTERS:
        options = content.tools.options(tool)
        for index, path in enumerate(options.paths or ()):
            yield ("tools", tool, "paths", index), path, False
        yield from _option_paths(tool, options)
    for name, gate in content.gates.items():
        for index, path in enumerate(gate.paths):
            if not _GLOB & set(path):
                yield ("gates", name, "paths", index), path, False
    if content.python != "auto":
        yield ("python",), content.python, True


def _option_paths(tool: str, options: ToolOptions) -> Iterator[tuple[Place, str, bool]]:
    for index, path in enumerate(getattr(options, "requirements", ())):
        yield ("tools", tool, "requirements", index), path, True
    for key, nothing in (("config", None), ("database", "online")):
        path = getattr(options, key, None)
        if path is not None and path != nothing:
            yield ("tools", tool, key), path, True
