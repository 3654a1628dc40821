"""The leaves of plain JSON: each number or list of numbers, with the names above it.

An object may name itself: `{"endpoint": "/users", "method": "GET", "p95_ms": 12}`, and
tell a unit: `{"value": 12, "unit": "ms"}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from gatekeeper.performance.readers.plain_names import Name, label, name, unit_of
from gatekeeper.performance.readers.plain_values import (
    entries,
    numbers,
    scalar,
    text_of,
)
from gatekeeper.performance.trial import UnreadableError

#: Names of endpoints, wherever they stand.
ENDPOINT_KEYS = ("endpoint", "route", "path", "uri", "url")
#: Names of anything, where an object stands in a list and so has no key.
LABEL_KEYS = (
    *("name", "test", "test_name", "operation", "query", "scenario", "benchmark"),
    *("label", "title", "command", "key", "metric", "id"),
)
_METHOD_KEYS = ("method", "http_method", "httpMethod", "verb")
_UNIT_KEYS = ("unit", "units", "measurement_unit", "measurementUnit", "uom")
_NAMING_KEYS = {*ENDPOINT_KEYS, *LABEL_KEYS, *_METHOD_KEYS, *_UNIT_KEYS}
#: What an object is about that has its value beside its name.
_VALUE_KEY = "value"
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Leaf:
    """A number, numbers or a text, and how the document calls it.

    `unit` is the one that stands behind the number in its text. `among_percentiles`
    tells that a sibling is a percentile, `spread` that none is called `value`.
    `entries` counts what is in a list besides numbers. `where` is for messages.
    """

    above: tuple[Name, ...]
    own: Name
    where: str
    values: tuple[float, ...] = ()
    is_list: bool = False
    unit: tuple[str, float] | None = None
    text: str = ""
    among_percentiles: bool = False
    spread: bool = True
    entries: int = 0

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

    Raises UnreadableError for what nobody wrote as a measurement: too deep.
    """
    return list(_walk(document, _Place(where=where)))


def _walk(value: Any, place: _Place) -> Iterator[Leaf]:
    if place.depth > _DEEPEST:
        raise UnreadableError("is nested too deeply to be a measurement")
    if isinstance(value, dict):
        yield from _object(value, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            here = place.item(index, len(value) == 1)
            if isinstance(item, list) and (found := numbers(item)):
                nobody = Name(here.where, missing=True)
                yield Leaf(place.above, nobody, here.where, found[0], is_list=True)
            elif isinstance(item, dict | list):
                yield from _walk(item, here)


def _object(values: dict[str, Any], place: _Place) -> Iterator[Leaf]:
    above = _named(values, place)
    among = any(name(key).statistic.startswith("p9") for key in values)
    bare = _VALUE_KEY not in values
    for key, value in values.items():
        here = place.below(key, above)
        leaf = Leaf(above, name(key), here.where, among_percentiles=among, spread=bare)
        found = scalar(value) or numbers(value)
        if found is None:
            if isinstance(value, list) and (count := entries(value)):
                yield replace(leaf, entries=count, text=text_of(value), is_list=True)
            yield from _walk(value, here)
        else:
            read, unit = found
            text = "" if isinstance(value, list) else text_of(value)
            if isinstance(value, str) and key in _NAMING_KEYS:
                # `"id": "12 ms"` is no number; a URL may tell the host.
                read, unit, text = (), None, text if key in ENDPOINT_KEYS else ""
            is_list = isinstance(value, list)
            yield replace(leaf, values=read, unit=unit, text=text, is_list=is_list)


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
    routes = (name(text) for key in ENDPOINT_KEYS if is_place(text := values.get(key)))
    endpoint = next((found for found in routes if found.route), None)
    if endpoint is not None:
        yield endpoint
    if not place.in_list:
        return
    labels = (values.get(key) for key in (*LABEL_KEYS, *ENDPOINT_KEYS))
    text = next((one for one in labels if isinstance(one, str) and one.strip()), "")
    if text and _VALUE_KEY in values:
        # {"metric": "p95_ms", "value": 120}: the name tells what the value is.
        yield name(text)
    elif endpoint is None:
        yield label(text) if text else Name(place.where, missing=not place.alone)


def is_place(text: Any) -> TypeGuard[str]:
    """Whether it is more than the address of a server."""
    if not isinstance(text, str):
        return False
    _, scheme, rest = text.partition("://")
    return not scheme or "/" in rest.rstrip("/")
