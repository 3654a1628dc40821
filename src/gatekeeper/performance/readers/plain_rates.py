"""The error rates of one plain JSON document: told, or following from other numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import Load, Reading

_RATE = Kind.ERROR_RATE


class Rates:
    """Collects what may be an error rate besides those that say so."""

    def __init__(self) -> None:
        self._successes: dict[Subject, Reading] = {}
        self._signs: dict[Subject, list[Reading]] = {}

    def success(self, about: Subject, unit: str, value: float) -> bool:
        """Keep a share of what went well; whether it is one.

        0.9 without a unit may be a share or a percentage: at least ten in a hundred
        failed, and the unit stays unknown. 98 is a percentage, 1 may be all or nothing.
        """
        if unit == "?" and (value == 1 or not value > 0):
            return False
        if value > 100:
            return False
        share = unit == "?" and value < 1
        failed = float(f"{100 - (100 * value if share else value):.12g}")
        known = Quantity(_RATE, "", "?" if share else "%")
        self._successes.setdefault(about, Reading(about, known, failed))
        return True

    def sign(self, about: Subject, value: float) -> None:
        """Keep a number that speaks of failures but is no count of them."""
        reading = Reading(about, Quantity(_RATE), value)
        self._signs.setdefault(about, []).append(reading)

    def readings(
        self,
        told: Iterable[Reading],
        measured: Collection[Subject],
        load: Callable[[Subject], Load],
    ) -> Iterable[Reading]:
        """The rate of each subject, as far as anything tells it.

        Those of what was not measured itself are of the service, too, as long as
        anything was: `{"errors": {"5xx": "3%"}}`.
        """
        said: dict[Subject, list[Reading]] = {}
        for reading in sorted(told, key=lambda rate: rate.quantity.statistic):
            if reading.quantity.statistic in ("", "peak"):
                said.setdefault(reading.subject, []).append(reading)
        known = dict.fromkeys([*measured, *said, *self._successes, *self._signs])
        found = {}
        for about in dict.fromkeys([*known, SERVICE]):
            rates = [*said.get(about, ()), *self._others(load(about))]
            # One that is 0 is not believed where something else tells of failures.
            if rate := next((r for r in rates if r.value), next(iter(rates), None)):
                unit = rate.quantity.unit
                found[about] = Reading(about, Quantity(_RATE, "", unit), rate.value)
        strays = [one for about, one in found.items() if about not in measured]
        if measured and (worst := _worst(found.get(SERVICE), strays)):
            found[SERVICE] = replace(worst, subject=SERVICE)
        return found.values()

    def _others(self, load: Load) -> Iterator[Reading]:
        yield from self._signs.get(load.subject, ())
        if load.requests and load.failures is not None:
            share = 100 * load.failures / load.requests
            yield Reading(load.subject, Quantity(_RATE, "", "%"), share)
        if load.subject in self._successes:
            yield self._successes[load.subject]


def _worst(own: Reading | None, others: Iterable[Reading]) -> Reading | None:
    """The worst of several rates; where the own one is not 0, of those in its unit."""
    rates = [one for one in others if one.value]
    if own is not None and own.value:
        rates = [one for one in rates if one.quantity.unit == own.quantity.unit] + [own]
    return max(
        rates, key=lambda one: (one.quantity.unit == "?", one.value), default=None
    )
