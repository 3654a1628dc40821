"""wrk's text, against runs of wrk itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers import FORMATS, wrk
from gatekeeper.performance.subjects import Subject
from gatekeeper.performance.trial import Load, Reading, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "wrk"
REPORTS = sorted(path.name for path in OWN.glob("*.txt"))
READABLE = [name for name in REPORTS if name != "nothing.txt"]
USER = Subject("/users/7", None, "/users/7")
THROUGHPUT = Quantity(Kind.THROUGHPUT, "", "/s")
ERROR_RATE = Quantity(Kind.ERROR_RATE, "", "%")


def text(name: str) -> str:
    return (OWN / name).read_text(encoding="utf-8")


def read(content: str) -> Sequence[Trial]:
    return wrk.FORMAT.read(parse(content.encode()))


def only(content: str) -> Trial:
    (trial,) = read(content)
    return trial


def latencies(trial: Trial) -> dict[str, tuple[float, float]]:
    """Value and step of each statistic."""
    return {
        r.quantity.statistic: (r.value, r.step)
        for r in trial.readings
        if r.quantity.kind is Kind.LATENCY
    }


def test_a_healthy_run() -> None:
    trial = only(text("latency.txt"))
    us, ms = 0.00001, 0.01
    expected = {
        "mean": (0.47492, us),
        "p50": (0.091, us),
        "p75": (0.125, us),
        "p90": (0.526, us),
        "p99": (9.45, ms),
        "max": (21.92, ms),
    }
    assert latencies(trial) == expected
    assert {(r.subject, r.quantity.unit) for r in trial.readings} == {
        *((USER, "ms"), (USER, "/s"), (USER, "%"))
    }
    assert Reading(USER, THROUGHPUT, 37432.97, 0.01) in trial.readings
    assert Reading(USER, ERROR_RATE, 0) in trial.readings
    load = Load(USER, 78583, 0, "", 4, 2.1, "localhost")
    assert trial == Trial("wrk", trial.readings, loads=(load,))


def test_seconds() -> None:
    trial = only(text("seconds.txt"))
    assert latencies(trial)["p90"] == (1300, 10)
    assert latencies(trial)["mean"] == (1300, 10)
    assert trial.loads[0].duration_seconds == 4.01


def test_minutes() -> None:
    slow = text("seconds.txt").replace("1.30s ", "1.25m ").replace("4.01s", "2.50m")
    trial = only(slow)
    assert latencies(trial)["p50"] == (75_000, 600)
    assert trial.loads[0].duration_seconds == 150


def test_without_latency_distribution() -> None:
    trial = only(text("without-latency.txt"))
    assert latencies(trial) == {"mean": (0.10462, 0.00001), "max": (4.22, 0.01)}
    assert trial.notes == ("wrk ran without --latency, which prints percentiles",)


def test_repeated_runs_are_trials() -> None:
    trials = read(text("three-runs.txt"))
    assert [latencies(trial)["p50"][0] for trial in trials] == [60.82, 60.61, 60.6]
    assert [trial.loads[0].requests for trial in trials] == [36, 32, 32]


@pytest.mark.parametrize(
    ("name", "requests", "failures", "words"),
    [
        ("not-2xx.txt", 59506, 11902, "11902 answers not 2xx"),
        ("resets.txt", 18387 + 6128, 6128, "6128 socket errors"),
        ("late.txt", 4, 4, "4 time-outs"),
        ("no-answer.txt", 6401, 6401, "6401 socket errors"),
        ("hanging.txt", 31, 0, ""),
    ],
)
def test_failures(name: str, requests: int, failures: int, words: str) -> None:
    trial = only(text(name))
    (load,) = trial.loads
    assert (load.requests, load.failures, load.failure_words) == (
        *(requests, failures, words),
    )
    rates = [r.value for r in trial.readings if r.quantity == ERROR_RATE]
    assert rates == [100 * failures / requests]


def test_all_errors_are_told() -> None:
    late = text("late.txt")
    mixed = late.replace(
        "connect 0, read 0, write 0, timeout 4\n",
        "connect 1, read 2, write 3, timeout 1\n  Non-2xx or 3xx responses: 2\n",
    )
    (load,) = only(mixed).loads
    assert (load.requests, load.failures) == (10, 9)
    words = "1 time-outs, 6 socket errors, 2 answers not 2xx"
    assert load.failure_words == words
    # An answer may be late and bad.
    (load,) = only(mixed.replace("responses: 2", "responses: 4")).loads
    assert (load.requests, load.failures) == (10, 10)


@pytest.mark.parametrize("name", ["late.txt", "no-answer.txt"])
def test_zeros_of_nothing_are_no_latencies(name: str) -> None:
    trial = only(text(name))
    assert latencies(trial) == {}
    assert len(trial.readings) == 2
    assert trial.notes == ()


def test_requests_that_hang_leave_connections_idle() -> None:
    (note,) = only(text("hanging.txt")).notes
    assert note.startswith("connections were waiting for an answer 0 % of the time")
    assert [only(text(name)).notes for name in ("latency.txt", "seconds.txt")] == [
        *((), ())
    ]


def test_a_run_without_any_answer() -> None:
    with pytest.raises(UnreadableError, match="without any answer"):
        read(text("nothing.txt"))


def test_the_first_distribution_counts() -> None:
    # As wrk2 prints them, and as a script might.
    whole = text("latency.txt").replace("     50%", "  50.000%")
    whole = whole.replace("  78583", "     50%    9.99s \n 99.990%    7.00ms\n  78583")
    found = latencies(only(whole + "  99%  1.00us\n  95%  1.00us\n{}\n"))
    assert found["p50"] == (0.091, 0.00001)
    assert found["p99.99"] == (7, 0.01)
    assert found["p99"] == (9.45, 0.01)
    assert "p95" not in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timeout 4", "timeout"),
        ("timeout 4", "timeout -4"),
        ("timeout 4", f"timeout {'9' * 400}"),
        ("connect 0, ", ""),
    ],
)
def test_errors_that_cannot_be_counted_are_not_none(old: str, new: str) -> None:
    with pytest.raises(UnreadableError, match="errors cannot be counted"):
        read(text("late.txt").replace(old, new))


@pytest.mark.parametrize("count", ["-5", "many", "9" * 400])
def test_answers_that_cannot_be_counted_are_not_none(count: str) -> None:
    with pytest.raises(UnreadableError, match="errors cannot be counted"):
        read(text("not-2xx.txt").replace("responses: 11902", f"responses: {count}"))


def test_lines_may_end_as_on_windows() -> None:
    for name in READABLE:
        assert read(text(name).replace("\n", "\r\n")) == read(text(name))


@pytest.mark.parametrize("name", READABLE)
def test_a_report_cut_off_never_gives_other_numbers(name: str) -> None:
    whole = text(name)
    full = read(whole)
    for end in range(1, len(whole)):
        content = parse(whole[:end].encode())
        if not wrk.FORMAT.recognises(content):
            continue
        try:
            found = wrk.FORMAT.read(content)
        except UnreadableError as error:
            assert "not complete" in str(error)
            continue
        assert list(found) == list(full)[: len(found)], end


def test_recognised_by_no_other_and_recognises_no_other() -> None:
    for path in sorted(RECORDED.glob("*/*")):
        if path.suffix == ".md":
            continue
        try:
            content = parse(path.read_bytes())
        except UnreadableError:
            continue
        found = [one for one in FORMATS if one.recognises(content)]
        assert (found == [wrk.FORMAT]) == (path.parent == OWN), path.name
        assert (wrk.FORMAT in found) == (path.parent == OWN), path.name


AUTOCANNON = "Running 10s test @ http://localhost:3000\n10 connections\n"


@pytest.mark.parametrize("other", ["{}", "[]", "[1]", AUTOCANNON, "Running 2s test"])
def test_not_recognised(other: str) -> None:
    assert not wrk.FORMAT.recognises(parse(other.encode()))


JUNK = ("", "9" * 400, "-1", "nan", "inf", "\u0663", "\x00", ":", "%", "us", "1e999")


@pytest.mark.parametrize("name", REPORTS)
def test_damage_is_told_or_harmless(name: str) -> None:
    whole = text(name)
    chance = Random(name)
    for _ in range(400):
        start = chance.randrange(len(whole))
        end = min(len(whole), start + chance.choice((0, 1, 3, 30)))
        content = parse((whole[:start] + chance.choice(JUNK) + whole[end:]).encode())
        if wrk.FORMAT.recognises(content):
            try:
                wrk.FORMAT.read(content)
            except UnreadableError as error:
                assert str(error).startswith("is a ")


def test_no_connections_are_no_reason_to_divide() -> None:
    trial = only(text("hanging.txt").replace("and 4 conn", "and 0 conn"))
    assert trial.loads[0].connections == 0
    assert trial.notes == ()
