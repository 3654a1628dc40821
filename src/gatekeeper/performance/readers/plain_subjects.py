"""What a number of plain JSON is about: an endpoint, a named operation, the service.

The innermost endpoint counts, with the words below it; without one, all words that
tell neither kind, statistic nor unit make the name: `find_user` of
`{"database": {"find_user_ms": 3}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from gatekeeper.performance.quantities import TIMES, Kind
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_meaning import Meaning
from gatekeeper.performance.readers.plain_names import Name, Part
from gatekeeper.performance.readers.plain_words import Role
from gatekeeper.performance.subjects import SERVICE, Subject, subject

#: Words that belong to the quantity and not to a name.
_MEASURING = (Role.SUCCESS, Role.EACH, Role.PERCENTILES, Role.TOTAL)
_USAGE = (Kind.MEMORY, Kind.CPU, Kind.IO)
#: Words that say nothing but of these kinds: memory of the whole machine or of an idle
#: service is not that under load, and MongoDB aggregates.
_TELLING = {
    **dict.fromkeys(("system", "baseline", "total", "totals", "sum"), _USAGE),
    "aggregate": (Kind.DATABASE,),
}


def subject_of(leaf: Leaf, what: Meaning) -> Subject:
    """The subject of a leaf that means something."""
    own = leaf.own
    if what.statistic_from is own and not own.statistic:
        own = Name("")  # it is a percentage, as `95` below `percentiles`
    if leaf.is_list:
        # `samples_ms` is a list of them, `samples` alone is how many there were.
        told = (part for part in own.parts if part.word.role is not Role.META)
        own = replace(own, parts=tuple(told))
    return _subject((*leaf.above, own), partial(_is_spare, what), what.aside)


def subject_at(names: Sequence[Name]) -> Subject:
    """The subject that an object is about, whatever it measures of it."""
    return _subject(names, lambda name, part, is_own: False)


def _is_spare(what: Meaning, name: Name, part: Part, is_own: bool) -> bool:
    """Whether a measuring word is none of this measurement, and so names it."""
    word, kind = part.word, what.quantity.kind
    if word.statistic:
        return name is not what.statistic_from and not is_own
    if part.text in _TELLING:
        return kind in _TELLING[part.text] and (is_own or kind in TIMES)
    if is_own:
        return word.kind not in (None, kind, Kind.LATENCY)
    return word.kind in (Kind.DATABASE, Kind.CACHE) and kind not in TIMES


_Spare = Callable[[Name, Part, bool], bool]


def _subject(names: Sequence[Name], spare: _Spare, aside: str = "") -> Subject:
    at = max((i for i, name in enumerate(names) if name.route), default=-1)
    method_at = next((i for i in (at - 1, at + 1) if _is_method(names, at, i)), -1)
    last = len(names) - 1
    parts = [
        _words(name, spare, index == last)
        for index, name in enumerate(names)
        if index >= at and index != method_at
    ]
    words = _joined(".", [*parts, aside])
    if at < 0:
        return Subject(words, None, words) if words else SERVICE
    method = names[at].method
    if method is None and method_at >= 0:
        method = names[method_at].text.upper()
    endpoint = subject(names[at].route, method)
    return replace(
        endpoint,
        route=_joined(" ", [endpoint.route, words]),
        shown=_joined(" ", [endpoint.shown, words]),
    )


def _is_method(names: Sequence[Name], endpoint: int, at: int) -> bool:
    return endpoint >= 0 and 0 <= at < len(names) and names[at].is_method


def _words(name: Name, spare: _Spare, is_own: bool) -> str:
    """The words of a name that are no measure; empty where they say nothing."""
    telling = [part for part in name.parts if part.tells]
    spares = [part for part in name.parts if spare(name, part, is_own)]
    if not telling:
        return _spelt(spares)
    return _spelt(
        part
        for part in name.parts
        if part in telling or part in spares or not _is_measure(part, is_own)
    )


def _is_measure(part: Part, is_own: bool) -> bool:
    word = part.word
    if word.role is Role.RATE:
        return is_own
    return bool(word.kind or word.statistic or word.unit or word.role in _MEASURING)


def _spelt(parts: Iterable[Part]) -> str:
    return _joined("_", (part.text.replace(" ", "_") for part in parts))


def _joined(separator: str, words: Iterable[str]) -> str:
    return separator.join(word for word in words if word)
