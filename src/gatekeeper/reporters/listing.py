"""What the tools found, each finding once however many gates count it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.model import Finding, GateResult, GateStatus, Report, Run
from gatekeeper.reporters.fingerprints import Mark, marked
from gatekeeper.reporters.summary import gravity

#: Where something stands that has no place in the code.
NOWHERE = "gates.yaml"
_BROKEN = (GateStatus.FAILED, GateStatus.ERROR)


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding with the gates that count it."""

    finding: Finding
    mark: Mark
    gates: tuple[GateResult, ...]

    @property
    def blocks(self) -> bool:
        """Whether it keeps the change from being merged."""
        return any(gate.blocking and gate.status in _BROKEN for gate in self.gates)

    @property
    def counts(self) -> bool:
        """Whether a gate does not hold because of it."""
        return any(gate.status in _BROKEN for gate in self.gates)


@dataclass(frozen=True, slots=True)
class Listing:
    """The findings of one tool, gravest first. `omitted` is how many are not known."""

    tool: str
    runs: tuple[Run, ...]
    gates: tuple[GateResult, ...]
    entries: tuple[Entry, ...]
    silenced: tuple[Finding, ...]
    omitted: int


def by_tool(report: Report) -> list[Listing]:
    """One listing for each tool of a report."""
    names = [run.tool for run in report.runs]
    names += [gate.tool for gate in report.gates if gate.tool]
    return [_listing(tool, report) for tool in dict.fromkeys(names)]


def unproven(report: Report) -> Iterator[GateResult]:
    """Gates that do not hold for a reason that no finding tells."""
    for gate in report.gates:
        silent = gate.status is GateStatus.FAILED and not gate.findings
        if gate.status is GateStatus.ERROR or silent:
            yield gate


def home(report: Report) -> str:
    """The file that stands for the whole report: its policy, if it lies inside."""
    path = report.policy.path
    return NOWHERE if path is None or path.startswith(("/", "..", "(")) else path


def _listing(tool: str, report: Report) -> Listing:
    runs = tuple(run for run in report.runs if run.tool == tool)
    gates = tuple(gate for gate in report.gates if gate.tool == tool)
    measured = [run.measurement for run in runs if run.measurement]
    silenced = dict.fromkeys(finding for m in measured for finding in m.silenced)
    return Listing(
        tool=tool,
        runs=runs,
        gates=gates,
        entries=tuple(_entries(tool, gates)),
        silenced=tuple(silenced),
        omitted=max((gate.findings_omitted for gate in gates), default=0),
    )


def _entries(tool: str, gates: tuple[GateResult, ...]) -> list[Entry]:
    counted: dict[tuple[Finding, int], list[GateResult]] = {}
    for gate in gates:
        alike: Counter[Finding] = Counter()
        for finding in gate.findings:
            alike[finding] += 1
            counted.setdefault((finding, alike[finding]), []).append(gate)
    findings = [finding for finding, _ in counted]
    marks = marked(tool, findings)
    entries = [
        Entry(finding, mark, tuple(counting))
        for finding, mark, counting in zip(
            findings, marks, counted.values(), strict=True
        )
    ]
    return sorted(entries, key=lambda entry: gravity(entry.finding))
