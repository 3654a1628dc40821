"""Where a number is drawn, so that no rounding puts it beyond a limit it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: How far, in units of a drawing, a number stays away from a limit that it breaks.
GAP = 5.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` to `high` on a line of some length; others at its ends."""

    low: float
    high: float
    length: float

    def at(self, value: float) -> float:
        """The place of a number."""
        inside = min(max(value, self.low), self.high)
        return round((inside - self.low) / (self.high - self.low) * self.length, 1)

    def holds(self, value: float) -> bool:
        """Whether a number has a place of its own."""
        return self.low <= value <= self.high

    def beside(
        self, value: float, minimum: float | None, maximum: float | None
    ) -> float:
        """The place of a number, visibly on that side of each limit where it is."""
        place = self.at(value)
        if minimum is not None and value < minimum:
            place = min(place, self.at(minimum) - GAP)
        if maximum is not None and value > maximum:
            place = max(place, self.at(maximum) + GAP)
        return round(min(max(place, 0.0), self.length), 1)


def around(numbers: Iterable[float], length: float, room: float) -> Scale:
    """A scale on which all the numbers lie, with some room beside them.

    `room` is a share of what they span; it has to leave `GAP` beside a limit.
    """
    known = list(numbers)
    low, high = min(known), max(known)
    margin = (high - low) * room or max(abs(high), 1.0) * room
    return Scale(low - margin, high + margin, length)
