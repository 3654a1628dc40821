"""What is noted of a program's way to read the environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gatekeeper.tools.environment_texts import UNKNOWN, Text

_Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Variable:
    """One reading of a variable.

    Any of `names` will do: another case, or the parts of one that is nested. A name may
    hold UNKNOWN where only its start is known.
    """

    names: tuple[str, ...]
    path: str
    line: int


@dataclass(slots=True)
class Noted:
    """Readings, places where the name is not known, and places where a library is given
    the whole environment. `tangled` are files in which the search was given up.
    """

    variables: list[Variable] = field(default_factory=list)
    computed: set[_Place] = field(default_factory=set)
    handed_on: set[_Place] = field(default_factory=set)
    tangled: set[str] = field(default_factory=set)

    def read(self, texts: Iterable[Text], end: str = "") -> None:
        """Note a reading of what any of the texts, with that end, names."""
        for text in texts:
            self.variable(text.value + end, text.path, text.line)

    def variable(self, name: str, path: str, line: int, *others: str) -> None:
        """Note a reading of one name; one without a known start bounds nothing."""
        start, unknown, _ = name.partition(UNKNOWN)
        if unknown and "_" not in start[1:]:
            self.computed.add((path, line))
        elif name:
            self.variables.append(Variable((name, *others), path, line))
