"""Limits on the current values alone, such as at most 500 ms at p95.

Every run has to hold them: the worst one decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gatekeeper.model import Answer, Comparison, GateStatus
from gatekeeper.performance.outcome import VARIANCE, Limit, Outcome, more, nothing
from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.selection import select

#: Metric: its unit, the kind it is of, and the statistic, None for whichever there is.
_ABSOLUTE: dict[str, tuple[str, Kind, str | None]] = {
    **{
        f"{name.replace('.', '_')}_ms": ("ms", Kind.LATENCY, name)
        for name in "mean p50 p75 p90 p95 p97.5 p99 p99.9 max".split()
    },
    "requests_per_second": ("/s", Kind.THROUGHPUT, None),
    "memory_mb": ("MB", Kind.MEMORY, None),
    "cpu_percent": ("%", Kind.CPU, None),
    "error_rate_percent": ("%", Kind.ERROR_RATE, None),
}
METRICS = {VARIANCE: "%", **{name: unit for name, (unit, _, _) in _ABSOLUTE.items()}}


def decide(limit: Limit, levels: Sequence[Comparison]) -> Outcome:
    """The verdict on an absolute limit from the current values."""
    unit, kind, statistic = _ABSOLUTE[limit.metric]
    chosen, lost = select(limit.select, levels, kind=kind, statistic=statistic)
    rows = tuple(_of_statistic(chosen, statistic, unit))
    if lost or not rows:
        return nothing(lost or (limit.metric,), levels)
    answered = tuple(replace(row, answer=_against(row, limit)) for row in rows)
    values = [row.worst for row in answered if row.worst is not None]
    extreme = max if limit.maximum is not None else min
    value = extreme(values, default=None)
    bound = _bounds(limit, unit)
    if failing := [row for row in answered if row.answer is Answer.EXCEEDS]:
        failing.sort(key=lambda row: row.worst or 0.0, reverse=extreme is max)
        said = f"{_level(failing[0])}, {bound}{more(failing)}"
        return Outcome(GateStatus.FAILED, value, said, answered)
    if lost_rows := [row for row in answered if row.answer is Answer.INCOMPARABLE]:
        first = lost_rows[0]
        said = f"{first.subject} {first.quantity}: {first.problem}{more(lost_rows)}"
        return Outcome(GateStatus.ERROR, value, said, answered)
    worst = extreme(answered, key=lambda row: row.worst or 0.0)
    return Outcome(
        GateStatus.PASSED, value, f"worst: {_level(worst)}, {bound}", answered
    )


def _of_statistic(
    rows: Sequence[Comparison], statistic: str | None, unit: str
) -> Iterator[Comparison]:
    """The rows of a statistic, and a row that says so for each subject without it.

    What is in another unit is another quantity, as bytes a second beside requests a
    second, unless there is none in the unit of the limit.
    """
    if any(row.unit == unit for row in rows):
        rows = [row for row in rows if row.unit in (unit, "?")]
    groups: dict[tuple[str, str], list[Comparison]] = {}
    for row in rows:
        groups.setdefault((row.subject, row.kind), []).append(row)
    for group in groups.values():
        found = [r for r in group if statistic is None or r.statistic == statistic]
        for row in found:
            wrong = f"is in {row.unit}, not {unit}" if row.unit != unit else ""
            yield replace(row, problem=row.problem or wrong)
        if not found:
            known = ", ".join(row.statistic for row in group)
            lacking = f"was not measured; there is {known}"
            name = statistic or ""
            yield replace(group[0], statistic=name, worst=None, problem=lacking)


def _against(row: Comparison, limit: Limit) -> Answer:
    if row.problem or row.worst is None:
        return Answer.INCOMPARABLE
    above = limit.maximum is not None and row.worst > limit.maximum
    below = limit.minimum is not None and row.worst < limit.minimum
    return Answer.EXCEEDS if above or below else Answer.WITHIN


def _level(row: Comparison) -> str:
    runs = f", the worst of {row.current_runs} runs" if row.current_runs > 1 else ""
    return f"{row.subject} {row.quantity} {row.worst:.6g} {row.unit}{runs}"


def _bounds(limit: Limit, unit: str) -> str:
    parts = []
    if limit.minimum is not None:
        parts.append(f"at least {limit.minimum:g} {unit} required")
    if limit.maximum is not None:
        parts.append(f"at most {limit.maximum:g} {unit} allowed")
    return ", ".join(parts)
