"""The shape of gates.yaml. The JSON Schema for editors is derived from it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from gatekeeper.policy.options import Tools
from gatekeeper.policy.values import (
    Flag,
    Level,
    Number,
    Seconds,
    Section,
    Text,
    Texts,
    listed,
)


class GatePolicy(Section):
    """One condition: a tool's measurement against `min` and/or `max`.

    Without a tool it waits for a person (`attest`, `one_of`), follows from other gates
    (`all_of`), or compares pasted output with the run (`evidence`).
    """

    tool: str | None = None
    attest: Text | None = Field(
        default=None, description="what a person has to confirm"
    )
    one_of: Texts = Field(
        default=[], description="boxes of which a person ticks exactly one"
    )
    all_of: list[str] = Field(default=[], description="gates that all have to hold")
    evidence: dict[Text, Texts] = Field(
        default={},
        description="heading of the template: tools whose output is pasted below it",
    )
    title: Text | None = None
    box: Text | None = Field(
        default=None, description="the template line that it answers"
    )
    section: Text | None = Field(
        default=None, description="beginning of a heading above that line"
    )
    when_changed: Texts = Field(
        default=[], description="paths; without a change there it does not apply"
    )
    after_merge: Flag = Field(
        default=False, description="nobody can answer it before the merge"
    )
    signed: Flag = Field(
        default=False, description="the box needs a name and the state signed for"
    )
    covers: Texts = Field(
        default=[], description="what is signed for; default: `when_changed`, or all"
    )
    blocking: Flag | Literal["ci"] = True
    metric: str | None = None
    min: Number | None = None
    max: Number | None = None
    rules: Texts = []
    paths: Texts = []
    severity: Level | None = None
    select: Annotated[list[Text], BeforeValidator(listed)] = Field(
        default=[], description="quantities and endpoints of a performance gate"
    )
    direction: Literal["worse", "both"] = Field(
        default="worse", description="which change a performance gate limits"
    )
    inconclusive: Literal["fail", "error", "pass"] = Field(
        default="fail", description="what noise that hides the answer does"
    )
    unknown: Literal["ignore", "critical"] = "critical"
    timeout: Seconds | None = None

    @property
    def boxes(self) -> tuple[str, ...]:
        """The boxes of the template that it answers, by their titles."""
        alone = self.box or self.attest
        return tuple(self.one_of) or ((alone,) if alone else ())


class PolicyFile(Section):
    """A whole gates.yaml."""

    version: Annotated[int, Field(ge=1, le=1, strict=True)]
    extends: Text | None = Field(
        default=None, description="a profile that this file adds to"
    )
    source: Texts | None = Field(default=None, description="first-party code")
    tests: Texts | None = Field(default=None, description="the tests")
    python: Text = Field(
        default="auto", description="interpreter that can import the project"
    )
    tools: Tools = Field(default_factory=Tools.model_construct)
    gates: Annotated[
        dict[
            Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][\w.-]*$")],
            GatePolicy,
        ],
        Field(min_length=1),
    ]
