"""What a pull request claims, held against what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.model import BoxResult, BoxState, GateResult, GateStatus
from gatekeeper.template.markdown import parse
from gatekeeper.template.reconcile import Asked, inapplicable, reconcile

STATE = "3f2a9c1d44e0"
OTHER = "000000000000"
PASSED, FAILED, ERROR = GateStatus.PASSED, GateStatus.FAILED, GateStatus.ERROR
SKIPPED, PENDING = GateStatus.SKIPPED, GateStatus.PENDING


def gate(status: GateStatus, reason: str = "as measured") -> GateResult:
    return GateResult("gate", "a gate", status, True, "flake8", reason=reason)


def measured(status: GateStatus, body: str | None, title: str = "Lint") -> GateResult:
    """A gate of a tool with a box."""
    parsed = None if body is None else parse(body)
    return reconcile(gate(status), Asked((title,), "Checks"), parsed)


def attested(body: str | None, *, signed: bool = False) -> GateResult:
    """A gate of a person."""
    asked = Asked(
        ("Approval",), "Review", person=True, signed=signed, digest=body and STATE or ""
    )
    return reconcile(
        gate(PENDING, "waits"), asked, None if body is None else parse(body)
    )


def group(body: str) -> GateResult:
    asked = Asked(("Feature", "Bug fix", "Refactoring"), "Kind", one_of=True)
    return reconcile(gate(PENDING, "waits"), asked, parse(body))


def states(result: GateResult) -> list[BoxState | None]:
    return [box.state for box in result.boxes]


@pytest.mark.parametrize(
    ("status", "mark", "after", "state"),
    [
        (PASSED, "x", PASSED, BoxState.AGREES),
        (PASSED, " ", PASSED, BoxState.UNDERSTATED),
        (FAILED, "x", FAILED, BoxState.CONTRADICTED),
        (FAILED, " ", FAILED, BoxState.OPEN),
        (ERROR, "X", ERROR, BoxState.CONTRADICTED),
        (ERROR, " ", ERROR, BoxState.OPEN),
        (SKIPPED, "x", SKIPPED, None),
        (SKIPPED, " ", SKIPPED, None),
        (PENDING, "x", PENDING, None),
    ],
)
def test_a_tick_never_changes_what_was_measured(
    status: GateStatus, mark: str, after: GateStatus, state: BoxState | None
) -> None:
    result = measured(status, f"\n## Checks\n- [{mark}] Lint: none\n")
    assert (result.status, states(result)) == (after, [state])
    (box,) = result.boxes
    assert (box.line, box.ticked, box.person) == (3, mark != " ", False)
    assert result.reason.startswith("as measured")


def test_a_tick_against_the_measurement_is_told_with_its_line() -> None:
    result = measured(FAILED, "# Checks\n\n- [x] Lint: none\n")
    assert result.reason == (
        "as measured; line 3 of the pull request is ticked all the same"
    )


def test_a_box_that_may_be_ticked_is_a_remark() -> None:
    result = measured(PASSED, "# Checks\n\n- [ ] Lint: none\n")
    assert result.reason == "as measured"
    assert result.notes == ("line 3 of the pull request may be ticked",)
    assert measured(PASSED, "# Checks\n- [x] Lint\n").notes == ()


def test_na_does_not_excuse_what_a_tool_measures() -> None:
    result = measured(FAILED, "# Checks\n- [ ] Lint: N/A: we have no code\n")
    assert (result.status, states(result)) == (FAILED, [BoxState.OPEN])
    assert result.notes == ("line 2 says N/A; it is measured all the same",)
    passed = measured(PASSED, "# Checks\n- [ ] Lint: N/A: we have no code\n")
    assert passed.status is PASSED


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Mended a typo.",
        "# Checks\n",
        "# Checks\n- [x] Linting: none\n",
        "# Others\n- [x] Lint: none\n",
        "- [x] Lint: none\n\n# Checks\n",
        "# Checks\n# Others\n- [x] Lint: none\n",
        "# Checks\n- Lint: none\n",
        "# Checks\n```\n- [x] Lint: none\n```\n",
        "# Checks\n<!--\n- [x] Lint: none\n-->\n",
        "# Checks\n- [x] <!-- Lint -->: none\n",
        "# Checks\n- [x] ~~Lint: none~~\n",
        "# Checks\n- [x] ~~Lint: none~~ not needed\n",
    ],
)
@pytest.mark.parametrize("status", [PASSED, FAILED, ERROR, SKIPPED])
def test_a_box_that_is_gone_fails_its_gate(body: str, status: GateStatus) -> None:
    result = measured(status, body)
    said = "the pull request has no box 'Lint' below 'Checks'"
    assert result.status is (status if status in (FAILED, ERROR) else FAILED)
    assert result.boxes == (BoxResult("Lint", "Checks", state=BoxState.MISSING),)
    wrong = status in (FAILED, ERROR)
    assert result.reason == (f"as measured; {said}" if wrong else said)


def test_without_a_section_a_box_may_stand_anywhere() -> None:
    found = parse("# A\n## B\n- [x] Lint\n")
    assert reconcile(gate(PASSED), Asked(("Lint",)), found).status is PASSED
    lost = reconcile(gate(PASSED), Asked(("Types",)), found)
    assert lost.reason == "the pull request has no box 'Types'"


def test_a_struck_box_leaves_the_word_to_another() -> None:
    text = "# Checks\n- [ ] ~~Lint: old~~\n- [x] Lint: new\n"
    result = measured(PASSED, text)
    assert (result.status, result.boxes[0].line) == (PASSED, 3)


def test_the_same_title_in_another_section_is_another_box() -> None:
    text = "# Checks\n- [ ] Lint: a\n# Others\n- [x] Lint: b\n"
    assert states(measured(FAILED, text)) == [BoxState.OPEN]


def test_a_box_that_stands_there_twice_alike_is_one() -> None:
    text = "# Checks\n- [x] Lint: a\n- [x] Lint: b\n"
    assert states(measured(PASSED, text)) == [BoxState.AGREES]
    text = "# Checks\n- [ ] Lint: a\n- [ ] Lint: b\n"
    assert states(measured(PASSED, text)) == [BoxState.UNDERSTATED]


def test_a_box_both_ticked_and_not_ticked_fails_its_gate() -> None:
    text = "# Checks\n- [ ] Lint: a\n- [x] Lint: b\n"
    result = measured(PASSED, text)
    assert result.status is FAILED
    assert result.reason == (
        "the box 'Lint' stands at lines 2, 3, ticked and not ticked"
    )
    by_person = attested("# Review\n- [x] Approval: a\n- [ ] Approval: b\n")
    assert by_person.status is FAILED


def test_several_gates_may_share_a_box() -> None:
    text = "# Checks\n- [x] Lint: none\n"
    good, bad = measured(PASSED, text), measured(FAILED, text)
    assert states(good) == [BoxState.AGREES]
    assert states(bad) == [BoxState.CONTRADICTED]


def test_a_gate_may_answer_several_boxes() -> None:
    asked = Asked(("Lint", "Types", "Docs"), "Checks")
    body = parse("# Checks\n- [x] Lint\n- [ ] Types\n")
    result = reconcile(gate(PASSED), asked, body)
    assert result.status is FAILED
    assert [(box.title, box.state) for box in result.boxes] == [
        ("Lint", BoxState.AGREES),
        ("Types", BoxState.UNDERSTATED),
        ("Docs", BoxState.MISSING),
    ]


@pytest.mark.parametrize("status", list(GateStatus))
def test_without_a_pull_request_nothing_changes(status: GateStatus) -> None:
    result = measured(status, None)
    assert result == replace(gate(status), boxes=(BoxResult("Lint", "Checks"),))


def test_without_a_pull_request_a_person_is_waited_for() -> None:
    result = attested(None)
    assert (result.status, result.reason) == (PENDING, "waits")
    assert result.boxes == (BoxResult("Approval", "Review", person=True),)


def test_the_tick_of_a_person_is_the_answer() -> None:
    result = attested("# Review\n- [x] Approval: by the team\n")
    assert (result.status, result.reason) == (PASSED, "confirmed at line 2")
    assert states(result) == [BoxState.AGREES]
    assert result.boxes[0].person


def test_an_open_box_of_a_person_fails() -> None:
    result = attested("# Review\n- [ ] Approval: by the team\n")
    assert result.status is FAILED
    assert states(result) == [BoxState.WAITING]
    assert result.reason == "the box at line 2 is open: Approval"


def test_a_box_of_a_person_that_is_gone_fails() -> None:
    result = attested("# Review\n")
    assert (result.status, states(result)) == (FAILED, [BoxState.MISSING])


@pytest.mark.parametrize("mark", [" ", "x"])
def test_not_applicable_with_a_reason(mark: str) -> None:
    text = f"# Review\n- [{mark}] Approval: by the team. N/A: a typo in the docs\n"
    result = attested(text)
    assert (result.status, states(result)) == (SKIPPED, [BoxState.NOT_APPLICABLE])
    assert result.reason == "not applicable, says line 2: a typo in the docs"


def test_what_has_to_be_signed_is_not_excused_without_a_signature() -> None:
    text = "# Review\n- [ ] Approval: by the team. N/A: a typo in the docs\n"
    assert attested(text, signed=True).status is FAILED


def test_what_covers_no_file_cannot_be_signed() -> None:
    text = "# Review\n- [x] Approval: by the team @alice 000000000000\n"
    asked = Asked(("Approval",), "Review", person=True, signed=True)
    result = reconcile(gate(PENDING, "waits"), asked, parse(text))
    assert result.reason == "what is to be signed covers no file of git"


def test_struck_through_and_not_applicable_with_a_reason() -> None:
    result = attested("# Review\n- [ ] ~~Approval~~ N/A: a typo in the docs\n")
    assert states(result) == [BoxState.NOT_APPLICABLE]


def test_not_applicable_without_a_reason_is_open() -> None:
    result = attested("# Review\n- [ ] Approval: by the team. N/A\n")
    assert (result.status, states(result)) == (FAILED, [BoxState.WAITING])
    assert result.reason == "line 2 says N/A and not why: Approval"


def test_a_reason_in_a_comment_is_none() -> None:
    result = attested("# Review\n- [ ] Approval: N/A: <!-- write why here -->\n")
    assert result.status is FAILED


@pytest.mark.parametrize("signed", [True, False])
def test_a_signature_for_this_state(signed: bool) -> None:
    text = f"# Review\n- [x] Approval: by the team @alice {STATE}\n"
    result = attested(text, signed=signed)
    assert (result.status, states(result)) == (PASSED, [BoxState.AGREES])
    assert result.reason == "confirmed by @alice at line 2"


@pytest.mark.parametrize("signed", [True, False])
def test_a_signature_for_another_state_is_stale(signed: bool) -> None:
    text = f"# Review\n- [x] Approval: by the team @alice {OTHER}\n"
    result = attested(text, signed=signed)
    assert (result.status, states(result)) == (FAILED, [BoxState.STALE])
    assert result.reason == (
        f"@alice signed line 2 for {OTHER}, and what it covers is {STATE} now"
    )


def test_a_newer_signature_stands_behind_the_old_one() -> None:
    text = f"# Review\n- [x] Approval: @alice {OTHER} @alice {STATE}\n"
    assert attested(text, signed=True).status is PASSED


@pytest.mark.parametrize(
    "behind", ["", " @alice", f" {STATE}", f" <!-- @a {STATE} -->"]
)
def test_where_a_signature_is_wanted_a_tick_is_not_enough(behind: str) -> None:
    result = attested(f"# Review\n- [x] Approval: a{behind}\n", signed=True)
    assert (result.status, states(result)) == (FAILED, [BoxState.WAITING])
    assert result.reason == f"line 2 lacks a signature such as @name {STATE}"


def test_a_tick_without_a_state_is_enough_where_nobody_has_to_sign() -> None:
    assert attested("# Review\n- [x] Approval: @alice\n").status is PASSED


def test_a_signature_does_not_tick_a_box() -> None:
    text = f"# Review\n- [ ] Approval: @alice {STATE}\n"
    result = attested(text, signed=True)
    assert (result.status, states(result)) == (FAILED, [BoxState.WAITING])
    assert result.reason.endswith(f"; sign it with @name {STATE}")


KINDS = "# Kind\n- [{}] Feature\n- [{}] Bug fix\n- [{}] Refactoring\n"


@pytest.mark.parametrize("place", range(3))
def test_one_of_a_group_is_ticked(place: int) -> None:
    marks = ["x" if number == place else " " for number in range(3)]
    result = group(KINDS.format(*marks))
    assert (result.status, states(result)) == (PASSED, [BoxState.AGREES] * 3)
    assert [box.ticked for box in result.boxes] == [mark == "x" for mark in marks]
    assert result.reason.startswith(f"line {place + 2}: ")
    assert all(box.person for box in result.boxes)


@pytest.mark.parametrize(
    ("marks", "said"), [("   ", "none"), ("x x", "2"), ("xx ", "2"), ("xxx", "3")]
)
def test_none_or_several_of_a_group(marks: str, said: str) -> None:
    result = group(KINDS.format(*marks))
    assert (result.status, states(result)) == (FAILED, [BoxState.WAITING] * 3)
    assert result.reason == (
        f"{said} of the boxes at lines 2 to 4 is ticked, exactly one has to be"
    )


def test_the_others_of_a_group_may_be_deleted() -> None:
    result = group("# Kind\n- [x] Bug fix\n")
    assert (result.status, len(result.boxes)) == (PASSED, 1)
    assert group("# Kind\n- [ ] Bug fix\n").status is FAILED


@pytest.mark.parametrize(
    "body", ["", "# Kind\n- [x] Chore\n", "# Other\n- [x] Feature\n"]
)
def test_a_group_that_is_gone_fails(body: str) -> None:
    result = group(body)
    assert (result.status, states(result)) == (FAILED, [BoxState.MISSING])
    assert "none of the boxes 'Feature', 'Bug fix', 'Refactoring'" in result.reason


def test_a_tick_in_a_second_copy_counts() -> None:
    twice = KINDS.format("x", " ", " ") + "- [x] Bug fix\n"
    assert group(twice).status is FAILED
    moved = KINDS.format(" ", " ", " ") + "- [x] Bug fix\n"
    assert group(moved).reason == "line 5: Bug fix"


@pytest.mark.parametrize(
    ("mark", "state"), [("x", BoxState.AGREES), (" ", BoxState.OPEN)]
)
def test_what_comes_after_the_merge_only_has_to_be_there(
    mark: str, state: BoxState
) -> None:
    asked = Asked(("Monitoring",), person=True, later=True)
    result = reconcile(gate(PENDING, "later"), asked, parse(f"- [{mark}] Monitoring\n"))
    assert (result.status, result.reason) == (PENDING, "later")
    assert (states(result), result.boxes[0].person) == ([state], True)
    lost = reconcile(gate(PENDING, "later"), asked, parse("text"))
    assert (lost.status, states(lost)) == (FAILED, [BoxState.MISSING])


@pytest.mark.parametrize("mark", ["x", " "])
def test_a_gate_that_does_not_apply_says_so_of_its_boxes(mark: str) -> None:
    asked = Asked(("Approval", "Scan"), "Review", person=True)
    skipped = gate(SKIPPED, "nothing was changed in src/auth")
    body = parse(f"- [x] Scan\n# Review\n- [{mark}] Approval: by the team\n")
    result = inapplicable(skipped, asked, body)
    assert result == replace(
        skipped,
        boxes=(
            BoxResult(
                "Approval", "Review", True, 3, mark == "x", BoxState.NOT_APPLICABLE
            ),
            BoxResult("Scan", "Review", True, None, None, BoxState.NOT_APPLICABLE),
        ),
    )
    without = inapplicable(skipped, asked, None)
    assert [box.state for box in without.boxes] == [None, None]
