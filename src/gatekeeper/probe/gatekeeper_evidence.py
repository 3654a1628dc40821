"""A pytest plugin that writes down what pytest did, as it happens.

Loaded with `-p gatekeeper_evidence` in the project's interpreter (Python 3.8+, pytest
7.2+). Each process of the run (the main one, every xdist worker) appends one JSON
object a line to a file of its own, flushed at once: when the process dies, the file
still tells how far it came, and a run without the last line is no proof.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
import threading
import unittest
from typing import TYPE_CHECKING, Any, Iterator

import pytest

if TYPE_CHECKING:
    from types import CodeType, FrameType

#: Hooks through which a repository can come between pytest and a test's body.
_EXECUTION_HOOKS = (
    "pytest_pyfunc_call",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtestloop",
)
#: Bound now: a test may replace them while it runs, and so silence the record.
_open, _write, _close, _getpid = os.open, os.write, os.close, os.getpid
_dumps = json.dumps


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options that gatekeeper passes."""
    group = parser.getgroup("gatekeeper")
    group.addoption("--gatekeeper-evidence", metavar="DIR")
    group.addoption("--gatekeeper-path", action="append", default=[], metavar="DIR")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Make the checkout importable, before what is installed, as `python -m` does.

    Plugins registered by distributions are loaded by now, so a folder that only looks
    like a distribution cannot register one.
    """
    sys.path[:0] = early_config.known_args_namespace.gatekeeper_path


def pytest_configure(config: pytest.Config) -> None:
    """Start to record, unless nobody asked."""
    folder = config.getoption("--gatekeeper-evidence")
    if folder:
        root = os.path.abspath(str(config.invocation_params.dir))
        config.pluginmanager.register(Recorder(config, folder, root))


class Recorder:
    """Writes one JSON object for each event of the session."""

    def __init__(self, config: pytest.Config, folder: str, root: str) -> None:
        worker = getattr(config, "workerinput", {}).get("workerid", "main")
        self._path = os.path.join(folder, "events-%s.jsonl" % worker)
        self._process = _getpid()
        self._root = root
        self._codes: dict[str, set[CodeType]] = {}
        self._expected_failures: set[str] = set()
        self._raised: dict[str, str] = {}
        self._unseen: set[str] = set()
        self._event(
            event="start",
            pytest=pytest.__version__,
            python=sys.version.split()[0],
            executable=sys.executable,
            optimized=sys.flags.optimize,
            worker=worker,
        )

    def _event(self, **event: object) -> None:
        if _getpid() != self._process:  # a fork of the test process is no witness
            return
        line = (_dumps(event, default=str) + "\n").encode("utf-8")
        descriptor = _open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _write(descriptor, line)
        finally:
            _close(descriptor)

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        if isinstance(collector, pytest.Module):
            self._event(event="module", path=str(collector.path))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            crash = _crash(report)
            self._event(event="collect-error", nodeid=report.nodeid, **crash)
        elif report.skipped:
            self._event(event="collect-skip", nodeid=report.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Iterator[None]:
        before = tuple(items)
        for item in before:
            # Taken before anybody can exchange the body or mark the test.
            self._codes[item.nodeid] = _codes(item)
            if item.get_closest_marker("xfail"):
                self._expected_failures.add(item.nodeid)
        yield
        kept = {id(item) for item in items}
        gone = [item.nodeid for item in before if id(item) not in kept]
        described = [_describe(item) for item in items]
        self._event(event="collected", items=described, removed=gone)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Step outside every conftest, and look into the bodies if one interferes."""
        manager = session.config.pluginmanager
        manager.unregister(self)
        manager.register(self)
        implementations = (
            implementation
            for name in _EXECUTION_HOOKS
            for implementation in getattr(session.config.hook, name).get_hookimpls()
        )
        if any(self._is_local(found.function) for found in implementations):
            for item in getattr(session, "items", ()):
                self._look_into(item)

    def _is_local(self, function: object) -> bool:
        code = getattr(function, "__code__", None)
        name = os.path.abspath(code.co_filename) if code else ""
        return name.startswith(self._root + os.sep) and "site-packages" not in name

    def _look_into(self, item: pytest.Item) -> None:
        """Note what leaves a plain test function, whoever catches it later."""
        function: Any = getattr(item, "obj", None)
        plain = type(item) is pytest.Function and not _is_coroutine(item)
        if not plain or not callable(function):
            return

        @functools.wraps(function)
        def body(*args: Any, **kwargs: Any) -> Any:
            self._raised.pop(item.nodeid, None)
            try:
                return function(*args, **kwargs)
            except (pytest.skip.Exception, pytest.xfail.Exception):
                raise
            except BaseException as error:
                self._raised[item.nodeid] = str(error)[:500]
                raise

        setattr(item, "obj", body)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._event(event="begin", nodeid=item.nodeid)
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        codes = self._codes.get(item.nodeid)
        watch = Watch(codes) if codes else None
        if watch:
            watch.start()
        yield
        if watch:
            watch.stop()
            if not watch.seen:
                self._unseen.add(item.nodeid)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        message = self._raised.pop(item.nodeid, None) if call.when == "call" else None
        if call.excinfo is not None and not _is_verdict_of_its_own(call.excinfo.value):
            message = str(call.excinfo.value)[:500]
        outcome: Any = yield
        report = outcome.get_result()
        self._report(report)
        if call.when == "call" and item.nodeid in self._unseen:
            self._unseen.discard(item.nodeid)
            if report.outcome == "passed":
                self._event(event="not-run", nodeid=item.nodeid)
        if message is not None and report.outcome != "failed":
            if item.nodeid not in self._expected_failures:
                self._event(event="forged", nodeid=item.nodeid, message=message)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # What makereport gave is written already; subtests come only this way.
        if report.failed and not hasattr(report, "node"):
            self._report(report)

    def _report(self, report: pytest.TestReport) -> None:
        self._event(
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
        self._event(event="finish", exit=int(exitstatus))


class Watch:
    """Notices whether one of some code objects starts to execute, in any thread."""

    def __init__(self, codes: set[CodeType]) -> None:
        self._codes = codes
        self._previous: Any = None
        self.seen = False

    def start(self) -> None:
        """Look at every call until the awaited one comes."""
        self._previous = sys.getprofile()
        threading.setprofile(self._look)
        sys.setprofile(self._look)

    def _look(self, frame: FrameType, event: str, argument: object) -> None:
        if self.seen:
            sys.setprofile(None)  # of a thread that was started before the body ran
        elif event == "call" and frame.f_code in self._codes:
            self.seen = True
            sys.setprofile(self._previous)

    def stop(self) -> None:
        """Give the profiler's place back."""
        threading.setprofile(self._previous)
        sys.setprofile(self._previous)


def _is_verdict_of_its_own(error: BaseException) -> bool:
    """Whether pytest's own rules turn an exception into something else than failed."""
    kinds = (pytest.skip.Exception, pytest.xfail.Exception, unittest.SkipTest)
    return isinstance(error, kinds)


def _is_coroutine(item: pytest.Item) -> bool:
    function = getattr(item, "obj", None)
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def _codes(item: pytest.Item) -> set[CodeType]:
    function = getattr(item, "obj", None)
    if not isinstance(item, pytest.Function) or function is None:
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
