"""Which comparisons a gate means, by the words of `select`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gatekeeper.model import Comparison
from gatekeeper.performance.quantities import Kind, percentile_name
from gatekeeper.performance.subjects import subject

_STATISTICS = frozenset({"mean", "min", "max", "peak"})
_ENDPOINT = re.compile(r"[/*:]")
#: Statistics that a single request decides; they count only where a gate names them.
_ERRATIC = frozenset({"min", "max", "p1", "p2.5", "p99.9", "p99.99", "p99.999"})


@dataclass(frozen=True, slots=True)
class Quantities:
    """A word of `select` that means quantities: of a kind, of a statistic, or both."""

    word: str
    kind: str | None
    statistic: str | None

    def fits(self, row: Comparison, asked: str | None = None) -> bool:
        """Whether a comparison is meant; `asked` is a statistic that is asked for."""
        if self.kind is not None and row.kind != self.kind:
            return False
        if self.statistic is None:
            return row.statistic == asked or row.statistic not in _ERRATIC
        return row.statistic == self.statistic


def mistake(word: str) -> str:
    """What is wrong with a word of `select`; empty where nothing is."""
    if _quantities(word) is not None or _ENDPOINT.search(word):
        return ""
    close = difflib.get_close_matches(word, list(Kind), n=1)
    hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(Kind)}, p95, …"
    return f"no such quantity: {word}; {hint} An endpoint holds a / or a *"


def select(
    words: Sequence[str],
    rows: Iterable[Comparison],
    *,
    kind: Kind | None = None,
    statistic: str | None = None,
) -> tuple[tuple[Comparison, ...], tuple[str, ...]]:
    """The comparisons that words mean, and the words that mean none of them.

    Without a word for quantities: those of `kind`, or all but error rates, which make
    a comparison worthless before they are compared.
    """
    quantities = [found for word in words if (found := _quantities(word))]
    patterns = [word for word in words if _quantities(word) is None]
    everything = tuple(rows)
    chosen = tuple(
        row
        for row in everything
        if _wanted(row, quantities, kind, statistic) and _at(row, patterns)
    )
    lost = [
        q.word for q in quantities if not any(q.fits(row, statistic) for row in chosen)
    ]
    lost += [p for p in patterns if not any(_at(row, [p]) for row in chosen)]
    return chosen, tuple(lost)


def _wanted(
    row: Comparison,
    words: Sequence[Quantities],
    kind: Kind | None,
    statistic: str | None,
) -> bool:
    if words:
        return any(word.fits(row, statistic) for word in words)
    if kind is not None:
        return row.kind == kind
    return row.kind != Kind.ERROR_RATE and row.statistic not in _ERRATIC


def _at(row: Comparison, patterns: Sequence[str]) -> bool:
    if not patterns:
        return True
    here = subject(row.subject)
    for pattern in patterns:
        there = subject(pattern)
        same_method = there.method is None or there.method == here.method
        if same_method and _same_route(here.route, there.route):
            return True
    return False


def _same_route(route: str, pattern: str) -> bool:
    # Only the star is special: brackets are parameters of some routers.
    return fnmatchcase(route, re.sub(r"([\[\]?])", r"[\1]", pattern))


def _quantities(word: str) -> Quantities | None:
    parts = re.split(
        r"[\s_]+", word.strip().lower().replace("error_rate", "error-rate")
    )
    names = [part.replace("error-rate", "error_rate") for part in parts]
    kind = names.pop(0) if names[0] in list(Kind) else None
    if not names:
        return Quantities(word, kind, None)
    text = ".".join(names)
    statistic = text if text in _STATISTICS else None
    if statistic is None and text.startswith("p"):
        statistic = percentile_name(text)
    if text == "median":
        statistic = "p50"
    return Quantities(word, kind, statistic) if statistic else None
