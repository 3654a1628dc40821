"""Plain JSON: what names mean, and files as people's scripts write them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.readers.hyperfine import HYPERFINE
from gatekeeper.performance.readers.native import NATIVE
from gatekeeper.performance.readers.plain import PLAIN
from gatekeeper.performance.readers.plain_names import name, unit_of
from gatekeeper.performance.readers.plain_words import WORDS
from gatekeeper.performance.readers.pytest_benchmark import PYTEST_BENCHMARK
from gatekeeper.performance.subjects import SERVICE, Subject, subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "plain"
Lines = dict[str, float]


def trials(value: Any) -> list[Trial]:
    return list(PLAIN.read(parse(json.dumps(value).encode())))


def recorded(file: str) -> list[Trial]:
    return list(PLAIN.read(parse((OWN / file).read_bytes())))


def lines(trial: Trial) -> Lines:
    """`GET /users latency p95 ms` and its value."""
    return {
        f"{r.subject} {r.quantity.name} {r.quantity.unit}": r.value
        for r in trial.readings
    }


def read(value: Any) -> Lines:
    (trial,) = trials(value)
    return lines(trial)


def samples(trial: Trial) -> dict[str, tuple[float, ...]]:
    return {
        f"{s.subject} {s.quantity.name} {s.quantity.unit}": s.values
        for s in trial.samples
    }


def load(trial: Trial, about: Subject = SERVICE) -> Load:
    return next(one for one in trial.loads if one.subject == about)


def refusal(value: Any) -> str:
    with pytest.raises(UnreadableError) as raised:
        trials(value)
    return str(raised.value)


# What single names mean


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("p95_ms", "latency p95 ms"),
        ("p95Ms", "latency p95 ms"),
        ("p95-ms", "latency p95 ms"),
        ("p(95)", "latency p95 ?"),
        ("95%", "latency p95 ?"),
        ("p95LatencyMs", "latency p95 ms"),
        ("latencyP99ms", "latency p99 ms"),
        ("p99_9_ms", "latency p99.9 ms"),
        ("p999", "latency p99.9 ?"),
        ("tp90", "latency p90 ?"),
        ("95th_percentile_ms", "latency p95 ms"),
        ("percentile_95", "latency p95 ?"),
        ("median_response_time", "latency p50 ?"),
        ("avg_response_time", "latency mean ?"),
        ("meanResponseTime", "latency mean ?"),
        ("response_time_avg_ms", "latency mean ms"),
        ("Mean response time (ms)", "latency mean ms"),
        ("slowest_ms", "latency max ms"),
        ("min_latency_ms", "latency min ms"),
        ("http_req_duration_p95", "latency p95 ?"),
        ("mean_ms_per_request", "latency mean ms"),
        ("requests_per_second", "throughput /s"),
        ("requestsPerSecond", "throughput /s"),
        ("Requests/sec", "throughput /s"),
        ("avg_rps", "throughput /s"),
        ("peak_rps", "throughput max /s"),
        ("throughput", "throughput ?"),
        ("requests_per_minute", "throughput /s"),
        ("memory_mb", "memory MB"),
        ("rss_mb", "memory MB"),
        ("memoryUsageMB", "memory MB"),
        ("max_memory_mb", "memory peak MB"),
        ("avg_memory_mb", "memory mean MB"),
        ("rss_bytes", "memory MB"),
        ("cpu_percent", "cpu %"),
        ("cpuUsage", "cpu ?"),
        ("peak_cpu_percent", "cpu peak %"),
        ("error_rate_percent", "error_rate %"),
        ("errorRate", "error_rate ?"),
        ("failure_rate_pct", "error_rate %"),
        ("error_ratio", "error_rate %"),
        ("io_mb_per_s", "io MB/s"),
        ("db_query_time_ms", "database ms"),
        ("average_query_ms", "database mean ms"),
        ("cache_latency_p95_us", "cache p95 ms"),
    ],
)
def test_a_key_tells_kind_statistic_and_unit(key: str, meaning: str) -> None:
    assert list(read({key: 40})) == [f"service {meaning}"]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("p95_us", 1500, 1.5),
        ("p95_s", 0.011, 11),
        ("p95", "120 ms", 120),
        ("p95", "1.2s", 1200),
        ("p95_ms", "1.2 s", 1200),
        ("p95_ms", "1,204.5", 1204.5),
        ("rss_bytes", 104857600, 104.8576),
        ("memory_kib", 1024, 1.048576),
        ("requests_per_minute", 600, 10),
        ("throughput", "1,204 req/s", 1204),
        ("error_rate", "45%", 45),
        ("error_ratio", 0.02, 2),
        ("success_rate_percent", 99.87, 0.13),
        ("success_rate", 98, 2),
        ("success_ratio", 0.995, 0.5),
        ("p95_ms", -3, -3),
        ("p95_ms", 0, 0),
        ("p95_ms", 10**400, math.inf),
    ],
)
def test_values_are_converted(key: str, value: Any, expected: float) -> None:
    assert list(read({key: value}).values()) == [expected]


def test_not_a_number_is_passed_on() -> None:
    (trial,) = PLAIN.read(parse(b'{"p95_ms": NaN}'))
    assert math.isnan(trial.readings[0].value)
    assert trial.readings[0].step == 0.0


@pytest.mark.parametrize(
    "key",
    [
        *("x", "p0", "p100", "cache_hit_rate_percent", "bytes", "mb_per_sec"),
        *("database_queries", "redis", "memory_per_request_kb"),
        *("context_switches_per_second", "gc_per_minute", "p95_max_ms", "total_time"),
        *("db_pool_size", "active_connections", "2xx_percent"),
        *("mb_per_hour", "time", "duration", "average_connections"),
    ],
)
def test_names_that_tell_no_known_quantity(key: str) -> None:
    (trial,) = trials({key: 0.5, "p95_ms": 1})
    assert lines(trial) == {"service latency p95 ms": 1}
    assert trial.notes == (f"numbers not understood: 1 ({key})",)


@pytest.mark.parametrize(
    "key",
    [
        *(
            "version",
            "timestamp",
            "count",
            "seed",
            "port",
            "start_time",
            "sample_count",
        ),
        *("uptime_seconds", "timeout_ms", "interval_seconds", "id", "status", "runs"),
        *("startedAt", "warmup_ms", "collection_duration_hours", "status_code"),
    ],
)
def test_data_about_the_file_is_ignored(key: str) -> None:
    (trial,) = trials({key: 7, "p95_ms": 1})
    assert lines(trial) == {"service latency p95 ms": 1}
    assert trial.notes == () and trial.loads == ()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"thresholds": {"p95_ms": 500}}, "thresholds"),
        ({"limits": {"a": {"b": {"p95_ms": 500}}}}, "limits.a.b"),
        ({"response_time_targets": {"p95_ms": 500}}, "response_time_targets"),
        ({"expected_p95_ms": 500}, "expected_p95_ms"),
        ({"p95_target_ms": 500}, "p95_target_ms"),
        ({"max_allowed": {"p95_ms": 500}}, "max_allowed"),
        ({"baseline_comparison": {"p95_ms": 500}}, "baseline_comparison"),
        ({"speed_change_percent": 3}, "speed_change_percent"),
        ({"memory_growth_mb": 3}, "memory_growth_mb"),
        ({"latency_stddev_ms": 3}, "latency_stddev_ms"),
        ({"response_time_std_dev": 3}, "response_time_std_dev"),
        ({"standard_error_ms": 3}, "standard_error_ms"),
        ({"margin_of_error": 3}, "margin_of_error"),
        ({"error_budget": 3}, "error_budget"),
        ({"environment": {"memory_gb": 16}}, "environment"),
        ({"test_config": {"p95_ms": 3}}, "test_config"),
        ({"system_info": {"total_memory_mb": 3}}, "system_info"),
        ({"home_settings": {"p95_ms": 3}}, "home_settings"),
    ],
)
def test_limits_settings_and_changes_are_left_out(value: Any, shown: str) -> None:
    (trial,) = trials({**value, "p50_ms": 1})
    assert lines(trial) == {"service latency p50 ms": 1}
    assert trial.notes == (
        f"numbers left out as limits, settings or computed changes: 1 ({shown})",
    )


def test_sections_with_statistics_are_named_first_when_many_are_left_out() -> None:
    limits = {f"x{i}_limit": i for i in range(20)}
    (trial,) = trials({"p50_ms": 1, **limits, "home_history": {"p95_ms": 3, "id": 7}})
    assert trial.notes[0].endswith(
        ": 21 (home_history, x0_limit, x1_limit, x2_limit, x3_limit, x4_limit,"
        " x5_limit, x6_limit, …)"
    )


def test_a_word_that_judges_is_no_judgement_at_the_beginning_of_a_name() -> None:
    value = {"change_password_ms": 3, "limit_check": {"p95_ms": 4}}
    assert read({"get_history": {"p95_ms": 5}, "list_options": {"p95_ms": 6}}) == {
        "get_history latency p95 ms": 5,
        "list_options latency p95 ms": 6,
    }
    assert read(value) == {
        "change_password latency ms": 3,
        "limit_check latency p95 ms": 4,
    }


# Objects


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"latency": {"p50": 12, "p95": 40, "avg": 13}},
            {"latency p50 ?": 12, "latency p95 ?": 40, "latency mean ?": 13},
        ),
        (
            {"response_time_ms": {"avg": 1, "max": 9}},
            {"latency mean ms": 1, "latency max ms": 9},
        ),
        (
            {"memory": {"rss": "52 MB", "peak_mb": 60, "percent": 3.5}},
            {"memory MB": 52, "memory peak MB": 60, "share": 3.5},
        ),
        (
            {"metrics": {"throughput": {"value": 90, "unit": "ops/sec"}}},
            {"throughput /s": 90},
        ),
        ({"latency": {"percentiles": {"50": 3, "99.9": 9}}}, {"p50": 3, "p99.9": 9}),
        ({"cpu": {"average": 30, "peak": 50}}, {"cpu mean ?": 30, "cpu peak ?": 50}),
        ({"p95": {"value": 3}, "unit": "us"}, {"latency p95 ms": 0.003}),
        ({"errors": {"rate": 0.5}}, {"error_rate ?": 0.5}),
        ({"total": {"avg": 3, "p90": 5}}, {"latency mean ?": 3, "latency p90 ?": 5}),
    ],
)
def test_words_of_objects_add_to_those_within(value: Any, expected: Lines) -> None:
    found = read(value)
    assert list(found.values()) == list(expected.values())
    for line, words in zip(found, expected, strict=True):
        assert words in line


def test_heap_is_not_the_memory_of_the_service() -> None:
    value = {"metrics": {"memory": {"heapUsed": {"value": 81.2, "unit": "MB"}}}}
    assert read(value) == {"heap_used memory MB": 81.2}


def test_the_nearest_unit_counts() -> None:
    value = {"unit": "s", "latency_ms": {"p95": 3, "p99": "4 us"}, "p50": 0.002}
    assert read(value) == {
        "service latency p95 ms": 3,
        "service latency p99 ms": 0.004,
        "service latency p50 ms": 2,
    }


def test_a_unit_is_no_unit_of_other_kinds() -> None:
    value = {"unit": "ms", "p95": 3, "throughput": 300, "memory": 5}
    assert read(value) == {
        "service latency p95 ms": 3,
        "service throughput ?": 300,
        "service memory ?": 5,
    }


def test_an_unknown_unit_is_not_understood() -> None:
    value = {"latency": {"value": 3, "unit": "fortnights"}, "p95_ms": 1}
    assert read(value) == {"service latency p95 ms": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"database": {"find_user_ms": 3.2}}, {"find_user database ms": 3.2}),
        ({"database": {"findUserMs": 3.2}}, {"find_user database ms": 3.2}),
        ({"redis": {"get_ms": 0.4}}, {"get cache ms": 0.4}),
        ({"mongodb": {"query": {"avg_ms": 2}}}, {"service database mean ms": 2}),
        ({"db_operations": {"find_one": 12.0}}, {"find_one database ?": 12}),
        ({"cache": {"redis_get_hit": 3.5}}, {"get_hit cache ?": 3.5}),
        ({"mongodb": {"aggregate": 8.5}}, {"aggregate database ?": 8.5}),
        ({"redis": {"ops_per_sec": 9}}, {"redis throughput /s": 9}),
        ({"redis": {"memory_mb": 9}}, {"redis memory MB": 9}),
        ({"cache_memory_mb": 9}, {"cache memory MB": 9}),
        ({"memory": {"gc_pause_ms": 9}}, {"gc_pause latency ms": 9}),
        ({"cpu": {"event_loop_delay_ms": 9}}, {"event_loop_delay latency ms": 9}),
        ({"cpu": {"user_time_percent": 9}}, {"user cpu %": 9}),
        ({"cpu_time_ms": 9}, {"time cpu ms": 9}),
        ({"error_rates": {"5xx": 0.1, "total": 1}}, {"5xx": 0.1, "service": 1}),
        ({"auth0": {"avg_ms": 9}}, {"auth0 latency mean ms": 9}),
        ({"30_minute_test": {"avg_ms": 9}}, {"30_minute_test latency mean ms": 9}),
        ({"peak": {"p95_ms": 9}}, {"peak latency p95 ms": 9}),
        ({"load": {"peak_load_ms": 9}}, {"peak_load latency ms": 9}),
        ({"network": {"bytes_in_per_second": 9e6}}, {"network.in io MB/s": 9}),
        ({"a": {"b": {"p95_ms": 9}}}, {"a.b latency p95 ms": 9}),
    ],
)
def test_other_words_are_the_name(value: Any, expected: Lines) -> None:
    found = read(value)
    assert list(found.values()) == list(expected.values())
    for line, words in zip(found, expected, strict=True):
        assert line.startswith(words)


@pytest.mark.parametrize(
    "value",
    [
        {"redis": {"hit_rate": 0.9}},
        {"database": {"slow_queries": 3}},
        {"mongodb": {"active_connections": 3}},
        {"mongodb": {"peak_connections": 3}},
        {"mongodb": {"pool": {"idle": 3}}},
        {"network": {"active_connections": 3}},
        {"network": {"pool_utilization_percent": 3}},
        {"memory": {"cache_hit_percent": 3}},
        {"/b": {"requests": {"p95": 3}}},
        {"by_path": {"/a": 45}},
        {"success_rate": 1},
        {"success_rate": 250},
        {"error_log_mb": 3},
    ],
)
def test_what_only_looks_like_a_measurement(value: Any) -> None:
    (trial,) = trials({**value, "p95_ms": 1})
    assert lines(trial) == {"service latency p95 ms": 1}
    assert trial.notes[0].startswith("numbers not understood: 1 (")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"mongodb": {"connection_wait_ms": 3}}, "connection_wait database ms"),
        ({"mongodb": {"pool": {"wait_time": 3}}}, "wait database ?"),
        ({"database": {"slow_queries_ms": 3}}, "slow database ms"),
        ({"redis": {"time": 3}}, "service cache ?"),
        ({"GET /a": {"time": 3}}, "GET /a latency ?"),
        ({"GET /a": {"duration_ms": 3}}, "GET /a latency ms"),
        ({"order_ms": 3}, "order latency ms"),
        ({"errors": {"timeout_percent": 3}}, "timeout_percent error_rate %"),
        ({"errors": {"timeout_rate_percent": 3}}, "timeout_rate error_rate %"),
        ({"mongodb": {"connection_wait_time": 3}}, "connection_wait database ?"),
        ([{"name": "mongodb find", "ms": 3}], "mongodb_find database ms"),
        ([{"name": "average order", "ms": 3}], "average_order latency ms"),
        ({"error_response_time_ms": 3}, "error latency ms"),
        ({"rate_limiting": {"avg_ms": 3}}, "rate_limiting latency mean ms"),
        ({"GET /users heavy p95_ms": 3}, "GET /users heavy latency p95 ms"),
        ({"aws_s3_put_ms": 3}, "aws_s3_put latency ms"),
        ({"1st_run_ms": 3}, "1st_run latency ms"),
        ({"99th_ms": 3}, "service latency p99 ms"),
        ({"cpu": {"load_average_1min": 3}}, "load_average_1_min cpu ?"),
        ({"percentiles": {"95": 3}}, "service latency p95 ?"),
    ],
)
def test_what_does_not_look_like_a_measurement_but_is(value: Any, line: str) -> None:
    assert read(value) == {line: 3}


# Endpoints


@pytest.mark.parametrize(
    "value",
    [
        {"GET /users": {"p95_ms": 9}},
        {"GET_/users": {"p95_ms": 9}},
        {"GET http://h:1/users": {"p95_ms": 9}},
        {"endpoints": {"/users": {"GET": {"p95_ms": 9}}}},
        {"endpoints": {"/users": {"get": {"p95_ms": 9}}}},
        {"GET": {"/users": {"p95_ms": 9}}},
        {"/users": {"method": "get", "latency": {"p95_ms": 9}}},
        {"p95_ms": {"GET /users": 9}},
        {"latency": {"p95": {"/users": {"GET": "9 ms"}}}},
        {"GET /users p95": "9 ms"},
        {"endpoints": [{"endpoint": "/users", "method": "GET", "p95": "9 ms"}]},
        {"endpoints": [{"path": "/users", "method": "GET", "p95_ms": 9}]},
        {"endpoints": [{"url": "http://h/users", "method": "GET", "p95_ms": 9}]},
        {"endpoints": [{"route": "/users", "method": "GET", "p95_ms": 9}]},
        {"endpoints": [{"name": "GET /users", "p95_ms": 9}]},
        {"a": {"endpoint": "GET /users", "p95_ms": 9}},
        {"endpoint": "GET /users", "p95_ms": 9},
        [{"name": "x", "endpoint": "/users", "method": "GET", "p95_ms": 9}],
        [{"endpoint": "GET /users", "metric": "p95_ms", "value": 9}],
        [{"name": "GET /users p95", "unit": "ms", "value": "9"}],
        {"authentication": {"endpoints": {"GET /users": {"p95_ms": 9}}}},
    ],
)
def test_endpoints_in_every_shape(value: Any) -> None:
    (trial,) = trials(value)
    assert lines(trial) == {"GET /users latency p95 ms": 9}
    assert trial.readings[0].subject == subject("GET /users")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"response_times": {"GET /users": 45.2}}, "GET /users latency ?"),
        ({"api_endpoints": {"GET /users": 45.2}}, "GET /users latency ?"),
        ({"/users/:id": {"avg": 45.2}}, "/users/:id latency mean ?"),
        ({"error_rate": {"GET /users": 45.2}}, "GET /users error_rate ?"),
        ({"/a": {"cache": {"hit_ms": 45.2}}}, "/a hit cache ms"),
        ({"/a": {"levels": {"10_users": {"p95": 45.2}}}}, "/a levels.10_users latency"),
    ],
)
def test_numbers_of_endpoints(value: Any, line: str) -> None:
    (found,) = read(value)
    assert found.startswith(line)


def test_a_number_of_an_endpoint_that_may_be_a_count() -> None:
    value = {"hits_by_path": {"/a": 45}, "/b": {"requests": {"avg": 3}}, "p95_ms": 1}
    assert read(value) == {"service latency p95 ms": 1}


def test_a_mean_alone_may_be_one_of_anything() -> None:
    assert read({"complexity": {"mean": 3, "max": 9}, "p95_ms": 1}) == {
        "service latency p95 ms": 1
    }


def test_items_of_lists_need_a_name() -> None:
    message = refusal({"results": [{"p95_ms": 1}, {"p95_ms": 2}]})
    assert "not understood: 2 (results[0].p95_ms, results[1].p95_ms)" in message
    assert "items of lists need an `endpoint` or a `name`" in message
    assert read({"results": [{"p95_ms": 1}]}) == {"service latency p95 ms": 1}


# Samples


def test_lists_below_a_time_are_samples() -> None:
    (trial,) = trials({"response_times": [12, 11.5], "latencies_ms": {"GET /a": [1]}})
    assert samples(trial) == {
        "service latency ?": (12, 11.5),
        "GET /a latency ms": (1,),
    }
    assert trial.readings == ()


def test_lists_of_something_else_are_no_samples() -> None:
    value = {"memory_mb": [1, 2], "p95_ms": [1, 2], "x": [3], "tags": ["a"], "e": []}
    (trial,) = trials({**value, "latency": [[1, 2]], "p50_ms": 1})
    assert trial.samples == ()
    assert trial.notes == ("numbers not understood: 4 (memory_mb, p95_ms, x, …)",)


# Loads


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"connections": 10}, Load(SERVICE, connections=10)),
        ({"concurrent_users": "10"}, Load(SERVICE, connections=10)),
        ({"config": {"vus": 10}}, Load(SERVICE, connections=10)),
        ({"duration_seconds": 30.5}, Load(SERVICE, duration_seconds=30.5)),
        ({"test_duration_minutes": 2}, Load(SERVICE, duration_seconds=120)),
        ({"duration_ms": 30000}, Load(SERVICE, duration_seconds=30)),
        ({"host": "http://127.0.0.1:5000/"}, Load(SERVICE, host="localhost")),
        ({"target_host": "shop.example"}, Load(SERVICE, host="shop.example")),
        ({"url": "http://[::1]:5000"}, Load(SERVICE, host="localhost")),
        ({"total_requests": 9, "errors": 0}, Load(SERVICE, 9, 0)),
        ({"requests": 9, "failures": 2}, Load(SERVICE, 9, 2)),
        ({"requests": {"total": 9, "failed": 2}}, Load(SERVICE, 9, 2)),
        ({"requests": 9, "successful_requests": 7}, Load(SERVICE, 9, 2)),
        ({"errors": 3, "timeouts": 2}, Load(SERVICE, None, 3, "3 errors, 2 time-outs")),
        ({"light": {"duration_seconds": 3, "p95_ms": 2}}, None),
        ({"sizes": {"200": 7}}, None),
        ({"non_2xx": 5}, Load(SERVICE, None, 5, "5 answers not 2xx")),
        ({"non2xx": 5, "errors": 1}, Load(SERVICE, None, 6, "1 errors, 5 answers")),
        ({"status_codes": {"200": 7, "404": 2}}, Load(SERVICE, 9, 2, "2 answers")),
        ({"requests": 1.5}, None),
        ({"config": {"requests": 9}}, None),
        ({"connections": -1}, None),
        ({"database": {"connections": 5}}, None),
        ({"thresholds": {"connections": 5}}, None),
    ],
)
def test_loads(value: Any, expected: Load | None) -> None:
    (trial,) = trials({**value, "p95_ms": 1})
    if expected is None:
        assert not [one for one in trial.loads if one.subject == SERVICE]
        return
    found = load(trial)
    words = expected.failure_words
    assert found.failure_words.startswith(words) and bool(found.failure_words) == bool(
        words
    )
    assert (found.requests, found.failures) == (expected.requests, expected.failures)
    assert found.connections == expected.connections
    assert found.duration_seconds == expected.duration_seconds
    assert found.host == expected.host


def test_an_error_rate_follows_from_counts_where_none_is_told() -> None:
    told = {"requests": 200, "failures": 3, "p95_ms": 1}
    assert read(told)["service error_rate %"] == 1.5
    assert read({**told, "error_rate": "2%"})["service error_rate %"] == 2
    assert read({**told, "success_rate_percent": 99})["service error_rate %"] == 1.5
    assert "service error_rate %" not in read({"requests": 0, "failures": 0, **P95})


P95 = {"p95_ms": 1}


def test_conditions_of_a_part_of_the_file() -> None:
    (trial,) = trials({"light": {"duration_seconds": 3, **P95}, "/b": P95})
    assert trial.loads == (Load(Subject("light"), duration_seconds=3),)


def test_conditions_of_the_file_hold_for_its_endpoints() -> None:
    value = {"connections": 5, "GET /a": {**P95, "requests": 3}, "/b": P95}
    (trial,) = trials(value)
    assert load(trial, subject("GET /a")) == Load(subject("GET /a"), 3, connections=5)
    assert load(trial, subject("/b")) == Load(subject("/b"), connections=5)


def test_failures_of_the_service_count_for_endpoints_that_tell_none() -> None:
    value = {"requests": 9, "errors": 1, "/a": P95, "/b": {**P95, "errors": 0}}
    (trial,) = trials(value)
    assert load(trial, subject("/a")).failures == 1
    # Also for one that tells it had none: it answered beside those that failed.
    assert load(trial, subject("/b")).failures == 1


def test_conditions_that_contradict_each_other_are_unknown() -> None:
    (trial,) = trials({"users": 10, "concurrency": 5, **P95})
    assert trial.loads == ()
    assert trial.notes == (
        "connections of service told differently, so unknown: 10, 5",
    )


def test_a_known_rate_is_not_replaced_unless_it_is_0() -> None:
    rate = "service error_rate %"
    assert read({"error_rate_percent": 2, "success_rate": 90, **P95})[rate] == 2
    assert read({"error_rate_percent": 0, "success_rate": 90, **P95})[rate] == 10
    parts = {"errors": {"5xx": "3%", "4xx": "5%", "rate": "4%"}}
    assert read({**parts, **P95})[rate] == 5
    assert read({"max_error_rate_percent": 3, **P95})[rate] == 3


@pytest.mark.parametrize(
    "value",
    [
        *({"errors": {"ETIMEDOUT": 12}}, {"errors": {"total": 12}}, {"error": 12}),
        *({"5xx": 12}, {"http_5xx": 12}, {"errors_5xx": 12}, {"http_errors": 12}),
        *({"server_errors": 12}, {"error_requests": 12}, {"num_failed": 12}),
        *({"timed_out": 12}, {"dropped_requests": 12}, {"connection_errors": 12}),
        *({"exceptions": 12}, {"ko": 12}, {"responses": {"200": 5, "500": 12}}),
        {"statusCodeDistribution": {"200": 90, "503": 12}},
        *(
            {"http_500": 12},
            {"status_codes": {"5xx": 12}},
            {"statusCodes": {"302": 12}},
        ),
        *({"requests": 100, "ok": 88}, {"requests": 100, "2xx": 88}),
        {"total_requests": 100, "successful_responses": 88},
        {"requests": 100, "statusCodes": {"200": 88}},
        *({"errors": {"timeout": 12}}, {"errors": {"count": 12}}),
        *({"errors": ["timeout"] * 12}, {"errors": [{"message": "reset"}] * 12}),
        {"errors": [{"code": 500, "count": 9}, {"code": 502, "count": 3}]},
        {"errors": [{"code": 500, "count": 12}]},
        *({"statusCodes": {"500": {"count": 12}}}, {"errors": {"connections": 12}}),
        *(
            {"errors": [0, 5, 7]},
            {"errors": {"order": 12}},
            {"errors_by_type": {"x": 12}},
        ),
        *(
            {"failed_runs": 12},
            {"details": {"x": {"errors": 12}}},
            {"/c": {"errors": 12}},
        ),
        {"errors": 5, "errors_by_type": {"reset": 12}},
        {"errors": {"critical": 12}},
    ],
)
def test_every_count_of_failures_counts(value: Any) -> None:
    (trial,) = trials({"GET /a": P95, **value})
    assert load(trial).failures == 12
    assert load(trial, subject("GET /a")).failures == 12
    assert not [note for note in trial.notes if "understood" in note]


@pytest.mark.parametrize(
    "value",
    [
        *({"success": False}, {"ok": False}, {"status": 500}, {"status_code": 302}),
        *({"status": "503 Service Unavailable"}, {"status": "failed"}, {"error": True}),
        *({"error": "ECONNREFUSED"}, {"errors": "12 of them"}, {"errors": [None, "x"]}),
        *({"error": {"message": "socket hang up"}}, {"errors": {"code": 500}}),
        *({"errors": math.nan}, {"errors": -4}, {"failures": math.inf}),
    ],
)
def test_every_sign_of_a_failure_is_one(value: Any) -> None:
    (trial,) = trials({"GET /a": {**P95, **value}})
    assert load(trial, subject("GET /a")).failures == 1
    assert load(trial, subject("GET /a")).failure_words.startswith(("1 ", "nan", "inf"))


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        *(({"success_rate": 0.9}, 10), ({"success": 0.9}, 10)),
        *(({"http_req_failed": 0.03}, 0.03), ({"error_rate": 0.05}, 0.05)),
        *(({"errors_per_second": 3}, 3), ({"errors_per_hour": 3}, 3)),
        *(({"errors": 0.5}, 0.5), ({"errors_p95": 3}, 3), ({"timeout_rate": 3}, 3)),
        *(({"error_rates": {"5xx": 3}}, 3), ({"error_rates": [1, 2]}, 3)),
    ],
)
def test_rates_of_failures_without_a_unit_keep_none(value: Any, rate: float) -> None:
    assert read({"GET /a": P95, **value})["service error_rate ?"] == rate


def test_a_share_of_success_with_a_unit() -> None:
    assert read({"availability": 99.5, **P95})["service error_rate %"] == 0.5
    assert read({"pass_rate_percent": 99.5, **P95})["service error_rate %"] == 0.5


@pytest.mark.parametrize(
    "value",
    [
        *({"errors": {"timeout": 0, "count": 0}}, {"errors": []}, {"error": None}),
        *({"error": ""}, {"errors": "none"}, {"success": True}, {"status": 200}),
        *({"status": "ok"}, {"failures": []}, {"5xx": 0}, {"statusCodes": {"200": 9}}),
        *({"errors": [{"type": "timeout", "count": 0}]}, {"requests": 9, "ok": 9}),
        *(
            {"thresholds": {"errors": 5}},
            {"config": {"max_errors": 5}},
            {"error": False},
        ),
        *({"errors": {"timestamp": 5, "count": 0}}, {"success_rate": 100}),
        *({"error_page": {**P95, "hits": 4}}, {"margin_of_error": 0.5}),
        *({"failed_thresholds": ["p95"]}, {"connection_timeout": 30}),
        {"standard_error_ms": 3, "error_budget": 3},
    ],
)
def test_what_is_no_sign_of_a_failure(value: Any) -> None:
    (trial,) = trials({"GET /a": P95, **value})
    assert not any(one.failures for one in trial.loads)
    rates = [r.value for r in trial.readings if r.quantity.kind == "error_rate"]
    assert not any(rates)


def test_the_worst_share_of_failures_counts_for_an_endpoint() -> None:
    whole = {"requests": 1000, "errors": 10}
    (trial,) = trials({**whole, "/a": {**P95, "requests": 100, "errors": 5}, "/b": P95})
    found = load(trial, subject("/a"))
    assert (found.requests, found.failures) == (100, 5)
    found = load(trial, subject("/b"))
    assert (found.requests, found.failures) == (1000, 10)


def test_the_words_of_many_failures_are_cut_short() -> None:
    (trial,) = trials({"errors": {"a": 1, "b": 2, "c": 3, "d": 4}, **P95})
    assert load(trial).failures == 10
    assert load(trial).failure_words == "1 errors.a, 2 errors.b, 3 errors.c, …"


def test_the_number_of_requests_goes_with_the_duration() -> None:
    whole = {"requests": 1000, "duration_seconds": 60}
    (trial,) = trials({**whole, "/a": P95, "/b": {**P95, "requests": 3}})
    assert load(trial, subject("/a")) == Load(subject("/a"), 1000, duration_seconds=60)
    assert load(trial, subject("/b")) == Load(subject("/b"), 3, duration_seconds=60)


# What is lost is told


@pytest.mark.parametrize(
    "text",
    [
        *("120,5 ms", "~120 ms", "<5 ms", "120ms +-3", "1 s 200 ms", "1m30s"),
        *("1 204 ms", "1.204,5 ms", "PT0.12S", "about 120 ms", "12 apples"),
    ],
)
def test_a_measurement_that_cannot_be_read(text: str) -> None:
    message = refusal({"GET /a": {"p95": text}, "GET /b": {"p95": "9 ms"}})
    assert message == (
        f"has {text!r} as `GET /a.p95`, which is no number that can be read; write a"
        " plain number, and its unit in the name: `p95_ms`: 120.5"
    )
    assert repr(text) in refusal({"p95": {"GET /a": text}, "p50_ms": 1})


@pytest.mark.parametrize(
    "value",
    [[1, "x"], [None, 1], ["1 ms", "2 s"], [12.5, "~120 ms"], ["120,5 ms"]],
)
def test_a_list_that_holds_more_than_numbers(value: Any) -> None:
    assert refusal({"latency": value, **P95}) == (
        "has a list `latency` of more than numbers in one unit; write plain numbers,"
        " and their unit in the name: `latencies_ms`"
    )


@pytest.mark.parametrize(
    ("value", "name"),
    [
        *(({"avg_ms": "NaN"}, "avg_ms"), ({"p50_ms": "n/a"}, "p50_ms")),
        *(({"home": "120,5 ms"}, "home"), ({"GET /a": "~12"}, "GET /a")),
        *(({"duration": "1m30s"}, "duration"), ({"elapsed": "0:01:23"}, "elapsed")),
        *(({"memory": "16 GB DDR4"}, "memory"), ({"redis": {"x": "7.0.1"}}, "redis.x")),
        *(({"p95_ms": {"version": 9}}, "p95_ms.version"), ({"db": {"id": 9}}, "db.id")),
        *(({"endpoints": {"order": 9}}, "endpoints.order"), ({"x": [[1]]}, "x[0]")),
    ],
)
def test_what_may_be_a_measurement_is_named(value: Any, name: str) -> None:
    (trial,) = trials({**value, "p99_ms": 1})
    assert trial.notes == (f"numbers not understood: 1 ({name})",)
    assert "service latency p99 ms" in lines(trial) and len(trial.readings) == 1


def test_data_in_words_about_the_file_and_the_machine() -> None:
    words = {
        **{"version": "1.2.3", "node": "v20.1", "cpu": "Intel(R) i7 @ 3.2GHz"},
        **{"date": "2024-05-01", "database": "PostgreSQL 15.2", "tool": "wrk 4.2"},
        **{"started": "12/05/2024 10:11:12", "time": "2024-05-01T10:00:00Z"},
        **{"latency_unit": "ms", "memory_ok": True, "response_time": "2024-05-01"},
        **{"p95": {"name": "10 users", "value": 3}, "cache_policy": "2q"},
    }
    (trial,) = trials(words)
    assert lines(trial) == {"service latency p95 ?": 3}
    assert trial.notes == () and trial.loads == ()


@pytest.mark.parametrize(
    "word", ["order", "status", "index", "start", "build", "level", "run", "month"]
)
def test_endpoints_whose_names_describe_files_elsewhere(word: str) -> None:
    found = read({"p95_ms": {"home": 10, word: 20}})
    assert found == {"home latency p95 ms": 10, f"{word} latency p95 ms": 20}
    # Beside a value it does describe.
    found = read({"p95_ms": {"value": 10, word: 20}})
    assert found == {"service latency p95 ms": 10}


@pytest.mark.parametrize(
    ("value", "line"),
    [
        *(({"throughput_mb_per_sec": 2}, "bytes"), ({"throughput": "2 MB/s"}, "bytes")),
        *(
            ({"throughput_kb_per_sec": 2000}, "bytes"),
            ({"throughput": "2MB/s"}, "bytes"),
        ),
        ({"transfer_rate_kb_per_s": 2000}, "transfer_rate.bytes"),
    ],
)
def test_a_throughput_in_bytes(value: Any, line: str) -> None:
    assert read(value) == {f"{line} throughput MB/s": 2}
    (trial,) = trials(value)
    assert trial.readings[0].quantity.more_is_better
    assert read({**value, "requests_per_second": 5})["service throughput /s"] == 5


# Two numbers with one meaning, and none


def test_two_numbers_that_mean_the_same() -> None:
    assert refusal({"stats": {"p95_ms": 1}, "latency": {"p95": "2 ms"}}) == (
        "`stats.p95_ms` and `latency.p95` both mean the latency p95 of service, but"
        " differ; keep one, or give them names that tell them apart"
    )
    assert "both mean" in refusal({"p95_ms": 1, "p95": 1})
    assert "both mean" in refusal({"response_times": [1], "latency": [2]})


def test_equal_numbers_may_mean_the_same() -> None:
    assert read({"median_ms": 5, "p50_ms": 5}) == {"service latency p50 ms": 5}


@pytest.mark.parametrize(
    "value",
    [[], {}, [1, 2], ["a"], {"a": 1}, {"a": None}, {"connections": 5}, [[[]]], [{}]],
)
def test_nothing_understood(value: Any) -> None:
    message = refusal(value)
    assert message.startswith("holds no number whose name tells what it is")
    assert "`p95_ms`" in message and "`requests_per_second`" in message


@pytest.mark.parametrize("value", [None, True, "x", "12 ms", [], {}, "NaN", [None]])
def test_what_is_no_number_is_left_out(value: Any) -> None:
    found = read({"avg_ms": value, **P95}) if value != "12 ms" else {**P95}
    assert list(found.values()) == [1]


def test_many_numbers_not_understood_make_one_note() -> None:
    (trial,) = trials({**P95, **{f"x{i}": i for i in range(9)}})
    assert trial.notes == ("numbers not understood: 9 (x0, x1, x2, …)",)
    (trial,) = trials({**P95, "y" * 90: 3})
    assert len(trial.notes[0]) < 100


def test_hostile_nesting() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = {"a": [deep]}
    with pytest.raises(UnreadableError, match="nested too deeply"):
        PLAIN.read(Content("", (deep,)))


@pytest.mark.parametrize(
    "key", ["", " ", "\x00", "é", "[", "GET ", "/", "p", "%" * 500]
)
def test_odd_names(key: str) -> None:
    assert read({key: {**P95}, "b": {key: 3}})


# Runs


def test_a_list_of_nameless_objects_is_a_list_of_runs() -> None:
    found = [lines(trial) for trial in trials([{"p95_ms": 1}, {"p95_ms": 2}])]
    assert [list(run.values()) for run in found] == [[1], [2]]


def test_very_many_nameless_objects_are_no_runs() -> None:
    log = [{"response_time_ms": 1.5, "status": 200}] * 101
    assert "items of lists need an `endpoint` or a `name`" in refusal(log)
    assert len(trials(log[:100])) == 100


def test_a_log_is_refused() -> None:
    log = {f"/{i}": {"p95_ms": 1} for i in range(50_001)}
    with pytest.raises(UnreadableError, match="more than 50,000 values; keep"):
        PLAIN.read(Content("", (log,)))


@pytest.mark.parametrize(
    "documents",
    [
        ({"p95_ms": [1.5] * 50_001},),
        ([[1, 2]] * 25_001,),
        ({f"x{i}": [i] * 5_001 for i in range(10)},),
        ({str(i): i for i in range(50_001)},),
        ([[]] * 50_001,),
    ],
)
def test_too_many_values_are_refused_before_they_are_read(documents: Any) -> None:
    with pytest.raises(UnreadableError, match="more than 50,000 values"):
        PLAIN.read(Content("", documents))


def test_documents_one_after_the_other_are_runs() -> None:
    text = b'{"GET /a": {"p95_ms": 10}, "connections": 5}\n{"GET /a": {"p95_ms": 12}}\n'
    found = PLAIN.read(parse(text))
    assert [lines(trial) for trial in found] == [
        {"GET /a latency p95 ms": 10},
        {"GET /a latency p95 ms": 12},
    ]
    runs = recorded("lines.jsonl")
    assert [lines(trial)["service latency p95 ms"] for trial in runs] == [41, 44, 40.5]
    assert [load(trial).failures for trial in runs] == [0, 0, 3]
    with pytest.raises(UnreadableError, match="more than 100 JSON documents"):
        PLAIN.read(parse(b'{"p95_ms": 1}' * 101))


@pytest.mark.parametrize(
    "content",
    [
        b'{"p95_ms": 1}{"p95_ms": null}',
        b'[{"p95_ms": 1}, {"error": "x"}]',
        b'{"runs": [{"p95_ms": 1}, {}]}',
    ],
)
def test_a_run_without_a_measurement(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="has 2 runs, but number 2 holds no"):
        PLAIN.read(parse(content))


def test_objects_around_which_is_measured_are_no_runs() -> None:
    found = trials(
        {"iterations": [{"x": 1}, {"x": 2}], "thresholds": {"errors": 5}, **P95}
    )
    assert [len(trial.readings) for trial in found] == [1, 0]
    assert not any(trial.loads for trial in found)


def test_runs_of_one_file() -> None:
    found = recorded("runs.json")
    p95 = "GET /api/users latency p95 ms"
    assert [lines(trial)[p95] for trial in found] == [12.1, 12.9, 12.3]
    assert ["service memory MB" in lines(trial) for trial in found] == [True, False] + [
        False
    ]
    assert [load(t).failures for t in found] == [0, 5, 0]
    assert {(load(t).connections, load(t).host) for t in found} == {(10, "localhost")}


# Recorded files


def test_a_baseline_of_a_migration() -> None:
    (trial,) = recorded("nodejs_baseline.json")
    found = lines(trial)
    assert {
        "service latency mean ms": 61.4,
        "service latency p50 ms": 55.0,
        "service latency p95 ms": 140.2,
        "service latency p99.9 ms": 391.5,
        "service throughput /s": 412.5,
        "service throughput max /s": 530.1,
        "sustained throughput /s": 388.0,
        "service cpu mean %": 41.5,
        "service memory peak MB": 233.1,
        "service error_rate %": 0.004,
        "GET /api/v1/users latency mean ms": 42.5,
        "GET /api/v1/users throughput /s": 120.4,
        "DELETE /api/v1/users/{id} latency mean ms": 51.9,
        "service database mean ms": 6.1,
        "find_operations database mean ms": 4.4,
        "service cache mean ms": 0.9,
        "get_operations cache mean ms": 0.6,
        "10_users latency p95 ms": 70.3,
        "100_users throughput /s": 388.0,
    }.items() <= found.items()
    assert len(found) == 40
    whole = load(trial)
    assert (whole.requests, whole.failures, whole.connections) == (247500, 10, 50)
    assert whole.duration_seconds == 600
    assert "numbers not understood: 5 (" in trial.notes[0]


def test_results_without_units() -> None:
    (trial,) = recorded("performance_results.json")
    found = lines(trial)
    assert found["POST /api/orders latency mean ?"] == 0.0289
    assert found["POST /api/orders error_rate %"] == 10
    assert found["service throughput /s"] == 71.25
    assert load(trial, subject("POST /api/orders")).failures == 2


def test_a_script_in_javascript() -> None:
    (trial,) = recorded("node_script.json")
    found = lines(trial)
    assert found["service latency mean ms"] == 14.5
    assert found["bytes throughput MB/s"] == 1.572864
    assert found["heap_used memory MB"] == 15
    assert found["POST /api/users latency p95 ms"] == 61
    assert found["/api/health latency ?"] == 2
    assert found["system cpu ?"] == 4.5
    whole = load(trial)
    assert (whole.requests, whole.failures, whole.host) == (1000, 5, "localhost")


def test_other_recorded_files() -> None:
    (summary,) = recorded("load_summary.json")
    assert lines(summary)["service latency p90 ms"] == 210
    assert lines(summary)["service latency p99 ms"] == 480
    assert load(summary).failure_words == "4 time-outs, 6 answers not 2xx"
    (levels,) = recorded("levels.json")
    assert lines(levels)["light_load throughput /s"] == 50
    assert load(levels, Subject("light_load")).connections == 10
    (stores,) = recorded("stores.json")
    assert lines(stores)["find_one database ms"] == 5.2
    assert lines(stores)["mongodb.reads throughput /s"] == 2450
    assert samples(stores)["select_users database ?"] == (4.5, 5.0, 4.8)
    (github,) = recorded("github_action.json")
    assert lines(github)["fib_20 throughput /s"] == 491.25
    assert lines(github)["json_parse latency ms"] == 0.0125
    (observed,) = recorded("observations.json")
    assert samples(observed)["GET /api/health latency ms"] == (0.9, 1.1)
    assert samples(observed)["GET /api/users latency ms"] == (12.1, 12.4, 30.2, 12.0)
    assert lines(observed) == {}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("both_sides.json", "`nodejs.p95_ms` and `flask.p95_ms` both mean"),
        ("settings_only.json", "no number whose name tells what it is (numbers not"),
    ],
)
def test_recorded_files_that_are_no_measurement(file: str, message: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        recorded(file)
    assert message in str(raised.value)


@pytest.mark.parametrize("part", range(1, 10))
def test_cut_off(part: int) -> None:
    data = (OWN / "nodejs_baseline.json").read_bytes()
    with pytest.raises(UnreadableError, match="no valid JSON"):
        parse(data[: len(data) * part // 10])


# Recognition, and the tables


def test_it_is_the_last_resort() -> None:
    for value in ({}, [], [1], {"a": 1}):
        assert PLAIN.recognises(Content("", (value,)))
        assert PLAIN.recognises(Content("", (value, value)))
    for other in (Content("text"), Content("", (1,)), Content("", ({}, 1))):
        assert not PLAIN.recognises(other)
    for path in OWN.glob("*.json"):
        for format_ in (PYTEST_BENCHMARK, HYPERFINE, NATIVE):
            assert not format_.recognises(parse(path.read_bytes())), path


def test_words_stand_in_the_table_once() -> None:
    from gatekeeper.performance.readers import plain_words

    rows = [" ".join(phrase.split()) for _, phrase in plain_words._rows()]
    assert sorted(rows) == sorted({" ".join(words) for words in WORDS})


def test_every_unit_of_the_table_is_known() -> None:
    for words, word in WORDS.items():
        assert not word.unit or unit_of(word.unit), words


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        *(("ops/sec", "/s"), ("queries/second", "/s"), ("ns/iter", "ms")),
        *(("Megabytes", "MB"), ("Percent", "%"), ("req/s", "/s"), ("KiB/s", "MB/s")),
        *(("errors/minute", None), ("connections/minute", None), ("p95 ms", None)),
        *(("GET /x ms", None), ("fortnights", None), ("", None), ("ms of x", None)),
    ],
)
def test_units_as_people_write_them(text: str, canonical: str | None) -> None:
    found = unit_of(text)
    assert (found[0] if found else None) == canonical


def test_names_are_cut_the_same_in_every_style() -> None:
    styles = (
        "p95 find user ms",
        "p95_find_user_ms",
        "p95-find-user-ms",
        "p95FindUserMs",
    )
    assert len({name(style).parts for style in styles}) == 1
