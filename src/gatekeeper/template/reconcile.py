"""Ticks against facts: what a pull request claims, held against what was measured.

Pure: a gate's verdict and the body's boxes in, the verdict with its boxes out. A box
never makes a machine's gate pass; it can only agree with it or be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatekeeper.model import BoxResult, BoxState, GateResult, GateStatus
from gatekeeper.template.signature import moot, signature

if TYPE_CHECKING:  # its parser is slow to import, and needed for a body only
    from gatekeeper.template.markdown import Body, Box


@dataclass(frozen=True, slots=True)
class Asked:
    """What a gate wants of the body.

    `titles` are its boxes, below a heading that begins with `section`. `person` says
    that the box itself is the answer, `one_of` that exactly one of them is, `later`
    that nobody can answer before the merge. `signed` wants a name and `digest`, the
    state of what is signed for.
    """

    titles: tuple[str, ...]
    section: str = ""
    person: bool = False
    one_of: bool = False
    later: bool = False
    signed: bool = False
    digest: str = ""

    def box(
        self, title: str, box: Box | None = None, state: BoxState | None = None
    ) -> BoxResult:
        """A box as it goes into the verdict."""
        by_person = self.person or self.one_of or self.later
        line, ticked = (box.line, box.ticked) if box else (None, None)
        return BoxResult(title, self.section, by_person, line, ticked, state)


def reconcile(result: GateResult, asked: Asked, body: Body | None) -> GateResult:
    """The verdict of a gate, with what the body says about it.

    Without a body a person's gate is pending, and a machine's stays as it is.
    """
    if body is None:
        return replace(result, boxes=tuple(map(asked.box, asked.titles)))
    if asked.one_of:
        return _one_of(result, asked, body)
    for title in asked.titles:
        found = boxes(body, title, asked.section)
        result = _single(result, asked, title, found)
    return result


def inapplicable(result: GateResult, asked: Asked, body: Body | None) -> GateResult:
    """A gate that does not apply, with its boxes however they stand."""
    state = None if body is None else BoxState.NOT_APPLICABLE
    found = tuple(
        asked.box(
            title,
            next(iter(boxes(body, title, asked.section)), None) if body else None,
            state,
        )
        for title in asked.titles
    )
    return replace(result, boxes=found)


def boxes(body: Body, title: str, section: str) -> list[Box]:
    """The boxes of that title below that heading; those struck through do not count."""
    return [box for box in body.boxes if box.answers(title, section) and not box.struck]


def _single(
    result: GateResult, asked: Asked, title: str, found: Sequence[Box]
) -> GateResult:
    where = f" below {asked.section!r}" if asked.section else ""
    if not found:
        lost = asked.box(title, state=BoxState.MISSING)
        return _failed(result, lost, f"the pull request has no box {title!r}{where}")
    box = found[0]
    if any(other.ticked != box.ticked for other in found):
        lines = ", ".join(str(other.line) for other in found)
        lost = asked.box(title, box, BoxState.MISSING)
        said = f"the box {title!r} stands at lines {lines}, ticked and not ticked"
        return _failed(result, lost, said)
    if asked.later:
        state = BoxState.AGREES if box.ticked else BoxState.OPEN
        return _with(result, asked, title, box, state)
    if asked.person:
        return _by_person(result, asked, title, box)
    return _by_machine(result, asked, title, box)


def _by_machine(result: GateResult, asked: Asked, title: str, box: Box) -> GateResult:
    state: BoxState | None
    if result.status in (GateStatus.FAILED, GateStatus.ERROR):
        state = BoxState.CONTRADICTED if box.ticked else BoxState.OPEN
    elif result.status is GateStatus.PASSED:
        state = BoxState.AGREES if box.ticked else BoxState.UNDERSTATED
    else:
        state = None  # skipped: nobody knows
    made = _with(result, asked, title, box, state)
    if state is BoxState.CONTRADICTED:
        claim = f"; line {box.line} of the pull request is ticked all the same"
        return replace(made, reason=f"{made.reason}{claim}")
    if state is BoxState.UNDERSTATED:
        return _noted(made, f"line {box.line} of the pull request may be ticked")
    if moot(box.title) is not None:
        return _noted(made, f"line {box.line} says N/A; it is measured all the same")
    return made


def _by_person(result: GateResult, asked: Asked, title: str, box: Box) -> GateResult:
    reason = moot(box.title)
    at = asked.box(title, box, BoxState.WAITING)
    if asked.signed and not asked.digest:
        return _failed(result, at, "what is to be signed covers no file of git")
    signed = signature(box.title)
    valid = signed is not None and signed.is_for(asked.digest)
    if reason and (valid or not asked.signed):
        made = _with(result, asked, title, box, BoxState.NOT_APPLICABLE)
        said = f"not applicable, says line {box.line}: {reason}"
        return _settled(made, GateStatus.SKIPPED, said)
    sign = f"@name {asked.digest}"
    if not box.ticked and not (reason and signed):
        why = f"the box at line {box.line} is open: {title}"
        if reason is not None:
            why = f"line {box.line} says N/A and not why: {title}"
        elif asked.signed:
            why = f"{why}; sign it with {sign}"
        return _failed(result, at, why)
    if asked.signed and (signed is None or not signed.digest):
        return _failed(result, at, f"line {box.line} lacks a signature such as {sign}")
    if signed and signed.digest and not signed.is_for(asked.digest):
        stale = replace(at, state=BoxState.STALE)
        said = (
            f"@{signed.name} signed line {box.line} for {signed.digest}, and what it"
            f" covers is {asked.digest} now"
        )
        return _failed(result, stale, said)
    made = _with(result, asked, title, box, BoxState.AGREES)
    by = f" by @{signed.name}" if signed else ""
    return _settled(made, GateStatus.PASSED, f"confirmed{by} at line {box.line}")


def _one_of(result: GateResult, asked: Asked, body: Body) -> GateResult:
    found = [(title, boxes(body, title, asked.section)) for title in asked.titles]
    # Of one that stands there twice, a tick counts.
    there = [(t, max(copies, key=_is_ticked)) for t, copies in found if copies]
    ticked = [(title, box) for title, box in there if box.ticked]
    names = ", ".join(repr(title) for title in asked.titles[:3])
    if not there:
        lost = asked.box(names, state=BoxState.MISSING)
        return _failed(result, lost, f"the pull request has none of the boxes {names}")
    state = BoxState.AGREES if len(ticked) == 1 else BoxState.WAITING
    every = tuple(asked.box(title, box, state) for title, box in there)
    made = replace(result, boxes=every)
    first, last = there[0][1].line, there[-1][1].line
    where = f"of the boxes at lines {first} to {last}"
    if len(ticked) == 1:
        title, box = ticked[0]
        return _settled(made, GateStatus.PASSED, f"line {box.line}: {title}")
    count = "none" if not ticked else str(len(ticked))
    return _settled(
        made, GateStatus.FAILED, f"{count} {where} is ticked, exactly one has to be"
    )


def _is_ticked(box: Box) -> bool:
    return box.ticked


def _with(
    result: GateResult, asked: Asked, title: str, box: Box, state: BoxState | None
) -> GateResult:
    return replace(result, boxes=(*result.boxes, asked.box(title, box, state)))


def _failed(result: GateResult, box: BoxResult, reason: str) -> GateResult:
    """A box that is wrong fails its gate, or adds to what is wrong already."""
    made = replace(result, boxes=(*result.boxes, box))
    if result.status in (GateStatus.FAILED, GateStatus.ERROR):
        return replace(made, reason=f"{result.reason}; {reason}")
    return _settled(made, GateStatus.FAILED, reason)


def _settled(result: GateResult, status: GateStatus, reason: str) -> GateResult:
    return replace(result, status=status, reason=reason)


def _noted(result: GateResult, note: str) -> GateResult:
    return replace(result, notes=(*result.notes, note))
