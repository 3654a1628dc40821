"""What a run gave, as the output that people paste into a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gatekeeper.decimals import display
from gatekeeper.model import GateResult, Report, Run, RunStatus
from gatekeeper.reporters import comparisons, summary
from gatekeeper.reporters.text import one_line, place, verbatim

_FINDINGS = 200
_FILES = 500


def sections(report: Report, changes: str) -> dict[str, list[str]]:
    """Heading of the template: the lines that belong below it.

    `changes` is the name that stands for the changed files among the tools.
    """
    wanted: Mapping[str, Sequence[str]] = {
        heading: tools
        for gate in report.gates
        for heading, tools in gate.evidence.items()
    }
    return {
        heading: [line for tool in tools for line in _lines(report, tool, changes)]
        for heading, tools in wanted.items()
    }


def _lines(report: Report, tool: str, changes: str) -> Iterator[str]:
    if tool == changes:
        files = report.changed or ()
        yield from (one_line(path) for path in files[:_FILES])
        if len(files) > _FILES:
            yield f"and {len(files) - _FILES} more"
        return
    run = next((run for run in report.runs if run.tool == tool), None)
    gates = [gate for gate in report.gates if gate.tool == tool]
    if run is not None:
        yield from _run(run, gates)
        yield ""


def _run(run: Run, gates: Sequence[GateResult]) -> Iterator[str]:
    by_hand = next((gate.reproduce for gate in gates if gate.reproduce), run.tool)
    yield f"$ {one_line(by_hand, 1000)}"
    if run.status is not RunStatus.COMPLETED or run.measurement is None:
        yield f"{run.tool}: {run.status}: {one_line(run.reason, 1000)}"
        return
    if run.measurement.output:
        yield from (verbatim(line, 300) for line in _kept(run.measurement.output))
    elif any(gate.comparisons for gate in gates):
        yield from (line for gate in gates for line in _compared(gate))
    else:
        yield from _findings(run, gates)


def _kept(output: str) -> list[str]:
    lines = output.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _findings(run: Run, gates: Sequence[GateResult]) -> Iterator[str]:
    most = max(gates, key=lambda gate: len(gate.findings), default=None)
    found = summary.worst_first(most.findings) if most else []
    for finding in found[:_FINDINGS]:
        at = place(finding)
        yield f"{at}{': ' if at else ''}{one_line(finding.rule, 60)} " + one_line(
            finding.message
        )
    examined = run.measurement.examined if run.measurement else 0
    for name, metric in (run.measurement.metrics if run.measurement else {}).items():
        yield f"{run.tool}: {display(metric.value, None, None)} {name}"
    yield f"{run.tool} {run.version or ''}: {examined} examined".replace(" :", ":")


def _compared(gate: GateResult) -> Iterator[str]:
    for row in comparisons.table(gate, _FINDINGS).rows:
        cells = (row.baseline, "->", row.current, row.variance, row.interval)
        yield f"{one_line(row.endpoint, 60)} {row.quantity}: {' '.join(cells)}"
    yield f"{gate.id}: {one_line(gate.reason, 300)}"
