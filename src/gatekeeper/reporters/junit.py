"""JUnit XML: one test case for each gate, for the result pages of any CI.

The dialect is that of https://github.com/testmoapp/junitxml. A gate that was measured
and does not hold is a failure, one that could not be measured an error; what does not
decide is skipped, with the reason.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from gatekeeper.model import Finding, GateResult, GateStatus, Report
from gatekeeper.reporters import Style, summary
from gatekeeper.reporters.text import literal, place

#: GitLab takes 30 MB.
_MAX_BYTES = 10_000_000
_BUDGETS = (1000, 100, 10, 0)
#: Not allowed in XML 1.0, in whatever spelling.
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PEOPLE = "people"


def render(report: Report, style: Style) -> str:
    """All gates, with as many findings as there is room for."""
    for most in _BUDGETS:
        text = _document(report, most)
        if len(text.encode()) <= _MAX_BYTES:
            break
    return text


def _document(report: Report, most: int) -> str:
    suite = ET.Element("testsuite", _numbers(report))
    properties = ET.SubElement(suite, "properties")
    for name, value in _about(report).items():
        ET.SubElement(properties, "property", name=name, value=_legal(value))
    times = _times(report)
    for gate in report.gates:
        suite.append(_case(gate, times[gate.id], most))
    root = ET.Element("testsuites", _numbers(report))
    root.append(suite)
    ET.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    text = ET.tostring(root, encoding="unicode")
    # GitHub's runner takes it for a command wherever it stands in a log.
    return f"{head}{text.replace('##[', '#&#35;[')}\n"


def _numbers(report: Report) -> dict[str, str]:
    kinds = [_outcome(gate)[0] for gate in report.gates]
    return {
        "name": "gatekeeper",
        "tests": str(len(kinds)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": f"{report.duration_seconds:.3f}",
        "timestamp": _legal(report.started.removesuffix("Z")),
    }


def _about(report: Report) -> Mapping[str, str]:
    return {
        "verdict": report.verdict,
        "policy": report.policy.path or "built-in",
        "policy.sha256": report.policy.sha256,
        "revision": report.revision.commit or "unknown",
    }


def _times(report: Report) -> Mapping[str, float]:
    """Seconds of each gate; a run that several share counts for the first of them."""
    left = {run.tool: run.duration_seconds for run in reversed(report.runs)}
    return {gate.id: left.pop(gate.tool or "", 0.0) for gate in report.gates}


def _case(gate: GateResult, seconds: float, most: int) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=_legal(literal(gate.id, 200)),
        classname=_legal(f"gatekeeper.{gate.tool or _PEOPLE}"),
        time=f"{seconds:.3f}",
    )
    kind, message = _outcome(gate)
    if kind:
        child = ET.SubElement(case, kind, message=_legal(literal(message, 1000)))
        if kind != "skipped":
            child.set("type", gate.status)
            child.text = _legal("\n".join(_body(gate, most)))
    return case


def _outcome(gate: GateResult) -> tuple[str, str]:
    """The element that stands for a gate, with its message; none for a pass."""
    if gate.status is GateStatus.PASSED:
        return "", ""
    if gate.status in (GateStatus.SKIPPED, GateStatus.PENDING):
        return "skipped", f"{gate.status}: {gate.reason}"
    if not gate.blocking:
        return "skipped", f"{gate.status}, but does not decide here: {gate.reason}"
    kind = "failure" if gate.status is GateStatus.FAILED else "error"
    return kind, gate.reason


def _body(gate: GateResult, most: int) -> Iterator[str]:
    yield f"{literal(gate.title, 200)}: {literal(gate.reason, 1000)}"
    yield f"value {summary.value(gate)}, limit {summary.limit(gate)}"
    for label, text in (("to do", gate.fix), ("by hand", gate.reproduce)):
        if text:
            yield f"{label}: {literal(text, 1000)}"
    yield from map(_line, summary.worst_first(gate.findings)[:most])
    left = len(gate.findings[most:]) + gate.findings_omitted
    if left:
        yield f"and {left} more findings"


def _line(finding: Finding) -> str:
    """Never begins with what a tool says: in a log, that might be a command."""
    rule = literal(finding.rule, 100)
    return f"{place(finding) or '-'}: {rule} {literal(finding.message)}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
