"""One run of `gatekeeper check`, told on a page: plan, runs, verdicts, report."""

from __future__ import annotations

import difflib
import shlex
import signal
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.engine.plan import PlannedRun, blocks, gate_of, plan
from gatekeeper.engine.process import Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.engine.schedule import Task, run_all
from gatekeeper.engine.workspace import Workspace
from gatekeeper.errors import Interrupted, UserError
from gatekeeper.judge import conclude, judge
from gatekeeper.model import (
    GateResult,
    GateStatus,
    PolicySource,
    Report,
    Run,
    RunStatus,
    Verdict,
)
from gatekeeper.policy.load import Policy
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.project.change import Change
from gatekeeper.pull_request import SKIPPED, PullRequest
from gatekeeper.tools import ADAPTERS

EXIT_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, beyond the policy. No gate named means all of them.

    `body` is the text of the pull request, where there is one; `bases` are names of
    what it is to be merged into, the first that git knows counts.
    """

    gates: tuple[str, ...] = ()
    skip: frozenset[str] = frozenset()
    jobs: int = 2
    fail_fast: bool = False
    in_ci: bool = False
    body: str | None = None
    bases: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class Watcher:
    """Is told what happens while tools run; this one does not care."""

    def planned(self, gates: Mapping[str, tuple[str, ...]]) -> None:
        """Tools about to run, each with the gates that it serves."""

    def started(self, tool: str) -> None:
        """A tool begins."""

    def finished(self, run: Run, results: Sequence[GateResult]) -> None:
        """A tool has ended, and its gates are judged."""


def check(policy: Policy, request: Request, watcher: Watcher) -> Report:
    """Run the tools that the gates need, and judge. UserError for bad requests."""
    started, clock = datetime.now(UTC), time.monotonic()
    chosen = _chosen(policy, request)
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        try:
            workspace = Workspace.open(
                policy, request.environment, Path(folder).resolve(), processes
            )
            pull = _pull_request(policy, request, workspace, chosen)
            skip = request.skip
            active = [n for n in chosen if n not in skip and pull.applies(n)]
            planned = plan(policy.content, policy.root, active)
            session = _Session(policy, request, workspace, planned, active, watcher)
            stopped = session.execute(processes, request.jobs)
        finally:
            processes.close()
    judged = {name: _result(name, session) for name in chosen}
    settled = pull.settle(judged, session.runs)
    results = tuple(settled.values())
    verdict = conclude(results)
    return Report(
        verdict=verdict,
        exit_code=128 + stopped if stopped else EXIT_CODES[verdict],
        started=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        duration_seconds=time.monotonic() - clock,
        policy=PolicySource(workspace.policy_path(), policy.sha256),
        revision=workspace.revision,
        gates=results,
        runs=tuple(session.runs[p.tool] for p in planned if p.tool in session.runs),
        interrupted=bool(stopped),
        changed=pull.change.files if pull.wants_changes else None,
        remarks=() if request.gates else tuple(pull.remarks(settled)),
    )


def _pull_request(
    policy: Policy, request: Request, workspace: Workspace, chosen: Sequence[str]
) -> PullRequest:
    gates = {name: policy.content.gates[name] for name in chosen}
    change = Change(None, problem="nobody asked")
    if any(gate.when_changed or gate.evidence for gate in gates.values()):
        change = workspace.change(request.bases)
    return PullRequest(gates, request.body, change, workspace.digest)


def _chosen(policy: Policy, request: Request) -> list[str]:
    known = list(policy.content.gates)
    mistakes = []
    for name in (*request.gates, *sorted(request.skip)):
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            )
            mistakes.append(f"no gate named {name}; {hint}")
    if mistakes:
        raise UserError(*mistakes)
    wanted = {*request.gates, *request.skip} if request.gates else set(known)
    while more := {n for g in wanted for n in policy.content.gates[g].all_of} - wanted:
        wanted |= more
    return [name for name in known if name in wanted]


class _Session:
    """The runs of one check and what came of them so far."""

    def __init__(
        self,
        policy: Policy,
        request: Request,
        workspace: Workspace,
        planned: Sequence[PlannedRun],
        active: Sequence[str],
        watcher: Watcher,
    ) -> None:
        self.policy, self.request, self.workspace = policy, request, workspace
        self.planned, self.active, self.watcher = planned, active, watcher
        self.runs: dict[str, Run] = {}
        self.reproduce: dict[str, str] = {}
        self.ended_by = ""

    def execute(self, processes: Processes, jobs: int) -> int:
        """Run everything; gives the number of the signal that ended it, or 0."""
        tasks = [self._task(run, processes) for run in self.planned]
        self.watcher.planned({t.tool: tuple(self._served(t.tool)) for t in tasks})
        try:
            for run in run_all(tasks, jobs, processes.cancel):
                self._note(run, processes)
        except Interrupted as interruption:
            number = interruption.signal_number
            self.ended_by = f"interrupted by {signal.Signals(number).name}"
            return number
        return 0

    def _task(self, run: PlannedRun, processes: Processes) -> Task:
        adapter = ADAPTERS[run.tool]

        def start(upstream: Run | None) -> Run:
            self.watcher.started(run.tool)
            job = self.workspace.job(run, upstream)
            self.reproduce[run.tool] = shlex.join(adapter.reproduce(job))
            return run_tool(adapter, job, processes)

        return Task(run.tool, start, adapter.after, alone=run.alone)

    def _note(self, run: Run, processes: Processes) -> None:
        self.runs[run.tool] = run
        results = [self.judge(name) for name in self._served(run.tool)]
        self.watcher.finished(run, results)
        for result in results:
            failed = result.blocking and result.status is GateStatus.FAILED
            if self.request.fail_fast and failed and not self.ended_by:
                self.ended_by = f"not run: --fail-fast, {result.id} failed"
                processes.cancel()

    def _served(self, tool: str) -> Iterable[str]:
        gates = self.policy.content.gates
        return (name for name in self.active if gates[name].tool == tool)

    def judge(self, name: str) -> GateResult:
        """The verdict on a gate whose tool has run."""
        gate = gate_of(name, self.policy.content.gates[name], in_ci=self.request.in_ci)
        run = self.runs[gate.tool]
        result = judge(gate, run, self.reproduce.get(gate.tool, ""))
        if result.status is GateStatus.ERROR and run.fix:
            result = replace(result, fix=run.fix)
        return result


def _result(name: str, session: _Session) -> GateResult:
    """The verdict as far as tools give one; a gate without a tool is pending."""
    gate = session.policy.content.gates[name]
    if name in session.request.skip:
        return _unjudged(name, gate, session, GateStatus.SKIPPED, SKIPPED)
    if gate.tool is None:
        reason = f"waits for a person: {gate.attest or ', '.join(gate.one_of)}"
        return _unjudged(name, gate, session, GateStatus.PENDING, reason)
    if gate.tool in session.runs and not _cut_short(session, gate.tool):
        return session.judge(name)
    fast = session.request.fail_fast and session.ended_by.startswith("not run")
    status = GateStatus.SKIPPED if fast else GateStatus.ERROR
    return _unjudged(name, gate, session, status, session.ended_by or "not run")


def _cut_short(session: _Session, tool: str) -> bool:
    """Whether the run was ended by us and so says nothing about the tool."""
    run = session.runs[tool]
    return bool(session.ended_by) and run.status is not RunStatus.COMPLETED


def _unjudged(
    name: str, gate: GatePolicy, session: _Session, status: GateStatus, reason: str
) -> GateResult:
    adapter = ADAPTERS.get(gate.tool or "")
    metric = (gate.metric or adapter.main_metric) if adapter else None
    return GateResult(
        id=name,
        title=gate.title or (adapter.title if adapter else gate.attest or name),
        status=status,
        blocking=blocks(gate, in_ci=session.request.in_ci),
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
