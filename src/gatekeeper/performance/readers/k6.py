"""k6: its end-of-test summary in JSON, in three shapes.

These are the file of `--summary-export`, the data that a script's `handleSummary` gets
and writes, and the machine-readable summary 1.0.0 (`--new-machine-readable-summary`).
k6 could not be run here; looked at was the source of k6 1.x with its tests, and the
issues of its users.

- Times are milliseconds with all their digits, whatever `--summary-time-unit` says.
  `http_req_duration` has no connection set-up in it. Which percentiles there are is the
  script's choice; the machine-readable summary has none but p90 and p95.
- `http_req_failed` is the rate of failures: its `passes` are the requests that failed.
  Redirects are followed and no failures.
- A threshold is `true` in the file of `--summary-export` if it was not met. It is no
  verdict here in any shape.
- Nothing tells the endpoints, except parts of metrics such as
  `http_req_duration{name:/users}`, which k6 keeps where there is a threshold on them.
  If no request had the tag, all its values are 0.
- Duration: of the test run, which the file of `--summary-export` gives by count and
  rate only. Counters of the machine-readable summary have no rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gatekeeper.performance.quantities import Kind, Quantity, convert
from gatekeeper.performance.readers.k6_metrics import (
    Metric,
    Summary,
    is_summary,
    mapping,
    summary,
)
from gatekeeper.performance.readers.k6_times import stores, times
from gatekeeper.performance.readers.service_load import inherit
from gatekeeper.performance.subjects import SERVICE, Subject, host, subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Trial,
    UnreadableError,
)

_FAILED = "http_req_failed"
_HTTP = frozenset(("http_reqs", "http_req_duration", _FAILED))
#: Tags whose value says what was requested: k6's own, and common ones of scripts.
_NAMING = ("name", "url", "endpoint", "route")
_SHOWN = 5
_DROPPED = "k6 could not start {:g} iterations in time: the load was less than planned"
_CROSSED = "thresholds of k6 that were not met, which decide nothing here: {}"

_Table = Mapping[Subject, Mapping[str, Metric]]


def _is_k6(content: Content) -> bool:
    return any(map(is_summary, content.documents)) or _is_log(content)


def _is_log(content: Content) -> bool:
    """Whether this is the log of `--out json`, which has a document for each value."""
    first = mapping(content.documents[0]) if content.documents else {}
    return first.get("type") in ("Metric", "Point") and {"metric", "data"} <= set(first)


def _read(content: Content) -> Sequence[Trial]:
    if _is_log(content):
        raise UnreadableError(
            "is the log of single values of k6 (`--out json`); run k6 with"
            " `--summary-export FILE`"
        )
    if not all(map(is_summary, content.documents)):
        raise UnreadableError("has something else among the summaries of k6")
    return [_trial(summary(document)) for document in content.documents]


def _trial(found: Summary) -> Trial:
    table = _table(found.metrics)
    service = _service(table, found.seconds)
    readings: list[Reading] = []
    loads = [service]
    for what, own in table.items():
        readings += _readings(what, own, service.duration_seconds)
        if not what.is_service:
            loads.append(inherit(_load(what, own), service))
    readings += stores(found.metrics)
    if not readings or service.requests == 0:
        raise UnreadableError(
            "has no HTTP request of k6 (`http_req_duration`); did the script send any?"
        )
    return Trial(
        "k6",
        tuple(readings),
        loads=tuple(loads),
        version=found.version,
        notes=tuple(_notes(found.metrics)),
    )


def _table(metrics: Sequence[Metric]) -> _Table:
    """The metrics by what they belong to, each once; the service comes first."""
    table: dict[Subject, dict[str, Metric]] = {SERVICE: {}}
    for metric in metrics:
        what = _subject(dict(metric.tags))
        if what is not None and (what.is_service or metric.name in _HTTP):
            table.setdefault(what, {}).setdefault(metric.name, metric)
    return table


def _subject(tags: Mapping[str, str]) -> Subject | None:
    """The endpoint that tags name; None for other parts, as of a scenario or group."""
    if not tags:
        return SERVICE
    names = [tags[key] for key in _NAMING if tags.get(key)]
    if not names or tags.keys() - {*_NAMING, "method"}:
        return None
    found = subject(names[0])
    method = tags.get("method")
    return found if found.method or not method else subject(names[0], method)


def _service(table: _Table, seconds: float | None) -> Load:
    own = table[SERVICE]
    load = _load(SERVICE, own)
    for name in ("http_reqs", "iterations"):
        count, rate = _value(own, name, "count"), _value(own, name, "rate")
        if seconds is None and count and rate and rate > 0:
            seconds = count / rate
    hosts = {_host(parts) for parts in table.values()} - {None}
    return replace(
        load,
        connections=_value(own, "vus_max", "max", "value"),
        duration_seconds=seconds,
        host=hosts.pop() if len(hosts) == 1 else None,
    )


def _load(what: Subject, own: Mapping[str, Metric]) -> Load:
    requests = _whole(_value(own, "http_reqs", "count"))
    if requests is None:
        requests = _whole(_value(own, "http_req_duration", "count"))
    failures = _failures(own, requests)
    return Load(
        what,
        requests,
        failures,
        "no answer, or a status that is not 2xx or 3xx" if failures else "",
        host=_host(own),
    )


def _failures(own: Mapping[str, Metric], requests: int | None) -> int | None:
    """How many requests failed.

    The rate tells it, since people who write such files themselves often take `passes`
    for requests that passed.
    """
    failed = _value(own, _FAILED, "passes", "matches")
    rate = _value(own, _FAILED, "rate", "value")
    total = _value(own, _FAILED, "total")
    if total is None and failed is not None:
        total = failed + (_value(own, _FAILED, "fails") or 0.0)
    total = requests if total is None else total
    if rate is None or total is None:
        return _whole(failed)
    return _whole(rate * total)


def _whole(value: float | None) -> int | None:
    return round(value) if value is not None and 0 <= value < 1e15 else None


def _value(own: Mapping[str, Metric], name: str, *keys: str) -> float | None:
    """The first of some values of a metric that is there."""
    values = own[name].values if name in own else {}
    return next((values[key] for key in keys if key in values), None)


def _host(own: Mapping[str, Metric]) -> str | None:
    names = [value for metric in own.values() for _, value in metric.tags]
    return next((found for name in names if (found := host(name))), None)


def _readings(
    what: Subject, own: Mapping[str, Metric], seconds: float | None
) -> Iterator[Reading]:
    if "http_req_duration" in own:
        yield from times(what, Kind.LATENCY, own["http_req_duration"])
    rate, count = _value(own, "http_reqs", "rate"), _value(own, "http_reqs", "count")
    if rate is None and count is not None and seconds:
        rate = count / seconds
    if rate is not None:
        yield Reading(what, Quantity(Kind.THROUGHPUT, "", "/s"), rate)
    failed = _value(own, _FAILED, "rate", "value")
    if failed is not None:
        share = convert(failed, 100)
        yield Reading(what, Quantity(Kind.ERROR_RATE, "", "%"), share)


def _notes(metrics: Sequence[Metric]) -> Iterator[str]:
    for metric in metrics:
        dropped = metric.values.get("count")
        if metric.name == "dropped_iterations" and not metric.tags and dropped:
            yield _DROPPED.format(dropped)
    crossed = [f"{one.full}: {text}" for one in metrics for text in one.crossed]
    if crossed:
        more = ", ..." if len(crossed) > _SHOWN else ""
        yield _CROSSED.format(", ".join(crossed[:_SHOWN]) + more)


FORMAT = Format("k6", _is_k6, _read)
