"""Reads what the plugin gatekeeper_routes wrote while the tests ran."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatekeeper.model import RunStatus
from gatekeeper.tools.base import ToolError

#: What each kind of event has to tell.
_NEEDS: dict[str, dict[str, type]] = {
    "start": {},
    "finish": {"applications": int},
    "trouble": {"message": str},
    "test": {"nodeid": str},
    "request": {"route": int, "method": str, "nodeid": str, "when": str},
    "route": {
        **{"number": int, "rule": str, "host": str, "subdomain": str},
        **{"endpoint": str, "websocket": bool, "views": dict},
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """Something of the code that a view is made of."""

    path: str
    line: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Route:
    """One rule with one method of one application.

    The first of `places` is the view itself, as far as that can be known.
    """

    method: str
    rule: str
    host: str
    subdomain: str
    endpoint: str
    websocket: bool
    places: tuple[Place, ...]

    @property
    def shown(self) -> str:
        """A route as people write it: `GET /users/<int:id> (endpoint users.show)`."""
        method = "WebSocket" if self.websocket else self.method
        where = f" on host {self.host}" if self.host else ""
        where += f" on subdomain {self.subdomain}" if self.subdomain else ""
        return f"{method} {self.rule}{where} (endpoint {self.endpoint})"


@dataclass(slots=True)
class Records:
    """Everything recorded in one run, of all its processes.

    `tests` are those whose bodies were entered. `requests` tells for each route which
    tests requested it; `beside` are those requested while tests were set up or ended.
    """

    applications: int = 0
    flask: str | None = None
    troubles: list[str] = field(default_factory=list)
    tests: set[str] = field(default_factory=set)
    routes: dict[Route, None] = field(default_factory=dict)
    requests: dict[Route, set[str]] = field(default_factory=dict)
    beside: set[Route] = field(default_factory=set)


def load(folder: Path) -> Records:
    """The union of every process's file; raises where one is missing or ends early."""
    paths = sorted(folder.glob("routes-*.jsonl"))
    if not paths:
        raise ToolError(
            "the test run left no record of routes",
            RunStatus.CRASHED,
            fix="look for what disturbs plugins of pytest in conftest.py",
        )
    records = Records()
    for path in paths:
        _Process(records).read(path)
    return records


class _Process:
    """What one process wrote; the numbers of its routes are its own."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._numbers: dict[tuple[int, str], Route] = {}
        self._starts = self._ends = 0

    def read(self, path: Path) -> None:
        """Add one file to the records. Raises ToolError."""
        for event in _events(path):
            kind = event["event"]
            if kind == "route":
                self._route(event)
            elif kind == "request":
                self._request(event)
            elif kind == "test":
                self._test(event["nodeid"])
            else:
                self._frame(kind, event)
        if not self._starts or self._starts != self._ends:
            raise _early()

    def _frame(self, kind: str, event: dict[str, Any]) -> None:
        if kind == "trouble":
            self._records.troubles.append(event["message"])
        elif kind == "start":
            self._starts += 1  # a process may get the number of one that ended
        else:
            self._ends += 1
            self._records.applications += event["applications"]
            self._records.flask = event.get("flask") or self._records.flask

    def _route(self, event: dict[str, Any]) -> None:
        for method, places in event["views"].items():
            route = Route(
                method=method,
                rule=event["rule"],
                host=event["host"],
                subdomain=event["subdomain"],
                endpoint=event["endpoint"],
                websocket=event["websocket"],
                places=tuple(_place(place) for place in places),
            )
            self._numbers[event["number"], method] = route
            self._records.routes[route] = None

    def _request(self, event: dict[str, Any]) -> None:
        """Note who asks; a method that Flask adds, such as HEAD, is no route."""
        for method in (event["method"], "ANY"):
            route = self._numbers.get((event["route"], method))
            if route is None:
                continue
            if event["when"] == "call":
                self._records.requests.setdefault(route, set()).add(event["nodeid"])
            else:
                self._records.beside.add(route)

    def _test(self, nodeid: str) -> None:
        """A test begins, perhaps once more; the last attempt counts."""
        if nodeid in self._records.tests:
            for tests in self._records.requests.values():
                tests.discard(nodeid)
        self._records.tests.add(nodeid)


def _events(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                event = json.loads(line)
            except ValueError as error:
                raise _early() from error
            if not _is_whole(event):
                raise ToolError("the record of routes holds what we did not write")
            yield event


def _is_whole(event: Any) -> bool:
    if not isinstance(event, dict):
        return False
    needs = _NEEDS.get(str(event.get("event")))
    return needs is not None and all(
        isinstance(event.get(name), kind) for name, kind in needs.items()
    )


def _place(found: Any) -> Place:
    path, line, name = found
    return Place(str(path), line if isinstance(line, int) else None, str(name))


def _early() -> ToolError:
    return ToolError(
        "the record of routes ends early, as the process that wrote it did",
        RunStatus.CRASHED,
        fix="look for os._exit, sys.exit or pytest.exit in tests and conftest.py",
    )
