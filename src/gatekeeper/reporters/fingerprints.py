"""What a finding is known by from one report to the next."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatekeeper.model import Finding


@dataclass(frozen=True, slots=True)
class Mark:
    """The same after lines were added above the finding.

    `unique` is 32 hexadecimal digits; `shared` are those of the first among several
    that differ in their line only, and `occurrence` counts these from 1.
    """

    unique: str
    shared: str
    occurrence: int


def marked(tool: str, findings: Sequence[Finding]) -> Iterator[Mark]:
    """One mark for each finding of a tool, no two alike."""
    seen: Counter[tuple[str, str | None, str]] = Counter()
    for finding in findings:
        identity = (finding.rule, finding.path, finding.message)
        seen[identity] += 1
        occurrence = seen[identity]
        yield Mark(
            unique=_digest(tool, finding, occurrence),
            shared=_digest(tool, finding, 1),
            occurrence=occurrence,
        )


def _digest(tool: str, finding: Finding, occurrence: int) -> str:
    parts = (tool, finding.rule, finding.path or "", finding.message, str(occurrence))
    text = "\0".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(text).hexdigest()[:32]
