"""ab's report and its files, against runs of ab itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers import FORMATS, ab
from gatekeeper.performance.subjects import SERVICE, Subject
from gatekeeper.performance.trial import Load, Reading, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "ab"
REPORTS = sorted(path.name for path in OWN.glob("*.txt"))
READABLE = [name for name in REPORTS if name not in ("gave-up.txt", "refused.txt")]
USER = Subject("/users/7", None, "/users/7")
MEAN = Quantity(Kind.LATENCY, "mean", "ms")
THROUGHPUT = Quantity(Kind.THROUGHPUT, "", "/s")
ERROR_RATE = Quantity(Kind.ERROR_RATE, "", "%")


def text(name: str) -> str:
    return (OWN / name).read_text(encoding="utf-8")


def read(content: str) -> Sequence[Trial]:
    return ab.REPORT.read(parse(content.encode()))


def only(content: str) -> Trial:
    (trial,) = read(content)
    return trial


def latency(statistic: str, value: float, step: float = 1.0) -> Reading:
    return Reading(USER, Quantity(Kind.LATENCY, statistic, "ms"), value, step)


def test_a_healthy_run() -> None:
    trial = only(text("report.txt"))
    assert set(trial.readings) == {
        latency("mean", 1.269, 0.001),
        latency("min", 0),
        latency("p50", 1),
        latency("p66", 1),
        latency("p75", 2),
        latency("p80", 2),
        latency("p90", 2),
        latency("p95", 2),
        latency("p98", 3),
        latency("p99", 5),
        latency("max", 7),
        Reading(USER, THROUGHPUT, 7879.44, 0.01),
        Reading(USER, ERROR_RATE, 0),
    }
    load = Load(USER, 2000, 0, "", 10, 0.254, "localhost")
    assert trial.loads == (load,)
    assert trial == Trial("ab", trial.readings, loads=(load,), version="2.3")


def test_repeated_runs_are_trials() -> None:
    trials = read(text("three-runs.txt"))
    means = [r.value for t in trials for r in t.readings if r.quantity == MEAN]
    rates = [r.value for t in trials for r in t.readings if r.quantity == THROUGHPUT]
    assert means == [1.022, 1.128, 1.108]
    assert rates == [3915.04, 3545.22, 3609.65]
    assert [load.duration_seconds for t in trials for load in t.loads] == [
        *(0.051, 0.056, 0.055)
    ]


@pytest.mark.parametrize(
    ("name", "requests", "failures", "words"),
    [
        ("not-2xx.txt", 200, 40, "40 answers not 2xx"),
        ("resets.txt", 200, 50, "50 connection errors"),
        ("lengths.txt", 200, 0, ""),
        ("no-answer.txt", 200, 200, "200 requests without any answer"),
        ("single.txt", 1, 0, ""),
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


def test_a_different_length_is_a_note() -> None:
    (note,) = only(text("lengths.txt")).notes
    assert note.startswith("198 answers differ in length from the first")
    # Broken connections have no length, and are failures already.
    assert only(text("resets.txt")).notes == ()


def test_failures_without_a_breakdown_are_all_taken() -> None:
    report = text("resets.txt").replace("   (Connect: 0, Receive: 50,", "   (")
    (load,) = only(report).loads
    assert load.failures == 150


def test_broken_writes_count_and_failures_stay_below_requests() -> None:
    report = text("not-2xx.txt")
    more = report.replace("Non-2xx", "Write errors:           7\nNon-2xx")
    (load,) = only(more).loads
    assert (load.failures, load.failure_words) == (
        *(47, "7 connection errors, 40 answers not 2xx"),
    )
    (load,) = only(report.replace("responses:      40", "responses:      999")).loads
    assert load.failures == 200


@pytest.mark.parametrize("name", ["single.txt", "short.txt"])
def test_a_report_without_percentiles(name: str) -> None:
    statistics = [r.quantity.statistic for r in only(text(name)).readings]
    assert statistics == ["mean", "min", "max", "", ""]


def test_the_shorter_table_of_times() -> None:
    values = {r.quantity.name: r.value for r in only(text("short.txt")).readings}
    assert (values["latency min"], values["latency max"]) == (60, 62)
    assert values["latency mean"] == 64.004


def test_the_method_is_not_told_and_an_address_needs_brackets() -> None:
    (load,) = only(text("post-ipv6.txt")).loads
    assert load.subject == Subject("/users?notify=1", None)
    assert load.host == "localhost"
    report = text("report.txt").replace("Hostname:        127.0.0.1", "Hostname: shop")
    assert only(report).loads[0].host == "shop"


def test_pasted_without_its_first_lines() -> None:
    report = text("report.txt")
    _, start, rest = report.partition("Server Software")
    pasted = f"# before\n{start}{rest}"
    assert ab.REPORT.recognises(parse(pasted.encode()))
    assert only(pasted).version is None
    assert only(pasted).readings == only(report).readings


def test_lines_may_end_as_on_windows() -> None:
    for name in READABLE:
        assert read(text(name).replace("\n", "\r\n")) == read(text(name))


def test_a_run_that_ab_gave_up() -> None:
    with pytest.raises(UnreadableError, match="gave up after 36 requests"):
        read(text("gave-up.txt"))
    with pytest.raises(UnreadableError, match="without results"):
        read(text("refused.txt"))
    with pytest.raises(UnreadableError, match="without results"):
        read(text("single.txt").replace("requests:      1", "requests:      0"))


@pytest.mark.parametrize("name", READABLE)
def test_a_report_cut_off_never_gives_other_numbers(name: str) -> None:
    whole = text(name)
    full = read(whole)
    for end in range(len(whole)):
        content = parse(whole[:end].encode()) if whole[:end].strip() else None
        if content is None or not ab.REPORT.recognises(content):
            continue
        try:
            found = ab.REPORT.read(content)
        except UnreadableError:
            continue
        for part, trial in zip(found, full, strict=False):
            assert set(part.readings) <= set(trial.readings), end
            assert part.loads == trial.loads, end


def test_cut_off_says_so() -> None:
    whole = text("report.txt")
    for end in (" 66%", "(longest", "Processing:", "Complete requests"):
        with pytest.raises(UnreadableError, match="not complete"):
            read(whole[: whole.index(end)])
    with pytest.raises(UnreadableError, match="not complete"):
        read(text("three-runs.txt") + whole[: whole.index(" 95%")])


def test_percentiles_of_the_table() -> None:
    content = parse((OWN / "percentiles.csv").read_bytes())
    (trial,) = ab.PERCENTILES.read(content)
    assert {r.quantity.statistic: r.value for r in trial.readings} == {
        "min": 0.485,
        "p10": 0.726,
        "p25": 0.805,
        "p50": 0.928,
        "p66": 1.281,
        "p75": 1.545,
        "p80": 1.634,
        "p90": 1.945,
        "p95": 2.483,
        "p98": 3.228,
        "p99": 4.861,
        "max": 7.096,
    }
    assert {(r.subject, r.quantity.kind, r.step) for r in trial.readings} == {
        (SERVICE, Kind.LATENCY, 0.001)
    }
    assert trial.loads == ()
    assert "does not tell the URL" in trial.notes[0]


def test_the_table_of_percentages_may_lack_the_last() -> None:
    whole = text("percentiles.csv")
    older = whole[: whole.index("\n100,") + 1]
    (trial,) = ab.PERCENTILES.read(parse(older.encode()))
    assert "max" not in {r.quantity.statistic for r in trial.readings}
    assert len(ab.PERCENTILES.read(parse((whole + whole).encode()))) == 2


@pytest.mark.parametrize("end", ["50,", "\n99,", "\n0,"])
def test_a_table_of_percentages_cut_off(end: str) -> None:
    whole = text("percentiles.csv")
    for extra in (0, 2, 3, 5):
        content = parse(whole[: whole.index(end) + extra].encode())
        with pytest.raises(UnreadableError, match="cut off|lacks percentages"):
            ab.PERCENTILES.read(content)


def observations(content: str) -> tuple[float, ...]:
    (trial,) = ab.OBSERVATIONS.read(parse(content.encode()))
    (samples,) = trial.samples
    assert samples.subject == SERVICE
    assert samples.quantity == Quantity(Kind.LATENCY, "", "ms")
    return samples.values


def test_observations_are_in_the_order_of_their_seconds() -> None:
    rows = [line.split("\t") for line in text("observations.tsv").splitlines()[1:]]
    seconds = sorted({row[1] for row in rows})
    values = observations(text("observations.tsv"))
    assert len(values) == 240
    for second in seconds:
        wanted = [float(row[4]) for row in rows if row[1] == second]
        count = len(wanted)
        part, values = values[:count], values[count:]
        assert sorted(part) == wanted
        # Not in ab's order, in which every second would begin fast and end slowly.
        assert list(part) != wanted
    assert values == ()


def test_observations_are_the_same_at_each_reading() -> None:
    assert observations(text("observations.tsv")) == (
        observations(text("observations.tsv").replace("\n", "\r\n"))
    )


def test_what_observations_do_not_tell() -> None:
    (trial,) = ab.OBSERVATIONS.read(parse((OWN / "observations.tsv").read_bytes()))
    assert trial.loads == (Load(SERVICE, requests=240),)
    assert trial.readings == ()
    assert "does not tell the URL" in trial.notes[0]
    assert "order of requests within a second" in trial.notes[1]


def test_observations_cut_off() -> None:
    whole = text("observations.tsv").rstrip()
    for end in (whole.rindex("\t"), whole.rindex("\t") + 1, whole.index("\n") + 1):
        with pytest.raises(UnreadableError, match="empty or cut off"):
            observations(whole[:end])


def test_recognised_by_no_other_and_recognises_no_other() -> None:
    own = {ab.REPORT, ab.PERCENTILES, ab.OBSERVATIONS}
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


@pytest.mark.parametrize("other", ["{}", "[]", '["This is ApacheBench"]', "Total: 1"])
def test_not_recognised(other: str) -> None:
    content = parse(other.encode())
    for one in (ab.REPORT, ab.PERCENTILES, ab.OBSERVATIONS):
        assert not one.recognises(content)


JUNK = ("", "9" * 400, "-1", "nan", "inf", "\u0663", "\x00", ":", "%", "\t", "1e999")


@pytest.mark.parametrize("path", sorted(OWN.glob("*.[tc]*")), ids=lambda p: p.name)
def test_damage_is_told_or_harmless(path: Path) -> None:
    whole = path.read_text(encoding="utf-8")
    chance = Random(path.name)
    for _ in range(300):
        start = chance.randrange(len(whole))
        end = min(len(whole), start + chance.choice((0, 1, 3, 30)))
        content = parse((whole[:start] + chance.choice(JUNK) + whole[end:]).encode())
        for one in (ab.REPORT, ab.PERCENTILES, ab.OBSERVATIONS):
            if one.recognises(content):
                try:
                    one.read(content)
                except UnreadableError as error:
                    assert str(error).startswith("is a ")
