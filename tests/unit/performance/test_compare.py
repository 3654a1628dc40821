"""Two sides of trials in, comparisons out; and what is never compared."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from trials import at, quantity, sampled, trial

from gatekeeper.model import Comparison
from gatekeeper.performance.comparability import Rules
from gatekeeper.performance.compare import Compared, compare
from gatekeeper.performance.subjects import SERVICE
from gatekeeper.performance.trial import Load, Reading, Trial, UnreadableError

USERS = "GET /users"
P95 = (USERS, "latency p95", 100.0)


def compared(
    baseline: Trial | list[Trial], current: Trial | list[Trial], **rules: object
) -> Compared:
    before = baseline if isinstance(baseline, list) else [baseline]
    after = current if isinstance(current, list) else [current]
    return compare(before, after, Rules(**rules))  # type: ignore[arg-type]


def only(result: Compared) -> Comparison:
    (row,) = result.comparisons
    return row


def test_single_numbers_are_compared_exactly() -> None:
    row = only(compared(trial(P95), trial((USERS, "latency p95", 110.0))))
    assert (row.baseline, row.current, row.variance) == (100.0, 110.0, 10.0)
    assert (row.low, row.high, row.noise) == (None, None, "")


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [(0.3, 0.33, 10.0), (1.1, 1.21, 10.0), (3, 2.7, -10)],
)
def test_a_limit_met_exactly_is_met_exactly(
    before: float, after: float, percent: float
) -> None:
    """In binary arithmetic 0.33 is 10.000000000000009 % above 0.3."""
    old, new = (trial((USERS, "latency p95", value)) for value in (before, after))
    assert only(compared(old, new)).variance == percent


def test_repeated_runs_have_an_interval() -> None:
    before = [trial((USERS, "latency p95", v)) for v in (100, 101, 102, 103, 104)]
    after = [trial((USERS, "latency p95", v)) for v in (110, 111, 112, 113, 115)]
    row = only(compared(before, after))
    assert (row.baseline, row.current, row.worst) == (102, 112, 115)
    assert (row.baseline_runs, row.current_runs, row.noise) == (5, 5, "runs")
    assert row.low is not None
    assert row.variance is not None
    assert row.high is not None
    assert 5 < row.low < row.variance < row.high < 15


def test_one_run_of_single_observations_has_an_interval_from_its_parts() -> None:
    before = [100 + (i * 37 % 100) / 20 for i in range(400)]
    result = compared(
        sampled(USERS, "latency", before),
        sampled(USERS, "latency", [1.2 * value for value in before]),
    )
    rows = {row.statistic: row for row in result.comparisons}
    assert set(rows) == {"mean", "p50", "p90", "p95", "p99"}
    assert rows["mean"].variance == pytest.approx(20, abs=0.5)
    assert rows["mean"].noise == "batches"
    # 400 observations hold no five parts with two beyond their own p99.
    assert rows["p99"].noise == ""


def test_few_observations_tell_no_tail() -> None:
    result = compared(sampled(USERS, "latency", [1.0] * 10), trial(P95))
    assert {row.statistic for row in result.comparisons} == {"mean", "p50", "p90"}


def test_whole_milliseconds_leave_room() -> None:
    row = only(
        compared(
            trial((USERS, "latency p50", 3.0), step=1.0),
            trial((USERS, "latency p50", 4.0), step=1.0),
        )
    )
    assert row.noise == "rounding"
    assert row.low == pytest.approx(0.0)
    assert row.high == pytest.approx(80.0)


def test_fine_rounding_is_not_worth_a_word() -> None:
    old = trial(P95, step=0.01)
    row = only(compared(old, trial((USERS, "latency p95", 110.0), step=0.01)))
    assert (row.variance, row.low, row.noise) == (10.0, None, "")


def test_identical_rounded_runs_are_not_called_exact() -> None:
    runs = [trial((USERS, "latency p50", 3.0), step=1.0)] * 5
    row = only(compared(runs, runs))
    assert row.low == pytest.approx((2.5 / 3.5 - 1) * 100)
    assert row.high == pytest.approx((3.5 / 2.5 - 1) * 100)


def test_error_rates_differ_in_points() -> None:
    zero = trial(("", "error_rate", 0.0))
    row = only(compared(zero, trial(("", "error_rate", 0.5)), max_errors=1.0))
    assert row.variance == 0.5


LOAD = Load(
    at(USERS),
    requests=1000,
    failures=0,
    connections=10,
    duration_seconds=10.0,
    host="localhost",
)


def loaded(**changes: object) -> Trial:
    return trial(P95, loads=(replace(LOAD, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"failures": 12, "failure_words": "12 time-outs"}, "12 of 1000 .*time-outs"),
        ({"requests": 0}, "no request was made"),
        ({"requests": None, "failures": 3}, "3 requests failed"),
        ({"connections": 20}, "different connections: 10 and 20"),
        ({"duration_seconds": 30.0, "requests": 3000}, "different durations: 10 s"),
        ({"host": "other"}, "different hosts: localhost and other"),
    ],
)
def test_what_differs_is_not_compared(changes: dict[str, object], problem: str) -> None:
    row = only(compared(loaded(), loaded(**changes)))
    assert row.variance is None
    assert re.search(problem, row.problem)


def test_failures_of_the_baseline_count_as_well() -> None:
    row = only(compared(loaded(failures=1), loaded()))
    assert row.problem.startswith("baseline: 1 of 1000 requests failed (0.1 %)")


def test_a_stated_error_rate_counts_like_counted_errors() -> None:
    service = ("", "error_rate", 2.0)
    result = compared(trial(P95), trial(P95, service))
    assert only(result).problem.startswith("current: error rate 2 %")


def test_failures_within_the_policy_do_not_matter() -> None:
    assert not only(compared(loaded(), loaded(failures=5), max_errors=1.0)).problem


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"connections": 20}, "connections"),
        ({"duration_seconds": 30.0, "requests": 3000}, "duration"),
        ({"host": "other"}, "hosts"),
    ],
)
def test_an_accepted_difference_is_noted(changes: dict[str, object], word: str) -> None:
    result = compared(loaded(), loaded(**changes), accept=frozenset({word}))
    assert only(result).variance == 0
    assert "which the policy accepts" in " ".join(result.notes)


@pytest.mark.parametrize(
    "changes",
    [
        {"duration_seconds": 10.6},
        {"duration_seconds": 30.0},  # as many requests, so both ran `-n 1000`
        {"duration_seconds": None, "requests": None, "connections": None},
        {"host": None},
    ],
)
def test_what_comes_to_the_same_is_compared(changes: dict[str, object]) -> None:
    assert only(compared(loaded(), loaded(**changes))).variance == 0


def test_different_machines_are_not_compared() -> None:
    row = only(compared(trial(P95, machine="a"), trial(P95, machine="b")))
    assert row.problem.startswith("different machines: a and b")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (math.nan, "current: nan is no measurement"),
        (math.inf, "current: inf is no measurement"),
        (-1.0, "current: -1 is negative"),
        (0.0, "current: is 0, so nothing was measured"),
        (1e9, "current: 1e+09 ms is absurd"),
        (0.1, "1000 times better than the baseline is absurd"),
    ],
)
def test_no_measurement_gives_such_a_value(value: float, problem: str) -> None:
    row = only(compared(trial(P95), trial((USERS, "latency p95", value))))
    assert row.variance is None
    assert row.problem.startswith(problem)


def test_much_slower_is_believed() -> None:
    row = only(compared(trial(P95), trial((USERS, "latency p95", 100_000.0))))
    assert row.variance == 99_900


def test_a_thousandfold_throughput_is_not_believed() -> None:
    old, new = (trial((USERS, "throughput", value)) for value in (100.0, 1e5))
    assert "absurd" in only(compared(old, new)).problem


def test_percentiles_that_fall_were_not_measured_together() -> None:
    bad = trial((USERS, "latency p50", 120.0), (USERS, "latency p95", 80.0))
    rows = compared(bad, trial(P95, (USERS, "latency p50", 50.0))).comparisons
    assert {row.problem for row in rows} == {
        "baseline: its p50 (120) is above its p95 (80)"
    }


def test_an_endpoint_that_the_results_lack() -> None:
    result = compared(trial(P95, ("/gone", "latency p95", 5.0)), trial(P95))
    rows = {row.subject: row for row in result.comparisons}
    assert rows["/gone"].problem == "the results lack this endpoint"
    assert rows[USERS].variance == 0


def test_an_endpoint_that_the_baseline_lacks_is_noted() -> None:
    result = compared(trial(P95), trial(P95, ("/new", "latency p95", 5.0)))
    assert "not in the baseline, so not compared: /new" in result.notes


def test_the_same_program_must_give_the_same_percentiles() -> None:
    mean = (USERS, "latency mean", 50.0)
    rows = compared(trial(P95, mean), trial(mean)).comparisons
    assert [row.problem for row in rows] == [
        "the results have no latency p95 of it",
        "",
    ]


def test_different_programs_need_one_percentile_in_common() -> None:
    mean = (USERS, "latency mean", 50.0)
    result = compared(trial(P95, mean), trial(mean, program="ab"))
    assert [row.statistic for row in result.comparisons] == ["mean"]
    assert "different programs, autocannon and ab" in " ".join(result.notes)


def test_no_percentile_in_common_is_nothing_to_compare() -> None:
    other = trial((USERS, "latency p97.5", 50.0), program="ab")
    assert only(compared(trial(P95), other)).problem == (
        "the results have no latency p95 of it"
    )


def test_a_kind_that_the_results_lack() -> None:
    row = compared(trial(P95, (USERS, "throughput", 9.0)), trial(P95)).comparisons[1]
    assert row.problem == "the results have no throughput of it"


def test_a_number_without_unit_is_not_compared_with_one_that_has_it() -> None:
    reading = Reading(at(USERS), replace(quantity("latency p95"), unit="?"), 0.1)
    row = only(compared(trial(P95), Trial("plain", (reading,))))
    assert row.problem == "mixed units: ms in the baseline, no unit in the results"


def test_without_a_baseline_there_are_levels_alone() -> None:
    result = compare(None, [trial(P95), trial((USERS, "latency p95", 130.0))], Rules())
    assert result.comparisons == ()
    assert [(row.current, row.worst) for row in result.levels] == [(115.0, 130.0)]


def test_levels_know_nothing_of_the_baseline() -> None:
    result = compared(loaded(), loaded(connections=20))
    assert [row.problem for row in result.levels] == [""]


def test_a_side_without_any_number() -> None:
    with pytest.raises(UnreadableError, match="the current holds no number"):
        compared(trial(P95), trial())


def test_what_was_rounded_to_zero_is_left_to_the_mean() -> None:
    zero = ("GET /users", "latency p50", 0.0)
    mean = ("GET /users", "latency mean", 0.4)
    rows = compared(
        trial(zero, mean, step=1.0), trial(zero, mean, step=1.0)
    ).comparisons
    assert [(row.statistic, row.problem) for row in rows] == [("p50", ""), ("mean", "")]
    assert (rows[0].noise, rows[0].low, rows[0].high) == ("rounding", -100, math.inf)


def test_what_was_rounded_to_zero_can_still_be_much_slower() -> None:
    old = trial(("GET /users", "latency p95", 0.0), step=1.0)
    new = trial(("GET /users", "latency p95", 20.0), step=1.0)
    row = only(compared(old, new))
    assert row.low is not None
    assert row.low > 1000
    runs = [trial(("GET /users", "latency p95", v), step=1.0) for v in (1, 1, 1, 1, 0)]
    row = only(compared(runs, [new] * 5))
    assert row.low is not None
    assert row.low > 1000


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (math.nan, "current: error rate: nan is no measurement"),
        (-5.0, "current: error rate: -5 is negative"),
    ],
)
def test_an_error_rate_that_is_none(value: float, problem: str) -> None:
    result = compared(trial(P95), trial(P95, ("", "error_rate", value)))
    assert only(result).problem == problem


def test_an_error_rate_without_unit_may_be_a_share() -> None:
    unknown = Reading(SERVICE, replace(quantity("error_rate"), unit="?"), 0.05)
    current = trial(P95)
    current = replace(current, readings=(*current.readings, unknown))
    assert "percent or share?" in only(compared(trial(P95), current)).problem


def test_the_worst_run_counts_for_error_rates() -> None:
    rates = [trial(("", "error_rate", v)) for v in (0.0, 0.0, 0.0, 0.0, 90.0)]
    clean = [trial(("", "error_rate", 0.0))] * 5
    assert only(compared(clean, rates, max_errors=100.0)).variance == 90


def test_ten_percent_in_repeated_runs_is_ten_percent() -> None:
    old, new = ([trial((USERS, "latency p95", v))] * 5 for v in (0.3, 0.33))
    row = only(compared(old, new))
    assert (row.variance, row.low, row.high) == (10.0, 10.0, 10.0)


@pytest.mark.parametrize("value", [-1.0, 0.0, math.inf, 5e-324, 1e308])
def test_one_impossible_observation_spoils_all(value: float) -> None:
    values = [10.0] * 199
    old, new = sampled(USERS, "latency", [*values, 10.0]), [*values, value]
    rows = compared(old, sampled(USERS, "latency", new)).comparisons
    assert all(row.problem for row in rows)


def test_runs_of_one_side_have_to_be_alike() -> None:
    mixed = [loaded(connections=c) for c in (100, 10, 10)]
    other = [loaded(connections=c) for c in (10, 100, 100)]
    assert "runs of the baseline have different" in (
        compared(mixed, other).comparisons[0].problem
    )
    long = [loaded(duration_seconds=d, requests=d) for d in (600.0, 10.0, 10.0)]
    same = [loaded(requests=10)] * 3
    assert "took 10 to 600 s" in compared(long, same).comparisons[0].problem


def test_an_endpoint_with_fewer_runs_is_named() -> None:
    both = trial(P95, ("/b", "latency p95", 10.0))
    result = compared([both] * 5, [both, *[trial(P95)] * 4])
    assert "current: fewer than 5 runs of /b (1)" in result.notes


def test_where_nobody_counted_failures_the_report_says_so() -> None:
    told = compared(loaded(), trial(P95)).notes
    assert told == ("current: nothing tells whether requests failed",)


def test_very_many_runs_are_put_together() -> None:
    many = [trial((USERS, "latency p95", 100 + i % 7)) for i in range(3000)]
    row = only(compared(many, many))
    assert row.variance == pytest.approx(0, abs=0.5)


def test_a_side_that_does_not_tell_what_it_measured() -> None:
    nameless = trial(("", "latency p95", 110.0), program="hey")
    for result in (compared(trial(P95), nameless), compared(nameless, trial(P95))):
        assert only(result).subject == USERS
        assert not only(result).problem
        assert "one side does not tell what it measured" in " ".join(result.notes)


def test_a_nameless_side_fits_none_of_two_endpoints() -> None:
    both = trial(P95, ("/orders", "latency p95", 10.0))
    result = compared(both, trial(("", "latency p95", 110.0), program="hey"))
    assert [row.problem for row in result.comparisons] == [
        "the results lack this endpoint"
    ] * 2


def test_one_run_against_several_is_a_plain_comparison() -> None:
    runs = [trial((USERS, "latency p95", v)) for v in (108, 109, 110, 111, 112)]
    row = only(compared(trial(P95), runs))
    assert (row.variance, row.low, row.noise) == (10.0, None, "")
