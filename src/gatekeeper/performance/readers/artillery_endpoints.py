"""What artillery counted, and the endpoints of its metrics-by-endpoint plugin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gatekeeper.performance.quantities import number
from gatekeeper.performance.subjects import Subject, subject

_PREFIX = "plugins.metrics-by-endpoint"
_TIMES = ".response_time."
_COUNT = re.compile(r"(.+)\.(codes|errors)\.(.+)", re.DOTALL)
_NAMED = re.compile(r"(\S.*?) \((.+)\)", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_TIMEOUT = re.compile(r"E(SOCKET)?TIMEDOUT")


@dataclass(slots=True)
class Outcome:
    """How requests ended: status codes of answers, errors, unmet expectations."""

    codes: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    unmet: int = 0

    @property
    def requests(self) -> int:
        """How many requests ended."""
        return sum(self.codes.values()) + sum(self.errors.values())

    @property
    def failures(self) -> int:
        """How many of them failed; an answer that is not 2xx may be unexpected too."""
        not_2xx = sum(self._not_2xx.values())
        return sum(self.errors.values()) + max(not_2xx, self.unmet)

    @property
    def words(self) -> str:
        """What failed."""
        late = sum(n for name, n in self.errors.items() if _TIMEOUT.fullmatch(name))
        others = {k: n for k, n in self.errors.items() if not _TIMEOUT.fullmatch(k)}
        bad = self._not_2xx
        counts = {
            "time-outs": late,
            f"errors ({', '.join(others)})": sum(others.values()),
            f"answers not 2xx ({', '.join(bad)})": sum(bad.values()),
            "expectations not met": self.unmet,
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    @property
    def _not_2xx(self) -> Mapping[str, int]:
        bad = {code: n for code, n in self.codes.items() if not code.startswith("2")}
        return {code: count for code, count in bad.items() if count}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: its summary of times, if there is one, and how requests ended."""

    subject: Subject
    times: Any
    outcome: Outcome


def count(value: Any) -> int:
    """A number that counts something; 0 for everything else."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < 1e15 else 0


def counts(found: Any, prefix: str = "") -> dict[str, int]:
    """The counters whose names begin with a prefix, without it."""
    pairs = found.items() if isinstance(found, dict) else ()
    return {
        name.removeprefix(prefix): count(value)
        for name, value in pairs
        if name.startswith(prefix)
    }


def endpoints(summaries: Mapping[str, Any], counters: Any) -> Sequence[Endpoint]:
    """The endpoints by which the plugin sorted answers and errors."""
    outcomes = _outcomes(counters)
    times: dict[str, Any] = {}
    prefixes = {_PREFIX}
    for key, summary in summaries.items():
        prefix, between, name = key.partition(_TIMES)
        # The prefix is a setting, but counters with the same prefix stand beside it.
        if between and (prefix == _PREFIX or f"{prefix}.{name}" in outcomes):
            prefixes.add(prefix)
            times[name] = summary
    ended = {
        full.removeprefix(f"{prefix}."): outcome
        for full, outcome in outcomes.items()
        for prefix in prefixes
        if full.startswith(f"{prefix}.")
    }
    subjects = _subjects([*times, *(name for name in ended if name not in times)])
    return [
        Endpoint(what, times.get(name), ended.get(name, Outcome()))
        for name, what in subjects.items()
    ]


def _outcomes(counters: Any) -> Mapping[str, Outcome]:
    """How requests ended, by prefix and name of the endpoint."""
    outcomes: dict[str, Outcome] = {}
    for key, number_of in counts(counters).items():
        found = _COUNT.fullmatch(key)
        if found:
            outcome = outcomes.setdefault(found[1], Outcome())
            how = outcome.codes if found[2] == "codes" else outcome.errors
            how[found[3]] = number_of
    return outcomes


def _subjects(names: Sequence[str]) -> Mapping[str, Subject]:
    """What names mean; those that mean the same otherwise stay as they are."""
    found = {name: _subject(name) for name in names}
    often = Counter(found.values())
    return {
        name: what if often[what] == 1 else Subject(name, None, name)
        for name, what in found.items()
    }


def _subject(name: str) -> Subject:
    text = _VARIABLE.sub(r"{\1}", name)
    named = _NAMED.fullmatch(text)
    if not named:
        return subject(text)
    titled = subject(named[2])
    return titled if titled.method else subject(named[1])
