"""The value of a gate against its limits, as a bar."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from gatekeeper.model import GateResult, GateStatus
from gatekeeper.reporters.html.scale import Scale

LENGTH = 240.0
#: Beside the last limit, and beside the value where that lies farther out.
_ROOM = 0.15
_WORDS = {
    GateStatus.PASSED: "no number",
    GateStatus.FAILED: "no number",
    GateStatus.ERROR: "not measured",
    GateStatus.SKIPPED: "skipped",
    GateStatus.PENDING: "waits for a person",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """What is drawn, in units from the left end.

    The bar goes from `start` to `end`, its last point is `value`. `allowed` is the
    range between the limits. `kind` is `passed` or `failed`, and `unsure` for a value
    that the verdict does not rest on. `words` stand in the place of a bar where there
    is no value.
    """

    words: str = ""
    kind: str = ""
    start: float = 0.0
    end: float = 0.0
    value: float = 0.0
    allowed: tuple[float, float] = (0.0, LENGTH)
    marks: tuple[float, ...] = ()


def bar(gate: GateResult) -> Bar:
    """The drawing of a gate."""
    if gate.value is None or not math.isfinite(gate.value):
        decided = gate.status in (GateStatus.PASSED, GateStatus.FAILED)
        person = decided and gate.tool is None
        return Bar(words="a person answers" if person else _WORDS[gate.status])
    return drawn(gate.value, gate.minimum, gate.maximum, gate.unit, _kind(gate))


def drawn(
    value: float,
    minimum: float | None,
    maximum: float | None,
    unit: str | None,
    kind: str,
    others: Iterable[float] = (),
) -> Bar:
    """A number and its limits, on a scale that begins at zero or below.

    `others` are drawn on the same scale.
    """
    limits = [limit for limit in (minimum, maximum) if limit is not None]
    scale = _scale(
        [0.0, value, *limits, *others], of_a_whole=unit == "%" and maximum is None
    )
    zero, place = scale.at(0.0), scale.beside(value, minimum, maximum)
    return Bar(
        kind=kind,
        start=min(zero, place),
        end=max(zero, place),
        value=place,
        allowed=(
            0.0 if minimum is None else scale.at(minimum),
            LENGTH if maximum is None else scale.at(maximum),
        ),
        marks=tuple(scale.at(limit) for limit in limits),
    )


def within(value: float, minimum: float | None, maximum: float | None) -> bool:
    """Whether a number holds its limits."""
    return (minimum is None or value >= minimum) and (
        maximum is None or value <= maximum
    )


def _kind(gate: GateResult) -> str:
    """How the bar looks: the verdict, unless the number alone says something else."""
    holds = within(gate.value or 0.0, gate.minimum, gate.maximum)
    agrees = gate.status is (GateStatus.PASSED if holds else GateStatus.FAILED)
    return str(gate.status) if agrees else "unsure"


def _scale(numbers: list[float], *, of_a_whole: bool) -> Scale:
    low, high = min(numbers), max(numbers)
    if whole := of_a_whole and high <= 100:
        high = 100.0
    room = (high - low or 1.0) * _ROOM
    return Scale(low - room if low < 0 else low, high if whole else high + room, LENGTH)
