"""From comparisons and a limit to a verdict. Pure, like the judge that asks it.

A gate that wants every endpoint to be within needs no correction for their number: the
chance to call all of them within though one is not is that of the one alone (Berger
1982, the intersection-union test).
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import replace

from gatekeeper.decimals import signed
from gatekeeper.model import Answer, Comparison, GateStatus
from gatekeeper.performance import absolute
from gatekeeper.performance.outcome import VARIANCE, Limit, Outcome, more, nothing
from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.selection import select
from gatekeeper.performance.statistics import Estimate, runs_to_settle

_SETTLED_BY = 1000
_FEWEST_RUNS = 5


def decide(
    limit: Limit, comparisons: Sequence[Comparison], levels: Sequence[Comparison]
) -> Outcome:
    """The verdict from all comparisons of a run and its current values alone."""
    if limit.metric != VARIANCE:
        return absolute.decide(limit, levels)
    if not comparisons:
        return Outcome(
            GateStatus.ERROR,
            None,
            "there is no baseline to compare with",
            fix="Name one under tools.performance.baseline.",
        )
    rows, lost = select(limit.select, comparisons)
    if lost or not rows:
        return nothing(lost, comparisons)
    maximum = limit.maximum or 0.0
    answered = tuple(replace(row, answer=_answer(row, limit, maximum)) for row in rows)
    decided = {
        (row.subject, row.kind)
        for row in answered
        if row.answer in (Answer.WITHIN, Answer.EXCEEDS)
    }
    answered = tuple(_coarse(row, decided) for row in answered)
    known = [row for row in answered if row.answer is not Answer.COARSE]
    values = [_worse(row, limit) for row in known if row.answer is not _LOST]
    value = max(values, default=None)
    status, reason = _verdict(limit, maximum, known)
    alike = "Measure both sides alike: the same endpoints, quantities and load."
    return Outcome(
        status,
        value,
        reason,
        answered,
        tuple(_notes(answered)),
        fix=alike if status is GateStatus.ERROR else "",
    )


_LOST = Answer.INCOMPARABLE


def _worse(row: Comparison, limit: Limit) -> float:
    """How much worse, in percent; of a limit on both directions, how much different."""
    variance = row.variance or 0.0
    if limit.both:
        return abs(variance)
    return 0.0 - variance if row.more_is_better else variance


def _ends(row: Comparison, limit: Limit) -> tuple[float, float]:
    """The interval of `_worse`."""
    low = row.variance if row.low is None else row.low
    high = row.variance if row.high is None else row.high
    low, high = low or 0.0, high or 0.0
    if limit.both:
        ends = (abs(low), abs(high))
        return (0.0 if low < 0 < high else min(ends)), max(ends)
    return (0.0 - high, 0.0 - low) if row.more_is_better else (low, high)


def _answer(row: Comparison, limit: Limit, maximum: float) -> Answer:
    if row.problem or row.variance is None:
        return Answer.INCOMPARABLE
    least, most = _ends(row, limit)
    if most <= maximum:
        return Answer.WITHIN
    if least > maximum:
        return Answer.EXCEEDS
    return Answer.COARSE if row.noise == "rounding" else Answer.INCONCLUSIVE


def _coarse(row: Comparison, decided: Container[tuple[str, str]]) -> Comparison:
    """A number rounded too much is left out where a finer one can stand for it."""
    if row.answer is not Answer.COARSE or (row.subject, row.kind) in decided:
        return row
    return replace(row, answer=Answer.INCONCLUSIVE)


def _verdict(
    limit: Limit, maximum: float, rows: Sequence[Comparison]
) -> tuple[GateStatus, str]:
    by = {answer: [r for r in rows if r.answer is answer] for answer in Answer}
    for found in by.values():
        found.sort(key=lambda row: -_worse(row, limit))
    allowed = f"at most {maximum:g} % allowed" + (" either way" if limit.both else "")
    if exceeding := by[Answer.EXCEEDS]:
        said = f"{describe(exceeding[0], maximum)}, {allowed}{more(exceeding)}"
        return GateStatus.FAILED, said
    if lost := by[Answer.INCOMPARABLE]:
        first = lost[0]
        what = f"{first.subject} {first.quantity}: {first.problem}"
        return GateStatus.ERROR, f"not comparable: {what}{more(lost)}"
    if open_ := by[Answer.INCONCLUSIVE]:
        return _inconclusive(limit, maximum, open_, allowed)
    (worst, *_) = sorted(rows, key=lambda row: -_worse(row, limit))
    return GateStatus.PASSED, f"worst: {describe(worst, maximum)}, {allowed}"


def _inconclusive(
    limit: Limit, maximum: float, rows: list[Comparison], allowed: str
) -> tuple[GateStatus, str]:
    status = {"fail": GateStatus.FAILED, "error": GateStatus.ERROR}.get(
        limit.inconclusive, GateStatus.PASSED
    )
    if status is GateStatus.PASSED and _worse(rows[0], limit) > maximum:
        status = GateStatus.FAILED
    first = rows[0]
    settled = settling(first, limit)
    said = f"inconclusive: {describe(first, maximum)}, {allowed}{more(rows)}; {settled}"
    return status, said


def settling(row: Comparison, limit: Limit) -> str:
    """What would settle an inconclusive comparison."""
    if row.noise == "rounding":
        return "the program rounds too much, measure with one that prints more digits"
    if row.noise == "batches":
        return f"one run a side cannot settle it, make {_FEWEST_RUNS} of each"
    if row.variance is None or row.low is None or row.high is None:
        return ""
    estimate = Estimate(*(1 + v / 100 for v in (row.variance, row.low, row.high)))
    runs = 2 / (1 / row.baseline_runs + 1 / row.current_runs)
    bounds = [1 + sign * (limit.maximum or 0.0) / 100 for sign in (1, -1)]
    inside = [b for b in bounds if 0 < b and estimate.low <= b <= estimate.high]
    if not limit.both:
        inside = [bounds[1] if row.more_is_better else bounds[0]]
    needed = max((_needed(estimate, b, runs) for b in inside), default=math.inf)
    if needed > _SETTLED_BY:
        return f"not even {_SETTLED_BY} runs a side would settle it"
    return f"about {math.ceil(needed)} runs a side would settle it"


def _needed(estimate: Estimate, bound: float, runs: float) -> float:
    return runs_to_settle(estimate, bound, runs) if bound > 0 else math.inf


def describe(row: Comparison, maximum: float | None) -> str:
    """One comparison in words: `GET /users latency p95 +12.3 % (+8.1 to +15.9 %)`."""
    if row.variance is None:
        return f"{row.subject} {row.quantity}"
    unit = "points" if row.kind == Kind.ERROR_RATE else "%"
    said = f"{row.subject} {row.quantity} {signed(row.variance, maximum)} {unit}"
    if row.low is None or row.high is None:
        return said
    return f"{said} ({signed(row.low, maximum)} to {signed(row.high, maximum)} %)"


def _notes(rows: Sequence[Comparison]) -> list[str]:
    notes = []
    compared = [row for row in rows if row.answer is not Answer.INCOMPARABLE]
    single = [r for r in compared if 1 in (r.baseline_runs, r.current_runs)]
    single = [row for row in single if row.noise != "batches"]
    if single:
        which = "all" if len(single) == len(compared) else f"{len(single)}"
        notes.append(
            f"{which} comparisons are of single numbers: there is no measure of noise;"
            " measure each side several times"
        )
    if any(row.noise == "batches" for row in rows):
        notes.append(
            "intervals from parts of one run cover its own noise, not that between runs"
        )
    if coarse := [row for row in rows if row.answer is Answer.COARSE]:
        names = ", ".join(f"{r.subject} {r.quantity}" for r in coarse[:3])
        notes.append(f"rounded too much to decide, left to finer numbers: {names}")
    return notes
