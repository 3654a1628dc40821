"""ruff: style, imports, docstrings, annotations, read from its JSON report.

Every file is checked with all opt-outs set aside, so that a bare one hides nothing.
Files that hold a comment for ruff are checked once more with opt-outs heeded: what is
gone then was silenced, which counts if a comment names its rule. Files that switch the
sorting of imports off are checked once more as copies in which they do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, Severity
from gatekeeper.tools import ruff_comments
from gatekeeper.tools.base import Adapter, Job, Scope
from gatekeeper.tools.portions import batches, need_files
from gatekeeper.tools.ruff_comments import FILE_NOQA, ISORT, ISORT_LINE, NOQA, OptOut
from gatekeeper.tools.ruff_options import (
    BARE_ISORT,
    BARE_NOQA,
    OWN_RULES,
    chosen,
    fixed,
    reproduce,
)
from gatekeeper.tools.ruff_report import (
    REPORT,
    SYNTAX,
    Look,
    Seen,
    look,
    must_start,
    switched_on,
)

_ALL, _HEEDING, _SORTED = "all", "heeding", "sorted"
_OWN = {NOQA: BARE_NOQA, FILE_NOQA: BARE_NOQA, ISORT: BARE_ISORT}
_SORTING = "I0"
Comments = Mapping[str, tuple[OptOut, ...]]


def _commands(job: Job) -> tuple[Command, ...]:
    files = (*need_files(job), *job.sources.stubs)
    marked, unsorted = ruff_comments.marked(job.root, files)
    folder = job.work / _SORTED
    copies = ruff_comments.copy(job.root, unsorted, folder)
    options = (*chosen(job), *fixed(job))
    first = next(batches(files))[:1]
    aside = "--ignore-noqa"
    return (
        job.ours("ruff", "linter"),
        job.ours("ruff", "check", *options, "--show-settings", "--", *first),
        *_checks(job, _ALL, files, job.root, (*options, aside)),
        *_checks(job, _HEEDING, marked, job.root, options),
        *_checks(job, _SORTED, copies, folder, (*options, aside)),
    )


def _checks(
    job: Job, kind: str, files: Sequence[str], cwd: Path, options: Sequence[str]
) -> Iterator[Command]:
    for number, portion in enumerate(batches(files)):
        report = str(job.work / f"{kind}-{number}.json")
        words = ("ruff", "check", *options, *REPORT, report, "--", *portion)
        yield job.ours(*words, cwd=cwd)


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    linters, settings, *checks = outcomes
    must_start(linters, outcomes)
    codes, remarks = switched_on(job, settings, OWN_RULES)
    looks = [look(outcome, job.root) for outcome in checks]
    sorting = any(code.startswith(_SORTING) for code in codes)
    comments = _comments(job, looks, sorting)
    findings, silenced = _judged(looks, comments)
    checked = _checked(looks, _ALL)
    return Measurement(
        findings=tuple(sorted(findings, key=_place)),
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(checked),
        examined_paths=checked,
        suppressed=len(silenced) + _lines_unsorted(comments),
        silenced=tuple(sorted(silenced, key=_place)),
        gaps=(
            *job.sources.gaps,
            *dict.fromkeys(gap for one in looks for gap in one.gaps),
            *_unparsed(findings),
            *_unsorted(comments, _checked(looks, _SORTED)),
        ),
        notes=remarks,
    )


def _comments(job: Job, looks: Sequence[Look], sorting: bool) -> Comments:
    """What switches ruff off in each file; isort's comments only where they matter."""
    marked = [path for one in looks if one.kind == _HEEDING for path in one.given]
    return {
        path: tuple(
            comment
            for comment in ruff_comments.opt_outs(job.root, path)
            if sorting or comment.kind not in (ISORT, ISORT_LINE)
        )
        for path in marked
    }


def _judged(
    looks: Sequence[Look], comments: Comments
) -> tuple[list[Finding], list[Finding]]:
    """Everything that counts, and what was silenced."""
    everything = _seen(looks, _ALL)
    shown = _shown(everything, _seen(looks, _HEEDING), comments)
    counts = frozenset(shown)
    resorted = _checked(looks, _SORTED)
    findings = [
        *(f for f in shown if not (f.path in resorted and _is_sorting(f))),
        *(s.finding for s in _seen(looks, _SORTED) if _is_sorting(s.finding)),
        *_bare(comments),
    ]
    silenced = [s.finding for s in everything if s.finding not in counts]
    return findings, silenced


def _seen(looks: Sequence[Look], kind: str) -> list[Seen]:
    return [seen for one in looks if one.kind == kind for seen in one.seen]


def _checked(looks: Sequence[Look], kind: str) -> frozenset[str]:
    return frozenset(path for one in looks if one.kind == kind for path in one.checked)


def _shown(
    everything: Sequence[Seen],
    heeding: Sequence[Seen],
    comments: Comments,
) -> list[Finding]:
    """All but what a comment silences that names its rule."""
    left = frozenset(seen.finding for seen in heeding)
    shown = []
    for seen in everything:
        found = comments.get(seen.finding.path or "", ())
        if seen.finding in left or not _names(found, seen):
            shown.append(seen.finding)
    return shown


def _names(comments: Sequence[OptOut], seen: Seen) -> bool:
    """Whether it was hidden by name, and not by a comment that hides everything."""
    lines = (seen.finding.line, seen.noqa_line)
    wanted = {seen.finding.rule, seen.name}
    return any(comment.rules & wanted for comment in comments) and not any(
        comment.blankets(*lines) for comment in comments
    )


def _is_sorting(finding: Finding) -> bool:
    return finding.rule.startswith(_SORTING)


def _bare(comments: Comments) -> Iterator[Finding]:
    for path, found in comments.items():
        for comment in (c for c in found if c.bare):
            example = "# noqa: I001" if comment.kind == ISORT else "# noqa: F401"
            yield Finding(
                rule=_OWN[comment.kind],
                severity=Severity.MEDIUM,
                message=f"`{comment.text}` hides all; name a rule: {example}",
                path=path,
                line=comment.line,
                column=comment.column,
            )


def _lines_unsorted(comments: Comments) -> int:
    return sum(c.kind == ISORT_LINE for found in comments.values() for c in found)


def _unsorted(comments: Comments, resorted: frozenset[str]) -> Iterator[str]:
    for path, found in comments.items():
        if path not in resorted and any(c.kind == ISORT for c in found):
            yield f"{path}: ruff did not look at what a comment of isort hides"


def _unparsed(findings: Sequence[Finding]) -> Iterator[str]:
    """Files in which some rules saw less than there is."""
    for path in dict.fromkeys(f.path for f in findings if f.rule == SYNTAX):
        yield f"{path}: has syntax errors, so that rules may not have looked at it"


def _place(finding: Finding) -> tuple[str, int, int, str]:
    return finding.path or "", finding.line or 0, finding.column or 0, finding.rule


RUFF = Adapter(
    name="ruff",
    title="ruff linting",
    commands=_commands,
    parse=_parse,
    reproduce=reproduce,
    # 2 carries no result, but the reason why: `must_start` reads it.
    verdict_codes=frozenset({0, 1, 2}),
    metrics={"findings": "findings"},
    fix="Mend the findings (`ruff check --fix` mends many), or silence one line with"
    " `# noqa: RULE` and a reason.",
    distribution="ruff",
    scope=lambda job: Scope.PROJECT,
)
