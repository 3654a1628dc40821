"""gatekeeper's own format: the reader, its documentation and its schema agree."""

from __future__ import annotations

import json
import math
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers.native import NATIVE
from gatekeeper.performance.readers.native_words import STATISTICS, UNITS
from gatekeeper.performance.subjects import SERVICE, subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

ROOT = Path(__file__).parents[3]
RECORDED = ROOT / "tests" / "recorded" / "performance"
OWN = RECORDED / "native"
DOCUMENTATION = (ROOT / "docs" / "performance-format.md").read_text("utf-8")
SCHEMA = json.loads(
    files("gatekeeper.schemas").joinpath("performance.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
USERS = subject("GET /users/:id")


def trials(name: str) -> list[Trial]:
    return list(NATIVE.read(parse((OWN / name).read_bytes())))


def document(*measurements: Any, **more: Any) -> Any:
    return {
        "schema": "gatekeeper.performance/1",
        "measurements": list(measurements),
        **more,
    }


def read(value: Any) -> list[Trial]:
    return list(NATIVE.read(Content("", (value,))))


def refusal(value: Any) -> str:
    with pytest.raises(UnreadableError) as raised:
        read(value)
    return str(raised.value)


ONE = {"endpoint": "/a", "quantity": "latency p95", "unit": "ms", "values": [12.1]}


def values(found: list[Trial], about: Any, quantity: Quantity) -> list[float]:
    return [
        reading.value
        for trial in found
        for reading in trial.readings
        if (reading.subject, reading.quantity) == (about, quantity)
    ]


# The documented example


def test_the_documented_example_is_the_recorded_one() -> None:
    example = re.search(r"```json\n(.*?)```", DOCUMENTATION, re.DOTALL)
    assert example is not None
    assert example[1] == (OWN / "documented.json").read_text("utf-8")


def test_the_documented_example_is_read() -> None:
    found = trials("documented.json")
    p95 = Quantity(Kind.LATENCY, "p95", "ms")
    assert values(found, USERS, p95) == [12.1, 12.4, 12.2]
    database = Quantity(Kind.DATABASE, "mean", "ms")
    assert values(found, subject("find_user"), database) == [0.84, 0.835]
    throughput = Quantity(Kind.THROUGHPUT, "", "/s")
    assert values(found, SERVICE, throughput) == [1204.5, 1198.2, 1210.9]
    peak = Quantity(Kind.MEMORY, "peak", "MB")
    assert values(found, SERVICE, peak) == [221.4592512]
    cpu = Quantity(Kind.CPU, "", "%")
    assert values(found, SERVICE, cpu) == [31, 33, 30]
    assert {r.step for trial in found for r in trial.readings} == {0.0}


def test_samples_of_the_documented_example() -> None:
    found = trials("documented.json")
    assert [[s.values for s in trial.samples] for trial in found] == [
        [(20.4, 19.8, 22.1)],
        [(20.9, 19.9, 20.2)],
        [],
    ]
    sample = found[0].samples[0]
    assert str(sample.subject) == "POST /users"
    assert sample.quantity == Quantity(Kind.LATENCY, "", "ms")


def test_program_version_and_machine() -> None:
    assert {(t.program, t.version, t.machine) for t in trials("documented.json")} == {
        ("measure.py", "1.4", "4 x AMD EPYC 7763")
    }
    (trial,) = trials("smallest.json")
    assert trial.program == "gatekeeper.performance"
    assert (trial.version, trial.machine, trial.notes) == (None, "", ())


def test_load_of_each_run() -> None:
    found = trials("documented.json")
    loads = [load for trial in found for load in trial.loads if load.subject == USERS]
    assert loads == [
        Load(USERS, requests, 0, "", 10, 30, "localhost")
        for requests in (9120, 9034, 9101)
    ]
    service = [one for one in found[0].loads if one.subject == SERVICE]
    assert service == [Load(SERVICE, None, None, "", 10, 30, "localhost")]


def test_nothing_is_made_up() -> None:
    (trial,) = trials("smallest.json")
    assert trial.loads == ()
    assert trial.readings[0].value == 11.0


# Loads


def test_failures_give_an_error_rate() -> None:
    (trial,) = trials("failures.json")
    users = subject("GET /users")
    rate = Quantity(Kind.ERROR_RATE, "", "%")
    assert values([trial], users, rate) == [25.0]
    load = next(one for one in trial.loads if one.subject == users)
    assert load == Load(users, 8, 2, "", 4, 1.5, "shop.example")


def test_a_stated_error_rate_is_not_computed() -> None:
    (trial,) = trials("failures.json")
    rate = Quantity(Kind.ERROR_RATE, "", "%")
    assert values([trial], SERVICE, rate) == [0.2]
    stated = {"quantity": "error rate", "unit": "%", "values": [1], "requests": 4}
    (trial,) = read(document({**stated, "failures": 1}))
    assert values([trial], SERVICE, rate) == [1.0]


def test_units_are_converted() -> None:
    (trial,) = trials("failures.json")
    redis = subject("redis get")
    assert values([trial], redis, Quantity(Kind.CACHE, "p50", "ms")) == [0.31]
    assert values([trial], SERVICE, Quantity(Kind.IO, "", "MB/s")) == [5.3]


def test_failures_of_the_service_count_for_endpoints_that_tell_none() -> None:
    cpu = {"quantity": "cpu", "unit": "%", "values": [3], "requests": 9, "failures": 1}
    (trial,) = read(document({**ONE, "requests": 5}, cpu))
    load = next(one for one in trial.loads if one.subject == subject("/a"))
    assert (load.requests, load.failures) == (9, 1)
    assert values([trial], subject("/a"), Quantity(Kind.ERROR_RATE, "", "%")) == []
    (trial,) = read(document({**ONE, "requests": 5, "failures": 0}, cpu))
    load = next(one for one in trial.loads if one.subject == subject("/a"))
    assert (load.requests, load.failures) == (5, 0)


def test_counts_once_or_for_each_run() -> None:
    twice = {**ONE, "values": [1, 2], "requests": 10, "failures": [0, 5]}
    found = read(document(twice))
    assert [(t.loads[0].requests, t.loads[0].failures) for t in found] == [
        (10, 0),
        (10, 5),
    ]


def test_no_request_gives_no_error_rate() -> None:
    (trial,) = read(document({**ONE, "requests": 0, "failures": 0}))
    assert len(trial.readings) == 1
    assert trial.loads[0].requests == 0


def test_own_connections_come_before_conditions() -> None:
    own = {**ONE, "connections": 3}
    (trial,) = read(document(own, conditions={"connections": 9, "host": "h"}))
    assert trial.loads[0].connections == 3
    assert trial.loads[0].host == "h"


# Every documented word


@pytest.mark.parametrize("kind", list(Kind))
def test_every_documented_unit_is_read_and_valid(kind: Kind) -> None:
    for unit in UNITS[kind]:
        name = kind.replace("_", " ")
        value = document({"quantity": name, "unit": unit, "values": [1]})
        assert len(read(value)) == 1
        assert VALIDATOR.is_valid(value)
        assert f"`{unit}`" in DOCUMENTATION


@pytest.mark.parametrize("kind", list(Kind))
def test_every_documented_statistic_is_read_and_valid(kind: Kind) -> None:
    for statistic in STATISTICS[kind]:
        quantity = f"{kind} {statistic}"
        value = document({"quantity": quantity, "unit": UNITS[kind][0], "values": [1]})
        (trial,) = read(value)
        expected = "p50" if statistic == "median" else statistic
        assert trial.readings[0].quantity.statistic == expected
        assert VALIDATOR.is_valid(value)
        assert f"`{statistic}`" in DOCUMENTATION


def test_the_schema_names_no_further_unit() -> None:
    properties = SCHEMA["$defs"]["measurement"]["properties"]
    assert set(properties["unit"]["enum"]) == {u for us in UNITS.values() for u in us}


def test_every_key_is_documented() -> None:
    keys = {*SCHEMA["properties"], *SCHEMA["$defs"]["measurement"]["properties"]}
    keys |= set(SCHEMA["properties"]["conditions"]["properties"])
    for key in keys:
        assert f"`{key}`" in DOCUMENTATION, key


@pytest.mark.parametrize("name", ["documented.json", "smallest.json", "failures.json"])
def test_recorded_files_are_valid(name: str) -> None:
    VALIDATOR.validate(json.loads((OWN / name).read_text("utf-8")))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("written", "statistic"),
    [("p95", "p95"), ("p99.9", "p99.9"), ("p2.5", "p2.5")],
)
def test_percentiles(written: str, statistic: str) -> None:
    value = document({**ONE, "quantity": f"latency {written}"})
    assert read(value)[0].readings[0].quantity.statistic == statistic
    assert VALIDATOR.is_valid(value)


def test_letter_case_and_spaces_do_not_matter() -> None:
    value = document({**ONE, "quantity": " Latency  P95", "unit": "MS"})
    assert read(value)[0].readings[0].quantity == Quantity(Kind.LATENCY, "p95", "ms")


# Mistakes

MISTAKES: list[tuple[Any, str]] = [
    (document(), "measurements` is [] and not a list with something in it"),
    ({"schema": "gatekeeper.performance/1"}, "the file has no `measurements`"),
    (document(ONE, extra=1), "the file has an unknown key, 'extra'; known: schema"),
    (document(ONE, programm="x"), "did you mean 'program'?"),
    (document(ONE, program=7), "the file: `program` is 7 and not a text"),
    (document(ONE, conditions=[]), "conditions is [] and no object"),
    (document(ONE, conditions={"conections": 1}), "did you mean 'connections'?"),
    (document(ONE, conditions={"connections": 0}), "`connections` is 0 and not a num"),
    (document(ONE, conditions={"duration_seconds": "30"}), "'30' and not a number"),
    (document(ONE, 7), "measurements[1] is 7 and no object"),
    (document({**ONE, "value": 1}), "measurements[0] has an unknown key, 'value'"),
    (document({**ONE, "value": 1}), "did you mean 'values'?"),
    (document({**ONE, "endpoint": ""}), "`endpoint` is '' and not a text"),
    (document({"unit": "ms", "values": [1]}), "measurements[0] has no `quantity`"),
    (document({**ONE, "quantity": "latncy p95"}), "did you mean 'latency'?"),
    (document({**ONE, "quantity": "latency avg"}), "unknown quantity, 'latency avg'"),
    (document({**ONE, "quantity": "latency p100"}), "did you mean 'latency p95'?"),
    (document({**ONE, "quantity": "speed"}), "known: latency, throughput, database"),
    (document({**ONE, "quantity": "throughput mean"}), "did you mean 'throughput'?"),
    (document({**ONE, "quantity": "memory p95"}), "did you mean 'memory"),
    (document({"quantity": "cpu", "values": [1]}), "measurements[0] has no `unit`"),
    (document({**ONE, "unit": "msec"}), "unknown unit of latency, 'msec'; did you"),
    (document({**ONE, "unit": "MB"}), "unknown unit of latency, 'MB'; known: ns, us"),
    (document({**ONE, "unit": "min"}), "unknown unit of latency, 'min'"),
    (document({**ONE, "values": 12.1}), "`values` is 12.1 and not a list"),
    (document({**ONE, "values": []}), "`values` is [] and not a list"),
    (document({**ONE, "values": [1, "2"]}), "[1, '2'] and not a list of numbers"),
    (document({**ONE, "values": [True]}), "[True] and not a list of numbers"),
    (document({**ONE, "values": [[1]]}), "[[1]] and not a list of numbers"),
    (document({"quantity": "cpu", "unit": "%"}), "needs either `values`"),
    (document({**ONE, "samples": [1]}), "needs either `values`"),
    (
        document({"quantity": "latency p95", "unit": "ms", "samples": [1]}),
        "`samples` of latency p95; single observations have no statistic",
    ),
    (
        document({"quantity": "memory", "unit": "MB", "samples": [1]}),
        "`samples` of memory; only times have samples",
    ),
    (
        document({"quantity": "latency", "unit": "ms", "samples": [[1], []]}),
        "[[1], []] and not a list of numbers",
    ),
    (
        document({"quantity": "latency", "unit": "ms", "samples": [[1], 2]}),
        "[[1], 2] and not a list of numbers",
    ),
    (document({**ONE, "requests": -1}), "`requests` is -1 and not a count"),
    (document({**ONE, "requests": 1.5}), "`requests` is 1.5 and not a count"),
    (document({**ONE, "failures": [0, 0]}), "1 runs but 2 `failures`"),
    (document({**ONE, "failures": ["x"]}), "`failures` is ['x'] and not a count"),
    (document({**ONE, "duration_seconds": -2}), "is -2 and not a number above 0"),
]


@pytest.mark.parametrize(("value", "message"), MISTAKES)
def test_a_mistake_is_told_precisely(value: Any, message: str) -> None:
    assert message in refusal(value)


#: What depends on something else in the file, which the schema does not compare.
_BEYOND_SCHEMA = ("1 runs but 2", "unit of latency, 'MB'")


@pytest.mark.parametrize(("value", "message"), MISTAKES)
def test_the_schema_refuses_the_same(value: Any, message: str) -> None:
    beyond = any(part in message for part in _BEYOND_SCHEMA)
    assert VALIDATOR.is_valid(value) == beyond


def test_a_quantity_given_twice() -> None:
    other = {**ONE, "quantity": "latency p95.0", "unit": "s"}
    assert refusal(document(ONE, other)) == (
        "measurements[1] gives the latency p95 of /a, as measurements[0] does; give"
        " all runs in one measurement"
    )


def test_loads_that_contradict_each_other() -> None:
    other = {**ONE, "quantity": "latency p50", "requests": 7}
    assert refusal(document({**ONE, "requests": 8}, other)) == (
        "measurements[1] says 7 requests of /a, but measurements[0] 8; which is right?"
    )


def test_more_failures_than_requests() -> None:
    message = refusal(document({**ONE, "requests": 3, "failures": 4}))
    assert "4 failures of /a are more than its 3 requests" in message


def test_failures_without_requests() -> None:
    (trial,) = read(document({**ONE, "failures": 4}))
    assert trial.loads[0].failures == 4
    assert len(trial.readings) == 1


@pytest.mark.parametrize("version", ["2", "1.1", ""])
def test_other_versions_are_refused(version: str) -> None:
    value = {**document(ONE), "schema": f"gatekeeper.performance/{version}"}
    assert "this gatekeeper reads 'gatekeeper.performance/1'" in refusal(value)


def test_several_documents() -> None:
    both = Content("", (document(ONE), document(ONE)))
    assert NATIVE.recognises(both)
    with pytest.raises(UnreadableError, match="holds 2 JSON documents"):
        NATIVE.read(both)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -1, 0, 10**400])
def test_odd_values_are_passed_on(odd: float) -> None:
    (trial,) = read(document({**ONE, "values": [odd]}))
    assert len(trial.readings) == 1
    sampled = {"quantity": "cache", "unit": "s", "samples": [odd]}
    assert len(read(document(sampled))[0].samples) == 1


@pytest.mark.parametrize("odd", [math.nan, math.inf, 10**400])
def test_odd_loads_are_refused(odd: float) -> None:
    for key in ("requests", "failures", "connections", "duration_seconds"):
        assert f"`{key}` is" in refusal(document({**ONE, key: odd}))


def test_long_mistakes_are_shortened() -> None:
    assert len(refusal(document({**ONE, "unit": "m" * 10_000}))) < 200


# Recognition


def test_recognises_its_own_files_only() -> None:
    for path in sorted(RECORDED.glob("*/*")):
        if path.is_file() and path.name != "README.md":
            try:
                recognised = NATIVE.recognises(parse(path.read_bytes()))
            except UnreadableError:
                continue
            assert recognised == (path.parent == OWN), path


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], {}, {"schema": 1}, {"schema": "other/1"}, [{"a": 1}]]
)
def test_recognises_no_other_json(value: Any) -> None:
    assert not NATIVE.recognises(Content("", (value,)))


@pytest.mark.parametrize("part", range(1, 12))
def test_cut_off(part: int) -> None:
    data = (OWN / "documented.json").read_bytes()
    with pytest.raises(UnreadableError, match="no valid JSON"):
        parse(data[: len(data) * part // 12])
