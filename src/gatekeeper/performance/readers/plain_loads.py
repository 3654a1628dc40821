"""The load that plain JSON tells: how many requests, failures, connections, how long.

Where an endpoint tells no conditions of its own, those of the whole file hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from gatekeeper.performance.quantities import Kind, convert
from gatekeeper.performance.readers.plain_failures import answer, failing
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_names import Name
from gatekeeper.performance.readers.plain_subjects import subject_at
from gatekeeper.performance.readers.plain_words import Role
from gatekeeper.performance.readers.service_load import inherit
from gatekeeper.performance.subjects import SERVICE, Subject, host
from gatekeeper.performance.trial import Load

#: Whole names (without a unit, `requests.total` as `requests total`), by fact.
_NAMES = {
    "requests": "requests, total requests, request count, requests count, num requests,"
    " number of requests, requests total, requests completed, completed requests,"
    " requests made, requests sent, total requests processed, http reqs count",
    "failures": "failures, failed, failed requests, requests failed, failure count,"
    " failed count, num failures, total failures, total failed, failed requests count,"
    " failures total, failures count",
    "errors": "errors, error count, errors count, total errors, num errors,"
    " errors total, requests error, requests errors",
    "timeouts": "timeouts, timeout count, total timeouts, timeouts count",
    "non2xx": "non2xx, non2xx responses, non2xx count",
    "successes": "successful requests, success count, successes, successful,"
    " total successful, requests successful, requests success, requests succeeded,"
    " requests ok, succeeded, ok, success, successful responses, ok responses,"
    " success responses, ok requests, successful transactions, ok count, 2xx,"
    " 2xx responses, 2xx count, responses 2xx",
    "connections": "connections, concurrency, concurrent users, concurrent connections,"
    " concurrent clients, concurrent requests, concurrency level, users, num users,"
    " vus, virtual users, clients",
    "duration": "duration, test duration, total duration, run duration, load duration,"
    " actual duration, measured duration, total time, elapsed, elapsed time, run time",
    "host": "host, url, base url, base uri, target, target host, target url, api url,"
    " server url",
}
_FACTS = {
    phrase.strip(): fact for fact, row in _NAMES.items() for phrase in row.split(",")
}
#: Below these, connections are those of a pool, and errors not those of the service.
_APART = frozenset({Kind.DATABASE, Kind.CACHE})
#: What settings may tell; how many requests were meant to be sent is no count.
_CONDITIONS = ("connections", "duration", "host")
#: Kinds of failures, and how they are spoken of.
_SPOKEN = {
    "errors": "errors",
    "timeouts": "time-outs",
    "non2xx": "answers not 2xx",
}
#: Facts that stand below `errors`, and names that are read together with those below.
_OF_FAILURES = ("failures", "errors", "timeouts", "non2xx")
_TOGETHER = ("requests", "errors", "failures", "responses")
_SHOWN = 3
_SECOND = 1000.0
#: Nothing was counted up to here.
_NO_COUNT = 1e15


class Loads:
    """Collects what leaves tell of the load."""

    def __init__(self) -> None:
        self._numbers: dict[Subject, dict[str, list[float]]] = {}
        self._hosts: dict[Subject, list[str]] = {}
        self._words: dict[Subject, list[str]] = {}

    def take(self, leaf: Leaf) -> bool:
        """Keep a leaf if it tells of the load; whether it does."""
        fact = _fact(leaf)
        if fact == "host" and (name := _host(leaf.text, leaf.own.words)):
            self._hosts.setdefault(_about(leaf), []).append(name)
            return True
        value = _number(leaf, fact)
        if value is None:
            return False
        mine = self._numbers.setdefault(_about(leaf), {})
        mine.setdefault(fact, []).append(value)
        return True

    def fail(self, about: Subject, count: float, where: str) -> None:
        """Count failures that no whole name tells."""
        self._numbers.setdefault(about, {}).setdefault("signs", []).append(count)
        self._words.setdefault(about, []).append(f"{count:g} {where}")

    def own(self, subject: Subject) -> Load:
        """What a subject tells itself."""
        told = self._numbers.get(subject, {})
        answers = [*told.get("answers", ()), *told.get("non2xx answers", ())]
        requests = _one(told.get("requests", [sum(answers)] if answers else ()))
        failures, words = _failures(told, requests)
        signs = self._words.get(subject, ())
        more = ", …" if len(signs) > _SHOWN else ""
        return Load(
            subject,
            None if requests is None else int(requests),
            failures,
            ", ".join(filter(None, (words, *signs[:_SHOWN]))) + more,
            _one(told.get("connections", ())),
            _one(told.get("duration", ())),
            _one(self._hosts.get(subject, ())),
        )

    def loads(self, measured: Iterable[Subject]) -> Iterator[Load]:
        """That of each measured subject, and of the service, as far as it is told.

        Failures of anything that was not measured itself are those of the service, and
        those of the service count for all: a busy or broken service answers otherwise.
        """
        subjects = dict.fromkeys([*measured, SERVICE])
        service = self.own(SERVICE)
        strays = [self.own(one) for one in self._numbers if one not in subjects]
        failed = sum(stray.failures or 0 for stray in strays)
        if failed > (service.failures or 0):
            words = [s.failure_words or f"of {s.subject}" for s in strays if s.failures]
            service = replace(
                service, failures=failed, failure_words=", ".join(words[:_SHOWN])
            )
        for subject in subjects:
            own = self.own(subject)
            if _share(service) > _share(own):
                own = replace(own, requests=None, failures=None)
            load = inherit(own, service) if subject != SERVICE else service
            if load != Load(subject):
                yield load

    def contradictions(self) -> Iterator[str]:
        """What is told differently in several places, and so is not known."""
        for subject, told in self._numbers.items():
            for fact in ("requests", "connections", "duration"):
                values = told.get(fact, ())
                if len(set(values)) > 1:
                    several = ", ".join(f"{value:g}" for value in dict.fromkeys(values))
                    yield f"{fact} of {subject} told differently, so unknown: {several}"


def tells_load(leaf: Leaf) -> bool:
    """Whether a leaf tells of the load of the whole service by its name."""
    return bool(_fact(leaf)) and _about(leaf) == SERVICE


def _share(load: Load) -> float:
    """The share of failed requests; infinite where it may be all of them."""
    if not load.failures:
        return 0.0
    return load.failures / load.requests if load.requests else math.inf


def _about(leaf: Leaf) -> Subject:
    """The subject of the object around."""
    found = answer(leaf)
    return around(leaf.above[: found[1]] if found else leaf.above)


def around(names: Sequence[Name]) -> Subject:
    """The subject that names stand for; settings are those of what is around them."""
    settings = (i for i, name in enumerate(names) if name.ends_as(Role.SETTING))
    return subject_at(names[: next(settings, len(names))])


def _fact(leaf: Leaf) -> str:
    """Which fact of the load a leaf tells; empty for none."""
    if found := answer(leaf):
        return "answers" if found[0].startswith("2") else "non2xx answers"
    above = leaf.above[-1].words if leaf.above else ""
    both = f"{above} {leaf.own.words}" if above in _TOGETHER else ""
    fact = _FACTS.get(both) or _FACTS.get(leaf.own.words, "")
    if fact != "host" and any(name.kinds & _APART for name in leaf.above):
        return ""
    meant = any(name.ends_as(Role.SETTING) for name in leaf.above)
    if failing(leaf) not in (None, len(leaf.above)) and fact not in _OF_FAILURES:
        return ""
    return "" if meant and fact not in _CONDITIONS else fact


def _number(leaf: Leaf, fact: str) -> float | None:
    """The value of a fact in its unit; None where it is none."""
    if not fact or fact == "host" or leaf.is_list or len(leaf.values) != 1:
        return None
    value, unit = leaf.values[0], leaf.unit or leaf.own.unit
    if not 0 <= value < _NO_COUNT:
        return None
    if fact != "duration":
        return None if unit or value % 1 else value
    # Without a unit it may be anything, and that of an endpoint in ms is a latency.
    if unit is None or unit[0] != "ms":
        return None
    whole = unit[1] >= _SECOND or _about(leaf) == SERVICE
    return convert(value, unit[1] / _SECOND) if whole else None


def _failures(
    told: Mapping[str, Sequence[float]], requests: float | None
) -> tuple[int | None, str]:
    """All that failed, and which kinds of failure there were.

    Errors are taken to hold the time-outs, as load generators count them.
    """
    most = {fact: max(values) for fact, values in told.items()}
    most["non2xx"] = max(most.get("non2xx", 0), sum(told.get("non2xx answers", ())))
    well = list(told.get("successes", ()))
    if "answers" in told:
        well.append(sum(told["answers"]))
    if requests is not None and well:
        most["others"] = max(0.0, requests - min(well))
    known = ("failures", *_SPOKEN, "non2xx answers", "answers", "others", "signs")
    if not any(fact in told for fact in known) and "others" not in most:
        return None, ""
    broken = max(most.get("errors", 0), most.get("timeouts", 0))
    total = max(
        *(most.get("failures", 0), broken + most["non2xx"], most.get("others", 0)),
        sum(told.get("signs", ())),
    )
    words = (
        f"{most[fact]:g} {spoken}" for fact, spoken in _SPOKEN.items() if most.get(fact)
    )
    return int(total), ", ".join(words)


def _host(text: str, key: str) -> str | None:
    address = text if "://" in text else f"http://{text}" if "host" in key else ""
    return host(address.strip())


_T = TypeVar("_T")


def _one(values: Iterable[_T]) -> _T | None:
    """The only value; None where there is none, or where several contradict."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
