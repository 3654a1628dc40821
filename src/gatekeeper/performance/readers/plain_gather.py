"""From the leaves of one plain JSON document to one trial."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gatekeeper.performance.quantities import TIMES, Kind, convert
from gatekeeper.performance.readers.plain_failures import (
    count,
    counts_failures,
    failing,
    flagged,
)
from gatekeeper.performance.readers.plain_leaves import Leaf
from gatekeeper.performance.readers.plain_loads import Loads, around, tells_load
from gatekeeper.performance.readers.plain_meaning import meaning
from gatekeeper.performance.readers.plain_rates import Rates
from gatekeeper.performance.readers.plain_subjects import subject_of
from gatekeeper.performance.readers.plain_unread import (
    is_lost_text,
    is_meta,
    is_no_measurement,
    is_strange_meta,
    short,
)
from gatekeeper.performance.readers.plain_words import Role
from gatekeeper.performance.subjects import Subject
from gatekeeper.performance.trial import Reading, Samples, Trial, UnreadableError

PROGRAM = "plain JSON"
_RATE = Kind.ERROR_RATE
_SHOWN = 3
_SHOWN_SECTIONS = 8


class Gathered:
    """What one document says, leaf by leaf."""

    def __init__(self) -> None:
        self.loads = Loads()
        self._rates = Rates()
        self._found: dict[tuple[Subject, Kind, str], tuple[Reading | Samples, str]] = {}
        self._lost: list[str] = []
        self._left_out: dict[str, list[Leaf]] = {}

    @property
    def has_measured(self) -> bool:
        """Whether any measurement was found so far."""
        return bool(self._found)

    def add(self, leaf: Leaf, *, unless_known: bool = False) -> None:
        """Take a leaf for what it is.

        Raises UnreadableError where it contradicts, or is a measurement that cannot be
        read.
        """
        if any(name.ends_as(Role.VERDICT) for name in leaf.above):
            self._leave_out(leaf)
        elif self.loads.take(leaf):
            return
        elif is_no_measurement(leaf):
            self._leave_out(leaf)
        elif failures := flagged(leaf):
            self.loads.fail(_about(leaf), failures, short(leaf.where))
        elif not self._is_known(leaf, unless_known):
            self._lost.append(leaf.where)

    def _leave_out(self, leaf: Leaf) -> None:
        if leaf.values and not is_meta(leaf):
            inside = not leaf.own.ends_as(Role.VERDICT)
            section = leaf.where.rpartition(".")[0] if inside else leaf.where
            self._left_out.setdefault(section, []).append(leaf)

    def _is_known(self, leaf: Leaf, unless_known: bool) -> bool:
        if not leaf.values:
            return not is_lost_text(leaf, of_load=tells_load(leaf))
        if is_meta(leaf) and not counts_failures(leaf):
            return not is_strange_meta(leaf)
        return self._keep(leaf, unless_known) or self._keep_failures(leaf)

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
        measured = dict.fromkeys(
            thing.subject for thing in found if thing.quantity.kind is not _RATE
        )
        rates = [one for one in readings if one.quantity.kind is _RATE]
        # The plain rate of a subject may follow from several things.
        readings = [r for r in readings if r not in rates or r.quantity.statistic]
        readings += self._rates.readings(rates, measured, self.loads.own)
        return Trial(
            PROGRAM,
            tuple(readings),
            tuple(samples),
            tuple(self.loads.loads(measured)),
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
            return self._rates.success(about, quantity.unit, values[0])
        thing = (
            Samples(about, quantity, values)
            if leaf.is_list
            else Reading(about, quantity, values[0])
        )
        key = about, quantity.kind, quantity.statistic
        other, where = self._found.setdefault(key, (thing, leaf.where))
        if other != thing and not unless_known:
            raise UnreadableError(
                f"`{short(where)}` and `{short(leaf.where)}` both mean the"
                f" {quantity.name} of {about}, but differ; keep one, or give them names"
                " that tell them apart"
            )
        return True

    def _keep_failures(self, leaf: Leaf) -> bool:
        """Keep what speaks of failures but is no rate by its name."""
        if failing(leaf) is None:
            well = leaf.own.words in ("success", "successful", "ok")
            about = around(leaf.above)
            return well and self._rates.success(about, "?", leaf.values[0])
        unit = leaf.unit or leaf.own.unit
        if unit and unit[0] in ("ms", "MB"):
            return False
        failures = count(leaf)
        if failures is None:
            self._rates.sign(_about(leaf), math.fsum(leaf.values))
        elif failures:
            self.loads.fail(_about(leaf), failures, short(leaf.where))
        return True

    def _notes(self) -> Iterator[str]:
        yield from self.loads.contradictions()
        if self._lost:
            shown = _some(self._lost, _SHOWN)
            yield f"numbers not understood: {len(self._lost)} ({shown})"
        if self._left_out:
            # Sections with percentiles first: an endpoint `get_history` looks like one.
            sections = sorted(
                self._left_out,
                key=lambda where: (
                    not any(
                        leaf.own.statistic and leaf.where != where
                        for leaf in self._left_out[where]
                    )
                ),
            )
            yield (
                f"numbers left out as limits, settings or computed changes:"
                f" {sum(map(len, self._left_out.values()))}"
                f" ({_some(sections, _SHOWN_SECTIONS)})"
            )


def _about(leaf: Leaf) -> Subject:
    """What the failures are of, of which a leaf speaks."""
    return around(leaf.above[: failing(leaf)])


def _some(names: list[str], most: int) -> str:
    more = ", …" if len(names) > most else ""
    return ", ".join(map(short, names[:most])) + more
