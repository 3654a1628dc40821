"""mypy: type errors, read from its text output and held against its summary line.

Contract, seen with 2.4.1: exit 0 clean, 1 errors, 2 when checking was prevented, which
may be the code's fault (syntax error) or not. `--output json` prints no summary, and an
empty JSON output is also what a killed run leaves, so the text format is used: the
summary names how many files were checked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools.base import Adapter, Job, ToolError, need_files, relative
from gatekeeper.tools.opt_outs import bare

_LINE = re.compile(
    r"(?P<path>.+?):(?P<line>\d+)"
    r"(:(?P<column>\d+):(?P<end_line>\d+):(?P<end_column>\d+))?"
    r": (?P<kind>error|note): (?P<message>.*?)(?:  \[(?P<code>[a-z0-9-]+)\])?$"
)
_PLACELESS = re.compile(
    r"(?P<path>.+?): error: (?P<message>.*?)(?:  \[(?P<code>[a-z0-9-]+)\])?$"
)
_SUMMARY = re.compile(
    r"Success: no issues found in (?P<clean>\d+) source files?$"
    r"|Found \d+ errors? in \d+ files?"
    r" \((checked (?P<checked>\d+) source files?|errors prevented further checking)\)$"
)
_UNDECODABLE = re.compile(r"mypy: can't decode file '(?P<path>[^']+)': (?P<message>.*)")
_DUPLICATE = ("Duplicate module named", "Source file found twice")
_BARE = {
    "type: ignore": "bare-type-ignore",
    "type: ignore (whole file)": "bare-type-ignore",
    "mypy:": "bare-mypy-ignore",
    "@no_type_check": "no-type-check",
}


def _options(job: Job) -> tuple[str, ...]:
    options = job.options
    arguments = [f"--config-file={options.config or ''}", "--check-untyped-defs"]
    if options.strict:
        arguments.append("--strict")
    return (*arguments, *options.args)


def _commands(job: Job) -> tuple[Command, ...]:
    files = [*need_files(job), *job.sources.stubs]
    fixed = [
        f"--cache-dir={job.work / 'cache'}",
        f"--python-executable={job.python}",
        "--no-color-output",
        "--no-pretty",
        "--hide-error-context",
        "--show-column-numbers",
        "--show-error-end",
        "--show-error-codes",
        "--show-traceback",
        "--error-summary",
    ]
    if _same_names(files):
        # mypy would refuse two modules of one name; full paths keep them apart.
        fixed += ["--namespace-packages", "--explicit-package-bases"]
    listing = job.work / "files.txt"
    names = [f"./{name}" for name in files]
    if any("\n" in name for name in names):
        return (job.ours("mypy", *_options(job), *fixed, "--", *names),)
    listing.write_text("\n".join(names) + "\n", "utf-8", "surrogateescape")
    return (job.ours("mypy", *_options(job), *fixed, f"@{listing}"),)


def _same_names(files: Sequence[str]) -> bool:
    """Whether two files outside any package would be modules of the same name."""
    inside = {str(PurePosixPath(f).parent) for f in files if _stem(f) == "__init__"}
    loose = [f for f in files if str(PurePosixPath(f).parent) not in inside]
    names = Counter(_stem(f) for f in loose if not f.endswith(".pyi"))
    return any(count > 1 for count in names.values())


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    (outcome,) = outcomes
    lines = [line for line in outcome.stdout.splitlines() if line.strip()]
    summary = _SUMMARY.match(lines[-1]) if lines else None
    blockers = tuple(_undecodable(outcome.stderr_tail, job))
    if summary is None and not blockers:
        raise _no_result(outcome)
    findings = [*blockers, *_findings(lines[: -1 if summary else None], job)]
    if bool(findings) != (outcome.exit_code in (1, 2)):
        raise ToolError(
            f"mypy ended with {outcome.exit_code} but reported {len(findings)} errors"
        )
    findings += bare(job, _BARE, Severity.HIGH, "# type: ignore[attr-defined]")
    checked = int(summary["clean"] or summary["checked"] or 0) if summary else 0
    return Measurement(
        findings=tuple(sorted(findings, key=lambda f: (f.path or "", f.line or 0))),
        metrics={"findings": Metric(len(findings), "findings")},
        examined=checked,
        examined_paths=frozenset((*job.sources.files, *job.sources.stubs)),
        suppressed=_suppressed(job),
        gaps=(*job.sources.gaps, *_missing(job, checked)),
        notes=_complaints(outcome.stderr_tail),
    )


def _no_result(outcome: Outcome) -> ToolError:
    said = (outcome.stderr_tail or outcome.stdout).strip()
    status = RunStatus.CRASHED if "INTERNAL ERROR" in said else RunStatus.UNREADABLE
    return ToolError(f"mypy gave no result: {said[-300:] or 'no output'}", status)


def _findings(lines: Sequence[str], job: Job) -> Iterator[Finding]:
    for line in lines:
        if any(text in line for text in _DUPLICATE):
            raise ToolError(
                f"mypy cannot tell two modules apart: {line}",
                fix="add __init__.py files, or exclude one of the two under tools.mypy",
            )
        match = _LINE.match(line) or _PLACELESS.match(line)
        if match is None:
            if line.lstrip().startswith(("See https://", "note:")):
                continue
            raise ToolError(f"mypy's output is not understood: {line[:200]}")
        if match.groupdict().get("kind") != "note":
            yield _finding(match.groupdict(), job)


def _finding(fields: dict[str, str | None], job: Job) -> Finding:
    def number(name: str) -> int | None:
        text = fields.get(name)
        return max(int(text), 1) if text else None

    return Finding(
        rule=fields.get("code") or "error",
        severity=Severity.HIGH,
        message=fields["message"] or "",
        path=relative(fields["path"] or "", job.root),
        line=number("line"),
        column=number("column"),
        end_line=number("end_line"),
        end_column=number("end_column"),
    )


def _undecodable(stderr: str, job: Job) -> Iterator[Finding]:
    for match in _UNDECODABLE.finditer(stderr):
        path = relative(match["path"], job.root)
        yield Finding("undecodable", Severity.HIGH, match["message"], path, 1, 1)


def _suppressed(job: Job) -> int:
    sources = map(job.reader.source, job.sources.files)
    return sum(o.kind in _BARE and not o.bare for s in sources for o in s.opt_outs)


def _missing(job: Job, checked: int) -> tuple[str, ...]:
    expected = len(job.sources.files) + len(job.sources.stubs)
    gaps = (
        [] if checked == expected else [f"mypy checked {checked} of {expected} files"]
    )
    shadowed = {stub.removesuffix("i") for stub in job.sources.stubs}
    hidden = sorted(shadowed & set(job.sources.files))
    gaps += [f"{path}: mypy reads the .pyi beside it instead" for path in hidden]
    return tuple(gaps)


def _complaints(stderr: str) -> tuple[str, ...]:
    """What mypy says of its configuration; it goes on with defaults then."""
    return tuple(line for line in stderr.splitlines() if line.strip())[:20]


def _reproduce(job: Job) -> tuple[str, ...]:
    python = f"--python-executable={job.shown_python}"
    return ("mypy", python, *_options(job), *job.paths)


MYPY = Adapter(
    name="mypy",
    title="mypy type checking",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0, 1, 2}),
    metrics={"findings": "errors"},
    fix="Mend the types; `# type: ignore[CODE]` with a reason is for the rest.",
    distribution="mypy",
)
