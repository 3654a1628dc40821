"""Runs one tool through its adapter. A broken tool is a result, not an exception."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from traceback import format_exc

from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.model import Measurement, Run, RunStatus
from gatekeeper.probe.bootstrap import ABSENT
from gatekeeper.project import settings
from gatekeeper.tools.base import Adapter, Job, ToolError


def run_tool(adapter: Adapter, job: Job, processes: Processes) -> Run:
    """Start what the adapter says, one after the other, and read what came back."""
    started = time.monotonic()
    outcomes: list[Outcome] = []
    commands: tuple[Command, ...] = ()
    surprise = ""
    status, reason, fix, measurement = RunStatus.COMPLETED, "", "", None
    try:
        commands = adapter.commands(job)
        for command in commands:
            outcomes.append(processes.run(command))
            _must_carry_result(adapter, job, outcomes[-1])
        measurement = _with_settings(adapter.parse(job, outcomes), job)
    except ToolError as error:
        status, reason, fix = error.status, str(error), error.fix
    except OSError as error:
        status, reason = RunStatus.UNREADABLE, f"{adapter.name}: {error}"
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Our own mistake, which must neither end the other tools nor go unseen.
        status = RunStatus.UNREADABLE
        reason = f"gatekeeper does not understand what {adapter.name} said: {error!r}"
        fix, surprise = "please report this with the lines of stderr_tail", format_exc()
    own = measurement.version if measurement else None
    return Run(
        tool=adapter.name,
        status=status,
        command=commands[0].argv if commands else (),
        version=adapter.installed_version() or own,
        exit_code=_worst(outcomes),
        duration_seconds=time.monotonic() - started,
        stderr_tail=surprise or (outcomes[-1].stderr_tail if outcomes else ""),
        reason=reason,
        fix=fix,
        measurement=measurement,
    )


def _with_settings(measured: Measurement, job: Job) -> Measurement:
    """What the repository's own settings of the tool mean for the result."""
    adopted = getattr(job.options, "config", None)
    return replace(
        measured,
        gaps=(*measured.gaps, *settings.broken(job.root, job.tool, adopted)),
        notes=(
            *measured.notes,
            *settings.unused(job.root, job.tool, adopted),
            *(settings.loosened(job.root, job.tool, adopted) if adopted else ()),
        ),
    )


def _worst(outcomes: Sequence[Outcome]) -> int | None:
    codes = [outcome.exit_code for outcome in outcomes]
    return next((code for code in codes if code), codes[-1] if codes else None)


def _must_carry_result(adapter: Adapter, job: Job, outcome: Outcome) -> None:
    """Raise unless the process ended in a way that can carry a result."""
    name, code = adapter.name, outcome.exit_code
    if outcome.cancelled:
        raise ToolError(f"{name} was ended before it was done", RunStatus.CRASHED)
    if outcome.timed_out:
        limit = outcome.command.timeout
        raise ToolError(
            f"{name} was ended after {limit:g} s, its time limit",
            RunStatus.TIMED_OUT,
            fix=f"find out what it waits for, or raise `timeout` under tools.{name}",
        )
    if outcome.flooded:
        raise ToolError(f"{name} printed more than 512 MB and was ended")
    if outcome.start_error or code == ABSENT:
        raise _missing(adapter, job, outcome)
    if code is None or code < 0:
        raise ToolError(f"{name} was killed by {_signal(code)}", RunStatus.CRASHED)
    if code not in adapter.verdict_codes:
        meaning = adapter.exit_meanings.get(code) or _last_words(outcome)
        raise ToolError(f"{name} ended with {code}: {meaning}", RunStatus.CRASHED)


def _missing(adapter: Adapter, job: Job, outcome: Outcome) -> ToolError:
    python = (
        job.python if adapter.interpreter == "project" else "gatekeeper's own python"
    )
    needed = {adapter.name, *(job.companions.keys() - {"routes"})}
    detail = outcome.start_error or outcome.stderr_tail.strip()
    return ToolError(
        f"{adapter.name} is missing: {detail}",
        RunStatus.MISSING,
        fix=f"{python} -m pip install {' '.join(sorted(needed))}",
    )


def _signal(code: int | None) -> str:
    try:
        return signal.Signals(-(code or 0)).name
    except ValueError:
        return f"signal {code}"


def _last_words(outcome: Outcome) -> str:
    lines = (outcome.stderr_tail.strip() or outcome.stdout.strip()).splitlines()
    return " / ".join(lines[-3:])[-400:] or "it said nothing"
