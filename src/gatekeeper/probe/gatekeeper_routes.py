"""A pytest plugin that writes down the routes of Flask applications and who asks them.

Loaded with `-p gatekeeper_routes --gatekeeper-routes=FOLDER` in the project's
interpreter (Python 3.8+, pytest 7.2+, Flask 2.0+). Flask is never imported here: its
classes are wrapped when the project imports them. Each process of the run appends one
JSON object a line to a file of its own, flushed at once; a file without the last line
is no proof. Routes are written as they are made, since an application may live no
longer than a test, and none is kept alive.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import sys
import threading
import weakref
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Callable, Iterator

import pytest

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from gatekeeper.probe.gatekeeper_views import methods, places
else:  # it stands beside this file, outside of any package there
    from gatekeeper_views import methods, places

#: Notes on objects of the project, which so live as long as these.
_NEW_RULES, _NUMBER = "_gatekeeper_new_rules", "_gatekeeper_number"
#: Bound now: a test may replace them while it runs, and so silence the record.
_open, _write, _close, _getpid = os.open, os.write, os.close, os.getpid
_dumps = json.dumps


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option that gatekeeper passes."""
    group = parser.getgroup("gatekeeper")
    group.addoption("--gatekeeper-routes", metavar="DIR")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start to record before any conftest can make an application."""
    folder = early_config.known_args_namespace.gatekeeper_routes
    if folder:
        root = os.path.abspath(str(early_config.invocation_params.dir))
        recorder = Recorder(folder, root)
        early_config.pluginmanager.register(recorder)
        sys.meta_path.insert(0, Finder(recorder))
        if "flask.app" in sys.modules:
            recorder.flask_imported(sys.modules["flask.app"])


class Finder:
    """Has the recorder told when Flask was imported, however late."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> ModuleSpec | None:
        """What the other finders say, with a loader that tells when it is done."""
        if name != "flask.app":
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            self._tell(spec.loader)
        return spec

    def _tell(self, loader: Any) -> None:
        original = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            original(module)
            if module.__name__ == "flask.app":
                self._recorder.flask_imported(module)

        loader.exec_module = exec_module


class Recorder:
    """Writes one JSON object for each route, test and request."""

    def __init__(self, folder: str, root: str) -> None:
        self._process = _getpid()
        self._path = os.path.join(folder, "routes-%d.jsonl" % self._process)
        self._root = root
        self._lock = threading.RLock()
        self._flasks: tuple[type, ...] = ()
        #: By identity, since nothing says that they can be hashed.
        self._live: weakref.WeakValueDictionary[int, Any] = (
            weakref.WeakValueDictionary()
        )
        self._applications = 0
        self._numbers: dict[str, int] = {}
        self._test, self._phase = "", ""
        self._seen: set[tuple[int, str]] = set()
        os.makedirs(folder, exist_ok=True)
        self._event(event="start")

    def _event(self, **event: object) -> None:
        line = (_dumps(event, default=str) + "\n").encode("utf-8")
        descriptor = _open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _write(descriptor, line)
        finally:
            _close(descriptor)

    def _note(self, note: Callable[..., object], *about: Any) -> None:
        """Take a note without disturbing the test; that one was lost is noted."""
        if _getpid() != self._process:  # a fork of the test process is no witness
            return
        with self._lock:
            try:
                note(*about)
            except Exception as error:
                self._event(event="trouble", message=repr(error)[:500])

    def flask_imported(self, module: ModuleType) -> None:
        """Have the classes of a Flask that was just imported tell what they do."""
        self._note(self._wrap_all, module)

    def _wrap_all(self, module: Any) -> None:
        flask = module.Flask
        if flask in self._flasks:
            return
        self._flasks += (flask,)
        self._wrap(vars(sys.modules["werkzeug.routing"])["Rule"], "bind", _remember)
        self._wrap(flask, "__init__", self._application)
        self._wrap(flask, "add_url_rule", self._routes)
        self._wrap(flask, "full_dispatch_request", self._request, early=True)
        self._find_applications()

    def _wrap(
        self, owner: Any, name: str, note: Callable[[Any], None], early: bool = False
    ) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def method(it: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if early:
                self._note(note, it)
                return original(it, *args, **kwargs)
            result = original(it, *args, **kwargs)
            self._note(note, it)
            return result

        setattr(owner, name, method)

    def _find_applications(self) -> None:
        """Note the applications that were made behind our back."""
        for found in gc.get_objects() if self._flasks else ():
            # Not isinstance, which would ask a proxy for what it stands for.
            if issubclass(type(found), self._flasks) and "url_map" in vars(found):
                if id(found) not in self._live:
                    self._application(found)

    def _application(self, app: Any) -> None:
        self._applications += 1
        self._live[id(app)] = app
        self._all_routes(app)

    def _all_routes(self, app: Any) -> None:
        setattr(app.url_map, _NEW_RULES, list(app.url_map.iter_rules()))
        self._routes(app)

    def _routes(self, app: Any) -> None:
        """Note the rules that an application got since the last look."""
        waiting = []
        for rule in vars(app.url_map).pop(_NEW_RULES, ()):
            if app.view_functions.get(rule.endpoint) is not None:
                self._number(app, rule)
            else:
                waiting.append(rule)  # its view function may come yet
        if waiting:
            setattr(app.url_map, _NEW_RULES, waiting)

    def _number(self, app: Any, rule: Any) -> int | None:
        """The number of a route in our file; None for a rule that leads to no code."""
        redirects = rule.redirect_to or (rule.alias and rule.map.redirect_defaults)
        view, endpoint = app.view_functions.get(rule.endpoint), str(rule.endpoint)
        if redirects or rule.build_only or view is None:
            return None
        if _NUMBER in vars(rule):
            return int(vars(rule)[_NUMBER])
        by_host = rule.map.host_matching
        about = {
            "rule": rule.rule,
            "host": (rule.host if by_host else None) or "",
            "subdomain": (None if by_host else rule.subdomain) or "",
            "endpoint": endpoint,
            "websocket": rule.websocket,
            "views": {
                method: places(view, method, endpoint, self._root)
                for method in methods(rule, view)
            },
        }
        key = _dumps(about, sort_keys=True, default=str)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers)
            self._event(event="route", number=self._numbers[key], **about)
        setattr(rule, _NUMBER, self._numbers[key])
        return self._numbers[key]

    def _request(self, app: Any) -> None:
        request = vars(sys.modules["flask.globals"])["request"]
        rule, method = request.url_rule, str(request.method)
        if rule is None:  # not found, not allowed, or sent on to another rule
            return
        self._routes(app)
        number = self._number(app, rule)
        if number is None or not self._test or (number, method) in self._seen:
            return
        self._seen.add((number, method))
        where = {"nodeid": self._test, "when": self._phase}
        self._event(event="request", route=number, method=method, **where)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Step inside every conftest, so that requests of their hooks do not count."""
        manager = session.config.pluginmanager
        manager.unregister(self)
        manager.register(self)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        yield from self._during("setup", item.nodeid)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self._note(lambda: self._event(event="test", nodeid=item.nodeid))
        yield from self._during("call", item.nodeid)

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        yield from self._during("teardown", item.nodeid)

    def _during(self, phase: str, nodeid: str) -> Iterator[None]:
        self._test, self._phase = nodeid, phase
        self._seen.clear()
        yield
        self._test = ""
        self._note(self._look_again)

    def _look_again(self) -> None:
        for app in list(self._live.values()):
            self._routes(app)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._note(self._find_applications)
        for app in list(self._live.values()):
            self._note(self._all_routes, app)
        self._note(self._finish)

    def _finish(self) -> None:
        self._event(event="finish", applications=self._applications, flask=_version())


def _remember(rule: Any) -> None:
    """Keep a rule with its map until somebody asks for the map's new rules."""
    vars(rule.map).setdefault(_NEW_RULES, []).append(rule)


def _version() -> str | None:
    try:
        return version("flask")
    except PackageNotFoundError:
        return None
