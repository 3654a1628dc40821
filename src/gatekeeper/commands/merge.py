"""`gatekeeper merge`: the reports of parts become one, with one verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.commands.deliver import Call, deliver, exit_code
from gatekeeper.commands.history import remember, rendering
from gatekeeper.commands.output import Terminal, clear, is_set, parse_outputs
from gatekeeper.commands.part_files import read_part
from gatekeeper.commands.pull import find_pull
from gatekeeper.errors import UserError
from gatekeeper.parts.compare import Part
from gatekeeper.parts.merge import merge
from gatekeeper.policy.load import Policy, load
from gatekeeper.policy.locate import locate
from gatekeeper.reporters import reporter
from gatekeeper.session import Request


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """The options of `merge`, as typed."""

    reports: tuple[Path, ...]
    config: Path | None
    root: Path | None
    format: str
    outputs: tuple[str, ...]
    pr_body: Path | None
    base: str | None
    quiet: bool
    verbose: bool
    annotations: bool = True


def run_merge(options: MergeOptions) -> int:
    """Read the parts, write every report asked for, and give the exit code."""
    reporter(options.format)  # a mistake in the call is told at once
    outputs = parse_outputs(options.outputs)
    read = (options.config or locate(Path.cwd(), options.root), options.pr_body)
    clear(outputs, [*options.reports, *(path for path in read if path is not None)])
    parts = _parts(options.reports)
    policy = _policy(options, parts)
    report = merge(parts, policy, _request(options, policy, os.environ))
    call = Call(
        config=options.config,
        root=options.root,
        format=options.format,
        outputs=tuple(outputs),
        quiet=options.quiet,
        verbose=options.verbose,
        annotations=options.annotations,
    )
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    root = policy.root if policy else (options.root or Path.cwd()).resolve()
    delivered = deliver(rendering(report, root), root, terminal, call)
    remember(root, report, terminal)
    return exit_code(report.exit_code, delivered=delivered)


def _parts(files: Sequence[Path]) -> list[Part]:
    """All reports, or what is wrong with each of them."""
    if not files:
        raise UserError(
            "no report is named; a job that was cancelled or that crashed leaves none:"
            " `gatekeeper merge REPORT...`"
        )
    parts: list[Part] = []
    wrong: list[str] = []
    for file in files:
        try:
            parts.append(read_part(file))
        except UserError as error:
            wrong += error.messages
    if wrong:
        raise UserError(*wrong)
    return parts


def _policy(options: MergeOptions, parts: Sequence[Part]) -> Policy | None:
    """The policy that is found here; the built-in one only if the parts had it."""
    found = load(options.config, options.root, Path.cwd())
    if found.path is None and found.sha256 != parts[0].report.policy.sha256:
        return None
    return found


def _request(
    options: MergeOptions, policy: Policy | None, environment: Mapping[str, str]
) -> Request:
    in_ci = is_set(environment.get("CI", ""))
    if policy is None:
        if options.pr_body or options.base:
            raise UserError(
                "--pr-body and --base need the gates.yaml of the parts; name it with -c"
            )
        return Request(in_ci=in_ci, environment=dict(environment))
    gates = policy.content.gates.values()
    asks = any(gate.tool is None or gate.box for gate in gates)
    pull = find_pull(options.pr_body, options.base, environment, asks=asks)
    return Request(
        body=pull.body, bases=pull.bases, in_ci=in_ci, environment=dict(environment)
    )
