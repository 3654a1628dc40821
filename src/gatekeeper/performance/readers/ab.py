"""ApacheBench, `ab`: its report, and the files of `-e` and `-g`.

Looked at: ab 2.3 of httpd 2.4.71 (Debian), and the source of httpd's trunk.

- `Time per request` stands there twice. The first is what one request took, the second
  is that divided by the concurrency.
- `Failed requests` counts one broken connection up to three times, and also answers
  whose length differs from that of the first, which pages with varying content have.
  It does not hold `Non-2xx responses`, which have a line of their own.
- Where a server closes every connection without an answer, ab counts no failure; only
  `Total transferred: 0 bytes` gives it away.
- Times of the report are whole milliseconds, those of `-e` have three decimals. Neither
  `-e` nor `-g` says what was requested, under which load, or what failed.
- `-g` is sorted by duration, and its time stamps are whole seconds.
- Of `-p`, `-u` and `-i` nothing is said, so the method is unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from random import Random

from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.subjects import SERVICE, Subject, host, subject
from gatekeeper.performance.trial import (
    Content,
    Format,
    Load,
    Reading,
    Samples,
    Trial,
    UnreadableError,
)

_BANNER = re.compile(r"^This is ApacheBench", re.MULTILINE)
_BODY = re.compile(r"^Server Software:", re.MULTILINE)
_VERSION = re.compile(r"This is ApacheBench, Version (\S{1,20})")
_GAVE_UP = re.compile(r"Total of (\d{1,15}) requests completed")
_FAILED = re.compile(r"^ *\((Connect: \d.*)\)", re.MULTILINE)
#: With its end of line, lest the maximum has lost its last digits.
_TOTAL = re.compile(r"^Total:((?: +\d{1,15}(?:\.\d)?){3,5})\n", re.MULTILINE)
_PERCENTILE = re.compile(r"^ +(\d{1,2})% +(\d{1,15})$", re.MULTILINE)
_LONGEST = re.compile(r"^ 100% +\d{1,15} \(longest request\)", re.MULTILINE)

_PERCENTILES = "Percentage served,Time in ms"
_PERCENTILES_ROW = re.compile(r"(\d{1,3}),(\d{1,15}\.\d{3})")
#: Of the percentages 0 to 100 in `-e` those that programs commonly print.
_CUSTOMARY = frozenset((10, 25, 50, 66, 75, 80, 90, 95, 98, 99))
_OBSERVATIONS = "starttime\tseconds\tctime\tdtime\tttime\twait"
_OBSERVATIONS_ROW = re.compile(
    r"[^\t]*\t(\d{1,15})\t-?\d{1,15}\t-?\d{1,15}\t(\d{1,15})\t-?\d{1,15}"
)

_Rows = list[tuple[int, float]]

_NO_URL = "ab -{} does not tell the URL: the numbers are those of the whole service"
_NO_ORDER = "ab -g loses the order of requests within a second: it was drawn by lot"
_LENGTHS = (
    "{} answers differ in length from the first: failed for ab, not here, since varying"
    " content does that too (`ab -l` does not count them)"
)


def _latency(statistic: str) -> Quantity:
    return Quantity(Kind.LATENCY, statistic, "ms")


def _is_report(content: Content) -> bool:
    if content.documents:
        return False
    pasted = _BODY.search(content.text) and "\nDocument Path:" in content.text
    return bool(_BANNER.search(content.text) or pasted)


def _read_report(content: Content) -> Sequence[Trial]:
    text = content.text.replace("\r\n", "\n")
    starts = [found.start() for found in _BANNER.finditer(text)]
    starts = starts or [found.start() for found in _BODY.finditer(text)]
    ends = [*starts[1:], len(text)]
    return [_report(text[a:b]) for a, b in zip(starts, ends, strict=True)]


def _report(text: str) -> Trial:
    fields = _fields(text)
    requests = _count(fields.get("Complete requests"))
    total = _TOTAL.search(text)
    cut = "\nPercent" in text and not _LONGEST.search(text)
    if not requests or not total or cut or "Document Path" not in fields:
        raise UnreadableError(_why(text, requests))
    broken, lengths = _failed(text, fields)
    load = _load(subject(fields["Document Path"]), fields, broken, requests)
    version = _VERSION.match(text)
    return Trial(
        "ab",
        tuple(_readings(load, fields, total[1].split(), text)),
        loads=(load,),
        version=version[1] if version else None,
        notes=(_LENGTHS.format(lengths),) if lengths else (),
    )


def _fields(text: str) -> Mapping[str, str]:
    """What stands before and after the colons; of equal names the first."""
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), value.strip())
    return fields


def _number(field: str | None) -> float | None:
    try:
        return float(field.split()[0]) if field else None
    except ValueError:
        return None


def _count(field: str | None) -> int | None:
    first = field.split()[0] if field else ""
    return int(first) if re.fullmatch(r"[0-9]{1,15}", first) else None


def _why(text: str, requests: int | None) -> str:
    gave_up = _GAVE_UP.search(text)
    if gave_up:
        return (
            f"is a run of ab that gave up after {gave_up[1]} requests; its message on"
            " the screen says why (`-r` goes on after errors, `-s` waits longer)"
        )
    if requests != 0 and "Server Software:" in text:
        return "is a report of ab that is not complete (cut off?); measure again"
    return "is a run of ab without results; its message on the screen says why"


def _failed(text: str, fields: Mapping[str, str]) -> tuple[int, int]:
    """How many connections broke, and how many answers only differ in length.

    A broken one is an exception besides what else it is, and has another length too.
    """
    found = _FAILED.search(text)
    if not found:
        return _count(fields.get("Failed requests")) or 0, 0
    pairs = re.findall(r"(\w{1,20}): (\d{1,15})", found[1])
    parts = Counter({name: int(count) for name, count in pairs})
    broken = max(parts["Connect"] + parts["Receive"], parts["Exceptions"])
    return broken, max(parts["Length"] - broken, 0)


def _load(what: Subject, fields: Mapping[str, str], broken: int, requests: int) -> Load:
    broken += _count(fields.get("Write errors")) or 0
    not_2xx = _count(fields.get("Non-2xx responses")) or 0
    counts = {"connection errors": broken, "answers not 2xx": not_2xx}
    if _count(fields.get("Total transferred")) == 0:
        counts = {"requests without any answer": requests}
    name = fields.get("Server Hostname", "")
    # The address of http://[::1]/ is shown without its brackets.
    name = f"[{name}]" if ":" in name else name
    return Load(
        what,
        requests,
        min(sum(counts.values()), requests),
        ", ".join(f"{count} {words}" for words, count in counts.items() if count),
        _number(fields.get("Concurrency Level")),
        _number(fields.get("Time taken for tests")),
        host(f"http://{name}/"),
    )


def _readings(
    load: Load, fields: Mapping[str, str], total: Sequence[str], text: str
) -> Iterator[Reading]:
    what = load.subject
    if (mean := _number(fields.get("Time per request"))) is not None:
        yield Reading(what, _latency("mean"), mean, 0.001)
    yield Reading(what, _latency("min"), float(total[0]), 1.0)
    for share, value in _PERCENTILE.findall(text):
        yield Reading(what, _latency(f"p{share}"), float(value), 1.0)
    yield Reading(what, _latency("max"), float(total[-1]), 1.0)
    if (rate := _number(fields.get("Requests per second"))) is not None:
        yield Reading(what, Quantity(Kind.THROUGHPUT, "", "/s"), rate, 0.01)
    if load.requests and load.failures is not None:
        share = 100 * load.failures / load.requests
        yield Reading(what, Quantity(Kind.ERROR_RATE, "", "%"), share)


def _table(
    header: str, row: re.Pattern[str], trial: Callable[[_Rows], Trial]
) -> Format:
    def recognises(content: Content) -> bool:
        return content.text[:200].lstrip().startswith(header)

    def read(content: Content) -> Sequence[Trial]:
        tables = content.text.replace("\r\n", "\n").split(header)[1:]
        return [trial(_rows(table, row)) for table in tables]

    return Format("ab", recognises, read)


def _rows(table: str, row: re.Pattern[str]) -> _Rows:
    found = [row.fullmatch(line) for line in table.split("\n") if line.strip()]
    rows = [(int(match[1]), float(match[2])) for match in found if match]
    if not rows or len(rows) < len(found):
        raise UnreadableError(
            "is a table of ab that is empty or cut off; measure again"
        )
    return rows


def _percentiles(rows: _Rows) -> Trial:
    times = dict(rows)
    if not times.keys() >= set(range(100)):
        raise UnreadableError(
            "is a table of ab -e that lacks percentages; measure again"
        )
    names = {0: "min", 100: "max"} | {share: f"p{share}" for share in _CUSTOMARY}
    readings = (
        Reading(SERVICE, _latency(names[share]), time, 0.001)
        for share, time in sorted(times.items())
        if share in names
    )
    return Trial("ab -e", tuple(readings), notes=(_NO_URL.format("e"),))


def _observations(rows: _Rows) -> Trial:
    # Left in ab's order, each second would rise from its fastest to its slowest
    # request, and a part of it would show nothing of the whole.
    Random(0).shuffle(rows)  # nosec B311  # a fixed order, no secret
    rows.sort(key=itemgetter(0))
    times = tuple(time for _, time in rows)
    return Trial(
        "ab -g",
        samples=(Samples(SERVICE, _latency(""), times, 1.0),),
        loads=(Load(SERVICE, requests=len(times)),),
        notes=(_NO_URL.format("g"), _NO_ORDER),
    )


REPORT = Format("ab", _is_report, _read_report)
PERCENTILES = _table(_PERCENTILES, _PERCENTILES_ROW, _percentiles)
OBSERVATIONS = _table(_OBSERVATIONS, _OBSERVATIONS_ROW, _observations)
