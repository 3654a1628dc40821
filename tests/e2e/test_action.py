"""action.yml: its steps are run in a shell, with the real gatekeeper or a recorder."""

from __future__ import annotations

import json
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from action_runner import REAL, Answer, program, record, run_action

pytestmark = pytest.mark.e2e

POLICY = "version: 1\nsource: [app.py]\ngates: {lint: {tool: flake8, max: 0}}\n"
HOSTILE = (
    "; touch pwned; $(touch pwned) `touch pwned` | touch pwned & touch pwned #",
    'lint\nverdict=passed\nexit-code=0\n"; touch pwned; "',
)

Action = Callable[..., Answer]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The checkout of a project whose only gate holds."""
    root = tmp_path / "the checkout"
    root.mkdir()
    (root / "gates.yaml").write_text(POLICY)
    (root / "app.py").write_text("NUMBER = 1\n")
    return root


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    """What the runner calls RUNNER_TEMP."""
    folder = tmp_path / "runner temp"
    folder.mkdir()
    return folder


@pytest.fixture
def action(workspace: Path, temp: Path, environment: dict[str, str]) -> Action:
    """The action with the real gatekeeper on PATH."""
    tools = program(temp / "tools", "gatekeeper", REAL)
    path = f"{tools}:{environment['PATH']}"

    def run(**inputs: str) -> Answer:
        given = {"install": "false", **inputs}
        return run_action(workspace, temp, {**environment, "PATH": path}, **given)

    return run


def test_a_project_that_passes(action: Action, workspace: Path) -> None:
    answer = action(json="reports/deep/gates.json", markdown="gates.md")
    assert (answer.code, answer.outputs["verdict"]) == (0, "passed")
    assert answer.outputs["exit-code"] == "0"
    report = Path(answer.outputs["json"])
    assert report == workspace / "reports" / "deep" / "gates.json"
    assert json.loads(report.read_text())["verdict"] == "passed"
    assert "lint" in Path(answer.outputs["markdown"]).read_text()
    assert answer.outputs["sarif"] == answer.outputs["html"] == ""


def test_outputs_are_there_when_gates_fail(action: Action, workspace: Path) -> None:
    (workspace / "app.py").write_text("import os\n")
    answer = action(json="gates.json")
    assert (answer.code, answer.outputs["verdict"]) == (1, "failed")
    assert answer.outputs["exit-code"] == "1"
    assert json.loads(Path(answer.outputs["json"]).read_text())["exit_code"] == 1


def test_every_report_of_the_action_is_one_that_gatekeeper_writes(
    action: Action, workspace: Path
) -> None:
    names = ("json", "sarif", "junit", "html", "markdown")
    answer = action(**{name: f"reports/{name}" for name in names})
    assert answer.code == 0, answer.log
    for name in names:
        assert answer.outputs[name] == str(workspace / "reports" / name)
        assert Path(answer.outputs[name]).stat().st_size


def test_a_mistake_in_the_policy_is_no_verdict_and_an_old_report_no_output(
    action: Action, workspace: Path
) -> None:
    (workspace / "gates.yaml").write_text("version: 1\ngates: {lint: {tool: flake9}}\n")
    (workspace / "gates.json").write_text('{"verdict": "passed"}')
    answer = action(json="gates.json")
    assert (answer.code, answer.outputs["verdict"]) == (2, "error")
    assert (answer.outputs["exit-code"], answer.outputs["json"]) == ("2", "")
    assert "did you mean flake8?" in answer.log


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "name",
    [
        *("gates", "skip", "config", "working_directory", "python", "args"),
        *("json", "sarif", "markdown", "install"),
    ],
)
def test_no_input_is_run_or_forges_an_output(
    action: Action, tmp_path: Path, name: str, value: str
) -> None:
    answer = action(**{name: value})
    assert list(tmp_path.rglob("pwned")) == []
    passed = answer.outputs["verdict"] == "passed"
    assert passed == (answer.code == 0)
    assert answer.outputs["exit-code"] in ("", str(answer.code))
    # A file may have any name of one line; everything else is a mistake.
    is_name = name in ("json", "sarif", "markdown") and value == HOSTILE[0]
    assert passed == is_name


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(0, "passed"), (1, "failed"), (2, "error"), (130, "error"), (137, "error")],
)
def test_nothing_but_0_is_passed(
    workspace: Path, temp: Path, environment: dict[str, str], code: int, verdict: str
) -> None:
    environment["CODE"] = str(code)
    answer, _ = record(workspace, temp, environment)
    assert (answer.code, answer.outputs["verdict"]) == (code, verdict)
    assert answer.outputs["exit-code"] == str(code)


def test_inputs_become_words_of_the_command(
    workspace: Path, temp: Path, environment: dict[str, str]
) -> None:
    program(workspace / "service", "what a star would find", "")
    answer, seen = record(
        workspace,
        temp,
        environment,
        gates="lint --no-cache",
        skip=" tests\n  coverage ",
        config="my gates.yaml",
        args="--fail-fast --base *",
        junit="/dev/null",
        working_directory="service",
    )
    assert answer.code == 0
    assert seen["cwd"] == str(workspace / "service")
    assert seen["args"] == [
        *("check", "--config=my gates.yaml", "--skip=tests", "--skip=coverage"),
        *("--output=junit=/dev/null", "--fail-fast", "--base", "*"),
        *("--", "lint", "--no-cache"),
    ]


def test_the_interpreter_is_that_of_the_project(
    workspace: Path, temp: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    def chosen(**inputs: str) -> object:
        answer, seen = record(workspace, temp, environment, **inputs)
        assert answer.code == 0, answer.log
        return seen["env"]

    job, other = tmp_path / "job", tmp_path / "other"
    for folder in (job, other):
        venv.create(folder, symlinks=True)
    assert chosen() == sys.prefix, "VIRTUAL_ENV is set"
    assert chosen(python=str(other)) == str(other)
    del environment["VIRTUAL_ENV"]
    environment["PATH"] = f"{job / 'bin'}:{environment['PATH']}"
    assert chosen() == str(job)
    assert chosen(python="../other") == str(other)
    assert chosen(python="../other/bin/python") == str(other)
    (workspace / ".venv").symlink_to(other)
    assert chosen() is None, "gatekeeper finds .venv"


@pytest.mark.parametrize(
    "python", ["nowhere", "/bin/false", "an empty folder", "odd/bin/python3"]
)
def test_an_interpreter_that_cannot_be_named_to_gatekeeper_is_refused(
    workspace: Path, temp: Path, environment: dict[str, str], python: str
) -> None:
    (workspace / "an empty folder").mkdir()
    venv.create(workspace / "odd", symlinks=True)
    (workspace / "odd/bin/python").rename(workspace / "odd/bin/python.real")
    (workspace / "odd/bin/python3").unlink()
    (workspace / "odd/bin/python3").symlink_to("python.real")
    answer, seen = record(workspace, temp, environment, python=python)
    assert (answer.code, answer.outputs["verdict"]) == (2, "error")
    assert seen == {} and "::error::" in answer.log


def test_it_installs_itself_apart_from_the_project(
    workspace: Path, temp: Path, environment: dict[str, str]
) -> None:
    """pip is replaced; the rest is the real step."""
    log = temp / "log"
    fake = f"""\
#!/bin/sh
echo "$*" >> "{log}"
for last; do :; done
case "$*" in *" venv "*)
    mkdir -p "$last/bin"
    cp "$0" "$last/bin/python"
    cp "{program(temp / "real", "gatekeeper", REAL) / "gatekeeper"}" "$last/bin" ;;
esac
"""
    tools = program(temp / "tools", "python3", fake)
    full = {**environment, "PATH": f"{tools}:{environment['PATH']}"}
    answer = run_action(workspace, temp, full)
    assert (answer.code, answer.outputs["verdict"]) == (0, "passed"), answer.log
    made, installed = log.read_text().splitlines()
    assert made == f"-I -m venv --clear {temp}/gatekeeper-environment"
    assert installed.startswith("-I -m pip install ")
    assert installed.endswith(f" {Path(__file__).parents[2]}")


@pytest.mark.parametrize("install", ["false", "yes", ""])
def test_without_a_gatekeeper_there_is_no_verdict(
    workspace: Path, temp: Path, environment: dict[str, str], install: str
) -> None:
    environment["PATH"] = "/usr/bin:/bin"
    answer = run_action(workspace, temp, environment, install=install)
    assert (answer.code, answer.outputs["verdict"]) == (2, "")
    assert "::error::" in answer.log
