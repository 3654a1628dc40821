"""artillery's `--output`, against what versions 2 and 1 wrote."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from damage import RECORDED, content, cut, damaged, own, recognised, survivors

from gatekeeper.performance.quantities import Kind
from gatekeeper.performance.readers.artillery import FORMAT
from gatekeeper.performance.subjects import SERVICE, subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

FIRST_BYTE = "artillery measures up to the first byte of an answer"


def trials(name: str) -> list[Trial]:
    return list(FORMAT.read(content("artillery", name)))


def only(name: str) -> Trial:
    (trial,) = trials(name)
    return trial


def aggregate(name: str) -> dict[str, Any]:
    """The aggregate of a recorded file, to be changed."""
    found: dict[str, Any] = content("artillery", name).documents[0]["aggregate"]
    return copy.deepcopy(found)


def read(whole: Any) -> Trial:
    (trial,) = FORMAT.read(Content("", ({"aggregate": whole, "intermediate": []},)))
    return trial


def told(trial: Trial, shown: str = "service") -> dict[str, tuple[float, float]]:
    """Value and step by the name of the quantity; none twice."""
    readings = [r for r in trial.readings if str(r.subject) == shown]
    found = {r.quantity.name: (r.value, r.step) for r in readings}
    assert len(found) == len(readings)
    return found


def load(trial: Trial, shown: str = "service") -> Load:
    (found,) = (one for one in trial.loads if str(one.subject) == shown)
    return found


def test_every_number_of_the_service() -> None:
    trial = only("endpoints.json")
    assert told(trial) == {
        "latency min": (0, 1),
        "latency mean": (8.2, 0.1),
        "latency p50": (8.9, 1),
        "latency p75": (12.1, 1),
        "latency p90": (13.9, 1),
        "latency p95": (15, 1),
        "latency p99": (16, 1),
        "latency p99.9": (16, 1),
        "latency max": (22, 1),
        "throughput": (240 / 5.943, 0),
        "error_rate": (0, 0),
    }
    units = {r.quantity.kind: r.quantity.unit for r in trial.readings}
    assert units == {Kind.LATENCY: "ms", Kind.THROUGHPUT: "/s", Kind.ERROR_RATE: "%"}
    assert load(trial) == Load(SERVICE, 240, 0, "", None, 5.943, None)
    assert (trial.program, trial.version) == ("artillery", None)
    assert (trial.notes, trial.samples) == ((FIRST_BYTE,), ())


def test_endpoints() -> None:
    trial = only("endpoints.json")
    assert [str(one.subject) for one in trial.loads] == [
        *("service", "/users/{id}", "/users", "POST /users", "/?q=1&r=a b"),
    ]
    assert trial.loads[1].subject == subject("/users/:id")
    assert told(trial, "POST /users") == {
        "latency min": (5, 1),
        "latency mean": (10.7, 0.1),
        "latency p50": (10.9, 1),
        "latency p75": (13.1, 1),
        "latency p90": (13.9, 1),
        "latency p95": (15, 1),
        "latency p99": (16, 1),
        "latency p99.9": (16, 1),
        "latency max": (16, 1),
        "error_rate": (0, 0),
    }
    assert told(trial, "/users/{id}")["latency max"] == (22, 1)
    assert load(trial, "/users") == Load(
        subject("/users"), 60, 0, "", None, 5.943, None
    )


def test_names_under_another_prefix() -> None:
    trial = only("names.json")
    assert told(trial, "users.list")["latency mean"] == (10.1, 0.1)
    assert told(trial, "/users/7")["latency mean"] == (10.9, 0.1)
    assert {str(r.subject) for r in trial.readings} == {
        *("service", "users.list", "/users/7"),
    }


def test_equal_paths_keep_their_names() -> None:
    whole = aggregate("endpoints.json")
    times = whole["summaries"]["http.response_time"]
    for name in ("/users (first)", "/users (second)"):
        whole["summaries"][f"plugins.metrics-by-endpoint.response_time.{name}"] = times
    shown = [str(one.subject) for one in read(whole).loads]
    assert "/users" not in shown
    assert {"/users (first)", "/users (second)", "/users (list users)"} <= set(shown)


@pytest.mark.parametrize("name", ["errors.json", "errors-2.0.21.json"])
def test_failures(name: str) -> None:
    trial = only(name)
    service = load(trial)
    assert (service.requests, service.failures) == (62, 34)
    assert service.failure_words == (
        "15 time-outs, 19 answers not 2xx (404, 500, 302), 15 expectations not met"
    )
    assert told(trial)["error_rate"] == (100 * 34 / 62, 0)
    mixed = load(trial, "/mixed")
    assert (mixed.requests, mixed.failures) == (15, 2)
    assert mixed.failure_words == "2 answers not 2xx (500)"
    assert told(trial, "/mixed")["error_rate"] == (100 * 2 / 15, 0)


def test_an_endpoint_that_never_answered() -> None:
    trial = only("errors.json")
    slow = load(trial, "/slow")
    assert (slow.requests, slow.failures, slow.failure_words) == (
        15,
        15,
        "15 time-outs",
    )
    assert told(trial, "/slow") == {"error_rate": (100, 0)}


def test_failures_of_unknown_endpoints_count_against_each() -> None:
    trial = only("errors.json")
    assert load(trial, "/users").failures == 34
    assert "error_rate" not in told(trial, "/users")
    whole = aggregate("endpoints.json")
    whole["counters"]["errors.Failed capture or match"] = 3
    assert load(read(whole), "/users").failures == 3
    assert load(read(whole)).failure_words == "3 errors (Failed capture or match)"


def test_throughput_is_answers_by_time() -> None:
    """The rate that artillery tells depends on where its windows of ten seconds lie."""
    rates = [aggregate(name)["rates"]["http.request_rate"] for name in TWICE]
    assert rates == [22, 20]
    found = [told(only(name))["throughput"] for name in TWICE]
    assert found == [(47 / 3.823, 0), (47 / 3.824, 0)]


TWICE = ("errors.json", "errors-2.0.21.json")


@pytest.mark.parametrize("last", [None, 0, 1, "x"])
def test_without_times_the_rate_of_artillery_is_taken(last: Any) -> None:
    trial = read(aggregate("endpoints.json") | {"lastMetricAt": last})
    assert told(trial)["throughput"] == (40, 1)
    assert load(trial).duration_seconds is None


def test_no_server() -> None:
    trial = only("refused.json")
    assert told(trial) == {"throughput": (0, 0), "error_rate": (100, 0)}
    assert load(trial).failure_words == "30 errors (ECONNREFUSED)"


def test_percentiles_come_from_buckets() -> None:
    found = told(only("slow.json"))
    assert found["latency min"] == (1201, 1)
    assert found["latency mean"] == (1202.4, 0.1)
    value, step = found["latency p50"]
    assert value == 1200.1
    assert step == pytest.approx(24.24, abs=0.01)


def test_times_with_decimals_are_finer() -> None:
    whole = aggregate("endpoints.json")
    whole["summaries"]["http.response_time"] |= {"min": 0.4, "p50": 2.5, "p95": 30}
    found = told(read(whole))
    assert found["latency min"] == (0.4, 0.1)
    assert found["latency p50"] == (2.5, 0.1)
    assert found["latency p95"][1] == pytest.approx(0.606, abs=0.001)


def test_each_document_is_a_run() -> None:
    found = trials("repeated.json")
    assert [told(trial)["latency mean"][0] for trial in found] == [10.9, 12.3, 15.2]


def test_users_left_out_are_told() -> None:
    whole = aggregate("endpoints.json")
    whole["counters"]["vusers.skipped"] = 12
    assert read(whole).notes[1].startswith("artillery left out 12 users")


def test_histograms_stand_in_for_summaries() -> None:
    whole = aggregate("endpoints.json")
    whole["summaries"] = {}
    assert told(read(whole)) == told(only("endpoints.json"))


def test_version_1() -> None:
    trial = only("version-1-errors.json")
    assert told(trial) == {
        "latency min": (0, 1),
        "latency p50": (4, 1),
        "latency p95": (14, 1),
        "latency p99": (16, 1),
        "latency max": (16, 1),
        "throughput": (19.32, 0.01),
        "error_rate": (pytest.approx(100 * 10 / 85), 0),
    }
    service = load(trial)
    assert (service.requests, service.failures) == (85, 10)
    assert service.failure_words == "10 answers not 2xx (302, 500)"
    assert service.duration_seconds == pytest.approx(4.4, abs=0.01)
    assert trial.notes == (FIRST_BYTE,)


def test_version_1_has_no_buckets() -> None:
    whole = aggregate("version-1-errors.json")
    whole["latency"] |= {"p95": 500, "max": 600}
    assert told(read(whole))["latency p95"] == (500, 1)


def test_version_1_endpoints() -> None:
    trial = only("version-1-endpoints.json")
    assert told(trial, "POST /users") == {
        "latency min": (5, 1),
        "latency p50": (10, 1),
        "latency p95": (15, 1),
        "latency p99": (15.9, 1),
        "latency max": (16, 1),
        "error_rate": (0, 0),
    }
    assert load(trial, "/users/2").requests == 22
    assert load(trial, "/users/2").duration_seconds == pytest.approx(6.4)


def test_version_1_without_a_server() -> None:
    trial = only("version-1-refused.json")
    assert told(trial) == {"throughput": (8.82, 0.01), "error_rate": (100, 0)}
    assert load(trial).failure_words == "30 errors (ECONNREFUSED)"
    whole = aggregate("version-1-refused.json") | {"scenariosAvoided": 4}
    assert read(whole).notes[1].startswith("artillery left out 4 users")


def test_recognises_its_own_only() -> None:
    assert recognised(FORMAT) == own("artillery")


def test_recognises_a_file_without_the_windows() -> None:
    for name in ("endpoints.json", "version-1-errors.json"):
        assert FORMAT.recognises(Content("", ({"aggregate": aggregate(name)},)))


@pytest.mark.parametrize(
    "other",
    [
        *({}, [], "x", 1, None, [{}], {"aggregate": None}, {"intermediate": []}),
        *({"aggregate": {"p95": 1}}, {"aggregate": {"counters": {}}}),
    ],
)
def test_not_recognised(other: Any) -> None:
    assert not FORMAT.recognises(Content("", (other,)))


@pytest.mark.parametrize("whole", [None, [], {}, {"counters": {}, "rates": {}}])
def test_nothing_measured(whole: Any) -> None:
    with pytest.raises(UnreadableError, match="no HTTP requests"):
        read(whole)


def test_something_else_among_the_results() -> None:
    documents = (*content("artillery", "endpoints.json").documents, {"p95_ms": 3})
    with pytest.raises(UnreadableError, match="something else"):
        FORMAT.read(Content("", documents))


@pytest.mark.parametrize("name", ["endpoints.json", "version-1-endpoints.json"])
def test_cut_off(name: str) -> None:
    text = (RECORDED / "artillery" / name).read_text("utf-8")
    said = list(cut(FORMAT, text))
    assert said
    assert all("no valid JSON" in one for one in said)


@pytest.mark.parametrize(
    "name", ["names.json", "errors.json", "refused.json", "version-1-endpoints.json"]
)
def test_whatever_stands_in_place_of_a_part(name: str) -> None:
    count = 0
    for instead in damaged({"aggregate": aggregate(name), "intermediate": []}):
        for trial in survivors(FORMAT, [instead]):
            count += 1
            assert json.dumps([*trial.notes, *map(str, trial.loads)])
            assert load(trial).requests
    assert count > 100


def test_null_and_absurd_values() -> None:
    whole = aggregate("endpoints.json")
    odd = {"p50": None, "median": None, "p99": float("inf"), "p90": -3, "p75": 0}
    whole["summaries"]["http.response_time"] |= odd
    found = told(read(whole))
    assert "latency p50" not in found
    assert [found[f"latency p{n}"][0] for n in (99, 90, 75)] == [float("inf"), -3, 0]
