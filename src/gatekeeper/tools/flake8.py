"""flake8: style and logic findings, read from an output format of our own.

Contract, seen with 7.5.0: nothing on stdout when clean; exit 1 for findings and for
every crash; `--benchmark` appends the number of files processed, the only evidence of
work. Inline opt-outs are switched off and applied here, so that a bare one hides
nothing and a named one is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import entry_points

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import FileResult, Finding, Measurement, Severity
from gatekeeper.project.comments import OptOut
from gatekeeper.project.files import matches
from gatekeeper.tools.alone import looks_at_files_alone
from gatekeeper.tools.base import Adapter, Job, Scope, ToolError
from gatekeeper.tools.by_file import by_path, together
from gatekeeper.tools.opt_outs import bare
from gatekeeper.tools.portions import portions

# Control characters keep fields apart whatever stands in a path or a message.
_FORMAT = "\x1e%(path)s\x1f%(row)d\x1f%(col)d\x1f%(code)s\x1f%(text)s\x1d"
_RECORD = re.compile(
    "\x1e(.*?)\x1f(\\d+)\x1f(\\d+)\x1f(\\w+)\x1f(.*?)\x1d\n", re.DOTALL
)
_PROCESSED = re.compile(r"^(\d+)\s+total files processed$", re.MULTILINE)
_BENCHMARK = re.compile(
    r"^[\d.]+(e[+-]\d+)?\s+(seconds elapsed|(total )?\w+ (\w+ )?processed.*)$"
)
#: A syntax error cannot be silenced; neither can a file that is not there.
_FATAL = "E9"
_MODULES = ("flake8", "mccabe", "pycodestyle", "pyflakes")
#: Distributions whose checks see one file and nothing else.
_ALONE = (
    "flake8 mccabe pycodestyle pyflakes flake8-annotations flake8-bugbear"
    " flake8-builtins flake8-commas flake8-comprehensions flake8-debugger"
    " flake8-docstrings flake8-eradicate flake8-pie flake8-print flake8-quotes"
    " flake8-return flake8-simplify flake8-type-checking pep8-naming"
).split()
_BARE = {"noqa": "bare-noqa", "flake8: noqa": "bare-noqa"}


def _options(job: Job) -> tuple[str, ...]:
    options = job.options
    config = f"--config={options.config}" if options.config else "--isolated"
    arguments = [
        config,
        f"--max-line-length={options.max_line_length}",
        f"--max-complexity={options.max_complexity}",
    ]
    if options.ignore:
        arguments.append("--extend-ignore=" + ",".join(options.ignore))
    return (*arguments, *options.args)


def _commands(job: Job) -> tuple[Command, ...]:
    _rules_have_a_source(job)
    fixed = (
        "--disable-noqa",
        "--color=never",
        "--benchmark",
        "--jobs=1",
        # The default excludes also hit files that are named, and folders above them.
        "--exclude=.gatekeeper-excludes-nothing",
        f"--format={_FORMAT}",
    )
    return tuple(
        job.ours("flake8", *_options(job), *fixed, "--", *portion)
        for portion in portions(job)
    )


def _scope(job: Job) -> Scope:
    """Findings on one file each, unless a plugin or configuration may look around."""
    known = looks_at_files_alone(job, _MODULES, "flake8.extension", _ALONE)
    return Scope.FILE if known and not job.options.config else Scope.PROJECT


def _rules_have_a_source(job: Job) -> None:
    """A gate on rules that no installed plugin can report would pass for nothing."""
    plugins = entry_points(group="flake8.extension")
    known = {plugin.name for plugin in plugins} | {"E9", "E902", "E999"}
    for rule in job.exact_rules:
        if not any(rule.startswith(name) or name.startswith(rule) for name in known):
            raise ToolError(
                f"no installed flake8 plugin reports {rule}",
                fix=f"install the plugin that reports {rule} beside gatekeeper",
            )
        if any(rule.startswith(ignored) for ignored in job.options.ignore):
            raise ToolError(f"{rule} is on flake8's ignore list in the policy")


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    raw: list[Finding] = []
    processed = 0
    for outcome in outcomes:
        findings, count = _read(outcome)
        if bool(findings) != (outcome.exit_code == 1):
            raise ToolError(
                f"flake8 ended with {outcome.exit_code} but reported"
                f" {len(findings)} findings"
            )
        raw += findings
        processed += count
    whole = together(job.sources, _results(raw, job))
    expected = len(job.sources.files)
    if processed != expected:
        gap = f"flake8 processed {processed} of {expected} files"
        whole = replace(whole, gaps=(*whole.gaps, gap))
    return replace(
        whole, examined=processed, examined_paths=frozenset(job.sources.files)
    )


def _results(raw: Sequence[Finding], job: Job) -> dict[str, FileResult]:
    """What is left of flake8's findings in each file, with what it does not say."""
    ours = by_path(_own_findings(job))
    reported = by_path(finding for finding in raw if not _unwanted_there(finding, job))
    results = {}
    strangers = sorted(reported.keys() - set(job.sources.files))
    for path in (*job.sources.files, *strangers):
        wanted = reported.get(path, [])
        silenced = [f for f in wanted if path not in strangers and _silenced(f, job)]
        hidden = frozenset(silenced)
        kept = [finding for finding in wanted if finding not in hidden]
        results[path] = FileResult(
            findings=(*kept, *ours.get(path, [])),
            silenced=tuple(silenced),
            gaps=tuple(_unparsed(kept)),
        )
    return results


def _read(outcome: Outcome) -> tuple[list[Finding], int]:
    text = outcome.stdout
    rest = _RECORD.sub("", text)
    count = _PROCESSED.search(rest)
    strange = [line for line in rest.splitlines() if not _BENCHMARK.match(line)]
    if count is None or strange:
        said = outcome.stderr_tail.strip()[-300:]
        shown = strange[0][:200] if strange else f"no count of files; {said}"
        raise ToolError(f"flake8's output is not understood: {shown}")
    return [_finding(match) for match in _RECORD.finditer(text)], int(count[1])


def _finding(match: re.Match[str]) -> Finding:
    path, row, column, code, text = match.groups()
    grave = code.startswith((_FATAL, "F"))
    return Finding(
        rule=code,
        severity=Severity.HIGH if grave else Severity.MEDIUM,
        message=text,
        path=path.removeprefix("./"),
        line=max(int(row), 1),
        column=max(int(column), 1),
    )


def _unparsed(findings: Sequence[Finding]) -> Iterator[str]:
    """Files in which flake8 saw nothing but that they do not parse."""
    for finding in findings:
        if finding.rule.startswith(_FATAL):
            yield f"{finding.path}: does not parse, so most rules did not look at it"


def _unwanted_there(finding: Finding, job: Job) -> bool:
    """Whether `per_path` says so; flake8's own option cannot take every path."""
    path = finding.path or ""
    return not finding.rule.startswith(_FATAL) and any(
        matches(path, pattern) and finding.rule.startswith(tuple(rules))
        for pattern, rules in job.options.per_path.items()
    )


def _silenced(finding: Finding, job: Job) -> bool:
    if finding.rule.startswith(_FATAL) or finding.path is None:
        return False
    source = job.reader.source(finding.path)
    return any(_covers(opt_out, finding) for opt_out in source.opt_outs)


def _covers(opt_out: OptOut, finding: Finding) -> bool:
    here = opt_out.kind == "flake8: noqa" or (
        opt_out.kind == "noqa" and finding.line in opt_out.lines
    )
    return here and finding.rule.startswith(tuple(opt_out.rules))


def _own_findings(job: Job) -> Iterator[Finding]:
    """What flake8 does not say: bare opt-outs, and files Python could not read."""
    for path in job.sources.files:
        if problem := job.reader.source(path).problem:
            message = f"Python cannot decode this file: {problem}"
            yield Finding("undecodable", Severity.HIGH, message, path, 1, 1)
    yield from bare(job, _BARE, Severity.MEDIUM, "# noqa: F401")


def _reproduce(job: Job) -> tuple[str, ...]:
    pairs = [f"{p}:{','.join(rules)}" for p, rules in job.options.per_path.items()]
    per_path = ["--per-file-ignores=" + " ".join(pairs)] if pairs else []
    exclude = ["--extend-exclude=" + ",".join(job.options.exclude)]
    more = (*per_path, *(exclude if job.options.exclude else []))
    return ("flake8", *_options(job), *more, *job.paths)


FLAKE8 = Adapter(
    name="flake8",
    title="flake8 linting",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0, 1}),
    metrics={"findings": "findings"},
    fix="Mend the findings, or silence one line with `# noqa: RULE` and a reason.",
    distribution="flake8",
    concurrent=True,
    scope=_scope,
)
