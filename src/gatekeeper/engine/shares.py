"""Gates shared out among jobs of CI, so that the jobs take about as long."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from gatekeeper.engine import times
from gatekeeper.engine.plan import PlannedRun
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.tools import ADAPTERS

#: Sums of floating point numbers that should be equal differ by less.
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Unit:
    """Gates that only one job can measure: their tools share a run.

    `alone` says that they measure how fast something is, so others would disturb.
    """

    tools: tuple[str, ...]
    gates: tuple[str, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What one job has to do. `seconds` is None where the time is not known.

    The first of `units` takes longest.
    """

    units: tuple[Unit, ...]
    seconds: float | None

    @property
    def gates(self) -> frozenset[str]:
        """The gates of all units."""
        return frozenset(chain.from_iterable(unit.gates for unit in self.units))


def units(
    gates: Mapping[str, GatePolicy],
    wanted: Iterable[str],
    planned: Sequence[PlannedRun],
) -> list[Unit]:
    """The gates that are wanted, taken apart as far as that goes.

    Gates without a tool are in none: they follow from others or from a person.
    """
    tools: dict[str, list[PlannedRun]] = {}
    for run in planned:
        tools.setdefault(_root(run.tool), []).append(run)
    served = {n: _root(tool) for n in wanted if (tool := gates[n].tool) is not None}
    return [
        Unit(
            tools=tuple(run.tool for run in runs),
            gates=tuple(name for name, root in served.items() if root == first),
            alone=any(run.alone for run in runs),
        )
        for first, runs in tools.items()
    ]


def _root(tool: str) -> str:
    return ADAPTERS[tool].after or tool


def unknown(parts: Iterable[Unit], history: object) -> list[str]:
    """The tools whose time the history does not tell."""
    tools = chain.from_iterable(unit.tools for unit in parts)
    return [tool for tool in tools if times.expected(history, tool, 1.0) is None]


def share_out(
    parts: Sequence[Unit], history: object, most: int | None = None
) -> list[Share]:
    """At most so many shares, the longest first; by default as many as shorten it.

    The longest unit goes first, each to the share with the least to do so far.
    """
    weights = _weights(parts, history)
    ordered = sorted(parts, key=lambda unit: -weights[unit])
    apart = [unit for unit in ordered if unit.alone]
    rest = [unit for unit in ordered if not unit.alone]
    if most is not None and len(apart) + bool(rest) > most:
        apart, rest = [], ordered  # `check` runs them alone, one after the other
    room = _enough(rest, weights) if most is None else most - len(apart)
    heaps: list[list[Unit]] = [[] for _ in range(min(room, len(rest)))]
    for unit in rest:
        min(heaps, key=lambda heap: sum(weights[u] for u in heap)).append(unit)
    heaps = sorted(
        [*([unit] for unit in apart), *heaps],
        key=lambda heap: -sum(weights[u] for u in heap),
    )
    return [Share(tuple(heap), _seconds(heap, history)) for heap in heaps]


def _enough(rest: Collection[Unit], weights: Mapping[Unit, float]) -> int:
    """With more jobs than that, the longest unit alone would decide."""
    whole = sum(weights[unit] for unit in rest)
    return max(1, math.ceil(whole / max(weights.values()) - _NOISE))


def _weights(parts: Sequence[Unit], history: object) -> dict[Unit, float]:
    """How long each takes; a tool that nobody knows is like the mean of the others."""
    tools = {tool for unit in parts for tool in unit.tools}
    known = {t: s for t in tools if (s := times.expected(history, t, 1.0)) is not None}
    usual = sum(known.values()) / len(known) if known else 1.0
    return {unit: sum(known.get(t, usual) for t in unit.tools) for unit in parts}


def _seconds(heap: Sequence[Unit], history: object) -> float | None:
    if unknown(heap, history):
        return None
    tools = chain.from_iterable(unit.tools for unit in heap)
    return sum(times.expected(history, tool, 1.0) or 0.0 for tool in tools)
