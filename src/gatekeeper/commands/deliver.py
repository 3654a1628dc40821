"""A report on its way to everybody who asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.commands import last_report
from gatekeeper.commands.output import Terminal, to_stdout, write_file
from gatekeeper.model import GateResult, Report, Run
from gatekeeper.reporters import reporter
from gatekeeper.reporters.summary import took

#: Said where there is none, and the built-in one counts.
NO_POLICY = "no gates.yaml found, using the built-in policy; `gatekeeper init`"


@dataclass(frozen=True, slots=True)
class Call:
    """What of the options says how an answer is delivered, and where the policy is."""

    config: Path | None
    root: Path | None
    format: str
    outputs: tuple[tuple[str, Path], ...]
    quiet: bool
    verbose: bool


def tell(terminal: Terminal, run: Run, results: Iterable[GateResult]) -> None:
    """One line on stderr for each gate that was judged by a run."""
    for result in results:
        terminal.say(f"{result.id}: {result.status} ({run.tool}, {took(run)})")


def deliver(report: Report, root: Path, terminal: Terminal, call: Call) -> int:
    """Render, write and keep a report; gives the exit code.

    A report that could not be delivered turns a yes into no verdict.
    """
    delivered = True
    for name, path in call.outputs:
        text = reporter(name)(report, terminal.file_style())
        delivered &= write_file(path, text, terminal)
    style = terminal.style(verbose=call.verbose, quiet=call.quiet)
    delivered &= to_stdout(reporter(call.format)(report, style), terminal)
    last_report.keep(root, report, terminal)
    return 2 if report.exit_code == 0 and not delivered else report.exit_code
