"""Boxes, values and output put into a text that stays as it was besides."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from gatekeeper.model import BoxResult, GateResult, GateStatus
from gatekeeper.template.fill import LIMIT, Filling, fill
from gatekeeper.template.markdown import parse

PASSED, FAILED, ERROR = GateStatus.PASSED, GateStatus.FAILED, GateStatus.ERROR
SKIPPED, PENDING = GateStatus.SKIPPED, GateStatus.PENDING
START, END = " <!-- gatekeeper value -->", "<!-- /gatekeeper value -->"
OUT, OUT_END = "<!-- gatekeeper output -->", "<!-- /gatekeeper output -->"

TEMPLATE = """\
# A change

## Checks
<!-- all of them -->

- [ ] **Lint**: zero findings
- [x] **Types**: strict, or nothing  \n\
* [X] Tests
1. [ ] **Review**: by a person

## Results

### Output of the tests
<!-- paste it here -->
```
# Run: pytest
```

---

### Output of the analysers

## Notes

*The end.*
"""


def gate(
    name: str, status: GateStatus, *titles: str, section: str = "", person: bool = False
) -> GateResult:
    boxes = tuple(BoxResult(title, section, person) for title in titles)
    return GateResult(name, name, status, True, None, reason="x", boxes=boxes)


def said(result: GateResult) -> str:
    return f"{result.status} (≤ 0)"


GATES = (
    gate("lint", PASSED, "Lint"),
    gate("types", FAILED, "Types"),
    gate("tests", PASSED, "Tests"),
    gate("review", FAILED, "Review", person=True),
)
PASTED = {
    "Output of the tests": ["$ pytest", "3 passed in 0.01s"],
    "Output of the analysers": ["$ flake8", "a.py:1:1: E302 two blank lines"],
}


def filling(
    gates: Sequence[GateResult] = GATES, pasted: Mapping[str, Sequence[str]] = PASTED
) -> Filling:
    return Filling(gates, said, pasted)


def filled(text: str, what: Filling | None = None) -> str:
    """The text filled, of which holds what has to hold for every text."""
    what = what or filling()
    once = fill(text, what)
    assert fill(once, what) == once
    assert len(once) <= max(LIMIT, len(text) * 20)
    return once


def line(text: str, number: int) -> str:
    return parse(text).lines[number - 1]


def only(text: str, *gates: GateResult) -> str:
    """A text filled from gates alone."""
    return filled(text, filling(gates, {}))


def test_a_template_is_filled() -> None:
    assert filled(TEMPLATE) == TEMPLATE.replace(
        "- [ ] **Lint**: zero findings\n",
        f"- [x] **Lint**: zero findings{START}passed (≤ 0){END}\n",
    ).replace(
        "- [x] **Types**: strict, or nothing  \n",
        f"- [ ] **Types**: strict, or nothing  {START}failed (≤ 0){END}\n",
    ).replace("* [X] Tests\n", f"* [X] Tests{START}passed (≤ 0){END}\n").replace(
        "# Run: pytest\n```\n",
        "# Run: pytest\n```\n"
        f"\n{OUT}\n```text\n$ pytest\n3 passed in 0.01s\n```\n{OUT_END}\n",
    ).replace(
        "### Output of the analysers\n",
        "### Output of the analysers\n"
        f"\n{OUT}\n```text\n$ flake8\na.py:1:1: E302 two blank lines\n```\n{OUT_END}\n",
    )


def test_what_was_filled_has_the_same_boxes_and_sections() -> None:
    before, after = parse(TEMPLATE), parse(filled(TEMPLATE))
    assert [b.title for b in before.boxes] == [b.title for b in after.boxes]
    assert [s.heading for s in before.sections] == [s.heading for s in after.sections]
    assert [b.ticked for b in after.boxes] == [True, False, True, False]


@pytest.mark.parametrize(
    ("status", "mark", "after"),
    [
        (PASSED, " ", "x"),
        (PASSED, "x", "x"),
        (PASSED, "X", "X"),
        (FAILED, "x", " "),
        (FAILED, " ", " "),
        (ERROR, "X", " "),
        (SKIPPED, "x", "x"),
        (SKIPPED, " ", " "),
        (PENDING, "x", "x"),
    ],
)
def test_ticks_follow_the_verdict(status: GateStatus, mark: str, after: str) -> None:
    text = only(f"> - [{mark}] Lint", gate("lint", status, "Lint"))
    assert text == f"> - [{after}] Lint{START}{status} (≤ 0){END}"


@pytest.mark.parametrize(
    ("statuses", "after"),
    [
        ((PASSED, PASSED), "x"),
        ((PASSED, FAILED), " "),
        ((ERROR, PASSED), " "),
        ((FAILED, SKIPPED), " "),
        ((PASSED, SKIPPED), "X"),
        ((PASSED, PENDING), "X"),
    ],
)
def test_several_gates_have_to_pass_for_one_box(
    statuses: tuple[GateStatus, GateStatus], after: str
) -> None:
    one, other = statuses
    text = only("- [X] Lint: a", gate("a", one, "Lint"), gate("b", other, "Lint"))
    value = f"a {one} (≤ 0), b {other} (≤ 0)"
    assert text.lower() == f"- [{after.lower()}] lint: a{START}{value}{END}"


def test_boxes_of_people_are_left_alone() -> None:
    text = "- [x] Review: a\n- [ ] Approval: b\n"
    review = gate("review", FAILED, "Review", person=True)
    approval = gate("approval", PASSED, "Approval", person=True)
    assert only(text, review, approval) == text


def test_a_box_that_a_person_answers_too_is_not_ticked_by_a_tool() -> None:
    text = "- [ ] Review: a\n"
    by_person = gate("review", PENDING, "Review", person=True)
    by_tool = gate("lint", PASSED, "Review")
    assert only(text, by_tool, by_person) == text
    assert only(text, by_person, by_tool) == text


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] ~~Lint~~\n",
        "```\n- [ ] Lint\n```\n",
        "<!--\n- [ ] Lint\n-->\n",
        "- [ ] Linting\n",
        "- Lint\n",
        "",
    ],
)
def test_what_is_no_such_box_is_left_alone(text: str) -> None:
    assert only(text, gate("lint", PASSED, "Lint")) == text


def test_only_the_box_below_its_heading_is_ticked() -> None:
    text = "# A\n- [ ] Lint\n# B\n- [ ] Lint\n"
    made = only(text, gate("lint", PASSED, "Lint", section="B"))
    assert [box.ticked for box in parse(made).boxes] == [False, True]


def test_a_box_that_stands_there_twice_is_filled_twice() -> None:
    made = only("- [ ] Lint\n- [ ] Lint\n", gate("lint", PASSED, "Lint"))
    assert [box.ticked for box in parse(made).boxes] == [True, True]


def test_a_gate_that_asks_for_one_box_twice_says_it_once() -> None:
    made = only("- [ ] Lint: a", gate("lint", PASSED, "Lint", "lint"))
    assert made == f"- [x] Lint: a{START}passed (≤ 0){END}"


def test_a_box_of_two_lines_has_its_value_behind_the_first() -> None:
    made = only("- [ ] Lint: a\n  b\n", gate("lint", PASSED, "Lint"))
    assert made == f"- [x] Lint: a{START}passed (≤ 0){END}\n  b\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_and_what_is_added_has_the_same(end: str) -> None:
    text = TEMPLATE.replace("\n", end)
    assert filled(text) == filled(TEMPLATE).replace("\n", end)


@pytest.mark.parametrize(
    "text", ["# Out\ra\n", "# Out\na\r", "# Out\r\na\r\rb\r\n\r\n"]
)
def test_line_ends_of_several_kinds_do_not_run_together(text: str) -> None:
    what = filling([], {"Out": ["b"]})
    made = filled(text, what)
    assert filled(made, filling([], {})) == text
    assert [block.text for block in parse(made).blocks] == ["b\n"]


@pytest.mark.parametrize("last", ["", "\n", "\n\n\n", "\r\n", "  ", "\n  ", "\n\t\n"])
def test_an_end_of_every_kind(last: str) -> None:
    made = filled(f"# Out\n- [ ] Lint{last}", filling(GATES, {"Out": ["b"]}))
    assert filled(made, filling([], {})) in (
        f"# Out\n- [x] Lint{last}",
        f"# Out\n- [x] Lint{last}\n",
    )


def test_a_text_without_a_last_line_end_gets_one_where_output_follows() -> None:
    what = filling([], {"Out": ["b"]})
    assert filled("# Out", what) == f"# Out\n\n{OUT}\n```text\nb\n```\n{OUT_END}\n"
    assert filled("# Out\r\na", what).startswith(f"# Out\r\na\r\n\r\n{OUT}\r\n")
    assert filled("# Out\n\n\n", what).endswith(f"{OUT_END}\n\n\n")


def test_output_stands_before_a_rule_and_before_the_next_heading() -> None:
    what = filling([], {"Out": ["b"], "Next": ["c"]})
    text = "# Out\na\n\n---\n\nNext\n----\n### Third\n"
    assert filled(text, what) == (
        f"# Out\na\n\n{OUT}\n```text\nb\n```\n{OUT_END}\n\n---\n\n"
        f"Next\n----\n\n{OUT}\n```text\nc\n```\n{OUT_END}\n### Third\n"
    )


def test_a_rule_directly_below_stays_one() -> None:
    made = filled("# Out\n```\na\n```\n---\n# Next\n", filling([], {"Out": ["b"]}))
    headings = [section.heading for section in parse(made).sections]
    assert headings == ["Out", "Next"]


def test_a_heading_that_is_not_there_gets_nothing() -> None:
    what = filling([], {"Nowhere": ["a"], "Out": []})
    assert filled("# Out\n", what) == "# Out\n"


def test_two_headings_of_one_section_get_both() -> None:
    made = filled("# Output\n", filling([], {"Out": ["a"], "Output": ["b"]}))
    assert sorted(block.text for block in parse(made).blocks) == ["a\n", "b\n"]


@pytest.mark.parametrize("fence", ["```", "````", "``` ```", "`" * 40, "~~~", "    x"])
def test_output_cannot_close_its_fence(fence: str) -> None:
    what = filling([], {"Out": [fence, "- [x] Lint", "# Heading", fence]})
    body = parse(filled("# Out\n\n# Next\n", what))
    assert [block.text for block in body.blocks] == [
        f"{fence}\n- [x] Lint\n# Heading\n{fence}\n"
    ]
    assert (len(body.boxes), len(body.sections)) == (0, 2)


MARKS = (OUT, OUT_END, START, END, "-->", "<!--", f"{OUT}```text")


@pytest.mark.parametrize("mark", MARKS)
def test_output_with_our_own_marks_is_replaced_as_a_whole(mark: str) -> None:
    what = filling([], {"Out": ["a", mark, f" {mark} ", "b"]})
    made = filled("# Out\n\n# Next\n", what)
    assert filled(made, filling([], {})) == "# Out\n\n# Next\n"
    assert len(parse(made).blocks) == 1


@pytest.mark.parametrize("mark", [*MARKS, f"a{START}b", "a\nb\r\nc", "  "])
def test_values_with_our_own_marks_are_replaced_as_a_whole(mark: str) -> None:
    lint = gate("lint", PASSED, "Lint")
    what = Filling([lint], lambda _: f"a{mark}b{mark}", {})
    made = filled("- [ ] Lint\n- [ ] a\n", what)
    assert [box.title for box in parse(made).boxes] == ["Lint", "a"]
    assert filled(made, filling([], {})) == "- [x] Lint\n- [ ] a\n"


def test_a_value_that_says_nothing_is_left_out() -> None:
    assert fill("- [ ] Lint\n", Filling(GATES, lambda _: "", {})) == "- [x] Lint\n"


def test_a_run_with_other_gates_and_output_replaces_all_of_the_first() -> None:
    other = filling(
        [gate("style", FAILED, "Lint"), gate("tests", SKIPPED, "Tests")],
        {"Output of the tests": ["another"]},
    )
    assert filled(filled(TEMPLATE), other) == filled(
        TEMPLATE.replace("[x] **Types", "[ ] **Types"), other
    )
    gone = filled(filled(TEMPLATE), filling([], {}))
    ticks = {"[ ] **Lint": "[x] **Lint", "[x] **Types": "[ ] **Types"}
    text = TEMPLATE
    for old, new in ticks.items():
        text = text.replace(old, new)
    assert gone == text


def test_what_a_person_writes_behind_a_value_stays() -> None:
    made = filled("- [ ] Lint: a\n").replace("\n", " @alice N/A\n")
    assert filled(made) == f"- [x] Lint: a @alice N/A{START}passed (≤ 0){END}\n"


@pytest.mark.parametrize("lost", [START.strip(), END, "gatekeeper value -->"])
def test_a_value_that_was_half_deleted_stays_as_text(lost: str) -> None:
    damaged = filled("- [ ] Lint: a\n").replace(lost, "", 1)
    made = filled(damaged)
    assert made == f"{damaged.rstrip()}{START}passed (≤ 0){END}\n"


FENCED = "```text\n$ pytest\n3 passed in 0.01s\n```\n"


@pytest.mark.parametrize("lost", [f"{OUT}\n", f"{OUT_END}\n", "```text\n", "```\n"])
def test_output_that_was_half_deleted_stays_as_text(lost: str) -> None:
    what = filling([], {"Out": PASTED["Output of the tests"]})
    whole = filled("# Out\n", what)
    where = whole.rindex(lost) if lost == "```\n" else whole.index(lost)
    damaged = whole[:where] + whole[where + len(lost) :]
    made = filled(damaged, what)
    assert made.startswith(damaged)
    assert made.removeprefix(damaged) == f"\n{OUT}\n{FENCED}{OUT_END}\n"


def test_text_between_two_halves_of_our_marks_is_never_lost() -> None:
    what = filling([], {"Out": ["a"], "Next": ["b"]})
    whole = filled("# Out\n\n# Mine\n- [x] Types: kept\n\n# Next\n", what)
    first, second = whole.index(OUT_END), whole.rindex(OUT)
    damaged = whole[:first] + whole[first + len(OUT_END) : second]
    damaged += whole[second + len(OUT) :]
    assert "# Mine\n- [x] Types: kept\n" in filled(damaged, what)


def test_what_a_person_writes_into_our_output_goes_with_it() -> None:
    whole = filled(TEMPLATE)
    assert filled(whole.replace("3 passed", "4 passed\n\n5 passed")) == whole


@pytest.mark.parametrize("lines", [61, 1000])
def test_long_output_keeps_its_beginning_and_its_end(lines: int) -> None:
    output = ["$ pytest", *(f"line {n}" for n in range(lines)), "the end", "", ""]
    (block,) = parse(filled("# Out\n", filling([], {"Out": output}))).blocks
    shown = block.text.splitlines()
    assert (shown[0], shown[-1], len(shown)) == ("$ pytest", "the end", 61)
    assert shown[30] == f"[... {lines + 2 - 60} lines are left out ...]"


def test_the_closing_line_of_each_command_is_kept() -> None:
    long = [f"line {number}" for number in range(100)]
    output = ["$ pytest", *long, "3 passed", "", "$ coverage", *long, "TOTAL 90%", ""]
    (block,) = parse(filled("# Out\n", filling([], {"Out": output}))).blocks
    shown = block.text.splitlines()
    assert [line for line in shown if "line" not in line] == [
        *("$ pytest", "3 passed", "", "$ coverage", "TOTAL 90%")
    ]


def test_long_lines_are_cut() -> None:
    (block,) = parse(filled("# Out\n", filling([], {"Out": ["a" * 500]}))).blocks
    assert block.text == "a" * 160 + "…\n"


def test_the_text_stays_below_the_limit() -> None:
    output = {"Out": [f"line {number} {'a' * 150}" for number in range(1000)]}
    room = "b" * 60_000
    made = filled(f"# Out\n\n{room}\n", filling([], output))
    assert LIMIT - 4000 < len(made) <= LIMIT
    assert "lines are left out" in made


@pytest.mark.parametrize("length", [LIMIT, LIMIT - 40, LIMIT - 120, LIMIT - 200])
def test_ticks_fit_whatever_else_does_not(length: int) -> None:
    head = "# Out\n- [ ] Lint: "
    text = head + "a" * (length - len(head))
    made = filled(text, filling(GATES, {"Out": ["line"] * 9}))
    assert len(made) <= LIMIT
    assert made.startswith("# Out\n- [x] Lint: ")
    assert (START in made) is (length < LIMIT - 100)


def test_what_was_too_long_before_is_filled_all_the_same() -> None:
    text = f"# Out\n- [ ] Lint\n\n{'a' * LIMIT}\n"
    made = filled(text, filling(GATES, {"Out": ["b"] * 5}))
    assert f"- [x] Lint{START}" in made
    assert "[... 5 lines are left out ...]" in made


PIECES = (
    *(
        "- [ ] Lint",
        "* [x] Types: a",
        "1. [X] **Tests**",
        "  - [ ] Lint",
        "> - [x] Lint",
    ),
    *(
        "# Output",
        "## Output of the tests",
        "Output",
        "# A",
        "---",
        "===",
        "```",
        "~~~",
    ),
    *(OUT, OUT_END, START, END, f"\n{OUT}\n```text\n", f"\n```\n{OUT_END}\n", "<!--"),
    *(f"{START}a{END}", f"\n{OUT}\n```text\na\n```\n{OUT_END}\n", "-->", "````text"),
    *("\n", "\n", "\n", "\n\n", "\r\n", "\r", " ", "  ", "\t", "\u2028", "\x85", "\\"),
    *("text", "~~Lint~~", "[ ]", "`", "\x00", "🔄", "\ud800", "שלום", "<details>", ">"),
)


def test_any_text_can_be_filled_again_and_again() -> None:
    dice = random.Random(4)
    whats = [
        filling(),
        filling(GATES, {"Output": ["$ a", "```", OUT_END, "b"], "A": [OUT, "`````"]}),
        filling([gate("lint", PASSED, "Lint"), gate("b", FAILED, "Lint")], {}),
    ]
    ticked = pasted = 0
    for _ in range(2500):
        text = "".join(dice.choices(PIECES, k=dice.randrange(1, 40)))
        what = dice.choice(whats)
        made = filled(text, what)
        filled(fill(made, dice.choice(whats)), what)
        ticked += START in made
        pasted += OUT in made
    assert min(ticked, pasted) > 400


def test_nothing_else_is_changed_in_any_text() -> None:
    """What is added is taken away by counting, not by the patterns of `fill`."""
    dice = random.Random(5)
    ours = {OUT, OUT_END, START, END}
    pieces = [piece for piece in PIECES if not any(mark in piece for mark in ours)]
    changed = 0
    for _ in range(2000):
        text = "".join(dice.choices(pieces, k=dice.randrange(1, 40)))
        made = filled(text, filling(GATES, {"Output": ["pasted"]}))
        bare = re.sub(rf"{START}.*?{END}", "", made)
        added = rf"(\r\n|\n|\r){OUT}\1```text\1pasted\1```\1{OUT_END}\1"
        bare = re.sub(added, "", bare)
        assert len(bare) - len(text) in (0, len(bare) - len(bare.rstrip("\r\n")))
        differing = {(a, b) for a, b in zip(text, bare, strict=False) if a != b}
        assert differing <= {(" ", "x"), ("x", " "), ("X", " ")}
        changed += made != text
    assert changed > 400


def test_marks_without_end_cost_no_time() -> None:
    began = time.monotonic()
    for unit in (START, OUT, f"\n{OUT}\n```text\n", f"\n{OUT}\n{'`' * 500}", "`" * 500):
        filled("# Out\n" + unit * (100_000 // len(unit)), filling([], {"Out": ["a"]}))
    nested = START * 3000 + END * 3000
    fill(f"- [ ] Lint{nested}", replace(filling(), pasted={}))
    assert time.monotonic() - began < 30


def test_a_heading_right_behind_a_block_of_ours_stays_a_heading() -> None:
    block = "<!-- gatekeeper output -->\n```text\nx\n```\n<!-- /gatekeeper output -->\n"
    filled = fill(f"## Static\n{block}## Files\n", Filling((), lambda gate: "", {}))
    assert filled == "## Static\n## Files\n"
