"""All gates of a policy, from the reports of parts and from what is known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gatekeeper.app import pending, pull_request, unjudged
from gatekeeper.engine.plan import blocks
from gatekeeper.engine.workspace import Workspace
from gatekeeper.model import GateResult, GateStatus, Run
from gatekeeper.parts.compare import GAP, Part, reported, rerun
from gatekeeper.parts.runs import restored
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.session import Request


@dataclass(frozen=True, slots=True)
class Settled:
    """All gates in order, with what only a policy and a checkout can tell."""

    gates: tuple[GateResult, ...]
    changed: tuple[str, ...] | None
    remarks: tuple[str, ...] = ()


def settle(parts: Sequence[Part], request: Request, workspace: Workspace) -> Settled:
    """The gates as `check` settles them, without a second look at what is settled."""
    gates = workspace.policy.content.gates
    anew = [name for name, gate in gates.items() if gate.tool is None]
    known = reported(parts, anew)
    runs = restored([part.report for part in parts], gates)
    before: dict[str, GateResult] = {}
    asked: dict[str, GatePolicy] = {}
    for name, gate in gates.items():
        result = known.get(name) or _unknown(name, gate, request)
        decides = result.blocking or blocks(gate, in_ci=request.in_ci)
        result = replace(result, blocking=decides)
        if lost := _not_to_be_compared(gate, gates, runs, request):
            result, gate = _lost(result, lost), _without(gate, evidence={})
        if gate.tool is not None:
            result, gate = _as_it_is(result, gate, request)
        before[name], asked[name] = result, gate
    pull = pull_request(asked, request, workspace)
    after = pull.settle(before, runs)
    for name, result in before.items():
        if result.boxes:
            after[name] = replace(after[name], boxes=result.boxes)
    return Settled(
        gates=tuple(after.values()),
        changed=pull.change.files if pull.wants_changes else None,
        remarks=tuple(pull.remarks(after)),
    )


def _unknown(name: str, gate: GatePolicy, request: Request) -> GateResult:
    if gate.tool is None:
        return pending(name, gate, in_ci=request.in_ci)
    gap = unjudged(name, gate, GateStatus.ERROR, GAP, in_ci=request.in_ci)
    return replace(gap, fix=rerun(name))


def _as_it_is(
    result: GateResult, gate: GatePolicy, request: Request
) -> tuple[GateResult, GatePolicy]:
    """The verdict of a tool with what is still to be asked of it.

    The part has decided whether it applies, and what its boxes say if it saw them.
    """
    seen = any(box.state is not None for box in result.boxes)
    if seen or request.body is None:
        return result, _without(gate, when_changed=[], box=None)
    return replace(result, boxes=()), _without(gate, when_changed=[])


def _without(gate: GatePolicy, **fields: object) -> GatePolicy:
    return gate.model_copy(update=fields)


def _not_to_be_compared(
    gate: GatePolicy,
    gates: Mapping[str, GatePolicy],
    runs: Mapping[str, Run],
    request: Request,
) -> list[str]:
    """The tools whose pasted output is asked for, and whose runs are not known here."""
    if request.body is None:
        return []
    used = {other.tool for other in gates.values()}
    wanted = dict.fromkeys(tool for tools in gate.evidence.values() for tool in tools)
    return [tool for tool in wanted if tool in used and tool not in runs]


def _lost(result: GateResult, tools: Sequence[str]) -> GateResult:
    names = ", ".join(tools)
    return replace(
        result,
        status=GateStatus.ERROR,
        reason=f"no report holds all that {names} found, to compare it with what is"
        " pasted",
        fix=f"Add a gate on {names} without `rules`, `paths` and `severity` that does"
        " not decide (`blocking: false`), or run all gates in one job.",
    )
