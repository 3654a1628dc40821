"""bandit: security findings, read from its JSON report.

Contract, seen with 1.9.4: exit 0 nothing found or nothing scanned, 1 found or crashed.
Only `errors` and `metrics` prove that a file was looked at. Inline opt-outs are
switched off and applied here, so that a bare `# nosec` hides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools.base import Adapter, Job, ToolError, batches, need_files, relative
from gatekeeper.tools.opt_outs import bare

_SEVERITY = {"LOW": Severity.LOW, "MEDIUM": Severity.MEDIUM, "HIGH": Severity.HIGH}
_SYNTAX = "syntax error"
_BARE = {"nosec": "bare-nosec"}


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
        for number, portion in enumerate(batches(need_files(job)))
    )


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    findings: list[Finding] = []
    gaps = list(job.sources.gaps)
    scanned: set[str] = set()
    loc = suppressed = 0
    for number, outcome in enumerate(outcomes):
        report = _load(job, number, outcome)
        try:
            kept, silenced = _results(report["results"], job)
            if bool(report["results"]) != (outcome.exit_code == 1):
                raise ToolError(
                    f"bandit ended with {outcome.exit_code} but reported"
                    f" {len(report['results'])} findings"
                )
            errors = list(report["errors"])
            findings += [*kept, *_syntax_errors(errors, job)]
            gaps += [
                f"{relative(item['filename'], job.root)}: {item['reason']}"
                for item in errors
            ]
            metrics = report["metrics"]
            loc += metrics["_totals"]["loc"]
        except (LookupError, TypeError, AttributeError) as error:
            raise ToolError(f"bandit's report is not understood ({error!r})") from error
        suppressed += silenced
        scanned |= {relative(name, job.root) for name in metrics if name != "_totals"}
    findings += bare(job, _BARE, Severity.MEDIUM, "# nosec B404")
    return Measurement(
        findings=tuple(sorted(findings, key=lambda f: (f.path or "", f.line or 0))),
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(scanned) if loc else 0,
        examined_paths=frozenset(scanned),
        suppressed=suppressed,
        gaps=(*gaps, *_missing(job, scanned)),
    )


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


def _results(
    results: Sequence[Mapping[str, Any]], job: Job
) -> tuple[list[Finding], int]:
    kept = [_finding(item, job) for item in results if not _silenced(item, job)]
    return kept, len(results) - len(kept)


def _finding(item: Mapping[str, Any], job: Job) -> Finding:
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


def _silenced(item: Mapping[str, Any], job: Job) -> bool:
    lines = {item["line_number"], *item["line_range"]}
    source = job.reader.source(relative(item["filename"], job.root))
    return any(
        opt_out.rules & {item["test_id"], item["test_name"]}
        for opt_out in source.opt_outs
        if opt_out.kind == "nosec" and opt_out.line in lines
    )


def _syntax_errors(errors: Sequence[Mapping[str, Any]], job: Job) -> Iterator[Finding]:
    for item in errors:
        if _SYNTAX in item["reason"]:
            path = relative(item["filename"], job.root)
            yield Finding("syntax-error", Severity.HIGH, item["reason"], path, 1)


def _missing(job: Job, scanned: set[str]) -> list[str]:
    lost = sorted(set(job.sources.files) - scanned)
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
)
