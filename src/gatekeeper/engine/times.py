"""How long each tool took in earlier runs of a project, from which the next is planned.

A history maps tools to the seconds that one worker needs for all files. It comes from
a file that anybody may have written: what is no such number in it does not count.
"""

from __future__ import annotations

import math
from typing import TypeGuard

#: How long a tool takes to start, whatever it examines; no more than a guess.
_START = 0.3
#: A part smaller than this says too little of the whole.
_TELLING = 0.5
#: No time limit lets a tool run for longer.
_LONGEST = 1e6


def expected(history: object, tool: str, share: float) -> float | None:
    """How long one worker needs for a share of the files; None where nobody knows."""
    whole = _known(history).get(tool)
    if whole is None:
        return None
    start = min(whole, _START)
    return start + _part(share) * (whole - start)


def updated(
    history: object, tool: str, seconds: float, share: float
) -> dict[str, float]:
    """The history with one run more, which moves what is known half of the way."""
    known = _known(history)
    part = _part(share)
    if not _is_time(seconds) or part < _TELLING:
        return known
    start = min(seconds, _START)
    whole = start + (seconds - start) / part
    return {**known, tool: (known.get(tool, whole) + whole) / 2}


def _known(history: object) -> dict[str, float]:
    if not isinstance(history, dict):
        return {}
    return {
        tool: float(seconds)
        for tool, seconds in history.items()
        if isinstance(tool, str) and _is_time(seconds)
    }


def _is_time(value: object) -> TypeGuard[float]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 < value < _LONGEST


def _part(share: float) -> float:
    return min(max(share, 0.0), 1.0) if math.isfinite(share) else 1.0
