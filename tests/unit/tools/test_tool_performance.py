"""The performance tool: results read, or measured by commands of the policy."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import make_job, measured, refused, verdict

from gatekeeper.engine.process import Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.model import GateStatus, Run, RunStatus
from gatekeeper.tools.base import Job
from gatekeeper.tools.performance import PERFORMANCE


def native(p95: float | list[float], **more: object) -> str:
    values = p95 if isinstance(p95, list) else [p95]
    entry = {"endpoint": "GET /users", "quantity": "latency p95", "unit": "ms"}
    return json.dumps(
        {
            "schema": "gatekeeper.performance/1",
            "measurements": [{**entry, "values": values, **more}],
        }
    )


def job(tmp_path: Path, options: Mapping[str, Any], **files: str) -> Job:
    root = tmp_path.resolve() / "project"
    root.mkdir()
    for name, text in files.items():
        (root / f"{name}.json").write_text(text)
    environment = {"PATH": os.environ["PATH"]}
    return make_job("performance", root, options, paths=(), environment=environment)


FILES = {"baseline": "baseline.json", "current": "current.json"}


def run(made: Job) -> Run:
    return run_tool(PERFORMANCE, made, Processes())


def test_results_that_lie_there_are_read_and_nothing_is_started(tmp_path: Path) -> None:
    made = job(tmp_path, FILES, baseline=native(100), current=native(104))
    found = refused(made)
    result = verdict(found, max=10)
    assert (result.status, result.value) == (GateStatus.PASSED, 4)
    assert measured(found).metrics["variance"].value == 4
    assert measured(found).metrics["p95_ms"].value == 104
    assert verdict(found, metric="p95_ms", max=100).status is GateStatus.FAILED


def test_files_of_a_pattern_are_the_runs(tmp_path: Path) -> None:
    runs = {f"current{i}": native(100 + i) for i in range(5)}
    made = job(
        tmp_path, {**FILES, "current": "current*.json"}, baseline=native(100), **runs
    )
    (row,) = measured(refused(made)).comparisons
    assert (row.baseline_runs, row.current_runs) == (1, 5)


@pytest.mark.parametrize(
    ("options", "files", "reason", "fix"),
    [
        (FILES, {"baseline": native(1)}, "there is no current.json", "run the load"),
        (FILES, {"baseline": native(1), "current": ""}, "current.json is empty", ""),
        (
            FILES,
            {"baseline": native(1), "current": native(1)[:-9]},
            "current.json is no valid JSON: line 1, .*cut off",
            "",
        ),
        (
            FILES,
            {"baseline": '{"a": "b"}', "current": native(1)},
            "baseline.json .*",
            "",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error(
    tmp_path: Path,
    options: Mapping[str, Any],
    files: Mapping[str, str],
    reason: str,
    fix: str,
) -> None:
    found = refused(job(tmp_path, options, **files))
    assert found.status is RunStatus.UNREADABLE
    assert re.match(reason, found.reason)
    assert fix in found.fix
    assert verdict(found, max=10).status is GateStatus.ERROR


def test_failed_requests_are_an_error_until_the_policy_allows_them(
    tmp_path: Path,
) -> None:
    bad = native(100, requests=1000, failures=3)
    files = {"baseline": native(100), "current": bad}
    found = refused(job(tmp_path, FILES, **files))
    assert verdict(found, max=10).status is GateStatus.ERROR
    (tmp_path / "other").mkdir()
    made = job(tmp_path / "other", {**FILES, "max_errors": 0.3}, **files)
    assert verdict(refused(made), max=10).status is GateStatus.PASSED


#: Appends a letter to a log and prints or writes a result.
MEASURE = """
import json, pathlib, sys
name, value, target = sys.argv[1:4]
with pathlib.Path("log").open("a") as log: log.write(name)
text = json.dumps({"schema": "gatekeeper.performance/1", "measurements": [
    {"quantity": "latency p95", "unit": "ms", "values": [float(value)]}]})
print(text) if target == "-" else pathlib.Path(target).write_text(text)
"""


def command(name: str, value: float, target: str = "-") -> list[str]:
    return ["{python}", "-c", MEASURE, name, str(value), target]


def test_both_sides_are_measured_in_turn_in_changing_order(tmp_path: Path) -> None:
    both = {"command": command("C", 104), "baseline": command("B", 100), "times": 3}
    made = job(tmp_path, {"run": both})
    found = run(made)
    assert (made.root / "log").read_text() == "BCCBBC"
    (row,) = measured(found).comparisons
    assert (row.baseline, row.current) == (100, 104)
    assert (row.baseline_runs, row.current_runs) == (3, 3)
    assert verdict(found, max=10).status is GateStatus.PASSED


def test_a_command_may_write_where_it_is_told_to(tmp_path: Path) -> None:
    once = {"command": command("C", 120, "{output}"), "times": 1}
    made = job(tmp_path, {"baseline": "b.json", "run": once}, b=native(100))
    found = run(made)
    assert found.reason == ""
    assert measured(found).comparisons[0].variance == 20
    assert sorted(path.name for path in made.root.iterdir()) == ["b.json", "log"]


def test_a_command_may_write_the_file_that_current_names(tmp_path: Path) -> None:
    once = {"command": command("C", 120, "results.json"), "times": 2}
    options = {"baseline": "b.json", "current": "results.json", "run": once}
    made = job(tmp_path, options, b=native(100), results=native(1))
    assert [level.worst for level in measured(run(made)).levels] == [120]


def test_a_result_of_an_earlier_time_is_never_taken(tmp_path: Path) -> None:
    once = {"command": ["{python}", "-c", "pass"], "times": 1}
    options = {"baseline": "b.json", "current": "results.json", "run": once}
    made = job(tmp_path, options, b=native(100), results=native(100))
    found = run(made)
    assert found.status is RunStatus.UNREADABLE
    assert "it wrote no results.json" in found.reason


def test_a_command_that_prints_nothing(tmp_path: Path) -> None:
    once = {"command": ["{python}", "-c", "pass"], "times": 1}
    found = run(job(tmp_path, {"baseline": "b.json", "run": once}, b=native(100)))
    assert "measured for current is empty" in found.reason


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    code = "import sys; print('{}'); sys.exit('no server')"
    once = {"command": ["{python}", "-c", code], "times": 2}
    found = run(job(tmp_path, {"baseline": "b.json", "run": once}, b=native(100)))
    assert (found.status, found.exit_code) == (RunStatus.CRASHED, 1)
    assert "no server" in found.reason


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    once = {"command": ["{python}", "-c", "import time; time.sleep(60)"], "times": 1}
    options = {"baseline": "b.json", "run": once}
    made = replace(job(tmp_path, options, b=native(100)), timeout=0.5)
    assert run(made).status is RunStatus.TIMED_OUT


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    once = {"command": "no-such-program -x", "times": 1}
    found = refused(job(tmp_path, {"baseline": "b.json", "run": once}, b=native(1)))
    assert found.status is RunStatus.MISSING
    assert "no-such-program of tools.performance.run is not there" in found.reason
    assert "no-such-program" in found.fix


def test_the_interpreter_is_that_of_the_project(tmp_path: Path) -> None:
    once = {"command": ["{python}", "m.py", "{output}"], "times": 1}
    made = job(tmp_path, {"baseline": "b.json", "run": once}, b=native(1))
    (only,) = PERFORMANCE.commands(made)
    assert only.argv == (sys.executable, "m.py", str(only.result))
    assert only.produces is None


def test_by_hand_it_is_compare(tmp_path: Path) -> None:
    made = job(tmp_path, FILES, baseline=native(1), current=native(1))
    words = "gatekeeper compare --baseline baseline.json --current current.json"
    assert PERFORMANCE.reproduce(made) == tuple(words.split())


def test_a_run_that_writes_the_baseline_anew_does_not_change_it(tmp_path: Path) -> None:
    code = f"open('b.json', 'w').write({native(120)!r}); print({native(120)!r})"
    once = {"command": ["{python}", "-c", code], "times": 1}
    found = run(job(tmp_path, {"baseline": "b.json", "run": once}, b=native(100)))
    (row,) = measured(found).comparisons
    assert (row.baseline, row.variance) == (100, 20)


def test_a_link_to_an_old_result_is_no_result(tmp_path: Path) -> None:
    code = "import os; os.symlink('old.json', 'results.json')"
    once = {"command": ["{python}", "-c", code], "times": 1}
    options = {"baseline": "b.json", "current": "results.json", "run": once}
    found = run(job(tmp_path, options, b=native(100), old=native(100)))
    assert "it wrote no results.json" in found.reason


def test_a_file_is_no_run_of_both_sides(tmp_path: Path) -> None:
    options = {"baseline": "b.json", "current": "*.json"}
    found = refused(job(tmp_path, options, b=native(100), c=native(120)))
    assert found.reason == "b.json is on both sides; name the runs of each side"


def test_a_file_counts_once(tmp_path: Path) -> None:
    options = {"baseline": "b.json", "current": ["c.json", "./c.json", "c*.json"]}
    (row,) = measured(
        refused(job(tmp_path, options, b=native(100), c=native(105)))
    ).comparisons
    assert row.current_runs == 1


def test_every_file_of_the_baseline_is_kept_for_a_run_once(tmp_path: Path) -> None:
    """`a/b.json` and `a-b.json` are two runs, and `./a-b.json` is none of its own."""
    once = {"command": command("C", 120), "times": 1}
    names = ["a/b.json", "a-b.json", "./a-b.json"]
    made = job(tmp_path, {"baseline": names, "run": once})
    (made.root / "a").mkdir()
    for name, value in (("a/b.json", 100), ("a-b.json", 110)):
        (made.root / name).write_text(native(value))
    (row,) = measured(run(made)).comparisons
    assert (row.baseline_runs, row.baseline) == (2, 105)
