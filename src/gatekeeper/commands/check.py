"""`gatekeeper check` and `gatekeeper summary`: run, render, write, answer."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.app import Request, check
from gatekeeper.commands import last_report
from gatekeeper.commands.output import (
    Terminal,
    is_set,
    parse_outputs,
    to_stdout,
    write_file,
)
from gatekeeper.commands.progress import progress
from gatekeeper.errors import UserError
from gatekeeper.model import Report
from gatekeeper.policy.load import Policy, load, locate
from gatekeeper.reporters import reporter
from gatekeeper.reporters.json_report import load as load_report

_MAX_BODY = 10_000_000


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The options of `check`, as typed."""

    gates: tuple[str, ...]
    config: Path | None
    root: Path | None
    format: str
    outputs: tuple[str, ...]
    skip: tuple[str, ...]
    jobs: int | None
    fail_fast: bool
    pr_body: Path | None
    quiet: bool
    verbose: bool


def run_check(options: CheckOptions) -> int:
    """Run the gates, write every report asked for, and give the exit code."""
    render = reporter(options.format)
    outputs = parse_outputs(options.outputs)
    policy = load(options.config, options.root, Path.cwd())
    _spare_the_policy(outputs, policy)
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    if policy.path is None:
        terminal.say(
            "no gates.yaml found, using the built-in policy; `gatekeeper init`"
        )
    request = Request(
        gates=options.gates,
        skip=frozenset(options.skip),
        jobs=options.jobs or os.cpu_count() or 2,
        fail_fast=options.fail_fast,
        body=_body(options.pr_body),
        in_ci=is_set(os.environ.get("CI", "")),
        environment=dict(os.environ),
    )
    with progress(terminal, quiet=options.quiet) as watcher:
        report = check(policy, request, watcher)
    style = terminal.style(verbose=options.verbose, quiet=options.quiet)
    delivered = True
    for name, path in outputs:
        text = reporter(name)(report, terminal.file_style())
        delivered &= write_file(path, text, terminal)
    delivered &= to_stdout(render(report, style), terminal)
    last_report.keep(policy.root, report, terminal)
    return _exit_code(report, delivered=delivered)


def run_summary(report_file: Path | None, format_name: str, root: Path | None) -> int:
    """Render a report that was made before, without running a tool."""
    render = reporter(format_name)
    if report_file is None:
        found = locate(Path.cwd())
        folder = root or (found.parent if found else Path.cwd())
        report = last_report.recall(folder.resolve())
    else:
        try:
            text = report_file.read_text("utf-8")
        except (OSError, UnicodeError) as error:
            raise UserError(f"{report_file}: cannot be read ({error})") from error
        report = load_report(text, str(report_file))
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    delivered = to_stdout(render(report, terminal.style()), terminal)
    return 0 if delivered else 2


def _spare_the_policy(outputs: list[tuple[str, Path]], policy: Policy) -> None:
    for _, path in outputs:
        if policy.path is not None and path.resolve() == policy.path.resolve():
            raise UserError(f"--output: {path} is the policy itself")


def _body(path: Path | None) -> str | None:
    """The text of the pull request. Raises UserError for what is no text."""
    if path is None:
        return None
    try:
        if path.stat().st_size > _MAX_BODY:
            raise UserError(f"--pr-body {path}: larger than 10 MB")
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise UserError(f"--pr-body {path}: cannot be read ({error})") from error


def _exit_code(report: Report, *, delivered: bool) -> int:
    """A report that could not be delivered turns a yes into no verdict."""
    if report.exit_code == 0 and not delivered:
        return 2
    return report.exit_code
