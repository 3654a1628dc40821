"""The account of a pull-request template: each box, and what answers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from gatekeeper.commands.template_places import find_template
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.reporters.text import one_line

_ANYWHERE = "(any section)"


def account(gates: Mapping[str, GatePolicy], root: Path) -> Iterator[str]:
    """Lines for `gatekeeper list`; none where no gate has a box."""
    answers: dict[tuple[str, str], list[str]] = {}
    kinds: Counter[str] = Counter()
    for name, gate in gates.items():
        for title in gate.boxes:
            key = (gate.section or _ANYWHERE, title)
            if key not in answers:
                kinds[_kind(gate)] += 1
            answers.setdefault(key, []).append(f"{name} ({_how(gate)})")
    if not answers:
        return
    yield ""
    yield "boxes of the pull request"
    heading = ""
    for (section, title), names in answers.items():
        if section != heading:
            heading = section
            yield f"  {one_line(heading, 80)}"
        yield f"    {one_line(title, 60):<46} {', '.join(names)}"
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    yield f"  {len(answers)} boxes: {counts}"
    yield from _held_against(gates, root)


def _kind(gate: GatePolicy) -> str:
    if gate.tool:
        return "by tools"
    if gate.all_of:
        return "from other gates"
    if gate.after_merge:
        return "after the merge"
    return "of which one is ticked" if gate.one_of else "by people"


def _how(gate: GatePolicy) -> str:
    condition = ", if changed" if gate.when_changed else ""
    if gate.tool:
        return f"{gate.tool}{condition}"
    if gate.all_of:
        return f"follows from {len(gate.all_of)} gates"
    if gate.after_merge:
        return "after the merge"
    return f"{'exactly one' if gate.one_of else 'a person'}{condition}"


def _held_against(gates: Mapping[str, GatePolicy], root: Path) -> Iterator[str]:
    """What the project's own template has that no gate answers, and the reverse."""
    path = find_template(root)
    if path is None:
        return
    # Its parser is slow to import, and most projects have no template.
    from gatekeeper.commands.pull import read_body
    from gatekeeper.template.markdown import parse

    shown = path.relative_to(root)
    body = parse(read_body(path, "template"))
    asked = [
        (title, gate.section or "") for gate in gates.values() for title in gate.boxes
    ]
    loose = [
        box
        for box in body.boxes
        if not any(box.answers(title, section) for title, section in asked)
    ]
    lost = [
        title
        for title, section in asked
        if not any(box.answers(title, section) for box in body.boxes)
    ]
    for box in loose:
        yield f"  {shown}:{box.line}: no gate answers {one_line(box.title, 80)}"
    for title in dict.fromkeys(lost):
        yield f"  {shown}: has no box {one_line(title, 80)}"
    if not loose and not lost:
        yield f"  every box of {shown} is accounted for"
