"""What ruff's processes say: the report, the log, the settings in force.

Contract, seen with 0.17.6: exit 0 clean, 1 findings, 2 when it could not start. A file
that cannot be read is a finding only where E902 is switched on, else a line on stderr.
`--verbose` logs `Checking: FILE` for each file that is opened; a file of a type that
ruff leaves alone is passed over without a word.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatekeeper.engine.process import Outcome
from gatekeeper.model import Finding, RunStatus, Severity
from gatekeeper.tools.base import Job, ToolError, relative

#: Options that every check is started with, the report's file after the last.
REPORT = ("--verbose", "--output-format", "json", "--output-file")
SYNTAX = "invalid-syntax"
_UNREADABLE = "E902"
_CHECKING = re.compile(r"^\[[^\n]*\]\[DEBUG\] Checking: (.*)$", re.MULTILINE)
_FAILED = re.compile(r"^warning: (Failed to lint .*)$", re.MULTILINE)
_WARNING = re.compile(r"^warning: (.*)$", re.MULTILINE)
_LOG = re.compile(r"^\[20\d\d-\d\d-\d\d\]")
_ENABLED = re.compile(r"^linter\.rules\.enabled = \[\n((?:\t.*\n)*)\]$", re.MULTILINE)
_CODE = re.compile(r"\(([A-Z]+[0-9]+)\),$", re.MULTILINE)
_UNKNOWN = re.compile(r"[Uu]nknown rule selector `([^`]*)`")
_LINTER = re.compile(r"^ *([A-Z0-9/]+) (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding; `noqa_line` is the line on which a `noqa` would silence it."""

    finding: Finding
    name: str
    noqa_line: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """What one process saw: findings, files that it opened, what it could not read."""

    kind: str
    given: tuple[str, ...]
    seen: tuple[Seen, ...]
    checked: frozenset[str]
    gaps: tuple[str, ...]


def must_start(linters: Outcome, outcomes: Sequence[Outcome]) -> None:
    """Raise where ruff refused what it was asked."""
    for outcome in outcomes:
        if outcome.exit_code == 2:
            said = _said(outcome)
            unknown = _UNKNOWN.search(said)
            if unknown is None:
                raise ToolError(f"ruff ended with 2: {said}", RunStatus.CRASHED)
            raise ToolError(
                f"ruff knows no rule that begins with {unknown[1]}",
                fix=_suggestion(unknown[1], linters.stdout),
            )


def switched_on(
    job: Job, outcome: Outcome, own: Sequence[str]
) -> tuple[list[str], tuple[str, ...]]:
    """The rules that are on, and ruff's remarks on the selection.

    Raises where rules that a gate names are not on.
    """
    found = _ENABLED.search(outcome.stdout)
    if found is None:
        raise ToolError(f"ruff's settings are not understood: {_said(outcome)}")
    codes = _CODE.findall(found[1])
    remarks = tuple(dict.fromkeys(_WARNING.findall(_log(outcome))))
    for rule in job.exact_rules:
        if rule not in own and not any(code.startswith(rule) for code in codes):
            why = [remark for remark in remarks if f"`{rule}`" in remark]
            raise ToolError(
                ": ".join([f"no rule that begins with {rule} is switched on", *why]),
                fix="name other rules in the gate, or see `ignore` under tools.ruff",
            )
    return codes, remarks


def look(outcome: Outcome, root: Path) -> Look:
    """Read what one check left behind, and hold it against what it was given."""
    argv = outcome.command.argv
    report = Path(argv[argv.index(REPORT[-1]) + 1])
    given = tuple(name.removeprefix("./") for name in argv[argv.index("--") + 1 :])
    base = os.path.realpath(outcome.command.cwd)
    places = {os.path.normpath(os.path.join(base, name)): name for name in given}
    seen = _reported(report, outcome, places, root)
    log = _log(outcome)
    opened = set(_opened(log, places))
    broken = {s.finding.path: s.finding for s in seen if s.finding.rule == _UNREADABLE}
    return Look(
        kind=report.stem.rpartition("-")[0],
        given=given,
        seen=tuple(s for s in seen if s.finding.rule != _UNREADABLE),
        checked=frozenset(opened - set(broken)),
        gaps=(
            *(f"{path}: {finding.message}" for path, finding in broken.items()),
            *_FAILED.findall(log),
            *_unopened([name for name in given if name not in {*opened, *broken}]),
        ),
    )


def _reported(
    report: Path, outcome: Outcome, places: Mapping[str, str], root: Path
) -> list[Seen]:
    items = _load(report, outcome)
    try:
        seen = [_seen(item, places, root) for item in items]
    except (LookupError, TypeError, AttributeError) as error:
        raise ToolError(f"ruff's report is not understood ({error!r})") from error
    if bool(seen) != (outcome.exit_code == 1):
        raise ToolError(
            f"ruff ended with {outcome.exit_code} but reported {len(seen)} findings"
        )
    return seen


def _load(report: Path, outcome: Outcome) -> list[Any]:
    try:
        items = json.loads(report.read_bytes())
    except FileNotFoundError as error:
        said = _said(outcome)
        raise ToolError(f"ruff wrote no report: {said}", RunStatus.CRASHED) from error
    except ValueError as error:
        raise ToolError(f"ruff's report is no JSON: {error}") from error
    if not isinstance(items, list):
        raise ToolError("ruff's report is not understood: no list of findings")
    return items


def _seen(item: Mapping[str, Any], places: Mapping[str, str], root: Path) -> Seen:
    start, end, name = item["location"], item["end_location"], item["filename"]
    code = item["code"]
    finding = Finding(
        rule="" + code,
        severity=Severity.HIGH if code == SYNTAX else Severity.MEDIUM,
        message=item["message"],
        path=places.get(name) or relative(name, root),
        line=max(start["row"], 1),
        column=max(start["column"], 1),
        end_line=max(end["row"], 1),
        end_column=max(end["column"], 1),
        url=item.get("url"),
    )
    return Seen(finding, item.get("name") or "", item.get("noqa_row"))


def _opened(log: str, places: Mapping[str, str]) -> Iterator[str]:
    """Files that the log names; of a name with a line break it shows one line first."""
    said = Counter(_CHECKING.findall(log))
    for place, name in places.items():
        shown = place.partition("\n")[0]
        if said[shown]:
            said[shown] -= 1
            yield name


def _unopened(lost: Sequence[str]) -> list[str]:
    shown = ", ".join(sorted(lost)[:3])
    return [f"ruff did not check {len(lost)} files: {shown}"] if lost else []


def _log(outcome: Outcome) -> str:
    data = (outcome.command.output / "stderr").read_bytes()
    return data.decode("utf-8", "surrogateescape")


def _said(outcome: Outcome) -> str:
    """Its complaint, without the log."""
    lines = [line.strip() for line in outcome.stderr_tail.splitlines()]
    said = [line for line in lines if line and not _LOG.match(line)]
    return " / ".join(said)[-400:] or "it said nothing"


def _suggestion(unknown: str, linters: str) -> str:
    """The prefix that is probably meant, from the list of ruff's families of rules."""
    names = {
        prefix: name
        for prefixes, name in _LINTER.findall(linters)
        for prefix in prefixes.split("/")
    }
    by_name = {name.lower(): prefix for prefix, name in names.items()}
    begun = [p for p in names if unknown.upper().startswith(p)]
    near = difflib.get_close_matches(unknown.upper(), names, 1)
    named = difflib.get_close_matches(unknown.lower(), by_name, 1)
    guess = [by_name[name] for name in named] or sorted(begun, key=len)[-1:] or near
    hint = f"did you mean {guess[0]} ({names[guess[0]]})? " if guess else ""
    return f"{hint}`ruff linter` lists what rules begin with"
