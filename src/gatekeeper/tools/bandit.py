"""bandit: security findings, read from its JSON report.

Contract, seen with 1.9.4: exit 0 nothing found or nothing scanned, 1 found or crashed.
Only `errors` and `metrics` prove that a file was looked at. Inline opt-outs are
switched off and applied here, so that a bare `# nosec` hides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import FileResult, Finding, Measurement, RunStatus, Severity
from gatekeeper.tools.alone import looks_at_files_alone
from gatekeeper.tools.base import Adapter, Job, Scope, ToolError, relative
from gatekeeper.tools.by_file import by_path, together
from gatekeeper.tools.opt_outs import bare
from gatekeeper.tools.portions import portions

_SEVERITY = {"LOW": Severity.LOW, "MEDIUM": Severity.MEDIUM, "HIGH": Severity.HIGH}
_SYNTAX = "syntax error"
_BARE = {"nosec": "bare-nosec"}
_Item = Mapping[str, Any]


def _options(job: Job) -> tuple[str, ...]:
    skip = job.options.skip
    return (*(["--skip", ",".join(skip)] if skip else []), *job.options.args)


def _commands(job: Job) -> tuple[Command, ...]:
    # bandit takes the first .bandit file below its target unless it is given another.
    (job.work / "own.ini").write_text("[bandit]\n", encoding="utf-8")
    fixed = ("-q", "--ini", str(job.work / "own.ini"), "--ignore-nosec")
    # Its excludes match any part of a path, a folder above the project included.
    nothing = ("-x", "./.gatekeeper-excludes-nothing")
    return tuple(
        job.ours(
            "bandit",
            *_options(job),
            *fixed,
            *nothing,
            *("-f", "json", "-o", str(job.work / f"report-{number}.json")),
            *portion,
        )
        for number, portion in enumerate(portions(job))
    )


def _scope(job: Job) -> Scope:
    """bandit's own tests look at one file each; what others do is not known."""
    alone = looks_at_files_alone(job, ["bandit"], "bandit.plugins", ["bandit"])
    return Scope.FILE if alone else Scope.PROJECT


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    results: dict[str, FileResult] = {}
    gaps: list[str] = []
    for number, outcome in enumerate(outcomes):
        report = _load(job, number, outcome)
        try:
            found = len(report["results"])
            if bool(found) != (outcome.exit_code == 1):
                raise ToolError(
                    f"bandit ended with {outcome.exit_code} but reported"
                    f" {found} findings"
                )
            gaps += _read(report, job, results)
        except (LookupError, TypeError, AttributeError) as error:
            raise ToolError(f"bandit's report is not understood ({error!r})") from error
    ours = by_path(bare(job, _BARE, Severity.MEDIUM, "# nosec B404"))
    for path in ours.keys() & results.keys():
        findings = (*results[path].findings, *ours[path])
        results[path] = replace(results[path], findings=findings)
    whole = together(job.sources, results)
    missing = _missing(job, whole.examined_paths)
    return replace(whole, gaps=(*whole.gaps, *gaps, *missing))


def _load(job: Job, number: int, outcome: Outcome) -> dict[str, Any]:
    try:
        with (job.work / f"report-{number}.json").open(encoding="utf-8") as stream:
            report: dict[str, Any] = json.load(stream)
    except FileNotFoundError as error:
        said = outcome.stderr_tail.strip()[-300:]
        raise ToolError(f"bandit wrote no report: {said}", RunStatus.CRASHED) from error
    except ValueError as error:
        raise ToolError(f"bandit's report is no JSON: {error}") from error
    return report


def _read(
    report: Mapping[str, Any], job: Job, results: dict[str, FileResult]
) -> list[str]:
    """Add what one process said of each file; gives what it could not look at."""
    items = _by_file(report["results"], job)
    errors = _by_file(report["errors"], job)
    lines = {
        relative(name, job.root): metrics["loc"]
        for name, metrics in report["metrics"].items()
        if name != "_totals"
    }
    total = report["metrics"]["_totals"]["loc"]
    if items.keys() - lines.keys() or sum(lines.values()) > total:
        raise ToolError("bandit's report contradicts itself")
    for path, count in lines.items():
        own = items.get(path, []), errors.pop(path, [])
        results[path] = _result(path, *own, count, job)
    return _reasons(errors)


def _by_file(items: Sequence[Mapping[str, Any]], job: Job) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(relative(item["filename"], job.root), []).append(item)
    return found


def _result(
    path: str, items: list[_Item], errors: list[_Item], lines: int, job: Job
) -> FileResult:
    kept: list[Finding] = []
    silenced: list[Finding] = []
    for item in items:
        (silenced if _silenced(item, job) else kept).append(_finding(item, job))
    reasons = tuple(_reasons({path: errors}))
    return FileResult(
        findings=(*kept, *_syntax_errors(errors, path)),
        silenced=tuple(silenced),
        gaps=reasons,
        lines=lines,
    )


def _reasons(errors: Mapping[str, list[_Item]]) -> list[str]:
    return [f"{path}: {error['reason']}" for path in errors for error in errors[path]]


def _finding(item: _Item, job: Job) -> Finding:
    return Finding(
        rule=item["test_id"],
        severity=_SEVERITY.get(item["issue_severity"], Severity.UNKNOWN),
        message=item["issue_text"],
        path=relative(item["filename"], job.root),
        line=max(item["line_number"], 1),
        column=item["col_offset"] + 1,
        end_line=max(item["line_range"]) if item.get("line_range") else None,
        url=item.get("more_info"),
    )


def _silenced(item: _Item, job: Job) -> bool:
    lines = {item["line_number"], *item["line_range"]}
    source = job.reader.source(relative(item["filename"], job.root))
    return any(
        opt_out.rules & {item["test_id"], item["test_name"]}
        for opt_out in source.opt_outs
        if opt_out.kind == "nosec" and opt_out.line in lines
    )


def _syntax_errors(errors: Sequence[_Item], path: str) -> Iterator[Finding]:
    for item in errors:
        if _SYNTAX in item["reason"]:
            yield Finding("syntax-error", Severity.HIGH, item["reason"], path, 1)


def _missing(job: Job, scanned: Collection[str]) -> list[str]:
    lost = sorted(set(job.sources.files).difference(scanned))
    shown = ", ".join(lost[:3])
    return [f"bandit did not scan {len(lost)} files: {shown}"] if lost else []


def _reproduce(job: Job) -> tuple[str, ...]:
    exclude = ["-x", ",".join(f"./{path}" for path in job.options.exclude)]
    more = exclude if job.options.exclude else []
    return ("bandit", "-r", "-q", *_options(job), *more, *job.paths)


BANDIT = Adapter(
    name="bandit",
    title="bandit security analysis",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0, 1}),
    metrics={"findings": "findings"},
    fix="Mend the findings, or silence one line with `# nosec ID` and a reason.",
    distribution="bandit",
    concurrent=True,
    scope=_scope,
)
