"""The fields of gatekeeper's own format, each checked when it is taken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gatekeeper.performance.quantities import number
from gatekeeper.performance.readers.native_words import shown, unknown
from gatekeeper.performance.trial import UnreadableError


class Fields:
    """An object of the file; `where` is what messages call it.

    Every method raises UnreadableError for what must not stand there.
    """

    def __init__(self, value: Any, where: str, known: Iterable[str]) -> None:
        if not isinstance(value, dict):
            raise UnreadableError(f"{where} is {shown(value)} and no object")
        self._values: Mapping[str, Any] = value
        self._where = where
        keys = list(known)
        for key in value:
            if key not in keys:
                raise unknown(where, "key", key, keys)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str) -> str:
        """A text; empty where there is none."""
        value = self._values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "a text")
        return value

    def required(self, key: str) -> str:
        """A text that must be there."""
        if not self.text(key):
            raise UnreadableError(f"{self._where} has no `{key}`")
        return self.text(key)

    def object(self, key: str) -> Any:
        """An object; empty where there is none."""
        value = self._values.get(key)
        return {} if value is None else value

    def items(self, key: str) -> list[Any]:
        """A list that holds something."""
        value = self._values.get(key)
        if not isinstance(value, list) or not value:
            raise self._wrong(key, "a list with something in it")
        return value

    def positive(self, key: str) -> float | None:
        """A number above 0; None where there is none."""
        value = self._values.get(key)
        if value is None:
            return None
        found = number(value)
        if found is None or not 0 < found < math.inf:
            raise self._wrong(key, "a number above 0")
        return found

    def counts(self, key: str, runs: int) -> tuple[int | None, ...]:
        """A count for each run, written once if it is the same in all."""
        value = self._values.get(key)
        if not isinstance(value, list):
            return (self._count(key, value),) * runs
        if len(value) != runs:
            raise UnreadableError(
                f"{self._where} has {runs} runs but {len(value)} `{key}`; give one"
                " number for each run, or a single number"
            )
        return tuple(self._count(key, item) for item in value)

    def numbers(self, key: str, values: Any) -> tuple[float, ...]:
        """A list of numbers with at least one in it."""
        found = [number(v) for v in values] if isinstance(values, list) else []
        known = tuple(value for value in found if value is not None)
        if not found or len(known) < len(found):
            raise self._wrong(key, "a list of numbers")
        return known

    def _count(self, key: str, value: Any) -> int | None:
        if value is None:
            return None
        found = number(value)
        if found is None or not 0 <= found < math.inf or found % 1:
            raise self._wrong(key, "a count, or a list with one for each run")
        return int(found)

    def _wrong(self, key: str, wanted: str) -> UnreadableError:
        if key not in self._values:
            return UnreadableError(f"{self._where} has no `{key}`; it is {wanted}")
        value = shown(self._values[key])
        return UnreadableError(f"{self._where}: `{key}` is {value} and not {wanted}")
