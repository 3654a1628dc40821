"""Whether two sides were measured under the same load, so that a ratio means anything.

What cannot be compared is never compared: every difference is told, and only what the
policy accepts by name is let through, with a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.sides import Side
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import Load

ACCEPTABLE = ("connections", "duration", "hosts", "machines")
#: A run never takes exactly as long as it was told to.
_DURATION_TOLERANCE = 0.10
_COUNT_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Rules:
    """What a comparison lets through, and how sure it wants to be.

    `max_errors` is the share of failed requests in percent up to which a measurement
    counts; `accept` names the differences between both sides that do not matter;
    `confidence` is in percent.
    """

    max_errors: float = 0.0
    accept: frozenset[str] = frozenset()
    confidence: float = 95.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason against a comparison, and the word that accepts it, if any does."""

    text: str
    accepted_by: str = ""


def failed_requests(one: Side, subject: Subject, rules: Rules) -> str:
    """Why the answers that a side got are no basis; empty where they are."""
    for load in _loads(one, subject):
        if load.requests == 0:
            return f"{one.name}: no request was made"
        if not load.failures:
            continue
        words = f": {load.failure_words}" if load.failure_words else ""
        if not load.requests:
            return f"{one.name}: {load.failures} requests failed{words}"
        share = 100 * load.failures / load.requests
        if share > rules.max_errors:
            counted = f"{load.failures} of {load.requests} requests failed"
            return f"{one.name}: {counted} ({share:.3g} %{words}), {_allowed(rules)}"
    return _stated_rate(one, subject, rules)


def _stated_rate(one: Side, subject: Subject, rules: Rules) -> str:
    for where in dict.fromkeys((subject, SERVICE)):
        rate = one.series.get(where, {}).get((Kind.ERROR_RATE, ""))
        if rate is None:
            continue
        worst = max(rate.values)
        if rate.problem:
            return f"{one.name}: error rate: {rate.problem}"
        if worst and rate.unit != "%":
            return f"{one.name}: error rate {worst:g}, and no unit: percent or share?"
        if worst > rules.max_errors:
            return f"{one.name}: error rate {worst:g} %, {_allowed(rules)}"
    return ""


def _allowed(rules: Rules) -> str:
    if rules.max_errors:
        return f"at most {rules.max_errors:g} % allowed"
    return "none allowed (`max_errors` says how many percent may)"


def differences(
    before: Side, was: Subject, after: Side, now: Subject
) -> Iterator[Doubt]:
    """How the load of a subject differed between both sides."""
    old, new = _loads(before, was), _loads(after, now)
    for one, loads in ((before, old), (after, new)):
        yield from _within(one.name, loads)
    yield from _connections(old, new)
    yield from _duration(old, new)
    first, second = ({load.host for load in loads} - {None} for loads in (old, new))
    if first and second and first != second:
        yield Doubt(f"different hosts: {_list(first)} and {_list(second)}", "hosts")
    if before.machines and after.machines and before.machines != after.machines:
        there, here = _list(before.machines), _list(after.machines)
        yield Doubt(f"different machines: {there} and {here}", "machines")


def _loads(one: Side, subject: Subject) -> tuple[Load, ...]:
    return one.loads.get(subject) or one.loads.get(SERVICE, ())


def _within(name: str, loads: Iterable[Load]) -> Iterator[Doubt]:
    """The runs of one side have to be alike as well."""
    known = {load.connections for load in loads} - {None}
    if len(known) > 1:
        yield Doubt(
            f"the runs of the {name} have different connections: {_list(known)}",
            "connections",
        )
    lengths = [load.duration_seconds for load in loads if load.duration_seconds]
    counts = [load.requests for load in loads if load.requests]
    same = len(counts) == len(lengths) and _spread(counts) <= _COUNT_TOLERANCE
    if lengths and _spread(lengths) > _DURATION_TOLERANCE and not same:
        shown = f"{min(lengths):.4g} to {max(lengths):.4g} s"
        yield Doubt(f"the runs of the {name} took {shown}", "duration")


def _spread(values: Sequence[float]) -> float:
    return (max(values) - min(values)) / max(values) if values else 0.0


def _connections(old: Iterable[Load], new: Iterable[Load]) -> Iterator[Doubt]:
    first = {load.connections for load in old} - {None}
    second = {load.connections for load in new} - {None}
    if first and second and first != second:
        yield Doubt(
            f"different connections: {_list(first)} and {_list(second)}", "connections"
        )


def _duration(old: Iterable[Load], new: Iterable[Load]) -> Iterator[Doubt]:
    """The same length is either the same time or the same number of requests."""
    lengths = [_typical(load.duration_seconds for load in side) for side in (old, new)]
    counts = [_typical(load.requests for load in side) for side in (old, new)]
    if None in lengths or _near(lengths, _DURATION_TOLERANCE):
        return
    if None not in counts and _near(counts, _COUNT_TOLERANCE):
        return
    first, second = (f"{length:.4g} s" for length in lengths if length is not None)
    yield Doubt(f"different durations: {first} and {second}", "duration")


def _typical(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _near(pair: list[float | None], tolerance: float) -> bool:
    first, second = (value or 0.0 for value in pair)
    return abs(first - second) <= tolerance * max(first, second)


def _list(values: Iterable[object]) -> str:
    shown = sorted(f"{v:g}" if isinstance(v, float | int) else str(v) for v in values)
    return ", ".join(shown)
