"""From a policy and the gates that are wanted to the runs that have to be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.judge import Gate
from gatekeeper.model import Severity
from gatekeeper.performance.outcome import Limit
from gatekeeper.policy.options import CoverageOptions, PytestOptions, ToolOptions
from gatekeeper.policy.schema import GatePolicy, PolicyFile
from gatekeeper.project import layout
from gatekeeper.tools import ADAPTERS

_FINDINGS = frozenset({"findings", "failures", "untested"})


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of one tool, complete but for where it writes."""

    tool: str
    options: ToolOptions
    paths: tuple[str, ...]
    exclude: tuple[str, ...]
    timeout: float
    rules: tuple[str, ...]
    companions: Mapping[str, ToolOptions]

    @property
    def alone(self) -> bool:
        """Whether other tools would disturb it: it measures how fast something is."""
        return getattr(self.options, "run", None) is not None

    @property
    def environment(self) -> frozenset[str]:
        """Names of variables that the policy lets this run see."""
        shared = (self.options, *self.companions.values())
        return frozenset(name for options in shared for name in options.environment)


def plan(policy: PolicyFile, root: Path, gates: Iterable[str]) -> list[PlannedRun]:
    """The runs that the named gates need, each tool once, in the order of need."""
    wanted = [policy.gates[name] for name in gates]
    tools: list[str] = []
    for gate in wanted:
        if gate.tool is not None:
            tools += [t for t in (ADAPTERS[gate.tool].after, gate.tool) if t]
    return [_run(tool, policy, root, wanted) for tool in dict.fromkeys(tools)]


def gate_of(name: str, policy: GatePolicy, *, in_ci: bool) -> Gate:
    """A gate as the judge wants it, from a gate of the policy that has a tool."""
    adapter = ADAPTERS[policy.tool or ""]
    metric = policy.metric or adapter.main_metric
    return Gate(
        id=name,
        title=policy.title or adapter.title,
        tool=adapter.name,
        metric=metric,
        unit=adapter.metrics[metric],
        blocking=blocks(policy, in_ci=in_ci),
        minimum=policy.min,
        maximum=policy.max,
        rules=tuple(policy.rules),
        paths=tuple(policy.paths),
        severity=Severity(policy.severity) if policy.severity else None,
        ignore_unknown=policy.unknown == "ignore",
        counts_findings=metric in _FINDINGS,
        fix=adapter.fix,
        limit=_limit(policy, metric) if "direction" in adapter.selectors else None,
        select=tuple(policy.select),
    )


def _limit(policy: GatePolicy, metric: str) -> Limit:
    return Limit(
        metric=metric,
        minimum=policy.min,
        maximum=policy.max,
        both=policy.direction == "both",
        inconclusive=policy.inconclusive,
        select=tuple(policy.select),
    )


def blocks(policy: GatePolicy, *, in_ci: bool) -> bool:
    """Whether a gate decides here; `ci` decides only where CI is set."""
    return in_ci if policy.blocking == "ci" else policy.blocking


def _run(
    tool: str, policy: PolicyFile, root: Path, wanted: list[GatePolicy]
) -> PlannedRun:
    options = resolve(tool, policy, root)
    served = {tool, *_after(tool, wanted)}
    mine = [gate for gate in wanted if gate.tool in served]
    companions = _companions(tool, policy, root, wanted)
    return PlannedRun(
        tool=tool,
        options=options,
        paths=_paths(tool, policy, root, options),
        exclude=tuple(getattr(options, "exclude", ())),
        timeout=_timeout(options, companions, mine),
        rules=tuple(rule for gate in mine for rule in gate.rules),
        companions=companions,
    )


def resolve(tool: str, policy: PolicyFile, root: Path) -> ToolOptions:
    """The options of a tool with what the project's layout decides filled in."""
    options = policy.tools.options(tool)
    if isinstance(options, CoverageOptions):
        named = options.source or _source(policy, root)
        found = [layout.find_source(root, name) or name for name in named]
        return options.model_copy(update={"source": found})
    if isinstance(options, PytestOptions) and options.paths is None:
        paths = policy.tools.coverage.paths or _tests(policy, root)
        return options.model_copy(update={"paths": paths})
    return options


def _companions(
    tool: str, policy: PolicyFile, root: Path, wanted: list[GatePolicy]
) -> dict[str, ToolOptions]:
    """The options of tools that share a run: what measures while the tests run."""
    if ADAPTERS[tool].after == "pytest":
        return {"pytest": resolve("pytest", policy, root)}
    if tool != "pytest":
        return {}
    return {name: resolve(name, policy, root) for name in _after(tool, wanted)}


def _after(tool: str, wanted: list[GatePolicy]) -> list[str]:
    """The tools of these gates that build on the run of another."""
    asked = {gate.tool for gate in wanted}
    return [n for n in ADAPTERS if n in asked and ADAPTERS[n].after == tool]


def _paths(
    tool: str, policy: PolicyFile, root: Path, options: ToolOptions
) -> tuple[str, ...]:
    if isinstance(options, CoverageOptions):
        return tuple(options.source or ())
    if options.paths is not None:
        return tuple(options.paths)
    if tool == "flake8":
        return tuple(dict.fromkeys([*_source(policy, root), *_tests(policy, root)]))
    return tuple(_source(policy, root))


def _source(policy: PolicyFile, root: Path) -> list[str]:
    return layout.default_source(root) if policy.source is None else policy.source


def _tests(policy: PolicyFile, root: Path) -> list[str]:
    return layout.default_tests(root) if policy.tests is None else policy.tests


def _timeout(
    options: ToolOptions,
    companions: Mapping[str, ToolOptions],
    wanted: list[GatePolicy],
) -> float:
    """The shortest limit that anybody states, else the tool's default."""
    sections = (options, *companions.values())
    stated = [s.timeout for s in sections if "timeout" in s.model_fields_set]
    stated += [gate.timeout for gate in wanted if gate.timeout is not None]
    return min(stated, default=options.timeout)
