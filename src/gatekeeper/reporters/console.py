"""The report for a person at a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gatekeeper.model import Finding, GateResult, GateStatus, Report, Verdict
from gatekeeper.reporters import Style, summary
from gatekeeper.reporters.text import one_line, place, verbatim

_STYLES = {
    GateStatus.PASSED: "green",
    GateStatus.FAILED: "bold red",
    GateStatus.ERROR: "bold yellow",
    GateStatus.SKIPPED: "dim",
    GateStatus.PENDING: "cyan",
}
_VERDICTS = {
    Verdict.PASSED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.ERROR: "bold yellow",
}
_UNBROKEN = 100_000
_FEW_PENDING = 5
_INDENT = (0, 0, 0, 2)
_SHOWN, _SHOWN_VERBOSE = 10, 1000


def render(report: Report, style: Style) -> str:
    """Table of verdicts, then what failed, then what to do, then the answer."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=style.width or _UNBROKEN,
        color_system="standard" if style.color else None,
        force_terminal=style.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    if not style.quiet:
        if not report.answer:
            console.print(Text(summary.where(report), style="dim"))
            console.print(_table(report))
            if waiting := len(report.gates) - len(_rows(report)):
                console.print(Text(f" \u2026  {waiting} gates wait for people", "cyan"))
                console.print()
        for gate in report.gates:
            if gate.status in (GateStatus.FAILED, GateStatus.ERROR):
                console.print(_details(gate, style))
                if style.groups and not style.verbose:
                    _print_groups(console, gate, report)
            elif gate.comparisons:
                console.print(_compared(gate, style))
        _print_remarks(console, report)
    answer = Text.assemble(
        (summary.verdict_line(report), _VERDICTS[report.verdict]),
        f"  {summary.meaning(report)}",
        (f" ({summary.duration(report)})", "dim"),
    )
    console.print(answer, soft_wrap=True)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())


def _print_groups(console: Console, gate: GateResult, report: Report) -> None:
    """What is too long to be read at once, where GitHub folds it."""
    worst = summary.worst_first(gate.findings)
    if len(worst) > _SHOWN and not gate.comparisons:
        lines = [_line(finding) for finding in worst[:_SHOWN_VERBOSE]]
        left = len(worst) - len(lines) + gate.findings_omitted
        lines += [Text(f"and {left} more")] if left else []
        _print_group(console, f"all findings of {one_line(gate.id, 60)}", lines)
    for run in report.runs:
        if run.tool == gate.tool and run.stderr_tail.strip() and not run.measurement:
            said = [Text(verbatim(t, 500)) for t in run.stderr_tail.splitlines()]
            _print_group(console, f"what {run.tool} said", said)


def _print_group(console: Console, title: str, lines: Sequence[Text]) -> None:
    console.print(Text(f"::group::{title}"), soft_wrap=True)
    for line in lines:
        console.print(line, soft_wrap=True)
    console.print(Text("::endgroup::"))


def _rows(report: Report) -> list[GateResult]:
    """The gates worth a row each: many that wait for people are but counted."""
    busy = [gate for gate in report.gates if gate.status is not GateStatus.PENDING]
    few = len(report.gates) - len(busy) <= _FEW_PENDING
    return list(report.gates) if few else busy


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    table.add_column("", width=1)
    table.add_column("gate", no_wrap=True)
    table.add_column("value", justify="right")
    table.add_column("limit", justify="right")
    table.add_column("verdict")
    for gate in _rows(report):
        decides = "" if gate.blocking else " (does not decide)"
        cached = "  cached" if summary.is_cached(gate, report) else ""
        status = Text.assemble(
            (gate.status, _STYLES[gate.status]), (f"{decides}{cached}", "dim")
        )
        table.add_row(
            Text(summary.SYMBOLS[gate.status], style=_STYLES[gate.status]),
            Text(f"{one_line(gate.id, 40)}"),
            Text(summary.value(gate)),
            Text(summary.limit(gate)),
            status,
        )
    return table


def _details(gate: GateResult, style: Style) -> RenderableType:
    head = Text.assemble(
        (f"{summary.SYMBOLS[gate.status]} ", _STYLES[gate.status]),
        (f"{one_line(gate.id, 60)}: ", "bold"),
        one_line(gate.reason, 600),
    )
    parts: list[RenderableType] = [head]
    parts += _evidence(gate, style)
    for label, text in (("to do", gate.fix), ("by hand", gate.reproduce)):
        if text:
            line = Text.assemble((f"{label}: ", "dim"), one_line(text, 1000))
            parts.append(Padding(line, _INDENT, expand=False))
    parts.append(Text(""))
    return Group(*parts)


def _compared(gate: GateResult, style: Style) -> RenderableType:
    """A performance gate that holds: its numbers are worth a look all the same."""
    head = Text.assemble(
        (f"{summary.SYMBOLS[gate.status]} ", _STYLES[gate.status]),
        (f"{one_line(gate.id, 60)}: ", "bold"),
        one_line(gate.reason, 600),
    )
    return Group(head, *_evidence(gate, style), Text(""))


def _evidence(gate: GateResult, style: Style) -> list[RenderableType]:
    """The worst findings, or the comparisons where the gate has some."""
    most = _SHOWN_VERBOSE if style.verbose else _SHOWN
    if gate.comparisons:
        return _comparisons(gate, style, most)
    parts: list[RenderableType] = []
    worst = summary.worst_first(gate.findings)
    shown = worst[:most]
    parts += [Padding(_line(finding), _INDENT, expand=False) for finding in shown]
    left = len(gate.findings) - len(shown) + gate.findings_omitted
    if left:
        parts.append(_left_out(left, verbose=style.verbose))
    return parts


def _comparisons(gate: GateResult, style: Style, most: int) -> list[RenderableType]:
    # Few gates have some.
    from gatekeeper.reporters import comparison_table, comparisons

    found = comparisons.table(gate, most)
    drawn = comparison_table.draw(found, style.width)
    rest = [_left_out(found.left, verbose=style.verbose)] if found.left else []
    return [Padding(drawn, _INDENT, expand=False), *rest]


def _left_out(left: int, *, verbose: bool) -> RenderableType:
    advice = "" if verbose else "; --verbose shows more, -o html=FILE all"
    text = Text(f"and {left} more{advice}", style="dim")
    return Padding(text, _INDENT, expand=False)


def _line(finding: Finding) -> Text:
    line = Text(overflow="fold")
    if at := place(finding):
        line.append(f"{at}  ", style="cyan")
    line.append(f"{one_line(finding.rule, 60)} ", style="bold")
    line.append(one_line(finding.message))
    return line


def _print_remarks(console: Console, report: Report) -> None:
    lines = summary.remarks(report)
    if lines:
        console.print(Text("also noted", style="dim"))
        for text in lines:
            console.print(Text(f"  {one_line(text)}", style="dim"))
        console.print()
