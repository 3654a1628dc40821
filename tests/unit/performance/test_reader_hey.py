"""hey's summary and its observations, against runs of hey itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers import FORMATS, hey
from gatekeeper.performance.subjects import SERVICE
from gatekeeper.performance.trial import Load, Reading, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "hey"
REPORTS = sorted(path.name for path in OWN.glob("*.txt"))
THROUGHPUT = Quantity(Kind.THROUGHPUT, "", "/s")
ERROR_RATE = Quantity(Kind.ERROR_RATE, "", "%")
NO_URL = "hey does not tell the URL: the numbers are those of the whole service"


def text(name: str) -> str:
    return (OWN / name).read_text(encoding="utf-8")


def read(content: str) -> Sequence[Trial]:
    return hey.REPORT.read(parse(content.encode()))


def only(content: str) -> Trial:
    (trial,) = read(content)
    return trial


def observations(content: str) -> Trial:
    (trial,) = hey.OBSERVATIONS.read(parse(content.encode()))
    return trial


def latency(statistic: str, value: float) -> Reading:
    return Reading(SERVICE, Quantity(Kind.LATENCY, statistic, "ms"), value, 0.1)


def test_a_healthy_run() -> None:
    trial = only(text("summary.txt"))
    assert set(trial.readings) == {
        latency("mean", 0.7),
        latency("min", 0.0),
        latency("max", 8.3),
        latency("p10", 0.1),
        latency("p25", 0.2),
        latency("p50", 0.3),
        latency("p75", 0.5),
        latency("p90", 2.3),
        latency("p95", 3.6),
        latency("p99", 7.1),
        Reading(SERVICE, THROUGHPUT, 5579.261, 0.0001),
        Reading(SERVICE, ERROR_RATE, 0),
    }
    load = Load(SERVICE, 400, 0, duration_seconds=0.0717)
    assert trial == Trial("hey", trial.readings, loads=(load,), notes=(NO_URL,))


def test_repeated_runs_are_trials() -> None:
    trials = read(text("three-runs.txt"))
    p50 = Quantity(Kind.LATENCY, "p50", "ms")
    values = [r.value for t in trials for r in t.readings if r.quantity == p50]
    assert values == [61.2, 61.1, 61.0]
    assert [t.loads[0].duration_seconds for t in trials] == [1.2219, 1.2235, 1.224]


@pytest.mark.parametrize(
    ("name", "requests", "failures", "words"),
    [
        ("not-2xx.txt", 400, 80, "80 answers not 2xx"),
        ("time-outs.txt", 40, 4, "4 time-outs"),
        ("resets.txt", 40, 1, "1 errors"),
        ("refused.txt", 4, 4, "4 errors"),
        ("few.txt", 3, 0, ""),
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


def test_redirects_and_errors_are_told_together() -> None:
    whole = text("resets.txt").replace(
        "[200]\t39 resp", "[302]\t9 responses\n  [200]\t30 resp"
    )
    (load,) = only(whole).loads
    assert (load.requests, load.failures) == (40, 10)
    assert load.failure_words == "1 errors, 9 answers not 2xx"


def test_where_nothing_answered_there_are_no_latencies() -> None:
    trial = only(text("refused.txt"))
    kinds = {reading.quantity.kind for reading in trial.readings}
    assert kinds == {Kind.THROUGHPUT, Kind.ERROR_RATE}
    assert trial.notes == (NO_URL,)


def test_percentiles_of_few_answers_are_left_out() -> None:
    trial = only(text("few.txt"))
    latencies = [r for r in trial.readings if r.quantity.kind is Kind.LATENCY]
    assert latencies == [latency("mean", 0.9), latency("min", 0.4), latency("max", 1.9)]
    assert trial.notes[1] == "of fewer than 20 answers the percentiles of hey are wrong"


def test_percentiles_that_hey_lacks_are_left_out() -> None:
    names = {r.quantity.statistic for r in only(text("time-outs.txt")).readings}
    assert names == {"mean", "min", "max", "p10", "p25", "p50", "p75", "p90", "p95", ""}


def test_the_mean_of_more_than_a_million_answers_is_left_out() -> None:
    many = text("summary.txt").replace("400 responses", "1000001 responses")
    names = {r.quantity.statistic for r in only(many).readings}
    assert "mean" not in names and "p99" in names
    assert "its average of more answers is wrong" in only(many).notes[1]
    exactly = many.replace("1000001 responses", "1000000 responses")
    assert "mean" in {r.quantity.statistic for r in only(exactly).readings}


def test_later_versions_print_two_signs() -> None:
    assert only(text("summary.txt").replace("% in", "%% in")) == (
        only(text("summary.txt"))
    )


def test_a_summary_without_a_rate() -> None:
    whole = text("summary.txt").replace("  Requests/sec:\t5579.2610\n", "")
    assert THROUGHPUT not in {r.quantity for r in only(whole).readings}


def test_lines_may_end_as_on_windows() -> None:
    for name in REPORTS:
        assert read(text(name).replace("\n", "\r\n")) == read(text(name))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_cut_off_never_gives_other_numbers(name: str) -> None:
    whole = text(name)
    full = read(whole)
    for end in range(2, len(whole)):
        content = parse(whole[:end].encode())
        if not hey.REPORT.recognises(content):
            continue
        try:
            found = hey.REPORT.read(content)
        except UnreadableError as error:
            assert "not complete" in str(error)
            continue
        for part, trial in zip(found, full, strict=False):
            assert part.readings == trial.readings, end
            assert part.loads[0].failures == trial.loads[0].failures, end


def test_observations_are_in_the_order_of_their_begin() -> None:
    trial = observations(text("observations.csv"))
    (samples,) = trial.samples
    assert samples.subject == SERVICE
    assert samples.quantity == Quantity(Kind.LATENCY, "", "ms")
    rows = [line.split(",") for line in text("observations.csv").splitlines()[1:]]
    rows.sort(key=lambda row: float(row[7]))
    assert samples.values == tuple(round(float(row[0]) * 1000, 1) for row in rows)
    assert samples.values[:4] == (1.4, 0.7, 0.4, 0.5)
    assert trial.readings == ()


def test_observations_never_say_that_none_failed() -> None:
    trial = observations(text("observations.csv"))
    assert trial.loads == (Load(SERVICE),)
    assert trial.notes == (NO_URL, "hey's CSV leaves out requests that got no answer")
    (load,) = observations(text("observations-not-2xx.csv")).loads
    assert load == Load(SERVICE, 40, 8, "8 answers not 2xx")


def test_observations_of_earlier_versions_have_no_offset() -> None:
    lines = text("observations-not-2xx.csv").splitlines()
    earlier = "\n".join(line.rsplit(",", 2)[0] for line in lines)
    trial = observations(earlier)
    assert trial.samples[0].values[:4] == (1.0, 1.6, 0.5, 0.1)
    assert trial.loads == (Load(SERVICE),)


def test_observations_of_several_runs() -> None:
    whole = text("observations-not-2xx.csv")
    trials = hey.OBSERVATIONS.read(parse((whole + whole).encode()))
    assert [len(trial.samples[0].values) for trial in trials] == [40, 40]


def test_observations_without_any_answer() -> None:
    with pytest.raises(UnreadableError, match="without any answer"):
        observations(text("observations-refused.csv"))


@pytest.mark.parametrize("less", [1, 3, 6, 9, 12, 20])
def test_observations_cut_off(less: int) -> None:
    whole = text("observations.csv").rstrip("\n")
    with pytest.raises(UnreadableError, match="cut off or damaged"):
        observations(whole[:-less])


def test_recognised_by_no_other_and_recognises_no_other() -> None:
    own = {hey.REPORT, hey.OBSERVATIONS}
    for path in sorted(RECORDED.glob("*/*")):
        if path.suffix == ".md":
            continue
        try:
            content = parse(path.read_bytes())
        except UnreadableError:
            continue
        found = {one for one in FORMATS if one.recognises(content)}
        if path.parent == OWN:
            assert len(found) == 1 and found <= own, path.name
        else:
            assert not found & own, path.name


OHA = "Summary:\n  Success rate:\t100.00%\n  Total:\t0.02 secs\n"
GHZ = "Summary:\n  Count:\t200\n  Total:\t181.57 ms\n"


@pytest.mark.parametrize("other", ["{}", "[]", '["Summary:"]', OHA, GHZ, "Summary:"])
def test_not_recognised(other: str) -> None:
    content = parse(other.encode())
    assert not hey.REPORT.recognises(content)
    assert not hey.OBSERVATIONS.recognises(content)


JUNK = ("", "9" * 400, "-1", "nan", "inf", "\u0663", "\x00", ":", "%", ",", "1e999")


@pytest.mark.parametrize("path", sorted(OWN.glob("*.[tc]*")), ids=lambda p: p.name)
def test_damage_is_told_or_harmless(path: Path) -> None:
    whole = path.read_text(encoding="utf-8")
    chance = Random(path.name)
    for _ in range(400):
        start = chance.randrange(len(whole))
        end = min(len(whole), start + chance.choice((0, 1, 3, 30)))
        content = parse((whole[:start] + chance.choice(JUNK) + whole[end:]).encode())
        for one in (hey.REPORT, hey.OBSERVATIONS):
            if one.recognises(content):
                try:
                    one.read(content)
                except UnreadableError as error:
                    assert str(error).startswith("is a ")
