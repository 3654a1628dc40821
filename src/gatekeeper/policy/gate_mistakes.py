"""Gates without sense, each told with the key that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from gatekeeper.performance.outcome import VARIANCE
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.tools import ADAPTERS

_SELECTORS = ("rules", "paths", "severity", "select", "direction", "inconclusive")
_KINDS = ("tool", "attest", "one_of", "all_of", "evidence")
#: Stands for the changed files where tools are named whose output is pasted.
CHANGES = "changes"


def suggest(word: str, known: list[str]) -> str:
    """The known word that is meant, or all of them."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f" (known: {', '.join(known)})"


def gate_mistakes(gate: GatePolicy, known: list[str]) -> Iterator[tuple[str, str]]:
    """Key and message for each mistake; `known` are the names of the other gates."""
    if sum(bool(getattr(gate, kind)) for kind in _KINDS) != 1:
        yield "tool", f"needs exactly one of {', '.join(f'`{k}`' for k in _KINDS)}"
    yield from _by_person(gate)
    if gate.tool is None:
        yield from _without_tool(gate, known)
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


def _without_tool(gate: GatePolicy, known: list[str]) -> Iterator[tuple[str, str]]:
    for key in ("metric", "min", "max"):
        if getattr(gate, key) is not None:
            yield key, f"`{key}` needs a `tool` that measures"
    for name in gate.all_of:
        if name not in known:
            yield "all_of", f"no other gate named {name}{suggest(name, known)}"
    if gate.box and (gate.evidence or gate.one_of):
        yield "box", "`box` belongs to a tool, to `attest` or to `all_of`"
    known_tools = [*ADAPTERS, CHANGES]
    for tool in (tool for tools in gate.evidence.values() for tool in tools):
        if tool not in known_tools:
            yield "evidence", f"no such tool: {tool}{suggest(tool, known_tools)}"


def _by_person(gate: GatePolicy) -> Iterator[tuple[str, str]]:
    by_person = gate.attest is not None
    for key in ("after_merge", "signed"):
        if getattr(gate, key) and not by_person:
            yield key, f"`{key}` belongs to `attest`"
    if gate.after_merge and gate.signed:
        yield "signed", "nobody can sign before the merge what is answered after it"
    if gate.covers and not gate.signed:
        yield "covers", "`covers` belongs to `signed: true`"


def _performance(gate: GatePolicy) -> Iterator[tuple[str, str]]:
    from gatekeeper.performance import selection  # only these gates need it

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
