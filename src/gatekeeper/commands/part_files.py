"""Reads reports of parts, which come from other jobs, perhaps of a fork."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gatekeeper.errors import UserError
from gatekeeper.model import Report
from gatekeeper.parts.compare import Part
from gatekeeper.project import regular
from gatekeeper.reporters.json_reader import load
from gatekeeper.reporters.text import one_line

_LIMIT = 200 * regular.MEGABYTE
_STARTED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_NAME = re.compile(r"[\w.-]{1,128}", re.ASCII)
_LOST = "a job that was cancelled or that crashed leaves no report"


def read_part(path: Path) -> Part:
    """A report from its file. Raises UserError for anything else."""
    try:
        text = regular.read(path, _LIMIT).decode("utf-8-sig")
        document = json.loads(text, parse_float=_number, parse_constant=_number)
    except FileNotFoundError as error:
        raise UserError(f"{path}: {_absent(path)}") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path}: no report of gatekeeper, or only a piece of one ({error});"
            " `gatekeeper check GATE... -f json` writes them"
        ) from error
    report = load(text, str(path))
    if not _is_well_formed(report):
        raise UserError(
            f"{path}: no report of gatekeeper; it was edited or is damaged, have the"
            " job make it again"
        )
    report = replace(
        report,
        policy=replace(report.policy, path=_shown(report.policy.path)),
        revision=replace(report.revision, branch=_shown(report.revision.branch)),
    )
    return Part(str(path), report, str(document.get("gatekeeper", "of no version")))


def _absent(path: Path) -> str:
    if any(sign in path.name for sign in "*?["):
        return f"no file is called like that, so no part has reported; {_LOST}"
    return f"there is no such file; {_LOST}"


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number")
    return value


def _shown(name: str | None) -> str | None:
    """What a checkout gives and reporters rely on, as it may be shown."""
    return None if name is None else one_line(name)


def _is_well_formed(report: Report) -> bool:
    """Whether all fields are as every reader relies on."""
    try:
        typed = _types().validate_python(asdict(report))
    except (ValidationError, RecursionError):
        return False
    revision = report.revision
    names = (report.policy.sha256, revision.commit, revision.changes)
    return (
        typed == report
        and _STARTED.fullmatch(report.started) is not None
        and all(text is None or _NAME.fullmatch(text) for text in names)
        and all(word is None or word.isprintable() for word in _words(report))
    )


def _words(report: Report) -> Iterator[str | None]:
    """What is ours in a report of ours, so that nobody takes it for hostile."""
    for gate in report.gates:
        yield from (gate.tool, gate.metric, gate.unit)
        for row in gate.comparisons:
            yield from (row.kind, row.statistic, row.unit, row.noise)
    yield from (run.tool for run in report.runs)


@cache
def _types() -> TypeAdapter[Report]:
    return TypeAdapter(Report)
