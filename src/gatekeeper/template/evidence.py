"""Numbers in pasted output, held against those of the run.

People paste the output of yesterday, or of another branch. What is understood here are
the closing lines of pytest, coverage, flake8, mypy, bandit, safety, pip-audit and
`gatekeeper compare`, the JSON of bandit and safety, and what we paste ourselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.template.markdown import Body

#: A number with its decimals, as tools print it.
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_COLOUR = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z]|\([A-Z0-9])")
_LEFT_OUT = re.compile(r"\[\.\.\. \d+ lines are left out \.\.\.\]")
#: Long lines are no closing lines, and expensive to look at.
_LONGEST = 1000
_OBJECTS = 20
_Lines = Sequence[tuple[int, str]]
_Claims = Iterator[tuple[int, str, str]]
_OUR_LINE = re.compile(rf"^([\w-]+): {_NUMBER} (?!examined)(\w+)$")


def left_out(lines: int) -> str:
    """The line that stands for so many others."""
    return f"[... {lines} lines are left out ...]"


@dataclass(frozen=True, slots=True)
class Claim:
    """One pasted number: what it is of, as it was written, and in which line from 1.

    `metric` may also be `high`, `failed` or `errors` for findings of that kind, and the
    endpoint and quantity of a comparison. `ours` says that gatekeeper printed it, which
    counts findings of its own among those of a tool.
    """

    tool: str
    metric: str
    written: str
    line: int
    ours: bool = False

    def agrees(self, measured: float) -> bool:
        """Whether it is that number, in as many digits as it has."""
        decimals = len(self.written.partition(".")[2])
        if self.metric == "percent" and float(self.written) == 100.0:
            return measured == 100.0  # nobody rounds up to all of it
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
    output = [
        (block.first + i + 1, text)
        for block in body.blocks
        if section.start < block.start < section.end
        for i, line in enumerate(block.text.split("\n"))
        if (text := _COLOUR.sub("", line).rstrip()) and text.lstrip()[0] != "#"
    ]
    claims = [claim for tool in tools for claim in _claims(tool, output)]
    return Pasted(heading, len(output), tuple(claims))


def _claims(tool: str, lines: _Lines) -> list[Claim]:
    """What we pasted ourselves says which tool it is of; else it shows in the lines."""
    short = [(number, text[:_LONGEST]) for number, text in lines]
    ours = [
        Claim(tool, match[3], match[2], number, ours=True)
        for number, text in short
        if (match := _OUR_LINE.match(text)) and match[1] == tool
    ]
    if any(claim.metric in _METRICS for claim in ours):
        return ours
    found = _reported(tool, lines) or _READERS.get(tool, _nothing)(short)
    return [Claim(tool, metric, written, number) for number, metric, written in found]


def _nothing(_lines: _Lines) -> _Claims:
    return iter(())


def _pytest(lines: _Lines) -> _Claims:
    """The closing line: `=== 2 failed, 10 passed, 1 skipped in 0.12s ===`."""
    pattern = re.compile(
        r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected)\b"
        r"|\bno tests ran\b"
    )
    closing = [
        (n, text)
        for n, text in lines
        if pattern.search(text) and re.search(r"\bin \d+(\.\d+)?s|^=+ |^\d+ \w+", text)
    ]
    for number, text in closing[-1:]:
        counts = {name.rstrip("s"): int(n or 0) for n, name in pattern.findall(text)}
        yield number, "failed", str(counts.get("failed", 0))
        # A test whose teardown breaks is counted twice.
        if not counts.get("error"):
            passed = counts.get("passed", 0) + counts.get("xpassed", 0)
            yield number, "passed", str(passed)
            yield number, "errors", "0"


def _coverage(lines: _Lines) -> _Claims:
    pattern = re.compile(rf"(?:^TOTAL\b.*\s|\b[Tt]otal coverage: ){_NUMBER}%")
    yield from _last(lines, pattern, "percent")


def _flake8(lines: _Lines) -> _Claims:
    """One line for each finding, where all of them are there."""
    pattern = re.compile(r"^\S.*?:\d+:\d+:? [A-Z]{1,3}\d{1,4}\b")
    found = [number for number, text in lines if pattern.match(text)]
    if found and not any(_LEFT_OUT.search(text) for _, text in lines):
        yield found[0], "findings", str(len(found))


def _mypy(lines: _Lines) -> _Claims:
    pattern = re.compile(r"^(?:Success: no issues found|Found (\d+) errors? in)\b")
    yield from _last(lines, pattern, "findings")


def _bandit(lines: _Lines) -> _Claims:
    severity = False
    for number, text in lines:
        severity = "by severity" in text or (severity and "by confidence" not in text)
        if severity and (match := re.search(r"\bHigh: (\d+)", text)):
            yield number, "high", match[1]


def _vulnerabilities(lines: _Lines) -> _Claims:
    """Safety says more than once how many it found, and then how many it ignored."""
    pattern = re.compile(
        r"\b(?:No|(\d+))(?: known)?(?: security)? vulnerabilit(?:y|ies)\b"
    )
    for number, text in lines:
        if match := pattern.search(text):
            yield number, "findings", match[1] or "0"
            return


def _performance(lines: _Lines) -> _Claims:
    """`worst: GET /users latency p95 +4 % (+2 to +6 %), at most 10 % allowed`."""
    pattern = re.compile(
        r"^(.*?\S) ([-+]?\d+(?:\.\d+)?) (?:%|points)(?: \([^)]*\))?, at most "
    )
    for number, text in lines:
        if match := pattern.search(text):
            yield number, match[1].rpartition(": ")[2], match[2]


def _last(lines: _Lines, pattern: re.Pattern[str], metric: str) -> _Claims:
    found = [(n, match) for n, text in lines if (match := pattern.search(text))]
    for number, match in found[-1:]:
        yield number, metric, match[1] or "0"


def _reported(tool: str, lines: _Lines) -> list[tuple[int, str, str]]:
    """What the JSON report of a tool says, the last where there are several."""
    metric, *names = _JSON_READERS.get(tool, ("",))
    found = []
    for number, level in _objects(lines) if names else ():
        for name in names:
            level = level.get(name) if isinstance(level, dict) else None
        if isinstance(level, int):
            found = [(number, metric, str(level))]
    return found


def _objects(lines: _Lines) -> Iterator[tuple[int, object]]:
    """The JSON objects that begin a line, each with the line where it begins."""
    starts, length = [], 0
    for number, text in lines:
        if text.startswith("{"):
            starts.append((length, number))
        length += len(text) + 1
    whole = "\n".join(text for _, text in lines)
    end = 0
    for start, number in starts[:_OBJECTS]:
        if start < end:
            continue
        try:
            found, end = json.JSONDecoder().raw_decode(whole, start)
        except (ValueError, RecursionError):
            continue
        yield number, found


#: What our own lines are about.
_METRICS = frozenset(
    "findings failures passed skipped not_passed total percent branch_percent"
    " variance untested".split()
)
_READERS: Mapping[str, Callable[[_Lines], _Claims]] = {
    "pytest": _pytest,
    "coverage": _coverage,
    "flake8": _flake8,
    "mypy": _mypy,
    "bandit": _bandit,
    "safety": _vulnerabilities,
    "pip-audit": _vulnerabilities,
    "performance": _performance,
}
#: Tool: the metric, and where it stands in its JSON report.
_JSON_READERS = {
    "bandit": ("high", "metrics", "_totals", "SEVERITY.HIGH"),
    "safety": ("findings", "report_meta", "vulnerabilities_found"),
}
