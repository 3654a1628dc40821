"""The part of a test run that a gate means: tests by marker, path or name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gatekeeper.model import Case, Finding
from gatekeeper.project.files import matches

#: A word with one of these is a path or a pattern for the name, others are markers.
_PATTERN = re.compile(r"[/*?.:\[]")
#: Metric: the outcomes that it counts.
_COUNTED = {
    "failures": ("failed", "error"),
    "passed": ("passed", "xpassed"),
    "skipped": ("skipped", "xfailed"),
    "not_passed": ("failed", "error", "skipped", "xfailed"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The tests that some words mean, and what a metric of them is."""

    cases: tuple[Case, ...]

    def value(self, metric: str) -> int:
        """How many of the tests a metric counts; all of them for `total`."""
        tally = Counter(case.outcome for case in self.cases)
        if metric == "total":
            return len(self.cases)
        return sum(tally[outcome] for outcome in _COUNTED[metric])

    def findings(self, metric: str) -> tuple[Finding, ...]:
        """What happened to the tests that a metric counts."""
        wanted = _COUNTED.get(metric, ())
        return tuple(
            case.finding
            for case in self.cases
            if case.finding is not None and case.outcome in wanted
        )


def selected(words: Sequence[str], cases: Iterable[Case]) -> Selection:
    """The tests with one of these markers, or that one of these patterns names.

    A pattern is a folder or file, or is matched against the whole id of the test,
    whatever its case: `*auth*` names what has that in its path or its name.
    """
    return Selection(tuple(case for case in cases if _is_meant(words, case)))


def _is_meant(words: Sequence[str], case: Case) -> bool:
    path = case.id.partition("::")[0]
    name = case.id.casefold()
    for word in words:
        if not _PATTERN.search(word):
            if word in case.labels:
                return True
        elif matches(path, word) or fnmatchcase(name, word.casefold()):
            return True
    return False
