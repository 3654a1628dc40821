"""The times in metrics of k6: of requests, and of databases and caches by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gatekeeper.performance.quantities import Kind, Quantity, percentile_name
from gatekeeper.performance.readers.k6_metrics import Metric
from gatekeeper.performance.subjects import SERVICE, Subject, subject
from gatekeeper.performance.trial import Reading

_STATISTICS = {"avg": "mean", "med": "p50", "min": "min", "max": "max"}
_STORES = {
    **dict.fromkeys(("cache", "redis", "memcached"), Kind.CACHE),
    **dict.fromkeys(("db", "database", "sql", "mysql", "postgres"), Kind.DATABASE),
    **dict.fromkeys(("postgresql", "mongo", "mongodb"), Kind.DATABASE),
}
#: Words that do not tell one operation of a database or cache from another.
_FILLERS = frozenset(
    ("time", "duration", "latency", "ms", "query", "queries", "request", "response")
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def times(what: Subject, kind: Kind, metric: Metric) -> Iterator[Reading]:
    """The statistics of a metric of times, each once."""
    told = set()
    for key, value in metric.values.items():
        name = _STATISTICS.get(key)
        if name is None and key.startswith("p"):
            name = percentile_name(key)
        if name and name not in told:
            told.add(name)
            yield Reading(what, Quantity(kind, name, "ms"), value)


def stores(metrics: Sequence[Metric]) -> Iterator[Reading]:
    """The times of databases and caches, which scripts measure in metrics of their own.

    A name that says nothing but the kind means the service's; others are operations.
    """
    found = [(metric, kind) for metric in metrics if (kind := _kind(metric))]
    plain = [kind for metric, kind in found if _is_plain(metric)]
    for metric, kind in found:
        whole = _is_plain(metric) and plain.count(kind) == 1
        yield from times(SERVICE if whole else subject(metric.name), kind, metric)


def _kind(metric: Metric) -> Kind | None:
    # A metric with a `value` is a gauge, of which there are no statistics.
    if metric.tags or metric.contains != "time" or "value" in metric.values:
        return None
    kinds = {_STORES[word] for word in _words(metric) if word in _STORES}
    return kinds.pop() if len(kinds) == 1 else None


def _is_plain(metric: Metric) -> bool:
    return all(word in _STORES or word in _FILLERS for word in _words(metric))


def _words(metric: Metric) -> list[str]:
    return [word.lower() for word in _WORD.findall(metric.name)]
