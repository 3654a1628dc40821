"""Trials as readers give them, in one line each."""

from __future__ import annotations

from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.subjects import SERVICE, Subject, subject
from gatekeeper.performance.trial import Load, Reading, Samples, Trial

_UNITS = {
    Kind.THROUGHPUT: "/s",
    Kind.MEMORY: "MB",
    Kind.CPU: "%",
    Kind.ERROR_RATE: "%",
}


def quantity(words: str) -> Quantity:
    """`latency p95` or `memory`, in the canonical unit."""
    kind, _, statistic = words.partition(" ")
    return Quantity(Kind(kind), statistic, _UNITS.get(Kind(kind), "ms"))


def trial(
    *readings: tuple[str, str, float],
    program: str = "autocannon",
    loads: tuple[Load, ...] = (),
    machine: str = "",
    step: float = 0.0,
) -> Trial:
    """One run: `("GET /users", "latency p95", 120)`; no endpoint is the service."""
    return Trial(
        program=program,
        readings=tuple(
            Reading(at(where), quantity(what), value, step)
            for where, what, value in readings
        ),
        loads=loads,
        machine=machine,
    )


def sampled(where: str, kind: str, values: list[float]) -> Trial:
    """One run of which every single observation is known."""
    return Trial("native", samples=(Samples(at(where), quantity(kind), tuple(values)),))


def at(where: str) -> Subject:
    """The subject of a name, the service for an empty one."""
    return subject(where) if where else SERVICE
