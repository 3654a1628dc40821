"""Names of plain JSON, cut into words: what kind, statistic and unit they tell.

`p95Ms`, `p95_ms`, `95th-percentile (ms)` and `latency p(95) ms` are the same. A name
may be an endpoint, or begin with one: `GET /users p95`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from gatekeeper.performance.quantities import Kind, percentile_name, unit
from gatekeeper.performance.readers.plain_words import LONGEST, WORDS, Role, Word

_METHOD = r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"
#: A path or URL, perhaps after a method: `GET /users`, `GET_/users`, `/users`.
_ENDPOINT = re.compile(
    rf"(?:(?<![^\W_])(?P<method>{_METHOD})[ _:-]+)?"
    r"(?<!\S)(?<![A-Za-z0-9]/)(?P<route>/\S*|https?://\S+)"
    rf"|^(?P<called>(?:{_METHOD}) \S.*)$"
)
_JOINED = re.compile(rf"^(?P<method>{_METHOD})[_:-](?P<route>/\S*|https?://\S+)")
_TOKEN = re.compile(
    r"(?P<percentile>(?:(?<![A-Za-z])[Tt]?[Pp]|(?<=[a-z])P)"
    r"\(?\d{1,5}(?:\.\d{1,3}|_[59]{1,3}(?![A-Za-z0-9]))?\)?(?:th)?)"
    r"|(?P<ordinal>\d{1,2}(?:\.\d{1,3})?(?:st|nd|rd|th))(?![A-Za-z])"
    r"|(?P<status>(?:[Nn]on[-_ ]?)?\d[xX]{2})"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[KMG]iB(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+"
    r"|[^\W\d_A-Za-z]+[a-z]*|%)"
    r"|(?P<per>/)"
)
#: No name that a person gave is longer.
_LONGEST_NAME = 300
#: As names of operations begin, whatever they end in.
_VERBS = frozenset("get post put patch delete list fetch create update".split())
_SIZES = frozenset({"bytes", "kb", "kib", "mb", "mib", "gb", "gib"})


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a name, or several that mean something together only."""

    text: str
    word: Word = Word()
    known: bool = True

    @property
    def tells(self) -> bool:
        """Whether it makes a name: not a measuring word, and no mere filler."""
        named = self.word.named or self.word.role in (Role.META, Role.TAG)
        return named or not self.known


@dataclass(frozen=True)
class Name:
    """A key, or the name that an object gives itself.

    `unit` is the canonical one with its factor. `strange` marks a unit that is none of
    those known, `broken` a name with two statistics or units, `missing` an item of a
    list that has none.
    """

    text: str
    parts: tuple[Part, ...] = ()
    route: str = ""
    method: str | None = None
    unit: tuple[str, float] | None = None
    strange: bool = False
    broken: bool = False
    missing: bool = False

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """What it may be about."""
        return frozenset(part.word.kind for part in self.parts if part.word.kind)

    @cached_property
    def statistic(self) -> str:
        """The statistic it tells; empty where none."""
        return next((p.word.statistic for p in self.parts if p.word.statistic), "")

    @cached_property
    def words(self) -> str:
        """Its words without units, as in the tables of whole names."""
        return " ".join(part.text for part in self.parts if not part.word.unit)

    @property
    def is_method(self) -> bool:
        """Whether it is an HTTP method and nothing else."""
        return re.fullmatch(_METHOD, self.text, re.IGNORECASE) is not None

    def has(self, role: Role) -> bool:
        """Whether any of its words plays this role."""
        return any(part.word.role is role for part in self.parts)

    def ends_as(self, role: Role) -> bool:
        """Whether its last word that is no measuring word plays this role.

        A `password change` is something that is measured; the `latency change` is not.
        Nor is `get_history` a history.
        """
        judged = role in (Role.VERDICT, Role.SETTING)
        if judged and self.parts and self.parts[0].text in _VERBS:
            return False
        for part in reversed(self.parts):
            if part.tells or part.word.role in (Role.VERDICT, Role.SETTING, Role.COUNT):
                return part.word.role is role
        return False


@lru_cache(maxsize=4096)
def name(text: str) -> Name:
    """Cut a name into its words."""
    text = text[:_LONGEST_NAME]
    found = _JOINED.search(text) or _ENDPOINT.search(text)
    if found is None:
        return _measured(Name(text, _parts(text)))
    groups = found.groupdict()
    before, after = found.span()
    rest = f"{text[:before]} {text[after:]}"
    route = groups.get("called") or groups["route"]
    bare = Name(text, _parts(rest), route.rstrip(",;)"), groups["method"])
    return _measured(bare)


def label(text: str) -> Name:
    """A name that an object gives itself: all of it, whatever its words mean."""
    found = name(text)
    kept = {Kind.DATABASE, Kind.CACHE}
    parts = tuple(
        Part(p.text, Word(p.word.kind, named=True))
        if p.word.kind in kept
        else Part(p.text, known=False)
        for p in found.parts
    )
    return Name(text, parts, found.route, found.method)


def unit_of(text: str) -> tuple[str, float] | None:
    """The canonical unit of what stands behind a number, and the factor to it."""
    if known := unit(text):
        return known
    found = name(text)
    allowed = (Role.EACH, Role.FILLER, Role.COUNT)
    foreign = any(
        p.tells or p.word.statistic or not (p.word.unit or p.word.role in allowed)
        for p in found.parts
    )
    return None if foreign or found.route else found.unit


def _measured(bare: Name) -> Name:
    parts = tuple(_demoted(bare.parts))
    statistics = {part.word.statistic for part in parts if part.word.statistic}
    units = {part.word.unit for part in parts if part.word.unit}
    sizes = units & _SIZES
    found = None
    if len(sizes) == 1 and units - sizes == {"/s"}:
        size = unit(min(sizes))
        found = ("MB/s", size[1]) if size else None
    elif len(units) == 1:
        found = unit(min(units))
    broken = len(statistics) > 1 or (bool(units) and found is None)
    return replace(bare, parts=parts, unit=found, broken=broken)


def _demoted(parts: tuple[Part, ...]) -> Iterator[Part]:
    """Units only at the end count: a `30 minute test` is the name of something."""
    for index, part in enumerate(parts):
        after = parts[index:][1:]
        counted = index and parts[index - 1].text.replace(".", "").isdigit()
        early = part.word.unit not in _SIZES and any(p.tells for p in after)
        is_minute = part.text == "min"
        if (part.word.unit and not part.word.kind and (counted or early)) or (
            is_minute and counted
        ):
            yield Part(part.text, known=False)
        else:
            yield part


def _parts(text: str) -> tuple[Part, ...]:
    tokens: list[tuple[str, str]] = []
    end = -1
    for found in _TOKEN.finditer(text):
        group, word = found.lastgroup or "", found[0].lower()
        if found.start() == end and group == "number" and tokens[-1][0] == "word":
            if len(tokens[-1][1]) == 1 or (tokens[-1][1],) not in WORDS:
                # `s3` and `auth0` are one word, `latency95` is not.
                group, word = "word", tokens.pop()[1] + word
        tokens.append((group, word))
        end = found.end()
    return tuple(_grouped(tokens))


def _grouped(tokens: list[tuple[str, str]]) -> Iterator[Part]:
    position = 0
    while position < len(tokens):
        part, length = _percentile(tokens, position) or _phrase(tokens, position)
        yield part
        position += length


def _phrase(tokens: list[tuple[str, str]], position: int) -> tuple[Part, int]:
    ahead = tokens[position:][:LONGEST]
    words = tuple("per" if group == "per" else text for group, text in ahead)
    for length in range(len(words), 0, -1):
        phrase = words[:length]
        if phrase in WORDS:
            return Part(" ".join(phrase), WORDS[phrase]), length
    text = re.sub("^non[-_ ]", "non", words[0]) if ahead[0][0] == "status" else words[0]
    return Part(text, known=False), 1


def _percentile(
    tokens: list[tuple[str, str]], position: int
) -> tuple[Part, int] | None:
    """`p95`, `95th percentile`, `percentile 95`, `95%` and `p999`."""
    group, text = tokens[position]
    following = tokens[position + 1] if position + 1 < len(tokens) else ("", "")
    length, share = 1, text
    if group == "percentile":
        share = text.lstrip("t").removesuffix("th").strip("p()")
        if re.fullmatch(r"99\d{1,3}", share):
            share = f"99.{share[2:]}"
    elif group == "ordinal":
        share = text[:-2]
        length += WORDS.get((following[1],), Word()).role is Role.PERCENTILES
    elif group == "number" and following[1] == "%":
        length, share = 2, text
    elif following[0] == "number" and text in ("percentile", "p", "perc", "pctl"):
        length, share = 2, following[1]
    else:
        return None
    statistic = percentile_name(share)
    if statistic is None or (group == "ordinal" and length == 1 and float(share) < 50):
        return None
    return Part(statistic, Word(statistic=statistic)), length
