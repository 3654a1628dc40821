"""What a command does not need is not imported: it would cost time at every start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatekeeper.tools import ADAPTERS

POLICY = """version: 1
source: [app.py]
gates:
  lint: {tool: flake8, max: 0}
  types: {tool: mypy, max: 0}
  security: {tool: bandit, severity: high, max: 0}
"""
SKIPPED = ("check", "--skip", "lint", "--skip", "types", "--skip", "security")
#: Nobody needs these for a policy of three analysers, however the answer is shown.
HEAVY = frozenset(
    "asyncio markdown_it packaging pip_requirements_parser multiprocessing"
    " gatekeeper.commands.doctor gatekeeper.pasted_output gatekeeper.template.fill"
    " gatekeeper.performance.compare gatekeeper.performance.limits"
    " gatekeeper.tools.coverage gatekeeper.tools.performance"
    " gatekeeper.tools.pip_audit gatekeeper.tools.pytest gatekeeper.tools.routes"
    " gatekeeper.tools.ruff gatekeeper.tools.safety".split()
)
LARGE_PARTS_OF_RICH = frozenset(
    "rich.live rich.markdown rich.pretty rich.progress rich.prompt rich.syntax"
    " rich.traceback rich._emoji_codes".split()
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "gates.yaml").write_text(POLICY)
    (root / "app.py").write_text("X = 1\n")
    return root


#: Does what the installed command does, and writes down what was imported.
COMMAND = """
import atexit, sys
path = sys.argv.pop(1)
atexit.register(lambda: open(path, "w").write(" ".join(sys.modules)))
from gatekeeper.__main__ import main
main()
"""


def imported(root: Path, *arguments: str) -> frozenset[str]:
    """Everything that a command imports."""
    names = root.parent / "imported"
    argv = (sys.executable, "-c", COMMAND, str(names), *arguments)
    # Nothing else of ours, so that no coverage measurement adds its own imports.
    environment = {"PATH": os.environ["PATH"], "HOME": str(root.parent)}
    done = subprocess.run(
        argv, cwd=root, env=environment, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    return frozenset(names.read_text().split())


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_an_option_without_a_command_reads_no_policy(
    project: Path, option: str
) -> None:
    names = imported(project, option)
    assert "gatekeeper.cli" in names
    own = {name for name in names if name.startswith("gatekeeper.")}
    assert own <= {
        *("gatekeeper.__main__", "gatekeeper.cli"),
        *("gatekeeper.errors", "gatekeeper.start"),
    }
    assert not names & (HEAVY | {"pydantic", "rich", "yaml"})


def test_the_account_of_a_policy_needs_no_reports(project: Path) -> None:
    names = imported(project, "list")
    assert {"gatekeeper.describe", "gatekeeper.tools.mypy"} <= names
    assert not names & (HEAVY | {"rich"})


def test_a_report_for_machines_is_made_without_a_terminal(project: Path) -> None:
    names = imported(project, *SKIPPED, "-f", "json")
    assert {"gatekeeper.app", "gatekeeper.reporters.json_report"} <= names
    assert not names & (HEAVY | {"rich", "gatekeeper.reporters.console"})


def test_a_report_for_people_takes_only_the_table_from_rich(project: Path) -> None:
    names = imported(project, *SKIPPED)
    assert "rich.table" in names
    assert not names & (HEAVY | LARGE_PARTS_OF_RICH)


def test_a_pull_request_is_parsed_where_there_is_one(project: Path) -> None:
    (project / "body.md").write_text("- [x] done\n")
    assert "markdown_it" in imported(project, *SKIPPED, "--pr-body", "body.md")


def test_the_registry_knows_names_without_importing_adapters() -> None:
    code = (
        "import sys; from gatekeeper.tools import ADAPTERS;"
        "assert 'pip-audit' in ADAPTERS and 'pylint' not in ADAPTERS;"
        "assert len(list(ADAPTERS)) == len(ADAPTERS);"
        "assert ADAPTERS.get('pylint') is None;"
        "assert 'gatekeeper.tools.pip_audit' not in sys.modules;"
        "assert ADAPTERS['pip-audit'].name == 'pip-audit';"
        "assert 'gatekeeper.tools.pip_audit' in sys.modules;"
        "assert 'gatekeeper.tools.safety' not in sys.modules"
    )
    subprocess.run((sys.executable, "-c", code), check=True)


def test_each_name_stands_for_its_adapter() -> None:
    assert [adapter.name for adapter in ADAPTERS.values()] == list(ADAPTERS)


def test_an_answer_that_still_holds_needs_neither_options_nor_policy() -> None:
    code = "import gatekeeper.commands.replay, sys; print(*sys.modules)"
    argv, clean = (sys.executable, "-c", code), {"PATH": os.environ["PATH"]}
    done = subprocess.run(argv, env=clean, capture_output=True, text=True)
    names = set(done.stdout.split())
    assert "gatekeeper.cache.standing" in names
    slow = {"typer", "pydantic", "yaml", "rich", "gatekeeper.model"}
    assert not names & (HEAVY | slow)
