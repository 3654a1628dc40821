"""requirements: whether every dependency is locked to one content.

Nothing is started and nobody is asked: it is all in the files. A line is judged
whatever its marker says, since another system would install it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatekeeper.advisories.requirements import find
from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric
from gatekeeper.tools import (
    requirements_declared,
    requirements_lines,
    requirements_locks,
)
from gatekeeper.tools.base import Adapter, Job, NothingToExamineError, ToolError
from gatekeeper.tools.requirements_compared import Locked
from gatekeeper.tools.requirements_entries import Entry, Folders, Listing, unreadable
from gatekeeper.tools.requirements_objections import (
    RULES,
    absent,
    objection,
    unhashed,
)

_HOW = (
    "write requirements.txt with `pip freeze`, `pip-compile` or `uv export`, or lock"
    " with `uv lock`; where the file has another name or place, name it under"
    " `requirements` of tools.requirements in gates.yaml"
)


def _commands(job: Job) -> tuple[Command, ...]:
    return ()


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    _rules_can_be_reported(job)
    files = list(job.options.requirements or find(job.root))
    if not files:
        raise NothingToExamineError("there is no requirement or lock file", fix=_HOW)
    folders = Folders.of(job.root, [*files, *(job.options.declarations or ())])
    listings = [_listing(job, folders, name) for name in files]
    declared = _declared(job, folders, files, listings)
    gaps = [gap for listing in listings for gap in listing.gaps]
    entries = {
        entry: listing for listing in listings for entry in listing.entries
    }
    if not entries:
        reason = "; ".join(gaps[:3])
        raise NothingToExamineError(f"no requirement to examine: {reason}", fix=_HOW)
    found = {*_findings(job, folders, listings, declared)}
    gaps += [
        f"{entry.place}: {entry.text} is not there"
        for entry in entries
        if absent(entry, folders)
    ]
    return Measurement(
        findings=tuple(sorted(found, key=_order)),
        metrics={"findings": Metric(len(found), "findings")},
        examined=len(entries),
        examined_unit="requirements",
        examined_paths=frozenset(entry.path for entry in entries),
        gaps=(*dict.fromkeys([*gaps, *declared.gaps]),),
    )
