"""The record of a test run: how its lines add up to results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from support import RECORDED

from gatekeeper.tools.pytest_events import Events, load

START: dict[str, object] = {"event": "start", "pytest": "9.2.0", "optimized": 0}


def report(
    when: str,
    outcome: str,
    *,
    test: str = "t.py::a",
    xfail: bool = False,
    **more: object,
) -> dict[str, object]:
    """The line that the plugin writes for one phase of a test."""
    base = {"event": "report", "nodeid": test, "when": when, "outcome": outcome}
    return {**base, "xfail": xfail, "seconds": 0.0, **more}


def collected(*tests: str, removed: Iterable[str] = ()) -> dict[str, object]:
    """The line that the plugin writes when tests have been collected."""
    items = [
        {
            "nodeid": test,
            "path": "/project/t.py",
            "line": 1,
            "name": test.split("::")[-1],
            "class": None,
            "markers": ["slow"],
        }
        for test in tests
    ]
    return {"event": "collected", "items": items, "removed": list(removed)}


def written(folder: Path, *lines: object, process: str = "main") -> Events:
    """What the events of one process come to; a text stands as it is."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    text = "".join(f"{line}\n" for line in texts)
    (folder / f"events-{process}.jsonl").write_text(text)
    return load(folder)


def outcomes(events: Events) -> dict[str, str]:
    return {result.nodeid: result.outcome for result in events.results()}


@pytest.mark.parametrize(
    ("phases", "outcome"),
    [
        ([("setup", "passed"), ("call", "passed"), ("teardown", "passed")], "passed"),
        ([("setup", "passed"), ("call", "failed"), ("teardown", "passed")], "failed"),
        ([("setup", "failed"), ("teardown", "passed")], "error"),
        ([("setup", "passed"), ("call", "passed"), ("teardown", "failed")], "error"),
        ([("setup", "passed"), ("call", "failed"), ("teardown", "failed")], "failed"),
        ([("setup", "skipped"), ("teardown", "passed")], "skipped"),
        ([("setup", "passed"), ("call", "skipped"), ("teardown", "passed")], "skipped"),
        ([("setup", "skipped"), ("teardown", "failed")], "error"),
    ],
)
def test_the_worst_phase_decides(
    tmp_path: Path, phases: list[tuple[str, str]], outcome: str
) -> None:
    events = written(tmp_path, START, *(report(*phase) for phase in phases))
    assert outcomes(events) == {"t.py::a": outcome}


@pytest.mark.parametrize("phases", [["setup"], ["setup", "teardown"], ["teardown"]])
def test_a_test_that_was_only_set_up_has_no_result(
    tmp_path: Path, phases: list[str]
) -> None:
    lines = [report(phase, "passed") for phase in phases]
    assert written(tmp_path, START, *lines).results() == []


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("skipped", "xfailed"), ("passed", "xpassed"), ("failed", "failed")],
)
def test_expected_failures(tmp_path: Path, outcome: str, expected: str) -> None:
    lines = [
        report("setup", "passed"),
        report("call", outcome, xfail=True),
        report("teardown", "passed"),
    ]
    assert outcomes(written(tmp_path, START, *lines)) == {"t.py::a": expected}


def test_a_subtest_that_fails_fails_the_test(tmp_path: Path) -> None:
    lines = [
        report("setup", "passed"),
        report("call", "failed", message="assert 1 == 2", at="/p/t.py", line=4),
        report("call", "passed"),
        report("teardown", "passed"),
    ]
    (result,) = written(tmp_path, START, *lines).results()
    assert (result.outcome, result.message) == ("failed", "assert 1 == 2")
    assert (result.at, result.line) == ("/p/t.py", 4)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"event": "forged", "message": "assert 0"}, "was not reported as failed"),
        ({"event": "not-run"}, "its body never ran"),
    ],
)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_forged_result_is_a_failure(
    tmp_path: Path, event: dict[str, str], said: str, place: int
) -> None:
    lines = [report(when, "passed") for when in ("setup", "call", "teardown")]
    lines.insert(place, {**event, "nodeid": "t.py::a"})
    (result,) = written(tmp_path, START, *lines).results()
    assert result.outcome == "failed"
    assert said in result.message


def test_a_test_that_is_tried_again_counts_by_its_last_try(tmp_path: Path) -> None:
    lines = [
        report("setup", "passed"),
        report("call", "failed"),
        report("teardown", "passed"),
        report("setup", "passed"),
        report("call", "passed"),
        report("teardown", "passed"),
    ]
    assert outcomes(written(tmp_path, START, *lines)) == {"t.py::a": "passed"}
    again = [*lines, *lines[:3]]
    assert outcomes(written(tmp_path, START, *again)) == {"t.py::a": "failed"}


def test_what_workers_and_the_main_process_say_adds_up(tmp_path: Path) -> None:
    both = collected("t.py::a", "t.py::b")
    written(tmp_path, START, both, report("call", "passed"), process="gw0")
    failing = report("call", "failed", test="t.py::b")
    written(tmp_path, START, both, failing, process="gw1")
    events = written(tmp_path, START, {"event": "finish", "exit": 1})
    assert outcomes(events) == {"t.py::a": "passed", "t.py::b": "failed"}
    assert [item.nodeid for item in events.items] == ["t.py::a", "t.py::b"]
    assert events.finished


def test_no_file_means_that_nothing_was_started(tmp_path: Path) -> None:
    events = load(tmp_path)
    assert not events.started
    assert not events.finished
    assert events.results() == []


def test_other_files_are_none_of_the_record(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text(json.dumps(START) + "\n")
    assert not load(tmp_path).started


@pytest.mark.parametrize("rest", ["", '{"event": "rep', "{", "no JSON at all"])
def test_what_follows_a_line_that_is_cut_off_does_not_count(
    tmp_path: Path, rest: str
) -> None:
    events = written(
        tmp_path, START, report("call", "passed"), rest, {"event": "finish", "exit": 0}
    )
    assert outcomes(events) == {"t.py::a": "passed"}
    assert events.finished is False


def test_what_a_file_holds_does_not_depend_on_another(tmp_path: Path) -> None:
    written(tmp_path, START, "{", report("call", "passed"), process="gw0")
    events = written(tmp_path, START, report("call", "failed", test="t.py::b"))
    assert outcomes(events) == {"t.py::b": "failed"}


@pytest.mark.parametrize(("levels", "optimized"), [((0, 0), False), ((0, 1), True)])
def test_one_optimized_process_is_enough(
    tmp_path: Path, levels: tuple[int, int], optimized: bool
) -> None:
    for number, level in enumerate(levels):
        start = {**START, "optimized": level}
        events = written(tmp_path, start, process=f"gw{number}")
    assert events.optimized is optimized


def test_removed_tests_are_listed_once(tmp_path: Path) -> None:
    line = collected("t.py::a", removed=["t.py::b", "t.py::c"])
    written(tmp_path, START, line, process="gw0")
    events = written(tmp_path, START, line, process="gw1")
    assert events.removed == ["t.py::b", "t.py::c"]


def test_an_item_keeps_its_class_and_markers(tmp_path: Path) -> None:
    line = json.dumps(collected("t.py::C::a")).replace("null", '"C"')
    (item,) = written(tmp_path, START, line).items
    assert (item.owner, item.name, item.markers) == ("C", "a", ("slow",))
    assert item.path == "/project/t.py"


def test_files_that_could_not_be_collected_or_skip_themselves(tmp_path: Path) -> None:
    events = written(
        tmp_path,
        START,
        {"event": "module", "path": "/project/a.py"},
        {"event": "collect-error", "nodeid": "a.py", "message": "no module", "line": 3},
        {"event": "collect-skip", "nodeid": "b.py::C"},
    )
    assert events.modules == {"/project/a.py"}
    assert events.skipped_modules == {"b.py"}
    (error,) = events.collect_errors
    assert (error.nodeid, error.message, error.line) == ("a.py", "no module", 3)


@pytest.mark.parametrize(
    ("case", "last"),
    [
        ("passed", "tests/test_b.py::test_good"),
        ("last-test-ends-0", "tests/test_a.py::test_ends"),
        ("killed", "tests/test_a.py::test_ends"),
        ("none-collected", None),
    ],
)
def test_the_test_that_was_begun_last_is_known(case: str, last: str | None) -> None:
    events = load(RECORDED / "pytest" / case / "written" / "evidence")
    assert events.last_begun == last
    assert events.started
    assert events.pytest_version == "9.2.0"


@pytest.mark.parametrize("case", ["last-test-ends-0", "first-test-ends-0", "killed"])
def test_a_process_that_ended_early_has_not_finished(case: str) -> None:
    events = load(RECORDED / "pytest" / case / "written" / "evidence")
    assert events.finished is False


@pytest.mark.parametrize(
    "line", ["3", "[]", "{}", '{"event": "report"}', '{"event": "start"}']
)
def test_a_line_of_another_shape_ends_the_record(tmp_path: Path, line: str) -> None:
    events = written(tmp_path, START, line, {"event": "finish", "exit": 0})
    assert events.finished is False


def test_bytes_that_are_no_text_end_the_record(tmp_path: Path) -> None:
    (tmp_path / "events-main.jsonl").write_bytes(b"\xff\xfe\n")
    assert load(tmp_path).started is False
