"""What a reader gives: trials, one for each time that the measurement was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gatekeeper.performance.quantities import Quantity
from gatekeeper.performance.subjects import Subject


class UnreadableError(Exception):
    """A file that is no measurement. The message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One number, in the unit of its quantity, exactly as the program gave it.

    `step` is the distance between two neighbouring values that the program can print;
    0 where it prints everything it knows.
    """

    subject: Subject
    quantity: Quantity
    value: float
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class Samples:
    """Single observations of one quantity, in the order of time.

    The quantity has no statistic, since these are what statistics are made of. `step`
    is as in a reading.
    """

    subject: Subject
    quantity: Quantity
    values: tuple[float, ...]
    step: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """The load under which a subject was measured. None: the source does not tell.

    `requests` counts all requests, failed ones included; `failures` the failed ones:
    errors, time-outs, and answers that are no success; `failure_words` says which.
    """

    subject: Subject
    requests: int | None = None
    failures: int | None = None
    failure_words: str = ""
    connections: float | None = None
    duration_seconds: float | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One measurement by one program. `machine` describes where it ran, if known.

    `notes` are for the reader of the report, on how the numbers came about.
    """

    program: str
    readings: tuple[Reading, ...] = ()
    samples: tuple[Samples, ...] = ()
    loads: tuple[Load, ...] = ()
    version: str | None = None
    machine: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A file as readers see it: its text, and the JSON documents in it, if any."""

    text: str
    documents: tuple[Any, ...] = ()

    @property
    def document(self) -> Any:
        """The only JSON document; None where there is none, or more than one."""
        return self.documents[0] if len(self.documents) == 1 else None


@dataclass(frozen=True, slots=True)
class Format:
    """One format: whether content is in it, and how it is read.

    `read` gives one trial for each time that the measurement was made, and raises
    UnreadableError where content in this format is damaged.
    """

    name: str
    recognises: Callable[[Content], bool]
    read: Callable[[Content], Sequence[Trial]]
