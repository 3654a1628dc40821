"""artillery: the file of `artillery run --output`, of versions 2 and 1.

Looked at: artillery 2.0.34, 2.0.21 and 1.7.9, each with the metrics-by-endpoint plugin.

- A response time ends with the first byte of the answer, and is whole milliseconds.
  Version 2 keeps times in buckets (DDSketch), so percentiles above 50 ms lie 2 % apart;
  13 is told as 13.1, and 14 as 13.9. `p999` is p99.9; `histograms` repeats `summaries`.
- `http.request_rate` is the mean of rounded rates of clock-aligned windows of ten
  seconds: 22 per second for 62 requests in 3.8 s. Answers and time tell it better.
- `rps` of version 1 counts requests that failed.
- Redirects are followed, and each counts as a request of its own.
- Expectations that were not met (expect plugin) are no errors and stop nobody.
- The plugin calls an endpoint `/path`, `/path (name of the request)` or by its name
  alone; its prefix can be changed. Variables stand there as `{{ id }}`, or filled in.
- Host and method are not told. Users arrive at a rate, so there are no connections.
- The verdict of `ensure` is not in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatekeeper.performance.quantities import Kind, Quantity, number, percentile_name
from gatekeeper.performance.readers.artillery_endpoints import (
    Endpoint,
    Outcome,
    count,
    counts,
    endpoints,
)
from gatekeeper.performance.readers.service_load import inherit
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Trial,
    UnreadableError,
)

_TIMES = "http.response_time"
_STATISTICS = {
    **{name: name for name in ("min", "max", "mean")},
    **{"median": "p50", "p999": "p99.9"},
}
#: How far apart neighbouring buckets of a sketch with a relative accuracy of 1 % lie.
_BUCKET = 1.01 / 0.99 - 1
_FIRST_BYTE = "artillery measures up to the first byte of an answer"
_SKIPPED = "artillery left out {} users, since as many as allowed were busy"


@dataclass(frozen=True, slots=True)
class _Totals:
    """What both versions tell of the whole run; of the throughput its step too."""

    times: Any
    outcome: Outcome
    requests: int
    skipped: int
    seconds: float | None
    throughput: tuple[float, float] | None
    summaries: Mapping[str, Any]


def _is_artillery(content: Content) -> bool:
    return any(_is_output(document) for document in content.documents)


def _is_output(document: Any) -> bool:
    if not isinstance(document, dict) or "aggregate" not in document:
        return False
    keys = _object(document["aggregate"]).keys()
    known = keys >= {"counters", "rates"} or keys >= {"scenariosCreated", "codes"}
    return known or "intermediate" in document


def _object(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _read(content: Content) -> Sequence[Trial]:
    if not all(_is_output(document) for document in content.documents):
        raise UnreadableError("has something else among the results of artillery")
    return [_trial(_object(one["aggregate"])) for one in content.documents]


def _trial(whole: Mapping[str, Any]) -> Trial:
    totals = _version_1(whole) if "latency" in whole else _version_2(whole)
    if not totals.requests:
        raise UnreadableError(
            "has no HTTP requests of artillery; was it stopped early?"
        )
    service = _load(SERVICE, totals.outcome, totals)
    loads = [service]
    readings = [*_latencies(SERVICE, totals.times), *_rates(service, totals)]
    found = endpoints(totals.summaries, whole.get("counters"))
    for one in found:
        readings += _latencies(one.subject, one.times)
        own = _own_load(one, _untold(totals.outcome, found))
        readings += _error_rate(own)
        loads.append(inherit(own, service))
    notes = [_FIRST_BYTE]
    if totals.skipped:
        notes.append(_SKIPPED.format(totals.skipped))
    return Trial("artillery", tuple(readings), loads=tuple(loads), notes=tuple(notes))


def _version_2(whole: Mapping[str, Any]) -> _Totals:
    counters = whole.get("counters")
    found = counts(counters)
    summaries = _object(whole.get("summaries") or whole.get("histograms"))
    outcome = Outcome(
        counts(counters, "http.codes."),
        counts(counters, "errors."),
        found.get("plugins.expect.failed", 0),
    )
    first, last = number(whole.get("firstMetricAt")), number(whole.get("lastMetricAt"))
    seconds = (last - first) / 1000 if first and last and last > first else None
    rate = number(_object(whole.get("rates")).get("http.request_rate"))
    throughput = None if rate is None else (rate, 1.0)
    if seconds:
        throughput = (sum(outcome.codes.values()) / seconds, 0.0)
    return _Totals(
        summaries.get(_TIMES),
        outcome,
        max(found.get("http.requests", 0), outcome.requests),
        found.get("vusers.skipped", 0),
        seconds,
        throughput,
        summaries,
    )


def _version_1(whole: Mapping[str, Any]) -> _Totals:
    outcome = Outcome(counts(whole.get("codes")), counts(whole.get("errors")))
    sent = _object(whole.get("rps"))
    rate, requests = number(sent.get("mean")), count(sent.get("count"))
    return _Totals(
        whole.get("latency"),
        outcome,
        max(requests, count(whole.get("requestsCompleted")), outcome.requests),
        count(whole.get("scenariosAvoided")),
        requests / rate if rate and rate > 0 and requests else None,
        None if rate is None else (rate, 0.01),
        _object(whole.get("customStats")),
    )


def _load(what: Subject, outcome: Outcome, totals: _Totals) -> Load:
    return Load(
        what,
        totals.requests,
        min(outcome.failures, totals.requests),
        outcome.words,
        duration_seconds=totals.seconds,
    )


def _untold(whole: Outcome, found: Sequence[Endpoint]) -> bool:
    """Whether there are failures of which the endpoint is not told."""
    told = sum(sum(one.outcome.errors.values()) for one in found)
    return whole.unmet > 0 or sum(whole.errors.values()) > told


def _own_load(one: Endpoint, untold: bool) -> Load:
    outcome = one.outcome
    if not outcome.requests or (untold and not outcome.failures):
        return Load(one.subject)
    return Load(one.subject, outcome.requests, outcome.failures, outcome.words)


def _rates(service: Load, totals: _Totals) -> Iterator[Reading]:
    if totals.throughput is not None:
        quantity = Quantity(Kind.THROUGHPUT, "", "/s")
        yield Reading(service.subject, quantity, *totals.throughput)
    yield from _error_rate(service)


def _error_rate(load: Load) -> Iterator[Reading]:
    if load.requests and load.failures is not None:
        share = 100 * load.failures / load.requests
        yield Reading(load.subject, Quantity(Kind.ERROR_RATE, "", "%"), share)


def _latencies(what: Subject, times: Any) -> Iterator[Reading]:
    values: dict[str, float] = {}
    for key, value in _object(times).items():
        name = _STATISTICS.get(key) or (
            percentile_name(key) if key[:1] == "p" else None
        )
        found = number(value)
        if name and found is not None:
            values.setdefault(name, found)
    # Only these two are single observations, and show how exact those are.
    exact = [values[name] for name in ("min", "max") if name in values]
    unit = 1.0 if all(value.is_integer() for value in exact) else 0.1
    sketched = "mean" in values
    for name, value in values.items():
        step = 0.1 if name == "mean" else unit
        if sketched and name.startswith("p"):
            step = max(step, _BUCKET * value)
        yield Reading(what, Quantity(Kind.LATENCY, name, "ms"), value, step)


FORMAT = Format("artillery", _is_artillery, _read)
