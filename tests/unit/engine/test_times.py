"""How long tools took, remembered in a file that may hold anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatekeeper.engine.times import expected, updated

NAN, INFINITE = float("nan"), float("inf")
NO_TIMES = [NAN, INFINITE, -INFINITE, 0, 0.0, -1.5, 10**400, 1e9, True, "7", None, [7]]


def after(*runs: float, share: float = 1.0) -> dict[str, float]:
    """The history of runs of flake8 that took so long."""
    history: dict[str, float] = {}
    for seconds in runs:
        history = updated(history, "flake8", seconds, share)
    return history


def test_what_was_never_run_is_not_known() -> None:
    assert expected({}, "mypy", 1.0) is None
    assert expected(after(7.0), "mypy", 1.0) is None


@pytest.mark.parametrize("seconds", [0.001, 0.2, 7.0, 3600.0])
def test_the_next_run_is_expected_to_take_what_the_last_took(seconds: float) -> None:
    assert expected(after(seconds), "flake8", 1.0) == pytest.approx(seconds)


def test_a_single_slow_run_does_not_count_for_all() -> None:
    guess = expected(after(10.0, 10.0, 30.0), "flake8", 1.0)
    assert guess is not None and 10.0 < guess < 30.0


def test_what_has_become_slower_is_known_soon() -> None:
    assert expected(after(10.0, *[40.0] * 5), "flake8", 1.0) == pytest.approx(
        40, rel=0.1
    )


def test_a_part_takes_less_but_never_less_than_to_start() -> None:
    history = after(40.0)
    guesses = [expected(history, "flake8", share) for share in (1.0, 0.5, 0.01, 0.0)]
    whole, half, little, nothing = [guess or 0.0 for guess in guesses]
    assert whole == pytest.approx(40.0)
    assert half == pytest.approx(20.0, abs=1.0)
    assert 0.1 < nothing < little < 1.0


def test_the_start_is_no_longer_than_the_whole() -> None:
    assert expected(after(0.1), "flake8", 0.01) == pytest.approx(0.1)
    assert expected(after(0.1, share=0.6), "flake8", 1.0) == pytest.approx(0.1)


def test_most_of_the_files_tell_how_long_all_take() -> None:
    guess = expected(after(30.0, share=0.75), "flake8", 1.0)
    assert guess == pytest.approx(40.0, rel=0.02)


def test_a_few_files_tell_nothing_of_all() -> None:
    assert after(0.4, share=0.01) == {}
    history = after(40.0)
    assert updated(history, "flake8", 0.4, 0.01) == history


@pytest.mark.parametrize("seconds", [NAN, INFINITE, 0.0, -3.0])
def test_a_duration_that_is_none_is_not_remembered(seconds: float) -> None:
    assert updated(after(7.0), "flake8", seconds, 1.0) == after(7.0)


@pytest.mark.parametrize("share", [NAN, INFINITE, -1.0, 2.0])
def test_a_share_that_is_none_does_no_harm(share: float) -> None:
    guess = expected(after(7.0), "flake8", share)
    assert guess is not None and 0.0 < guess <= 7.0
    assert json.loads(json.dumps(updated({}, "flake8", 7.0, share))) in ({}, after(7.0))


@pytest.mark.parametrize("number", NO_TIMES)
def test_of_a_history_only_times_count(number: Any) -> None:
    history = {"flake8": number, "mypy": 3}
    assert expected(history, "flake8", 1.0) is None
    assert expected(history, "mypy", 1.0) == 3.0
    assert updated(history, "bandit", 2.0, 1.0) == {"mypy": 3.0, "bandit": 2.0}
    assert updated(history, "flake8", 2.0, 1.0) == {"mypy": 3.0, "flake8": 2.0}


@pytest.mark.parametrize("history", [None, [], "flake8", 7, [["flake8", 7]], {7: 7.0}])
def test_what_is_no_history_is_an_empty_one(history: Any) -> None:
    assert expected(history, "flake8", 1.0) is None
    assert updated(history, "flake8", 7.0, 1.0) == {"flake8": 7.0}


def test_a_history_is_not_changed_but_made_anew() -> None:
    history = after(7.0)
    updated(history, "flake8", 9.0, 1.0)
    assert history == after(7.0)
