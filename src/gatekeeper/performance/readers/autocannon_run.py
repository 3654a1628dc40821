"""The numbers of one run of autocannon, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gatekeeper.performance.quantities import number


@dataclass(frozen=True, slots=True)
class Run:
    """One result of autocannon. Numbers that are absent or absurd count as 0."""

    document: Mapping[str, Any]
    latency: Mapping[str, Any]
    requests: Mapping[str, Any]

    def number(self, key: str) -> float:
        """A number of the result itself."""
        return amount(self.document.get(key))

    @property
    def answers(self) -> int:
        """How many answers came, whatever their status."""
        return int(amount(self.requests.get("total")))

    @property
    def errors(self) -> int:
        """How many requests broke off, time-outs included."""
        return int(self.number("errors"))

    @property
    def under_way(self) -> float:
        """How many requests are under way at a time."""
        return self.number("connections") * (self.number("pipelining") or 1)

    @property
    def made_up(self) -> int:
        """By how many there are more latencies than answers, or fewer."""
        count = self.latency.get("totalCount")
        return 0 if count is None else int(amount(count)) - self.answers

    @property
    def lost(self) -> int:
        """How many requests were neither answered, nor failed, nor cut off at the end.

        Zero where the rate was limited, as made-up latencies or idle connections show.
        """
        # Each worker has a connection at least.
        ending = max(self.under_way, self.number("workers"))
        over = amount(self.requests.get("sent")) - self.answers - self.errors - ending
        return 0 if self.made_up > 0 or self.idle else max(0, int(over))

    @property
    def busy(self) -> float:
        """Which share of the time connections were busy, at most (Little's law)."""
        time = self.number("duration") * self.under_way
        # Cut to whole milliseconds, a latency has lost half of one in the mean.
        spent = self.answers * (amount(self.latency.get("average")) + 0.5) / 1000
        return spent / time if time and self.answers else 1.0

    @property
    def idle(self) -> bool:
        """Whether connections did not wait for answers nearly all the time."""
        return self.busy < 0.5

    @property
    def coarse(self) -> bool:
        """Whether latencies are too close for the errors of cutting to cancel out."""
        spread = number(self.latency.get("stddev"))
        close = spread is not None and spread < 0.5
        return close or amount(self.latency.get("average")) < 1

    @property
    def interval(self) -> float:
        """The sample interval of the throughput in milliseconds."""
        interval = self.number("sampleInt")
        return interval if interval >= 1 else 1000.0

    @property
    def intervals(self) -> int:
        """How many sample intervals the run took."""
        return round(1000 * self.number("duration") / self.interval)

    @property
    def by_count(self) -> bool:
        """Whether a number of requests ended the run: none was under way at its end."""
        return 0 < amount(self.requests.get("sent")) <= self.answers + self.errors


def amount(value: Any) -> float:
    """A number that counts or measures something; 0 for everything else."""
    found = number(value)
    return found if found is not None and 0 <= found < 1e15 else 0.0
