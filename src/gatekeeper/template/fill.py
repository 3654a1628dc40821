"""Fills a template or a pull-request body from verdicts, and touches nothing else.

What we add stands between comments, which Markdown does not show, so that a second run
replaces it: filling twice gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.model import GateResult, GateStatus
from gatekeeper.template.markdown import (
    VALUE,
    VALUE_END,
    VALUE_START,
    Body,
    Box,
    parse,
)
from gatekeeper.template.reconcile import boxes

#: What GitHub takes as a pull request's text.
LIMIT = 65_536
_OUTPUT, _OUTPUT_END = "<!-- gatekeeper output -->", "<!-- /gatekeeper output -->"
_NEWLINE = r"(?:\r\n|\r|\n)"
_BLOCK = re.compile(
    rf"{_NEWLINE}{_OUTPUT}(?:(?!{_OUTPUT}).)*?{_OUTPUT_END}{_NEWLINE}?", re.DOTALL
)
_BUDGETS = (60, 30, 15, 8, 4, 1)
_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into a template.

    `gates` are verdicts with the boxes they answer; `value` says in a few words what
    was measured and what is allowed. `pasted` maps the beginning of a heading to the
    lines that go below it.
    """

    gates: Sequence[GateResult]
    value: Callable[[GateResult], str]
    pasted: Mapping[str, Sequence[str]]


def fill(text: str, filling: Filling) -> str:
    """The text filled, below GitHub's limit as far as its own length allows."""
    bare = VALUE.sub("", _BLOCK.sub("", text))
    for budget in _BUDGETS:
        filled = _fill(bare, filling, budget)
        if len(filled) <= LIMIT:
            return filled
    return _fill(bare, filling, 0)


def _fill(text: str, filling: Filling, budget: int) -> str:
    body = parse(text)
    lines = list(body.lines)
    for box, gates in _answered(body, filling.gates):
        number = box.line - 1
        lines[number] = _answer(lines[number], box, gates, filling.value)
    newline = "\r\n" if "\r\n" in text else "\n"
    for place, block in sorted(_blocks(body, filling, budget), reverse=True):
        if place and not lines[place - 1].endswith(("\n", "\r")):
            lines[place - 1] += newline
        lines.insert(place, newline.join(["", _OUTPUT, *block, _OUTPUT_END, ""]))
    return "".join(lines)


def _answered(
    body: Body, gates: Sequence[GateResult]
) -> Iterator[tuple[Box, list[GateResult]]]:
    """Each box that machines answer, with all the gates that do."""
    found: dict[int, tuple[Box, list[GateResult]]] = {}
    for gate in gates:
        for asked in gate.boxes:
            if asked.person:
                continue
            for box in boxes(body, asked.title, asked.section):
                found.setdefault(box.line, (box, []))[1].append(gate)
    yield from found.values()


def _answer(
    line: str, box: Box, gates: Sequence[GateResult], value: Callable[[GateResult], str]
) -> str:
    """A line with its box ticked or not, and behind it what was measured.

    A box whose gates were all skipped stays as it is: nobody knows.
    """
    statuses = {gate.status for gate in gates}
    mark = line[box.column + 1]
    if statuses == {GateStatus.PASSED}:
        mark = mark if box.ticked else "x"
    elif statuses & {GateStatus.FAILED, GateStatus.ERROR}:
        mark = " "
    text = line.rstrip("\r\n")
    end = line[len(text) :]
    said = ", ".join(
        f"{gate.id} {value(gate)}" if len(gates) > 1 else value(gate) for gate in gates
    )
    ticked = f"{text[: box.column + 1]}{mark}{text[box.column + 2 :]}"
    return f"{ticked} {VALUE_START}{said}{VALUE_END}{end}"


def _blocks(
    body: Body, filling: Filling, budget: int
) -> Iterator[tuple[int, list[str]]]:
    """Where to paste, as the number of the line before which, and what."""
    for heading, pasted in filling.pasted.items():
        section = next((s for s in body.sections if s.is_called(heading)), None)
        if section is None or not pasted:
            continue
        place = section.end
        while place > section.start + 1 and not body.lines[place - 1].strip():
            place -= 1
        yield place, _fenced(pasted, budget)


def _fenced(pasted: Sequence[str], budget: int) -> list[str]:
    """Lines as a code block that they cannot close, the middle left out if need be."""
    lines = [line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…" for line in pasted]
    if len(lines) > budget:
        head = lines[: budget - budget // 2]
        tail = lines[len(lines) - budget // 2 :]
        left = len(lines) - len(head) - len(tail)
        lines = [*head, f"[... {left} lines are left out ...]", *tail]
    longest = max(
        (len(run) for line in lines for run in re.findall("`+", line)), default=0
    )
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]
