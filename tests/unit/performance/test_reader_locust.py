"""locust's CSV and JSON, against runs of locust itself."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers import FORMATS, locust
from gatekeeper.performance.readers.plain import PLAIN
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "locust"
TABLES = ["failing_stats.csv", "healthy_stats.csv"]
USER = Subject("/users/{}", "GET")
SLOW = Subject("/slow", "GET")
THROUGHPUT = Quantity(Kind.THROUGHPUT, "", "/s")
ERROR_RATE = Quantity(Kind.ERROR_RATE, "", "%")


def text(name: str) -> str:
    # As bytes, since the ends of lines are locust's.
    return (OWN / name).read_bytes().decode()


def table(content: str) -> Sequence[Trial]:
    return locust.TABLE.read(parse(content.encode()))


def stats(content: str) -> Sequence[Trial]:
    return locust.STATS.read(parse(content.encode()))


def entries(name: str) -> Any:
    return json.loads(text(name))


def read(*document: Any) -> Trial:
    (trial,) = locust.STATS.read(Content("", (list(document),)))
    return trial


def latencies(trial: Trial, what: Subject) -> dict[str, tuple[float, float]]:
    """Value and step of each statistic."""
    return {
        r.quantity.statistic: (r.value, r.step)
        for r in trial.readings
        if r.subject == what and r.quantity.kind is Kind.LATENCY
    }


def value(trial: Trial, what: Subject, quantity: Quantity) -> float:
    (found,) = (
        r.value for r in trial.readings if (r.subject, r.quantity) == (what, quantity)
    )
    return found


def load(trial: Trial, what: Subject) -> Load:
    (found,) = (one for one in trial.loads if one.subject == what)
    return found


def test_a_row_of_the_table() -> None:
    (trial,) = table(text("healthy_stats.csv"))
    assert latencies(trial, SLOW) == {
        "mean": (64.53759286750937, 0),
        "min": (60.91827300042496, 0),
        "max": (126.43468100031896, 0),
        "p50": (63, 1),
        "p66": (63, 1),
        "p75": (64, 1),
        "p80": (64, 1),
        "p90": (67, 1),
        "p95": (69, 1),
        "p98": (72, 1),
        "p99": (130, 10),
        "p99.9": (130, 10),
        "p99.99": (130, 10),
    }
    assert value(trial, SLOW, THROUGHPUT) == 22.646953258590592
    assert value(trial, SLOW, ERROR_RATE) == 0
    assert load(trial, SLOW) == Load(SLOW, 68, 0, duration_seconds=3.003)
    assert (trial.program, trial.version, trial.notes) == ("locust", None, ())


def test_the_rows_are_endpoints_and_the_last_is_the_service() -> None:
    (trial,) = table(text("healthy_stats.csv"))
    assert [one.subject for one in trial.loads] == [
        Subject("/search?q=red,blue", "GET"),
        SLOW,
        Subject("/users", "POST"),
        USER,
        SERVICE,
    ]
    assert {str(one.subject) for one in trial.loads} > {"GET /users/[id]", "service"}
    assert load(trial, SERVICE).requests == 548
    assert latencies(trial, SERVICE)["p90"] == (62, 1)
    assert value(trial, SERVICE, THROUGHPUT) == 182.5077997898183


def test_failures_of_the_table() -> None:
    (trial,) = table(text("failing_stats.csv"))
    quoted = Subject('say "hi", twice', "GET")
    flaky = Subject("/flaky", "GET")
    assert load(trial, flaky).failures == 3
    assert load(trial, flaky).failure_words == "3 failed requests"
    assert value(trial, flaky, ERROR_RATE) == 300 / 11
    assert value(trial, quoted, ERROR_RATE) == 100
    everything = load(trial, SERVICE)
    assert (everything.requests, everything.failures) == (29, 8)
    assert latencies(trial, Subject("/veryslow", "GET"))["p50"] == (1300, 100)


def test_classes_grow_with_the_time() -> None:
    whole = text("failing_stats.csv").replace("1300", "12000")
    (trial,) = table(whole)
    assert latencies(trial, Subject("/veryslow", "GET"))["p50"] == (12_000, 1_000)


def test_a_row_without_requests() -> None:
    (trial,) = table(
        text("failing_stats.csv").replace(
            "GET,/slow,8,0,63,",
            "PUT,/cart,0,2,0,0.0,0,0,0,0.0,0.0" + ",N/A" * 11 + "\r\nGET,/slow,8,0,63,",
        )
    )
    cart = Subject("/cart", "PUT")
    assert load(trial, cart) == Load(cart, 0, 2, "2 failed requests")
    assert cart not in {reading.subject for reading in trial.readings}


def test_the_name_may_hold_the_method_or_be_empty() -> None:
    whole = text("healthy_stats.csv")
    (trial,) = table(whole.replace("GET,/slow", "GET,GET /slow"))
    assert load(trial, SLOW).requests == 68
    (trial,) = table(whole.replace("GET,/slow", "GET,"))
    assert load(trial, Subject("/", "GET")).requests == 68
    (trial,) = table(whole.replace("GET,/slow", "GET,Aggregated"))
    assert load(trial, Subject("Aggregated", "GET")).requests == 68


def test_tables_one_after_the_other_are_trials() -> None:
    whole = text("healthy_stats.csv")
    first, second = table(whole + whole)
    assert first == second == table(whole)[0]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_cut_off_never_gives_other_numbers(name: str) -> None:
    whole = text(name)
    full = list(table(whole))
    for end in range(70, len(whole)):
        try:
            found = table(whole[:end])
        except UnreadableError as error:
            assert "cut off" in str(error)
        else:
            # All but the last column, which is the maximum again.
            assert list(found) == full, end


def test_a_request_called_aggregated_is_not_the_last_row() -> None:
    whole = text("healthy_stats.csv").replace("GET,/users/[id]", "GET,Aggregated")
    with pytest.raises(UnreadableError, match="the last row, Aggregated, is missing"):
        table(whole.partition(",Aggregated,548")[0])


def test_no_request_at_all() -> None:
    with pytest.raises(UnreadableError, match="without any request"):
        table(text("idle_stats.csv"))


@pytest.mark.parametrize("count", ["", "-1", "many", "1.5", "9" * 400, "nan"])
def test_counts_that_are_none(count: str) -> None:
    for column in ("68,0", "0,68"):
        broken = column.replace("68", count)
        with pytest.raises(UnreadableError, match="Count is no number"):
            table(text("healthy_stats.csv").replace("/slow,68,0", f"/slow,{broken}"))


@pytest.mark.parametrize(
    "rate", ["0.0", "nan", "inf", "-1", "", "1e-320", "N/A", "9" * 400]
)
def test_a_strange_rate_makes_no_duration(rate: str) -> None:
    (trial,) = table(text("healthy_stats.csv").replace("22.646953258590592", rate))
    assert load(trial, SLOW).duration_seconds is None


def test_a_table_of_damaged_columns() -> None:
    whole = text("healthy_stats.csv")
    with pytest.raises(UnreadableError, match="header is damaged"):
        table(whole.replace("Type", 'Ty"pe'))
    with pytest.raises(UnreadableError, match="is no CSV"):
        table(whole.replace("/slow", "x" * 200_000))
    (trial,) = table(whole.replace("Average Resp", "Typical Resp"))
    assert "mean" not in latencies(trial, SLOW)


@pytest.mark.parametrize(
    ("name", "which"),
    [
        ("healthy_stats_history.csv", "_stats_history.csv"),
        ("failing_failures.csv", "_failures.csv"),
        ("failing_exceptions.csv", "_exceptions.csv"),
    ],
)
def test_the_other_files_name_the_right_one(name: str, which: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        table(text(name))
    assert str(caught.value) == (
        f"is PREFIX{which} of locust; name the PREFIX_stats.csv beside it"
    )


def test_an_entry_of_the_json() -> None:
    (trial,) = stats(text("healthy.json"))
    assert latencies(trial, SLOW) == {
        "mean": (64.39660831695552, 0),
        "min": (60.91827300042496, 0),
        "max": (126.43468100031896, 0),
        "p50": (63, 1),
        "p66": (64, 1),
        "p75": (64, 1),
        "p80": (64, 1),
        "p90": (66, 1),
        "p95": (68, 1),
        "p98": (72, 1),
        "p99": (130, 10),
        "p99.9": (130, 10),
        "p99.99": (130, 10),
    }
    begun, ended = 1795448475.2578378, 1795448478.7928438
    assert value(trial, SLOW, THROUGHPUT) == 82 / (ended - begun)
    assert load(trial, SLOW) == Load(SLOW, 82, 0, duration_seconds=3.535)
    assert trial.program == "locust"


def test_all_entries_together_are_the_service() -> None:
    (trial,) = stats(text("healthy.json"))
    assert load(trial, SERVICE).requests == 77 + 349 + 82 + 148
    raw = entries("healthy.json")
    total = sum(entry["total_response_time"] for entry in raw)
    found = latencies(trial, SERVICE)
    assert found["mean"][0] == pytest.approx(total / 656)
    assert found["min"][0] == min(entry["min_response_time"] for entry in raw)
    assert found["max"][0] == max(entry["max_response_time"] for entry in raw)
    assert (found["p50"], found["p99"]) == ((3, 1), (67, 1))


def test_table_and_json_of_the_same_requests_agree() -> None:
    quoted = Subject('say "hi", twice', "GET")
    (from_table,), (from_json,) = (
        table(text("failing_stats.csv")),
        stats(text("failing.json")),
    )
    here, there = latencies(from_json, quoted), latencies(from_table, quoted)
    assert here == there
    assert load(from_json, quoted).failures == 5


@pytest.mark.parametrize("requests", [1, 2, 3, 10, 99, 100, 101, 1000])
def test_percentiles_are_those_of_locust(requests: int) -> None:
    # The slowest one, such that at most the share of all is left below its class.
    times = {str(time): 1 for time in range(1, requests + 1)}
    entry = entries("healthy.json")[0] | {"response_times": times}
    found = latencies(read(entry), Subject("/users", "POST"))
    for name, share in (("p50", 0.5), ("p66", 0.66), ("p95", 0.95), ("p99.9", 0.999)):
        assert found[name][0] == min(int(requests * share) + 1, requests)


def test_failures_of_the_json() -> None:
    (trial,) = stats(text("failing.json"))
    flaky = Subject("/flaky", "GET")
    rows = {entry["name"]: entry for entry in entries("failing.json")}
    assert load(trial, flaky).failures == rows["/flaky"]["num_failures"] > 0
    share = 100 * rows["/flaky"]["num_failures"] / rows["/flaky"]["num_requests"]
    assert value(trial, flaky, ERROR_RATE) == share
    assert load(trial, SERVICE).failure_words.endswith("failed requests")


def test_documents_one_after_the_other_are_trials() -> None:
    first, second = stats(text("two-runs.json"))
    assert (load(first, SERVICE).requests, load(second, SERVICE).requests) == (161, 186)
    assert value(second, SLOW, ERROR_RATE) == 0


def test_absent_and_null_values_are_left_out() -> None:
    for gone in ({}, dict.fromkeys(("num_none_requests",))):
        entry = entries("healthy.json")[0]
        for key in (
            *("total_response_time", "min_response_time", "max_response_time"),
            *("start_time", "last_request_timestamp", "response_times"),
        ):
            del entry[key]
        trial = read(entry | gone)
        assert [r.quantity for r in trial.readings] == [ERROR_RATE, ERROR_RATE]
        assert load(trial, SERVICE).duration_seconds is None


def test_a_mean_of_some_entries_is_none_of_all() -> None:
    first, *others = entries("healthy.json")
    trial = read(first | {"total_response_time": None}, *others)
    assert "mean" in latencies(trial, SLOW)
    assert "mean" not in latencies(trial, SERVICE)
    assert "p50" in latencies(trial, SERVICE)


def test_requests_without_a_time_do_not_count_for_the_mean() -> None:
    entry = entries("failing.json")[0]
    more = entry | {"num_requests": entry["num_requests"] + 7, "num_none_requests": 7}
    what = Subject(entry["name"], entry["method"])
    assert latencies(read(more), what) == latencies(read(entry), what)


def test_no_entry_has_a_request() -> None:
    with pytest.raises(UnreadableError, match="without any request"):
        read(entries("healthy.json")[0] | {"num_requests": 0, "num_failures": 0})
    assert not any(one.recognises(parse(b"[]")) for one in (locust.STATS, locust.TABLE))


HOSTILE: tuple[Any, ...] = (
    *(None, True, "", "x", -1, 0, 1.5, 10**400, 1e308, math.nan, math.inf),
    *([], {}, [[[]]], {"a": {"b": None}}, {"x": 1}, {"nan": 1}, {"1": -1}, {"1": "2"}),
    *({"1": 10**400}, {"inf": 1, "-inf": 1}, {"1": None}, -math.inf),
)


@pytest.mark.parametrize("key", sorted(entries("healthy.json")[0]))
def test_any_value_is_told_or_harmless(key: str) -> None:
    first, *others = entries("healthy.json")
    for hostile in HOSTILE:
        for document in ([first | {key: hostile}], [*others, first | {key: hostile}]):
            content = Content("", (document,))
            if locust.STATS.recognises(content):
                try:
                    locust.STATS.read(content)
                except UnreadableError as error:
                    assert str(error).startswith("is a result of locust")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_any_entry_is_told_or_harmless(hostile: Any) -> None:
    whole = entries("healthy.json")
    cases: tuple[tuple[Any, ...], ...]
    cases = ([*whole, hostile],), (hostile,), (whole, hostile), (whole, [])
    for documents in cases:
        content = Content("", documents)
        if locust.STATS.recognises(content):
            with pytest.raises(UnreadableError, match="entry has no name"):
                locust.STATS.read(content)


@pytest.mark.parametrize("key", ["num_requests", "num_failures", "name"])
def test_what_must_be_there(key: str) -> None:
    first, *others = entries("healthy.json")
    with pytest.raises(UnreadableError, match="no name|is missing or is none"):
        read({k: v for k, v in first.items() if k != key}, *others)
    with pytest.raises(UnreadableError, match="no name|is missing or is none"):
        read(first | {key: True}, *others)


def test_recognised_by_no_other_and_recognises_no_other() -> None:
    own = {locust.TABLE, locust.STATS}
    for path in sorted(RECORDED.glob("*/*")):
        if path.suffix == ".md" or path.name == "idle.json":
            continue
        try:
            content = parse(path.read_bytes())
        except UnreadableError:
            continue
        found = {one for one in FORMATS if one.recognises(content)} - {PLAIN}
        if path.parent == OWN:
            assert len(found) == 1 and found <= own, path.name
        else:
            assert not found & own, path.name


@pytest.mark.parametrize(
    "other", ["{}", "[]", "[1]", "[null]", "[[]]", "Type,Name", '[{"name": 1}]', "x"]
)
def test_not_recognised(other: str) -> None:
    content = parse(other.encode())
    assert not locust.TABLE.recognises(content)
    assert not locust.STATS.recognises(content)


JUNK = ("", "9" * 400, "-1", "nan", "inf", "\u0663", "\x00", '"', "%", ",", "\r\n")


@pytest.mark.parametrize("path", sorted(OWN.glob("*.csv")), ids=lambda p: p.name)
def test_damage_is_told_or_harmless(path: Path) -> None:
    whole = path.read_bytes().decode()
    chance = Random(path.name)
    for _ in range(500):
        start = chance.randrange(len(whole))
        end = min(len(whole), start + chance.choice((0, 1, 3, 30)))
        content = Content(whole[:start] + chance.choice(JUNK) + whole[end:])
        if locust.TABLE.recognises(content):
            try:
                locust.TABLE.read(content)
            except UnreadableError as error:
                assert "of locust" in str(error)
