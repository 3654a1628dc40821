"""Signs of failed requests in plain JSON which are no whole names of plain_loads.py.

What may be one counts as one: it is better to ask once too often than to compare the
times of requests that failed. So all counts below `errors` are failures whatever they
are called, as are `"success": false`, `"status": 500` and a list of messages.
"""

from __future__ import annotations

import math
import re

from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_names import Name, Part
from gatekeeper.performance.readers.plain_words import Role

#: An answer by its status code: `statusCodes 500`, `http 500`, `responses 500 count`.
_ANSWER = re.compile(
    r"(?:.* )?(?:http|status(?: ?codes?)?|statuscodes?|statuses|codes?|responses?"
    r"|answers?)"
    r" (?:(?:stats|counts?|distribution|histogram|summary|by|status|codes?) )*"
    r"([1-5]\d\d)(?: (?:count|counts|total|value|number|responses?|requests?))?"
)
_STATUS = re.compile(
    r"(?:last )?(?:http |response )?(?:status|status ?code|statuscode)"
    r"|(?:http|response) code"
)
_FAILED_CODE = re.compile(r"[345]\d\d(?!\d|\.[1-9])")
_FAILED = frozenset("error errors failure failures failed fail ko exception".split())
#: What tells of one failure below a name as `error`.
_REASON = frozenset("message msg reason cause type code name kind description".split())
_PASSED = frozenset(("ok", "success", "successful", "succeeded", "is success"))
_NO_FAILURE = frozenset(("", "none", "no", "n/a", "-", "null", "nil", "false", "ok"))
#: Names below which all are failures, though more words follow: `errors_by_type`.
_HEADINGS = frozenset("errors failures exceptions timeouts fails faults".split())
#: Words that describe a file, but below or behind `errors` count them.
_COUNTING = frozenset("count counts timeout iterations runs samples".split())
_DESCRIBING = frozenset("id line index code status level".split())
_NO_COUNT = 1e15
#: Nobody calls answers by more, and patterns take long on much longer texts.
_LONGEST = 120


def answer(leaf: Leaf) -> tuple[str, int] | None:
    """The status code whose answers are counted, and how many names are above that."""
    if leaf.is_list or leaf.unit or any(name.unit for name in leaf.names):
        return None
    for size in range(1, min(4, len(leaf.names)) + 1):
        words = " ".join(name.words for name in leaf.names[-size:])
        if len(words) > _LONGEST:
            return None
        if found := _ANSWER.fullmatch(words):
            return found[1], len(leaf.names) - size
    return None


def failing(leaf: Leaf) -> int | None:
    """How many names are above the one that speaks of failures; None for no such."""
    for index, name in enumerate(leaf.above):
        if _is_heading(name):
            return index
    return len(leaf.above) if any(map(_speaks, leaf.own.parts)) else None


def flagged(leaf: Leaf) -> int:
    """How many failures are told otherwise than by a count or a rate."""
    words, text = leaf.own.words, leaf.text.lower()
    if leaf.entries:
        return leaf.entries if _is_heading(leaf.own) else 0
    failed = failing(leaf) is not None
    if failed and leaf.where.rpartition(".")[0].endswith("]"):
        return 0  # an item of a list, which was counted
    if _STATUS.fullmatch(words) or (words == "code" and failed):
        code = f"{leaf.values[0]:g}" if len(leaf.values) == 1 else text
        return int(bool(_FAILED_CODE.match(code)) or text in _FAILED)
    if leaf.values:
        return 0
    if words in _PASSED:
        return int(text == "false")
    reason = words in _REASON and bool(leaf.above) and _is_heading(leaf.above[-1])
    told = words in _FAILED or (reason and text != "true")
    return int(told and text not in _NO_FAILURE)


def counts_failures(leaf: Leaf) -> bool:
    """Whether a number that describes a file elsewhere is one of failures here."""
    if failing(leaf) is None:
        return False
    last = leaf.own.parts[-1].text if leaf.own.parts else ""
    if leaf.own.ends_as(Role.META):
        return last in _COUNTING
    return last not in _DESCRIBING


def count(leaf: Leaf) -> float | None:
    """How many failures a number that speaks of them tells; None for a rate of them.

    What cannot be a number of failures is taken for one: nobody counts `NaN` errors
    where all went well.
    """
    total = math.fsum(leaf.values) if all(map(math.isfinite, leaf.values)) else -1
    if not 0 <= total < _NO_COUNT:
        return 1.0
    counted = not (leaf.unit or leaf.own.unit or leaf.own.statistic or total % 1)
    rated = leaf.own.has(Role.FOREIGN) or leaf.own.has(Role.RATE)
    return total if counted and not rated else None


def _speaks(part: Part) -> bool:
    word = part.word
    return word.kind is Kind.ERROR_RATE and word.role is not Role.SUCCESS


def _is_heading(name: Name) -> bool:
    """Whether all below is about failures: `errors`, but not `error_page`."""
    if any(part.text in _HEADINGS for part in name.parts):
        return not (name.ends_as(Role.VERDICT) or name.ends_as(Role.SETTING))
    skipped = (Role.FILLER, Role.COUNT, Role.RATE)
    telling = [part for part in name.parts if part.word.role not in skipped]
    return bool(telling) and _speaks(telling[-1])
