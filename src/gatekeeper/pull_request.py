"""Gates that no tool decides, and what the pull request says about all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from gatekeeper.model import (
    BoxState,
    GateResult,
    GateStatus,
    Run,
)
from gatekeeper.policy.gate_mistakes import CHANGES
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.project.change import Change
from gatekeeper.template.reconcile import Asked, inapplicable, reconcile

if TYPE_CHECKING:
    from gatekeeper.template.markdown import Body

#: The state of the files that some patterns cover, as twelve hexadecimal digits.
Digest = Callable[[tuple[str, ...]], str]
_NOT_APPLICABLE = "not applicable: "


class PullRequest:
    """What is known of the change: its files, and the text of its pull request."""

    def __init__(
        self,
        gates: Mapping[str, GatePolicy],
        body: str | None,
        change: Change,
        digest: Digest,
    ) -> None:
        self.change = change
        self._gates = gates
        self._body = None if body is None else _parsed(body)
        state = cache(digest)  # many gates cover the same files
        self._asked = {name: self._ask(gate, state) for name, gate in gates.items()}

    @property
    def counts(self) -> bool:
        """Whether the answer follows from more than what tools measure."""
        return self._body is not None or any(
            gate.tool is None or gate.box or gate.when_changed or gate.evidence
            for gate in self._gates.values()
        )

    @property
    def wants_changes(self) -> bool:
        """Whether the changed files are to be listed in the template."""
        gates = self._gates.values()
        return any(CHANGES in t for gate in gates for t in gate.evidence.values())

    def applies(self, name: str) -> bool:
        """Whether a gate is asked for by what was changed; if in doubt, it is."""
        patterns = self._gates[name].when_changed
        known = self.change.files is not None
        return not patterns or not known or bool(self.change.touched(patterns))

    def settle(
        self, results: Mapping[str, GateResult], runs: Mapping[str, Run]
    ) -> dict[str, GateResult]:
        """Verdicts of the tools in, verdicts of everything out, with their boxes."""
        settled = {name: self._answered(name, results, runs) for name in results}
        for name in self._in_order():
            if settled[name].reason == SKIPPED or not self.applies(name):
                continue
            followed = self._followed(settled[name], self._gates[name], settled)
            settled[name] = self._reconciled(name, followed)
        return settled

    def _in_order(self) -> Iterator[str]:
        """The gates that follow from others, each after those of them that do too."""
        known = {name: gate.all_of for name, gate in self._gates.items() if gate.all_of}
        mine = {name: [n for n in names if n in known] for name, names in known.items()}
        yield from TopologicalSorter(mine).static_order()

    def remarks(self, results: Mapping[str, GateResult]) -> Iterator[str]:
        """How the boxes stand, and those that no gate answers."""
        boxes = [box for result in results.values() for box in result.boxes]
        if self._body is None or not boxes:
            return
        states = Counter(box.state for box in boxes if box.state is not None)
        if not states:
            return
        counts = ", ".join(f"{states[s]} {s}" for s in BoxState if states[s])
        yield f"boxes of the pull request: {counts}"
        known = [(box.title, box.section) for box in boxes]
        loose = [
            f"line {box.line} ({box.title[:60]})"
            for box in self._body.boxes
            if not any(box.answers(title, section) for title, section in known)
        ]
        if loose:
            more = f" and {len(loose) - 3} more" if len(loose) > 3 else ""
            yield f"boxes that no gate answers: {', '.join(loose[:3])}{more}"

    def _answered(
        self, name: str, results: Mapping[str, GateResult], runs: Mapping[str, Run]
    ) -> GateResult:
        gate, result = self._gates[name], results[name]
        if result.reason == SKIPPED:
            return reconcile(result, self._asked[name], None)
        if not self.applies(name):
            where = ", ".join(gate.when_changed[:3])
            reason = f"{_NOT_APPLICABLE}nothing was changed in {where}"
            moot = replace(result, status=GateStatus.SKIPPED, reason=reason)
            return inapplicable(moot, self._asked[name], self._body)
        if gate.all_of:
            return result
        if gate.evidence:
            from gatekeeper.pasted_output import compared  # few policies ask for it

            return compared(result, gate.evidence, self._body, runs)
        return self._reconciled(name, self._noted(result, gate))

    def _reconciled(self, name: str, result: GateResult) -> GateResult:
        return reconcile(result, self._asked[name], self._body)

    def _noted(self, result: GateResult, gate: GatePolicy) -> GateResult:
        """Say why a conditional gate applies."""
        if not gate.when_changed:
            return result
        if self.change.files is None:
            note = f"applies, since what changed is not known: {self.change.problem}"
        else:
            note = f"applies: {self.change.touched(gate.when_changed)[0]} was changed"
        return replace(result, notes=(*result.notes, note))

    def _ask(self, gate: GatePolicy, digest: Digest) -> Asked:
        return Asked(
            titles=gate.boxes,
            section=gate.section or "",
            person=gate.attest is not None,
            one_of=bool(gate.one_of),
            later=gate.after_merge,
            signed=gate.signed,
            digest=digest(tuple(gate.covers or gate.when_changed))
            if gate.attest is not None and self._body is not None
            else "",
        )

    def _followed(
        self,
        result: GateResult,
        gate: GatePolicy,
        all_results: Mapping[str, GateResult],
    ) -> GateResult:
        """The verdict of a gate that follows from others: the worst of theirs."""
        members = {name: all_results.get(name) for name in gate.all_of}
        lost = [name for name, found in members.items() if found is None]
        if lost:
            reason = f"follows from {', '.join(lost)}, not asked for now"
            return replace(result, status=GateStatus.ERROR, reason=reason)
        found = [member for member in members.values() if member is not None]
        for status in _WORST_FIRST:
            names = [m.id for m in found if _counted(m) is status]
            if names:
                verb = "is" if len(names) == 1 else "are"
                reason = f"{', '.join(names)} {verb} {_SAID[status]}"
                return replace(result, status=status, reason=reason)
        reason = f"all {len(found)} gates that it follows from hold"
        return replace(result, status=GateStatus.PASSED, reason=reason)


def _parsed(body: str) -> Body:
    from gatekeeper.template.markdown import parse  # slow, and most runs have no body

    return parse(body)


SKIPPED = "skipped by --skip"
_WORST_FIRST = (
    GateStatus.FAILED,
    GateStatus.ERROR,
    GateStatus.PENDING,
    GateStatus.SKIPPED,
)
_SAID = {
    GateStatus.FAILED: "failed",
    GateStatus.ERROR: "not measured",
    GateStatus.PENDING: "pending",
    GateStatus.SKIPPED: "skipped",
}


def _counted(member: GateResult) -> GateStatus:
    """What a gate means for one that follows from it.

    One that does not decide here cannot fail the other, nor let it pass.
    """
    if _is_moot(member):
        return GateStatus.PASSED
    wrong = member.status in (GateStatus.FAILED, GateStatus.ERROR)
    return GateStatus.PENDING if wrong and not member.blocking else member.status


def _is_moot(result: GateResult) -> bool:
    said_so = any(box.state is BoxState.NOT_APPLICABLE for box in result.boxes)
    return said_so or result.reason.startswith(_NOT_APPLICABLE)
