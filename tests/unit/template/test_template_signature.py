"""Signatures behind a box, reasons why it is moot, and the state of files."""

from __future__ import annotations

import re
import time

import pytest

from gatekeeper.template.signature import Signature, digest, moot, signature

STATE = "3f2a9c1d44e0"
WHOLE = STATE + "0" * 52


@pytest.mark.parametrize(
    ("text", "name", "state"),
    [
        (f"**Approval**: required @alice {STATE}", "alice", STATE),
        (f"@alice {STATE}.", "alice", STATE),
        (f"@alice: {STATE}", "alice", STATE),
        (f"(@alice, {STATE})", "alice", STATE),
        (f"@alice ({STATE})", "alice", STATE),
        (f"@alice sha256:{WHOLE}", "alice", WHOLE),
        (f"@alice\n{STATE}", "alice", STATE),
        (f"**@alice** and @bob-2 {STATE}", "bob-2", STATE),
        (f"@group.name_x {STATE}", "group.name_x", STATE),
        (f"@alice {STATE} @bob", "alice", STATE),
        (f"@alice {STATE} @bob 000000000000", "bob", "000000000000"),
        ("@alice", "alice", ""),
        ("approved by @alice.", "alice", ""),
        ("@alice @bob", "bob", ""),
        (f"@alice approved {STATE}", "alice", ""),
        (f"@alice {STATE[:11]}", "alice", ""),
        (f"@alice {STATE.upper()}", "alice", ""),
        (f"@alice {STATE}g", "alice", ""),
        (f"@alice {WHOLE}0", "alice", ""),
    ],
)
def test_who_signed_for_which_state(text: str, name: str, state: str) -> None:
    assert signature(text) == Signature(name, state)


@pytest.mark.parametrize(
    "text",
    [
        "",
        STATE,
        f"alice {STATE}",
        f"alice@example.org {STATE}",
        "@",
        "a@@b",
        "@-",
        "/@a",
    ],
)
def test_what_is_no_signature(text: str) -> None:
    assert signature(text) is None


def test_a_signature_is_for_a_state_in_as_many_digits_as_it_gives() -> None:
    assert Signature("alice", STATE).is_for(STATE)
    assert Signature("alice", WHOLE).is_for(STATE)
    assert not Signature("alice", STATE).is_for("3f2a9c1d44e1")
    assert not Signature("alice", f"4{WHOLE[1:]}").is_for(STATE)


def test_nothing_is_no_state() -> None:
    assert not Signature("alice").is_for(STATE)
    assert not Signature("alice").is_for("")
    assert not Signature("alice", STATE).is_for("")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Cache Tests: Redis. N/A: this service has no cache",
            "this service has no cache",
        ),
        ("Cache Tests: n/a - there is no cache", "there is no cache"),
        ("Cache Tests: N/A -- there is no cache", "there is no cache"),
        ("Cache Tests: N/A \u2014 there is no cache", "there is no cache"),
        ("Cache Tests: N/A (there is no cache)", "there is no cache"),
        ("**Cache Tests**: *N/A, there is no cache*", "there is no cache"),
        ("~~Cache Tests~~ Not Applicable: there is\n  no cache", "there is no cache"),
        ("Cache Tests (or N/A: say why) N/A: there is no cache", "there is no cache"),
        ("Cache Tests: N/A: we do not use @redis", "we do not use @redis"),
    ],
)
def test_why_a_box_is_moot(text: str, reason: str) -> None:
    assert moot(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "Cache Tests: N/A",
        "N/A: no",
        "N/A: ...........",
        "N/A: - - x - -",
        "N/A-free all over",
        "N/A there is no cache",
        "N/A: **",
    ],
)
def test_moot_without_a_reason(text: str) -> None:
    assert moot(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Cache Tests: Redis",
        "Cache Tests: done, or N/A: say why",
        "Cache Tests: yes/no/N/A: say why",
        "Cache Tests: if not applicable, say why",
        "Cache Tests: marked as N/A: say why",
        "mynN/A: not a word of its own",
        "N/Answer: not a word of its own",
        "Updated if applicable: say why",
    ],
)
def test_what_does_not_say_that_it_is_moot(text: str) -> None:
    assert moot(text) is None


def test_hostile_text_costs_no_time() -> None:
    began = time.monotonic()
    for unit in ("@", "@a ", "@a:,( ", "@" + "a." * 200, " ", "N/A ", "N/A:", "N/A-"):
        text = unit * (300_000 // len(unit))
        signature(text)
        moot(text)
    assert time.monotonic() - began < 20


def test_a_state_is_that_of_names_and_contents() -> None:
    files = [("src/a.py", b"a"), ("src/b.py", b"b")]
    state = digest(files)
    assert re.fullmatch("[0-9a-f]{12}", state)
    assert digest(reversed(files)) == state
    others: list[list[tuple[str, bytes]]] = [
        files[:1],
        [("src/a.py", b"b"), ("src/b.py", b"a")],
        [("src/a.py", b"a"), ("src/c.py", b"b")],
        [("src/a.py", b"a"), ("src/b.py", b"")],
        [("src/a.pya", b""), ("src/b.py", b"b")],
        [("src/a.py", b"asrc/b.pyb")],
        [],
    ]
    assert state not in {digest(other) for other in others}


def test_a_state_is_the_same_everywhere() -> None:
    """People have signed for it, so it must not change with a version of ours."""
    assert digest([("src/a.py", b"a\n"), ("b\udcff", b"")]) == "35afa343a63b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("same. This is not N/A: we need it", None),
        ("same. ~~N/A: there is none~~", None),
        ("same. <del>N/A: there is none</del>", None),
        ("same. [](N/A: there is none)", None),
        ("same. **N/A**: there is none", "there is none"),
        ("write N/A if none. N/A: there is none", "there is none"),
        ("same. _N/A_ - there is none", "there is none"),
    ],
)
def test_reasons_as_readers_see_them(text: str, reason: str | None) -> None:
    assert moot(text) == reason


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("ok ~~@alice 0123456789ab~~", False),
        ("ok [](@alice 0123456789ab)", False),
        ("ok @alice `0123456789ab`", True),
        ("ok **@alice** 0123456789ab", True),
    ],
)
def test_signatures_as_readers_see_them(text: str, valid: bool) -> None:
    signed = signature(text)
    assert (signed is not None and signed.is_for("0123456789ab")) is valid
