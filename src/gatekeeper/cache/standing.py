"""What has to stay as it is for a whole report to hold."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gatekeeper.cache.observation import Places, digest


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of everything that the runs of a report depend on.

    `interpreter` is what the policy says of it, which may come to mean another one.
    `state` is the digest of what was seen at the `places`, `surroundings` stands for
    the environment, of which `allowed` are the names that the policy lets through and
    `project` whether the project's own code sees it, `ignored` for what git leaves out.
    It holds from when it was `made` until `until`, times in seconds; for ever if None.
    """

    places: Places
    interpreter: str
    state: str
    allowed: tuple[str, ...]
    project: bool
    surroundings: str
    ignored: str
    made: float
    until: float | None

    def holds(self, state: str, surroundings: str, ignored: str) -> bool:
        """Whether everything is as it was, given what is seen now."""
        return (
            state == self.state
            and surroundings == self.surroundings
            and ignored == self.ignored
            and (self.until is None or self.made <= time.time() < self.until)
        )

    def packed(self) -> dict[str, Any]:
        """As plain values."""
        value = asdict(self)
        value["places"]["without"] = sorted(self.places.without)
        return value

    @classmethod
    def of(cls, value: Any) -> Standing:
        """From plain values. Raises ValueError, LookupError or TypeError."""
        places = {name: _frozen(part) for name, part in value["places"].items()}
        places["without"] = frozenset(places["without"])
        return cls(
            places=Places(**places),
            interpreter=value["interpreter"],
            state=value["state"],
            allowed=tuple(value["allowed"]),
            project=value["project"],
            surroundings=value["surroundings"],
            ignored=value["ignored"],
            made=value["made"],
            until=value["until"],
        )


def surroundings(environment: Mapping[str, str]) -> str:
    """Stands for the part of the environment that counts, and for who we are."""
    return digest(sorted(environment.items()), os.geteuid())


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
