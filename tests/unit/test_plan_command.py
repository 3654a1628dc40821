"""`gatekeeper plan`: gates shared out among jobs, by what is known of their times."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.cache.observation import digest
from gatekeeper.cache.store import Store, home
from gatekeeper.commands.plan import PlanOptions, run_plan
from gatekeeper.engine.shares import Share, Unit, share_out
from gatekeeper.errors import UserError
from gatekeeper.model import (
    GateResult,
    GateStatus,
    Measurement,
    PolicySource,
    Report,
    Revision,
    Run,
    RunStatus,
    Verdict,
)
from gatekeeper.reporters import Style
from gatekeeper.reporters.json_report import render

POLICY = """version: 1
gates:
  lint: {tool: flake8, max: 0}
  done: {attest: all is done}
  types: {tool: mypy, max: 0}
  fast: {tool: performance, max: 10}
  security: {tool: bandit, max: 0}
  tests: {tool: pytest, max: 0}
  style: {tool: flake8, rules: [E], max: 0}
  coverage: {tool: coverage, min: 90}
  quality: {all_of: [lint, tests]}
tools:
  performance: {baseline: a.json, current: b.json}
"""
RUN = POLICY.replace("b.json}", "b.json, run: {command: k6 run x.js}}")
TIMES = {"flake8": 4.0, "mypy": 9.0, "bandit": 3.0, "pytest": 7.0, "coverage": 1.0}
OPTIONS = PlanOptions((), None, None, "json", None, (), ())


@dataclass
class Project:
    """A folder with a policy; `plan` gives what is printed on both streams."""

    root: Path
    capture: pytest.CaptureFixture[str]

    def plan(self, **options: Any) -> tuple[str, str]:
        self.capture.readouterr()
        assert run_plan(replace(OPTIONS, **options)) == 0
        return self.capture.readouterr()

    def parts(self, **options: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.plan(**options)[0])["parts"]
        return found

    def gates(self, **options: Any) -> list[list[str]]:
        return [part["gates"] for part in self.parts(**options)]

    def remember(self, times: Mapping[str, float]) -> None:
        Store(home()).write("times", digest(str(self.root.resolve())), times)


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Project:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    (root / "gates.yaml").write_text(POLICY)
    for name in ("a.json", "b.json"):
        (root / name).write_text("{}")
    return Project(root, capsys)


def units(*seconds: float, alone: int = 0) -> tuple[list[Unit], dict[str, float]]:
    """One unit for each time; the first are `alone`."""
    every = [
        Unit((f"t{n}",), (f"g{n}",), alone=n < alone) for n, _ in enumerate(seconds)
    ]
    return every, {f"t{n}": value for n, value in enumerate(seconds) if value}


def times(shares: list[Share]) -> list[float | None]:
    return [share.seconds for share in shares]


@pytest.mark.parametrize(
    ("seconds", "most", "expected"),
    [
        ([5], None, [5]),
        ([5], 4, [5]),
        ([5, 4, 3, 3, 3], 2, [10, 8]),
        ([5, 4, 3, 3, 3], 1, [18]),
        ([5, 4, 3, 3, 3], 99, [5, 4, 3, 3, 3]),
        ([10, 1, 1, 1], None, [10, 3]),
        ([3, 3, 3, 3], None, [3, 3, 3, 3]),
        ([0.7, 0.4, 0.1, 0.1, 0.1], None, [0.7, pytest.approx(0.7)]),
        ([3, 2, 2, 2], None, [4, 3, 2]),
    ],
)
def test_the_longest_goes_first_to_who_has_the_least(
    seconds: list[float], most: int | None, expected: list[float]
) -> None:
    assert times(share_out(*units(*seconds), most)) == expected


def test_more_jobs_than_make_it_shorter_are_not_used() -> None:
    assert len(share_out(*units(10, 2, 2, 2, 2))) == 2


def test_every_unit_is_in_one_share() -> None:
    every, history = units(*range(1, 12))
    for most in (None, *range(1, 13)):
        shares = share_out(every, history, most)
        found = [unit for share in shares for unit in share.units]
        assert sorted(found, key=every.index) == every
        assert len(shares) <= (most or 12) and all(share.units for share in shares)


def test_what_is_not_known_counts_as_the_mean_and_has_no_time() -> None:
    every, history = units(6, 2, 0)  # the third is not known: as 4
    assert times(share_out(every, history, 2)) == [6, None]
    assert [len(s.units) for s in share_out(every, {}, 2)] == [2, 1]
    assert times(share_out(every, {}, 2)) == [None, None]


def test_what_runs_alone_has_a_share_of_its_own() -> None:
    every, history = units(1, 5, 5, 5, alone=1)
    for most in (2, 3, 4):
        shares = share_out(every, history, most)
        assert [s for s in shares if any(u.alone for u in s.units)][0].seconds == 1
    assert times(share_out(every, history, 2)) == [15, 1]
    assert times(share_out(every, history, 1)) == [16]  # one after the other there
    assert times(share_out(*units(3, 4, alone=2), most=1)) == [7]
    assert times(share_out(*units(3, alone=1))) == [3]


def test_gates_on_one_run_stay_together(project: Project) -> None:
    project.remember(TIMES | {"performance": 2.0})
    assert project.gates(parts=99) == [
        ["types"],
        ["tests", "coverage"],
        ["lint", "style"],
        ["security"],
        ["fast"],
    ]
    assert [part["seconds"] for part in project.parts(parts=99)] == [9, 8, 4, 3, 2]


def test_a_load_test_has_a_part_of_its_own(project: Project) -> None:
    project.remember(TIMES | {"performance": 2.0})
    assert ["fast"] not in project.gates(parts=2)
    (project.root / "gates.yaml").write_text(RUN)
    assert ["fast"] in project.gates(parts=2)


def test_coverage_brings_its_tests_along(project: Project) -> None:
    project.remember(TIMES)
    (part,) = project.parts(gates=("coverage",))
    assert (part["gates"], part["seconds"]) == (["coverage"], 8)
    assert part["tools"] == ["pytest", "coverage"]


def test_gates_without_a_tool_are_left_to_merge(project: Project) -> None:
    every = [gate for gates in project.gates() for gate in gates]
    assert "done" not in every and "quality" not in every
    assert json.loads(project.plan()[0])["settled_by_merge"] == ["done", "quality"]
    assert (
        "settled by `gatekeeper merge`: done quality" in project.plan(format="text")[0]
    )


def test_gates_named_and_left_out(project: Project) -> None:
    assert project.gates(gates=("lint", "types"), parts=1) == [["lint", "types"]]
    assert project.gates(gates=("quality",), parts=1) == [["lint", "tests"]]
    found = project.gates(skip=("tests", "fast"), parts=1)
    assert found == [["lint", "types", "security", "style", "coverage"]]
    with pytest.raises(UserError, match="did you mean lint"):
        project.plan(gates=("lnt",))
    with pytest.raises(UserError, match="none of these gates has a tool"):
        project.plan(gates=("done",))


def test_without_times_it_says_so(project: Project) -> None:
    out, err = project.plan()
    assert "no time is known of flake8, mypy" in err and "--times" in err
    assert {part["seconds"] for part in json.loads(out)["parts"]} == {None}
    project.remember(TIMES)
    _, err = project.plan(skip=("fast",))
    assert err == ""


@pytest.mark.parametrize("kept", ["{", '{"flake8": "x", "mypy": -1}', "[]", "null"])
def test_times_that_are_none_do_not_count(project: Project, kept: str) -> None:
    try:
        project.remember(json.loads(kept))
    except ValueError:
        pass
    assert {part["seconds"] for part in project.parts()} == {None}


def report(*runs: Run) -> str:
    gate = GateResult("lint", "lint", GateStatus.PASSED, True, "flake8", value=0)
    made = Report(
        Verdict.PASSED,
        0,
        "2026-01-01T00:00:00Z",
        1.0,
        PolicySource(None, "0" * 64),
        Revision(),
        (gate,),
        runs,
    )
    return render(made, Style())


def run(tool: str, seconds: float, **fields: Any) -> Run:
    made = Run(tool, RunStatus.COMPLETED, duration_seconds=seconds)
    return replace(made, measurement=Measurement(examined=1), **fields)


def test_times_from_reports(project: Project) -> None:
    one, two = project.root / "one.json", project.root / "two.json"
    cached = run("mypy", 0.0, cached=True, saved_seconds=6.0)
    crashed = run("bandit", 99.0, status=RunStatus.CRASHED)
    one.write_text(report(run("flake8", 2.0), cached, crashed))
    two.write_text(report(run("pytest", 5.0), run("coverage", 1.0)))
    found = project.parts(times=(one, two), gates=("lint", "types", "tests"), parts=9)
    assert [part["seconds"] for part in found] == [6, 5, 2]
    project.remember({"bandit": 30.0, "flake8": 40.0})
    found = project.parts(times=(one,), gates=("lint", "security"), parts=9)
    assert [part["seconds"] for part in found] == [30, 2]  # what is named wins
    with pytest.raises(UserError, match=r"three\.json: there is no such file"):
        project.plan(times=(project.root / "three.json",))


def test_a_matrix_is_one_line_of_json(project: Project) -> None:
    project.remember(TIMES)
    out, _ = project.plan(format="github-matrix", skip=("fast",), parts=2)
    assert out.count("\n") == 1 and out.endswith("}\n")
    assert json.loads(out) == {
        "include": [
            {"name": "types", "gates": "types security", "seconds": 12.0},
            {"name": "tests", "gates": "lint tests style coverage", "seconds": 12.0},
        ]
    }
    assert project.plan(format="github-matrix", skip=("fast",), parts=2)[0] == out


def test_names_are_safe_and_unique_and_gates_survive_a_shell(project: Project) -> None:
    names = ["Straße.日本", "stra.e--", "STRA-E", "a" * 99, "a" * 98, "1.2_x"]
    tools = ["flake8", "mypy", "bandit", "ruff", "requirements", "pytest"]
    lines = [f"  {n}: {{tool: {t}, max: 0}}" for n, t in zip(names, tools, strict=True)]
    policy = "version: 1\ngates:\n" + "\n".join(lines) + "\n"
    (project.root / "gates.yaml").write_text(policy)
    out, _ = project.plan(format="github-matrix", parts=9)
    rows = json.loads(out)["include"]
    shown = [row["name"] for row in rows]
    assert len({name.lower() for name in shown}) == len(names)
    assert all(0 < len(name) < 50 and name.isascii() for name in shown), shown
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in shown)
    gates = " ".join(row["gates"] for row in rows)
    assert sorted(shlex.split(gates)) == sorted(names)
    said = subprocess.run(
        ["sh", "-c", "printf '%s\\n' $GATES"],
        env={"GATES": gates},
        capture_output=True,
        check=True,
    )
    assert sorted(said.stdout.decode().splitlines()) == sorted(names)


def test_an_unknown_format_is_refused(project: Project) -> None:
    with pytest.raises(UserError, match="known: text, json, github-matrix"):
        project.plan(format="yaml")
