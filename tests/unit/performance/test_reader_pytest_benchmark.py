"""pytest-benchmark's JSON, against files that it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.performance.content import parse
from gatekeeper.performance.quantities import Kind, Quantity
from gatekeeper.performance.readers.pytest_benchmark import PYTEST_BENCHMARK
from gatekeeper.performance.subjects import Subject
from gatekeeper.performance.trial import Content, Trial, UnreadableError

RECORDED = Path(__file__).parents[2] / "recorded" / "performance"
OWN = RECORDED / "pytest-benchmark"
TIME = Quantity(Kind.LATENCY, "", "ms")


def content(name: str) -> Content:
    return parse((OWN / name).read_bytes())


def only(name: str) -> Trial:
    (trial,) = PYTEST_BENCHMARK.read(content(name))
    return trial


def document(name: str = "rounds.json") -> Any:
    return json.loads((OWN / name).read_text("utf-8"))


def read(value: Any) -> Trial:
    (trial,) = PYTEST_BENCHMARK.read(Content("", (value,)))
    return trial


def test_rounds_are_samples_in_order_of_time() -> None:
    trial = only("rounds.json")
    assert [(s.subject.shown, s.quantity) for s in trial.samples] == [
        ("test_speed.py::test_json", TIME),
        ("test_speed.py::test_sort[10]", TIME),
        ("test_speed.py::test_sort[200]", TIME),
        ("test_speed.py::TestText::test_join", TIME),
    ]
    assert trial.samples[1].values == pytest.approx(
        (
            0.004006000381195918,
            0.0008309998520417139,
            0.0005010006134398282,
            0.0003899986040778458,
            0.00035999983083456755,
            0.00040099985199049115,
        ),
        rel=1e-12,
    )
    assert len(trial.samples[0].values) == 8
    assert len(trial.samples[3].values) == 1


def test_what_follows_from_samples_is_no_reading() -> None:
    assert only("rounds.json").readings == ()


def test_program_version_and_machine() -> None:
    trial = only("rounds.json")
    assert (trial.program, trial.version) == ("pytest-benchmark", "5.3.1")
    assert trial.machine == "2 x AMD EPYC"
    assert trial.loads == ()


def test_rounds_of_several_iterations_are_told() -> None:
    (note,) = only("rounds.json").notes
    assert "in 1 benchmarks" in note and "mean of several iterations" in note
    assert only("failed-test.json").notes == ()


def test_without_data_the_statistics_are_readings() -> None:
    trial = only("autosave.json")
    assert trial.samples == ()
    found = {
        r.quantity.name: r.value
        for r in trial.readings
        if r.subject.shown == "test_speed.py::test_json"
    }
    assert found == pytest.approx(
        {
            "latency mean": 0.008588299988332437,
            "latency p50": 0.007199600077001378,
            "latency min": 0.006970400136196986,
            "latency max": 0.01459380000596866,
        },
        rel=1e-12,
    )
    assert len(trial.readings) == 16
    assert {(r.quantity.unit, r.step) for r in trial.readings} == {("ms", 0.0)}


def test_parameters_are_not_taken_for_holes_of_a_route() -> None:
    names = {s.subject.route for s in only("rounds.json").samples}
    assert {"test_speed.py::test_sort[10]", "test_speed.py::test_sort[200]"} <= names


def test_a_failed_test_is_a_benchmark_like_any_other() -> None:
    names = [s.subject.shown for s in only("failed-test.json").samples]
    assert names == ["test_fail.py::test_ok", "test_fail.py::test_fails_after"]


def test_several_files_in_one_are_several_trials() -> None:
    text = (OWN / "rounds.json").read_bytes()
    assert len(PYTEST_BENCHMARK.read(parse(text + text))) == 2


def test_group_and_host_name_do_not_matter() -> None:
    changed = document()
    changed["machine_info"]["node"] = "elsewhere"
    for benchmark in changed["benchmarks"]:
        benchmark["group"] = "other"
    assert read(changed) == read(document())


@pytest.mark.parametrize(
    ("info", "machine"),
    [
        ({"processor": "arm", "cpu": {}}, "arm"),
        ({"machine": "x86_64"}, "x86_64"),
        ({"cpu": {"count": 8}}, "8 x"),
        ({"cpu": None}, ""),
        ({"cpu": {"brand_raw": 7, "count": "two"}}, ""),
    ],
)
def test_machine_with_parts_missing(info: Any, machine: str) -> None:
    assert read({**document(), "machine_info": info}).machine == machine


@pytest.mark.parametrize(
    ("benchmarks", "message"),
    [
        ([], "holds no benchmark"),
        ([None], "without name or stats (number 1)"),
        ([{"fullname": "a", "stats": None}], "without name or stats"),
        ([{"fullname": 7, "stats": {}}], "without name or stats"),
        ([{"fullname": "a", "stats": {}}], "no times of a"),
        ([{"fullname": "a", "stats": {"data": []}}], "no times of a"),
        ([{"fullname": "a", "stats": {"mean": None}}], "no times of a"),
        ([{"fullname": "a", "stats": {"data": [1, "2"]}}], "data of a"),
        ([{"fullname": "a", "stats": {"mean": 1}}] * 2, "the benchmark a twice"),
    ],
)
def test_damaged(benchmarks: Any, message: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        read({"machine_info": {}, "benchmarks": benchmarks})
    assert message in str(raised.value)


def test_odd_values_are_passed_on() -> None:
    stats = {"mean": float("nan"), "min": -1, "max": 10**400, "median": 0}
    benchmark = {"name": "a", "stats": stats, "iterations": None}
    trial = read({"machine_info": {}, "benchmarks": [benchmark]})
    values = {r.quantity.statistic: r.value for r in trial.readings}
    assert str(values.pop("mean")) == "nan"
    assert values == {"min": -1000, "max": float("inf"), "p50": 0}
    assert trial.version is None


@pytest.mark.parametrize("part", range(1, 20))
def test_cut_off(part: int) -> None:
    data = (OWN / "rounds.json").read_bytes()
    with pytest.raises(UnreadableError, match="no valid JSON"):
        parse(data[: len(data) * part // 20])


def test_recognises_its_own_files_only() -> None:
    for path in sorted(RECORDED.glob("*/*")):
        if path.is_file() and path.name != "README.md":
            try:
                recognised = PYTEST_BENCHMARK.recognises(parse(path.read_bytes()))
            except UnreadableError:
                continue
            assert recognised == (path.parent == OWN), path


@pytest.mark.parametrize(
    "value",
    [None, 1, "x", [], {}, {"benchmarks": []}, {"machine_info": {}}, [{"a": [1]}]],
)
def test_recognises_no_other_json(value: Any) -> None:
    assert not PYTEST_BENCHMARK.recognises(Content("", (value,)))
    assert not PYTEST_BENCHMARK.recognises(Content("benchmarks machine_info"))


def test_the_subject_is_the_full_name() -> None:
    name = "test_speed.py::TestText::test_join"
    assert only("rounds.json").samples[3].subject == Subject(name, None, name)
