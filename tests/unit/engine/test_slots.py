"""Slots for processes: never more than there are, the most urgent first."""

from __future__ import annotations

import threading

from gatekeeper.engine.slots import Claim, Slots

LONG = 60


def test_the_most_urgent_is_served_first_whoever_comes_first() -> None:
    slots = Slots(1)
    order: list[str] = []
    late, early = slots.claim(5.0), slots.claim(9.0)
    with slots.claim(99.0).taken():
        threads = [
            threading.Thread(target=_note, args=(claim, order, name))
            for claim, name in ((late, "late"), (early, "early"))
        ]
        for thread in threads:
            thread.start()
        assert order == []
    for thread in threads:
        thread.join(LONG)
    assert order == ["early", "late"]


def test_a_claim_that_is_dropped_lets_others_through() -> None:
    slots = Slots(1)
    order: list[str] = []
    gone, here = slots.claim(9.0), slots.claim(1.0)
    thread = threading.Thread(target=_note, args=(here, order, "here"))
    thread.start()
    gone.drop()
    thread.join(LONG)
    assert order == ["here"]


def test_who_needs_several_waits_until_there_are_as_many() -> None:
    slots = Slots(3)
    order: list[str] = []
    small = slots.claim(5.0)
    with small.taken():
        large = threading.Thread(
            target=_note, args=(slots.claim(9.0, size=3), order, "large")
        )
        large.start()
        after = threading.Thread(target=_note, args=(slots.claim(1.0), order, "after"))
        after.start()
        assert order == []  # the small one behind does not overtake
    for thread in (large, after):
        thread.join(LONG)
    assert order == ["large", "after"]


def test_once_closed_everybody_goes_on() -> None:
    slots = Slots(0)
    order: list[str] = []
    thread = threading.Thread(target=_note, args=(slots.claim(1.0), order, "on"))
    thread.start()
    slots.close()
    thread.join(LONG)
    assert order == ["on"]


def _note(claim: Claim, order: list[str], name: str) -> None:
    with claim.taken():
        order.append(name)
