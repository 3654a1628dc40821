"""coverage: which statements the tests executed, from raw counts by file.

Contract, seen with 7.17.3: the test run is wrapped by `coverage run` (see the pytest
adapter); `coverage json` then gives counts by file. Zero statements are reported as
100 %, and files never imported count only under a measured source folder, so every
file of our own walk has to be in the report.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Counts, Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools import coverage_config
from gatekeeper.tools.base import Adapter, Job, Scope, ToolError
from gatekeeper.tools.portions import need_files
from gatekeeper.tools.pytest_config import pytest_options

#: What coverage finds by itself below a folder (coverage.files.find_python_files).
#: Scripts without a suffix count only when they ran.
_FINDABLE = re.compile(r"^[^.#~!$@%^&*()+=,]+\.pyw?$")


def _commands(job: Job) -> tuple[Command, ...]:
    need_files(job)
    tests = _tests_folder(job)
    data = str(coverage_config.data_file(tests))
    rcfile = f"--rcfile={tests / 'coveragerc'}"
    report = ("json", rcfile, "-q", "-i", "-o", str(job.work / "coverage.json"))
    commands = [job.theirs("coverage", *report, COVERAGE_FILE=data)]
    workers = job.companions["pytest"].workers
    if coverage_config.parallel(job.root, job.options, workers):
        combine = ("combine", rcfile, "-q", str(tests))
        commands.insert(0, job.theirs("coverage", *combine, COVERAGE_FILE=data))
    return tuple(commands)


def _tests_folder(job: Job) -> Path:
    """The private folder of the test run; raises where that run is no proof."""
    tests, folder = job.upstream, job.upstream_work
    if tests is None or folder is None or tests.status is not RunStatus.COMPLETED:
        why = tests.reason if tests else "it was not started"
        raise ToolError(
            f"the test run gave no result to measure: {why}",
            tests.status if tests else RunStatus.CRASHED,
        )
    return folder


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    try:
        with (job.work / "coverage.json").open(encoding="utf-8") as stream:
            report = json.load(stream)
        entries = report["files"].items()
        files = {os.path.realpath(job.root / path): entry for path, entry in entries}
        real = {path: os.path.realpath(job.root / path) for path in job.sources.files}
        ours = {path: files[where] for path, where in real.items() if where in files}
        counts = {path: _counts(entry["summary"]) for path, entry in ours.items()}
        version = str(report["meta"]["version"])
        branch = bool(report["meta"]["branch_coverage"])
        findings = [f for path, entry in ours.items() for f in _missed(path, entry)]
        excluded = sum(entry["summary"]["excluded_lines"] for entry in ours.values())
    except FileNotFoundError as error:
        said = (outcomes[-1].stdout + outcomes[-1].stderr_tail).strip()[-300:]
        raise ToolError(
            f"coverage gave no report: {said}", RunStatus.CRASHED
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ToolError(f"coverage's report is not understood ({error!r})") from error
    if branch != job.options.branch:
        raise ToolError("coverage did not measure branches though it was asked to")
    total = sum(counts.values(), Counts())
    return Measurement(
        findings=tuple(sorted(findings, key=lambda f: f.path or "")),
        metrics={n: Metric(value, "%") for n, value in total.percentages().items()},
        examined=total.statements,
        examined_unit="statements",
        examined_paths=frozenset(counts),
        suppressed=excluded,
        gaps=(*job.sources.gaps, *_missing(job, counts)),
        faults=_faults(job),
        counts=counts,
        notes=coverage_config.adopted(job.root, job.options),
        version=version,
        output=_table(counts, total),
    )


def _table(counts: Mapping[str, Counts], total: Counts) -> str:
    """Counts by file as `coverage report` lays them out."""
    rows = [*sorted(counts.items()), ("TOTAL", total)]
    return "".join(
        f"{path:<50} {count.statements:>6} {count.statements - count.covered:>6}"
        f" {count.percentages().get('percent', 100.0):>7.2f}%\n"
        for path, count in rows
    )


def _counts(summary: Mapping[str, Any]) -> Counts:
    return Counts(
        summary["num_statements"],
        summary["covered_lines"],
        summary.get("num_branches", 0),
        summary.get("covered_branches", 0),
    )


def _missed(path: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    lines = entry["missing_lines"]
    branches = entry.get("missing_branches", [])
    if lines:
        whole = entry["summary"]["num_statements"]
        message = f"{len(lines)} of {whole} statements never ran: {_spans(lines)}"
        yield Finding("uncovered", Severity.MEDIUM, message, path, lines[0])
    elif branches:
        message = (
            f"{len(branches)} branches never taken, first at line {branches[0][0]}"
        )
        yield Finding(
            "uncovered-branch", Severity.MEDIUM, message, path, abs(branches[0][0])
        )


def _spans(lines: Sequence[int]) -> str:
    """Line numbers as people write them: 3-8, 20."""
    breaks = [0, *(i for i, (a, b) in enumerate(pairwise(lines), 1) if b > a + 1)]
    parts = []
    for start, end in zip(breaks, [*breaks[1:], len(lines)], strict=True):
        first, last = lines[start], lines[end - 1]
        parts.append(str(first) if first == last else f"{first}-{last}")
    shown = ", ".join(parts[:12])
    return shown if len(parts) <= 12 else f"{shown} and {len(parts) - 12} more places"


def _missing(job: Job, counts: Mapping[str, Counts]) -> Iterator[str]:
    tests = job.upstream.measurement if job.upstream else None
    if tests is None or not tests.examined:
        yield "no test ran while it was measured"
    else:
        yield from tests.gaps
    if coverage_config.leaves_out(job.root, job.options):
        return  # the policy adopted a file that says so, which the notes tell
    lost = [
        path
        for path in job.sources.files
        if path not in counts and _FINDABLE.match(os.path.basename(path))
    ]
    if lost:
        yield f"{len(lost)} source files are not in coverage's report, first {lost[0]}"


def _faults(job: Job) -> tuple[str, ...]:
    measured = job.upstream.measurement if job.upstream else None
    failures = len(measured.findings) if measured else 0
    return (f"{failures} tests failed while it was measured",) if failures else ()


def _reproduce(job: Job) -> tuple[str, ...]:
    folders = coverage_config.source_folders(job, job.options)
    shown = ",".join(folders)
    branch = ["--branch"] if job.options.branch else []
    tests = job.companions["pytest"]
    run = ("coverage", "run", *branch, f"--source={shown}", "-m", "pytest")
    options = pytest_options(job.root, tests)
    return (job.shown_python, "-m", *run, *options, *tests.paths)


COVERAGE = Adapter(
    name="coverage",
    title="test coverage",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0}),
    metrics={"percent": "%", "branch_percent": "%"},
    fix="Test the lines listed, or delete what nothing needs.",
    selectors=frozenset({"paths"}),
    after="pytest",
    interpreter="project",
    scope=lambda job: Scope.PROJECT,
    on_request=True,
)
