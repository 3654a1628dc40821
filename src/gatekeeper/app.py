"""One run of `gatekeeper check`, told on a page: plan, runs, verdicts, report."""

from __future__ import annotations

import difflib
import tempfile
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.cache.standing import Standing
from gatekeeper.engine.plan import blocks, plan
from gatekeeper.engine.process import Processes
from gatekeeper.engine.recall import Recall
from gatekeeper.engine.workspace import Workspace
from gatekeeper.errors import UserError
from gatekeeper.judge import conclude
from gatekeeper.model import (
    GateResult,
    GateStatus,
    PolicySource,
    Report,
    Revision,
    RunStatus,
    Verdict,
)
from gatekeeper.policy.load import Policy
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.project.change import Change
from gatekeeper.project.uncommitted import changes
from gatekeeper.pull_request import SKIPPED, PullRequest
from gatekeeper.session import Request, Session, Watcher
from gatekeeper.tools import ADAPTERS

EXIT_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Answer:
    """A report, and what has to stay as it is for it to hold; None if it may not."""

    report: Report
    standing: Standing | None


def check(policy: Policy, request: Request, watcher: Watcher) -> Answer:
    """Run the tools that the gates need, and judge. UserError for bad requests."""
    started, clock = datetime.now(UTC), time.monotonic()
    chosen = choose(policy, request.gates, request.skip)
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        try:
            workspace = Workspace.open(
                policy, request.environment, Path(folder).resolve(), processes
            )
            pull = pull_request(
                {n: policy.content.gates[n] for n in chosen}, request, workspace
            )
            skip, revision = request.skip, _revision(request, workspace)
            active = [n for n in chosen if n not in skip and pull.applies(n)]
            planned = plan(policy.content, policy.root, active)
            session = Session(policy, request, workspace, planned, active, watcher)
            recall = Recall(request.cache, workspace, request.outputs)
            stopped = session.execute(processes, recall)
            if stopped:
                recall.close()  # who interrupts does not want to wait
            else:
                recall.keep(session.runs, session.workers)
        finally:
            processes.close()
    judged = {name: _result(name, session) for name in chosen}
    settled = pull.settle(judged, session.runs)
    results = tuple(settled.values())
    verdict = conclude(results)
    report = Report(
        verdict=verdict,
        exit_code=128 + stopped if stopped else EXIT_CODES[verdict],
        started=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        duration_seconds=time.monotonic() - clock,
        policy=PolicySource(workspace.policy_path(), policy.sha256),
        revision=revision,
        gates=results,
        runs=tuple(session.runs[p.tool] for p in planned if p.tool in session.runs),
        interrupted=bool(stopped),
        declared=tuple(policy.content.gates),
        changed=pull.change.files if pull.wants_changes else None,
        remarks=(
            *recall.remarks(),
            *(() if request.gates else pull.remarks(settled)),
        ),
    )
    return Answer(report, None if pull.counts else recall.standing(session.runs))


def _revision(request: Request, workspace: Workspace) -> Revision:
    """The state of the checkout; parts are merged only if theirs is the same."""
    part, state = request.gates or request.skip, workspace.revision
    if not part or not state.dirty:
        return state
    return replace(state, changes=changes(workspace.git, workspace.policy.root))


def pull_request(
    gates: Mapping[str, GatePolicy], request: Request, workspace: Workspace
) -> PullRequest:
    """What the change and its pull request say about some gates."""
    change = Change(None, problem="nobody asked")
    if any(gate.when_changed or gate.evidence for gate in gates.values()):
        change = workspace.change(request.bases)
    return PullRequest(gates, request.body, change, workspace.digest)


def choose(policy: Policy, gates: Sequence[str], skip: Set[str]) -> list[str]:
    """The gates named with those that they follow from, or all. Raises UserError."""
    known = list(policy.content.gates)
    mistakes = []
    for name in (*gates, *sorted(skip)):
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            )
            mistakes.append(f"no gate named {name}; {hint}")
    if mistakes:
        raise UserError(*mistakes)
    wanted = {*gates, *skip} if gates else set(known)
    while more := {n for g in wanted for n in policy.content.gates[g].all_of} - wanted:
        wanted |= more
    return [name for name in known if name in wanted]


def _result(name: str, session: Session) -> GateResult:
    """The verdict as far as tools give one; a gate without a tool is pending."""
    gate, in_ci = session.policy.content.gates[name], session.request.in_ci
    if name in session.request.skip:
        return unjudged(name, gate, GateStatus.SKIPPED, SKIPPED, in_ci=in_ci)
    if gate.tool is None:
        return pending(name, gate, in_ci=in_ci)
    if gate.tool in session.runs and not _cut_short(session, gate.tool):
        return session.judge(name)
    fast = session.request.fail_fast and session.ended_by.startswith("not run")
    status = GateStatus.SKIPPED if fast else GateStatus.ERROR
    reason = session.ended_by or "not run"
    return unjudged(name, gate, status, reason, in_ci=in_ci)


def _cut_short(session: Session, tool: str) -> bool:
    """Whether the run was ended by us and so says nothing about the tool."""
    run = session.runs[tool]
    return bool(session.ended_by) and run.status is not RunStatus.COMPLETED


def pending(name: str, gate: GatePolicy, *, in_ci: bool) -> GateResult:
    """A gate that no tool decides, before anything is known of it."""
    reason = f"waits for a person: {gate.attest or ', '.join(gate.one_of)}"
    return unjudged(name, gate, GateStatus.PENDING, reason, in_ci=in_ci)


def unjudged(
    name: str, gate: GatePolicy, status: GateStatus, reason: str, *, in_ci: bool
) -> GateResult:
    """A gate with its condition, and why it was not judged."""
    adapter = ADAPTERS.get(gate.tool or "")
    metric = (gate.metric or adapter.main_metric) if adapter else None
    return GateResult(
        id=name,
        title=gate.title or (adapter.title if adapter else gate.attest or name),
        status=status,
        blocking=blocks(gate, in_ci=in_ci),
        tool=gate.tool,
        metric=metric,
        minimum=gate.min,
        maximum=gate.max,
        unit=adapter.metrics[metric] if adapter and metric else None,
        reason=reason,
        fix=adapter.fix if adapter else _advice(gate),
        evidence={heading: tuple(tools) for heading, tools in gate.evidence.items()},
    )


def _advice(gate: GatePolicy) -> str:
    if gate.all_of:
        return "Mend the gates that it follows from."
    if gate.evidence:
        return "Paste the output of this state: `gatekeeper summary --template FILE`."
    return "Tick the box when it is done."
