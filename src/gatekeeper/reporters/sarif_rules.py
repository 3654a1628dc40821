"""The rules that a SARIF run describes: those that were broken, each with help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatekeeper.model import Finding, GateResult, Severity
from gatekeeper.reporters.places import web
from gatekeeper.reporters.text import literal

#: What is of unknown severity counts as critical, as in the policy.
LEVELS = {
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
    Severity.UNKNOWN: "error",
}
#: Within GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium.
_SCORES = {
    Severity.LOW: 2.0,
    Severity.MEDIUM: 5.5,
    Severity.HIGH: 8.0,
    Severity.CRITICAL: 9.5,
    Severity.UNKNOWN: 9.5,
}
_SECURITY = frozenset({"bandit", "safety", "pip-audit", "requirements"})
_HOMES = {
    "flake8": "https://flake8.pycqa.org/",
    "mypy": "https://mypy.readthedocs.io/en/stable/error_code_list.html",
    "bandit": "https://bandit.readthedocs.io/en/latest/plugins/",
    "safety": "https://docs.safetycli.com/",
    "pip-audit": "https://github.com/pypa/pip-audit",
    "pytest": "https://docs.pytest.org/",
    "coverage": "https://coverage.readthedocs.io/",
    "ruff": "https://docs.astral.sh/ruff/rules/",
}
_NAME, _DESCRIPTION = 255, 1024


def information(tool: str) -> str | None:
    """Where a tool has a documentation of its own."""
    return _HOMES.get(tool)


class Rules:
    """The rules of one tool, in the order in which results name them."""

    def __init__(self, tool: str, gates: Sequence[GateResult]) -> None:
        self._tool = tool
        self._fix = next((gate.fix for gate in gates if gate.fix), "")
        self._indexes: dict[str, int] = {}
        self._examples: list[Finding] = []

    def id(self, finding: Finding) -> str:
        """The name of a finding's rule."""
        return literal(finding.rule, _NAME) or "?"

    def index(self, finding: Finding) -> int:
        """Where the rule of a finding stands; a new one is added."""
        name = self.id(finding)
        index = self._indexes.setdefault(name, len(self._indexes))
        if index == len(self._examples):
            self._examples.append(finding)
        return index

    def described(self) -> list[dict[str, Any]]:
        """All of them with help, for a result page."""
        return [self._rule(*known) for known in self._indexes.items()]

    def _rule(self, name: str, index: int) -> dict[str, Any]:
        example = self._examples[index]  # the gravest, since it came first
        address = web(example.url) or information(self._tool)
        seen = literal(example.message, 500)
        help_ = f"{self._fix} " if self._fix else ""
        more = f"More about {name}: {address}" if address else f"Rule {name}."
        return {
            "id": name,
            "name": name,
            "shortDescription": {"text": f"{self._tool}: {name}"},
            "fullDescription": {
                "text": literal(
                    f"Rule {name} of {self._tool}, for example: {seen}", _DESCRIPTION
                )
            },
            "help": {"text": literal(f"{help_}{more}", _DESCRIPTION)},
            **({"helpUri": address} if address else {}),
            "defaultConfiguration": {"level": LEVELS[example.severity]},
            "properties": self._properties(_SCORES[example.severity]),
        }

    def _properties(self, score: float) -> dict[str, Any]:
        if self._tool not in _SECURITY:
            return {"tags": [self._tool]}
        return {
            "tags": ["security", self._tool],
            "precision": "high",
            "security-severity": f"{score:.1f}",
        }
