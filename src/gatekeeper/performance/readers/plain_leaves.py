"""The leaves of plain JSON: each number or list of numbers, with the names above it.

An object may name itself: `{"endpoint": "/users", "method": "GET", "p95_ms": 12}`, and
tell a unit: `{"value": 12, "unit": "ms"}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeGuard

from gatekeeper.performance.quantities import number
from gatekeeper.performance.readers.plain_names import Name, label, name, unit_of
from gatekeeper.performance.trial import UnreadableError

#: Names of endpoints, wherever they stand.
_ENDPOINT_KEYS = ("endpoint", "route", "path", "uri", "url")
#: Names of anything, where an object stands in a list and so has no key.
_LABEL_KEYS = (
    *("name", "test", "test_name", "operation", "query", "scenario", "benchmark"),
    *("label", "title", "command", "key", "metric", "id"),
)
_METHOD_KEYS = ("method", "http_method", "httpMethod", "verb")
_UNIT_KEYS = ("unit", "units", "measurement_unit", "measurementUnit", "uom")
_NAMING_KEYS = {*_ENDPOINT_KEYS, *_LABEL_KEYS, *_METHOD_KEYS, *_UNIT_KEYS}
#: What an object is about that has its value beside its name.
_VALUE_KEY = "value"
_DEEPEST = 60
_MOST_LEAVES = 50_000
#: More are no repeated measurements but single observations.
_MOST_RUNS = 100
_NOTHING: tuple[tuple[float, ...], None] = ((), None)
_VALUE = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?)"
    r"\s*([^\d\s.,:-][^\d]{0,20})?"
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number, numbers or a text, and how the document calls it.

    `unit` is the one that stands behind the number in its text. `among_percentiles`
    tells that a sibling is a percentile. `where` is for messages.
    """

    above: tuple[Name, ...]
    own: Name
    where: str
    values: tuple[float, ...]
    is_list: bool = False
    unit: tuple[str, float] | None = None
    text: str = ""
    among_percentiles: bool = False

    @property
    def names(self) -> tuple[Name, ...]:
        """All names, the outermost first."""
        return (*self.above, self.own)


@dataclass(frozen=True, slots=True)
class _Place:
    above: tuple[Name, ...] = ()
    where: str = ""
    depth: int = 0
    in_list: bool = False
    alone: bool = False

    def below(self, key: str, above: tuple[Name, ...]) -> _Place:
        where = f"{self.where}.{key}" if self.where else key
        return _Place((*above, name(key)), where, self.depth + 1)

    def item(self, index: int, alone: bool) -> _Place:
        where = f"{self.where}[{index}]"
        return _Place(self.above, where, self.depth + 1, True, alone)


def leaves(document: Any, where: str = "") -> list[Leaf]:
    """All leaves in the order of the document.

    Raises UnreadableError for what nobody wrote as a measurement: too deep, too long.
    """
    found = list(islice(_walk(document, _Place(where=where)), _MOST_LEAVES + 1))
    if len(found) > _MOST_LEAVES:
        raise UnreadableError(
            f"holds more than {_MOST_LEAVES:,} numbers with names; keep the summary of"
            " the load test and not its log"
        )
    return found


def _walk(value: Any, place: _Place) -> Iterator[Leaf]:
    if place.depth > _DEEPEST:
        raise UnreadableError("is nested too deeply to be a measurement")
    if isinstance(value, dict):
        yield from _object(value, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                yield from _walk(item, place.item(index, len(value) == 1))


def _object(values: dict[str, Any], place: _Place) -> Iterator[Leaf]:
    above = _named(values, place)
    among = any(name(key).statistic.startswith("p9") for key in values)
    for key, value in values.items():
        here = place.below(key, above)
        found = _scalar(value, key) or _list(value)
        if found is None:
            yield from _walk(value, here)
            continue
        numbers, unit = found
        text = value if isinstance(value, str) else ""
        is_list = isinstance(value, list)
        yield Leaf(above, name(key), here.where, numbers, is_list, unit, text, among)


_Found = tuple[tuple[float, ...], tuple[str, float] | None]


def _list(value: Any) -> _Found | None:
    """A list of numbers that all have the same unit; None for other lists."""
    if not isinstance(value, list) or not value:
        return None
    written = [_scalar(item) or _NOTHING for item in value]
    units = {unit for _, unit in written}
    if len(units) > 1 or not all(found for found, _ in written):
        return None
    return tuple(found[0] for found, _ in written), units.pop()


def _scalar(value: Any, key: str = "") -> _Found | None:
    """A number, or a text and what it says; None for what is neither."""
    plain = number(value)
    if plain is not None:
        return (plain,), None
    if isinstance(value, str):
        return _NOTHING if key in _NAMING_KEYS else _written(value)
    return None


def _written(text: str) -> _Found:
    """`120`, `120 ms`, `1.2s`, `45%` and `1,204 req/s`; nothing else is a number."""
    found = _VALUE.fullmatch(text.strip())
    if found is None:
        return _NOTHING
    value = float(found[1].replace(",", ""))
    behind = found[2]
    unit = unit_of(behind) if behind else None
    return _NOTHING if behind and unit is None else ((value,), unit)


def _named(values: dict[str, Any], place: _Place) -> tuple[Name, ...]:
    """The names above what is in an object, with the one that it gives itself."""
    above = [*place.above, *_own_names(values, place)]
    method = next(
        (m for m in map(values.get, _METHOD_KEYS) if isinstance(m, str)), None
    )
    if method and above and above[-1].route and not above[-1].method:
        if name(method).is_method:
            above[-1] = replace(above[-1], method=method.upper())
    unit = next((u for u in map(values.get, _UNIT_KEYS) if isinstance(u, str)), "")
    if unit.strip():
        known = unit_of(unit)
        last = above.pop() if above else name("")
        above.append(replace(last, unit=known or last.unit, strange=known is None))
    return tuple(above)


def _own_names(values: dict[str, Any], place: _Place) -> Iterator[Name]:
    """The endpoint that an object tells, and its name where it has no key."""
    routes = (
        name(text) for key in _ENDPOINT_KEYS if _is_place(text := values.get(key))
    )
    endpoint = next((found for found in routes if found.route), None)
    if endpoint is not None:
        yield endpoint
    if not place.in_list:
        return
    labels = (values.get(key) for key in (*_LABEL_KEYS, *_ENDPOINT_KEYS))
    text = next((one for one in labels if isinstance(one, str) and one.strip()), "")
    if text and _VALUE_KEY in values:
        # {"metric": "p95_ms", "value": 120}: the name tells what the value is.
        yield name(text)
    elif endpoint is None:
        yield label(text) if text else Name(place.where, missing=not place.alone)


def _is_place(text: Any) -> TypeGuard[str]:
    """Whether it is more than the address of a server."""
    if not isinstance(text, str):
        return False
    _, scheme, rest = text.partition("://")
    return not scheme or "/" in rest.rstrip("/")


#: Lists of whole measurements, one for each time that it was made.
_RUN_KEYS = ("runs", "repetitions", "iterations", "trials")


def runs(document: Any) -> tuple[list[tuple[str, Any]], Any]:
    """The repeated measurements in a document with their places, and what is around.

    They are a list of objects that do not name themselves, or stand below `runs`.
    """
    if isinstance(document, list) and len(document) > 1 and _are_runs(document):
        if not any(
            isinstance(item.get(k), str) for item in document for k in _LABEL_KEYS
        ):
            return [(f"[{i}]", item) for i, item in enumerate(document)], {}
    if isinstance(document, dict):
        for key in _RUN_KEYS:
            items = document.get(key)
            if isinstance(items, list) and items and _are_runs(items):
                rest = {k: v for k, v in document.items() if k != key}
                return [(f"{key}[{i}]", item) for i, item in enumerate(items)], rest
    return [("", document)], {}


def _are_runs(items: list[Any]) -> bool:
    return len(items) <= _MOST_RUNS and all(
        isinstance(item, dict)
        and not any(_is_place(item.get(key)) for key in _ENDPOINT_KEYS)
        for item in items
    )
