"""What a number of plain JSON means: its kind, statistic and unit, from its names.

The name of the number itself comes first, then those above it, the innermost first.
Nothing is guessed: a unit that no name tells is `?`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatekeeper.performance.quantities import TIMES, Kind, Quantity, percentile_name
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_names import Name
from gatekeeper.performance.readers.plain_words import Role

_STORES = frozenset({Kind.DATABASE, Kind.CACHE})
#: The units that a kind may have.
_UNITS: Mapping[Kind, frozenset[str]] = {
    **dict.fromkeys(TIMES, frozenset({"ms"})),
    Kind.THROUGHPUT: frozenset({"/s", "MB/s"}),
    Kind.MEMORY: frozenset({"MB", "%"}),
    Kind.CPU: frozenset({"%", "ms"}),
    Kind.IO: frozenset({"MB/s", "/s", "%"}),
    Kind.ERROR_RATE: frozenset({"%"}),
}
#: Which kind counts where the words of a name tell several: `db query time` is about
#: the database, `network latency` is a time.
_PRECEDENCE = (
    *(Kind.ERROR_RATE, Kind.THROUGHPUT, Kind.CPU, Kind.CACHE, Kind.DATABASE),
    *(Kind.LATENCY, Kind.MEMORY, Kind.IO),
)
#: A second unit of a kind makes a quantity of its own, which needs a name of its own.
_SECOND_UNITS = {
    (Kind.MEMORY, "%"): "share",
    (Kind.CPU, "ms"): "time",
    (Kind.THROUGHPUT, "MB/s"): "bytes",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number is, and the factor to its canonical unit.

    `of_success` marks the share of what went well. `statistic_from` is the name that
    told the statistic. `aside` makes the subject's name longer.
    """

    quantity: Quantity
    factor: float = 1.0
    of_success: bool = False
    statistic_from: Name | None = None
    aside: str = ""


def meaning(leaf: Leaf) -> Meaning | None:
    """What a leaf means; None where its names do not tell."""
    if leaf.own.broken or any(name.missing for name in leaf.names):
        return None
    if any(name.has(Role.FOREIGN) for name in (leaf.own, parent(leaf))):
        return None
    explicit = _explicit(leaf)
    if explicit is None and _is_bare(leaf) and parent(leaf).strange:
        return None
    kind = _kind(leaf, explicit[0] if explicit else None)
    if kind is None or _is_other(leaf, kind, explicit is not None):
        return None
    unit, factor = explicit or _inherited(leaf, kind) or ("?", 1.0)
    statistic, teller = _statistic(leaf, kind)
    return Meaning(
        Quantity(kind, statistic, unit),
        factor,
        kind is Kind.ERROR_RATE
        and any(name.has(Role.SUCCESS) for name in (leaf.own, parent(leaf))),
        teller,
        _SECOND_UNITS.get((kind, unit), ""),
    )


def parent(leaf: Leaf) -> Name:
    """The name around a leaf; an empty one at the top."""
    return leaf.above[-1] if leaf.above else Name("")


def _inwards(leaf: Leaf) -> Iterator[Name]:
    """Its own name and those above, the innermost first."""
    return reversed(leaf.names)


def _is_bare(leaf: Leaf) -> bool:
    """Whether its own name tells nothing but perhaps a statistic: `value`, `p95`."""
    own = leaf.own
    return not (own.unit or own.kinds or any(part.tells for part in own.parts))


def _explicit(leaf: Leaf) -> tuple[str, float] | None:
    """The unit that must fit: behind the number, in its name, or beside it."""
    bare = parent(leaf).unit if _is_bare(leaf) else None
    return leaf.unit or leaf.own.unit or bare


def _inherited(leaf: Leaf, kind: Kind) -> tuple[str, float] | None:
    for name in reversed(leaf.above):
        if name.unit and name.unit[0] in _UNITS[kind]:
            return name.unit
    return None


def _kind(leaf: Leaf, unit: str | None) -> Kind | None:
    kind = _named_kind(leaf, unit) or _kind_of_unit(leaf, unit)
    if unit is None and kind is None and _is_time_of_an_endpoint(leaf):
        kind = Kind.LATENCY
    if kind is not Kind.LATENCY:
        return kind
    stores = (name.kinds & _STORES for name in _inwards(leaf))
    nearest = next((found for found in stores if found), frozenset((kind,)))
    return next(kind for kind in _PRECEDENCE if kind in nearest)


def _named_kind(leaf: Leaf, unit: str | None) -> Kind | None:
    """The kind that the innermost name tells which is about this unit."""
    rated = unit == "%" or any(leaf.own.has(role) for role in (Role.RATE, Role.SUCCESS))
    around = parent(leaf)
    rated = rated or (around.has(Role.RATE) and Kind.ERROR_RATE in around.kinds)
    for name in _inwards(leaf):
        shares = rated or name.has(Role.RATE) or name.has(Role.SUCCESS)
        for kind in _PRECEDENCE:
            fits = unit is None or unit in _UNITS[kind]
            if (kind, unit) == (Kind.CPU, "ms"):
                fits = name is leaf.own
            if kind in name.kinds and fits and (shares or kind is not Kind.ERROR_RATE):
                return kind
        if name is leaf.own and name.kinds - {Kind.LATENCY}:
            return None
    return None


def _kind_of_unit(leaf: Leaf, unit: str | None) -> Kind | None:
    if unit == "ms":
        return Kind.LATENCY
    # `documents per second` of nothing known is no throughput of the service.
    if unit == "/s" and not leaf.own.kinds and _is_bare(leaf):
        return Kind.THROUGHPUT
    return None


def _is_time_of_an_endpoint(leaf: Leaf) -> bool:
    """Whether it can only be a time though nothing says so: `p95`, or `avg` beside it.

    Also the mean of an endpoint, the only number that a list of endpoints has, and what
    stands in an object whose unit is one of time.
    """
    if leaf.own.kinds:
        return False
    statistic = _statistic(leaf, Kind.LATENCY)[0]
    timed = _is_bare(leaf) and _inherited(leaf, Kind.LATENCY) is not None
    if timed or statistic.startswith("p"):
        return True
    at_endpoint = any(name.route for name in leaf.names)
    if statistic:
        return at_endpoint or leaf.among_percentiles
    listed = any("endpoint" in name.words for name in leaf.above)
    return bool(leaf.own.route and listed) and not leaf.own.parts


def _is_other(leaf: Leaf, kind: Kind, has_unit: bool) -> bool:
    """Whether it only looks like a measurement of this kind."""
    own = leaf.own
    if own.has(Role.RATE) and kind not in (Kind.ERROR_RATE, Kind.THROUGHPUT):
        return True
    if own.has(Role.COUNT) and kind not in own.kinds:
        if kind not in TIMES or not (has_unit or own.kinds):
            return True
    if kind not in TIMES:
        return any(name.has(Role.EACH) for name in leaf.names)
    return own.has(Role.TOTAL) or (not has_unit and _is_no_time(leaf))


def _is_no_time(leaf: Leaf) -> bool:
    """Whether a number without a unit is how many there were, or when it was."""
    own = leaf.own
    if own.words == "duration":
        return True
    if own.words == "time":
        return not any(name.route or name.kinds for name in leaf.above)
    if Kind.LATENCY in own.kinds:
        return False
    if own.words.endswith("queries"):
        return not own.statistic
    if own.kinds and not own.statistic:
        # `redis: 3` may be anything, but not among the times of the cache.
        return not any(name.kinds & TIMES for name in leaf.above)
    return any(n.has(Role.COUNT) and Kind.LATENCY not in n.kinds for n in leaf.above)


def _statistic(leaf: Leaf, kind: Kind) -> tuple[str, Name | None]:
    for name in _inwards(leaf):
        written = name.statistic or _percentage(leaf, name)
        if written:
            return _normal(written, kind), name
    return "", None


def _percentage(leaf: Leaf, name: Name) -> str:
    """`{"percentiles": {"95": 120}}`."""
    if name is leaf.own and parent(leaf).has(Role.PERCENTILES):
        return percentile_name(name.text) or ""
    return ""


def _normal(statistic: str, kind: Kind) -> str:
    """One word for one thing: memory has a peak, a time a maximum."""
    if statistic == "mean" and kind in (Kind.THROUGHPUT, Kind.ERROR_RATE):
        return ""
    if statistic in ("peak", "max"):
        return "max" if kind in TIMES or kind is Kind.THROUGHPUT else "peak"
    return statistic
