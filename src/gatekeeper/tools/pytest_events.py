"""Reads what the evidence plugin wrote while pytest ran."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: What each kind of event has to tell; a line without it ends the record.
_NEEDS: dict[str, frozenset[str]] = {
    "start": frozenset({"pytest", "optimized"}),
    "finish": frozenset(),
    "module": frozenset({"path"}),
    "collected": frozenset({"items", "removed"}),
    "collect-error": frozenset({"nodeid"}),
    "collect-skip": frozenset({"nodeid"}),
    "begin": frozenset({"nodeid"}),
    "forged": frozenset({"nodeid", "message"}),
    "not-run": frozenset({"nodeid"}),
    "report": frozenset({"nodeid", "when", "outcome", "xfail"}),
}
_NOTHING = frozenset({"a kind of event that we know"})
_RANK = ("passed", "xpassed", "skipped", "xfailed", "error", "failed")


@dataclass(frozen=True, slots=True)
class Item:
    """One collected test. `owner` is the class it stands in, if any."""

    nodeid: str
    path: str
    name: str
    owner: str | None
    markers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestResult:
    """The worst that any phase of a test ended with."""

    nodeid: str
    outcome: str
    message: str = ""
    at: str | None = None
    line: int | None = None


@dataclass(slots=True)
class Events:
    """Everything recorded in one run, of the main process and of xdist's workers."""

    started: bool = False
    finished: bool = False
    optimized: bool = False
    pytest_version: str | None = None
    items: list[Item] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    collect_errors: list[TestResult] = field(default_factory=list)
    skipped_modules: set[str] = field(default_factory=set)
    last_begun: str | None = None
    _phases: dict[str, TestResult] = field(default_factory=dict)

    def results(self) -> list[TestResult]:
        """One result for each test that was reported at all, as they came."""
        return list(self._phases.values())

    def begin(self, nodeid: str) -> None:
        """A test starts, perhaps once more; the last attempt counts."""
        self._phases.pop(nodeid, None)

    def note(self, result: TestResult) -> None:
        """Keep the worse of what is known of a test and what is new."""
        known = self._phases.get(result.nodeid)
        if known is None or _RANK.index(result.outcome) > _RANK.index(known.outcome):
            self._phases[result.nodeid] = result


def load(folder: Path) -> Events:
    """Read every process's file; a line that is cut off ends that file."""
    events = Events()
    seen: set[str] = set()
    for path in sorted(folder.glob("events-*.jsonl")):
        for event in _lines(path):
            _take(event, events, seen)
    return events


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                event = json.loads(line)
            except ValueError:
                return
            if not isinstance(event, dict) or not _NEEDS.get(
                event.get("event", ""), _NOTHING
            ) <= set(event):
                return
            yield event


def _take(event: dict[str, Any], events: Events, seen: set[str]) -> None:
    kind = event["event"]
    if kind == "start":
        events.started = True
        events.pytest_version = event["pytest"]
        events.optimized = events.optimized or bool(event["optimized"])
    elif kind == "finish":
        events.finished = True
    elif kind == "collected":
        _take_items(event, events, seen)
    elif kind in ("module", "collect-error", "collect-skip"):
        _take_collector(kind, event, events)
    else:
        _take_test(kind, event, events)


def _take_collector(kind: str, event: dict[str, Any], events: Events) -> None:
    if kind == "module":
        events.modules.add(event["path"])
    elif kind == "collect-skip":
        events.skipped_modules.add(event["nodeid"].partition("::")[0])
    else:
        events.collect_errors.append(_result(event, "error"))


def _take_test(kind: str, event: dict[str, Any], events: Events) -> None:
    nodeid = event["nodeid"]
    if kind == "begin":
        events.last_begun = nodeid
    elif kind == "forged":
        message = f"raised, but was not reported as failed: {event['message']}"
        events.note(TestResult(nodeid, "failed", message))
    elif kind == "not-run":
        message = "was reported as passed, but its body never ran"
        events.note(TestResult(nodeid, "failed", message))
    elif kind == "report":
        if event["when"] == "setup":
            events.begin(nodeid)
        # That a test was set up or torn down is no result; that this failed is one.
        if event["when"] == "call" or event["outcome"] != "passed":
            events.note(_result(event, _outcome(event)))


def _take_items(event: dict[str, Any], events: Events, seen: set[str]) -> None:
    events.removed += [n for n in event["removed"] if n not in events.removed]
    for entry in event["items"]:
        if entry["nodeid"] not in seen:
            seen.add(entry["nodeid"])
            events.items.append(
                Item(
                    entry["nodeid"],
                    entry["path"],
                    entry["name"],
                    entry["class"],
                    tuple(entry["markers"]),
                )
            )


def _outcome(event: dict[str, Any]) -> str:
    outcome = event["outcome"]
    if outcome == "failed":
        return "failed" if event["when"] == "call" else "error"
    if event["xfail"]:
        return "xpassed" if outcome == "passed" else "xfailed"
    return "skipped" if outcome == "skipped" else "passed"


def _result(event: dict[str, Any], outcome: str) -> TestResult:
    return TestResult(
        event["nodeid"],
        outcome,
        event.get("message") or "",
        event.get("at"),
        event.get("line"),
    )
