"""environment: is every environment variable that the code reads documented?

No program of that name exists: the syntax trees of the source files say what is read,
the words of the documents what is explained. Values are never looked at.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from gatekeeper.engine.process import Outcome
from gatekeeper.model import Finding, Measurement, Metric, Severity
from gatekeeper.project.files import matches
from gatekeeper.tools.base import Adapter, Job, Scope, by_check, no_commands
from gatekeeper.tools.portions import need_files
from gatekeeper.variables import documents
from gatekeeper.variables.reads import Read, reads

#: Set by the system, the shell or every CI; nobody has to explain them.
_OF_THE_SYSTEM = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "LANG", "LC_*", "TZ", "TERM"),
    *("TMPDIR", "TEMP", "TMP", "COLUMNS", "LINES", "CI", "NO_COLOR", "FORCE_COLOR"),
    *("VIRTUAL_ENV", "PYTHON*", "XDG_*", "HOSTNAME", "HTTP_PROXY", "HTTPS_PROXY"),
)
_MOST_NOTES = 10


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    found: list[Read] = []
    gaps: list[str] = []
    for path in need_files(job):
        try:
            found += reads(path, ast.parse((job.root / path).read_bytes(), path))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            gaps.append(f"{path}: cannot be parsed: {error}")
    known = documents.read(job.root, job.options.documents)
    read, unbounded = _named(job, found)
    findings = tuple(_findings(read, known, (*_OF_THE_SYSTEM, *job.options.ignore)))
    return Measurement(
        findings=findings,
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(job.sources.files),
        examined_paths=frozenset(job.sources.files),
        gaps=(*job.sources.gaps, *gaps, *unbounded, *known.gaps),
        notes=tuple(_notes(read, known)),
    )


def _named(job: Job, found: Sequence[Read]) -> tuple[list[Read], list[str]]:
    """Reads by name; computed names are those of the policy, or a gap."""
    named, gaps = [], []
    for one in found:
        if one.name is not None or one.whole:
            named.append(one)
            continue
        stated = [
            name
            for pattern, names in job.options.computed.items()
            if matches(one.path, pattern)
            for name in names
        ]
        named += [Read(one.path, one.line, name) for name in stated]
        if not stated:
            gaps.append(
                f"{one.path}:{one.line}: reads a variable whose name is computed; say"
                " under `computed` of tools.environment what it may be"
            )
    return named, gaps


def _findings(
    read: Sequence[Read], known: documents.Documents, ignored: Sequence[str]
) -> Iterator[Finding]:
    for (name, prefix), places in sorted(_places(read).items()):
        if any(fnmatchcase(name, pattern) for pattern in ignored):
            continue
        if not known.explain(name, prefix=prefix):
            more = f" and in {len(places) - 1} more places" if places[1:] else ""
            shown = f"{name}*" if prefix else name
            message = (
                f"{shown} is read here{more} and explained nowhere; write it into"
                " .env.example or the README"
            )
            first = min(places)
            rule = "undocumented"
            yield Finding(rule, Severity.MEDIUM, message, first.path, first.line)


def _places(read: Sequence[Read]) -> Mapping[tuple[str, bool], list[Read]]:
    places: dict[tuple[str, bool], list[Read]] = defaultdict(list)
    for one in read:
        if one.name:
            places[one.name, one.prefix].append(one)
    return places


def _notes(read: Sequence[Read], known: documents.Documents) -> Iterator[str]:
    if not known.files:
        yield "no document was found: .env.example, README or docs/"
    if whole := [one for one in read if one.whole]:
        first = f"{whole[0].path}:{whole[0].line}"
        more = f" and {len(whole) - 1} more places" if whole[1:] else ""
        yield f"{first}{more} hand on the whole environment; its reads are not seen"
    used = {one.name for one in read if one.name and not one.prefix}
    prefixes = tuple(one.name for one in read if one.name and one.prefix)
    unused = [n for n in sorted(known.offered - used) if not n.startswith(prefixes)]
    for name in unused[:_MOST_NOTES]:
        yield f"{name} stands in an example of .env and is read nowhere"
    if len(unused) > _MOST_NOTES:
        yield f"{len(unused) - _MOST_NOTES} more like that"


ENVIRONMENT = Adapter(
    name="environment",
    title="documented environment variables",
    commands=no_commands,
    parse=_parse,
    reproduce=by_check,
    verdict_codes=frozenset({0}),
    metrics={"findings": "findings"},
    fix="Explain each variable in .env.example, the README or docs/.",
    interpreter="none",
    scope=lambda job: Scope.PROJECT,
)
