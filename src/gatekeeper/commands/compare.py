"""`gatekeeper compare`: the performance gate on its own, from files."""

from __future__ import annotations

import hashlib
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.app import EXIT_CODES
from gatekeeper.commands.output import Terminal, parse_outputs, to_stdout, write_file
from gatekeeper.errors import UserError
from gatekeeper.judge import Gate, conclude, judge
from gatekeeper.model import PolicySource, Report, Revision, Run, RunStatus, Verdict
from gatekeeper.performance import files
from gatekeeper.performance.comparability import ACCEPTABLE, Rules
from gatekeeper.performance.outcome import VARIANCE, Limit
from gatekeeper.performance.selection import mistake
from gatekeeper.performance.trial import Trial, UnreadableError
from gatekeeper.reporters import reporter
from gatekeeper.tools.performance import PERFORMANCE, measure

_USAGE = "gatekeeper compare BASELINE CURRENT"


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """The options of `compare`, as typed."""

    files: tuple[str, ...]
    baseline: tuple[str, ...]
    current: tuple[str, ...]
    threshold: float
    select: tuple[str, ...]
    direction: str
    inconclusive: str
    confidence: float
    max_errors: float
    accept: tuple[str, ...]
    format: str
    outputs: tuple[str, ...]
    quiet: bool
    verbose: bool


def run_compare(options: CompareOptions) -> int:
    """Compare, print, write every report asked for, and give the exit code."""
    render = reporter(options.format)
    outputs = parse_outputs(options.outputs)
    if wrong := list(_mistakes(options)):
        raise UserError(*wrong)
    report = _report(options)
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    delivered = True
    for name, path in outputs:
        text = reporter(name)(report, terminal.file_style())
        delivered &= write_file(path, text, terminal)
    style = terminal.style(verbose=options.verbose, quiet=options.quiet)
    delivered &= to_stdout(render(report, style), terminal)
    return report.exit_code if delivered or report.exit_code else 2


def _mistakes(options: CompareOptions) -> Iterator[str]:
    named = len(options.files) == 2 and not options.baseline and not options.current
    if not named and (options.files or not options.baseline or not options.current):
        yield f"two sides are needed: {_USAGE}, or --baseline FILE --current FILE"
    if not 0 <= options.threshold < math.inf:
        yield f"--variance-threshold {options.threshold:g}: a percentage from 0 up"
    if not 50 <= options.confidence <= 99.9:
        yield f"--confidence {options.confidence:g}: a percentage from 50 to 99.9"
    if not 0 <= options.max_errors <= 100:
        yield f"--max-errors {options.max_errors:g}: a percentage from 0 to 100"
    for name, value, known in (
        ("direction", options.direction, ("worse", "both")),
        ("inconclusive", options.inconclusive, ("fail", "error", "pass")),
        *(("accept", word, ACCEPTABLE) for word in options.accept),
    ):
        if value not in known:
            yield f"--{name} {value}: known are {', '.join(known)}"
    for word in options.select:
        if wrong := mistake(word):
            yield f"--select: {wrong}"


def _report(options: CompareOptions) -> Report:
    started, clock = datetime.now(UTC), time.monotonic()
    baseline = options.baseline or options.files[:1]
    current = options.current or options.files[1:]
    rules = Rules(options.max_errors, frozenset(options.accept), options.confidence)
    try:
        sides = files.distinct(Path(), baseline, current)
        measured = measure(_trials(sides[0]), _trials(sides[1]), rules)
    except UnreadableError as error:
        raise UserError(str(error)) from error
    run = Run(
        tool=PERFORMANCE.name,
        status=RunStatus.COMPLETED,
        duration_seconds=time.monotonic() - clock,
        measurement=measured,
    )
    gate = judge(_gate(options), run)
    verdict = conclude([gate])
    way = " either way" if options.direction == "both" else ""
    limit = f"{options.threshold:g} %{way}"
    asked = repr(replace(options, format="", outputs=(), quiet=False, verbose=False))
    return Report(
        verdict=verdict,
        exit_code=EXIT_CODES[verdict],
        started=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        duration_seconds=time.monotonic() - clock,
        policy=PolicySource("(the command line)", _digest(asked)),
        revision=Revision(),
        gates=(gate,),
        runs=(run,),
        answer={
            Verdict.PASSED: f"Everything compared is within {limit}.",
            Verdict.FAILED: f"Not everything is within {limit}.",
            Verdict.ERROR: "What cannot be compared is no proof.",
        }[verdict],
    )


def _trials(names: Sequence[str]) -> list[Trial]:
    return [trial for name in names for trial in files.read(Path(name), name)]


def _gate(options: CompareOptions) -> Gate:
    return Gate(
        id=PERFORMANCE.name,
        title=PERFORMANCE.title,
        tool=PERFORMANCE.name,
        metric=VARIANCE,
        unit="%",
        blocking=True,
        maximum=options.threshold,
        fix=PERFORMANCE.fix,
        limit=Limit(
            maximum=options.threshold,
            both=options.direction == "both",
            inconclusive=options.inconclusive,
            select=options.select,
        ),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
