"""Any other JSON whose numbers have telling names: the last resort.

People write such files with scripts of their own: nodejs_baseline.json,
performance_results.json, the list of github-action-benchmark. plain_words.py is the
table of the words that are understood, plain_meaning.py says what they mean together.

- A unit that neither the name of a number tells nor one around it is `?`.
- Limits, targets, settings and computed changes are no measurements.
- Two numbers that mean the same are an error, unless they are equal.
"""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.performance.readers.plain_gather import PROGRAM, Gathered
from gatekeeper.performance.readers.plain_leaves import leaves, runs
from gatekeeper.performance.trial import Content, Format, Trial, UnreadableError

_UNDERSTOOD = (
    "`p95_ms`, `avg_response_time`, `requests_per_second`, `memory_mb`, `cpu_percent`,"
    ' `error_rate_percent`, `{"GET /users": {"p95": 120}}`,'
    ' `{"database": {"find_user_ms": 3.2}}`'
)


def _recognises(content: Content) -> bool:
    return isinstance(content.document, dict | list)


def _read(content: Content) -> Sequence[Trial]:
    repeated, around = runs(content.document)
    gathered: list[Gathered] = []
    for where, part in repeated:
        found = Gathered()
        for leaf in leaves(part, where):
            found.add(leaf)
        for leaf in leaves(around):
            # What stands around the runs counts once, its conditions for all of them.
            if gathered:
                found.loads.take(leaf)
            else:
                found.add(leaf, unless_known=True)
        gathered.append(found)
    trials = [found.trial() for found in gathered]
    if not any(trial.readings or trial.samples for trial in trials):
        seen = "".join(f" ({note})" for trial in trials[:1] for note in trial.notes)
        raise UnreadableError(
            f"holds no number whose name tells what it is{seen}; such names are"
            f" {_UNDERSTOOD}, and items of lists need an `endpoint` or a `name`"
        )
    return trials


PLAIN = Format(PROGRAM, _recognises, _read)
