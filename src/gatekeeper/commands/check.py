"""`gatekeeper check`: run, render, write, answer."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from gatekeeper.app import check
from gatekeeper.cache.store import home
from gatekeeper.commands.deliver import NO_POLICY, Call, deliver, exit_code
from gatekeeper.commands.history import remember, rendering
from gatekeeper.commands.output import Terminal, clear, is_set, parse_outputs
from gatekeeper.commands.progress import progress
from gatekeeper.commands.pull import find_pull
from gatekeeper.commands.replay import keep_answer
from gatekeeper.policy.load import load
from gatekeeper.policy.locate import locate
from gatekeeper.reporters import reporter
from gatekeeper.session import Request


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
    no_cache: bool
    pr_body: Path | None
    base: str | None
    quiet: bool
    verbose: bool
    annotations: bool = True


def run_check(options: CheckOptions) -> int:
    """Run the gates, write every report asked for, and give the exit code."""
    reporter(options.format)  # a mistake in the call is told before anything is run
    outputs = parse_outputs(options.outputs)
    read = (options.config or locate(Path.cwd(), options.root), options.pr_body)
    clear(outputs, [path for path in read if path is not None])
    policy = load(options.config, options.root, Path.cwd())
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    if policy.path is None:
        terminal.say(NO_POLICY)
    asks = any(gate.tool is None or gate.box for gate in policy.content.gates.values())
    pull = find_pull(options.pr_body, options.base, os.environ, asks=asks)
    request = Request(
        gates=options.gates,
        skip=frozenset(options.skip),
        jobs=options.jobs or _processors(),
        fail_fast=options.fail_fast,
        body=pull.body,
        bases=pull.bases,
        in_ci=is_set(os.environ.get("CI", "")),
        environment=dict(os.environ),
        cache=None if options.no_cache else home(),
        outputs=tuple(path for _, path in outputs),
    )
    with progress(terminal, quiet=options.quiet) as watcher:
        answer = check(policy, request, watcher)
    call = Call(
        config=options.config,
        root=options.root,
        format=options.format,
        outputs=tuple(outputs),
        quiet=options.quiet,
        verbose=options.verbose,
        annotations=options.annotations,
    )
    report = answer.report
    delivered = deliver(rendering(report, policy.root), policy.root, terminal, call)
    remember(policy.root, report, terminal)
    if answer.standing is not None and delivered:
        keep_answer(sys.argv[1:], call, report, answer.standing)
    return exit_code(report.exit_code, delivered=delivered)


def _processors() -> int:
    """How many we may use, which can be fewer than the machine has."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 2
