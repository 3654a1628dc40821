"""routes: what real Flask applications and a real pytest leave in the record.

Each test makes a small project, runs its tests as gatekeeper does, and asks the
adapter which routes they requested.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from support import make_job, measured, write_files

from gatekeeper.engine.process import Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.model import Run
from gatekeeper.tools.pytest import PYTEST
from gatekeeper.tools.routes import ROUTES

CLIENT = """
    import pytest
    from service import create_app

    @pytest.fixture
    def client():
        return create_app().test_client()
"""


def examine(
    tmp_path: Path,
    files: Mapping[str, str],
    *,
    options: Mapping[str, Any] | None = None,
    beside: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Run:
    """The run of `routes` after the tests of a project, its code below src."""
    contents = {name: dedent(text) for name, text in files.items()}
    root = write_files(tmp_path.resolve() / "project", contents)
    environ = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **(environment or {})}
    tests = make_job(
        "pytest",
        root,
        options,
        paths=["tests"],
        companions={"routes": {}, **{name: {"source": ["src"]} for name in beside}},
        environment=environ,
    )
    assert "gatekeeper_routes" in PYTEST.commands(tests)[0].argv
    tests = replace(tests, work=tmp_path / "work")
    tests.work.mkdir()
    run = run_tool(PYTEST, tests, Processes())
    job = make_job(
        "routes",
        root,
        upstream=run,
        upstream_work=tests.work,
        companions={"pytest": {"paths": ["tests"]}},
    )
    return run_tool(ROUTES, job, Processes())


def requested(run: Run) -> dict[str, bool]:
    """Each route, and whether a passing test requested it."""
    rows = measured(run).output.splitlines()[:-1]
    return {row[12:]: row.startswith("tested") for row in rows}


def untested(run: Run) -> list[str]:
    return [shown for shown, done in requested(run).items() if not done]


def findings(run: Run) -> list[str]:
    return [f"{f.path}:{f.line} {f.rule}" for f in measured(run).findings]


SERVICE = """
    from flask import Blueprint, Flask, abort

    users = Blueprint("users", __name__, url_prefix="/users")
    keys = Blueprint("keys", __name__, url_prefix="/keys")

    @users.get("/<int:id>")
    def show(id):
        abort(404)

    @users.route("/", methods=["GET", "POST"])
    def every():
        return ""

    @keys.delete("/<name>")
    def revoke(name):
        raise RuntimeError

    users.register_blueprint(keys)

    def create_app():
        app = Flask(__name__)
        app.register_blueprint(users)
        app.register_blueprint(users, url_prefix="/v2/users", name="v2")

        @app.before_request
        def locked():
            from flask import request
            if request.headers.get("Locked"):
                return "", 401

        return app
"""


def test_routes_of_blueprints_are_known_with_prefix_method_and_place(
    tmp_path: Path,
) -> None:
    tests = """
        from service import create_app

        def test_a_request_is_enough_whatever_the_answer(client):
            assert client.get("/users/1").status_code == 404
            assert client.delete("/users/keys/x").status_code == 500
            assert client.post("/v2/users/", headers={"Locked": "1"}).status_code == 401

        def test_what_the_router_does_not_hand_on_is_no_request(client):
            assert client.get("/v2/users").status_code == 308
            assert client.put("/v2/users/").status_code == 405
            assert client.head("/v2/users/").status_code == 200
            assert client.options("/v2/users/").status_code == 200
            with create_app().test_request_context("/v2/users/1"):
                pass
    """
    files = {"tests/conftest.py": CLIENT, "tests/test_a.py": tests}
    run = examine(tmp_path, {"src/service/__init__.py": SERVICE, **files})
    assert requested(run) == {
        "GET /users/<int:id> (endpoint users.show)": True,
        "GET /v2/users/<int:id> (endpoint v2.show)": False,
        "GET /users/ (endpoint users.every)": False,
        "GET /v2/users/ (endpoint v2.every)": False,
        "POST /users/ (endpoint users.every)": False,
        "POST /v2/users/ (endpoint v2.every)": True,
        "DELETE /users/keys/<name> (endpoint users.keys.revoke)": True,
        "DELETE /v2/users/keys/<name> (endpoint v2.keys.revoke)": False,
    }
    assert measured(run).findings[0].message == (
        "GET /v2/users/<int:id> (endpoint v2.show) is requested by no passing test"
    )
    assert findings(run) == [
        "src/service/__init__.py:7 untested-route",
        *["src/service/__init__.py:11 untested-route"] * 3,
        "src/service/__init__.py:15 untested-route",
    ]
    assert (measured(run).examined, measured(run).gaps) == (8, ())
    assert measured(run).metrics["percent"].value == 100 * 3 / 8
    assert measured(run).metrics["untested"].value == 5
    assert measured(run).notes == (
        "1 routes left out: Flask's own and those of extensions",
    )
    assert run.version is not None
    assert run.version.startswith("Flask ")


ITEMS = """
    from flask import Flask

    def create_app():
        app = Flask(__name__)
        for name in "abcdefghij":
            app.add_url_rule(f"/{name}", name, lambda: "")
        return app
"""


def test_only_requests_from_the_body_of_a_passing_test_count(tmp_path: Path) -> None:
    conftest = """
        import threading
        import pytest
        from service import create_app

        app = create_app()
        app.test_client().get("/a")  # while tests are collected

        @pytest.fixture
        def client():
            client = app.test_client()
            client.get("/b")
            yield client
            client.get("/c")

        @pytest.hookimpl(hookwrapper=True, trylast=True)
        def pytest_runtest_call():
            app.test_client().get("/d")
            yield
            app.test_client().get("/d")
    """
    tests = """
        import os, threading, unittest
        import pytest
        from service import create_app

        def test_failing(client):
            client.get("/e")
            assert False

        def test_skipped(client):
            client.get("/f")
            pytest.skip()

        @pytest.mark.xfail
        def test_expected_to_fail(client):
            client.get("/f")
            assert False

        @pytest.fixture
        def broken():
            yield
            raise RuntimeError

        def test_broken_at_the_end(client, broken):
            client.get("/g")

        def test_child(client):
            child = os.fork()
            if not child:
                client.get("/h")
                os._exit(0)
            os.waitpid(child, 0)

        def test_thread(client):
            def body():
                client.get("/i")
                client.get("/e")
            thread = threading.Thread(target=body)
            thread.start()
            thread.join()

        class TestCase(unittest.TestCase):
            def setUp(self):
                self.client = create_app().test_client()
                self.client.get("/j")

            def test_it(self):
                pass
    """
    files = {"tests/conftest.py": conftest, "tests/test_a.py": tests}
    run = examine(tmp_path, {"src/service.py": ITEMS, **files})
    shown = [name.split()[1] for name, done in requested(run).items() if done]
    assert shown == ["/e", "/i", "/j"]
    assert measured(run).faults == ("2 tests failed while requests were noted",)
    assert measured(run).notes[1] == (
        "4 untested routes were requested, but only by fixtures or by tests that did"
        " not pass"
    )


def test_the_view_is_found_behind_its_decorators(tmp_path: Path) -> None:
    service = """
        import functools
        from flask import Flask
        from flask.views import MethodView, View
        from somebody import Generic, blind, foreign_view, honest

        app = Flask(__name__)

        def keep(f):  # GET /part
            @functools.wraps(f)
            def wrapper(*args):
                return f(*args)
            return wrapper

        class Stored:
            def __init__(self, f):
                self.f, self.__name__ = f, f.__name__
            def __call__(self):
                return self.f()

        @app.get("/kept", endpoint="k")  # GET /kept
        @keep
        @honest
        def kept():
            return ""

        @app.get("/blinded", endpoint="blinded")  # GET /blinded
        @blind
        def blinded():
            return ""

        @app.get("/renamed", endpoint="other")  # GET /renamed
        @blind
        def renamed():
            return ""

        @app.get("/stored")  # GET /stored
        @Stored
        def stored():
            return ""

        class Items(MethodView):
            decorators = [blind]
            def get(self):  # GET /items
                return ""
            @keep  # POST /items
            def post(self):
                return ""

        class Page(View):
            methods = ["PUT"]
            def dispatch_request(self):  # PUT /page PUT /inherited POST /method
                return ""

        class Inherited(Page):
            pass

        class Mine(Generic):
            pass

        exec("def made():  pass")

        app.add_url_rule("/items", view_func=Items.as_view("items"))
        app.add_url_rule("/page", view_func=Page.as_view("page"))
        app.add_url_rule("/inherited", view_func=Inherited.as_view("inherited"))
        app.add_url_rule("/part", "part", functools.partial(keep, "x"))
        app.add_url_rule("/method", "m", Page().dispatch_request, methods=["POST"])
        app.add_url_rule("/mine", view_func=Mine.as_view("mine"))
        app.add_url_rule("/made", "made", made)
        app.add_url_rule("/generic", view_func=Generic.as_view("generic"))
        app.add_url_rule("/foreign", "foreign", foreign_view)
        app.add_url_rule("/printed", "printed", functools.partial(print, "x"))
    """
    somebody = """
        import functools
        from flask.views import MethodView
        class Generic(MethodView):
            def get(self):
                return ""
        def blind(f):
            def hidden(*args):
                return f(*args)
            return hidden
        def honest(f):
            @functools.wraps(f)
            def wrapper(*args):
                return f(*args)
            return wrapper
        def foreign_view():
            return ""
    """
    files = {
        "src/service.py": service,
        "venv/site-packages/somebody.py": somebody,
        "tests/test_a.py": "from service import app\ndef test_it():\n    pass\n",
    }
    installed = str(tmp_path.resolve() / "project/venv/site-packages")
    run = examine(tmp_path, files, environment={"PYTHONPATH": installed})
    found = {" ".join(f.message.split()[:2]): f.line for f in measured(run).findings}
    expected = {
        name: number
        for number, line in enumerate(service.splitlines(), 1)
        for name in re.findall(r"[A-Z]+ /[a-z]+", line.partition("#")[2])
    }
    assert len(expected) == 10
    assert found == {**expected, "GET /mine": None, "GET /made": None}
    assert {f.path for f in measured(run).findings} == {"src/service.py"}


def test_what_only_sends_on_or_builds_addresses_is_no_route(tmp_path: Path) -> None:
    service = """
        from flask import Flask
        from flask.views import MethodView
        app = Flask(__name__)

        @app.get("/list", defaults={"page": 1})
        @app.get("/list/<int:page>")
        @app.get("/old/<int:page>", alias=True)
        @app.get("/older/<int:page>", redirect_to="/list/<page>")
        @app.get("/outside/<int:page>", build_only=True)
        def pages(page):
            return ""

        @app.route("/any", methods=["GET", "HEAD", "OPTIONS"])
        def any():
            return ""

        def open_to_all():
            return ""
        open_to_all.required_methods = ["OPTIONS"]
        open_to_all.provide_automatic_options = False
        app.add_url_rule("/open", "open", open_to_all)

        class Own(MethodView):
            def get(self):
                return ""
            def head(self):
                return ""
        app.add_url_rule("/own", view_func=Own.as_view("own"))
    """
    tests = """
        from service import app
        def test_it():
            client = app.test_client()
            assert client.get("/list").status_code == 200
            assert client.get("/list/1").status_code == 308
            assert client.get("/old/1").status_code == 308
            assert client.get("/older/1").status_code == 308
    """
    run = examine(tmp_path, {"src/service.py": service, "tests/test_a.py": tests})
    assert requested(run) == {
        "GET /any (endpoint any)": False,
        "OPTIONS /any (endpoint any)": False,
        "GET /open (endpoint open)": False,
        "GET /own (endpoint own)": False,
        "HEAD /own (endpoint own)": False,
        "GET /list (endpoint pages)": True,
        "GET /list/<int:page> (endpoint pages)": False,
    }


def test_hosts_subdomains_and_protocols_tell_routes_apart(tmp_path: Path) -> None:
    service = """
        from flask import Flask
        from werkzeug.routing import Rule

        def view(**values):
            return ""

        hosts = Flask("hosts", host_matching=True, static_host="localhost")
        hosts.add_url_rule("/", "index", view, host="a.test")
        hosts.add_url_rule("/", "index", view, host="b.test")
        domains = Flask("domains", subdomain_matching=True)
        domains.config["SERVER_NAME"] = "test"
        domains.add_url_rule("/", "index", view)
        domains.add_url_rule("/", "index", view, subdomain="<user>")
        sockets = Flask("sockets")
        sockets.add_url_rule("/feed", "feed", view)
        sockets.add_url_rule("/feed", "live", view, websocket=True)
        sockets.add_url_rule("/quiet", "quiet", view, websocket=True)
        sockets.url_map.add(Rule("/all", endpoint="all"))
        sockets.url_map.add(Rule("/never", endpoint="never"))
        sockets.endpoint("all")(view)
        sockets.endpoint("never")(view)
    """
    tests = """
        from service import hosts, domains, sockets
        def test_it():
            assert hosts.test_client().get("/", base_url="http://b.test").data == b""
            assert domains.test_client().get("/", base_url="http://u.test").data == b""
            upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
            assert sockets.test_client().get("/feed", headers=upgrade).data == b""
            assert sockets.test_client().patch("/all").data == b""
    """
    run = examine(tmp_path, {"src/service.py": service, "tests/test_a.py": tests})
    assert requested(run) == {
        "GET / on host a.test (endpoint index)": False,
        "GET / on host b.test (endpoint index)": True,
        "GET / (endpoint index)": False,
        "GET / on subdomain <user> (endpoint index)": True,
        "GET /feed (endpoint feed)": False,
        "WebSocket /feed (endpoint live)": True,
        "WebSocket /quiet (endpoint quiet)": False,
        "ANY /all (endpoint all)": True,
        "ANY /never (endpoint never)": False,
    }


def test_applications_of_every_make_are_known(tmp_path: Path) -> None:
    service = """
        from flask import Flask
        from flask.testing import FlaskClient
        from werkzeug.middleware.dispatcher import DispatcherMiddleware

        class Client(FlaskClient):
            def open(self, *args, **kwargs):
                return super().open(*args, **kwargs)

        class Service(Flask):
            test_client_class = Client
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.add_url_rule("/own", view_func=self.own)
            def own(self):
                return ""
            def dispatch_request(self):
                return super().dispatch_request()

        front, back = Service("front"), Flask("back")

        @front.get("/")
        def index():
            return "front"

        @back.get("/")
        def index():
            return "back"

        front.wsgi_app = DispatcherMiddleware(front.wsgi_app, {"/back": back})
    """
    tests = """
        from service import front
        def test_it():
            assert front.test_client().get("/back/").data == b"back"
        apps = []
        def test_late():
            from flask import Flask
            import late
            apps.append(late.create_app(Flask))
            app = apps[0]
            assert app.test_client().get("/first").data == b""
            app.url_map.add(app.url_rule_class("/later", endpoint="later"))
            app.view_functions["later"] = late.view
            assert app.test_client().get("/later").data == b""
            app.url_map.add(app.url_rule_class("/latest", endpoint="latest"))
            app.view_functions["latest"] = late.view
    """
    late = """
        def view():
            return ""
        def create_app(kind):
            app = kind(__name__)
            app.add_url_rule("/first", "first", view)
            return app
    """
    files = {"src/service.py": service, "src/late.py": late, "tests/test_a.py": tests}
    run = examine(tmp_path, files)
    assert requested(run) == {
        "ANY /later (endpoint later)": True,
        "ANY /latest (endpoint latest)": False,
        "GET /first (endpoint first)": True,
        "GET /own (endpoint own)": False,
        "GET / (endpoint index)": True,
    }
    assert findings(run) == [
        "src/late.py:2 untested-route",
        "src/service.py:15 untested-route",
        "src/service.py:22 untested-route",
    ]


def test_workers_write_records_of_their_own(tmp_path: Path) -> None:
    tests = """
        import pytest
        @pytest.mark.parametrize("name", "abcdefghi")
        def test_it(client, name):
            assert client.get(f"/{name}").status_code == 200
    """
    files = {"tests/conftest.py": CLIENT, "tests/test_a.py": tests}
    run = examine(
        tmp_path,
        {"src/service.py": ITEMS, **files},
        options={"workers": 2},
        beside=["coverage"],
    )
    assert untested(run) == ["GET /j (endpoint j)"]
    assert measured(run).gaps == measured(run).faults == ()
    assert len(list(tmp_path.rglob("routes-*.jsonl"))) == 3
    assert list(tmp_path.rglob("coverage-data*"))


def test_applications_that_are_gone_count(tmp_path: Path) -> None:
    service = """
        import gc
        from flask import Flask

        def view():
            return ""

        def create_app(name):
            app = Flask(name)
            app.add_url_rule("/" + name, name, view)
            return app

        def forget(name):
            create_app(name)
            gc.collect()
            left = [o.name for o in gc.get_objects() if type(o) is Flask]
            assert name not in left
    """
    conftest = """
        import pytest
        from service import create_app, forget
        forget("conftest")

        @pytest.fixture
        def app():
            yield create_app("fixture")
            forget("teardown")
    """
    tests = """
        from service import forget, view
        def test_it(app):
            forget("test")
            app.url_map.add(app.url_rule_class("/later", endpoint="later"))
            app.test_client().get("/fixture")
            app.view_functions["later"] = view
        def test_app_is_gone():
            forget("end")
    """
    files = {"tests/conftest.py": conftest, "tests/test_a.py": tests}
    run = examine(tmp_path, {"src/service.py": service, **files})
    assert measured(run).faults == ()
    assert {shown.split()[1]: done for shown, done in requested(run).items()} == {
        **{"/conftest": False, "/fixture": True, "/teardown": False, "/test": False},
        **{"/later": False, "/end": False},
    }


def test_what_was_made_before_the_record_began_is_found(tmp_path: Path) -> None:
    early = """
        import flask
        app = flask.Flask("early")
        app.add_url_rule("/early", "early", lambda: "")
        app.add_url_rule("/idle", "idle", lambda: "")
        def view():
            return ""
        gone = flask.Flask("gone")
        gone.add_url_rule("/gone", "gone", lambda: "")
    """
    tests = """
        import gc
        import early
        from flask import Flask
        def test_it():
            early.app.test_client().get("/early")
            del early.gone
            gc.collect()
        def test_behind_our_back():
            Flask.__init__ = Flask.__init__.__wrapped__
            Flask.add_url_rule = Flask.add_url_rule.__wrapped__
            early.hidden = Flask("hidden")
            early.hidden.add_url_rule("/hidden", "hidden", early.view)
    """
    files = {"src/early.py": early, "tests/test_a.py": tests, "src/x/flask.py": ""}
    # Imported by the interpreter itself, long before pytest.
    write_files(tmp_path / "site", {"sitecustomize.py": "import early\n"})
    source = tmp_path.resolve() / "project/src"
    path = os.pathsep.join([str(tmp_path / "site"), str(source)])
    run = examine(tmp_path, files, environment={"PYTHONPATH": path})
    shown = [name.split()[1] for name in untested(run)]
    assert shown == ["/idle", "/hidden", "/gone"]


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ("def test_it(): pass", "no Flask application was made while the tests ran"),
        (
            "import flask\ndef test_it(): pass",
            "no Flask application was made while the tests ran",
        ),
        (
            "import flask\ndef test_it():\n"
            "    app = flask.Flask('x')\n"
            "    app.add_url_rule('/x', 'x', lambda: '')\n"
            "    app.test_client().get('/x')",
            "no route of the project's code is in the Flask applications of the tests",
        ),
        (
            "import os\nfrom service import create_app\n"
            "def test_it(): create_app().test_client().get('/a')\n"
            "def test_failing(): assert False\n"
            "def test_leaving(): os._exit(1)",
            "the record of routes ends early, as the process that wrote it did",
        ),
    ],
)
def test_without_a_whole_record_of_routes_there_is_no_result(
    tmp_path: Path, tests: str, reason: str
) -> None:
    run = examine(tmp_path, {"src/service.py": ITEMS, "tests/test_a.py": tests})
    assert (run.measurement, run.reason) == (None, reason)


def test_a_conftest_cannot_take_the_plugin_away_unseen(tmp_path: Path) -> None:
    conftest = """
        def pytest_collection_finish(session):
            manager = session.config.pluginmanager
            for plugin in manager.get_plugins():
                if type(plugin).__module__ == "gatekeeper_routes":
                    manager.unregister(plugin)
    """
    tests = "from service import create_app\ndef test_it(): create_app()\n"
    files = {"tests/conftest.py": conftest, "tests/test_a.py": tests}
    run = examine(tmp_path, {"src/service.py": ITEMS, **files})
    assert run.measurement is None
    assert run.reason.startswith("the record of routes ends early")


def test_what_cannot_be_noted_is_told_and_does_not_disturb(tmp_path: Path) -> None:
    service = """
        from flask import Flask

        class Unhashable(Flask):
            def __eq__(self, other):
                return False

        class Odd(Flask):
            def __init__(self, *args):
                super().__init__(*args)
                self.url_map = "none of Flask's"

        app, odd = Unhashable(__name__), Odd(__name__)
        app.add_url_rule("/x", "x", lambda: "")
    """
    tests = """
        from service import app
        def test_it():
            assert app.test_client().get("/x").status_code == 200
    """
    run = examine(tmp_path, {"src/service.py": service, "tests/test_a.py": tests})
    assert untested(run) == []
    assert measured(run).faults == ()
    assert len(measured(run).gaps) == 2
    assert all("could be noted" in gap for gap in measured(run).gaps)


def test_routes_that_no_application_has_are_found_in_the_files(
    tmp_path: Path,
) -> None:
    service = """
        import os
        from flask import Flask
        from extra import extra

        app = Flask(__name__)

        @app.get("/")
        def index():
            return ""

        if "DEBUG" in os.environ:
            app.register_blueprint(extra)

            @app.get("/debug")
            async def debug():
                return ""
    """
    extra = """
        from flask import Blueprint
        extra = Blueprint("extra", __name__)

        @extra.route("/shown/" + "never", methods=["GET"])
        @extra.route(rule="/never")
        def never():
            return ""
    """
    other = """
        from extra import extra
        @extra.put("/other")
        class Other:
            pass
    """
    tests = """
        from service import app
        def test_it():
            app.test_client().get("/")
    """
    names = {"src/service.py": service, "src/extra.py": extra, "src/other.py": other}
    run = examine(tmp_path, {**names, "tests/test_a.py": tests})
    assert findings(run) == [
        "src/extra.py:5 unregistered-route",
        "src/other.py:3 unregistered-route",
        "src/service.py:15 unregistered-route",
    ]
    assert measured(run).findings[0].message == (
        "never is a route that no application of the test run has"
    )
    assert measured(run).metrics["percent"].value == 25
