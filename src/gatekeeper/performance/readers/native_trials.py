"""From the measurements of gatekeeper's own format to one trial for each run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers.service_load import inherit
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import Load, Reading, Samples, UnreadableError

_ERROR_RATE = Quantity(Kind.ERROR_RATE, "", "%")


#: What is told of the load: the name of the fact, and its value in each run.
Facts = tuple[tuple[str, tuple[float | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One entry of `measurements`, checked and converted; `where` names it.

    Either `values` has a number for each run, or `samples` the observations of each.
    """

    where: str
    subject: Subject
    quantity: Quantity
    values: tuple[float, ...]
    samples: tuple[tuple[float, ...], ...]
    facts: Facts

    @property
    def runs(self) -> int:
        """How many times it was measured."""
        return len(self.values or self.samples)


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured in one run."""

    readings: tuple[Reading, ...]
    samples: tuple[Samples, ...]
    loads: tuple[Load, ...]


def runs(measurements: Sequence[Measurement], conditions: Load) -> Iterator[Run]:
    """All runs, those of the longest measurement. Raises UnreadableError."""
    _refuse_repetition(measurements)
    for run in range(max(measurement.runs for measurement in measurements)):
        present = [one for one in measurements if run < one.runs]
        loads = _loads(present, run)
        readings = [
            Reading(m.subject, m.quantity, m.values[run]) for m in present if m.values
        ]
        readings += _error_rates(readings, loads.values())
        samples = [
            Samples(m.subject, m.quantity, m.samples[run]) for m in present if m.samples
        ]
        service = inherit(loads.get(SERVICE, Load(SERVICE)), conditions)
        whole = (inherit(load, service) for load in loads.values())
        told = tuple(load for load in whole if load != Load(load.subject))
        yield Run(tuple(readings), tuple(samples), told)


def _refuse_repetition(measurements: Sequence[Measurement]) -> None:
    seen: dict[tuple[Subject, Kind, str], str] = {}
    for one in measurements:
        key = one.subject, one.quantity.kind, one.quantity.statistic
        if key in seen:
            raise UnreadableError(
                f"{one.where} gives the {one.quantity.name} of {one.subject}, as"
                f" {seen[key]} does; give all runs in one measurement"
            )
        seen[key] = one.where


def _loads(present: Sequence[Measurement], run: int) -> dict[Subject, Load]:
    """The load of each subject as its measurements tell it together."""
    told: dict[Subject, dict[str, tuple[Any, str]]] = {}
    for one in present:
        mine = told.setdefault(one.subject, {})
        for name, values in one.facts:
            value = values[run]
            if value is None:
                continue
            other, where = mine.setdefault(name, (value, one.where))
            if other != value:
                raise UnreadableError(
                    f"{one.where} says {value:g} {name} of {one.subject}, but {where}"
                    f" {other:g}; which is right?"
                )
    loads = {
        subject: Load(subject, **{name: value for name, (value, _) in facts.items()})
        for subject, facts in told.items()
    }
    for load in loads.values():
        if (load.failures or 0) > (load.requests or load.failures or 0):
            raise UnreadableError(
                f"{load.failures} failures of {load.subject} are more than its"
                f" {load.requests} requests; `requests` counts all, failed ones too"
            )
    return loads


def _error_rates(known: Iterable[Reading], loads: Iterable[Load]) -> Iterator[Reading]:
    stated = {r.subject for r in known if r.quantity.kind is Kind.ERROR_RATE}
    for load in loads:
        if load.requests and load.failures is not None and load.subject not in stated:
            share = 100 * load.failures / load.requests
            yield Reading(load.subject, _ERROR_RATE, share)
