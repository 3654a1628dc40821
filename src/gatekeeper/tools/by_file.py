"""Tools that look at each file on its own: results apart, and put together.

What was examined earlier and what is examined now are put together the same way, so
that it makes no difference which part came from where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatekeeper.model import FileResult, Finding, Measurement, Metric
from gatekeeper.project.files import Sources


def together(sources: Sources, results: Mapping[str, FileResult]) -> Measurement:
    """The measurement over all files; a file without a result was not examined."""
    findings = sorted(
        (finding for result in results.values() for finding in result.findings),
        key=_place,
    )
    in_files = (gap for path in sorted(results) for gap in results[path].gaps)
    silenced = tuple(
        sorted((f for result in results.values() for f in result.silenced), key=_place)
    )
    return Measurement(
        findings=tuple(findings),
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(results) if any(r.lines for r in results.values()) else 0,
        examined_paths=frozenset(results),
        suppressed=len(silenced),
        silenced=silenced,
        gaps=(*sources.gaps, *in_files),
        by_file=results,
    )


def by_path(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Findings by the file that they are in."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.path or "", []).append(finding)
    return found


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    line, column = finding.line or 0, finding.column or 0
    return finding.path or "", line, column, finding.rule, finding.message
