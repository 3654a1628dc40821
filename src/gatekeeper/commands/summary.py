"""`gatekeeper summary`: a report that was made before, rendered or filled in again."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gatekeeper.commands import last_report
from gatekeeper.commands.history import past, rendering
from gatekeeper.commands.host import Host
from gatekeeper.commands.output import Terminal, to_stdout
from gatekeeper.commands.pull import read_body
from gatekeeper.errors import UserError
from gatekeeper.model import GateResult, GateStatus, Past, Report
from gatekeeper.policy.gate_mistakes import CHANGES
from gatekeeper.policy.locate import locate
from gatekeeper.reporters import evidence, reporter, summary
from gatekeeper.reporters.json_reader import load
from gatekeeper.reporters.markdown import escape
from gatekeeper.reporters.text import one_line
from gatekeeper.template.fill import LIMIT, Filling, fill


def run_summary(
    report_file: Path | None,
    format_name: str,
    root: Path | None,
    template: Path | None,
    earlier: Sequence[Path] = (),
) -> int:
    """Print a report in a format, or a template filled from it.

    `earlier` are reports for the trend; without them it is what is remembered.
    """
    reporter(format_name)
    text = None if template is None else read_body(template, "--template")
    report = _report(report_file, root)
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    if text is None:
        told = replace(report, earlier=_earlier(earlier))
        place = _root(root)
        style = Host.of(os.environ, place).style(terminal.style())
        delivered = to_stdout(rendering(told, place)(format_name, style), terminal)
    else:
        filled = filled_template(text, report)
        if len(filled) > LIMIT:
            terminal.say(f"the text has {len(filled)} characters, GitHub takes {LIMIT}")
        delivered = to_stdout(filled, terminal)
    return 0 if delivered else 2


def filled_template(text: str, report: Report) -> str:
    """A template or pull request with ticks, values and output of a report."""
    pasted = evidence.sections(report, CHANGES)
    return fill(text, Filling(report.gates, _value, pasted))


def _value(gate: GateResult) -> str:
    """A verdict in a few words, harmless inside of a line of Markdown."""
    symbol = summary.SYMBOLS[gate.status]
    if gate.status is GateStatus.ERROR or gate.value is None:
        return f"{symbol} {escape(one_line(gate.reason, 120))}".replace("--", "- -")
    return f"{symbol} {summary.value(gate)} ({summary.limit(gate)})"


def _report(report_file: Path | None, root: Path | None) -> Report:
    if report_file is None:
        return last_report.recall(_root(root))
    return _read(report_file)


def _earlier(files: Sequence[Path]) -> tuple[Past, ...]:
    known = {(each.started, each.commit): each for each in map(past, map(_read, files))}
    return tuple(sorted(known.values(), key=lambda each: each.started))


def _root(root: Path | None) -> Path:
    found = None if root else locate(Path.cwd())
    return (root or (found.parent if found else Path.cwd())).resolve()


def _read(file: Path) -> Report:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise UserError(f"{file}: cannot be read ({error})") from error
    return load(text, str(file))
