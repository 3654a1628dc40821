"""Repeated measurements in plain JSON: several documents, or a list of objects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from gatekeeper.performance.readers.plain_leaves import (
    ENDPOINT_KEYS,
    LABEL_KEYS,
    is_place,
)
from gatekeeper.performance.trial import UnreadableError

_MOST_VALUES = 50_000
#: More are no repeated measurements but single observations.
_MOST_RUNS = 100
#: Lists of whole measurements, one for each time that it was made.
_RUN_KEYS = ("runs", "repetitions", "iterations", "trials")


def refuse_logs(documents: Sequence[Any]) -> None:
    """Raise UnreadableError for more values than a summary has, before any is read."""
    if len(documents) > _MOST_RUNS:
        raise UnreadableError(
            f"holds more than {_MOST_RUNS} JSON documents; keep one for each run"
        )
    waiting, seen = list(documents), 0
    while waiting:
        value = waiting.pop()
        inside: Collection[Any] = ()
        if isinstance(value, dict | list):
            inside = value.values() if isinstance(value, dict) else value
        else:
            seen += 1
        if max(seen, len(inside)) > _MOST_VALUES:
            raise UnreadableError(
                f"holds more than {_MOST_VALUES:,} values; keep the summary of the"
                " load test and not its log"
            )
        waiting.extend(inside)


def runs(document: Any) -> tuple[list[tuple[str, Any]], Any]:
    """The repeated measurements in a document with their places, and what is around.

    They are a list of objects that do not name themselves, or stand below `runs`.
    """
    if isinstance(document, list) and len(document) > 1 and _are_runs(document):
        if not any(
            isinstance(item.get(k), str) for item in document for k in LABEL_KEYS
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
        and not any(is_place(item.get(key)) for key in ENDPOINT_KEYS)
        for item in items
    )
