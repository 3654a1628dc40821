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
from gatekeeper.template.boxes import find
from gatekeeper.tools import ADAPTERS

EXIT_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.ERROR: 2}


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, beyond the policy. No gate named means all of them.

    `body` is the text of the pull request, where there is one.
    """

    gates: tuple[str, ...] = ()
    skip: frozenset[str] = frozenset()
    jobs: int = 2
    fail_fast: bool = False
    in_ci: bool = False
    body: str | None = None
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
    active = [name for name in chosen if name not in request.skip]
    processes = Processes()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        try:
            workspace = Workspace.open(
                policy, request.environment, Path(folder).resolve(), processes
            )
            planned = plan(policy.content, policy.root, active)
            session = _Session(policy, request, workspace, planned, active, watcher)
            stopped = session.execute(processes, request.jobs)
        finally:
            processes.close()
    results = tuple(_result(name, session, chosen) for name in chosen)
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
    )


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


def _result(name: str, session: _Session, chosen: Sequence[str]) -> GateResult:
    gate = session.policy.content.gates[name]
    if name in session.request.skip:
        return _unjudged(name, gate, session, GateStatus.SKIPPED, "skipped by --skip")
    if gate.tool is None:
        status, reason = _attested(gate, session.request.body)
        return _unjudged(name, gate, session, status, reason)
    if gate.tool in session.runs and not _cut_short(session, gate.tool):
        return session.judge(name)
    fast = session.request.fail_fast and session.ended_by.startswith("not run")
    status = GateStatus.SKIPPED if fast else GateStatus.ERROR
    return _unjudged(name, gate, session, status, session.ended_by or "not run")


def _attested(gate: GatePolicy, body: str | None) -> tuple[GateStatus, str]:
    """Whether a person has confirmed a gate; without a body nobody could."""
    title = gate.box or gate.attest or ""
    if body is None:
        return GateStatus.PENDING, f"waits for a person: {gate.attest}"
    box = find(body, title)
    if box is None:
        return GateStatus.FAILED, f"the pull request has no box titled {title!r}"
    if not box.ticked:
        return GateStatus.FAILED, f"the box at line {box.line} is open: {title}"
    return GateStatus.PASSED, f"confirmed by the box at line {box.line}"


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
        fix=adapter.fix if adapter else "Tick the box when it is done.",
    )
