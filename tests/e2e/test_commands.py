"""The commands that show and explain."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from harness import Gatekeeper

import gatekeeper as package

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parent.parent.parent


def test_version_and_help(gatekeeper: Gatekeeper, tmp_path: Path) -> None:
    answer = gatekeeper("--version", cwd=tmp_path)
    assert (answer.code, answer.stdout) == (0, f"gatekeeper {package.__version__}\n")
    text = gatekeeper("--help", cwd=tmp_path).stdout
    known = "check list explain init doctor schema summary plan merge"
    for name in known.split():
        assert f"  {name} " in text
    nothing = gatekeeper(cwd=tmp_path)
    assert nothing.code == 2 and "Usage:" in nothing.stdout + nothing.stderr


def test_list_accounts_for_every_gate(gatekeeper: Gatekeeper, shop: Path) -> None:
    answer = gatekeeper("list", cwd=shop)
    assert answer.code == 0
    assert "security: bandit: findings of severity high and above" in answer.stdout
    assert "core-coverage: coverage: percent under src/shop/core at least 95" in (
        answer.stdout
    )
    assert "flake8 --isolated --max-line-length=88" in answer.stdout


def test_explain_tells_the_exact_command_and_how_to_mend(
    gatekeeper: Gatekeeper, shop: Path
) -> None:
    text = gatekeeper("explain", "lint", cwd=shop).stdout
    assert "must hold:  flake8: findings at most 0" in text
    assert "--disable-noqa" in text and "./src/shop/auth.py" in text
    assert "by hand:    flake8 --isolated" in text
    assert "to mend:    Mend the findings" in text
    wrong = gatekeeper("explain", "lnt", cwd=shop)
    assert wrong.code == 2 and "did you mean lint?" in wrong.stderr


def test_explain_says_what_would_stop_the_tool(
    gatekeeper: Gatekeeper, shop: Path
) -> None:
    (shop / "advisories" / "insecure.json").write_text("{")
    text = gatekeeper("explain", "vulnerabilities", cwd=shop).stdout
    assert "problem:    the advisory database cannot be used" in text


@pytest.mark.parametrize(
    "policy", [ROOT / "gates.yaml", ROOT / "tests/e2e/shop/gates.yaml"]
)
def test_the_schema_accepts_real_policies_and_refuses_typos(
    gatekeeper: Gatekeeper, tmp_path: Path, policy: Path
) -> None:
    schema = json.loads(gatekeeper("schema", cwd=tmp_path).stdout)
    content = yaml.safe_load(policy.read_text())
    jsonschema.validate(content, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**content, "gatse": {}}, schema)


def test_summary_without_a_report_says_how_to_get_one(
    gatekeeper: Gatekeeper, shop: Path
) -> None:
    answer = gatekeeper("summary", cwd=shop)
    assert answer.code == 2
    assert "run `gatekeeper check` first" in answer.stderr
    (shop / "broken.json").write_text("{")
    assert gatekeeper("summary", "--report", "broken.json", cwd=shop).code == 2


def test_without_a_policy_the_built_in_one_applies_and_is_named(
    gatekeeper: Gatekeeper, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text('"""An app."""\n')
    answer = gatekeeper("check", "lint", "-f", "json", cwd=tmp_path)
    assert answer.code == 0
    assert answer.report["policy"]["path"] is None
    assert "no gates.yaml found, using the built-in policy" in answer.stderr


def test_colour_follows_the_customs(
    gatekeeper: Gatekeeper, project: Callable[..., Path]
) -> None:
    policy = "version: 1\nsource: [app.py]\ngates: {lint: {tool: flake8, max: 0}}\n"
    root = project(policy, app_py="X = 1\n")
    for extra, coloured in (
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ):
        text = gatekeeper("check", cwd=root, extra=extra).stdout
        assert ("\x1b[" in text) is coloured, extra


def test_the_readme_s_test_command_is_what_ci_runs() -> None:
    run = (ROOT / ".ci" / "run").read_text().splitlines()[-1]
    assert run in (ROOT / "README.md").read_text()
