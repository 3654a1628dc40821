"""The ratio and its interval, on numbers that can be checked by hand."""

from __future__ import annotations

import math

import pytest

from gatekeeper.performance.statistics import (
    Estimate,
    batches,
    quantile,
    ratio,
    runs_to_settle,
    statistic,
)

FIVE = [100.0, 101.0, 102.0, 103.0, 104.0]


def test_the_same_numbers_have_ratio_one() -> None:
    assert ratio(FIVE, FIVE, 0.95).ratio == pytest.approx(1.0)


def test_a_constant_factor_is_found_exactly() -> None:
    slower = [1.2 * value for value in FIVE]
    found = ratio(FIVE, slower, 0.95)
    assert found.ratio == pytest.approx(1.2)
    assert found.low < 1.2 < found.high


def test_one_outlier_does_not_move_the_answer() -> None:
    wild = [*FIVE[:4], 100_000.0]
    assert ratio(FIVE, wild, 0.95).ratio == pytest.approx(1.0, abs=0.02)


def test_five_against_five_leaves_out_two_pairs_at_either_end() -> None:
    """P(U <= 2) = 4/252 = 0.0159 and P(U <= 3) = 7/252 > 0.025."""
    after = [107.0, 111.0, 113.0, 127.0, 131.0]
    pairs = sorted(b / a for a in FIVE for b in after)
    found = ratio(FIVE, after, 0.95)
    assert (found.low, found.high) == pytest.approx((pairs[2], pairs[-3]))


def test_more_confidence_is_a_wider_interval() -> None:
    after = [107.0, 111.0, 113.0, 127.0, 131.0]
    wide, narrow = ratio(FIVE, after, 0.99), ratio(FIVE, after, 0.8)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_three_against_three_uses_student() -> None:
    """At 95 % not even all nine pairs are enough: P(U <= 0) = 1/20."""
    before, after = [100.0, 110.0, 121.0], [100.0, 110.0, 121.0]
    found = ratio(before, after, 0.95)
    # Standard deviation log 1.1 on both sides, 4 degrees of freedom: t = 2.776.
    margin = 2.7764 * math.log(1.1) * math.sqrt(2 / 3)
    assert math.log(found.high) == pytest.approx(margin, rel=1e-3)
    assert math.log(found.low) == pytest.approx(-margin, rel=1e-3)


def test_a_noisier_side_has_fewer_degrees_of_freedom() -> None:
    """Welch: without any noise before, the two degrees of the three after are left."""
    found = ratio([100.0, 100.0, 100.0], [100.0, 110.0, 121.0], 0.95)
    margin = 4.3027 * math.log(1.1) / math.sqrt(3)
    assert math.log(found.high / found.ratio) == pytest.approx(margin, rel=1e-3)


@pytest.mark.parametrize("baseline", [[100.0], []])
def test_a_single_value_knows_nothing_of_its_noise(baseline: list[float]) -> None:
    with pytest.raises(ValueError, match="noise"):
        ratio(baseline, FIVE, 0.95)


def test_many_runs_use_the_normal_approximation() -> None:
    before = [100 + (i * 37 % 100) / 10 for i in range(100)]
    after = [1.1 * value for value in before]
    found = ratio(before, after, 0.95)
    assert found.low < 1.1 < found.high
    assert found.high - found.low < 0.02


def test_quantiles_are_those_of_type_8() -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == pytest.approx(2.5)
    # (4 + 1/3) * 0.75 - 2/3 = 2.583 from the first.
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.75) == pytest.approx(3.5833, abs=1e-4)
    assert quantile([1.0, 2.0, 3.0, 4.0], 1.0) == 4.0
    assert quantile([7.0], 0.95) == 7.0


@pytest.mark.parametrize(
    ("name", "expected"), [("mean", 2.5), ("min", 1.0), ("max", 4.0), ("p50", 2.5)]
)
def test_statistics_by_name(name: str, expected: float) -> None:
    assert statistic([4.0, 1.0, 3.0, 2.0], name) == expected


def test_a_run_is_cut_into_twenty_parts_in_order() -> None:
    parts = batches([float(i) for i in range(100)], "mean")
    assert parts == tuple(5 * i + 2.0 for i in range(20))


def test_parts_must_hold_the_percentile() -> None:
    """40 values hold a p95, so 200 make five parts and 199 do not."""
    assert len(batches([1.0] * 200, "p95")) == 5
    assert batches([1.0] * 199, "p95") == ()


def test_runs_to_settle_grow_with_the_square() -> None:
    estimate = Estimate(1.0, 1 / 1.2, 1.2)
    once = runs_to_settle(estimate, 1.1, 5)
    assert once == pytest.approx(2 * 5 * (math.log(1.2) / math.log(1.1)) ** 2)


def test_at_the_limit_no_number_of_runs_settles() -> None:
    assert math.isinf(runs_to_settle(Estimate(1.1, 1.0, 1.2), 1.1, 5))
