"""One verdict from the reports of parts. No tool is started."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gatekeeper import __version__
from gatekeeper.app import EXIT_CODES
from gatekeeper.engine.process import Processes
from gatekeeper.engine.workspace import Workspace
from gatekeeper.errors import UserError
from gatekeeper.judge import conclude
from gatekeeper.model import GateResult, GateStatus, Report, Verdict
from gatekeeper.parts.compare import (
    GAP,
    Part,
    mistakes,
    remarks,
    reported,
    rerun,
)
from gatekeeper.parts.settle import Settled, settle
from gatekeeper.policy.load import Policy
from gatekeeper.project.uncommitted import UNKNOWN, changes
from gatekeeper.session import Request


def merge(parts: Sequence[Part], policy: Policy | None, request: Request) -> Report:
    """One report from those of parts. Raises UserError where they are not of one check.

    Without a policy, the gates that the parts know of are all that there are.
    """
    anew = () if policy is None else _without_tool(policy)
    if wrong := list(mistakes(parts, anew)):
        raise UserError(*wrong)
    if policy is None:
        return _united(parts, _by_themselves(parts))
    for part in parts:
        _must_be_theirs(policy, part)
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        try:
            workspace = Workspace.open(
                policy, request.environment, Path(folder).resolve(), processes
            )
            _must_be_here(parts, workspace)
            return _united(parts, settle(parts, request, workspace))
        finally:
            processes.close()


def _united(parts: Sequence[Part], settled: Settled) -> Report:
    first, verdict = parts[0].report, conclude(settled.gates)
    interrupted = any(part.report.interrupted for part in parts)
    if interrupted and verdict is Verdict.PASSED:
        verdict = Verdict.ERROR
    said = [*remarks(parts, __version__), *settled.remarks]
    said += [remark for part in parts for remark in part.report.remarks]
    dirty = first.revision.dirty or any(p.report.revision.dirty for p in parts)
    git = first.revision.dirty is not None
    return Report(
        verdict=verdict,
        exit_code=EXIT_CODES[verdict],
        started=min(part.report.started for part in parts),
        duration_seconds=max(part.report.duration_seconds for part in parts),
        policy=first.policy,
        revision=replace(first.revision, dirty=dirty if git else None),
        gates=settled.gates,
        runs=tuple(run for part in parts for run in part.report.runs),
        interrupted=interrupted,
        changed=settled.changed,
        remarks=tuple(dict.fromkeys(said)),
        declared=tuple(gate.id for gate in settled.gates),
    )


def _without_tool(policy: Policy) -> list[str]:
    return [name for name, gate in policy.content.gates.items() if gate.tool is None]


def _by_themselves(parts: Sequence[Part]) -> Settled:
    declared = parts[0].report.declared
    if not declared:
        raise UserError(
            "the reports do not say which gates there are, so nobody knows whether any"
            " is missing; merge them where gates.yaml is, or name it with -c"
        )
    found = reported(parts, ())
    changed = next((c for p in parts if (c := p.report.changed) is not None), None)
    gates = (found.get(name) or _unknown(name) for name in declared)
    said = "no gates.yaml was found here: gates and limits are what the parts say"
    return Settled(tuple(gates), changed, (said,))


def _unknown(name: str) -> GateResult:
    fix = f"{rerun(name)} Where gates.yaml is, a gate without a tool needs no report."
    return GateResult(
        name, name, GateStatus.ERROR, blocking=True, tool=None, reason=GAP, fix=fix
    )


def _must_be_theirs(policy: Policy, part: Part) -> None:
    """Raises UserError where the policy here is not that of a part."""
    shown, report = policy.path or "the built-in one", part.report
    if policy.sha256 != report.policy.sha256:
        raise UserError(
            f"the parts were made with another gates.yaml than the one here ({shown});"
            " merge them where theirs is, or make them again"
        )
    known = set(report.declared or policy.content.gates)
    if known.union(gate.id for gate in report.gates) != set(policy.content.gates):
        raise UserError(
            f"the parts know other gates than {shown} has here; make them and merge"
            " them with one version of gatekeeper"
        )
    for gate in report.gates:
        ours = policy.content.gates[gate.id]
        if gate.tool != ours.tool:
            raise UserError(
                f"{part.name}: says {gate.tool} decides {gate.id}, and {shown} says"
                f" {ours.tool}; it was edited or is damaged"
            )
        limits = (gate.minimum, gate.maximum)
        if gate.tool is not None and limits != (ours.min, ours.max):
            raise UserError(
                f"{part.name}: has another limit for {gate.id} than {shown}; it was"
                " edited or is damaged"
            )


def _must_be_here(parts: Sequence[Part], workspace: Workspace) -> None:
    """Raises UserError where the checkout here is not in the state of the parts.

    Without any changes it may be: what jobs generate is missing where none of them ran.
    """
    here, theirs = workspace.revision, parts[0].report.revision
    where = f"this checkout ({workspace.policy.root})"
    if here.dirty is None:
        return
    if here.commit != theirs.commit:
        raise UserError(
            f"the parts are of commit {theirs.commit}, and {where} is at {here.commit};"
            " check out theirs"
        )
    exact = any(len(p.report.gates) < len(p.report.declared) for p in parts)
    changed = changes(workspace.git, workspace.policy.root) if exact else None
    if changed == UNKNOWN or changed not in (None, theirs.changes):
        raise UserError(
            f"{where} has uncommitted changes that the parts did not see; commit or"
            " undo them, or make the parts again"
        )
