"""Who may keep a processor busy: so many processes at a time, the most urgent first."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count


class Slots:
    """As many slots as there shall be processes at a time.

    Who claims a slot stands in a queue by urgency from then on, also before waiting for
    it, so that it does not matter which thread is the first to get that far.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._open = True
        self._changed = threading.Condition()
        self._queue: list[Claim] = []
        self._numbers = count()

    def claim(self, urgency: float, size: int = 1) -> Claim:
        """Stand in the queue for `size` slots; the most urgent is served first."""
        claim = Claim(self, (-urgency, next(self._numbers)), size)
        with self._changed:
            bisect.insort(self._queue, claim, key=lambda c: c.place)
        return claim

    def close(self) -> None:
        """Let everybody through: what they start is refused elsewhere."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def wait(self, claim: Claim) -> None:
        """Wait until it is the claim's turn, and take its slots."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open or self._is_next(claim))
            self._queue.remove(claim)
            self._free -= claim.size
            self._changed.notify_all()

    def give_back(self, size: int) -> None:
        """Free slots for others."""
        with self._changed:
            self._free += size
            self._changed.notify_all()

    def drop(self, claim: Claim) -> None:
        """Leave the queue, if the claim is still in it."""
        with self._changed:
            if claim in self._queue:
                self._queue.remove(claim)
                self._changed.notify_all()

    def _is_next(self, claim: Claim) -> bool:
        return self._queue[0] is claim and self._free >= claim.size


class Claim:
    """A place in the queue for slots."""

    def __init__(self, slots: Slots, place: tuple[float, int], size: int) -> None:
        self.place, self.size = place, size
        self._slots = slots

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the slots and hold them for the time of the block."""
        self._slots.wait(self)
        try:
            yield
        finally:
            self._slots.give_back(self.size)

    def drop(self) -> None:
        """Leave the queue without having had a turn."""
        self._slots.drop(self)
