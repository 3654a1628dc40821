"""Locust: `PREFIX_stats.csv` of `--csv`, and the output of `--json`.

Looked at: locust 2.47.0 and its `stats.py`.

- Percentiles come from a histogram whose classes are whole milliseconds below 100 ms
  and two significant digits above (147 is 150, 3432 is 3400). Mean, minimum and maximum
  are exact.
- A row is a request name; the last one, `Aggregated`, holds all of them. The JSON has
  neither that one nor percentiles; they are computed here in locust's way.
- Failed requests are among the requests, and their times among the times.
- The CSV is written once a second, and lacks what came after the last time.
- The rate tells how long the whole run was, which in the JSON begins with the first
  answer. The number of users is in `_stats_history.csv` only, the host nowhere.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from gatekeeper.performance.quantities import Kind, Quantity, number, percentile_name
from gatekeeper.performance.subjects import SERVICE, Subject, subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Trial,
    UnreadableError,
)

_HEADER = ["Type", "Name", "Request Count", "Failure Count"]
#: How the files beside `_stats.csv` begin, and what they are called.
_OTHERS = {
    "Timestamp,User Count,Type,Name,": "_stats_history.csv",
    "Method,Name,Error,Occurrences": "_failures.csv",
    "Count,Message,Traceback": "_exceptions.csv",
}
_COLUMNS = {
    "Average Response Time": "mean",
    "Min Response Time": "min",
    "Max Response Time": "max",
}
_KEYS = frozenset({"name", "method", "num_requests", "response_times"})
#: The percentages of the table, so that both files give the same.
_SHARES = (0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The requests of one name, or all of them. Times are in ms."""

    what: Subject
    requests: int
    failures: int
    times: Mapping[str, float]
    rate: float | None

    def load(self) -> Load:
        words = f"{self.failures} failed requests" if self.failures else ""
        seconds = self.requests / self.rate if self.rate else 0.0
        known = round(seconds, 3) if 0 < seconds < math.inf else None
        return Load(
            self.what, self.requests, self.failures, words, duration_seconds=known
        )

    def readings(self) -> Iterator[Reading]:
        if not self.requests:
            return  # The zeros in the place of times are none.
        for name, time in self.times.items():
            step = _step(time) if name.startswith("p") else 0.0
            yield Reading(self.what, Quantity(Kind.LATENCY, name, "ms"), time, step)
        if self.rate is not None:
            yield Reading(self.what, Quantity(Kind.THROUGHPUT, "", "/s"), self.rate)
        share = 100 * self.failures / self.requests
        yield Reading(self.what, Quantity(Kind.ERROR_RATE, "", "%"), share)


def _trial(entries: Sequence[_Entry]) -> Trial:
    if not any(entry.requests for entry in entries):
        raise UnreadableError(
            "is a result of locust without any request; is the locustfile right?"
        )
    readings = tuple(reading for entry in entries for reading in entry.readings())
    return Trial("locust", readings, loads=tuple(entry.load() for entry in entries))


def _damaged(what: str) -> UnreadableError:
    return UnreadableError(
        f"is a result of locust in which {what} (cut off?); measure again"
    )


def _what(name: str, method: str) -> Subject:
    """The endpoint; some people put the method into its name too."""
    return subject(name.removeprefix(f"{method} ") or "/", method or None)


def _step(time: float) -> float:
    """How far the classes of locust's histogram are apart at this time."""
    for limit, step in ((100, 1.0), (1_000, 10.0), (10_000, 100.0)):
        if time < limit:
            return step
    return 1_000.0


def _first_line(content: Content) -> str:
    return content.text[:500].lstrip().partition("\n")[0].replace('"', "")


def _is_csv(content: Content) -> bool:
    return _first_line(content).startswith((",".join(_HEADER), *_OTHERS))


def _read_csv(content: Content) -> Sequence[Trial]:
    for start, name in _OTHERS.items():
        if _first_line(content).startswith(start):
            raise UnreadableError(
                f"is PREFIX{name} of locust; name the PREFIX_stats.csv beside it"
            )
    try:
        lines = csv.reader(io.StringIO(content.text, newline=""))
        header, *rows = [line for line in lines if line]
    except csv.Error as error:
        raise _damaged(f"the table is no CSV: {error}") from error
    if header[:4] != _HEADER:
        raise _damaged("the header is damaged")
    runs: list[list[Mapping[str, str]]] = [[]]
    for row in rows:
        if row == header:
            runs.append([])
        elif len(row) == len(header):
            runs[-1].append(dict(zip(header, row, strict=True)))
        else:
            raise _damaged("a row has not as many columns as the header")
    return [_trial(_rows(run)) for run in runs]


def _rows(rows: Sequence[Mapping[str, str]]) -> list[_Entry]:
    # A request can be called Aggregated, but has a type then.
    if not rows or rows[-1]["Name"] != "Aggregated" or rows[-1]["Type"]:
        raise _damaged("the last row, Aggregated, is missing")
    named = [_row(_what(row["Name"], row["Type"]), row) for row in rows[:-1]]
    return [*named, _row(SERVICE, rows[-1])]


def _row(what: Subject, row: Mapping[str, str]) -> _Entry:
    times = {}
    for column, written in row.items():
        share = percentile_name(column) if column.endswith("%") else None
        name, time = _COLUMNS.get(column, share), _float(written)
        if name and time is not None:
            times[name] = time
    for column in ("Request Count", "Failure Count"):
        if not re.fullmatch(r"\d{1,15}", row[column]):
            raise _damaged(f"a {column} is no number")
    requests, failures = int(row["Request Count"]), int(row["Failure Count"])
    return _Entry(what, requests, failures, times, _float(row.get("Requests/s", "")))


def _float(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None  # N/A, where there was no request.


def _is_json(content: Content) -> bool:
    return bool(content.documents) and all(map(_is_stats, content.documents))


def _is_stats(document: Any) -> bool:
    return isinstance(document, list) and any(
        isinstance(raw, dict) and raw.keys() >= _KEYS for raw in document
    )


def _stats(document: Sequence[Any]) -> Trial:
    for raw in document:
        named = isinstance(raw, dict) and isinstance(raw.get("name"), str)
        if not named or not isinstance(raw.get("method") or "", str):
            raise _damaged("an entry has no name")
    starts = _numbers(document, "start_time")
    ends = _numbers(document, "last_request_timestamp")
    seconds = max(ends) - min(starts) if starts and ends else 0.0
    entries = [
        _entry(_what(raw["name"], raw.get("method") or ""), [raw], seconds)
        for raw in document
    ]
    return _trial([*entries, _entry(SERVICE, document, seconds)])


def _entry(what: Subject, raws: Sequence[Mapping[str, Any]], seconds: float) -> _Entry:
    requests = sum(_counted(raw.get("num_requests")) for raw in raws)
    failures = sum(_counted(raw.get("num_failures")) for raw in raws)
    rate = requests / seconds if seconds > 0 else None
    return _Entry(what, requests, failures, dict(_times(raws)), rate)


def _times(raws: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    classes: Counter[float] = Counter()
    for raw in raws:
        classes.update(_classes(raw.get("response_times") or {}))
    timed = sum(classes.values())
    totals = _numbers(raws, "total_response_time")
    if timed and len(totals) == len(raws):
        yield "mean", sum(totals) / timed
    if lows := _numbers(raws, "min_response_time"):
        yield "min", min(lows)
    if highs := _numbers(raws, "max_response_time"):
        yield "max", max(highs)
    for share in _SHARES if timed else ():
        yield f"p{100 * share:g}", _percentile(classes, timed - int(timed * share))


def _classes(times: Any) -> Mapping[float, int]:
    try:
        return {float(time): _counted(count) for time, count in times.items()}
    except (AttributeError, ValueError) as error:
        raise _damaged("response_times are no table of times") from error


def _percentile(classes: Mapping[float, int], slower: int) -> float:
    """What so many requests took at least, as locust counts it."""
    times = sorted(classes, reverse=True)
    reached = zip(times, accumulate(classes[time] for time in times), strict=True)
    return next(time for time, count in reached if count >= slower)


def _numbers(raws: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    values = (number(raw.get(key)) for raw in raws)
    return [value for value in values if value is not None]


def _counted(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**15:
        raise _damaged("a number of requests is missing or is none")
    return value


TABLE = Format("locust", _is_csv, _read_csv)
STATS = Format("locust", _is_json, lambda found: [*map(_stats, found.documents)])
