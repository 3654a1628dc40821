"""A pytest plugin that writes down what pytest did, as it happens.

Loaded with `-p gatekeeper_evidence` in the project's interpreter (Python 3.8+, pytest
7.2+). Each process of the run (the main one, every xdist worker) appends one JSON
object a line to a file of its own, flushed at once: when the process dies, the file
still tells how far it came, and a run without the last line is no proof.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Iterator

import pytest

if TYPE_CHECKING:
    from types import CodeType, FrameType

_EXECUTION_HOOKS = (
    "pytest_pyfunc_call",
    "pytest_runtest_call",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtestloop",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the two options that gatekeeper passes."""
    group = parser.getgroup("gatekeeper")
    group.addoption("--gatekeeper-evidence", metavar="DIR")
    group.addoption("--gatekeeper-path", action="append", default=[], metavar="DIR")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Make the project importable as `python -m pytest` does, but behind the rest.

    Plugins registered by distributions are loaded by now, so a folder that only looks
    like a distribution cannot register one.
    """
    for folder in early_config.known_args_namespace.gatekeeper_path:
        if folder not in sys.path:
            sys.path.append(folder)


def pytest_configure(config: pytest.Config) -> None:
    """Start to record, unless nobody asked."""
    folder = config.getoption("--gatekeeper-evidence")
    if folder:
        recorder = Recorder(config, folder)
        config.pluginmanager.register(recorder, "gatekeeper-recorder")


class Recorder:
    """Writes one JSON object for each event of the session."""

    def __init__(self, config: pytest.Config, folder: str) -> None:
        worker = getattr(config, "workerinput", {}).get("workerid", "main")
        self._path = os.path.join(folder, "events-%s.jsonl" % worker)
        self._process = os.getpid()
        self._root = str(config.rootpath)
        self._watch_all = False
        self._before: tuple[pytest.Item, ...] = ()
        self._write(
            event="start",
            pytest=pytest.__version__,
            python=sys.version.split()[0],
            executable=sys.executable,
            optimized=sys.flags.optimize,
            worker=worker,
        )

    def _write(self, **event: object) -> None:
        if os.getpid() != self._process:  # a fork of the test process is no witness
            return
        line = json.dumps(event, default=str) + "\n"
        with open(self._path, "a", encoding="utf-8") as stream:
            stream.write(line)

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        if isinstance(collector, pytest.Module):
            self._write(event="module", path=str(collector.path))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write(event="collect-error", nodeid=report.nodeid, **_crash(report))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Iterator[None]:
        self._before = tuple(items)
        yield
        kept = {id(item) for item in items}
        gone = [item.nodeid for item in self._before if id(item) not in kept]
        self._write(event="collected", items=list(map(_describe, items)), removed=gone)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        hooks = session.config.hook
        found = [
            implementation
            for name in _EXECUTION_HOOKS
            for implementation in getattr(hooks, name).get_hookimpls()
            if self._is_local(implementation.function)
        ]
        self._watch_all = bool(found)

    def _is_local(self, function: object) -> bool:
        code = getattr(function, "__code__", None)
        name = os.path.abspath(code.co_filename) if code else ""
        return name.startswith(self._root + os.sep) and "site-packages" not in name

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._write(event="begin", nodeid=item.nodeid)
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        codes = _codes(item)
        watched = codes and (self._watch_all or _is_coroutine(item))
        watch = Watch(codes) if watched else None
        if watch:
            watch.start()
        outcome: Any = yield
        if watch:
            watch.stop()
            if not watch.seen and outcome.excinfo is None:
                self._write(event="not-run", nodeid=item.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        raised = call.excinfo
        outcome: Any = yield
        report = outcome.get_result()
        if raised is not None and report.outcome == "passed":
            message = str(raised.value)[:500]
            self._write(event="forged", nodeid=item.nodeid, message=message)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "node"):  # xdist's main process repeats what workers wrote
            return
        self._write(
            event="report",
            nodeid=report.nodeid,
            when=report.when,
            outcome=report.outcome,
            xfail=hasattr(report, "wasxfail"),
            seconds=report.duration,
            **(_crash(report) if report.failed else {}),
        )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._write(event="finish", exit=int(exitstatus))


class Watch:
    """Notices whether one of some code objects starts to execute in this thread."""

    def __init__(self, codes: set[CodeType]) -> None:
        self._codes = codes
        self._previous: Any = None
        self.seen = False

    def start(self) -> None:
        """Look at every call until the awaited one comes."""
        self._previous = sys.getprofile()
        sys.setprofile(self._look)

    def _look(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in self._codes:
            self.seen = True
            sys.setprofile(self._previous)

    def stop(self) -> None:
        """Give the profiler's place back."""
        if not self.seen:
            sys.setprofile(self._previous)


def _is_coroutine(item: pytest.Item) -> bool:
    function = getattr(item, "obj", None)
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def _codes(item: pytest.Item) -> set[CodeType]:
    function = getattr(item, "obj", None)
    if function is None:
        return set()
    candidates = (function, inspect.unwrap(function))
    codes = (getattr(candidate, "__code__", None) for candidate in candidates)
    return {code for code in codes if code is not None}


def _describe(item: pytest.Item) -> dict[str, Any]:
    path, line, _ = item.location
    owner = getattr(item, "cls", None)
    return {
        "nodeid": item.nodeid,
        "path": str(item.path),
        "line": None if line is None else line + 1,
        "name": getattr(item, "originalname", None) or item.name,
        "class": owner.__name__ if owner else None,
        "markers": sorted({mark.name for mark in item.iter_markers()}),
    }


def _crash(report: pytest.CollectReport | pytest.TestReport) -> dict[str, Any]:
    crash: Any = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        lines = str(report.longrepr or "").strip().splitlines()
        return {"message": "\n".join(lines[-5:])[-2000:], "at": None, "line": None}
    return {"message": crash.message[:2000], "at": crash.path, "line": crash.lineno}
