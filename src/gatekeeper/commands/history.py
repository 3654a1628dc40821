"""What is remembered of earlier reports on each project, for the trend."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatekeeper.cache.store import home
from gatekeeper.commands.host import Render
from gatekeeper.commands.output import Terminal, replace_file
from gatekeeper.model import GateStatus, Past, Verdict
from gatekeeper.reporters import Style, reporter

if TYPE_CHECKING:
    from gatekeeper.model import Report

_SCHEMA = "gatekeeper.history/1"
_KEPT = 100


def rendering(report: Report, root: Path) -> Render:
    """The report in any format, those that draw a trend with what was before."""

    def render(name: str, style: Style) -> str:
        if name != "html" or report.earlier:
            return reporter(name)(report, style)
        before = (each for each in recall(root) if each.started != report.started)
        return reporter(name)(replace(report, earlier=tuple(before)), style)

    return render


def past(report: Report) -> Past:
    """What is worth remembering of a report."""
    return Past(
        started=report.started,
        commit=report.revision.commit,
        branch=report.revision.branch,
        verdict=report.verdict,
        gates={gate.id: (gate.status, _finite(gate.value)) for gate in report.gates},
    )


def recall(root: Path) -> tuple[Past, ...]:
    """The reports before, the oldest first; none where nothing can be read."""
    try:
        document = json.loads(_path(root).read_text("ascii"))
        if document["schema"] != _SCHEMA:
            return ()
        return tuple(map(_load, document["reports"]))
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return ()


def remember(root: Path, report: Report, terminal: Terminal) -> None:
    """Add a report to those of its project; where that is not possible, say so."""
    path, new = _path(root), past(report)
    known = [each for each in recall(root) if each != new]
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(path, _as_text([*known, new][-_KEPT:]), durable=False)
    except OSError as error:
        why = error.strerror or error
        terminal.say(f"the report is not remembered for the trend: {why}")


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _path(root: Path) -> Path:
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return home() / "history" / f"{name}.json"


def _as_text(reports: Sequence[Past]) -> bytes:
    entries = [
        {
            "started": each.started,
            "commit": each.commit,
            "branch": each.branch,
            "verdict": each.verdict,
            "gates": each.gates,
        }
        for each in reports
    ]
    document = {"schema": _SCHEMA, "reports": entries}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _load(entry: Mapping[str, Any]) -> Past:
    return Past(
        started=_text(entry["started"]),
        commit=entry["commit"] and _text(entry["commit"]),
        branch=entry["branch"] and _text(entry["branch"]),
        verdict=Verdict(entry["verdict"]),
        gates={
            name: (GateStatus(status), None if value is None else _number(value))
            for name, (status, value) in entry["gates"].items()
        },
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    if not math.isfinite(value):
        raise ValueError("no finite number")
    return value
