"""What a check would do, gate by gate, without doing it."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.decimals import plain
from gatekeeper.engine.plan import PlannedRun, blocks, gate_of, plan
from gatekeeper.engine.process import Processes
from gatekeeper.engine.workspace import Workspace
from gatekeeper.judge import by_hand
from gatekeeper.policy.load import Policy
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.base import ToolError

_FILES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Description:
    """One gate in words. `problem` says why its tool could not even be started."""

    id: str
    title: str
    tool: str | None
    condition: str
    decides: str
    reproduce: str
    commands: tuple[str, ...]
    fix: str
    problem: str


def describe(
    policy: Policy, gates: Sequence[str], environment: Mapping[str, str], *, in_ci: bool
) -> list[Description]:
    """Describe the gates named, in that order."""
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        private = Path(folder).resolve()
        workspace = Workspace.open(policy, environment, private, Processes())
        planned = {run.tool: run for run in plan(policy.content, policy.root, gates)}
        return [
            _describe(name, policy.content.gates[name], workspace, planned, in_ci=in_ci)
            for name in gates
        ]


def _describe(
    name: str,
    gate: GatePolicy,
    workspace: Workspace,
    planned: Mapping[str, PlannedRun],
    *,
    in_ci: bool,
) -> Description:
    adapter = ADAPTERS.get(gate.tool or "")
    commands: tuple[str, ...] = ()
    reproduce = problem = ""
    if adapter is not None:
        job = workspace.look(planned[adapter.name])
        made = gate_of(name, gate, in_ci=in_ci)
        reproduce = by_hand(made, shlex.join(adapter.reproduce(job)))
        try:
            if adapter.after is None:
                argvs = [command.argv for command in adapter.commands(job)]
                hidden = {str(workspace.folder): "$PRIVATE"}
                commands = tuple(_readable(argv, hidden) for argv in argvs)
        except ToolError as error:
            problem = str(error)
    return Description(
        id=name,
        title=gate.title or (adapter.title if adapter else gate.attest or name),
        tool=gate.tool,
        condition=condition(gate),
        decides=_decides(gate, in_ci=in_ci),
        reproduce=reproduce,
        commands=commands,
        fix=adapter.fix if adapter else "A person ticks the box when it is done.",
        problem=problem,
    )


def condition(gate: GatePolicy) -> str:
    """What must hold, as a sentence."""
    if gate.tool is None:
        return _without_tool(gate)
    metric = gate.metric or ADAPTERS[gate.tool].main_metric
    parts = [f"{gate.tool}: {metric}"]
    if gate.severity:
        parts.append(f"of severity {gate.severity} and above")
    if gate.rules:
        parts.append(f"of rules {', '.join(gate.rules)}")
    if gate.paths:
        parts.append(f"under {', '.join(gate.paths)}")
    if gate.select:
        parts.append(f"of {', '.join(gate.select)}")
    if gate.min is not None:
        parts.append(f"at least {plain(gate.min)}")
    if gate.max is not None:
        parts.append(f"at most {plain(gate.max)}")
    if gate.direction == "both":
        parts.append("either way")
    return " ".join(parts)


def _without_tool(gate: GatePolicy) -> str:
    if gate.all_of:
        return f"follows from {', '.join(gate.all_of)}"
    if gate.one_of:
        return f"exactly one is ticked of {', '.join(gate.one_of)}"
    if gate.evidence:
        return f"pasted output agrees with the run: {', '.join(gate.evidence)}"
    when = ", after the merge" if gate.after_merge else ""
    return f"a person confirms: {gate.attest}{when}"


def _decides(gate: GatePolicy, *, in_ci: bool) -> str:
    if gate.blocking == "ci":
        return f"decides only where CI is set: {'yes' if in_ci else 'no'} here"
    return "decides" if blocks(gate, in_ci=in_ci) else "is shown, does not decide"


def _readable(argv: Sequence[str], hidden: Mapping[str, str]) -> str:
    shown = list(argv[:_FILES_SHOWN])
    text = shlex.join(shown)
    for secret, name in hidden.items():
        text = text.replace(secret, name)
    left = len(argv) - len(shown)
    return f"{text} ... and {left} more arguments" if left else text
