"""Whose interpreter runs what: beside the project, in it, or alone."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from harness import Gatekeeper

pytestmark = pytest.mark.e2e

POLICY = """
version: 1
source: [app.py]
tests: [tests]
gates:
  types: {tool: mypy, max: 0}
  tests: {tool: pytest, max: 0}
  coverage: {tool: coverage, min: 100}
"""


def environment_with(root: Path, folder: str, *, tools: bool) -> Path:
    """A virtual environment with a typed package of its own, and our tools or not."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", folder], cwd=root, check=True
    )
    (packages,) = (root / folder).glob("lib/python*/site-packages")
    only = packages / "only_here"
    only.mkdir()
    (only / "py.typed").touch()
    (only / "__init__.py").write_text("def answer() -> int:\n    return 42\n")
    if tools:
        ours = sysconfig.get_path("purelib")
        (packages / "ours.pth").write_text(f"{ours}\n")
    return root / folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that needs a package which gatekeeper's own environment lacks."""
    (tmp_path / "gates.yaml").write_text(POLICY)
    (tmp_path / "app.py").write_text(
        "from only_here import answer\n\n\ndef double() -> int:\n"
        "    return 2 * answer()\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_app.py").write_text(
        "from app import double\n\n\ndef test_double() -> None:\n"
        "    assert double() == 84\n"
    )
    return tmp_path


def test_the_environment_beside_the_code_is_found(
    gatekeeper: Gatekeeper, root: Path
) -> None:
    environment_with(root, ".venv", tools=True)
    answer = gatekeeper("check", "-f", "json", cwd=root, extra={"VIRTUAL_ENV": ""})
    assert set(answer.statuses.values()) == {"passed"}, answer.stdout
    command = next(r for r in answer.report["runs"] if r["tool"] == "pytest")["command"]
    assert command[0] == str(root / ".venv" / "bin" / "python")


def test_the_active_environment_is_preferred(
    gatekeeper: Gatekeeper, root: Path
) -> None:
    environment_with(root, "active", tools=True)
    extra = {"VIRTUAL_ENV": str(root / "active")}
    answer = gatekeeper("check", "-f", "json", cwd=root, extra=extra)
    assert set(answer.statuses.values()) == {"passed"}, answer.stdout


def test_the_policy_can_name_the_environment(
    gatekeeper: Gatekeeper, root: Path
) -> None:
    environment_with(root, "mine", tools=True)
    (root / "gates.yaml").write_text(POLICY + "python: mine\n")
    answer = gatekeeper("check", "-f", "json", cwd=root)
    assert set(answer.statuses.values()) == {"passed"}, answer.stdout


def test_a_tool_missing_there_is_named_with_the_command_that_installs_it(
    gatekeeper: Gatekeeper, root: Path
) -> None:
    environment_with(root, ".venv", tools=False)
    extra = {"VIRTUAL_ENV": ""}
    answer = gatekeeper("check", "-f", "json", cwd=root, extra=extra)
    assert answer.code == 2
    assert answer.gate("types")["status"] == "passed"
    for gate in ("tests", "coverage"):
        assert answer.gate(gate)["status"] == "error"
    fix = answer.gate("tests")["fix"]
    assert fix == f"{root / '.venv' / 'bin' / 'python'} -m pip install coverage pytest"


def test_without_the_project_s_environment_the_answer_says_what_to_name(
    gatekeeper: Gatekeeper, root: Path
) -> None:
    answer = gatekeeper("check", "tests", cwd=root)
    assert answer.code == 1
    assert "No module named 'only_here'" in answer.stdout
    assert "`python` in gates.yaml names the environment" in answer.stdout
