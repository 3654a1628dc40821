"""The real command, and what it answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jsonschema

SCHEMA = json.loads(
    files("gatekeeper.schemas").joinpath("report.schema.json").read_text("utf-8")
)


@dataclass(frozen=True)
class Answer:
    """What the command said. `report` is checked against the published schema."""

    code: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout)
        jsonschema.validate(document, SCHEMA)
        return document

    def gate(self, name: str) -> dict[str, Any]:
        return next(gate for gate in self.report["gates"] if gate["id"] == name)

    @property
    def statuses(self) -> dict[str, str]:
        return {gate["id"]: gate["status"] for gate in self.report["gates"]}


def command(*arguments: str) -> list[str]:
    """The command line of the real program."""
    return [sys.executable, "-m", "gatekeeper", *arguments]


Gatekeeper = Callable[..., Answer]
