"""k6's summaries in three shapes, made after its documentation and source."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from damage import RECORDED, content, cut, damaged, own, recognised, survivors

from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.readers.k6 import FORMAT
from gatekeeper.performance.subjects import SERVICE, subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

SUMMARIES = (
    *("summary-export.json", "handle-summary.json", "handle-summary-failures.json"),
    "machine-readable.json",
)
FAILED = "no answer, or a status that is not 2xx or 3xx"


def trials(name: str) -> list[Trial]:
    return list(FORMAT.read(content("k6", name)))


def only(name: str) -> Trial:
    (trial,) = trials(name)
    return trial


def document(name: str) -> Any:
    """A recorded document, to be changed."""
    return copy.deepcopy(content("k6", name).documents[0])


def read(whole: Any) -> Trial:
    (trial,) = FORMAT.read(Content("", (whole,)))
    return trial


def metrics(**found: Any) -> Trial:
    """What is read of metrics in the shape of `--summary-export`."""
    return read({"metrics": {"http_reqs": {"count": 10}} | found})


def told(trial: Trial, shown: str = "service") -> dict[str, float]:
    """Values by the name of the quantity; none twice."""
    readings = [r for r in trial.readings if str(r.subject) == shown]
    found = {r.quantity.name: r.value for r in readings}
    assert len(found) == len(readings)
    assert {r.step for r in readings} <= {0.0}
    return found


def load(trial: Trial, shown: str = "service") -> Load:
    (found,) = (one for one in trial.loads if str(one.subject) == shown)
    return found


def test_summary_export() -> None:
    trial = only("summary-export.json")
    assert told(trial) == {
        "latency mean": 10.857406123333325,
        "latency min": 2.74732,
        "latency p50": 9.872620000000001,
        "latency p90": 17.300966300000002,
        "latency p95": 21.110344149999996,
        "latency max": 36.19215,
        "throughput": 39.94392272688373,
        "error_rate": 0,
    }
    units = {r.quantity.kind: r.quantity.unit for r in trial.readings}
    assert units == {Kind.LATENCY: "ms", Kind.THROUGHPUT: "/s", Kind.ERROR_RATE: "%"}
    seconds = load(trial).duration_seconds
    assert seconds == pytest.approx(30.042117)
    assert load(trial) == Load(SERVICE, 1200, 0, "", 10.0, seconds, None)
    assert (trial.program, trial.version, trial.samples) == ("k6", None, ())


def test_parts_by_tags_are_endpoints() -> None:
    trial = only("summary-export.json")
    assert [one.subject for one in trial.loads] == [
        *(SERVICE, subject("/users"), subject("GET /users/:id")),
        subject("POST /orders"),
    ]
    assert told(trial, "POST /orders") == {
        "latency mean": 21.836678119999988,
        "latency min": 11.512261,
        "latency p50": 21.2207005,
        "latency p90": 30.0151147,
        "latency p95": 33.31352655,
        "latency max": 36.19215,
        "throughput": 3.3286602272403107,
        "error_rate": 0,
    }
    orders = load(trial, "POST /orders")
    assert (orders.requests, orders.failures, orders.connections) == (100, 0, 10.0)
    assert orders.duration_seconds == pytest.approx(30.042117)


def test_handle_summary() -> None:
    trial = only("handle-summary.json")
    found = told(trial)
    assert found["latency p95"] == 25.958073699999993
    assert found["latency p99"] == 36.024154779999996
    assert found["throughput"] == 41.510311161292464
    assert {name for name in found if name.startswith("latency")} == {
        *("latency mean", "latency min", "latency p50", "latency p90"),
        *("latency p95", "latency p99", "latency max"),
    }
    assert load(trial).connections == 20.0
    assert load(trial).duration_seconds == pytest.approx(30.113)
    shown = {str(r.subject) for r in trial.readings}
    assert "scenario:spike" not in shown
    assert told(trial, "/users")["latency p99"] == 22.17483055


def test_machine_readable() -> None:
    trial = only("machine-readable.json")
    assert trial.version == "1.5.0"
    assert told(trial) == {
        "latency mean": 9.842765799999984,
        "latency min": 4.152163,
        "latency p50": 9.2024605,
        "latency p90": 15.180866400000001,
        "latency p95": 16.697631749999996,
        "latency max": 25.791045,
        "throughput": 800 / 15.021338,
        "error_rate": 0,
        "database mean": 3.104765542499999,
        "database min": 1.564335,
        "database p50": 3.022704,
        "database p90": 4.110284200000001,
        "database p95": 4.478235549999999,
        "database max": 6.696578,
    }
    assert load(trial) == Load(SERVICE, 800, 0, "", 5.0, 15.021338, "localhost")
    users = load(trial, "/users/${}")
    assert users.subject == subject("/users/<int:id>")
    assert (users.requests, users.host) == (400, "localhost")
    assert told(trial, "/users/${}")["throughput"] == 400 / 15.021338


def test_passes_of_failed_are_failures() -> None:
    trial = only("handle-summary-failures.json")
    service, orders = load(trial), load(trial, "/orders")
    assert (service.requests, service.failures) == (400, 12)
    assert service.failure_words == FAILED
    assert (orders.requests, orders.failures) == (100, 12)
    assert load(trial, "/users").failures == 0
    assert told(trial)["error_rate"] == 3
    assert told(trial, "/orders")["error_rate"] == 12


def test_machine_readable_failures() -> None:
    whole = document("machine-readable.json")
    (failed,) = (
        m for m in whole["results"]["metrics"] if m["name"] == "http_req_failed"
    )
    failed["values"] = {"matches": 40, "rate": 0.05, "total": 800}
    assert load(read(whole)).failures == 40
    assert told(read(whole))["error_rate"] == 5


@pytest.mark.parametrize(
    ("failed", "failures"),
    [
        ({"passes": 2, "fails": 8, "value": 0.2}, 2),
        # Written by hand with `passes` the other way round: the rate counts.
        ({"passes": 8, "fails": 2, "value": 0.2}, 2),
        ({"passes": 2, "fails": 8}, 2),
        ({"value": 0.2}, 2),
        ({"rate": 0.2}, 2),
        ({"rate": 0.2, "total": 20}, 4),
        ({}, None),
        ({"rate": None, "passes": "x"}, None),
        ({"rate": float("nan")}, None),
    ],
)
def test_failures(failed: dict[str, Any], failures: int | None) -> None:
    trial = metrics(http_req_failed=failed, http_req_duration={"avg": 3})
    assert load(trial).failures == failures


def test_an_endpoint_that_tells_no_failures_has_those_of_the_service() -> None:
    part = {"http_req_duration{name:/users}": {"avg": 3}}
    trial = metrics(http_req_failed={"passes": 2, "fails": 8, "value": 0.2}, **part)
    assert load(trial, "/users").failures == 2
    assert "error_rate" not in told(trial, "/users")


def test_a_crossed_threshold_is_a_note_and_no_verdict() -> None:
    """`true` means crossed in the file of `--summary-export`, `ok: false` elsewhere."""
    start = "thresholds of k6 that were not met, which decide nothing here: "
    assert only("summary-export.json").notes == (f"{start}http_req_duration: p(95)<15",)
    assert only("handle-summary.json").notes[1] == f"{start}http_req_duration: p(95)<15"
    whole = document("summary-export.json")
    part = whole["metrics"]["http_req_duration{name:/users}"]
    part["thresholds"] = {f"p(95)<{n}": True for n in range(9)}
    (note,) = read(whole).notes
    assert "http_req_duration{name:/users}: p(95)<0" in note
    assert note.endswith(", ...")


def test_dropped_iterations_are_told() -> None:
    note = only("handle-summary.json").notes[0]
    assert note.startswith("k6 could not start 7 iterations in time")
    assert metrics(dropped_iterations={"count": 0}, **LATENCY).notes == ()


def test_times_of_database_and_caches() -> None:
    trial = only("handle-summary.json")
    assert told(trial)["database mean"] == 2.162337531111114
    assert told(trial)["database p99"] == 3.61409068
    read_time, write_time = (
        told(trial, "cache_read_time"),
        told(trial, "cache_write_time"),
    )
    assert read_time["cache p50"] == 0.404225
    assert len(read_time) == len(write_time) == 7
    kinds = {r.quantity.kind for r in trial.readings}
    assert kinds == {
        *(Kind.LATENCY, Kind.THROUGHPUT, Kind.ERROR_RATE, Kind.DATABASE, Kind.CACHE),
    }
    units = {r.quantity.unit for r in trial.readings if r.quantity.kind == Kind.CACHE}
    assert units == {"ms"}


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("db_time", Kind.DATABASE, "service"),
        ("databaseQueryDuration", Kind.DATABASE, "service"),
        ("SQLLatency", Kind.DATABASE, "service"),
        ("redis_latency_ms", Kind.CACHE, "service"),
        ("db_insert_time", Kind.DATABASE, "db_insert_time"),
        ("feedback_time", None, ""),
        ("waiting_time", None, ""),
        ("db_cache_time", None, ""),
    ],
)
def test_names_of_times(name: str, kind: Kind | None, shown: str) -> None:
    whole = document("handle-summary-failures.json")
    whole["metrics"][name] = {"type": "trend", "contains": "time", "values": {"avg": 2}}
    found = [r for r in read(whole).readings if r.value == 2]
    expected = [(kind, shown)] if kind else []
    assert [(r.quantity.kind, str(r.subject)) for r in found] == expected


@pytest.mark.parametrize("contains", ["default", "data", None, ["time"]])
def test_what_is_no_time_is_not_read(contains: Any) -> None:
    whole = document("handle-summary-failures.json")
    whole["metrics"]["db_time"] = {"contains": contains, "values": {"avg": 2}}
    assert all(r.value != 2 for r in read(whole).readings)
    assert all(r.value != 2 for r in metrics(db_time={"avg": 2}, **LATENCY).readings)


LATENCY = {"http_req_duration": {"avg": 3}}


def test_two_names_of_one_kind_stay_apart() -> None:
    whole = document("handle-summary-failures.json")
    for name in ("db_time", "sql_time", "db_gauge", "db_time{scenario:x}"):
        gauge = {"value": 2, "min": 2, "max": 2}
        values = gauge if name == "db_gauge" else {"avg": 2}
        whole["metrics"][name] = {"contains": "time", "values": values}
    shown = [str(r.subject) for r in read(whole).readings if r.value == 2]
    assert shown == ["db_time", "sql_time"]


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        ("name:/users", "/users"),
        (" 'name' : '/users' , method:GET ", "GET /users"),
        ("method:GET,name:GET /users", "GET /users"),
        ("url:http://h:1/users/7", "/users/7"),
        ("endpoint:/users", "/users"),
        ("name:checkout", "checkout"),
        ("name:http://h/users/${id}", "/users/${id}"),
        ("method:GET", None),
        ("expected_response:true", None),
        ("name:/users,status:200", None),
        ("scenario:spike", None),
        ("group:::users", None),
        ("name:", None),
        ("", None),
    ],
)
def test_tags(tags: str, shown: str | None) -> None:
    trial = metrics(**{f"http_req_duration{{{tags}}}": {"avg": 7}, **LATENCY})
    found = [str(r.subject) for r in trial.readings if r.value == 7]
    assert found == ([shown] if shown else [])


def test_tags_that_mean_the_same_are_read_once() -> None:
    parts = {
        "http_req_duration{name:/users}": {"avg": 7},
        "http_req_duration{url:/users}": {"avg": 8},
        "checks{name:/orders}": {"passes": 1},
    }
    trial = metrics(**parts)
    assert told(trial, "/users") == {"latency mean": 7}
    assert [str(one.subject) for one in trial.loads] == ["service", "/users"]


def test_a_part_that_no_request_matched_has_no_requests() -> None:
    trial = only("summary-export-unmatched.json")
    assert load(trial, "/renamed").requests == 0
    assert told(trial, "/renamed")["latency p95"] == 0
    assert load(trial, "/users").requests == 40


def test_each_document_is_a_run() -> None:
    found = trials("repeated.json")
    assert [load(trial).duration_seconds for trial in found] == [5, 5.01, 5.02]
    assert [len(trial.loads) for trial in found] == [1, 1, 1]


def test_one_request() -> None:
    trial = only("summary-export-plain.json")
    assert load(trial).requests == 1
    assert told(trial)["latency p50"] == told(trial)["latency max"]


def test_requests_by_the_count_of_durations() -> None:
    found = read({"metrics": {"http_req_duration": {"avg": 3, "count": 17}}})
    assert load(found).requests == 17


def test_connections_are_the_most_users() -> None:
    users = {"value": 12, "min": 10, "max": 15}
    assert load(metrics(vus_max=users, **LATENCY)).connections == 15
    assert load(metrics(vus_max={"value": 12}, **LATENCY)).connections == 12


def test_duration_by_iterations() -> None:
    trial = metrics(iterations={"count": 30, "rate": 2}, **LATENCY)
    assert load(trial).duration_seconds == 15
    assert told(trial)["throughput"] == 10 / 15
    assert load(metrics(**LATENCY)).duration_seconds is None
    assert "throughput" not in told(metrics(**LATENCY))


def test_other_names_of_percentiles() -> None:
    values = {"p(50)": 4, "med": 5, "p99": 9, "p(99.9)": 9.5, "count": 10, "p(x)": 1}
    found = told(metrics(http_req_duration=values))
    assert found == {"latency p50": 4, "latency p99": 9, "latency p99.9": 9.5}


def test_the_log_of_single_values_is_no_summary() -> None:
    with pytest.raises(UnreadableError, match="--summary-export"):
        trials("out-log.json")


def test_recognises_its_own_only() -> None:
    assert recognised(FORMAT) == own("k6")


@pytest.mark.parametrize(
    "other",
    [
        *({}, [], "x", 1, None, [{}], {"metrics": None}, {"metrics": []}),
        *({"metrics": {"p95_ms": 3}}, {"results": []}, {"metadata": {"k6Version": 1}}),
        *({"type": "Point"}, {"type": ["Point"], "metric": 1, "data": 1}),
    ],
)
def test_not_recognised(other: Any) -> None:
    assert not FORMAT.recognises(Content("", (other,)))
    assert not FORMAT.recognises(Content("http_reqs"))


@pytest.mark.parametrize(
    "whole",
    [
        {"metrics": {"http_reqs": None}},
        {"metrics": {"vus_max": {"value": 5}}},
        {"metrics": {"http_reqs": {"count": 0, "rate": 0}}},
        {"metadata": {"k6Version": "1.5.0"}, "results": {"metrics": None}},
        {"metadata": {"k6Version": "1.5.0"}, "results": {"metrics": [None, {}]}},
    ],
)
def test_nothing_measured(whole: Any) -> None:
    with pytest.raises(UnreadableError, match="no HTTP request"):
        read(whole)


def test_something_else_among_the_summaries() -> None:
    documents = (document("machine-readable.json"), {"p95_ms": 3})
    with pytest.raises(UnreadableError, match="something else"):
        FORMAT.read(Content("", documents))


@pytest.mark.parametrize("name", SUMMARIES)
def test_cut_off(name: str) -> None:
    text = (RECORDED / "k6" / name).read_text("utf-8")
    said = list(cut(FORMAT, text))
    assert said
    assert all("no valid JSON" in one for one in said)


@pytest.mark.parametrize("name", SUMMARIES)
def test_whatever_stands_in_place_of_a_part(name: str) -> None:
    count = 0
    for instead in damaged(document(name)):
        for trial in survivors(FORMAT, [instead]):
            count += 1
            assert json.dumps([*trial.notes, *map(str, trial.loads)])
            assert trial.readings
    assert count > 100


def test_null_and_absurd_values() -> None:
    values = {"avg": None, "p(99)": float("inf"), "p(90)": -3, "max": 0}
    found = told(metrics(http_req_duration=values))
    assert found == {"latency p99": float("inf"), "latency p90": -3, "latency max": 0}
