"""The shape of the section `tools` of gates.yaml: how each tool is run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gatekeeper.policy.values import (
    Files,
    Flag,
    Hours,
    Natural,
    Rule,
    Seconds,
    Section,
    Stated,
    Text,
    Texts,
    Variable,
    Words,
)

_CACHE_HOURS = "how long an answer about advisories may be reused; 0 is never"


class ToolOptions(Section):
    """Options that every tool has."""

    paths: Texts | None = Field(
        default=None, description="what to look at, below the root"
    )
    timeout: Seconds = Field(default=600, description="seconds until the tool is ended")
    args: Texts = Field(default=[], description="further arguments, passed as they are")
    environment: list[Variable] = Field(
        default=[],
        description="names of variables that this tool may see, secrets included",
    )
    cache: Flag | None = Field(
        default=None,
        description="whether an earlier result on the same input may be used;"
        " tests only if true",
    )


class Flake8Options(ToolOptions):
    """How flake8 is run."""

    max_line_length: Natural = 88
    max_complexity: Natural = 10
    ignore: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}\d{0,3}$")]] = []
    per_path: dict[Text, Texts] = Field(
        default={}, description="glob: rules not wanted there"
    )
    exclude: Texts = []
    config: Text | None = Field(
        default=None, description="a configuration file to adopt"
    )


class MypyOptions(ToolOptions):
    """How mypy is run."""

    strict: Flag = True
    config: Text | None = Field(
        default=None, description="a configuration file to adopt"
    )
    exclude: Texts = []


class BanditOptions(ToolOptions):
    """How bandit is run."""

    skip: list[Annotated[str, StringConstraints(pattern=r"^B\d{3}$")]] = []
    exclude: Texts = []


class SafetyOptions(ToolOptions):
    """How safety is run."""

    requirements: Texts = []
    database: Text = Field(
        default="online", description="`online`, or a folder with a database"
    )
    max_age: Annotated[float, Field(gt=0, strict=True)] | None = Field(
        default=None, description="days that a database in a folder may be old"
    )
    cache_hours: Hours = Field(default=1, description=_CACHE_HOURS)


class PipAuditOptions(ToolOptions):
    """How pip-audit is run."""

    requirements: Texts = []
    service: Text = Field(
        default="", description="`pypi`, `osv`, `esms`, or the URL of an OSV API"
    )
    cache_hours: Hours = Field(default=1, description=_CACHE_HOURS)


class PytestOptions(ToolOptions):
    """How pytest is run."""

    timeout: Seconds = 1800
    markers: Text | None = Field(
        default=None, description="an expression as for pytest -m"
    )
    workers: Natural | Literal["auto"] | None = Field(
        default=None, description="processes, through pytest-xdist"
    )
    exclude: Texts = []


class CoverageOptions(ToolOptions):
    """How coverage is measured."""

    source: Texts | None = Field(default=None, description="what is to be covered")
    branch: Flag = False
    config: Text | None = Field(
        default=None, description="a configuration file to adopt"
    )
    exclude: Texts = []


class RuffOptions(ToolOptions):
    """How ruff is run."""

    select: list[Rule] = Field(
        default=[],
        description="rules that are on beside those gates name; else E4, E7, E9, F",
    )
    ignore: list[Rule] = []
    exclude: Texts = []
    line_length: Annotated[int, Field(ge=1, le=320, strict=True)] = 88
    target_version: (
        Annotated[str, StringConstraints(pattern=r"^py3\d{1,2}$")] | None
    ) = Field(default=None, description="such as py311; default: the interpreter's")


class RequirementsOptions(ToolOptions):
    """Which requirements have to be locked."""

    requirements: Texts = []
    declarations: Texts = Field(
        default=[], description="files that say what is needed, as pyproject.toml"
    )
    hashes: Flag = Field(default=False, description="a hash is needed as well")
    exclude: Texts = []


class EnvironmentOptions(ToolOptions):
    """Where environment variables are documented."""

    documents: Texts = Field(
        default=[], description="files or patterns; default: .env.example, README, docs"
    )
    ignore: Texts = Field(default=[], description="names that need no documentation")
    computed: dict[Text, Texts] = Field(
        default={}, description="file: names that it reads and computes"
    )
    exclude: Texts = []


class RoutesOptions(ToolOptions):
    """Whose routes have to be tested."""

    exclude: Texts = Field(default=[], description="files whose routes need no test")


class MeasurementRun(Section):
    """How a performance measurement is started; commands are never given to a shell.

    A command says where its results go: to `{output}`, a file named for it, else to
    the file that `current` (or `baseline`) names, else to its standard output.
    `{python}` is the interpreter of the project.
    """

    command: Words = Field(description="measures the current service")
    baseline: Words | None = Field(
        default=None, description="measures the baseline, in turn with `command`"
    )
    times: Annotated[int, Field(ge=1, le=100, strict=True)] = Field(
        default=5, description="how often each is measured"
    )


class PerformanceOptions(ToolOptions):
    """What is compared, and when two measurements may be compared at all."""

    baseline: Files | None = Field(
        default=None, description="results of the baseline, one file or pattern a run"
    )
    current: Files | None = Field(default=None, description="results to be judged")
    run: MeasurementRun | None = None
    max_errors: Annotated[float, Field(ge=0, le=100, strict=True)] = Field(
        default=0, description="percent of failed requests that a side may have"
    )
    accept: list[Literal["connections", "duration", "hosts", "machines"]] = Field(
        default=[], description="differences between both sides that do not matter"
    )
    confidence: Annotated[float, Field(ge=50, le=99.9, strict=True)] = Field(
        default=95, description="of the intervals, in percent"
    )


class Tools(Section):
    """How each tool is run."""

    flake8: Stated[Flake8Options] = Field(default_factory=Flake8Options.model_construct)
    mypy: Stated[MypyOptions] = Field(default_factory=MypyOptions.model_construct)
    bandit: Stated[BanditOptions] = Field(default_factory=BanditOptions.model_construct)
    safety: Stated[SafetyOptions] = Field(default_factory=SafetyOptions.model_construct)
    pip_audit: Stated[PipAuditOptions] = Field(
        default_factory=PipAuditOptions.model_construct, alias="pip-audit"
    )
    pytest: Stated[PytestOptions] = Field(default_factory=PytestOptions.model_construct)
    coverage: Stated[CoverageOptions] = Field(
        default_factory=CoverageOptions.model_construct
    )
    ruff: Stated[RuffOptions] = Field(default_factory=RuffOptions.model_construct)
    requirements: Stated[RequirementsOptions] = Field(
        default_factory=RequirementsOptions.model_construct
    )
    environment: Stated[EnvironmentOptions] = Field(
        default_factory=EnvironmentOptions.model_construct
    )
    routes: Stated[RoutesOptions] = Field(default_factory=RoutesOptions.model_construct)
    performance: Stated[PerformanceOptions] = Field(
        default_factory=PerformanceOptions.model_construct
    )

    def options(self, tool: str) -> ToolOptions:
        """The section of one tool, by its name in gates.yaml."""
        section: ToolOptions = getattr(self, tool.replace("-", "_"))
        return section
