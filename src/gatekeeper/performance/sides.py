"""One side of a comparison: all its trials, sorted by subject and quantity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.statistics import batches, statistic
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import Load, Reading, Samples, Trial

#: What is derived from single observations, if there are enough of them.
_DERIVED = ("mean", "p50", "p90", "p95", "p99")
Key = tuple[Kind, str]


@dataclass(slots=True)
class Series:
    """One quantity of one subject: a value for each run, in its canonical unit.

    `parts` are values of the same statistic for consecutive parts of the only run.
    `derived` marks what we computed and the program did not print. `problem` says why
    the values cannot be believed.
    """

    unit: str
    values: list[float] = field(default_factory=list)
    step: float = 0.0
    parts: tuple[float, ...] = ()
    derived: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """Everything measured on one side; `name` is what messages call it."""

    name: str
    programs: frozenset[str]
    machines: frozenset[str]
    series: Mapping[Subject, Mapping[Key, Series]]
    loads: Mapping[Subject, tuple[Load, ...]]
    notes: tuple[str, ...]

    def knows_failures(self, subject: Subject) -> bool:
        """Whether anything tells how many requests of a subject failed."""
        loads = (*self.loads.get(subject, ()), *self.loads.get(SERVICE, ()))
        rates = (self.series.get(where, {}) for where in (subject, SERVICE))
        counted = any(load.failures is not None for load in loads)
        return counted or any((Kind.ERROR_RATE, "") in rate for rate in rates)


def side(name: str, trials: Sequence[Trial]) -> Side:
    """Sort the trials of one side."""
    series: dict[Subject, dict[Key, Series]] = {}
    loads: dict[Subject, list[Load]] = {}
    for trial in trials:
        for reading in trial.readings:
            _add(series, reading)
        for reading in _derived(trial):
            _add(series, reading, derived=True)
        for load in trial.loads:
            loads.setdefault(load.subject, []).append(load)
    observations = [samples for trial in trials for samples in trial.samples]
    _add_parts(series, observations)
    _object_to_samples(series, observations)
    for quantities in series.values():
        _object(quantities)
    return Side(
        name=name,
        programs=frozenset(trial.program for trial in trials),
        machines=frozenset(trial.machine for trial in trials if trial.machine),
        series=series,
        loads={subject: tuple(found) for subject, found in loads.items()},
        notes=tuple(dict.fromkeys(n for trial in trials for n in trial.notes)),
    )


def _add(
    series: dict[Subject, dict[Key, Series]], reading: Reading, *, derived: bool = False
) -> None:
    quantity = reading.quantity
    mine = series.setdefault(reading.subject, {})
    key = (quantity.kind, quantity.statistic)
    found = mine.setdefault(key, Series(quantity.unit, derived=derived))
    if found.unit != quantity.unit:
        found.problem = f"its runs are in {found.unit} and in {quantity.unit}"
    found.values.append(reading.value)
    found.step = max(found.step, reading.step)


def _derived(trial: Trial) -> Iterator[Reading]:
    printed = {
        (r.subject, r.quantity.kind, r.quantity.statistic) for r in trial.readings
    }
    for samples in trial.samples:
        subject, quantity = samples.subject, samples.quantity
        for name in _supported(samples):
            if (subject, quantity.kind, name) not in printed:
                whole = Quantity(quantity.kind, name, quantity.unit)
                # The mean of many rounded values is finer than any of them.
                step = 0.0 if name == "mean" else samples.step
                yield Reading(subject, whole, _statistic(samples.values, name), step)


def _supported(samples: Samples) -> Iterator[str]:
    """The statistics that this many observations can tell."""
    for name in _DERIVED:
        beyond = 1.0 if name == "mean" else 1 - float(name[1:]) / 100
        if len(samples.values) * beyond >= 1 - 1e-9:
            yield name


def _statistic(values: Sequence[float], name: str) -> float:
    try:
        return math.nan if any(map(math.isnan, values)) else statistic(values, name)
    except OverflowError:
        return math.inf


def _add_parts(
    series: Mapping[Subject, Mapping[Key, Series]], samples: Iterable[Samples]
) -> None:
    for one in samples:
        if not all(math.isfinite(value) and value > 0 for value in one.values):
            continue  # the derived values tell what is wrong with them
        for (kind, name), found in series.get(one.subject, {}).items():
            if kind is one.quantity.kind and len(found.values) == 1:
                if name in _DERIVED:
                    found.parts = batches(one.values, name)


def _object_to_samples(
    series: Mapping[Subject, Mapping[Key, Series]], observations: Iterable[Samples]
) -> None:
    """One impossible observation makes everything doubtful that is made of them."""
    for one in observations:
        for (kind, _), found in series.get(one.subject, {}).items():
            if kind is one.quantity.kind and found.derived and not found.problem:
                probe = Series(found.unit, step=one.step)
                wrong = (objection(kind, probe, value) for value in one.values)
                found.problem = next(filter(None, wrong), "")


def _object(quantities: Mapping[Key, Series]) -> None:
    for (kind, _), found in quantities.items():
        for value in found.values:
            found.problem = found.problem or objection(kind, found, value)
    for kind in {kind for kind, _ in quantities}:
        _object_to_order(kind, quantities)


def objection(kind: Kind, found: Series, value: float) -> str:
    """Why no measurement can have given this value; empty where one can."""
    unit = found.unit
    if not math.isfinite(value):
        return f"{value} is no measurement"
    if value < 0:
        return f"{value:g} is negative"
    if value == 0 and kind is not Kind.ERROR_RATE and not found.step:
        return "is 0, so nothing was measured"
    if 0 < value < _LEAST:
        return f"{value:g} {unit} is absurd"
    if value > _ABSURD.get((kind, unit), _ABSURD.get((None, unit), math.inf)):
        return f"{value:g} {unit} is absurd"
    return ""


_LEAST = 1e-9
#: Nobody waits a day for an answer, and no service gives a thousand million a second.
_ABSURD: Mapping[tuple[Kind | None, str], float] = {
    (None, "ms"): 86_400_000.0,
    (None, "/s"): 1e9,
    (None, "MB"): 1e9,
    (Kind.ERROR_RATE, "%"): 100.0,
    (Kind.CPU, "%"): 1e6,
}


def _object_to_order(kind: Kind, quantities: Mapping[Key, Series]) -> None:
    """Percentiles that do not rise were not measured together."""
    known = [
        (_rank(name), name, found)
        for (other, name), found in quantities.items()
        if other is kind and _rank(name) is not None
    ]
    known.sort(key=lambda entry: entry[0] or 0.0)
    for (_, low, below), (_, high, above) in pairwise(known):
        if below.unit != above.unit or len(below.values) != len(above.values):
            continue
        for small, large in zip(below.values, above.values, strict=True):
            if small > large + max(below.step, above.step) / 2:
                wrong = f"its {low} ({small:g}) is above its {high} ({large:g})"
                below.problem = below.problem or wrong
                above.problem = above.problem or wrong


def _rank(name: str) -> float | None:
    if name in ("min", "max"):
        return 0.0 if name == "min" else 100.0
    try:
        return float(name.removeprefix("p"))
    except ValueError:
        return None
