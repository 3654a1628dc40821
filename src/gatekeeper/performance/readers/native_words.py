"""The words of gatekeeper's own format: quantities, statistics and units."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from gatekeeper.performance.quantities import TIMES, Kind, Quantity, unit
from gatekeeper.performance.trial import UnreadableError

_TIME_UNITS = ("ns", "us", "ms", "s")
_SHARES = ("percent", "%", "ratio")
#: What a quantity may be given in, as documented.
UNITS: Mapping[Kind, tuple[str, ...]] = {
    **dict.fromkeys(TIMES, _TIME_UNITS),
    Kind.THROUGHPUT: ("/s", "rps", "req/s", "requests/s"),
    Kind.MEMORY: ("B", "kB", "KiB", "MB", "MiB", "GB", "GiB"),
    Kind.CPU: _SHARES,
    Kind.IO: ("B/s", "kB/s", "MB/s", "/s", "iops"),
    Kind.ERROR_RATE: _SHARES,
}
_OF_TIMES = ("mean", "median", "min", "max")
_OF_USAGE = ("mean", "peak")
#: What may follow the name of a quantity; percentiles too where it is a time.
STATISTICS: Mapping[Kind, tuple[str, ...]] = {
    **dict.fromkeys(TIMES, _OF_TIMES),
    **dict.fromkeys((Kind.MEMORY, Kind.CPU, Kind.IO), _OF_USAGE),
    Kind.THROUGHPUT: (),
    Kind.ERROR_RATE: (),
}
_PERCENTILE = re.compile(r"p[1-9]\d?(?:\.\d{1,3})?")


def quantity(written: str, where: str) -> tuple[Kind, str]:
    """`latency p95` as kind and statistic. Raises UnreadableError."""
    words = " ".join(written.lower().split()).replace("error rate", Kind.ERROR_RATE)
    name, _, statistic = words.partition(" ")
    if name not in list(Kind):
        raise unknown(where, "quantity", written, (_spoken(kind) for kind in Kind))
    kind = Kind(name)
    if kind in TIMES and _PERCENTILE.fullmatch(statistic):
        return kind, f"p{float(statistic[1:]):g}"
    if statistic and statistic not in STATISTICS[kind]:
        percentile = ("p95",) if kind in TIMES else ()
        possible = [f"{name} {word}" for word in (*percentile, *STATISTICS[kind])]
        raise unknown(where, "quantity", written, [_spoken(kind), *possible])
    return kind, "p50" if statistic == "median" else statistic


def scaled(
    kind: Kind, statistic: str, written: str, where: str
) -> tuple[Quantity, float]:
    """The quantity in its canonical unit, and the factor to it from what is written."""
    documented = {word.lower() for word in UNITS[kind]}
    found = unit(written) if written.strip().lower() in documented else None
    if found is None:
        raise unknown(where, f"unit of {_spoken(kind)}", written, UNITS[kind])
    canonical, factor = found
    return Quantity(kind, statistic, canonical), factor


def unknown(
    where: str, what: str, written: str, known: Iterable[str]
) -> UnreadableError:
    """The error for a word that is none of those known, with the nearest of them."""
    words = list(known)
    close = difflib.get_close_matches(written.lower(), words, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(words)}"
    return UnreadableError(f"{where} has an unknown {what}, {shown(written)}; {hint}")


def shown(written: Any) -> str:
    """Something of the file, short enough for a message."""
    text = repr(written)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _spoken(kind: Kind) -> str:
    return kind.replace("_", " ")
