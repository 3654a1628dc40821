"""mypy: type errors, read from its text output and held against its summary line.

Contract, seen with 2.4.1: exit 0 clean, 1 errors, 2 when checking was prevented, which
may be the code's fault (syntax error) or not. `--output json` prints no summary, and an
empty JSON output is also what a killed run leaves, so the text format is used: the
summary names how many files were checked.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import PurePosixPath

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools.base import Adapter, Job, Scope, ToolError, readable, relative
from gatekeeper.tools.opt_outs import bare
from gatekeeper.tools.portions import need_files

_PLACE = r":(?P<column>\d+):(?P<end_line>\d+):(?P<end_column>\d+)"
_SAID = r": (?P<kind>error|note): (?P<message>.*?)(?:  \[(?P<code>[a-z0-9-]+)\])?$"
_LINE = re.compile(rf"(?P<path>.+?):(?P<line>\d+)({_PLACE})?{_SAID}")
_LINE_LONG = re.compile(rf"(?P<path>.+):(?P<line>\d+){_PLACE}{_SAID}")
_PLACELESS = re.compile(
    r"(?P<path>.+?): (?P<kind>error|note): (?P<message>.*?)"
    r"(?:  \[(?P<code>[a-z0-9-]+)\])?$"
)
_SUMMARY = re.compile(
    r"Success: no issues found in (?P<clean>\d+) source files?$"
    r"|Found \d+ errors? in \d+ files?"
    r" \((checked (?P<checked>\d+) source files?|errors prevented further checking)\)$"
)
_UNDECODABLE = re.compile(
    r"^(?P<path>.+?): error: Cannot decode file: (?P<message>.*)$", re.MULTILINE
)
_DUPLICATE = ("Duplicate module named", "Source file found twice")
_BARE = {
    "type: ignore": "bare-type-ignore",
    "type: ignore (whole file)": "bare-type-ignore",
    "mypy:": "bare-mypy-ignore",
    "no_type_check": "no-type-check",
}


def _options(job: Job) -> tuple[str, ...]:
    options = job.options
    arguments = [f"--config-file={options.config or ''}", "--check-untyped-defs"]
    if options.strict:
        arguments.append("--strict")
    return (*arguments, *options.args)


def _commands(job: Job) -> tuple[Command, ...]:
    need_files(job)
    # Where top-level packages lie, so that each group can import what others hold.
    bases = os.pathsep.join(str(job.root / base) for base in _bases(job))
    fixed = (
        f"--cache-dir={(job.kept or job.work) / 'cache'}",
        f"--python-executable={job.python}",
        "--no-color-output",
        "--no-pretty",
        "--hide-error-context",
        "--show-column-numbers",
        "--show-error-end",
        "--show-error-codes",
        "--show-traceback",
        "--error-summary",
    )
    return tuple(
        job.ours("mypy", *_options(job), *fixed, *arguments, MYPYPATH=bases)
        for arguments in map(_arguments_for(job), _groups(job))
    )


def _scope(job: Job) -> Scope:
    """A configuration may name plugins, which may read anything."""
    plain = not job.options.config and not job.options.args
    return Scope.PYTHON if plain else Scope.PROJECT


def _arguments_for(job: Job) -> Callable[[Sequence[str]], tuple[str, ...]]:
    numbers = count()

    def arguments(files: Sequence[str]) -> tuple[str, ...]:
        names = [f"./{name}" for name in files]
        if any(len(name.splitlines()) > 1 for name in names):
            return ("--", *names)
        listing = job.work / f"files-{next(numbers)}.txt"
        listing.write_text("\n".join(names) + "\n", "utf-8", "surrogateescape")
        return (f"@{listing}",)

    return arguments


def _packages(job: Job) -> set[str]:
    """Folders that are packages, as paths relative to the root."""
    files = (*job.sources.files, *job.sources.stubs)
    return {str(PurePosixPath(f).parent) for f in files if _stem(f) == "__init__"}


def _bases(job: Job) -> list[str]:
    packages = _packages(job)
    parents = {str(PurePosixPath(package).parent) for package in packages}
    return sorted(parents - packages)


def _groups(job: Job) -> list[list[str]]:
    """The files in as few groups as it takes for no module to stand twice in one.

    mypy refuses two modules of one name: two conftest.py, two scripts, a stub beside
    its module. Each group is a run of its own.
    """
    packages = _packages(job)
    groups: list[list[str]] = []
    seen: Counter[str] = Counter()
    for path in (*job.sources.files, *job.sources.stubs):
        module = _module(path, packages)
        if seen[module] == len(groups):
            groups.append([])
        groups[seen[module]].append(path)
        seen[module] += 1
    return groups


def _module(path: str, packages: set[str]) -> str:
    pure = PurePosixPath(path)
    if pure.suffix not in (".py", ".pyi"):
        return "__main__"
    if str(pure.parent) in packages:
        return str(pure.with_suffix(""))
    return pure.stem


def _stem(path: str) -> str:
    return PurePosixPath(path).stem


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    findings: dict[Finding, None] = {}  # one group may report what another did
    checked = 0
    complaints: list[str] = []
    for outcome in outcomes:
        found, number = _read(outcome, job)
        findings |= dict.fromkeys(found)
        checked += number
        complaints += _complaints(outcome.stderr_tail)
    bare_ones = bare(job, _BARE, Severity.HIGH, "# type: ignore[attr-defined]")
    everything = [*findings, *bare_ones]
    honoured = _honoured(job)
    return Measurement(
        findings=tuple(sorted(everything, key=lambda f: (f.path or "", f.line or 0))),
        metrics={"findings": Metric(len(everything), "findings")},
        examined=checked,
        examined_paths=frozenset((*job.sources.files, *job.sources.stubs)),
        suppressed=len(honoured),
        silenced=tuple(honoured),
        gaps=(*job.sources.gaps, *_missing(job, checked)),
        notes=tuple(dict.fromkeys(complaints)),
        output=readable(outcomes[-1]) if outcomes else "",
    )


def _read(outcome: Outcome, job: Job) -> tuple[list[Finding], int]:
    """The findings of one group and how many files were checked."""
    lines = [line for line in outcome.stdout.split("\n") if line.strip()]
    summary = _SUMMARY.match(lines[-1]) if lines else None
    blockers = list(_undecodable(outcome.stderr_tail, job))
    if summary is None and not blockers:
        raise _no_result(outcome)
    findings = [*blockers, *_findings(lines[: -1 if summary else None], job)]
    if bool(findings) != (outcome.exit_code in (1, 2)):
        raise ToolError(
            f"mypy ended with {outcome.exit_code} but reported {len(findings)} errors"
            f" {outcome.stderr_tail.strip()[-300:]}".rstrip()
        )
    checked = int(summary["clean"] or summary["checked"] or 0) if summary else 0
    return findings, checked


def _no_result(outcome: Outcome) -> ToolError:
    lines = f"{outcome.stdout}\n{outcome.stderr_tail}".split("\n")
    said = [line.strip() for line in lines if line.strip()]
    internal = [line for line in said if "INTERNAL ERROR" in line]
    status = RunStatus.CRASHED if internal else RunStatus.UNREADABLE
    shown = " / ".join([*internal[:1], *said[-2:]])[:600]
    return ToolError(f"mypy gave no result: {shown or 'no output'}", status)


def _findings(lines: Sequence[str], job: Job) -> Iterator[Finding]:
    for line in lines:
        if any(text in line for text in _DUPLICATE):
            raise ToolError(
                f"mypy cannot tell two modules apart: {line}",
                fix="add __init__.py files, or exclude one of the two under tools.mypy",
            )
        match = _split(line, job)
        if match is None:
            if line.lstrip().startswith(("See https://", "note:")):
                continue
            raise ToolError(f"mypy's output is not understood: {line[:200]}")
        if match.groupdict().get("kind") != "note":
            yield _finding(match.groupdict(), job)


def _split(line: str, job: Job) -> re.Match[str] | None:
    """The parts of a line; a path that looks like a message is known by its file."""
    short = _LINE.match(line)
    long = _LINE_LONG.match(line)
    if short and long and short["path"] != long["path"]:
        return long if long["path"] in job.sources.files else short
    return short or _PLACELESS.match(line)


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


def _honoured(job: Job) -> list[Finding]:
    """Opt-outs that name their rules; mypy does not tell what they took away."""
    return [
        Finding(
            rule=", ".join(sorted(opt_out.rules)),
            severity=Severity.HIGH,
            message=f"silenced by a comment `{opt_out.kind}`",
            path=path,
            line=opt_out.line,
            column=opt_out.column,
        )
        for path in job.sources.files
        for opt_out in job.reader.source(path).opt_outs
        if opt_out.kind in _BARE and not opt_out.bare
    ]


def _missing(job: Job, checked: int) -> tuple[str, ...]:
    expected = len(job.sources.files) + len(job.sources.stubs)
    if checked == expected:
        return ()
    return (f"mypy checked {checked} of {expected} files",)


def _complaints(stderr: str) -> tuple[str, ...]:
    """What mypy says of its configuration; it goes on with defaults then."""
    return tuple(line for line in stderr.splitlines() if line.strip())[:20]


def _reproduce(job: Job) -> tuple[str, ...]:
    python = f"--python-executable={job.shown_python}"
    exclude = [f"--exclude=^{re.escape(path)}" for path in job.options.exclude]
    return ("mypy", python, *_options(job), *exclude, *job.paths)


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
    scope=_scope,
    incremental=True,
)
