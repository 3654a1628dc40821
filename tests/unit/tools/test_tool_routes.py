"""routes: what the record of a test run comes to. The plugin has tests of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import Files, make_job, measured, write_files

from gatekeeper.engine.process import Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.judge import Gate, judge
from gatekeeper.model import (
    Case,
    Counts,
    Finding,
    GateResult,
    Measurement,
    Run,
    RunStatus,
    Severity,
)
from gatekeeper.tools.base import Job
from gatekeeper.tools.routes import ROUTES

Event = dict[str, Any]
START: Event = {"event": "start"}
FINISH: Event = {"event": "finish", "applications": 1, "flask": "3.1.3"}


def route(number: int, rule: str, *places: Sequence[Any], **other: Any) -> Event:
    """A route of one method, its view at the first of `places`."""
    views = {other.pop("method", "GET"): list(places) or [["src/a.py", 3, "view"]]}
    common = {"host": "", "subdomain": "", "websocket": False, "endpoint": "view"}
    return {
        **{"event": "route", "number": number, "rule": rule, "views": views},
        **{**common, **other},
    }


def body(nodeid: str, *routes: int, method: str = "GET") -> list[Event]:
    """A test that requests some routes."""
    about = {"event": "request", "method": method, "nodeid": nodeid, "when": "call"}
    return [
        {"event": "test", "nodeid": nodeid},
        *({**about, "route": number} for number in routes),
    ]


def pytest_run(outcomes: Mapping[str, str], **measured: Any) -> Run:
    """The run of the tests, as the adapter of pytest tells it."""
    cases = tuple(Case(name, frozenset(), how) for name, how in outcomes.items())
    measurement = Measurement(**{"examined": len(cases), "cases": cases, **measured})
    return Run(tool="pytest", status=RunStatus.COMPLETED, measurement=measurement)


def prepare(
    tmp_path: Path,
    records: Iterable[Iterable[Event]],
    *,
    files: Files | None = None,
    tests: Run | None = None,
    tests_at: str = "tests",
    options: Mapping[str, Any] | None = None,
    paths: Sequence[str] = ("src",),
) -> Job:
    """A job after a test run that wrote some records, one for each process."""
    sources = {"src/a.py": "", "src/b/c.py": "", "legacy.py": "", "tests/x.py": ""}
    root = write_files(tmp_path.resolve() / "project", {**sources, **(files or {})})
    folder = tmp_path / "pytest"
    (folder / "evidence").mkdir(parents=True)
    for number, events in enumerate(records):
        lines = [json.dumps(_placed(event, root)) + "\n" for event in events]
        path = folder / "evidence" / f"routes-{number}.jsonl"
        path.write_text("".join(lines), encoding="utf-8")
    return make_job(
        "routes",
        root,
        options,
        paths=paths,
        upstream=tests or pytest_run({"t": "passed"}),
        upstream_work=folder,
        companions={"pytest": {"paths": [tests_at]}},
    )


def _placed(event: Event, root: Path) -> Event:
    """The places of a route are given relative to the root."""
    views = {
        method: [[str(root / path), line, name] for path, line, name in places]
        for method, places in event.get("views", {}).items()
    }
    return {**event, "views": views} if views else event


def examine(job: Job) -> Run:
    return run_tool(ROUTES, job, Processes())


def verdict(run: Run, *, metric: str = "percent", **gate: Any) -> GateResult:
    unit = ROUTES.metrics[metric]
    given = {"minimum": 100.0} if metric == "percent" else {"maximum": 0.0}
    condition: dict[str, Any] = {**given, **gate}
    return judge(Gate("gate", "", "routes", metric, unit, True, **condition), run)


def rows(run: Run) -> list[str]:
    """The table of routes without its last line."""
    return measured(run).output.splitlines()[:-1]


def test_all_routes_requested_pass(tmp_path: Path) -> None:
    events = [START, route(0, "/a"), route(1, "/b"), *body("t", 0, 1), FINISH]
    run = examine(prepare(tmp_path, [events]))
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "100 %, at least 100 required")
    assert (measured(run).examined, measured(run).examined_unit) == (2, "routes")
    assert measured(run).examined_paths == {"src/a.py"}
    assert verdict(run, metric="untested").status == "passed"
    assert run.version == "Flask 3.1.3"
    assert measured(run).output.splitlines() == [
        "tested      GET /a (endpoint view)",
        "tested      GET /b (endpoint view)",
        "2 of 2 routes requested by a test",
    ]


def test_a_route_that_nobody_requested_fails_with_its_place(tmp_path: Path) -> None:
    user = route(1, "/users/<int:id>", ["src/b/c.py", 7, "show"], endpoint="users.show")
    events = [START, route(0, "/a"), user, *body("t", 0), FINISH]
    result = verdict(examine(prepare(tmp_path, [events])))
    assert (result.status, result.value) == ("failed", 50)
    assert result.findings == (
        Finding(
            "untested-route",
            Severity.MEDIUM,
            "GET /users/<int:id> (endpoint users.show) is requested by no passing test",
            "src/b/c.py",
            7,
        ),
    )


def test_paths_of_a_gate_choose_by_the_file_of_the_view(tmp_path: Path) -> None:
    there = [route(n, f"/c{n}", ["src/b/c.py", 7, "show"]) for n in (1, 2, 3, 4)]
    events = [START, route(0, "/a"), *there, *body("t", 0, 1, 2, 3), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert measured(run).counts == {
        "src/a.py": Counts(1, 1),
        "src/b/c.py": Counts(4, 3),
    }
    assert verdict(run).value == 80
    assert verdict(run, paths=("src/a.py",)).status == "passed"
    below = verdict(run, paths=("src/b",))
    assert (below.status, below.value, len(below.findings)) == ("failed", 75, 1)
    assert verdict(run, paths=("src/b",), minimum=75).status == "passed"
    assert verdict(run, paths=("src/other",)).status == "error"


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        ("passed", True),
        ("xpassed", True),
        ("failed", False),
        ("error", False),
        ("skipped", False),
        ("xfailed", False),
    ],
)
def test_the_test_has_to_pass(tmp_path: Path, outcome: str, counts: bool) -> None:
    events = [START, route(0, "/a"), *body("t", 0), FINISH]
    run = examine(prepare(tmp_path, [events], tests=pytest_run({"t": outcome})))
    assert (verdict(run).status == "passed") is counts
    assert bool(measured(run).findings) is not counts


def test_another_test_that_passed_is_enough(tmp_path: Path) -> None:
    events = [START, route(0, "/a"), *body("t", 0), *body("u", 0), FINISH]
    tests = pytest_run({"t": "skipped", "u": "passed"})
    assert verdict(examine(prepare(tmp_path, [events], tests=tests))).status == "passed"


def test_of_a_test_that_ran_again_the_last_attempt_counts(tmp_path: Path) -> None:
    events = [START, route(0, "/a"), *body("t", 0), *body("t"), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert verdict(run).status == "failed"


def test_requests_of_fixtures_do_not_count_and_are_told(tmp_path: Path) -> None:
    asked = {"event": "request", "route": 0, "method": "GET", "nodeid": "t"}
    setup = {**asked, "when": "setup"}
    events = [START, route(0, "/a"), route(1, "/b"), setup, *body("t", 1), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert rows(run)[0].startswith("NOT TESTED  GET /a")
    assert measured(run).notes == (
        "1 untested routes were requested, but only by fixtures or by tests that did"
        " not pass",
    )


def test_a_method_that_flask_adds_is_no_request_of_the_route(tmp_path: Path) -> None:
    events = [START, route(0, "/a"), *body("t", 0, method="HEAD"), FINISH]
    assert verdict(examine(prepare(tmp_path, [events]))).status == "failed"
    anything = route(0, "/a", method="ANY")
    events = [START, anything, *body("t", 0, method="HEAD"), FINISH]
    assert verdict(examine(prepare(tmp_path / "2", [events]))).status == "passed"


def test_processes_number_their_routes_alone_and_are_united(tmp_path: Path) -> None:
    one = [START, route(0, "/a"), route(1, "/b"), *body("t", 0), FINISH]
    two = [START, route(0, "/b"), route(1, "/c"), *body("u", 0), FINISH]
    main = [START, {**FINISH, "applications": 0}]
    tests = pytest_run({"t": "passed", "u": "passed"})
    run = examine(prepare(tmp_path, [one, two, main], tests=tests))
    assert [row[:15] for row in rows(run)] == [
        "tested      GET",
        "tested      GET",
        "NOT TESTED  GET",
    ]


def test_applications_with_the_same_routes_count_once(tmp_path: Path) -> None:
    view = ["src/a.py", 3, "view"]
    again = route(1, "/a", view, ["src/a.py", 90, "helper"])
    events = [START, route(0, "/a", view), again, *body("t", 1), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert (measured(run).examined, verdict(run).status) == (1, "passed")


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        ({"host": "b.test"}, "GET /a on host b.test (endpoint view)"),
        ({"subdomain": "<u>"}, "GET /a on subdomain <u> (endpoint view)"),
        ({"websocket": True}, "WebSocket /a (endpoint view)"),
        ({"method": "POST"}, "POST /a (endpoint view)"),
        ({"endpoint": "v2.view"}, "GET /a (endpoint v2.view)"),
    ],
)
def test_what_tells_routes_apart(
    tmp_path: Path, other: dict[str, Any], shown: str
) -> None:
    events = [START, route(0, "/a"), route(1, "/a", **other), *body("t", 0), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert [f.message for f in measured(run).findings] == [
        f"{shown} is requested by no passing test"
    ]


def test_another_view_under_the_same_rule_is_another_route(tmp_path: Path) -> None:
    other = route(1, "/a", ["src/b/c.py", 3, "view"])
    events = [START, route(0, "/a"), other, *body("t", 0), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert [f.path for f in measured(run).findings] == ["src/b/c.py"]


INSTALLED = "venv/lib/python3/site-packages/flask/app.py"


@pytest.mark.parametrize(
    ("place", "note"),
    [
        (INSTALLED, "Flask's own and those of extensions"),
        (".venv/lib/x.py", "Flask's own and those of extensions"),
        ("../outside.py", "Flask's own and those of extensions"),
        ("src/<string>", "Flask's own and those of extensions"),
        ("tests/x.py", "defined by tests"),
        ("src/conftest.py", "defined by tests"),
        ("src/test_a.py", "defined by tests"),
        ("test_root.py", "defined by tests"),
        ("src/skipped/d.py", "excluded by the policy"),
    ],
)
def test_routes_that_are_not_the_projects_are_left_out(
    tmp_path: Path, place: str, note: str
) -> None:
    names = [INSTALLED, ".venv/lib/x.py", "../outside.py", "src/conftest.py"]
    names += ["src/test_a.py", "test_root.py", "src/skipped/d.py"]
    collected = frozenset({"src/test_a.py", "test_root.py"})
    job = prepare(
        tmp_path,
        [
            [
                START,
                route(0, "/a"),
                route(1, "/x", [place, 1, "x"]),
                *body("t", 0),
                FINISH,
            ]
        ],
        files=dict.fromkeys(names, ""),
        tests=pytest_run({"t": "passed"}, examined_paths=collected),
    )
    options = job.options.model_copy(update={"exclude": ["src/skipped"]})
    run = examine(replace(job, options=options))
    assert measured(run).examined == 1
    assert measured(run).notes == (f"1 routes left out: {note}",)


@pytest.mark.parametrize(
    "place",
    [
        "legacy.py",  # outside of the sources
        "src/ab_test.py",  # named like tests, but none was collected there
        "src/a.py",  # collected for its doctests
    ],
)
def test_routes_of_the_project_count_wherever_they_stand(
    tmp_path: Path, place: str
) -> None:
    events = [START, route(0, "/x", [place, 1, "x"]), *body("t"), FINISH]
    tests = pytest_run({"t": "passed"}, examined_paths=frozenset({"src/a.py"}))
    files = {"src/ab_test.py": ""}
    job = prepare(tmp_path, [events], files=files, tests=tests, tests_at=".")
    assert [f.path for f in measured(examine(job)).findings] == [place]


def test_tests_beside_the_code_do_not_hide_its_routes(tmp_path: Path) -> None:
    events = [START, route(0, "/a"), *body("t"), FINISH]
    for number, tests_at in enumerate(("src", ".", "src/a.py/..")):
        place = tmp_path / str(number)
        run = examine(prepare(place, [events], tests_at=tests_at))
        assert verdict(run).status == "failed", tests_at


def test_paths_of_the_policy_choose_files(tmp_path: Path) -> None:
    there = route(1, "/c", ["src/b/c.py", 7, "show"])
    events = [START, route(0, "/a"), there, *body("t", 0), FINISH]
    options = {"paths": ["src/a.py"]}
    job = prepare(tmp_path, [events], options=options, paths=["src/a.py"])
    run = examine(job)
    assert verdict(run).status == "passed"
    assert measured(run).notes == ("1 routes left out: excluded by the policy",)


def test_the_first_place_of_the_project_decides(tmp_path: Path) -> None:
    foreign = [INSTALLED, 1, "wrapper"]
    mine, tests = ["src/a.py", 3, "view"], ["tests/x.py", 1, "x"]
    events = [
        START,
        route(0, "/a", foreign, mine, tests),
        route(1, "/x", foreign, tests, mine),
        *body("t", 0),
        FINISH,
    ]
    run = examine(prepare(tmp_path, [events], files={INSTALLED: ""}))
    assert rows(run) == ["tested      GET /a (endpoint view)"]


def test_a_linked_source_is_named_as_it_was_found(tmp_path: Path) -> None:
    events = [START, route(0, "/a", ["../real/a.py", 3, "view"]), *body("t"), FINISH]
    files = {"../real/a.py": "", "src/a.py": None}
    job = prepare(tmp_path, [events], files={**files, "src/a.py": ""})
    (job.root / "src/linked").symlink_to(tmp_path.resolve() / "real")
    again = make_job("routes", job.root, work=tmp_path / "again")
    run = examine(replace(job, sources=again.sources))
    assert [f.path for f in measured(run).findings] == ["src/linked/a.py"]


def test_a_view_without_a_line_has_none(tmp_path: Path) -> None:
    events = [START, route(0, "/a", ["src/a.py", None, "view"]), *body("t"), FINISH]
    (finding,) = measured(examine(prepare(tmp_path, [events]))).findings
    assert (finding.path, finding.line) == ("src/a.py", None)


WHOLE = [START, route(0, "/a"), *body("t", 0), FINISH]


@pytest.mark.parametrize("kept", range(len(WHOLE)))
def test_a_record_that_ends_early_is_no_proof(tmp_path: Path, kept: int) -> None:
    others = [START, {**FINISH, "applications": 0}]
    job = prepare(tmp_path, [others, WHOLE[:kept]])
    run = examine(job)
    assert run.measurement is None
    assert run.reason.startswith("the record of routes ")
    assert verdict(run).status == "error"


def test_a_record_with_a_torn_line_is_no_proof(tmp_path: Path) -> None:
    job = prepare(tmp_path, [WHOLE])
    (path,) = tmp_path.rglob("routes-0.jsonl")
    path.write_text(path.read_text() + '{"event": "rou')
    assert examine(job).status == "crashed"


def test_an_empty_record_is_no_proof(tmp_path: Path) -> None:
    assert examine(prepare(tmp_path, [WHOLE, []])).status == "crashed"


def test_a_record_that_is_cut_within_a_line_is_no_proof(tmp_path: Path) -> None:
    job = prepare(tmp_path, [WHOLE])
    (path,) = tmp_path.rglob("routes-0.jsonl")
    path.write_bytes(path.read_bytes()[:-3])
    run = examine(job)
    assert (run.status, run.reason) == (
        "crashed",
        "the record of routes ends early, as the process that wrote it did",
    )
    assert "os._exit" in run.fix


def test_without_a_record_there_is_no_proof(tmp_path: Path) -> None:
    run = examine(prepare(tmp_path, []))
    assert (run.status, run.reason) == (
        "crashed",
        "the test run left no record of routes",
    )


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "null",
        '{"event": "other"}',
        '{"event": ["route"]}',
        '{"event": "finish"}',
        '{"event": "finish", "applications": "1"}',
        '{"event": "request", "route": "0"}',
        '{"event": "route", "number": 1}',
    ],
)
def test_what_the_plugin_does_not_write_is_refused(tmp_path: Path, line: str) -> None:
    job = prepare(tmp_path, [WHOLE])
    (path,) = tmp_path.rglob("routes-0.jsonl")
    path.write_text(f"{line}\n{path.read_text()}")
    run = examine(job)
    assert (run.status, run.measurement) == ("unreadable", None)
    assert "the record of routes holds what we did not write" in run.reason


def test_a_route_with_odd_places_is_refused(tmp_path: Path) -> None:
    job = prepare(tmp_path, [WHOLE])
    (path,) = tmp_path.rglob("routes-0.jsonl")
    path.write_text(path.read_text().replace(', 3, "view"]', "]"))
    assert examine(job).status == "unreadable"


def test_every_test_that_passed_has_to_be_in_the_record(tmp_path: Path) -> None:
    outcomes = {"t": "passed", "v": "failed", "u": "passed"}
    run = examine(prepare(tmp_path, [WHOLE], tests=pytest_run(outcomes)))
    assert (run.status, run.reason) == (
        "unreadable",
        "the record of routes lacks 1 passed tests, first u",
    )


def test_without_an_application_there_is_no_proof(tmp_path: Path) -> None:
    events = [START, *body("t"), {**FINISH, "applications": 0, "flask": None}]
    run = examine(prepare(tmp_path, [events]))
    assert verdict(run).status == "error"
    assert run.reason == "no Flask application was made while the tests ran"


def test_without_a_route_of_the_project_there_is_no_proof(tmp_path: Path) -> None:
    events = [START, route(0, "/x", ["tests/x.py", 1, "x"]), *body("t", 0), FINISH]
    run = examine(prepare(tmp_path, [events]))
    assert verdict(run).status == "error"
    assert "no route of the project's code" in run.reason


def test_a_test_run_without_result_is_no_proof(tmp_path: Path) -> None:
    tests = Run("pytest", RunStatus.TIMED_OUT, reason="it took too long")
    run = examine(prepare(tmp_path, [WHOLE], tests=tests))
    assert (run.status, run.reason) == (
        "timed-out",
        "the test run gave no result to look into: it took too long",
    )
    job = replace(prepare(tmp_path / "2", [WHOLE]), upstream=None, upstream_work=None)
    assert examine(job).reason.endswith("it was not started")


def test_failing_tests_make_every_number_worthless(tmp_path: Path) -> None:
    lost = Finding("collection-error", Severity.HIGH, "tests/test_b.py: no module")
    tests = pytest_run({"t": "passed"}, findings=(lost,))
    result = verdict(examine(prepare(tmp_path, [WHOLE], tests=tests)))
    assert (result.status, result.reason) == (
        "failed",
        "100 %, at least 100 required, but 1 tests failed while requests were noted",
    )


@pytest.mark.parametrize(
    ("about", "trouble", "gap"),
    [
        ({"gaps": ("tests/test_b.py was not collected",)}, [], "was not collected"),
        ({"examined": 0}, [], "no test ran while requests were noted"),
        ({}, ["KeyError()"] * 2, "request could be noted: KeyError()"),
    ],
)
def test_what_was_not_seen_is_a_gap(
    tmp_path: Path, about: dict[str, Any], trouble: list[str], gap: str
) -> None:
    troubles = [{"event": "trouble", "message": text} for text in trouble]
    tests = pytest_run({"t": "passed"}, **about)
    run = examine(prepare(tmp_path, [[*troubles, *WHOLE]], tests=tests))
    result = verdict(run)
    assert (result.status, len(measured(run).gaps)) == ("error", 1)
    assert gap in result.reason


def test_what_our_walk_could_not_read_is_a_gap(tmp_path: Path) -> None:
    job = prepare(tmp_path, [WHOLE])
    (job.root / "src/lost.py").symlink_to("nowhere.py")
    again = make_job("routes", job.root, work=tmp_path / "again")
    result = verdict(examine(replace(job, sources=again.sources)))
    assert result.status == "error"
    assert "src/lost.py: No such file or directory" in result.reason


BLUEPRINT = "from flask import Blueprint\napi = Blueprint('api', __name__)\n"


@pytest.mark.parametrize(
    "decorator",
    [
        "@api.route('/x')",
        "@api.route(PREFIX + '/x', methods=['PUT'])",
        "@api.route(rule='/x')",
        "@api.get('/x')",
        "@api.post('')",
        "@api.put('/x', endpoint='y')",
        "@api.patch('/x')",
        "@api.delete('/x')",
        "@module.deep.api.get('/x')",
        "@other\n@api.get('/x')",
    ],
)
@pytest.mark.parametrize(
    "thing", ["def x(): ...", "async def x(): ...", "class x: ..."]
)
def test_routes_that_stand_in_the_files_have_to_be_known(
    tmp_path: Path, decorator: str, thing: str
) -> None:
    files = {"src/b/d.py": f"{BLUEPRINT}\n{decorator}\n{thing}\n"}
    run = examine(prepare(tmp_path, [WHOLE], files=files))
    assert measured(run).findings == (
        Finding(
            "unregistered-route",
            Severity.MEDIUM,
            "x is a route that no application of the test run has",
            "src/b/d.py",
            4,
        ),
    )
    assert verdict(run).value == 50
    assert verdict(run, paths=("src/b",)).status == "failed"
    assert measured(run).metrics["untested"].value == 1
    seen = [START, route(0, "/a", ["src/b/d.py", 4, "x"]), *body("t", 0), FINISH]
    job = prepare(tmp_path / "2", [seen], files=files)
    assert verdict(examine(job)).status == "passed"


@pytest.mark.parametrize(
    "text",
    [
        f"{BLUEPRINT}@api.get\ndef x(): ...",
        f"{BLUEPRINT}@api.get()\ndef x(): ...",
        f"{BLUEPRINT}@api.get('x')\ndef x(): ...",
        f"{BLUEPRINT}@api.get(x)\ndef x(): ...",
        f"{BLUEPRINT}@api.errorhandler(404)\ndef x(): ...",
        f"{BLUEPRINT}@route('/x')\ndef x(): ...",
        f"{BLUEPRINT}@api().get('/x')\ndef x(): ...",
        f"{BLUEPRINT}api.get('/x')\ndef x(): ...",
        "from fastapi import APIRouter as A\napi = A()\n@api.get('/x')\ndef x(): ...",
        "from .flask import api\n@api.get('/x')\ndef x(): ...",
        "from a import api\n@api.get('/x')\ndef x(): ...",
    ],
)
def test_what_only_looks_like_a_route_is_none(tmp_path: Path, text: str) -> None:
    run = examine(prepare(tmp_path, [WHOLE], files={"src/b/d.py": text}))
    assert (measured(run).findings, measured(run).gaps) == ((), ())


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("from b.base import api", "src/b/d.py"),
        ("from b.base import bp as api", "src/b/d.py"),
        ("from .base import api", "src/b/d.py"),
        ("from ..base import api", "src/b/e/d.py"),
        ("from . import base as api", "src/b/d.py"),
        ("from b import base as api", "src/d.py"),
        ("from flask_restx import Namespace", "src/d.py"),
        ("import flask", "src/d.py"),
        ("import apiflask.views", "src/d.py"),
    ],
)
def test_a_blueprint_may_come_from_another_file(
    tmp_path: Path, line: str, path: str
) -> None:
    files = {
        "src/b/base.py": BLUEPRINT,
        path: f"{line}\n@api.get('/x')\ndef x(): ...\n",
    }
    run = examine(prepare(tmp_path, [WHOLE], files=files))
    assert [f.path for f in measured(run).findings] == [path]


def test_a_package_may_hold_the_blueprint(tmp_path: Path) -> None:
    files = {
        "src/p/__init__.py": BLUEPRINT,
        "src/p/d.py": "from . import api\n@api.get('/x')\ndef x(): ...\n",
        "src/p/q/e.py": "from p import api\n@api.get('/x')\ndef x(): ...\n",
    }
    run = examine(prepare(tmp_path, [WHOLE], files=files))
    assert [f.path for f in measured(run).findings] == ["src/p/d.py", "src/p/q/e.py"]


def test_routes_in_tests_and_excluded_files_need_not_be_known(tmp_path: Path) -> None:
    text = f"{BLUEPRINT}@api.get('/x')\ndef x(): ...\n"
    files = {"src/conftest.py": text, "src/tests/helper.py": text}
    job = prepare(tmp_path, [WHOLE], files=files, tests_at="src/tests")
    assert verdict(examine(job)).status == "passed"


@pytest.mark.parametrize("text", ["def x(:\n", "x = '\0'\n", b"x = '\xff'\n"])
def test_a_file_that_cannot_be_read_for_routes_is_a_gap(
    tmp_path: Path, text: str | bytes
) -> None:
    run = examine(prepare(tmp_path, [WHOLE], files={"src/b/d.py": text}))
    result = verdict(run)
    assert result.status == "error"
    assert "src/b/d.py: whether it has routes cannot be read" in result.reason


def test_hostile_names_are_kept_as_they_are(tmp_path: Path) -> None:
    rule = "/\x1b[31m\n\u202e|`<script>"
    events = [START, route(0, rule, endpoint="\n"), *body("t"), FINISH]
    (finding,) = measured(examine(prepare(tmp_path, [events]))).findings
    assert finding.message.startswith(f"GET {rule} (endpoint \n)")


def test_nothing_is_started(tmp_path: Path) -> None:
    job = prepare(tmp_path, [WHOLE])
    assert ROUTES.commands(job) == ()
    assert ROUTES.reproduce(job) == ("gatekeeper", "check")
