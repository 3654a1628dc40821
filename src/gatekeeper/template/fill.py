"""Fills a template or a pull-request body from verdicts, and touches nothing else.

What we add stands between comments, which Markdown does not show, so that a second run
replaces it: filling twice gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gatekeeper.model import GateResult, GateStatus
from gatekeeper.template.evidence import left_out
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
_OURS = re.compile(r"<!--(?= /?gatekeeper )")
_NEWLINE = r"(?:\r\n|\r|\n)"
#: As we write it. Where a person took one of the marks away, what stands between two
#: others may be theirs.
_BLOCK = re.compile(
    rf"{_NEWLINE}{_OUTPUT}{_NEWLINE}(?P<fence>`{{3,}})text{_NEWLINE}"
    rf"(?:(?!{_NEWLINE}(?P=fence){_NEWLINE})(?!{_OUTPUT}|{_OUTPUT_END}).)*"
    rf"{_NEWLINE}(?P=fence){_NEWLINE}{_OUTPUT_END}{_NEWLINE}?",
    re.DOTALL,
)
#: How many lines of each command, the most that fits.
_BUDGETS = (60, 30, 15, 8, 4, 1, 0)
_WIDTH = 160
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Filling:
    """What goes into a template.

    `gates` are verdicts with the boxes they answer; `value` says in a few words what
    was measured and what is allowed. `pasted` maps the beginning of a heading to the
    lines that go below it, each command in a line that begins with `$ `.
    """

    gates: Sequence[GateResult]
    value: Callable[[GateResult], str]
    pasted: Mapping[str, Sequence[str]]


def fill(text: str, filling: Filling) -> str:
    """The text filled, and below GitHub's limit if it was so before.

    Where not all of it fits, output goes first, then values, and never a tick.
    """
    bare = _bare(text)
    if len(bare) > LIMIT:
        return _fill(bare, filling, 0)
    fitting = (made for made in _attempts(bare, filling) if len(made) <= LIMIT)
    return next(fitting, bare)


def _bare(text: str) -> str:
    """The text without what an earlier run added to it."""
    for _ in range(_DEEPEST):
        before, text = text, VALUE.sub("", _BLOCK.sub(_without, text))
        if text == before:
            break
    return text


def _without(block: re.Match[str]) -> str:
    """Nothing in the place of a block, but for the line end of what stands before it.

    The empty line that we put there may have been taken away by a person.
    """
    text, start = block.string, block.start()
    own = start == 0 or text[start - 1] in "\r\n"
    return "" if own else _line_end(text[: text.index(_OUTPUT, start)])


def _attempts(bare: str, filling: Filling) -> Iterator[str]:
    for budget in _BUDGETS:
        yield _fill(bare, filling, budget)
    yield _fill(bare, replace(filling, pasted={}), 0)
    yield _fill(bare, replace(filling, pasted={}, value=lambda _: ""), 0)


def _fill(text: str, filling: Filling, budget: int) -> str:
    body = parse(text)
    lines = list(body.lines)
    for box, gates in _answered(body, filling.gates):
        number = box.line - 1
        lines[number] = _answer(lines[number], box, gates, filling.value)
    for place, block in sorted(_blocks(body, filling, budget), reverse=True):
        before = lines[place - 1]
        newline = _line_end(before) or _line_end(lines[0]) or "\n"
        if not _line_end(before):
            lines[place - 1] += newline
        lines.insert(place, newline.join(["", _OUTPUT, *block, _OUTPUT_END, ""]))
    return "".join(lines)


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _answered(
    body: Body, gates: Sequence[GateResult]
) -> Iterator[tuple[Box, list[GateResult]]]:
    """Each box that machines alone answer, with all the gates that do."""
    found: dict[int, tuple[Box, list[GateResult]]] = {}
    people: set[int] = set()
    for gate in gates:
        for asked in gate.boxes:
            for box in boxes(body, asked.title, asked.section):
                found.setdefault(box.line, (box, []))[1].append(gate)
                people |= {box.line} if asked.person else set()
    yield from (found[line] for line in found if line not in people)


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
    end = _line_end(line)
    text = line.removesuffix(end)
    ticked = f"{text[: box.column + 1]}{mark}{text[box.column + 2 :]}"
    values = {gate.id: value(gate) for gate in gates}
    if len(values) > 1:
        values = {name: f"{name} {said}" for name, said in values.items() if said}
    said = _harmless(" ".join(", ".join(values.values()).split()))
    return f"{ticked} {VALUE_START}{said}{VALUE_END}{end}" if said else ticked + end


def _harmless(text: str) -> str:
    """Text that does not look like a mark of ours."""
    return _OURS.sub("<! --", text)


def _blocks(
    body: Body, filling: Filling, budget: int
) -> Iterator[tuple[int, list[str]]]:
    """Where to paste, as the number of the line before which, and what."""
    for heading, pasted in filling.pasted.items():
        section = next((s for s in body.sections if s.is_called(heading)), None)
        if section is None or not pasted:
            continue
        place = section.end
        while not body.lines[place - 1].strip():
            place -= 1
        yield place, _fenced(pasted, budget)


def _fenced(pasted: Sequence[str], budget: int) -> list[str]:
    """Lines as a code block that they cannot close, long output without its middle."""
    lines = [
        _harmless(line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…")
        for portion in _portions(pasted)
        for line in _trimmed(portion, budget)
    ]
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    longest = max(
        (len(run) for line in lines for run in re.findall("`+", line)), default=0
    )
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def _portions(pasted: Sequence[str]) -> Iterator[list[str]]:
    """Each command with its output, so that the closing line of each is kept."""
    starts = [i for i, line in enumerate(pasted) if line.startswith("$ ")]
    for start, end in pairwise(sorted({0, *starts, len(pasted)})):
        yield list(pasted[start:end])


def _trimmed(lines: list[str], budget: int) -> list[str]:
    last = max((i for i, line in enumerate(lines, 1) if line.strip()), default=0)
    gap, lines = lines[last:][:1], lines[:last]
    if len(lines) > budget:
        head = lines[: budget - budget // 2]
        tail = lines[len(lines) - budget // 2 :]
        left = len(lines) - len(head) - len(tail)
        lines = [*head, left_out(left), *tail]
    return [*lines, *gap]
