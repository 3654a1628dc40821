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

    @property
    def words(self) -> tuple[str, ...]:
        """The options of `gatekeeper compare` that ask the same."""
        maximum = f"{self.maximum or 0:g}"
        chosen = (("--select", word) for word in self.select)
        return (
            *("--variance-threshold", maximum),
            *(word for pair in chosen for word in pair),
            *(("--direction", "both") if self.both else ()),
            *(
                ("--inconclusive", self.inconclusive)
                if self.inconclusive != "fail"
                else ()
            ),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one gate, with the comparisons that it rests on, answered."""

    status: GateStatus
    value: float | None
    reason: str
    comparisons: tuple[Comparison, ...] = ()
    notes: tuple[str, ...] = ()
    fix: str = ""


def nothing(lost: Sequence[str], rows: Sequence[Comparison]) -> Outcome:
    """The verdict where a gate means nothing that was measured."""
    known = ", ".join(dict.fromkeys(row.quantity for row in rows))
    what = ", ".join(lost) or "what is compared by default"
    return Outcome(
        GateStatus.ERROR,
        None,
        f"no measurement of {what}; there are {known}",
        fix="Measure it on both sides, or correct `select` of the gate.",
    )


def more(rows: Sequence[Comparison]) -> str:
    """How many further rows a sentence about the first one speaks for."""
    left = len(rows) - 1
    return f" (and {left} more)" if left else ""
