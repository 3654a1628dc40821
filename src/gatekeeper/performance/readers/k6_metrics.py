"""The metrics in the three shapes of k6's summary, as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatekeeper.performance.quantities import number

#: Names that no other program has. One of them is in every summary.
_OWN = frozenset(
    (
        *("http_reqs", "http_req_duration", "http_req_failed", "http_req_waiting"),
        *("iteration_duration", "vus_max"),
    )
)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric, or the part of it that has certain tags.

    `contains` is what kind of data it holds, as far as the shape tells; `crossed` are
    the thresholds that were not met.
    """

    name: str
    tags: tuple[tuple[str, str], ...]
    values: Mapping[str, float]
    contains: str = ""
    crossed: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """The name as k6 writes it, with the tags."""
        tags = ",".join(f"{key}:{value}" for key, value in self.tags)
        return f"{self.name}{{{tags}}}" if tags else self.name


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole summary."""

    metrics: Sequence[Metric]
    seconds: float | None = None
    version: str | None = None


def is_summary(document: Any) -> bool:
    """Whether a JSON document is a summary of k6 in any of its shapes."""
    if not isinstance(document, dict):
        return False
    if "k6Version" in mapping(document.get("metadata")):
        return "results" in document
    metrics = document.get("metrics")
    return isinstance(metrics, dict) and not _OWN.isdisjoint(metrics)


def summary(document: Mapping[str, Any]) -> Summary:
    """What a summary says, whatever its shape."""
    results = document.get("results")
    if "metrics" not in document and isinstance(results, dict):
        version = mapping(document.get("metadata")).get("k6Version")
        return Summary(
            tuple(_listed(results.get("metrics"))),
            _positive(mapping(document.get("config")).get("duration"), 1),
            version if isinstance(version, str) else None,
        )
    milliseconds = mapping(document.get("state")).get("testRunDurationMs")
    metrics = tuple(
        _metric(name, mapping(found))
        for name, found in mapping(document.get("metrics")).items()
    )
    return Summary(metrics, _positive(milliseconds, 1000))


def mapping(found: Any) -> Mapping[str, Any]:
    """A JSON object; an empty one in place of anything else."""
    return found if isinstance(found, dict) else {}


def _positive(value: Any, divisor: float) -> float | None:
    found = number(value)
    return found / divisor if found is not None and 0 < found < 1e15 else None


def _listed(found: Any) -> Iterator[Metric]:
    for one in found if isinstance(found, list) else ():
        metric = mapping(one)
        if isinstance(metric.get("name"), str):
            yield _metric(metric["name"], metric)


def _metric(full: str, found: Mapping[str, Any]) -> Metric:
    # In the oldest shape the values are not in an object of their own.
    values = mapping(found.get("values", found))
    numbers = {key: number(value) for key, value in values.items()}
    name, brace, tags = full.partition("{")
    contains = found.get("contains")
    return Metric(
        name,
        tuple(_tags(tags.rpartition("}")[0])) if brace else (),
        {key: value for key, value in numbers.items() if value is not None},
        contains if isinstance(contains, str) else "",
        tuple(_crossed(mapping(found.get("thresholds")))),
    )


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """The tags of a part, taken apart at commas and colons as k6 does it."""
    for pair in text.split(","):
        key, _, value = pair.partition(":")
        yield key.strip(" \"'"), value.strip(" \"'")


def _crossed(thresholds: Mapping[str, Any]) -> Iterator[str]:
    """Thresholds not met: a bare `true` means that; elsewhere `ok` is false."""
    for expression, found in thresholds.items():
        if found is True or mapping(found).get("ok") is False:
            yield expression
