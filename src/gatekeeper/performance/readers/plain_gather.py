"""From the leaves of one plain JSON document to one trial."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.performance.quantities import TIMES, Kind, Quantity, convert
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_loads import Loads
from gatekeeper.performance.readers.plain_meaning import meaning
from gatekeeper.performance.readers.plain_subjects import subject_of
from gatekeeper.performance.readers.plain_words import Role
from gatekeeper.performance.subjects import Subject
from gatekeeper.performance.trial import Reading, Samples, Trial, UnreadableError

PROGRAM = "plain JSON"
_ERROR_RATE = Quantity(Kind.ERROR_RATE, "", "%")
_SHOWN = 3
_LONGEST = 60


class Gathered:
    """What one document says, leaf by leaf."""

    def __init__(self) -> None:
        self.loads = Loads()
        self._found: dict[tuple[Subject, Kind, str], tuple[Reading | Samples, str]] = {}
        self._successes: dict[Subject, float] = {}
        self._lost: list[str] = []
        self._left_out = 0

    def add(self, leaf: Leaf, *, unless_known: bool = False) -> None:
        """Take a leaf for what it is. Raises UnreadableError where it contradicts."""
        if any(name.ends_as(Role.VERDICT) for name in leaf.above):
            self._left_out += bool(leaf.values)
        elif self.loads.take(leaf) or not leaf.values or _is_meta(leaf):
            return
        elif _is_no_measurement(leaf):
            self._left_out += 1
        elif not self._keep(leaf, unless_known):
            self._lost.append(leaf.where)

    def trial(self) -> Trial:
        """Everything together."""
        found = [thing for thing, _ in self._found.values()]
        samples = [thing for thing in found if isinstance(thing, Samples)]
        # Statistics follow from the samples, and are not told twice.
        derivable = {(s.subject, s.quantity.kind, s.quantity.unit) for s in samples}
        readings = [
            thing
            for thing in found
            if isinstance(thing, Reading)
            and (thing.subject, thing.quantity.kind, thing.quantity.unit)
            not in derivable
        ]
        subjects = dict.fromkeys(thing.subject for thing in found)
        readings += self._error_rates(subjects)
        return Trial(
            PROGRAM,
            tuple(readings),
            tuple(samples),
            tuple(self.loads.loads(subjects)),
            notes=tuple(self._notes()),
        )

    def _keep(self, leaf: Leaf, unless_known: bool) -> bool:
        """Keep a measurement; whether it is one."""
        what = meaning(leaf)
        if what is None:
            return False
        about, quantity = subject_of(leaf, what), what.quantity
        values = tuple(convert(value, what.factor) for value in leaf.values)
        if leaf.is_list and (quantity.statistic or quantity.kind not in TIMES):
            return False
        if what.of_success:
            return self._keep_success(about, quantity.unit, values[0])
        thing = (
            Samples(about, quantity, values)
            if leaf.is_list
            else Reading(about, quantity, values[0])
        )
        key = about, quantity.kind, quantity.statistic
        other, where = self._found.setdefault(key, (thing, leaf.where))
        if other != thing and not unless_known:
            raise UnreadableError(
                f"`{_short(where)}` and `{_short(leaf.where)}` both mean the"
                f" {quantity.name} of {about}, but differ; keep one, or give them names"
                " that tell them apart"
            )
        return True

    def _keep_success(self, about: Subject, unit: str, value: float) -> bool:
        # 0.99 without a unit may be a share or a percentage, 99 only the latter.
        if unit == "?" and not value > 1:
            return False
        self._successes.setdefault(about, value)
        return True

    def _error_rates(self, subjects: dict[Subject, None]) -> Iterator[Reading]:
        """Those that follow from counts or successes where none is told."""
        for about in dict.fromkeys([*subjects, *self._successes]):
            if (about, Kind.ERROR_RATE, "") in self._found:
                continue
            load = self.loads.own(about)
            if load.requests and load.failures is not None:
                share = 100 * load.failures / load.requests
                yield Reading(about, _ERROR_RATE, share)
            elif about in self._successes:
                share = float(f"{100 - self._successes[about]:.12g}")
                yield Reading(about, _ERROR_RATE, share)

    def _notes(self) -> Iterator[str]:
        yield from self.loads.contradictions()
        if self._lost:
            shown = ", ".join(map(_short, self._lost[:_SHOWN]))
            more = ", …" if len(self._lost) > _SHOWN else ""
            yield f"numbers not understood: {len(self._lost)} ({shown}{more})"
        if self._left_out:
            yield (
                f"numbers left out as limits, settings or computed changes:"
                f" {self._left_out}"
            )


def _is_meta(leaf: Leaf) -> bool:
    """Whether a number only describes the file: a date, a version, a count."""
    own = leaf.own
    if own.ends_as(Role.META):
        rated = own.has(Role.RATE) or bool(own.unit and own.unit[0] == "%")
        return not rated and not leaf.is_list
    return own.ends_as(Role.TAG) and not (own.kinds or own.unit or own.statistic)


def _is_no_measurement(leaf: Leaf) -> bool:
    settings = any(name.ends_as(Role.SETTING) for name in leaf.above)
    return settings or leaf.own.ends_as(Role.VERDICT)


def _short(where: str) -> str:
    return where if len(where) <= _LONGEST else f"…{where[1 - _LONGEST :]}"
