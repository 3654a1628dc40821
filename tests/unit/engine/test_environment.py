"""What children get to see of our environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.engine.environment import for_analysers, for_project, withheld

BENDING = [
    "PYTHONPATH",
    "PYTHONOPTIMIZE",
    "PYTHONWARNINGS",
    "PYTHONSTARTUP",
    "MYPYPATH",
    "MYPY_FORCE_COLOR",
    "PYTEST_ADDOPTS",
    "PYTEST_PLUGINS",
    "COVERAGE_RCFILE",
    "COVERAGE_FILE",
    "COVERAGE_PROCESS_START",
    "PIP_AUDIT_OUTPUT",
    "SAFETY_API_KEY",
    "FORCE_COLOR",
    "PY_COLORS",
    "GIT_DIR",
    "LD_PRELOAD",
]
SECRET = [
    "GITHUB_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "DB_PASSWORD",
    "API_KEY",
    "STRIPE_APIKEY",
    "NPM_AUTH",
    "GL_PAT",
    "SSH_PRIVATE_KEY",
    "google_credentials",
]


@pytest.mark.parametrize("name", [*BENDING, *SECRET])
def test_what_bends_a_tool_or_is_secret_is_kept_back(tmp_path: Path, name: str) -> None:
    ours = {name: "x", "PATH": "/bin"}
    assert name not in for_analysers(ours, tmp_path)
    assert for_project(ours, tmp_path).get(name) != "x"
    assert for_analysers(ours, tmp_path, [name])[name] == "x"
    assert for_project(ours, tmp_path, [name])[name] == "x"


def test_the_tests_see_the_rest_and_analysers_hardly_anything(tmp_path: Path) -> None:
    ours = {"PATH": "/bin", "DATABASE_URL": "sqlite://", "APP_ENV": "test"}
    assert for_project(ours, tmp_path)["DATABASE_URL"] == "sqlite://"
    assert set(for_analysers(ours, tmp_path)) == {
        "PATH",
        "HOME",
        "LC_ALL",
        "NO_COLOR",
        "PYTHONUTF8",
        "PYTHONIOENCODING",
    }


def test_a_network_behind_a_proxy_stays_reachable(tmp_path: Path) -> None:
    ours = {"https_proxy": "http://p", "SSL_CERT_FILE": "/ca.pem"}
    assert for_analysers(ours, tmp_path).items() >= ours.items()


def test_a_home_that_cannot_be_used_is_replaced(tmp_path: Path) -> None:
    assert for_project({"HOME": "/dev/null"}, tmp_path)["HOME"] == str(tmp_path)
    assert for_project({}, tmp_path)["HOME"] == str(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    assert for_project({"HOME": str(mine)}, tmp_path)["HOME"] == str(mine)


def test_the_names_that_are_kept_back_can_be_told() -> None:
    ours = {"B_TOKEN": "1", "A_SECRET": "2", "PLAIN": "3"}
    assert withheld(ours) == ["A_SECRET", "B_TOKEN"]
    assert withheld(ours, ["B_TOKEN"]) == ["A_SECRET"]
