"""Two sides in, comparisons out: each quantity of each subject of the baseline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from gatekeeper.model import Comparison
from gatekeeper.performance.change import change
from gatekeeper.performance.comparability import Rules, differences, failed_requests
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.sides import Key, Series, Side, side
from gatekeeper.performance.subjects import Subject, pair
from gatekeeper.performance.trial import Trial, UnreadableError

_ORDER = {kind: index for index, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Compared:
    """All comparisons, the current values alone, and how all that came about."""

    comparisons: tuple[Comparison, ...]
    levels: tuple[Comparison, ...]
    notes: tuple[str, ...]


def compare(
    baseline: Sequence[Trial] | None, current: Sequence[Trial], rules: Rules
) -> Compared:
    """Compare two sides; without a baseline only the current values are given.

    Raises UnreadableError where a side holds no number at all.
    """
    after = _measured("current", current)
    levels = _sorted(
        row for subject in after.series for row in _alone(after, subject, rules)
    )
    if baseline is None:
        return Compared((), levels, after.notes)
    pairs = _Pairs(_measured("baseline", baseline), after, rules)
    rows = _sorted(pairs.rows())
    return Compared(rows, levels, tuple(dict.fromkeys(pairs.notes())))


def _measured(name: str, trials: Sequence[Trial]) -> Side:
    found = side(name, trials)
    if not found.series:
        raise UnreadableError(f"the {name} holds no number to compare")
    return found


def _sorted(rows: Iterable[Comparison]) -> tuple[Comparison, ...]:
    return tuple(sorted(rows, key=lambda row: _ORDER[Kind(row.kind)]))


def _alone(after: Side, subject: Subject, rules: Rules) -> Iterator[Comparison]:
    spoilt = failed_requests(after, subject, rules)
    for key, series in after.series[subject].items():
        problem = "" if key[0] is Kind.ERROR_RATE else spoilt
        row = _row(str(subject), key, series)
        yield replace(_with_current(row, series), problem=_of(after, series) or problem)


class _Pairs:
    """The comparison of two sides under way; accepted doubts are collected."""

    def __init__(self, before: Side, after: Side, rules: Rules) -> None:
        self.before, self.after, self.rules = before, after, rules
        self.pairs = pair(before.series, after.series)
        self.accepted: list[str] = []

    def rows(self) -> Iterator[Comparison]:
        """Every quantity of every subject of the baseline, comparable or not."""
        for subject in self.before.series:
            now = self.pairs.get(subject)
            if now is None:
                yield from self._lost(subject)
            else:
                yield from self._paired(subject, now)

    def _lost(self, subject: Subject) -> Iterator[Comparison]:
        what = "this measurement" if subject.is_service else "this endpoint"
        for key, series in self.before.series[subject].items():
            row = _with_baseline(_row(str(subject), key, series), series)
            yield replace(row, problem=f"the results lack {what}")

    def _paired(self, was: Subject, now: Subject) -> Iterator[Comparison]:
        shown = str(now if was.is_service or now.method and not was.method else was)
        old, new = self.before.series[was], self.after.series[now]
        doubts = self._doubts(was, now)
        failures = [
            failed_requests(one, where, self.rules)
            for one, where in ((self.before, was), (self.after, now))
        ]
        for key, series in old.items():
            row = _with_baseline(_row(shown, key, series), series)
            if key not in new:
                if problem := self._missing(key, old, new):
                    yield replace(row, problem=problem)
                continue
            row = _with_current(row, new[key])
            spoilt = [] if key[0] is Kind.ERROR_RATE else failures
            problems = [
                _of(self.before, series),
                _of(self.after, new[key]),
                _units(series, new[key]),
                *spoilt,
                *doubts,
            ]
            if problem := next(filter(None, problems), ""):
                yield replace(row, problem=problem)
            else:
                yield change(row, series, new[key], self.rules.confidence)

    def _doubts(self, was: Subject, now: Subject) -> list[str]:
        left = []
        for doubt in differences(self.before, was, self.after, now):
            if doubt.accepted_by in self.rules.accept:
                self.accepted.append(f"{doubt.text}, which the policy accepts")
            else:
                hint = f" (`accept: [{doubt.accepted_by}]` compares all the same)"
                left.append(doubt.text + hint)
        return left

    def _missing(
        self, key: Key, old: Mapping[Key, Series], new: Mapping[Key, Series]
    ) -> str:
        """Why the lack of a quantity is a problem; empty where it is none.

        Different programs print different percentiles, so there one common quantity of
        the kind is enough; the same program was told to leave something out.
        """
        kind = key[0]
        if not any(other is kind for other, _ in new):
            return f"the results have no {kind} of it"
        common = any(other in new for other in old if other[0] is kind)
        same = self.before.programs == self.after.programs
        if common and (not same or old[key].derived):
            return ""
        return f"the results have no {Quantity(*key).name} of it"

    def notes(self) -> Iterator[str]:
        """What the reader has to know; complete when the rows were made."""
        for one in (self.before, self.after):
            yield from (f"{one.name}: {note}" for note in one.notes)
        if self.before.programs != self.after.programs:
            names = [", ".join(sorted(s.programs)) for s in (self.before, self.after)]
            yield (
                f"measured by different programs, {names[0]} and {names[1]}, which do"
                " not time quite the same"
            )
        for was, now in self.pairs.items():
            if was.is_service != now.is_service:
                named = now if was.is_service else was
                yield f"one side does not tell what it measured; taken for {named}"
            elif was.route != now.route:
                yield f"{now} is taken for {was}"
        for one in (self.before, self.after):
            yield from _incomplete(one)
        yield from self.accepted
        known = set(self.pairs.values())
        new = [str(s) for s in self.after.series if s not in known and not s.is_service]
        if new:
            more = f" and {len(new) - 3} more" if len(new) > 3 else ""
            yield f"not in the baseline, so not compared: {', '.join(new[:3])}{more}"


def _incomplete(one: Side) -> Iterator[str]:
    """Subjects with fewer runs than others, and failures that nobody counted."""
    runs = {
        subject: max(len(series.values) for series in quantities.values())
        for subject, quantities in one.series.items()
    }
    most = max(runs.values())
    few = [f"{subject} ({n})" for subject, n in runs.items() if n < most]
    if few:
        more = f" and {len(few) - 3} more" if len(few) > 3 else ""
        yield f"{one.name}: fewer than {most} runs of {', '.join(few[:3])}{more}"
    if not any(map(one.knows_failures, one.series)):
        yield f"{one.name}: nothing tells whether requests failed"


def _of(one: Side, series: Series) -> str:
    return f"{one.name}: {series.problem}" if series.problem else ""


def _units(old: Series, new: Series) -> str:
    if old.unit == new.unit:
        return ""
    named = ["no unit" if s.unit == "?" else s.unit for s in (old, new)]
    return f"mixed units: {named[0]} in the baseline, {named[1]} in the results"


def _row(subject: str, key: Key, series: Series) -> Comparison:
    kind, statistic = key
    better = Quantity(kind).more_is_better
    return Comparison(subject, kind, statistic, series.unit, better)


def _with_baseline(row: Comparison, series: Series) -> Comparison:
    return replace(row, baseline=_middle(series), baseline_runs=len(series.values))


def _with_current(row: Comparison, series: Series) -> Comparison:
    worst = min(series.values) if row.more_is_better else max(series.values)
    return replace(
        row,
        current=_middle(series),
        worst=worst if math.isfinite(worst) else None,
        current_runs=len(series.values),
    )


def _middle(series: Series) -> float | None:
    value = median(series.values)
    return value if math.isfinite(value) else None
