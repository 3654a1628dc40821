"""What a finding is known by from one report to the next."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatekeeper.model import Finding

#: Messages name lines and counts, which change with what stands above or beside.
_NUMBER = re.compile(r"\b[0-9]+\b")


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
    seen: Counter[str] = Counter()
    for finding in findings:
        # Counted by digest: texts with odd characters in them may have one in common.
        shared = _digest(tool, finding, 1)
        seen[shared] += 1
        occurrence = seen[shared]
        unique = shared if occurrence == 1 else _digest(tool, finding, occurrence)
        yield Mark(unique, shared, occurrence)


def _digest(tool: str, finding: Finding, occurrence: int) -> str:
    message = _NUMBER.sub("0", finding.message)
    parts = (tool, finding.rule, finding.path or "", message, str(occurrence))
    text = "\0".join(parts).encode("utf-8", "backslashreplace")
    return hashlib.sha256(text).hexdigest()[:32]
