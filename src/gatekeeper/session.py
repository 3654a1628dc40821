"""The runs of one check: looked up or made, each judged as soon as it is there."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from gatekeeper.engine.plan import PlannedRun, gate_of
from gatekeeper.engine.process import Processes
from gatekeeper.engine.recall import Recall
from gatekeeper.engine.runner import run_tool
from gatekeeper.engine.schedule import Task, Turns, run_all
from gatekeeper.engine.workspace import Workspace
from gatekeeper.errors import Interrupted
from gatekeeper.judge import judge
from gatekeeper.model import GateResult, GateStatus, Run, RunStatus
from gatekeeper.policy.load import Policy
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.portions import pieces

_SET_UP = (
    "Mend what keeps it from being measured, and run again; `gatekeeper doctor` looks"
    " at the set-up."
)


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, beyond the policy. No gate named means all of them.

    `body` is the text of the pull request, where there is one; `bases` are names of
    what it is to be merged into, the first that git knows counts. `cache` is the
    folder for results of earlier runs, None where there shall be none; `outputs` are
    files that reports will be written to.
    """

    gates: tuple[str, ...] = ()
    skip: frozenset[str] = frozenset()
    jobs: int = 2
    fail_fast: bool = False
    in_ci: bool = False
    body: str | None = None
    bases: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    cache: Path | None = None
    outputs: tuple[Path, ...] = ()


class Watcher:
    """Is told what happens while tools run; this one does not care."""

    def planned(self, gates: Mapping[str, tuple[str, ...]]) -> None:
        """Tools about to run, each with the gates that it serves."""

    def started(self, tool: str) -> None:
        """A process of a tool begins, the first one or another."""

    def finished(self, run: Run, results: Sequence[GateResult]) -> None:
        """A tool has ended, and its gates are judged."""


class Session:
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
        self.workers: dict[str, int] = {}
        self.ended_by = ""

    def execute(self, processes: Processes, recall: Recall) -> int:
        """Run everything; gives the number of the signal that ended it, or 0."""
        self.watcher.planned(
            {p.tool: tuple(self._served(p.tool)) for p in self.planned}
        )
        try:
            workers = self.request.jobs
            jobs = {p.tool: self.workspace.job(p, workers) for p in self.planned}
            for tool, job in jobs.items():
                self.reproduce[tool] = shlex.join(ADAPTERS[tool].reproduce(job))
            recall.look(jobs)
            for run in recall.hits():
                self._note(run, processes)
            tasks = [
                self._task(planned, recall, processes)
                for planned in self.planned
                if planned.tool not in self.runs
            ]
            for run in run_all(
                tasks, self.request.jobs, processes.cancel, lambda: bool(self.ended_by)
            ):
                self._note(recall.completed(run), processes)
        except Interrupted as interruption:
            number = interruption.signal_number
            self.ended_by = f"interrupted by {signal.Signals(number).name}"
            return number
        return 0

    def _task(self, planned: PlannedRun, recall: Recall, processes: Processes) -> Task:
        adapter, lookup = ADAPTERS[planned.tool], recall.lookups[planned.tool]

        @contextmanager
        def turn(turns: Turns) -> Iterator[None]:
            with turns.next():
                self.watcher.started(planned.tool)
                yield

        def start(upstream: Run | None, turns: Turns) -> Run:
            job = self.workspace.after(lookup.job, upstream)
            self.workers[planned.tool] = turns.workers
            if adapter.divisible(job.options):
                job = replace(job, workers=turns.workers)
            run = run_tool(adapter, job, processes, partial(turn, turns))
            if job.kept is None or not _is_cut_short(run):
                return run
            # Where it stops depends on what it knew before, so it begins afresh.
            lookup.begin_afresh()
            job = replace(job, kept=None)
            return run_tool(adapter, job, processes, partial(turn, turns))

        return Task(
            planned.tool,
            start,
            adapter.after,
            alone=planned.alone,
            seconds=recall.expected(planned.tool),
            pieces=pieces(lookup.job) if adapter.concurrent else 1,
            divisible=adapter.divisible(lookup.job.options),
            processes=adapter.interpreter != "none",
        )

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
        if result.status is not GateStatus.ERROR:
            return result
        if run.fix:
            return replace(result, fix=run.fix)
        # What mends the code does not mend what kept it from being measured.
        return replace(result, fix=_SET_UP) if result.fix == gate.fix else result


def _is_cut_short(run: Run) -> bool:
    """Whether a tool stopped before it had examined everything."""
    if run.measurement is None:
        return run.status in (RunStatus.CRASHED, RunStatus.UNREADABLE)
    return bool(run.measurement.gaps)
