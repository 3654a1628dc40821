"""The report for a pull request, within GitHub's 65,536 characters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatekeeper.model import Finding, GateResult, GateStatus, Report
from gatekeeper.reporters import Style, comparisons, summary
from gatekeeper.reporters.text import one_line, place

LIMIT = 65_536
_BUDGETS = (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0)
#: Findings of a gate that a comment shows at most.
_MOST_IN_COMMENT = 100
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~])")
_MENTION = re.compile(r"@(?=\w)")
_UNFOLDED = (GateStatus.FAILED, GateStatus.ERROR)


def render(report: Report, style: Style) -> str:
    """Verdict table, failed gates unfolded, the rest folded, as room allows."""
    most = _MOST_IN_COMMENT if style.room is None else _BUDGETS[0]
    for budget in (budget for budget in _BUDGETS if budget <= most):
        text = "\n".join(_lines(report, budget))
        if _fits(text, style.room):
            return text
    closing = (
        "\n\n*The report was cut here: it has more gates than there is room for.*\n"
    )
    while not _fits(text + closing, style.room):
        text = text[: len(text) * 9 // 10].rsplit("\n", 1)[0]
    return text + closing


def _fits(text: str, room: int | None) -> bool:
    """Whether a comment can hold it, or as many bytes as there is room for."""
    if room is None:
        return len(text) <= LIMIT
    return len(text.encode("utf-8", "backslashreplace")) <= room


def _lines(report: Report, budget: int) -> Iterator[str]:
    yield f"## gatekeeper: {summary.verdict_line(report)}"
    yield ""
    yield f"{summary.meaning(report)} {escape(summary.where(report))}"
    yield ""
    yield "| | gate | value | limit | verdict |"
    yield "|---|---|---:|---:|---|"
    for gate in report.gates:
        yield _row(gate, report)
    yield ""
    for gate in report.gates:
        if gate.status in _UNFOLDED or gate.findings or gate.comparisons:
            yield from _gate(gate, budget)
    remarks = summary.remarks(report)
    if remarks:
        yield "<details><summary>Also noted</summary>"
        yield ""
        yield from (f"- {escape(one_line(text))}" for text in remarks[:100])
        yield ""
        yield "</details>"
        yield ""
    yield _tools(report)
    yield ""


def _row(gate: GateResult, report: Report) -> str:
    decides = "" if gate.blocking else " (does not decide)"
    cached = ", cached" if summary.is_cached(gate, report) else ""
    cells = (
        summary.SYMBOLS[gate.status],
        escape(one_line(gate.id, 60)),
        summary.value(gate),
        summary.limit(gate),
        f"{gate.status}{decides}{cached}",
    )
    return f"| {' | '.join(cells)} |"


def _gate(gate: GateResult, budget: int) -> Iterator[str]:
    folded = gate.status not in _UNFOLDED
    name, reason = escape(one_line(gate.id, 60)), escape(one_line(gate.reason, 600))
    if folded:
        yield f"<details><summary>{name}: {reason}</summary>"
    else:
        yield f"### {summary.SYMBOLS[gate.status]} {name}: {gate.status}"
        yield ""
        yield reason
    yield ""
    most = budget if not folded else budget // 5
    yield from _compared(gate, budget) if gate.comparisons else _findings(gate, most)
    if not folded and gate.fix:
        yield f"To do: {escape(one_line(gate.fix, 500))}"
        yield ""
    if not folded and gate.reproduce:
        yield "By hand:"
        yield from _block([one_line(gate.reproduce, 1000)])
    if folded:
        yield "</details>"
        yield ""


def _findings(gate: GateResult, most: int) -> Iterator[str]:
    shown = summary.worst_first(gate.findings)[:most]
    if shown:
        yield from _block([_finding(finding) for finding in shown])
    left = len(gate.findings) - len(shown) + gate.findings_omitted
    if left:
        yield f"*{left} more findings are not shown here.*"
        yield ""


def _compared(gate: GateResult, most: int) -> Iterator[str]:
    found = comparisons.table(gate, most)
    if found.compares:
        yield f"| {' | '.join(comparisons.HEADINGS)} | | answer |"
        yield "|---|---|---:|---:|---:|---:|---|---|"
    else:
        yield "| endpoint | quantity | current | answer |"
        yield "|---|---|---:|---|"
    for row in found.rows:
        beside = (row.variance, row.interval, f"`{row.bar}`" if row.bar else "")
        cells = (
            escape(one_line(row.endpoint, 80)),
            row.quantity,
            *((row.baseline,) if found.compares else ()),
            row.current,
            *(beside if found.compares else ()),
            escape(one_line(row.problem, 200)) or row.answer,
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    if found.left:
        yield f"*{found.left} more comparisons are not shown here.*"
        yield ""


def _finding(finding: Finding) -> str:
    at = place(finding)
    rule, message = one_line(finding.rule, 60), one_line(finding.message)
    return f"{at}{'  ' if at else ''}{rule} {message}"


def _block(lines: list[str]) -> Iterator[str]:
    """A code block that its content cannot close."""
    longest = max(
        (len(run) for line in lines for run in re.findall("`+", line)), default=0
    )
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from lines
    yield fence
    yield ""


def _tools(report: Report) -> str:
    names = [f"{run.tool} {one_line(run.version or '?', 40)}" for run in report.runs]
    return f"<sub>{escape(', '.join(names))}; {summary.duration(report)}</sub>"


def escape(text: str) -> str:
    """Text that means nothing in Markdown or HTML and mentions nobody."""
    safe = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))
    return _MENTION.sub("@\u200b", safe).replace("://", ":\u200b//")
