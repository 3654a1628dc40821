"""The values of plain JSON: numbers, and texts that hold one.

`120`, `120 ms`, `1.2s`, `45%` and `1,204 req/s` are numbers; `~120 ms` and `120,5 ms`
only look like one, and what they mean is not guessed.
"""

from __future__ import annotations

import re
from typing import Any

from gatekeeper.performance.quantities import number
from gatekeeper.performance.readers.plain_names import unit_of

Found = tuple[tuple[float, ...], tuple[str, float] | None]

_NOTHING: Found = ((), None)
_VALUE = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,18})(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?)"
    r"\s*([^\d\s.,:-][^\d]{0,20})?"
)
#: As a number begins that was written for people, or a duration of ISO 8601.
_LIKE_A_NUMBER = re.compile(
    r"(?!\d{4}-\d\d|\d{1,2}/\d{1,2}/\d)(?:\W{0,9}\d|(?-i:PT\d)"
    r"|(?:about|around|approx|ca|circa|under|over|below|above|less than|more than)"
    r"\b\W{0,3}\d)",
    re.IGNORECASE,
)
#: In place of a number that could not be had.
_NO_NUMBER = frozenset(
    "nan inf infinity n/a na - -- ? none null undefined error failed timeout".split()
)
_COUNTS = ("count", "counts", "occurrences", "occurences", "number", "n", "total")


def scalar(value: Any) -> Found | None:
    """A number, or a text or `true` and what it says; None for what is neither."""
    plain = number(value)
    if plain is not None:
        return (plain,), None
    if isinstance(value, str):
        return _written(value)
    return _NOTHING if isinstance(value, bool) else None


def numbers(value: Any) -> Found | None:
    """A list of numbers that all have the same unit; None for other lists."""
    if not isinstance(value, list) or not value:
        return None
    written = [scalar(item) or _NOTHING for item in value]
    units = {unit for _, unit in written}
    if len(units) > 1 or not all(found for found, _ in written):
        return None
    return tuple(found[0] for found, _ in written), units.pop()


def text_of(value: Any) -> str:
    """A text, `true` or `false`, or the first of a list that looks like a number."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        texts = (str(item) for item in value if not isinstance(item, dict | list))
        return next(filter(like_a_number, texts), "")
    return value.strip() if isinstance(value, str) else ""


def entries(items: list[Any]) -> int:
    """How many items of a list stand for themselves: those that tell no count."""
    return sum(
        item is not None
        and not (isinstance(item, dict) and any(key in item for key in _COUNTS))
        for item in items
    )


def like_a_number(text: str) -> bool:
    """Whether a text that could not be read may be a number with a unit."""
    return _LIKE_A_NUMBER.match(text) is not None


def is_no_number(text: str) -> bool:
    """Whether a text stands in place of a number."""
    return text.lower() in _NO_NUMBER


def has_unit(text: str) -> bool:
    """Whether a text ends in a unit."""
    last = re.search(r"(?:[^\W\d]|%)+$", text[-20:])
    return last is not None and unit_of(last[0]) is not None


def _written(text: str) -> Found:
    found = _VALUE.fullmatch(text.strip())
    if found is None:
        return _NOTHING
    value = float(found[1].replace(",", ""))
    behind = found[2]
    unit = unit_of(behind) if behind else None
    return _NOTHING if behind and unit is None else ((value,), unit)
