"""hyperfine: the file of `--export-json`.

Looked at: hyperfine 1.15.0, and the source of a later version for `memory_usage_byte`.

- Every entry of `times` is a start of the program, hence a run of its own.
- Without `-N` the time that the shell takes is subtracted; a program that is faster
  than its fluctuation has times of exactly 0.
- With `-i` failed starts are among the times; only `exit_codes` tells them. Death by
  signal N is 128 + N, or null where the system tells no code.
- Where a command fails or a person interrupts, the file stays with the commands before
  it, and is empty if there are none.
- `command` is the name given with `-n`, else the command with its parameters filled in.
  `user` and `system` are means over all starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gatekeeper.performance.quantities import Kind, Quantity, convert, number
from gatekeeper.performance.subjects import Subject, subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Trial,
    UnreadableError,
)

_MEAN = Quantity(Kind.LATENCY, "mean", "ms")
_PEAK = Quantity(Kind.MEMORY, "peak", "MB")
_STATISTICS = {"mean": "mean", "median": "p50", "min": "min", "max": "max"}
_MILLISECONDS = 1000.0
_MEGABYTES = 1e-6
#: What only hyperfine's results have besides `command`.
_MARKS = frozenset({"times", "mean", "stddev", "exit_codes"})
#: Names that mean an endpoint; everything else is a command line, URLs in it or not.
_ENDPOINT = re.compile(r"(?:[A-Z]+ )?/")
_TAKE_AGAIN = "take the measurement again"


def _recognises(content: Content) -> bool:
    return bool(content.documents) and all(map(_is_export, content.documents))


def _is_export(document: Any) -> bool:
    results = document.get("results") if isinstance(document, dict) else None
    return (
        isinstance(results, list)
        and bool(results)
        and all(
            isinstance(result, dict)
            and isinstance(result.get("command"), str)
            and len(_MARKS & result.keys()) > 1
            for result in results
        )
    )


def _read(content: Content) -> Sequence[Trial]:
    return [trial for document in content.documents for trial in _trials(document)]


def _trials(document: dict[str, Any]) -> list[Trial]:
    readings: dict[int, list[Reading]] = {}
    loads: dict[int, list[Load]] = {}
    seen = set()
    for result in document["results"]:
        what = _subject(result["command"])
        if what in seen:
            raise UnreadableError(
                f"has the command `{what}` twice; tell them apart with --command-name"
            )
        seen.add(what)
        times = _list(result, "times")
        if not times:
            readings.setdefault(0, []).extend(_summary(what, result))
        for run, reading in _starts(what, result, times):
            readings.setdefault(run, []).append(reading)
        for run, load in _outcomes(what, result, len(times)):
            loads.setdefault(run, []).append(load)
    return [
        Trial("hyperfine", tuple(readings[run]), loads=tuple(loads.get(run, ())))
        for run in sorted(readings)
    ]


def _subject(command: str) -> Subject:
    words = " ".join(command.split())
    return subject(words) if _ENDPOINT.match(words) else Subject(words, None, words)


def _list(result: dict[str, Any], key: str) -> list[Any]:
    values = result.get(key)
    return values if isinstance(values, list) else []


def _starts(
    what: Subject, result: dict[str, Any], times: list[Any]
) -> Iterator[tuple[int, Reading]]:
    """What each start took, by the number of the start."""
    for run, time in enumerate(times):
        value = number(time)
        if value is None:
            raise UnreadableError(
                f"has a time of `{what}` that is no number; {_TAKE_AGAIN}"
            )
        yield run, Reading(what, _MEAN, convert(value, _MILLISECONDS))
    for run, used in zip(
        range(len(times)), _list(result, "memory_usage_byte"), strict=False
    ):
        value = number(used)
        if value is not None:
            yield run, Reading(what, _PEAK, convert(value, _MEGABYTES))


def _outcomes(
    what: Subject, result: dict[str, Any], runs: int
) -> Iterator[tuple[int, Load]]:
    codes = _list(result, "exit_codes")
    if codes and runs and len(codes) != runs:
        raise UnreadableError(
            f"has {runs} times but {len(codes)} exit codes of `{what}`; {_TAKE_AGAIN}"
        )
    if codes and not runs:
        failed = [code for code in codes if code != 0]
        words = f"{len(failed)} starts failed" if failed else ""
        yield 0, Load(what, len(codes), len(failed), words)
        return
    for run, code in enumerate(codes):
        failed_words = "no exit code" if code is None else f"exit code {code}"
        yield run, Load(what, 1, int(code != 0), failed_words if code != 0 else "")


def _summary(what: Subject, result: dict[str, Any]) -> list[Reading]:
    """The statistics over all starts, for files whose times somebody took out."""
    values = {key: number(result.get(key)) for key in _STATISTICS}
    readings = [
        Reading(
            what,
            Quantity(Kind.LATENCY, _STATISTICS[key], "ms"),
            convert(value, _MILLISECONDS),
        )
        for key, value in values.items()
        if value is not None
    ]
    if not readings:
        raise UnreadableError(f"has no times of `{what}`; {_TAKE_AGAIN}")
    return readings


HYPERFINE = Format("hyperfine", _recognises, _read)
