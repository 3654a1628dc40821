"""What a gate asks of a performance comparison, and what it gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gatekeeper.model import Comparison, GateStatus

VARIANCE = "variance"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a gate asks of a performance comparison.

    `both` limits a change in either direction; `inconclusive` says what an interval
    does that holds the limit: `fail`, `error`, or `pass` to let the estimate decide.
    """

    metric: str = VARIANCE
    minimum: float | None = None
    maximum: float | None = None
    both: bool = False
    inconclusive: str = "fail"
    select: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one gate, with the comparisons that it rests on, answered."""

    status: GateStatus
    value: float | None
    reason: str
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()


def nothing(lost: Sequence[str], rows: Sequence[Comparison]) -> Outcome:
    """The verdict where a gate means nothing that was measured."""
    known = ", ".join(dict.fromkeys(row.quantity for row in rows))
    what = f"nothing measured is meant by {', '.join(lost)}" if lost else "no match"
    return Outcome(GateStatus.ERROR, None, f"{what}; measured were {known}")


def more(rows: Sequence[Comparison]) -> str:
    """How many further rows a sentence about the first one speaks for."""
    left = len(rows) - 1
    return f" (and {left} more)" if left else ""
