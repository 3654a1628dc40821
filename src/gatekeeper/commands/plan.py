"""`gatekeeper plan`: which gates run in which job of CI."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatekeeper.app import choose
from gatekeeper.cache.observation import digest
from gatekeeper.cache.store import Store, home
from gatekeeper.commands.deliver import NO_POLICY
from gatekeeper.commands.output import Terminal, to_stdout
from gatekeeper.commands.part_files import read_part
from gatekeeper.engine import times
from gatekeeper.engine.plan import plan
from gatekeeper.engine.shares import Share, share_out, units, unknown
from gatekeeper.errors import UserError
from gatekeeper.model import RunStatus
from gatekeeper.policy.load import Policy, load

_FORMATS = ("text", "json", "github-matrix")
_NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of `plan`, as typed."""

    gates: tuple[str, ...]
    config: Path | None
    root: Path | None
    format: str
    parts: int | None
    times: tuple[Path, ...]
    skip: tuple[str, ...]


def run_plan(options: PlanOptions) -> int:
    """Print the parts; what is to be said of them goes to stderr."""
    if options.format not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise UserError(f"no format named {options.format}; known: {known}")
    policy = load(options.config, options.root, Path.cwd())
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    if policy.path is None:
        terminal.say(NO_POLICY)
    skip = frozenset(options.skip)
    chosen = choose(policy, options.gates, skip)
    wanted = [name for name in chosen if name not in skip]
    planned = plan(policy.content, policy.root, wanted)
    if not planned:
        raise UserError("none of these gates has a tool, so there is nothing to share")
    apart = units(policy.content.gates, wanted, planned)
    history = _history(policy, options.times)
    if strange := unknown(apart, history):
        terminal.say(
            f"no time is known of {', '.join(strange)}, so each counts as much as the"
            " others on average; --times REPORT takes times from an earlier report"
        )
    rows = list(_rows(share_out(apart, history, options.parts), wanted))
    text = _RENDERERS[options.format](rows, _left(policy, wanted))
    return 0 if to_stdout(f"{text}\n", terminal) else 2


def _history(policy: Policy, reports: Sequence[Path]) -> object:
    """Seconds by tool: as the reports say that are named, or else as we remember."""
    remembered = Store(home()).read("times", digest(str(policy.root)))
    told: dict[str, float] = {}
    for path in reports:
        for run in read_part(path).report.runs:
            seconds = run.duration_seconds + run.saved_seconds
            if run.status is RunStatus.COMPLETED:
                told = times.updated(told, run.tool, seconds, 1.0)
    known = remembered if isinstance(remembered, dict) else {}
    return {**known, **told}


def _left(policy: Policy, wanted: Sequence[str]) -> list[str]:
    return [name for name in wanted if policy.content.gates[name].tool is None]


def _rows(shares: Sequence[Share], order: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Each part with a name of its own, which may become one of a job or a file."""
    taken: set[str] = set()
    for share in shares:
        seconds = share.seconds
        name = _unique(share.units[0].gates[0], taken)
        taken.add(name.lower())
        yield {
            "name": name,
            "gates": [gate for gate in order if gate in share.gates],
            "tools": [tool for unit in share.units for tool in unit.tools],
            "seconds": None if seconds is None else round(seconds, 1),
        }


def _unique(gate: str, taken: set[str]) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", gate)[:_NAME_LENGTH].strip("-")
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{plain}-{number}"
    return name


def _as_text(rows: Sequence[dict[str, Any]], left: Sequence[str]) -> str:
    width = max(len(row["name"]) for row in rows)
    lines = [
        f"{row['name']:<{width}}  {_took(row['seconds']):>8}  {' '.join(row['gates'])}"
        for row in rows
    ]
    if left:
        lines.append(f"settled by `gatekeeper merge`: {' '.join(left)}")
    return "\n".join(lines)


def _took(seconds: float | None) -> str:
    return "?" if seconds is None else f"{seconds:.1f} s"


def _as_json(rows: Sequence[dict[str, Any]], left: Sequence[str]) -> str:
    return json.dumps({"parts": rows, "settled_by_merge": left}, indent=2)


def _as_matrix(rows: Sequence[dict[str, Any]], _left: Sequence[str]) -> str:
    """One line, since it becomes an output of a step. No gate has a space in its name,
    nor anything else that a shell would take apart or expand: the policy's schema.
    """
    include = [
        {"name": r["name"], "gates": " ".join(r["gates"]), "seconds": r["seconds"]}
        for r in rows
    ]
    return json.dumps({"include": include})


_RENDERERS = {"text": _as_text, "json": _as_json, "github-matrix": _as_matrix}
