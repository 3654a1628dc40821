"""From comparisons and a limit to a verdict, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.model import Answer, Comparison, GateStatus
from gatekeeper.performance.limits import decide
from gatekeeper.performance.outcome import Limit, Outcome

P95 = Comparison(
    "GET /users",
    "latency",
    "p95",
    "ms",
    more_is_better=False,
    baseline=100.0,
    current=104.0,
    worst=110.0,
    variance=4.0,
    baseline_runs=1,
    current_runs=1,
)
MEAN = replace(P95, statistic="mean", variance=2.0)
NOISY = replace(
    P95,
    variance=8.0,
    low=-2.0,
    high=19.0,
    noise="runs",
    baseline_runs=5,
    current_runs=5,
)
RATE = replace(
    P95,
    kind="throughput",
    statistic="",
    unit="/s",
    more_is_better=True,
    variance=-12.0,
    worst=88.0,
)
MEMORY = replace(P95, subject="service", kind="memory", statistic="", variance=-20.0)
LOST = replace(MEAN, variance=None, problem="the results lack this endpoint")


def verdict(*rows: Comparison, maximum: float = 10.0, **limit: object) -> Outcome:
    return decide(Limit(maximum=maximum, **limit), rows, rows)  # type: ignore[arg-type]


def test_everything_within_passes_with_the_worst() -> None:
    outcome = verdict(MEAN, P95)
    assert (outcome.status, outcome.value) == (GateStatus.PASSED, 4.0)
    assert outcome.reason == "worst: GET /users latency p95 +4 %, at most 10 % allowed"
    assert [row.answer for row in outcome.comparisons] == [Answer.WITHIN] * 2


def test_the_limit_itself_is_within() -> None:
    assert verdict(replace(P95, variance=10.0)).status is GateStatus.PASSED
    assert verdict(replace(P95, variance=10.000001)).status is GateStatus.FAILED


def test_one_that_exceeds_fails() -> None:
    outcome = verdict(MEAN, replace(P95, variance=12.5))
    assert (outcome.status, outcome.value) == (GateStatus.FAILED, 12.5)
    assert outcome.reason == "GET /users latency p95 +12.5 %, at most 10 % allowed"


def test_what_is_shown_does_not_contradict_the_verdict() -> None:
    assert "+10.01 %" in verdict(replace(P95, variance=10.001)).reason


def test_less_throughput_is_worse() -> None:
    outcome = verdict(RATE)
    assert (outcome.status, outcome.value) == (GateStatus.FAILED, 12.0)
    assert verdict(replace(RATE, variance=30.0)).status is GateStatus.PASSED


def test_better_is_fine_unless_both_directions_are_limited() -> None:
    assert verdict(MEMORY, maximum=15).status is GateStatus.PASSED
    outcome = verdict(MEMORY, maximum=15, both=True)
    assert (outcome.status, outcome.value) == (GateStatus.FAILED, 20.0)
    assert "service memory -20 %, at most 15 % allowed either way" in outcome.reason


def test_an_interval_within_passes_and_one_beyond_fails() -> None:
    assert verdict(NOISY, maximum=19).status is GateStatus.PASSED
    beyond = replace(NOISY, variance=20.0, low=10.1, high=31.0)
    assert verdict(beyond).status is GateStatus.FAILED


def test_an_interval_that_holds_the_limit_is_inconclusive() -> None:
    outcome = verdict(NOISY)
    assert outcome.status is GateStatus.FAILED
    assert outcome.comparisons[0].answer is Answer.INCONCLUSIVE
    assert outcome.reason.startswith(
        "inconclusive: GET /users latency p95 +8 % (-2 to +19 %), at most 10 % allowed"
    )
    assert "runs a side would settle it" in outcome.reason


@pytest.mark.parametrize(
    ("inconclusive", "status"),
    [
        ("fail", GateStatus.FAILED),
        ("error", GateStatus.ERROR),
        ("pass", GateStatus.PASSED),
    ],
)
def test_the_policy_says_what_inconclusive_does(
    inconclusive: str, status: GateStatus
) -> None:
    assert verdict(NOISY, inconclusive=inconclusive).status is status


def test_an_estimate_beyond_the_limit_never_passes() -> None:
    beyond = replace(NOISY, variance=11.0)
    assert verdict(beyond, inconclusive="pass").status is GateStatus.FAILED


def test_both_directions_need_the_whole_interval() -> None:
    assert verdict(NOISY, maximum=19, both=True).status is GateStatus.PASSED
    low = replace(NOISY, low=-20.0)
    assert verdict(low, maximum=19).status is GateStatus.PASSED
    assert verdict(low, maximum=19, both=True).comparisons[0].answer is (
        Answer.INCONCLUSIVE
    )


def test_runs_at_the_limit_would_never_settle_it() -> None:
    at_limit = replace(NOISY, variance=9.9999)
    assert "not even 1000 runs" in verdict(at_limit).reason


def test_parts_of_one_run_ask_for_more_runs() -> None:
    batches = replace(NOISY, noise="batches", baseline_runs=1, current_runs=1)
    outcome = verdict(batches)
    assert "one run a side cannot settle it, make 5 of each" in outcome.reason
    assert any("parts of one run" in note for note in outcome.notes)


def test_what_cannot_be_compared_is_no_pass() -> None:
    outcome = verdict(P95, LOST)
    assert outcome.status is GateStatus.ERROR
    assert outcome.reason == (
        "not comparable: GET /users latency mean: the results lack this endpoint"
    )


def test_what_exceeds_fails_whatever_else_is_lost() -> None:
    assert verdict(replace(P95, variance=12.0), LOST).status is GateStatus.FAILED


def test_single_numbers_are_said_to_know_no_noise() -> None:
    assert any("no measure of noise" in note for note in verdict(P95).notes)
    assert not any("no measure" in note for note in verdict(NOISY, maximum=19).notes)


COARSE = replace(P95, statistic="p50", low=-30.0, high=40.0, noise="rounding")


def test_a_coarse_number_leaves_the_decision_to_a_finer_one() -> None:
    outcome = verdict(COARSE, MEAN)
    assert outcome.status is GateStatus.PASSED
    assert outcome.comparisons[0].answer is Answer.COARSE
    assert any("GET /users latency p50" in note for note in outcome.notes)


def test_a_coarse_number_alone_is_inconclusive() -> None:
    outcome = verdict(COARSE, replace(MEAN, subject="GET /other"))
    assert outcome.status is GateStatus.FAILED
    assert "prints more digits" in outcome.reason


def test_a_coarse_number_can_still_exceed() -> None:
    assert verdict(replace(COARSE, low=50.0, high=90.0)).status is GateStatus.FAILED


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["latency p95", "latency mean", "throughput", "memory"]),
        (("latency",), ["latency p95", "latency mean"]),
        (("p95",), ["latency p95"]),
        (("latency p95",), ["latency p95"]),
        (("latency_mean", "memory"), ["latency mean", "memory"]),
        (("error_rate",), ["error_rate"]),
        (("max",), ["latency max"]),
        (("GET /users",), ["latency p95", "latency mean", "throughput"]),
        (("/users", "p95"), ["latency p95"]),
        (("/us*", "throughput"), ["throughput"]),
    ],
)
def test_select(words: tuple[str, ...], expected: list[str]) -> None:
    rows = [
        replace(P95, variance=1.0),
        replace(P95, statistic="max"),
        MEAN,
        replace(RATE, variance=1.0),
        replace(MEMORY, variance=1.0),
        replace(P95, kind="error_rate", statistic="", subject="service", variance=0.0),
    ]
    outcome = verdict(*rows, select=words)
    assert outcome.status is GateStatus.PASSED
    assert [row.quantity for row in outcome.comparisons] == expected


def test_routes_are_selected_however_their_parameters_are_written() -> None:
    row = replace(P95, subject="GET /users/:id")
    assert verdict(row, select=("/users/<int:id>",)).status is GateStatus.PASSED
    assert verdict(row, select=("POST /users/{id}",)).status is GateStatus.ERROR


@pytest.mark.parametrize("words", [("cpu",), ("latency", "io"), ("/gone", "latency")])
def test_a_selection_that_means_nothing_is_no_pass(words: tuple[str, ...]) -> None:
    outcome = verdict(P95, MEAN, select=words)
    assert outcome.status is GateStatus.ERROR
    assert "there are latency p95, latency mean" in outcome.reason


def test_without_a_baseline_there_is_no_variance() -> None:
    outcome = decide(Limit(maximum=10.0), (), (P95,))
    assert (outcome.status, outcome.value) == (GateStatus.ERROR, None)


def absolute(*rows: Comparison, **limit: object) -> Outcome:
    return decide(Limit(**limit), (), rows)  # type: ignore[arg-type]


def test_an_absolute_limit_is_held_by_the_worst_run() -> None:
    row = replace(P95, current_runs=3)
    outcome = absolute(row, metric="p95_ms", maximum=110.0)
    assert (outcome.status, outcome.value) == (GateStatus.PASSED, 110.0)
    assert absolute(row, metric="p95_ms", maximum=109.9).reason == (
        "GET /users latency p95 110 ms, the worst of 3 runs, at most 109.9 ms allowed"
    )


def test_a_minimum_of_throughput() -> None:
    fast = replace(RATE, subject="GET /fast", worst=500.0)
    outcome = absolute(fast, RATE, metric="requests_per_second", minimum=100.0)
    assert (outcome.status, outcome.value) == (GateStatus.FAILED, 88.0)


def test_an_endpoint_without_the_percentile_is_no_pass() -> None:
    other = replace(P95, subject="GET /other", statistic="p97.5")
    outcome = absolute(P95, other, metric="p95_ms", maximum=500.0)
    assert outcome.status is GateStatus.ERROR
    assert "GET /other latency p95: was not measured; there is p97.5" in outcome.reason


def test_an_absolute_limit_needs_the_unit() -> None:
    outcome = absolute(replace(P95, unit="?"), metric="p95_ms", maximum=500.0)
    assert "is in ?, not ms" in outcome.reason


def test_an_absolute_limit_on_failed_requests() -> None:
    bad = replace(P95, problem="current: 3 of 10 requests failed")
    assert absolute(bad, metric="p95_ms", maximum=500.0).status is GateStatus.ERROR


def test_an_absolute_limit_without_any_number() -> None:
    outcome = absolute(MEMORY, metric="p95_ms", maximum=500.0)
    assert outcome.reason == "no measurement of p95_ms; there are memory"


def test_a_kind_does_not_hide_the_statistic_that_a_limit_is_on() -> None:
    most = replace(P95, statistic="max", worst=950.0)
    outcome = absolute(most, metric="max_ms", maximum=900.0, select=("latency",))
    assert (outcome.status, outcome.value) == (GateStatus.FAILED, 950.0)


def test_many_coarse_numbers_take_no_time() -> None:
    rows = [replace(COARSE, subject=f"GET /{i}") for i in range(20_000)]
    assert verdict(*rows).status is GateStatus.FAILED


def test_bytes_a_second_are_no_requests_a_second() -> None:
    volume = replace(RATE, subject="bytes", unit="MB/s", worst=3.0)
    limit = {"metric": "requests_per_second", "minimum": 50.0}
    assert absolute(RATE, volume, **limit).status is GateStatus.PASSED
    assert absolute(volume, **limit).status is GateStatus.ERROR
