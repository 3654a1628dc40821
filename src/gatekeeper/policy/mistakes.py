"""What the shape of a policy cannot tell: gates without sense, paths without a file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from gatekeeper.performance import files, selection
from gatekeeper.performance.outcome import VARIANCE
from gatekeeper.policy.document import Document, Place
from gatekeeper.policy.schema import GatePolicy, PolicyFile, ToolOptions
from gatekeeper.project.layout import find_source
from gatekeeper.tools import ADAPTERS

_SELECTORS = ("rules", "paths", "severity", "select", "direction", "inconclusive")
_GLOB = frozenset("*?[")


def mistakes(content: PolicyFile, found: Document, root: Path) -> Iterator[str]:
    """One line for each mistake, with file, line and a suggestion."""
    yield from _gate_mistakes(content, found)
    yield from _path_mistakes(content, found, root)
    yield from _sides(content, found, root)
    for index, name in enumerate(content.tools.coverage.source or ()):
        if find_source(root, name) is None:
            line = found.line(("tools", "coverage", "source", index))
            yield f"{found.name}:{line}: no folder, file or module named {name}"


def suggest(word: str, known: list[str]) -> str:
    """The known word that is meant, or all of them."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f" (known: {', '.join(known)})"


def _gate_mistakes(content: PolicyFile, found: Document) -> Iterator[str]:
    for name, gate in content.gates.items():
        for key, text in _one_gate(gate):
            line = found.line(("gates", name, key))
            yield f"{found.name}:{line}: gates.{name}: {text}"


def _one_gate(gate: GatePolicy) -> Iterator[tuple[str, str]]:
    if (gate.tool is None) == (gate.attest is None):
        yield "tool", "needs exactly one of `tool` and `attest`"
    if gate.tool is None:
        return
    adapter = ADAPTERS.get(gate.tool)
    if adapter is None:
        yield "tool", f"no such tool: {gate.tool}{suggest(gate.tool, list(ADAPTERS))}"
        return
    if gate.min is None and gate.max is None:
        yield "tool", "needs `min` or `max`, else it holds whatever happens"
    elif gate.min is not None and gate.max is not None and gate.min > gate.max:
        yield "min", f"`min` {gate.min:g} is above `max` {gate.max:g}"
    if gate.metric is not None and gate.metric not in adapter.metrics:
        known = list(adapter.metrics)
        yield "metric", f"no such metric: {gate.metric}{suggest(gate.metric, known)}"
    for key in _SELECTORS:
        stated = key in gate.model_fields_set and getattr(gate, key)
        if stated and key not in adapter.selectors:
            yield key, f"{gate.tool} has no `{key}` to select by"
    if gate.tool == "performance":
        yield from _performance(gate)


def _performance(gate: GatePolicy) -> Iterator[tuple[str, str]]:
    for word in gate.select:
        if wrong := selection.mistake(word):
            yield "select", wrong
    if gate.metric in (None, VARIANCE):
        if gate.min is not None:
            yield "min", "a variance has a `max`; `direction: both` limits both ways"
        elif gate.max is not None and gate.max < 0:
            yield "max", "`max` is how much worse in percent, so it is not negative"
    else:
        for key in ("direction", "inconclusive"):
            if key in gate.model_fields_set:
                yield key, f"`{key}` belongs to `metric: variance`"


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
        if not files.matching(root, pattern):
            line = found.line(("tools", "performance", "baseline", index))
            yield f"{name}:{line}: {pattern} does not exist{_near(root / pattern)}"


def _path_mistakes(content: PolicyFile, found: Document, root: Path) -> Iterator[str]:
    for place, path, may_be_outside in _paths(content):
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
