"""autocannon: what `-j` prints, one JSON document for each run.

Looked at: autocannon 9.0.0.

- Latencies are cut to whole milliseconds; the average of those has two decimals.
  There is no p95. `min` is the smallest above zero, even where most are zero.
- `requests.average` is per sample interval, which is 100 ms with `-L 100`. A run that
  ends by number of requests (`-a`) is looked at after whole intervals only, so its
  average is too low, manifold where the run is shorter than an interval.
- Where the server closes the connection after an answer (gunicorn's sync workers,
  Flask's own server), autocannon has sent the next request into it already. It counts
  no error, but measures every later answer on that connection from the start of an
  earlier request: 800 ms in place of 2. Only `requests.sent` gives it away.
- With a limit of the rate (`-R`) `requests.sent` is too large, and missing latencies
  are made up (coordinated omission), so that there are more of them than answers.
- With `-W` the result of the warm-up is printed too, in front of the measurement, and
  once more in it as `warmup`.
- Several URLs give one mixed result. Method, body and `--har` do not show, except that
  people write the method into the title (`-T`). `errors` holds `timeouts`; `non2xx`
  holds redirects. With `-x` the latencies are those of 2xx only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gatekeeper.performance.quantities import (
    Kind,
    Quantity,
    convert,
    number,
    percentile_name,
)
from gatekeeper.performance.readers.autocannon_run import Run, amount
from gatekeeper.performance.subjects import SERVICE, Subject, host, pair, subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Trial,
    UnreadableError,
)

_MARKS = frozenset(("errors", "timeouts", "non2xx"))
_STATISTICS = {"average": "mean", "min": "min", "max": "max"}
_CLOSED = (
    "{} more requests were sent than autocannon saw answers, as where the server closes"
    " connections; its latencies are wrong then, and left out. Keep connections open"
    " (gunicorn --worker-class gthread), or measure with ab, wrk or hey"
)
_IDLE = (
    "connections were waiting for an answer {:.0f} % of the time only: the rate was"
    " limited, or requests got no answer"
)
_BY_COUNT = (
    "the run ended by number of requests, and autocannon averages over whole intervals,"
    " so its throughput is too low, the more the shorter the run"
)
_CUT = "autocannon cuts latencies to whole ms, so averages below 5 ms are inexact"


def _is_run(document: Any) -> bool:
    return isinstance(document, dict) and document.keys() >= _MARKS


def _is_autocannon(content: Content) -> bool:
    return any(_is_run(document) for document in content.documents)


def _read(content: Content) -> Sequence[Trial]:
    runs = content.documents
    if not all(_is_run(run) for run in runs):
        raise UnreadableError("has something else among the results of autocannon")
    warm_ups = {_start(run.get("warmup")) for run in runs} - {""}
    return [_trial(run) for run in runs if _start(run) not in warm_ups]


def _start(document: Any) -> str:
    start = document.get("start") if isinstance(document, dict) else None
    return start if isinstance(start, str) else ""


def _trial(document: Mapping[str, Any]) -> Trial:
    latency, requests = document.get("latency"), document.get("requests")
    if not isinstance(latency, dict) or not isinstance(requests, dict):
        raise UnreadableError(
            "lacks `latency` or `requests`; run `autocannon -j` again"
        )
    run = Run(document, latency, requests)
    load = _load(run)
    if not load.requests:
        raise UnreadableError("has no request; measure longer than one answer takes")
    readings = (*_latencies(run, load.subject), *_rates(run, load))
    notes = tuple(_notes(run, load.subject))
    return Trial("autocannon", readings, loads=(load,), notes=notes)


def _urls(document: Mapping[str, Any]) -> list[str]:
    url = document.get("url")
    found = url if isinstance(url, list) else [url]
    return [one for one in found if isinstance(one, str)]


def _subject(document: Mapping[str, Any]) -> Subject:
    subjects = {subject(url) for url in _urls(document)}
    if len(subjects) != 1:
        return SERVICE
    (route,) = subjects
    title = document.get("title")
    titled = subject(title) if isinstance(title, str) else SERVICE
    return titled if titled.method and pair([titled], [route]) else route


def _load(run: Run) -> Load:
    hosts = {host(url) for url in _urls(run.document)}
    socket = run.document.get("socketPath") is not None
    failures, words = _failures(run)
    requests = run.answers + run.errors + run.lost
    return Load(
        _subject(run.document),
        requests,
        min(failures, requests),
        words,
        run.under_way or None,
        run.number("duration") or None,
        hosts.pop() if len(hosts) == 1 and not socket else None,
    )


def _failures(run: Run) -> tuple[int, str]:
    late, not_2xx = int(run.number("timeouts")), int(run.number("non2xx"))
    other = int(run.number("mismatches"))
    counts = {
        "time-outs": late,
        "connection errors": max(0, run.errors - late),
        "requests whose answer was not seen": run.lost,
        "answers not 2xx": not_2xx,
        "answers with another body than expected": other,
    }
    words = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    # An answer that is not 2xx may have another body too; it is one failure.
    return run.errors + run.lost + max(not_2xx, other), words


def _latencies(run: Run, what: Subject) -> Iterator[Reading]:
    if run.lost or not run.answers:
        return
    lowest = number(run.latency.get("p0_001"))
    for key, value in run.latency.items():
        found, name = number(value), _statistic(key)
        if found is None or not name:
            continue
        if name == "min" and lowest is not None and lowest < found:
            continue
        step = 0.01 if name == "mean" and not run.coarse else 1.0
        yield Reading(what, Quantity(Kind.LATENCY, name, "ms"), found, step)


def _statistic(key: str) -> str | None:
    name = _STATISTICS.get(key)
    # Those below 1 % are the minimum once more.
    percentile = key.startswith("p") and not key.startswith("p0")
    return percentile_name(key) if percentile else name


def _rates(run: Run, load: Load) -> Iterator[Reading]:
    average = number(run.requests.get("average"))
    if average is not None:
        value = convert(average, 1000 / run.interval)
        step = convert(0.01, 1000 / run.interval)
        if run.by_count:
            # Twice, since the error goes to one side: it is too low, never too high.
            step = max(step, 2 * value / max(1, run.intervals - 1))
        quantity = Quantity(Kind.THROUGHPUT, "", "/s")
        yield Reading(load.subject, quantity, value, step)
    if load.requests and load.failures is not None:
        share = 100 * load.failures / load.requests
        yield Reading(load.subject, Quantity(Kind.ERROR_RATE, "", "%"), share)


def _notes(run: Run, what: Subject) -> Iterator[str]:
    average, pipelining = amount(run.latency.get("average")), run.number("pipelining")
    urls = _urls(run.document)
    notes = {
        _CLOSED.format(run.lost): run.lost > 0,
        _BY_COUNT: run.by_count,
        _IDLE.format(100 * run.busy): run.idle and not run.by_count,
        _CUT: run.answers > 0 and not run.lost and average < 5,
        "the latencies are those of answers 2xx only (-x)": run.made_up < 0,
        f"{pipelining:g} requests at a time on each connection": pipelining > 1,
        "the warm-up (-W) is left out": "warmup" in run.document,
        "several URLs were measured together": what.is_service and bool(urls),
    }
    return (note for note, applies in notes.items() if applies)


FORMAT = Format("autocannon", _is_autocannon, _read)
