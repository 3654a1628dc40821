"""Turns bare inline opt-outs into findings of the tool that they switch off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatekeeper.model import Finding, Severity
from gatekeeper.tools.base import Job


def bare(
    job: Job, rules: Mapping[str, str], severity: Severity, example: str
) -> Iterator[Finding]:
    """One finding for each opt-out that names no rule.

    `rules` maps the kinds of opt-out that concern the tool to the rule to report.
    """
    for path in job.sources.files:
        for opt_out in job.reader.source(path).opt_outs:
            if opt_out.bare and opt_out.kind in rules:
                yield Finding(
                    rule=rules[opt_out.kind],
                    severity=severity,
                    message=f"`{opt_out.kind}` hides all; name a rule: {example}",
                    path=path,
                    line=opt_out.line,
                    column=opt_out.column,
                )
