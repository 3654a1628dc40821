"""routes: was every route of the Flask applications requested by a test that passed?

No program of that name exists: a plugin of ours, gatekeeper_routes, is loaded into the
test run and writes down the URL rules of each application that is made, and each
request that the router hands to a rule. Whether a test passed is known from the run of
the tests. Routes that stand in the files and never got into an application count as
not tested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gatekeeper.engine.process import Outcome
from gatekeeper.model import Counts, Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools.base import (
    Adapter,
    Job,
    Scope,
    ToolError,
    by_check,
    no_commands,
)
from gatekeeper.tools.routes_code import Code, Located
from gatekeeper.tools.routes_declared import Declarations, Declared
from gatekeeper.tools.routes_records import Records, Route, load


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    tests, folder = _test_run(job)
    records = load(folder / "evidence")
    passed = {c.id for c in tests.cases if c.outcome in ("passed", "xpassed")}
    _must_be_whole(records, passed)
    code = Code(job, tests.examined_paths)
    located = {route: code.locate(route) for route in records.routes}
    mine = {route: at for route, at in located.items() if isinstance(at, Located)}
    _must_have_routes(records, mine)
    tested = {at for r, at in mine.items() if passed & records.requests.get(r, set())}
    routes = {at: at in tested for at in sorted(set(mine.values()))}
    declared = Declarations(job.root, filter(code.counts, job.sources.files))
    missing = tuple(declared.missing(code.known(records.routes)))
    return replace(
        _measurement(routes, missing),
        gaps=(*job.sources.gaps, *_gaps(tests, records), *declared.gaps),
        faults=_faults(tests),
        notes=tuple(_notes(records, located, routes)),
        version=f"Flask {records.flask}" if records.flask else None,
    )


def _measurement(
    routes: Mapping[Located, bool], missing: Sequence[Declared]
) -> Measurement:
    """What follows from the routes, with whether they were tested, alone."""
    findings = [*_untested(routes), *_unregistered(missing)]
    counts = _counts(routes, missing)
    total = sum(counts.values(), Counts())
    return Measurement(
        findings=tuple(sorted(findings, key=lambda f: (f.path or "", f.line or 0))),
        metrics={
            "percent": Metric(total.percentages()["percent"], "%"),
            "untested": Metric(len(findings), "routes"),
        },
        examined=len(routes),
        examined_unit="routes",
        examined_paths=frozenset(counts),
        counts=counts,
        output=_table(routes),
    )


def _test_run(job: Job) -> tuple[Measurement, Path]:
    """What the test run measured, and its folder; raises where it is no proof."""
    tests, folder = job.upstream, job.upstream_work
    measured = tests.measurement if tests else None
    if tests is None or measured is None or folder is None:
        why = tests.reason if tests else "it was not started"
        raise ToolError(
            f"the test run gave no result to look into: {why}",
            tests.status if tests else RunStatus.CRASHED,
        )
    return measured, folder


def _must_be_whole(records: Records, passed: set[str]) -> None:
    if lost := sorted(passed - records.tests):
        raise ToolError(
            f"the record of routes lacks {len(lost)} passed tests, first {lost[0]}",
            fix="look for what disturbs plugins of pytest in conftest.py",
        )


def _must_have_routes(records: Records, mine: Mapping[Route, Located]) -> None:
    if not records.applications:
        raise ToolError(
            "no Flask application was made while the tests ran",
            fix="make the application in a fixture, and request its routes",
        )
    if not mine:
        raise ToolError(
            "no route of the project's code is in the Flask applications of the tests",
            fix="make the application in a fixture as the service does",
        )


def _counts(
    routes: Mapping[Located, bool], missing: Iterable[Declared]
) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for path, covered in (
        *((route.path, tested) for route, tested in routes.items()),
        *((found.path, False) for found in missing),
    ):
        one = Counts(statements=1, covered=int(covered))
        counts[path] = counts.get(path, Counts()) + one
    return counts


def _untested(routes: Mapping[Located, bool]) -> Iterator[Finding]:
    for route, tested in routes.items():
        if not tested:
            message = f"{route.shown} is requested by no passing test"
            line = route.line or None
            yield Finding("untested-route", Severity.MEDIUM, message, route.path, line)


def _unregistered(missing: Iterable[Declared]) -> Iterator[Finding]:
    for found in missing:
        message = f"{found.name} is a route that no application of the test run has"
        yield Finding(
            "unregistered-route", Severity.MEDIUM, message, found.path, found.line
        )


def _gaps(tests: Measurement, records: Records) -> Iterator[str]:
    if not tests.examined:
        yield "no test ran while requests were noted"
    yield from tests.gaps
    for trouble in dict.fromkeys(records.troubles):
        yield f"not every route or request could be noted: {trouble}"


def _faults(tests: Measurement) -> tuple[str, ...]:
    """Failures count, since what failed may have kept routes from being made."""
    failures = len(tests.findings)
    return (f"{failures} tests failed while requests were noted",) if failures else ()


def _notes(
    records: Records,
    located: Mapping[Route, Located | str],
    routes: Mapping[Located, bool],
) -> Iterator[str]:
    foreign = {(at, r.shown) for r, at in located.items() if isinstance(at, str)}
    for owner, number in sorted(Counter(owner for owner, _ in foreign).items()):
        yield f"{number} routes left out: {owner}"
    in_vain = {located[r] for r in (*records.requests, *records.beside)}
    if number := sum(at in in_vain and not tested for at, tested in routes.items()):
        yield (
            f"{number} untested routes were requested, but only by fixtures or by tests"
            " that did not pass"
        )


def _table(routes: Mapping[Located, bool]) -> str:
    rows = [
        f"{'tested' if tested else 'NOT TESTED':<10}  {route.shown}\n"
        for route, tested in routes.items()
    ]
    asked = sum(routes.values())
    return "".join(rows) + f"{asked} of {len(routes)} routes requested by a test\n"


ROUTES = Adapter(
    name="routes",
    title="routes requested by tests",
    commands=no_commands,
    parse=_parse,
    reproduce=by_check,
    verdict_codes=frozenset({0}),
    metrics={"percent": "%", "untested": "routes"},
    fix="Request the routes listed in a test, or delete what nobody needs.",
    selectors=frozenset({"paths"}),
    after="pytest",
    interpreter="none",
    scope=lambda job: Scope.PROJECT,
    on_request=True,
)
