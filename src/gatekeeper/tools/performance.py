"""performance: results of load tests against a baseline, read or measured here.

No program of that name exists: either finished results are read, or the policy names
commands that measure. Those run alone, one after the other, the sides in turn and each
pair in the other order than the one before, so that a machine that grows warmer or
busier meets both alike.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Measurement, Metric, RunStatus
from gatekeeper.performance import files, limits
from gatekeeper.performance.absolute import METRICS
from gatekeeper.performance.comparability import Rules
from gatekeeper.performance.compare import compare
from gatekeeper.performance.outcome import Limit
from gatekeeper.performance.trial import Trial, UnreadableError
from gatekeeper.tools.base import (
    Adapter,
    Job,
    NothingToExamineError,
    ToolError,
    relative,
)

_CURRENT, _BASELINE = "current", "baseline"
_ASIDE = "baseline"


def _commands(job: Job) -> tuple[Command, ...]:
    run = job.options.run
    if run is None:
        return ()
    _put_aside(job)
    words = {_CURRENT: run.command, _BASELINE: run.baseline}
    return tuple(_command(job, side, words[side]) for side in _order(job))


def _put_aside(job: Job) -> None:
    """Copy the baseline, so that no measurement can write it anew."""
    patterns = [] if job.options.run.baseline else job.options.baseline or []
    found = [name for p in patterns for name in files.matching(job.root, p)]
    names, _ = files.distinct(job.root, found, [])
    for index, name in enumerate(names):
        if (job.root / name).is_file():
            # Numbered, since files of one name may lie in several folders.
            target = job.work / _ASIDE / f"{index:04} {os.path.basename(name)}"
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(job.root / name, target)


def _order(job: Job) -> list[str]:
    """Which side is measured when."""
    run = job.options.run
    if run is None:
        return []
    if run.baseline is None:
        return [_CURRENT] * run.times
    there, back = [_BASELINE, _CURRENT], [_CURRENT, _BASELINE]
    return [side for i in range(run.times) for side in (back if i % 2 else there)]


def _command(job: Job, side: str, words: Sequence[str]) -> Command:
    program = shutil.which(words[0], path=job.project_environment.get("PATH"))
    inside = job.root / words[0]
    if "{" not in words[0] and program is None and not inside.exists():
        raise ToolError(
            f"the program {words[0]} of tools.performance.run is not there",
            RunStatus.MISSING,
            fix=f"install {words[0]}, or mend tools.performance.run",
        )
    named = getattr(job.options, side)
    return job.program(words, produces=named[0] if named else None)


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    rules = Rules(
        max_errors=job.options.max_errors,
        accept=frozenset(job.options.accept),
        confidence=job.options.confidence,
    )
    try:
        made = _made(job, outcomes)
        if outcomes:
            current, old = made[_CURRENT], sorted((job.work / _ASIDE).glob("*"))
            baseline = made[_BASELINE] or [
                t for p in old for t in files.read(p, p.name)
            ]
        else:
            baseline, current = _found(job)
        return measure(baseline or None, current, rules)
    except UnreadableError as error:
        raise ToolError(
            str(error), fix="Mend the measurement and repeat it."
        ) from error


def _made(job: Job, outcomes: Sequence[Outcome]) -> dict[str, list[Trial]]:
    """The trials of the measurements made just now."""
    made: dict[str, list[Trial]] = {_CURRENT: [], _BASELINE: []}
    for side, outcome in zip(_order(job), outcomes, strict=True):
        command = outcome.command
        shown = f"what `{os.path.basename(command.argv[0])}` measured for {side}"
        if command.result.is_symlink() or not command.result.is_file():
            where = relative(str(command.produces or "{output}"), job.root)
            raise UnreadableError(f"{shown} is not there: it wrote no {where}")
        made[side] += files.read(command.result, shown)
    return made


def _found(job: Job) -> tuple[list[Trial], list[Trial]]:
    """The trials in the files that the policy names, of both sides."""
    names = [
        _names(job, side or ()) for side in (job.options.baseline, job.options.current)
    ]
    baseline, current = files.distinct(job.root, *names)
    return (
        [t for name in baseline for t in files.read(job.root / name, name)],
        [t for name in current for t in files.read(job.root / name, name)],
    )


def _names(job: Job, patterns: Sequence[str]) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        names = files.matching(job.root, pattern)
        if not names:
            raise NothingToExamineError(
                f"there is no {pattern}",
                fix="run the load test first, or let gatekeeper start it:"
                " tools.performance.run",
            )
        found += names
    return found


def measure(
    baseline: Sequence[Trial] | None, current: Sequence[Trial], rules: Rules
) -> Measurement:
    """The measurement from the trials of both sides. Raises UnreadableError."""
    compared = compare(baseline, current, rules)
    rows = compared.comparisons or compared.levels
    metrics = {}
    for name, unit in METRICS.items():
        limit = Limit(metric=name, maximum=0.0)
        outcome = limits.decide(limit, compared.comparisons, compared.levels)
        if outcome.value is not None:
            metrics[name] = Metric(outcome.value, unit)
    return Measurement(
        metrics=metrics,
        examined=sum(not row.problem for row in rows),
        examined_unit="measurements",
        comparisons=compared.comparisons,
        levels=compared.levels,
        notes=compared.notes,
        version=_programs([*(baseline or ()), *current]),
    )


def _programs(trials: Sequence[Trial]) -> str:
    """Who measured, for lack of a program of our own: `autocannon, locust 2.40`."""
    names = (f"{trial.program} {trial.version or ''}".strip() for trial in trials)
    return ", ".join(dict.fromkeys(names))


def _reproduce(job: Job) -> tuple[str, ...]:
    options = job.options
    if options.run is not None:
        words = (w.replace("{python}", job.shown_python) for w in options.run.command)
        return tuple(word.replace("{output}", "results.json") for word in words)
    sides = []
    for name in (_BASELINE, _CURRENT):
        for pattern in getattr(options, name) or ():
            for path in files.matching(job.root, pattern) or [pattern]:
                sides += [f"--{name}", path]
    if options.max_errors:
        sides += ["--max-errors", f"{options.max_errors:g}"]
    if "confidence" in options.model_fields_set:
        sides += ["--confidence", f"{options.confidence:g}"]
    for word in options.accept:
        sides += ["--accept", word]
    return ("gatekeeper", "compare", *sides)


PERFORMANCE = Adapter(
    name="performance",
    title="performance against the baseline",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0}),
    metrics=METRICS,
    fix="Profile the endpoints that exceed; where noise hides the answer, measure more"
    " runs on a quiet machine.",
    selectors=frozenset({"select", "direction", "inconclusive"}),
    interpreter="none",
)
