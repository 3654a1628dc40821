"""Reports of parts of one check, held against each other before they become one.

What they say of themselves has to agree: a report that was edited is no proof.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gatekeeper.app import EXIT_CODES
from gatekeeper.judge import conclude
from gatekeeper.model import GateResult, GateStatus, Report, RunStatus, Verdict
from gatekeeper.project.uncommitted import UNKNOWN
from gatekeeper.pull_request import SKIPPED

#: The reason of a gate that is in no report.
GAP = "no part reported it"
#: Names that a policy may give, and that a shell leaves alone.
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.\x80-\U0010ffff-]*")
#: What a signal makes of the exit code.
_INTERRUPTED = 128


@dataclass(frozen=True, slots=True)
class Part:
    """A report by the name of its file, and which version of gatekeeper wrote it."""

    name: str
    report: Report
    version: str


def mistakes(parts: Sequence[Part], anew: Collection[str]) -> Iterator[str]:
    """Why these reports are not parts of one check, one line each.

    Gates that are settled `anew` may be in several of them.
    """
    for part in parts:
        for why in contradictions(part.report):
            yield (
                f"{part.name}: {why}; it was edited or is damaged, have the job make"
                " it again"
            )
    for one, other in combinations(parts, 2):
        yield from _repeated(one, other, anew)
    for part in parts[1:]:
        yield from _differences(parts[0], part)


def contradictions(report: Report) -> Iterator[str]:
    """What no run of gatekeeper would say of itself."""
    verdict, ids = conclude(report.gates), [gate.id for gate in report.gates]
    if report.verdict is not verdict:
        yield f"says {report.verdict}, and its gates say {verdict}"
    if not _fits(report.exit_code, verdict, interrupted=report.interrupted):
        yield f"exit code {report.exit_code} does not fit"
    if not all(map(_NAME.fullmatch, (*ids, *report.declared))):
        yield "has a gate with a name that no policy can give"
    if len(set(ids)) < len(ids):
        yield "has a gate twice"
    if report.declared and (lost := set(ids) - set(report.declared)):
        yield f"has the gate {min(lost)}, which its policy has not"
    made = {run.tool for run in report.runs if run.status is RunStatus.COMPLETED}
    for gate in report.gates:
        if gate.status is GateStatus.PASSED and gate.tool and gate.tool not in made:
            yield f"says {gate.id} passed, and has no run of {gate.tool}"
        if gate.status is GateStatus.PASSED and not _holds(gate):
            yield f"says {gate.id} passed, and its value is beyond its limit"


def _holds(gate: GateResult) -> bool:
    """Whether a gate that passed has a value that its limits allow."""
    value = gate.value
    if value is None or gate.comparisons:
        return True
    low = gate.minimum is None or value >= gate.minimum
    return low and (gate.maximum is None or value <= gate.maximum)


def _fits(code: int, verdict: Verdict, *, interrupted: bool) -> bool:
    return code > _INTERRUPTED if interrupted else code == EXIT_CODES[verdict]


def _repeated(one: Part, other: Part, anew: Collection[str]) -> Iterator[str]:
    if os.path.realpath(one.name) == os.path.realpath(other.name):
        yield f"{one.name} and {other.name} are the same file"
        return
    known = measured(other, anew)
    both = [name for name in measured(one, anew) if name in known]
    if both:
        names = ", ".join(both)
        yield f"{names}: reported by both {one.name} and {other.name}; leave one out"


def measured(part: Part, anew: Collection[str]) -> dict[str, GateResult]:
    """The results that a part answers for: what --skip left out is none."""
    return {
        gate.id: gate
        for gate in part.report.gates
        if gate.id not in anew and not is_left_out(gate)
    }


def reported(parts: Sequence[Part], anew: Collection[str]) -> dict[str, GateResult]:
    """What the parts say of each gate; measured counts more than left out."""
    every = [gate for part in parts for gate in part.report.gates]
    said = {gate.id for gate in every if not is_left_out(gate)}
    found = {g.id: g for g in every if is_left_out(g) and g.id not in said}
    for part in parts:
        found |= measured(part, anew)
    return found


def rerun(name: str) -> str:
    """What to do about a gate that is in no report."""
    return (
        f"Run `gatekeeper check {name} -f json` on the same state, and give its report"
        " to `gatekeeper merge`."
    )


def is_left_out(gate: GateResult) -> bool:
    """Whether somebody asked not to measure it; several parts may have been asked."""
    return gate.status is GateStatus.SKIPPED and gate.reason == SKIPPED


def _differences(first: Part, other: Part) -> Iterator[str]:
    """Why two parts are not of the same state."""
    both = f"{first.name} and {other.name}"
    one, two = first.report, other.report
    known = (one.revision.dirty is None, two.revision.dirty is None)
    if known[0] != known[1]:
        without = first.name if known[0] else other.name
        yield f"{both}: {without} was made without git, the other with it"
    elif one.revision.commit != two.revision.commit:
        commits = f"{one.revision.commit} and {two.revision.commit}"
        yield f"{both} are of different commits ({commits}); make them from one"
    elif UNKNOWN in (one.revision.changes, two.revision.changes):
        yield (
            f"{both}: git could not tell what was not committed, so nobody knows"
            " whether they saw the same; commit it, and make them again"
        )
    elif one.revision.changes != two.revision.changes:
        yield (
            f"{both} are of one commit with different uncommitted changes; make them"
            " again from one state"
        )
    if one.policy.sha256 != two.policy.sha256:
        yield f"{both} were made with different policies; make them again with one"
    elif one.declared != two.declared:
        yield (
            f"{both} know different gates of the same policy; make them with one"
            " version of gatekeeper"
        )


def remarks(parts: Sequence[Part], ours: str) -> Iterator[str]:
    """What a reader of the one verdict has to know of its parts."""
    count = len(parts)
    yield f"merged from {count} report{'' if count == 1 else 's'}"
    revision = parts[0].report.revision
    if revision.dirty is None and count > 1:
        yield "nothing proves that the parts saw the same files: there was no git"
    elif revision.changes and count > 1:
        yield "all parts saw the same uncommitted changes"
    if versions := sorted({part.version for part in parts} - {ours}):
        yield f"made by gatekeeper {', '.join(versions)}, merged by {ours}"
