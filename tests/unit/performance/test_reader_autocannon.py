"""autocannon's `-j`, against what it wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest
from damage import RECORDED, content, cut, damaged, own, recognised, survivors

from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers.autocannon import FORMAT
from gatekeeper.performance.subjects import SERVICE, subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

THROUGHPUT = Quantity(Kind.THROUGHPUT, "", "/s")
ERRORS = Quantity(Kind.ERROR_RATE, "", "%")


def trials(name: str) -> list[Trial]:
    return list(FORMAT.read(content("autocannon", name)))


def only(name: str) -> Trial:
    (trial,) = trials(name)
    return trial


def document(name: str = "healthy.json") -> dict[str, Any]:
    loaded: dict[str, Any] = content("autocannon", name).documents[0]
    return loaded


def read(*documents: Any) -> list[Trial]:
    return list(FORMAT.read(Content("", documents)))


def changed(name: str = "healthy.json", **changes: Any) -> Trial:
    (trial,) = read(document(name) | changes)
    return trial


def told(trial: Trial) -> dict[str, tuple[float, float]]:
    """Value and step by the name of the quantity; none twice."""
    found = {r.quantity.name: (r.value, r.step) for r in trial.readings}
    assert len(found) == len(trial.readings)
    return found


def load(trial: Trial) -> Load:
    (found,) = trial.loads
    return found


def test_every_number_of_a_healthy_run() -> None:
    trial = only("healthy.json")
    assert told(trial) == {
        "latency mean": (9.83, 0.01),
        "latency min": (4, 1),
        "latency p1": (4, 1),
        "latency p2.5": (5, 1),
        "latency p10": (6, 1),
        "latency p25": (7, 1),
        "latency p50": (10, 1),
        "latency p75": (12, 1),
        "latency p90": (14, 1),
        "latency p97.5": (15, 1),
        "latency p99": (16, 1),
        "latency p99.9": (29, 1),
        "latency p99.99": (31, 1),
        "latency p99.999": (31, 1),
        "latency max": (31, 1),
        "throughput": (965.67, 0.01),
        "error_rate": (0, 0),
    }
    units = {r.quantity.kind: r.quantity.unit for r in trial.readings}
    assert units == {Kind.LATENCY: "ms", Kind.THROUGHPUT: "/s", Kind.ERROR_RATE: "%"}
    assert {r.subject for r in trial.readings} == {subject("/users/7")}
    assert (trial.program, trial.version, trial.notes) == ("autocannon", None, ())
    assert trial.samples == ()
    assert load(trial) == Load(
        subject("/users/7"), 2897, 0, "", 10.0, 3.02, "localhost"
    )


def test_each_document_is_a_run() -> None:
    found = trials("repeated.json")
    assert [told(trial)["latency mean"][0] for trial in found] == [9.59, 9.92, 9.76]
    assert [load(trial).requests for trial in found] == [986, 957, 969]


@pytest.mark.parametrize(
    ("name", "requests", "failures", "words"),
    [
        ("not-2xx.json", 4121, 910, "910 answers not 2xx"),
        ("not-2xx-excluded.json", 2498, 553, "553 answers not 2xx"),
        ("timeouts.json", 9, 9, "9 time-outs"),
        ("refused.json", 440, 440, "440 connection errors"),
        (
            "mismatch.json",
            35739,
            35739,
            "35739 answers with another body than expected",
        ),
        ("closing.json", 6958, 3479, "3479 requests whose answer was not seen"),
        ("closing-rarely.json", 2598, 12, "12 requests whose answer was not seen"),
    ],
)
def test_failures(name: str, requests: int, failures: int, words: str) -> None:
    trial = only(name)
    found = load(trial)
    assert (found.requests, found.failures) == (requests, failures)
    assert found.failure_words == words
    assert told(trial)["error_rate"][0] == pytest.approx(100 * failures / requests)


def test_without_an_answer_there_is_no_latency() -> None:
    assert set(told(only("timeouts.json"))) == {"throughput", "error_rate"}
    assert told(only("refused.json"))["throughput"] == (0, 0.01)


@pytest.mark.parametrize("name", ["closing.json", "closing-rarely.json"])
def test_latencies_of_closed_connections_are_left_out(name: str) -> None:
    assert document(name)["errors"] == 0
    trial = only(name)
    assert set(told(trial)) == {"throughput", "error_rate"}
    assert "gthread" in trial.notes[0]


def test_a_limited_rate_loses_nothing() -> None:
    assert document("rate.json")["requests"]["sent"] == 344 + 100
    trial = only("rate.json")
    assert (load(trial).requests, load(trial).failures) == (344, 0)
    assert "14 % of the time only: the rate was limited" in trial.notes[0]
    assert "latency p50" in told(trial)


def test_made_up_latencies_tell_a_limited_rate_of_busy_connections() -> None:
    busy = document("healthy.json")
    busy["latency"]["totalCount"] += 1
    busy["requests"]["sent"] += 900
    (trial,) = read(busy)
    assert load(trial).failures == 0


def test_idle_connections_are_told_and_lose_nothing() -> None:
    slow = document("healthy.json")
    slow["latency"]["average"] = 1.0
    slow["requests"]["sent"] += 900
    (trial,) = read(slow)
    assert load(trial).failures == 0
    assert any("waiting for an answer 14 % of the time" in n for n in trial.notes)


def test_latencies_of_2xx_only_are_told() -> None:
    assert only("not-2xx-excluded.json").notes == (
        "autocannon cuts latencies to whole ms, so averages below 5 ms are inexact",
        "the latencies are those of answers 2xx only (-x)",
    )
    whole = document()
    del whole["latency"]["totalCount"]
    assert read(whole)[0].notes == ()


def test_pipelining_multiplies_connections() -> None:
    trial = only("not-2xx.json")
    assert load(trial).connections == 8.0
    assert "2 requests at a time on each connection" in trial.notes


def test_a_run_by_number_of_requests_has_a_blurred_throughput() -> None:
    trial = only("amount.json")
    assert told(trial)["throughput"] == (20, 40)
    assert told(trial)["latency mean"] == (11.25, 0.01)
    (note,) = trial.notes
    assert "ended by number of requests" in note
    longer = document("amount.json") | {"duration": 10.02}
    assert told(read(longer)[0])["throughput"] == pytest.approx((20, 40 / 9))


def test_throughput_of_another_interval_is_per_second() -> None:
    assert document("interval.json")["requests"]["average"] == 39.6
    assert told(only("interval.json"))["throughput"] == (396, 0.1)


def test_workers_do_not_change_the_rate() -> None:
    trial = only("workers.json")
    assert told(trial)["throughput"] == (384.5, 0.01)
    assert (load(trial).connections, load(trial).failures) == (4.0, 0)


def test_each_worker_has_a_connection() -> None:
    many = document("workers.json") | {"connections": 1, "workers": 4}
    assert load(read(many)[0]).failures == 0


def test_the_warm_up_is_no_run() -> None:
    assert len(content("autocannon", "warmup.json").documents) == 2
    trial = only("warmup.json")
    assert (load(trial).connections, load(trial).requests) == (4.0, 766)
    assert trial.notes == ("the warm-up (-W) is left out",)


def test_the_minimum_above_zero_is_none() -> None:
    latency = document("mismatch.json")["latency"]
    assert (latency["min"], latency["p0_001"]) == (1, 0)
    found = told(only("mismatch.json"))
    assert "latency min" not in found
    assert found["latency p50"] == (0, 1)


def test_an_average_of_cut_values_is_coarse_where_they_do_not_spread() -> None:
    assert told(only("mismatch.json"))["latency mean"] == (0.02, 1.0)
    close = document()
    close["latency"] |= {"average": 9.83, "stddev": 0.3}
    assert told(read(close)[0])["latency mean"] == (9.83, 1.0)
    close["latency"]["stddev"] = 0.5
    assert told(read(close)[0])["latency mean"] == (9.83, 0.01)
    close["latency"] |= {"average": 0.99, "stddev": 3}
    assert told(read(close)[0])["latency mean"] == (0.99, 1.0)


def test_several_urls_are_the_service() -> None:
    trial = only("urls.json")
    assert {r.subject for r in trial.readings} == {SERVICE}
    assert load(trial).host == "localhost"
    assert "several URLs were measured together" in trial.notes


def test_urls_of_one_route_are_that_route() -> None:
    trial = changed(url=["http://a:1/users", "http://b:1/users"])
    assert load(trial).subject == subject("/users")
    assert load(trial).host is None


def test_no_url() -> None:
    trial = changed(url=None)
    assert load(trial).subject == SERVICE
    assert load(trial).host is None
    assert trial.notes == ()


def test_a_socket_is_no_host() -> None:
    assert load(changed(socketPath="/run/app.sock")).host is None


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("GET /users/7", "GET /users/7"),
        ("POST /users/:id", "POST /users/:id"),
        ("GET /orders", "/users/7"),
        ("nightly run", "/users/7"),
        ("/users/:id", "/users/7"),
        (7, "/users/7"),
    ],
)
def test_the_title_tells_the_method_if_it_fits(title: Any, shown: str) -> None:
    assert str(load(changed(title=title)).subject) == shown


def test_the_recorded_title() -> None:
    assert load(only("title.json")).subject == subject("POST /users")


def test_an_answer_may_fail_twice() -> None:
    failed = changed(non2xx=30, mismatches=20, errors=5, timeouts=2)
    assert load(failed).failures == 35
    assert load(failed).failure_words == (
        "2 time-outs, 3 connection errors, 30 answers not 2xx,"
        " 20 answers with another body than expected"
    )


def test_recognises_its_own_only() -> None:
    assert recognised(FORMAT) == own("autocannon")


@pytest.mark.parametrize(
    "other",
    [{}, [], "x", 1, None, {"errors": 1}, {"latency": {}, "requests": {}}, [{}]],
)
def test_not_recognised(other: Any) -> None:
    assert not FORMAT.recognises(Content("", (other,)))
    assert not FORMAT.recognises(Content("latency"))


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([document() | {"latency": None}], "lacks `latency` or `requests`"),
        ([document() | {"requests": [1]}], "lacks `latency` or `requests`"),
        ([document(), {"p95_ms": 3}], "something else among the results"),
        ([document() | {"requests": {}}], "no request"),
    ],
)
def test_damaged(documents: list[Any], message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read(*documents)


@pytest.mark.parametrize("name", ["healthy.json", "warmup.json"])
def test_cut_off(name: str) -> None:
    text = (RECORDED / "autocannon" / name).read_text("utf-8")
    said = list(cut(FORMAT, text))
    assert said
    assert all("no valid JSON" in one for one in said)


@pytest.mark.parametrize("name", ["healthy.json", "not-2xx.json", "warmup.json"])
def test_whatever_stands_in_place_of_a_part(name: str) -> None:
    documents = content("autocannon", name).documents
    count = 0
    for instead in damaged(documents[-1]):
        for trial in survivors(FORMAT, [*documents[:-1], instead]):
            count += 1
            assert json.dumps(trial.notes)
            assert load(trial).requests
    assert count > 100


def test_null_and_absurd_values() -> None:
    odd = document()
    odd["latency"] |= {"p50": None, "p99": float("nan"), "p90": -3, "p75": 0}
    found = told(read(odd)[0])
    assert "latency p50" not in found
    assert found["latency p99"][0] != found["latency p99"][0]
    assert (found["latency p90"][0], found["latency p75"][0]) == (-3, 0)
