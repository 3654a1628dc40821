"""Numbers in pasted output, held against those of the run.

People paste the output of yesterday, or of another branch. What is understood here are
the closing lines of pytest, coverage, flake8, mypy, bandit, safety, pip-audit and
`gatekeeper compare`, and the JSON of bandit and safety.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.template.markdown import Body

#: A number with its decimals, as tools print it.
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_Claims = Iterator[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Claim:
    """One pasted number: what it is of, as it was written, and in which line from 1."""

    tool: str
    metric: str
    written: str
    line: int

    def agrees(self, measured: float) -> bool:
        """Whether it is that number, in as many digits as it has."""
        decimals = len(self.written.partition(".")[2])
        return abs(float(self.written) - measured) < 10.0**-decimals


@dataclass(frozen=True, slots=True)
class Pasted:
    """What stands below a heading: how many lines of output, and their claims."""

    heading: str
    lines: int
    claims: tuple[Claim, ...]


def pasted(body: Body, wanted: Mapping[str, Sequence[str]]) -> list[Pasted | None]:
    """For each heading of `wanted` what is pasted below it for its tools.

    None where the body has no such section. Comments and lines that begin with `#`,
    such as a template's advice on what to run, are no output.
    """
    return [_pasted(body, heading, tools) for heading, tools in wanted.items()]


def _pasted(body: Body, heading: str, tools: Sequence[str]) -> Pasted | None:
    section = next((s for s in body.sections if s.is_called(heading)), None)
    if section is None:
        return None
    lines = []
    for block in body.blocks:
        if section.start < block.start < section.end:
            # The line of a fence comes before its text; indented code has none.
            first = block.start + (block.end - block.start > _height(block.text))
            texts = block.text.splitlines()
            lines += [(first + i + 1, text) for i, text in enumerate(texts)]
    output = [(n, text) for n, text in lines if text.strip() and text.strip()[0] != "#"]
    claims = [
        Claim(tool, metric, written, line)
        for tool in tools
        for line, metric, written in _READERS.get(tool, _nothing)(output)
    ]
    return Pasted(heading, len(output), tuple(claims))


def _height(text: str) -> int:
    return len(text.splitlines())


def _nothing(_lines: Sequence[tuple[int, str]]) -> _Claims:
    return iter(())


def _pytest(lines: Sequence[tuple[int, str]]) -> _Claims:
    """The closing line: `=== 2 failed, 10 passed, 1 skipped in 0.12s ===`."""
    names = {"passed": "passed", "failed": "failed", "error": "errors"}
    pattern = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")
    closing = [
        (n, text)
        for n, text in lines
        if pattern.search(text) and re.search(r"\bin \d+(\.\d+)?s|^=+ |^\d+ \w+", text)
    ]
    for number, text in closing[-1:]:
        counts = {name.rstrip("s"): count for count, name in pattern.findall(text)}
        for word, metric in names.items():
            yield number, metric, counts.get(word, "0")


def _coverage(lines: Sequence[tuple[int, str]]) -> _Claims:
    pattern = re.compile(
        rf"(?:^TOTAL\b.*\s|[Tt]otal coverage:? ?|^percent:? ){_NUMBER} ?%"
    )
    yield from _last(lines, pattern, "percent")


def _flake8(lines: Sequence[tuple[int, str]]) -> _Claims:
    pattern = re.compile(r"^\S.*?:\d+:\d+:? [A-Z]{1,3}\d{1,4}\b")
    found = [number for number, text in lines if pattern.match(text)]
    if found:
        yield found[0], "findings", str(len(found))
    else:
        yield from _last(lines, re.compile(r"^flake8: (\d+) findings"), "findings")


def _mypy(lines: Sequence[tuple[int, str]]) -> _Claims:
    if any("Success: no issues found" in text for _, text in lines):
        pattern = re.compile(r"Success: no (issues) found")
        for number, _, _ in _last(lines, pattern, "findings"):
            yield number, "findings", "0"
    yield from _last(lines, re.compile(r"^Found (\d+) errors? in"), "findings")


def _bandit(lines: Sequence[tuple[int, str]]) -> _Claims:
    totals = _json(lines).get("metrics")
    whole = totals.get("_totals") if isinstance(totals, dict) else None
    if isinstance(whole, dict) and isinstance(whole.get("SEVERITY.HIGH"), int | float):
        yield lines[0][0], "high", f"{whole['SEVERITY.HIGH']:g}"
        return
    severity = False
    for number, text in lines:
        severity = "by severity" in text or (severity and "by confidence" not in text)
        if severity and (match := re.search(r"\bHigh: (\d+)", text)):
            yield number, "high", match[1]


def _safety(lines: Sequence[tuple[int, str]]) -> _Claims:
    report = _json(lines)
    meta = report.get("report_meta")
    found = meta.get("vulnerabilities_found") if isinstance(meta, dict) else None
    if isinstance(found, int):
        yield lines[0][0], "findings", str(found)
        return
    yield from _vulnerabilities(lines)


def _vulnerabilities(lines: Sequence[tuple[int, str]]) -> _Claims:
    for number, text in lines:
        match = re.search(
            r"\b(\d+|No)(?: known)?(?: security)? vulnerabilit(?:y|ies)\b", text
        )
        if match:
            yield number, "findings", "0" if match[1] == "No" else match[1]
            return


def _performance(lines: Sequence[tuple[int, str]]) -> _Claims:
    pattern = re.compile(rf"\bworst: .*? {_NUMBER.replace('-?', '[-+]?')} %")
    for number, metric, written in _last(lines, pattern, "variance"):
        yield number, metric, written.lstrip("+")


def _last(
    lines: Sequence[tuple[int, str]], pattern: re.Pattern[str], metric: str
) -> _Claims:
    found = [(n, match) for n, text in lines if (match := pattern.search(text))]
    for number, match in found[-1:]:
        yield number, metric, match[1]


def _json(lines: Sequence[tuple[int, str]]) -> dict[str, object]:
    """The first JSON object in the lines; empty where there is none."""
    text = "\n".join(text for _, text in lines)
    start = text.find("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(text, max(start, 0))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_READERS: Mapping[str, Callable[[Sequence[tuple[int, str]]], _Claims]] = {
    "pytest": _pytest,
    "coverage": _coverage,
    "flake8": _flake8,
    "mypy": _mypy,
    "bandit": _bandit,
    "safety": _safety,
    "pip-audit": _vulnerabilities,
    "performance": _performance,
}
