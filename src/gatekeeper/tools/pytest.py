"""pytest: the project's tests, told by a plugin of ours that writes down each event.

Contract, seen with 9.2.0: 0 passed (also all skipped), 1 failed, 2 interrupted, 3
internal error, 4 usage, 5 none collected. Exit 0 also comes from a conftest or a test
that ends the process, so only the recorded events prove a result: every collected test
must have been reported, and every test we can see in the files must be collected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Case, Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools import coverage_config
from gatekeeper.tools.base import Adapter, Job, Scope, ToolError, readable, relative
from gatekeeper.tools.pytest_config import chooses, pytest_options
from gatekeeper.tools.pytest_events import Events, TestResult, load
from gatekeeper.tools.pytest_expected import uncollected

#: Warnings that stand for a test which proves nothing.
_STRICT_WARNINGS = (
    "error::pytest.PytestReturnNotNoneWarning",
    "error::pytest.PytestUnhandledThreadExceptionWarning",
    "error::pytest.PytestAssertRewriteWarning",
    "error:It is deprecated to return a value that is not None:DeprecationWarning",
)
_EXIT_MEANINGS = {
    1: "tests failed",
    2: "the run was interrupted",
    3: "pytest had an internal error",
    4: "pytest refused its command line, a conftest.py or its configuration",
    5: "no test was collected",
}


def _arguments(job: Job) -> tuple[str, ...]:
    evidence = job.work / "evidence"
    evidence.mkdir()
    search = [folder for folder in (job.root / "src", job.root) if folder.is_dir()]
    return (
        *("-p", "gatekeeper_evidence", f"--gatekeeper-evidence={evidence}"),
        *(f"--gatekeeper-path={folder}" for folder in search),
        *_routes(job, evidence),
        *("-o", f"cache_dir={job.work / 'cache'}"),
        # Without this, pytest passes over folders such as build and dist.
        *("-o", "norecursedirs=.*"),
        *(f"--ignore={folder}" for folder in job.sources.left_out),
        *(f"-W{warning}" for warning in _STRICT_WARNINGS),
        "--color=no",
        *pytest_options(job.root, _with_share(job)),
        "--",
        *(path if path.startswith("/") else f"./{path}" for path in job.paths),
    )


def _with_share(job: Job) -> Any:
    """The options with the share of this run for `workers: auto`.

    With `-n 0` all tests run in one process as if there were no xdist; that there is
    none shows all the same, as it would on a machine with more processors.
    """
    if job.options.workers != "auto":
        return job.options
    share = str(job.workers if job.workers > 1 else 0)
    return job.options.model_copy(update={"workers": share})


def _routes(job: Job, folder: Path) -> tuple[str, ...]:
    """What has the requests of Flask's routes written down, where a gate asks."""
    if "routes" not in job.companions:
        return ()
    return ("-p", "gatekeeper_routes", f"--gatekeeper-routes={folder}")


def _commands(job: Job) -> tuple[Command, ...]:
    coverage = job.companions.get("coverage")
    if coverage is None:
        return (job.theirs("pytest", *_arguments(job)),)
    rcfile = coverage_config.write(job, coverage)
    data = str(coverage_config.data_file(job.work))
    run = ("run", f"--rcfile={rcfile}", "-m", "pytest", *_arguments(job))
    return (job.theirs("coverage", *run, COVERAGE_FILE=data),)


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    (outcome,) = outcomes
    events = load(job.work / "evidence")
    if not events.started:
        raise _no_evidence(outcome, job)
    results = events.results()
    findings = [*_failures(results, job), *_collection_errors(events, job)]
    if not findings:
        _must_be_conclusive(events, outcome)
    tally = Counter(result.outcome for result in results)
    failures = len(findings)
    metrics = {
        "failures": failures,
        "passed": tally["passed"] + tally["xpassed"],
        "skipped": tally["skipped"] + tally["xfailed"] + len(events.skipped_modules),
        "not_passed": 0,
        "total": len(results),
    }
    metrics["not_passed"] = failures + metrics["skipped"]
    notes = []
    if metrics["skipped"]:
        notes.append(f"{metrics['skipped']} tests skipped or expected to fail")
    if any("ModuleNotFoundError" in finding.message for finding in findings):
        notes.append(
            f"a module is missing in {job.shown_python}; `python` in gates.yaml names"
            " the environment of the project"
        )
    return Measurement(
        findings=tuple(findings),
        metrics={name: Metric(value, "tests") for name, value in metrics.items()},
        # A skipped test proves nothing; what ran and was judged does.
        examined=metrics["passed"] + failures,
        examined_unit="tests",
        examined_paths=frozenset(relative(i.path, job.root) for i in events.items),
        suppressed=metrics["skipped"],
        gaps=tuple(_gaps(events, results, outcome, job)),
        notes=tuple(notes),
        version=events.pytest_version,
        output=readable(outcome),
        cases=tuple(_cases(events, results, job)),
    )


def _cases(events: Events, results: Sequence[TestResult], job: Job) -> Iterator[Case]:
    markers = {item.nodeid: frozenset(item.markers) for item in events.items}
    for result in results:
        passed = result.outcome in ("passed", "xpassed")
        finding = None if passed else _finding(result, result.outcome, job)
        labels = markers.get(result.nodeid, frozenset())
        yield Case(result.nodeid, labels, result.outcome, finding)


def _no_evidence(outcome: Outcome, job: Job) -> ToolError:
    said = (outcome.stderr_tail or outcome.stdout).strip()[-400:]
    meaning = _EXIT_MEANINGS.get(outcome.exit_code or 0, "the process ended early")
    return ToolError(
        f"pytest ended with {outcome.exit_code} before any test was collected"
        f" ({meaning}): {said or 'no output'}",
        RunStatus.CRASHED,
        fix=f"{job.shown_python} -m pip install pytest-xdist"
        if job.options.workers and "unrecognized arguments: -n" in said
        else "run the command below by hand and mend what it shows",
    )


def _must_be_conclusive(events: Events, outcome: Outcome) -> None:
    """Without a failure in hand, the exit code has to agree and the run to be whole."""
    code = outcome.exit_code
    if code != (0 if events.items else 5):
        meaning = _EXIT_MEANINGS.get(code or 0, "no reason known")
        said = (outcome.stderr_tail or outcome.stdout).strip()[-300:]
        raise ToolError(
            f"pytest ended with {code} ({meaning}) though no test failed: {said}",
            RunStatus.CRASHED,
        )
    if not events.finished and code == 0:
        during = f" inside {events.last_begun}" if events.last_begun else ""
        raise ToolError(
            f"the test process ended early{during} with exit code 0; that is no proof",
            RunStatus.CRASHED,
            fix="look for os._exit, sys.exit or pytest.exit in tests and conftest.py",
        )


def _failures(results: Sequence[TestResult], job: Job) -> Iterator[Finding]:
    for result in results:
        if result.outcome in ("failed", "error"):
            yield _finding(result, result.outcome, job)


def _collection_errors(events: Events, job: Job) -> Iterator[Finding]:
    for error in events.collect_errors:
        yield _finding(error, "collection-error", job)


def _finding(result: TestResult, rule: str, job: Job) -> Finding:
    """Placed in the test's own file; where it broke elsewhere, the message says so."""
    path = result.nodeid.partition("::")[0]
    at = relative(result.at, job.root) if result.at else path
    elsewhere = f" (at {at}:{result.line})" if at != path and result.line else ""
    return Finding(
        rule=rule,
        severity=Severity.HIGH,
        message=f"{result.nodeid}: {result.message}{elsewhere}",
        path=path or None,
        line=result.line if at == path else None,
    )


def _gaps(
    events: Events, results: Sequence[TestResult], outcome: Outcome, job: Job
) -> Iterator[str]:
    yield from job.sources.gaps
    if events.optimized:
        yield "Python ran with -O, so assert statements were skipped"
    reported = {result.nodeid for result in results}
    silent = [item.nodeid for item in events.items if item.nodeid not in reported]
    if silent:
        yield f"{len(silent)} collected tests have no result, first {silent[0]}"
    if events.removed and not chooses(job.options):
        yield (
            f"{len(events.removed)} tests were removed after collection by a hook of"
            f" the repository, first {events.removed[0]}"
        )
    yield from uncollected(job, events)


def _reproduce(job: Job) -> tuple[str, ...]:
    options = pytest_options(job.root, job.options)
    return (job.shown_python, "-m", "pytest", *options, *job.paths)


PYTEST = Adapter(
    name="pytest",
    title="tests",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset(range(6)),
    metrics={
        "failures": "failures",
        "passed": "tests",
        "skipped": "tests",
        "not_passed": "tests",
        "total": "tests",
    },
    fix="Mend the tests or the code that they test.",
    selectors=frozenset({"paths", "select"}),
    interpreter="project",
    divisible=lambda options: options.workers == "auto",
    scope=lambda job: Scope.PROJECT,
    on_request=True,
)
