"""wrk: the text that it prints; several of them one after the other are several runs.

Looked at: wrk 4.1.0 (Debian), and its source.

- `Requests/sec` counts every answer, failed ones included.
- Requests whose connection broke are not among the `requests in`, those that took
  longer than `--timeout` (2 s) are, but not among the latencies.
- A request that never gets an answer is counted nowhere. Then connections are idle
  though wrk keeps them busy otherwise, which the other numbers show.
- `Non-2xx or 3xx responses` are those from 400 on, so redirects are no failures here.
- Units change from row to row (us, ms, s), always with two decimals.
- Percentiles are there with `--latency` only.
- A script may send other requests than the URL says; neither that nor the method shows.

wrk2 prints the same with more decimals of the percentages; that was not tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gatekeeper.performance.quantities import (
    Kind,
    Quantity,
    convert,
    percentile_name,
    unit,
)
from gatekeeper.performance.subjects import host, subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Trial,
    UnreadableError,
)

_HEADER = re.compile(
    r"^Running \S+ test @ (\S+)[ \t]*\r?\n"
    r"[ \t]+(\d{1,15}) threads and (\d{1,15}) connections",
    re.MULTILINE,
)
_LATENCY = re.compile(r"^ +Latency +(\S+) +\S+ +(\S+) +(\S+)", re.MULTILINE)
_PERCENTILE = re.compile(r"^ +(\d{1,3}(?:\.\d{1,9})?)% +(\S+)[ \r]*$", re.MULTILINE)
_REQUESTS = re.compile(r"^ +(\d{1,15}) requests in (\S+), \S+ read", re.MULTILINE)
_SOCKET_ERRORS = re.compile(r"^ +Socket errors: (.*)$", re.MULTILINE)
_NOT_2XX = re.compile(r"^ +Non-2xx or 3xx responses: (.*)$", re.MULTILINE)
_RATE = re.compile(r"^Requests/sec: +(\d{1,15}\.\d\d)\s", re.MULTILINE)
_TIME = re.compile(r"(\d{1,15})\.(\d{1,6})([a-z]{1,2})")

_DAMAGED = "is a report of wrk whose errors cannot be counted; measure again"
_NO_PERCENTILES = "wrk ran without --latency, which prints percentiles"
_IDLE = (
    "connections were waiting for an answer {:.0f} % of the time only; wrk does not"
    " count requests that never got one"
)
#: wrk sends the next request at once, so its connections are idle for little more
#: than they need to be opened anew.
_IDLE_BELOW = 0.5


def _is_wrk(content: Content) -> bool:
    return not content.documents and bool(_HEADER.search(content.text))


def _read(content: Content) -> Sequence[Trial]:
    headers = list(_HEADER.finditer(content.text))
    starts = [header.end() for header in headers]
    ends = [*(header.start() for header in headers[1:]), len(content.text)]
    texts = [content.text[a:b] for a, b in zip(starts, ends, strict=True)]
    return [_trial(*pair) for pair in zip(headers, texts, strict=True)]


def _trial(header: re.Match[str], text: str) -> Trial:
    requests, rate = _REQUESTS.search(text), _RATE.search(text)
    if not requests or not rate:
        raise UnreadableError(
            "is a report of wrk that is not complete (cut off?); measure again"
        )
    load = _load(header, int(requests[1]), requests[2], text)
    if not load.requests:
        raise UnreadableError("is a run of wrk without any answer; is the server up?")
    # What a script prints comes later and may look alike.
    times = _times(text.partition(requests[0])[0])
    throughput = Quantity(Kind.THROUGHPUT, "", "/s")
    readings = [
        Reading(load.subject, Quantity(Kind.LATENCY, name, "ms"), *time)
        for name, time in times.items()
    ]
    readings.append(Reading(load.subject, throughput, float(rate[1]), 0.01))
    if load.failures is not None:
        share = 100 * load.failures / load.requests
        quantity = Quantity(Kind.ERROR_RATE, "", "%")
        readings.append(Reading(load.subject, quantity, share))
    notes = tuple(_notes(text, times, float(rate[1]), int(header[3])))
    return Trial("wrk", tuple(readings), loads=(load,), notes=notes)


def _load(header: re.Match[str], answers: int, duration: str, text: str) -> Load:
    broken = _errors(text)
    late = broken.pop("timeout", 0)
    lost = sum(broken.values())
    not_2xx = _not_2xx(text)
    counts = {"time-outs": late, "socket errors": lost, "answers not 2xx": not_2xx}
    time = _time(duration)
    return Load(
        subject(header[1]),
        answers + lost,
        min(late + lost + not_2xx, answers + lost),
        ", ".join(f"{count} {name}" for name, count in counts.items() if count),
        float(header[3]),
        convert(time[0], 1e-3) if time else None,
        host(header[1]),
    )


def _errors(text: str) -> dict[str, int]:
    """The numbers of socket errors by kind; the line is missing where all are zero."""
    line = _SOCKET_ERRORS.search(text)
    if not line:
        return {}
    pairs = re.findall(r"([a-z]{1,20}) (\d{1,15})(?!\d)", line[1])
    if len(pairs) != 4:
        raise UnreadableError(_DAMAGED)
    return {kind: int(count) for kind, count in pairs}


def _not_2xx(text: str) -> int:
    line = _NOT_2XX.search(text)
    if not line:
        return 0
    if not re.fullmatch(r"\d{1,15}", line[1].strip()):
        raise UnreadableError(_DAMAGED)
    return int(line[1])


def _times(text: str) -> Mapping[str, tuple[float, float]]:
    """Latencies in ms, each with its step."""
    found: dict[str, tuple[float, float]] = {}
    for name, written in _written(text):
        time = _time(written)
        if time:
            found.setdefault(name, time)
    return found


def _written(text: str) -> Iterator[tuple[str, str]]:
    row = _LATENCY.search(text)
    if not row or "nan" in row[3]:
        return  # Nothing was measured, and the zeros in all rows are no times.
    yield "mean", row[1]
    for share, written in _PERCENTILE.findall(text):
        name = percentile_name(share)
        if name:
            yield name, written
    yield "max", row[2]


def _time(written: str) -> tuple[float, float] | None:
    """A time such as `205.76us` in ms, and the step at which wrk prints such times."""
    found = _TIME.fullmatch(written)
    known = unit(found[3]) if found else None
    if not found or not known or known[0] != "ms":
        return None
    step = 10.0 ** -len(found[2])
    value = float(f"{found[1]}.{found[2]}")
    return convert(value, known[1]), convert(step, known[1])


def _notes(
    text: str, times: Mapping[str, tuple[float, float]], rate: float, connections: int
) -> Iterator[str]:
    if "Latency Distribution" not in text:
        yield _NO_PERCENTILES
    if "mean" not in times or not connections:
        return
    # Little's law: as many requests are under way as rate times duration.
    busy = rate * times["mean"][0] / 1000 / connections
    if busy < _IDLE_BELOW:
        yield _IDLE.format(100 * busy)


FORMAT = Format("wrk", _is_wrk, _read)
