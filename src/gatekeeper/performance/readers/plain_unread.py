"""What is no measurement in plain JSON, and what should have been one.

Data about the file are passed over in silence, but what may have been measured is named
in a note, and a measurement that cannot be read makes the file unreadable.
"""

from __future__ import annotations

from gatekeeper.performance.quantities import TIMES, Kind
from gatekeeper.performance.readers.plain_failures import failing
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_meaning import meaning, parent
from gatekeeper.performance.readers.plain_values import (
    has_unit,
    is_no_number,
    like_a_number,
)
from gatekeeper.performance.readers.plain_words import Role
from gatekeeper.performance.trial import UnreadableError

#: Of these a text may describe the machine: `"memory": "16 GB DDR4"`.
_HARDWARE = (Kind.MEMORY, Kind.CPU, Kind.IO)
_LONGEST = 60


def is_meta(leaf: Leaf) -> bool:
    """Whether a number only describes the file: a date, a version, a count."""
    own = leaf.own
    if own.ends_as(Role.META):
        rated = own.has(Role.RATE) or bool(own.unit and own.unit[0] == "%")
        return not rated and not leaf.is_list
    if not own.ends_as(Role.TAG) or own.kinds or own.unit or own.statistic:
        return False
    # `{"p95_ms": {"home": 10, "order": 10}}` are endpoints, whatever their names.
    return not _is_one_of_several(leaf)


def is_strange_meta(leaf: Leaf) -> bool:
    """Whether such a number may be one of something all the same."""
    around = parent(leaf)
    if leaf.own.ends_as(Role.META):
        return _is_one_of_several(leaf)
    measured = around.kinds & TIMES or around.unit or "endpoint" in around.words
    return bool(measured) and leaf.spread


def is_no_measurement(leaf: Leaf) -> bool:
    """Whether it is a setting, a limit, or computed from measurements."""
    if any(name.ends_as(Role.SETTING) for name in leaf.above):
        return True
    if leaf.own.words == "critical" and failing(leaf) is not None:
        return False  # how bad the errors were
    return leaf.own.ends_as(Role.VERDICT)


def is_lost_text(leaf: Leaf, *, of_load: bool) -> bool:
    """Whether a text stands in place of a number that is missed.

    Raises UnreadableError where that is a measurement for sure.
    """
    text = leaf.text
    if not text or is_meta(leaf):
        return False
    what = meaning(leaf)
    if not like_a_number(text):
        return what is not None and is_no_number(text)
    if of_load or what is None:
        return of_load or bool(leaf.own.route) or has_unit(text)
    own, around = leaf.own, parent(leaf)
    told = bool(own.statistic or own.unit)
    if what.quantity.kind in _HARDWARE and not told:
        return True
    if told or own.kinds or around.statistic or around.unit or has_unit(text):
        if leaf.is_list:
            raise UnreadableError(
                f"has a list `{short(leaf.where)}` of more than numbers in one unit;"
                " write plain numbers, and their unit in the name: `latencies_ms`"
            )
        raise UnreadableError(
            f"has {short(text)!r} as `{short(leaf.where)}`, which is no number that can"
            " be read; write a plain number, and its unit in the name: `p95_ms`: 120.5"
        )
    return True


def short(where: str) -> str:
    """The end of a name that is too long for a message."""
    return where if len(where) <= _LONGEST else f"…{where[1 - _LONGEST :]}"


def _is_one_of_several(leaf: Leaf) -> bool:
    return bool(parent(leaf).statistic) and leaf.spread
