"""Any other JSON whose numbers have telling names: the last resort.

People write such files with scripts of their own: nodejs_baseline.json,
performance_results.json, the list of github-action-benchmark. plain_words.py is the
table of the words that are understood, plain_meaning.py says what they mean together.

- A unit that neither the name of a number tells nor one around it is `?`.
- Limits, targets, settings and computed changes are no measurements.
- Two numbers that mean the same are an error, unless they are equal.
- What may be a sign of failed requests counts as one (plain_failures.py).
- Several documents in one file, or a list of runs, are a trial each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatekeeper.performance.readers.plain_gather import PROGRAM, Gathered
from gatekeeper.performance.readers.plain_leaves import leaves
from gatekeeper.performance.readers.plain_loads import Loads
from gatekeeper.performance.readers.plain_runs import refuse_logs, runs
from gatekeeper.performance.trial import Content, Format, Trial, UnreadableError

_UNDERSTOOD = (
    "`p95_ms`, `avg_response_time`, `requests_per_second`, `memory_mb`, `cpu_percent`,"
    ' `error_rate_percent`, `{"GET /users": {"p95": 120}}`,'
    ' `{"database": {"find_user_ms": 3.2}}`'
)


def _recognises(content: Content) -> bool:
    found = content.documents
    return bool(found) and all(isinstance(one, dict | list) for one in found)


def _read(content: Content) -> Sequence[Trial]:
    refuse_logs(content.documents)
    documents = [_trials(one) for one in content.documents]
    measured = [any(t.readings or t.samples for t in trials) for trials in documents]
    if not any(measured):
        seen = "".join(f" ({note})" for note in documents[0][0].notes)
        raise UnreadableError(
            f"holds no number whose name tells what it is{seen}; such names are"
            f" {_UNDERSTOOD}, and items of lists need an `endpoint` or a `name`"
        )
    _refuse_gaps(measured)
    return [trial for trials in documents for trial in trials]


def _trials(document: Any) -> list[Trial]:
    repeated, outside = runs(document)
    around = leaves(outside)
    conditions = [leaf for leaf in around if Loads().take(leaf)]
    found, measured = [], []
    for index, (where, part) in enumerate(repeated):
        run = Gathered()
        for leaf in leaves(part, where):
            run.add(leaf)
        measured.append(run.has_measured)
        # What stands around the runs counts once, its conditions for all of them.
        for leaf in conditions if index else around:
            run.add(leaf, unless_known=True)
        found.append(run.trial())
    if any(measured):
        _refuse_gaps(measured)
    return found


def _refuse_gaps(measured: Sequence[bool]) -> None:
    """A run of several without a measurement is one that failed."""
    if not all(measured):
        raise UnreadableError(
            f"has {len(measured)} runs, but number {measured.index(False) + 1} holds no"
            " number whose name tells what it is; make that run anew, or leave it out"
        )


PLAIN = Format(PROGRAM, _recognises, _read)
