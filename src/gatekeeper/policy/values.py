"""The kinds of values in gates.yaml, and what all of its sections have in common."""

from __future__ import annotations

import shlex
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


def listed(value: object) -> object:
    """One text is a list of one."""
    return [value] if isinstance(value, str) else value


def split(value: object) -> object:
    """A command in one line becomes its words, quotes as in a shell."""
    return shlex.split(value) if isinstance(value, str) else value


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False, strict=True)]
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False, strict=True)]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")
]
Texts = Annotated[list[Text], Field(max_length=1000)]
Files = Annotated[list[Text], BeforeValidator(listed), Field(min_length=1)]
Words = Annotated[list[Text], BeforeValidator(split), Field(min_length=1)]
Hours = Annotated[float, Field(ge=0, le=168, allow_inf_nan=False, strict=True)]
Natural = Annotated[int, Field(ge=0, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Level = Literal["low", "medium", "high", "critical", "unknown"]
Rule = Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]*$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Section(BaseModel):
    """A mapping whose keys are known. What checks it is built when it is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class _WhenStated:
    """Leaves a section to its own check, which is built for policies that state it.

    To build the checks of all sections takes longer than to read a usual policy.
    """

    def __get_pydantic_core_schema__(
        self, section: type[BaseModel], _: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(section.model_validate)

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        section = schema["function"]["function"].__self__
        section.model_rebuild()
        return handler(section.__pydantic_core_schema__)


_Section = TypeVar("_Section", bound=BaseModel)
Stated = Annotated[_Section, _WhenStated()]
