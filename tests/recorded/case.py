"""One case to record: a tiny project, and how a tool is let loose on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One run of one tool within a case."""

    tool: str
    options: Mapping[str, Any]
    paths: tuple[str, ...]
    companions: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """`alter` changes the command line that the adapter asks for, and `before` the
    project after the adapter has looked at it, right before the tool starts.
    `environment` is put on top of what gatekeeper gives the tool. `tests` are the
    options of the test run that coverage builds on.
    """

    name: str
    about: str
    files: Mapping[str, str | bytes]
    options: Mapping[str, Any] = field(default_factory=dict)
    tests: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    alter: Callable[[tuple[str, ...]], tuple[str, ...]] | None = None
    before: Callable[[Path], object] | None = None

    def steps(self) -> tuple[Step, ...]:
        """The runs that the case consists of."""
        tool = self.name.partition("/")[0]
        if tool == "pytest":
            return (Step(tool, self.options, ("tests",), {}),)
        if tool != "coverage":
            return (Step(tool, self.options, ("src",), {}),)
        options = {"source": ["src"], **self.options}
        return (
            Step("pytest", self.tests, ("tests",), {"coverage": options}),
            Step("coverage", options, ("src",), {"pytest": self.tests}),
        )
