"""hey: its summary, and the single observations of `-o csv`.

Looked at: hey 0.1.4 (Debian), and the source of later ones, which print `10%%`.

- Neither says what was requested or over how many connections.
- `Requests/sec` counts failed requests too; latencies are those of answers, bad ones
  (500) included. Redirects are followed.
- Percentiles of few answers are wrong: one answer serves as one percentile at most, so
  with three of them `25%` is the slowest. From 20 on there is no such clash.
- The distribution is that of the first million answers, and the average of more than
  these is the sum of all times divided by a million.
- The CSV leaves out requests that got no answer, so it never says that none failed.
  Its rows are in the order in which requests ended; `offset` is when they began.
- Times are seconds with four decimals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from gatekeeper.performance.quantities import Kind, Quantity, convert
from gatekeeper.performance.subjects import SERVICE
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Samples,
    Trial,
    UnreadableError,
)

_START = re.compile(r"^Summary:[ \t]*\r?\n[ \t]+Total:[ \t]+\S+ secs", re.MULTILINE)
_FIELD = re.compile(r"^[ \t]+([A-Z][A-Za-z/]{1,20}):[ \t]+(\S+)", re.MULTILINE)
_PERCENTILE = re.compile(r"^[ \t]+([1-9]\d?)%%? in (\S+) secs", re.MULTILINE)
_STATUS = re.compile(r"^[ \t]+\[(\d{3})\][ \t]+(\d{1,15}) responses", re.MULTILINE)
_ERROR = re.compile(r"^[ \t]+\[(\d{1,15})\][ \t]+(.+)$", re.MULTILINE)
_STATUSES = "\nStatus code distribution:"
_ERRORS = "\nError distribution:"
_TIME_OUT = re.compile("timeout|timed out|deadline exceeded", re.IGNORECASE)
_FIELDS = {"mean": "Average", "min": "Fastest", "max": "Slowest"}

_CSV = "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read"
_ROW = re.compile(
    r"(\d{1,9}\.\d{4})(?:,-?\d{1,9}\.\d{4}){5}(?:,(\d{1,3}),(-?\d{1,9}\.\d{4}))?"
)

_STEP = 0.1  # ms
_FEW, _MANY = 20, 1_000_000

_NO_URL = "hey does not tell the URL: the numbers are those of the whole service"
_CUT = "is a report of hey that is not complete (cut off?); measure again"
_NO_PERCENTILES = f"of fewer than {_FEW} answers the percentiles of hey are wrong"
_NO_MEAN = (
    "hey's distribution is that of the first million answers, and its average of more"
    " answers is wrong"
)
_NO_ERRORS = "hey's CSV leaves out requests that got no answer"


def _latency(statistic: str) -> Quantity:
    return Quantity(Kind.LATENCY, statistic, "ms")


def _is_report(content: Content) -> bool:
    return not content.documents and bool(_START.search(content.text))


def _read_report(content: Content) -> Sequence[Trial]:
    text = content.text.replace("\r\n", "\n")
    starts = [found.start() for found in _START.finditer(text)]
    ends = [*starts[1:], len(text)]
    return [_report(text[a:b]) for a, b in zip(starts, ends, strict=True)]


def _report(text: str) -> Trial:
    summary, heading, rest = text.partition(_STATUSES)
    statuses, _, errors = rest.partition(_ERRORS)
    fields = _fields(summary)
    answers = {int(code): int(count) for code, count in _STATUS.findall(statuses)}
    load = _load(fields, answers, errors)
    if not heading or not load.requests or _is_cut(load, fields):
        raise UnreadableError(_CUT)
    readings = list(_latencies(summary, fields, sum(answers.values())))
    if "Requests/sec" in fields:
        quantity = Quantity(Kind.THROUGHPUT, "", "/s")
        readings.append(Reading(SERVICE, quantity, fields["Requests/sec"], 0.0001))
    if load.failures is not None:
        quantity = Quantity(Kind.ERROR_RATE, "", "%")
        share = 100 * load.failures / load.requests
        readings.append(Reading(SERVICE, quantity, share))
    notes = (_NO_URL, *_doubts(sum(answers.values())))
    return Trial("hey", tuple(readings), loads=(load,), notes=notes)


def _fields(summary: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for name, written in _FIELD.findall(summary):
        value = _float(written)
        if value is not None:
            found.setdefault(name, value)
    return found


def _float(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def _load(fields: Mapping[str, float], answers: Mapping[int, int], errors: str) -> Load:
    counts = {"time-outs": 0, "errors": 0, "answers not 2xx": 0}
    for count, message in _ERROR.findall(errors):
        kind = "time-outs" if _TIME_OUT.search(message) else "errors"
        counts[kind] += int(count)
    requests = sum(answers.values()) + sum(counts.values())
    counts["answers not 2xx"] = _not_2xx(answers)
    return Load(
        SERVICE,
        requests,
        sum(counts.values()),
        ", ".join(f"{count} {name}" for name, count in counts.items() if count),
        duration_seconds=fields.get("Total"),
    )


def _not_2xx(answers: Mapping[int, int]) -> int:
    return sum(count for code, count in answers.items() if not 200 <= code < 300)


def _is_cut(load: Load, fields: Mapping[str, float]) -> bool:
    """Whether fewer requests are listed than the rate, both sides rounded, tells of.

    Without its last lines a report would say that nothing failed.
    """
    total, rate = fields.get("Total", 0.0), fields.get("Requests/sec", 0.0)
    return (load.requests or 0) < total * rate - (total + rate) * 0.000051


def _latencies(
    summary: str, fields: Mapping[str, float], answers: int
) -> Iterator[Reading]:
    if not answers:
        return  # The zeros and the NaN in their place are no times.
    for statistic, field in _FIELDS.items():
        if field in fields and not (statistic == "mean" and answers > _MANY):
            value = convert(fields[field], 1e3)
            yield Reading(SERVICE, _latency(statistic), value, _STEP)
    for share, written in _PERCENTILE.findall(summary) if answers >= _FEW else ():
        time = _float(written)
        if time is not None:
            yield Reading(SERVICE, _latency(f"p{share}"), convert(time, 1e3), _STEP)


def _doubts(answers: int) -> Iterator[str]:
    if 0 < answers < _FEW:
        yield _NO_PERCENTILES
    if answers > _MANY:
        yield _NO_MEAN


def _is_csv(content: Content) -> bool:
    return content.text[:200].lstrip().startswith(_CSV)


def _read_csv(content: Content) -> Sequence[Trial]:
    tables = content.text.replace("\r\n", "\n").split(_CSV)[1:]
    return [_observations(table.split("\n")[1:]) for table in tables]


def _observations(lines: Sequence[str]) -> Trial:
    rows = [_ROW.fullmatch(line) for line in lines if line]
    if not rows:
        raise UnreadableError("is a table of hey without any answer; is the server up?")
    found = [(float(row[3] or 0), float(row[1]), row[2]) for row in rows if row]
    if len(found) < len(rows):
        raise UnreadableError(
            "is a table of hey that is cut off or damaged; measure again"
        )
    # By the offset alone: requests of one moment stay in the order of their ends.
    found.sort(key=itemgetter(0))
    times = tuple(convert(time, 1e3) for _, time, _ in found)
    bad = _not_2xx(Counter(int(code) for _, _, code in found if code))
    load = Load(
        SERVICE,
        # Without the requests that got no answer, "none failed" is not known.
        requests=len(times) if bad else None,
        failures=bad or None,
        failure_words=f"{bad} answers not 2xx" if bad else "",
    )
    samples = (Samples(SERVICE, _latency(""), times, 0.1),)
    return Trial(
        "hey -o csv", samples=samples, loads=(load,), notes=(_NO_URL, _NO_ERRORS)
    )


REPORT = Format("hey", _is_report, _read_report)
OBSERVATIONS = Format("hey", _is_csv, _read_csv)
