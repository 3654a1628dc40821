"""What is measured: a kind, a statistic of it, and one unit for each dimension."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any


class Kind(enum.StrEnum):
    """What a number is about. The order is the one of tables."""

    LATENCY = "latency"
    THROUGHPUT = "throughput"
    DATABASE = "database"
    CACHE = "cache"
    MEMORY = "memory"
    CPU = "cpu"
    IO = "io"
    ERROR_RATE = "error_rate"


#: Of these more is better; of everything else less is.
MORE_IS_BETTER = frozenset({Kind.THROUGHPUT})
#: Durations of single operations, of which there are percentiles.
TIMES = frozenset({Kind.LATENCY, Kind.DATABASE, Kind.CACHE})

#: Unit as programs and people write it, in lower case: canonical unit and factor.
_UNITS = {
    **dict.fromkeys(("ns", "nanoseconds"), ("ms", 1e-6)),
    **dict.fromkeys(("us", "\u00b5s", "\u03bcs", "usec", "microseconds"), ("ms", 1e-3)),
    **dict.fromkeys(("ms", "msec", "millis", "milliseconds"), ("ms", 1.0)),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), ("ms", 1e3)),
    **dict.fromkeys(("m", "min", "minutes"), ("ms", 6e4)),
    **dict.fromkeys(("b", "byte", "bytes"), ("MB", 1e-6)),
    "kb": ("MB", 1e-3),
    "kib": ("MB", 1024e-6),
    **dict.fromkeys(("mb", "megabytes"), ("MB", 1.0)),
    "mib": ("MB", 1.048576),
    **dict.fromkeys(("gb", "gigabytes"), ("MB", 1e3)),
    "gib": ("MB", 1073.741824),
    **dict.fromkeys(("%", "percent", "pct", "percentage"), ("%", 1.0)),
    **dict.fromkeys(("ratio", "fraction"), ("%", 1e2)),
    **dict.fromkeys(
        ("/s", "rps", "qps", "tps", "req/s", "reqs/s", "requests/s", "ops/s", "iops"),
        ("/s", 1.0),
    ),
    **dict.fromkeys(("rpm", "req/min", "requests/min"), ("/s", 1 / 60)),
    **dict.fromkeys(("bytes/s", "b/s"), ("MB/s", 1e-6)),
    "kb/s": ("MB/s", 1e-3),
    "mb/s": ("MB/s", 1.0),
}


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A kind, a statistic of it such as `p95`, and its canonical unit.

    The statistic is empty where there is but one number of the kind. The unit is `?`
    where the source does not say; such a number is compared with its like only.
    """

    kind: Kind
    statistic: str = ""
    unit: str = "?"

    @property
    def name(self) -> str:
        """How a report calls it: `latency p95`."""
        return f"{self.kind} {self.statistic}".strip()

    @property
    def more_is_better(self) -> bool:
        """Which direction is the good one."""
        return self.kind in MORE_IS_BETTER


def unit(written: str) -> tuple[str, float] | None:
    """Canonical unit and the factor to it; None for what is no known unit."""
    return _UNITS.get(written.strip().lower())


def convert(value: float, factor: float) -> float:
    """A value in the canonical unit, without the last digits' noise of the product.

    0.011 s are 11 ms and not 10.999999999999998, so that a limit which is met exactly
    stays met.
    """
    product = value * factor
    return float(f"{product:.15g}") if math.isfinite(product) else product


def number(value: Any) -> float | None:
    """A JSON number as a float; None for everything else, `true` included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def percentile_name(text: str) -> str | None:
    """`p97_5`, `p(95)`, `95%` and `95` as `p97.5` and `p95`; None for no percentile."""
    digits = text.strip().lower().removeprefix("p").strip("()% ").replace("_", ".")
    try:
        share = float(digits)
    except ValueError:
        return None
    return f"p{share:g}" if 0 < share < 100 else None
