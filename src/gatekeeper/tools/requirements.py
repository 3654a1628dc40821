"""requirements: whether every dependency is locked to one content.

Nothing is started and nobody is asked: it is all in the files. A line is judged
whatever its marker says, since another system would install it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatekeeper.advisories.requirements import find
from gatekeeper.engine.process import Outcome
from gatekeeper.locking import declared as declared_requirements
from gatekeeper.locking import lines, locks
from gatekeeper.locking.compared import Locked
from gatekeeper.locking.declarations import Declared
from gatekeeper.locking.entries import Folders, Listing
from gatekeeper.locking.objections import (
    RULES,
    absent,
    objection,
    unhashed,
)
from gatekeeper.model import Finding, Measurement, Metric
from gatekeeper.tools.base import (
    Adapter,
    Job,
    NothingToExamineError,
    Scope,
    ToolError,
    by_check,
    no_commands,
)

_HOW = (
    "write requirements.txt with `pip freeze`, `pip-compile` or `uv export`, or lock"
    " with `uv lock`; where the file has another name or place, name it under"
    " `requirements` of tools.requirements in gates.yaml"
)


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    _rules_can_be_reported(job)
    files = list(job.options.requirements or find(job.root))
    if not files:
        raise NothingToExamineError("there is no requirement or lock file", fix=_HOW)
    folders = Folders.of(job.root, [*files, *(job.options.declarations or ())])
    listings = [_listing(job, folders, name) for name in files]
    entries = {entry for listing in listings for entry in listing.entries}
    gaps = [gap for listing in listings for gap in listing.gaps]
    if not entries:
        reason = "; ".join(gaps[:3])
        raise NothingToExamineError(f"no requirement to examine: {reason}", fix=_HOW)
    declared = _declared(job, folders, files, listings)
    found = set(_findings(job, folders, listings, declared))
    lost = (entry for entry in entries if absent(entry, folders))
    gaps += sorted(f"{entry.place}: {entry.text} is not there" for entry in lost)
    return Measurement(
        findings=tuple(sorted(found, key=_order)),
        metrics={"findings": Metric(len(found), "findings")},
        examined=len(entries),
        examined_unit="requirements",
        examined_paths=frozenset(entry.path for entry in entries),
        gaps=tuple(dict.fromkeys([*gaps, *declared.gaps])),
    )


def _rules_can_be_reported(job: Job) -> None:
    """A gate on a rule that nothing can break would pass for nothing."""
    known = [r for r in RULES if r != "unhashed" or job.options.hashes]
    for rule in job.exact_rules:
        if not any(name.startswith(rule) for name in known):
            raise ToolError(
                f"no requirement is ever {rule}",
                fix="set `hashes: true` under tools.requirements, or name one of "
                + ", ".join(RULES),
            )


def _listing(job: Job, folders: Folders, name: str) -> Listing:
    if locks.is_lock(name):
        listing = locks.read(folders, name)
    elif declared_requirements.is_declaration(name):
        declared = declared_requirements.read(folders, [name], [], job.work)
        entries = [one.entry for one in declared.declarations]
        listing = Listing(entries=entries, gaps=declared.gaps, files=[name])
    else:
        listing = lines.read(folders, name, job.work)
    if not listing.entries and not listing.gaps:
        listing.gaps.append(f"{name}: names no requirement")
    return listing


def _declared(
    job: Job, folders: Folders, files: Sequence[str], listings: Sequence[Listing]
) -> Declared:
    """What has to be locked; what was judged as a requirement file is not again."""
    wanted = job.options.declarations
    names = declared_requirements.find(job.root) if wanted is None else wanted
    examined = {name for listing in listings for name in listing.files} | {*files}
    others = [name for name in names if name not in examined]
    return declared_requirements.read(folders, others, examined, job.work)


def _findings(
    job: Job, folders: Folders, listings: Sequence[Listing], declared: Declared
) -> Iterator[Finding]:
    locked = Locked(listings, folders)
    known = locked.known()
    for listing in listings:
        for entry in listing.entries:
            if found := objection(entry, listing, folders, known):
                yield found
            elif job.options.hashes and (found := unhashed(entry)):
                yield found
    for declaration in declared.declarations:
        if declaration.entry.name not in declared.own:
            yield from locked.objections(declaration)


def _order(found: Finding) -> tuple[str, int, str, str]:
    return found.path or "", found.line or 0, found.rule, found.message


REQUIREMENTS = Adapter(
    name="requirements",
    title="locked requirements",
    commands=no_commands,
    parse=_parse,
    reproduce=by_check,
    verdict_codes=frozenset({0}),
    metrics={"findings": "findings"},
    fix="Write down one version of each requirement: `pip freeze`, `pip-compile`,"
    " `uv lock`.",
    interpreter="none",
    scope=lambda job: Scope.PROJECT,
)
