"""pytest-benchmark: the file of `--benchmark-json`, and of `--benchmark-autosave`.

Looked at: pytest-benchmark 5.3.1.

- `data` holds the rounds in order of time, and is left out by `--benchmark-autosave`
  unless `--benchmark-save-data` is given.
- A round of several iterations counts with their mean, so that percentiles of its data
  are not those of single calls.
- A test that failed after its measurement is among the benchmarks like any other; only
  the exit code of pytest tells.
- `ops` is one divided by the mean: no throughput of a service.
- Names have the path as seen from pytest's root folder, the same on both sides only
  where both started from the same folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gatekeeper.performance.quantities import Kind, Quantity, convert, number
from gatekeeper.performance.subjects import Subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Reading,
    Samples,
    Trial,
    UnreadableError,
)

_STATISTICS = {"mean": "mean", "median": "p50", "min": "min", "max": "max"}
_MILLISECONDS = 1000.0
_TAKE_AGAIN = "run pytest again with --benchmark-json"


def _recognises(content: Content) -> bool:
    return bool(content.documents) and all(map(_is_report, content.documents))


def _is_report(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("benchmarks"), list)
        and isinstance(document.get("machine_info"), dict)
    )


def _read(content: Content) -> Sequence[Trial]:
    return [_trial(document) for document in content.documents]


def _trial(document: dict[str, Any]) -> Trial:
    measured: dict[Subject, tuple[list[Reading], list[Samples]]] = {}
    averaged = 0
    for index, benchmark in enumerate(document["benchmarks"]):
        what, stats = _benchmark(index, benchmark)
        if what in measured:
            raise UnreadableError(f"has the benchmark {what} twice; {_TAKE_AGAIN}")
        samples = list(_samples(what, stats))
        readings = [] if samples else list(_readings(what, stats))
        if not readings and not samples:
            raise UnreadableError(f"has no times of {what}; {_TAKE_AGAIN}")
        measured[what] = readings, samples
        averaged += (number(stats.get("iterations")) or 1) > 1
    if not measured:
        raise UnreadableError("holds no benchmark; did pytest select any?")
    version = document.get("version")
    return Trial(
        "pytest-benchmark",
        tuple(reading for readings, _ in measured.values() for reading in readings),
        tuple(sample for _, samples in measured.values() for sample in samples),
        version=version if isinstance(version, str) else None,
        machine=_machine(document["machine_info"]),
        notes=_notes(averaged),
    )


def _benchmark(index: int, benchmark: Any) -> tuple[Subject, dict[str, Any]]:
    if isinstance(benchmark, dict) and isinstance(benchmark.get("stats"), dict):
        name = benchmark.get("fullname") or benchmark.get("name")
        if isinstance(name, str):
            return Subject(name, None, name), benchmark["stats"]
    raise UnreadableError(
        f"has a benchmark without name or stats (number {index + 1}); {_TAKE_AGAIN}"
    )


def _samples(what: Subject, stats: dict[str, Any]) -> Iterator[Samples]:
    data = stats.get("data")
    if not isinstance(data, list) or not data:
        return
    values = [number(value) for value in data]
    if None in values:
        raise UnreadableError(
            f"has something among the data of {what} that is no number; {_TAKE_AGAIN}"
        )
    times = tuple(
        convert(value, _MILLISECONDS) for value in values if value is not None
    )
    yield Samples(what, Quantity(Kind.LATENCY, "", "ms"), times)


def _readings(what: Subject, stats: dict[str, Any]) -> Iterator[Reading]:
    for key, statistic in _STATISTICS.items():
        value = number(stats.get(key))
        if value is not None:
            quantity = Quantity(Kind.LATENCY, statistic, "ms")
            yield Reading(what, quantity, convert(value, _MILLISECONDS))


def _machine(info: dict[str, Any]) -> str:
    """The processor and how many there are; not the host's name, which is no trait."""
    cpu = info.get("cpu")
    cpu = cpu if isinstance(cpu, dict) else {}
    brand = cpu.get("brand_raw") or info.get("processor") or info.get("machine")
    count = number(cpu.get("count"))
    words = [
        f"{count:g} x" if count else "",
        brand.strip() if isinstance(brand, str) else "",
    ]
    return " ".join(word for word in words if word)


def _notes(averaged: int) -> tuple[str, ...]:
    if not averaged:
        return ()
    return (
        f"pytest-benchmark: in {averaged} benchmarks a value is the mean of several"
        " iterations, so percentiles are milder than those of single calls",
    )


PYTEST_BENCHMARK = Format("pytest-benchmark", _recognises, _read)
