"""hyperfine's JSON, against files that it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers.hyperfine import HYPERFINE
from gatekeeper.performance.subjects import Subject
from gatekeeper.performance.trial import Content, Load, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "hyperfine"
MEAN = Quantity(Kind.LATENCY, "mean", "ms")
PEAK = Quantity(Kind.MEMORY, "peak", "MB")


def trials(name: str) -> list[Trial]:
    return list(HYPERFINE.read(parse((OWN / name).read_bytes())))


def values(found: list[Trial], shown: str, quantity: Quantity = MEAN) -> list[float]:
    return [
        reading.value
        for trial in found
        for reading in trial.readings
        if (reading.subject.shown, reading.quantity) == (shown, quantity)
    ]


def loads(found: list[Trial], shown: str) -> list[Load]:
    return [one for trial in found for one in trial.loads if one.subject.shown == shown]


def read(*results: Any) -> list[Trial]:
    return list(HYPERFINE.read(Content("", ({"results": list(results)},))))


def test_every_start_is_a_trial() -> None:
    found = trials("two-commands.json")
    assert len(found) == 5
    assert values(found, "true") == [1.164428, 0.956898, 0.920144, 0.86347, 1.067154]
    assert values(found, "sleep 0.01") == [
        11.788079,
        11.794449,
        11.92185,
        11.904905,
        11.795451,
    ]
    assert {len(trial.readings) for trial in found} == {2}
    assert {r.step for trial in found for r in trial.readings} == {0.0}


def test_program_and_what_it_does_not_tell() -> None:
    trial = trials("two-commands.json")[0]
    assert (trial.program, trial.version, trial.machine) == ("hyperfine", None, "")
    assert trial.samples == () and trial.notes == ()
    load = trial.loads[0]
    assert load == Load(Subject("true", None, "true"), requests=1, failures=0)


def test_failed_starts_are_failures() -> None:
    found = trials("ignored-failures.json")
    assert [load.failures for load in loads(found, "flaky start")] == [0, 0, 1, 0, 0, 1]
    assert [load.failure_words for load in loads(found, "flaky start")] == [
        *("", "", "exit code 1", "", "", "exit code 1"),
    ]
    assert values(found, "flaky start")[2] == 142.808568


def test_a_name_may_be_an_endpoint() -> None:
    found = trials("ignored-failures.json")
    what = found[0].readings[1].subject
    assert (what.method, what.route) == ("GET", "/users start")


def test_a_url_in_a_command_is_not_its_endpoint() -> None:
    (trial,) = read({"command": "curl\n http://h/x", "mean": 1, "times": [1]})
    assert trial.readings[0].subject.route == "curl http://h/x"


def test_death_by_a_signal_is_a_failure() -> None:
    found = trials("killed.json")
    shown = "sh -c 'kill -9 $$'"
    assert [load.failure_words for load in loads(found, shown)] == ["exit code 137"] * 3


def test_no_exit_code_is_a_failure() -> None:
    (trial,) = read({"command": "a", "times": [1], "exit_codes": [None]})
    assert trial.loads[0].failures == 1
    assert trial.loads[0].failure_words == "no exit code"


def test_parameters_make_commands() -> None:
    found = trials("parameters.json")
    assert values(found, "sleep 0.001") == [2.2505325, 2.3122205]
    assert {r.subject.shown for r in found[0].readings} == {
        "sleep 0.001",
        "sleep 0.002",
    }


def test_times_of_zero_are_passed_on() -> None:
    found = values(trials("too-fast.json"), "test 1")
    assert found == pytest.approx([0, 0.0403945, 0, 0], rel=1e-12)


def test_an_interrupted_measurement_has_the_commands_before() -> None:
    found = trials("interrupted.json")
    assert values(found, "true") == [0.923308, 2.739099, 4.059891]
    assert values(found, "sleep 3") == []


def test_appended_files_are_further_trials() -> None:
    assert values(trials("appended.json"), "true") == [
        *(1.822071, 1.264919, 1.483123, 1.145951),
    ]


def test_without_times_the_summary_is_one_trial() -> None:
    (trial,) = trials("no-times.json")
    found = {
        r.quantity.name: r.value
        for r in trial.readings
        if r.subject.shown == "sleep 0.01"
    }
    assert found == pytest.approx(
        {
            "latency mean": 11.8409468,
            "latency p50": 11.795451,
            "latency min": 11.788079,
            "latency max": 11.92185,
        },
        rel=1e-12,
    )
    assert {r.quantity.unit for r in trial.readings} == {"ms"}
    assert trial.loads == ()


def test_exit_codes_without_times_are_counted() -> None:
    (trial,) = read({"command": "a", "mean": 1, "exit_codes": [0, 2, None]})
    what = Subject("a", None, "a")
    assert trial.loads == (Load(what, 3, 2, "2 starts failed"),)


def test_memory_of_every_start() -> None:
    found = trials("memory.json")
    assert values(found, "true", PEAK) == [
        *(1.544192, 1.540096, 1.548288, 1.544192, 1.544192),
    ]
    assert len(values(found, "true")) == 5


def test_commands_with_fewer_starts_than_others() -> None:
    found = read({"command": "a", "times": [1, 2], "mean": 1}, {**ONE, "command": "b"})
    assert [len(trial.readings) for trial in found] == [2, 1]


ONE = {"command": "a", "times": [1], "exit_codes": [0]}


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"command": "a", "times": [], "mean": None}, "no times of `a`"),
        ({"command": "a", "times": None, "mean": "1"}, "no times of `a`"),
        ({"command": "a", "times": ["1"], "mean": 1}, "time of `a` that is no number"),
        ({"command": "a", "times": [None], "mean": 1}, "time of `a` that is no number"),
        ({**ONE, "exit_codes": [0, 0]}, "1 times but 2 exit codes of `a`"),
    ],
)
def test_damaged(result: Any, message: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        read(result)
    assert message in str(raised.value)


def test_equal_commands_are_refused() -> None:
    with pytest.raises(UnreadableError, match="`a` twice; .* --command-name"):
        read(ONE, ONE)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1, 10**400])
def test_odd_values_are_passed_on(odd: float) -> None:
    (trial,) = read({**ONE, "times": [odd], "memory_usage_byte": ["x", None]})
    assert len(trial.readings) == 1


@pytest.mark.parametrize("part", range(1, 12))
def test_cut_off(part: int) -> None:
    data = (OWN / "two-commands.json").read_bytes()
    with pytest.raises(UnreadableError, match="no valid JSON"):
        parse(data[: len(data) * part // 12])


def test_recognises_its_own_files_only() -> None:
    for path in sorted(RECORDED.glob("*/*")):
        if path.is_file() and path.name != "README.md":
            try:
                recognised = HYPERFINE.recognises(parse(path.read_bytes()))
            except UnreadableError:
                continue
            assert recognised == (path.parent == OWN), path


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, "x", [], {}, {"results": None}, {"results": []}),
        *({"results": [1]}, {"results": [{"command": "a"}]}),
        {"results": [{"command": "a", "mean": 1}]},
        {"results": [{"command": None, "mean": 1, "times": [1]}]},
        {"results": [{"command": "a", "mean": 1, "times": [1]}, None]},
        {"results": {"command": "a", "mean": 1, "times": [1]}},
    ],
)
def test_recognises_no_other_json(value: Any) -> None:
    assert not HYPERFINE.recognises(Content("", (value,)))
    assert not HYPERFINE.recognises(Content(json.dumps(value)))
