"""`gatekeeper doctor`: what is there, what is not, and the command that mends it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from support import Files, write_files
from typer.testing import CliRunner

from gatekeeper.cli import app
from gatekeeper.commands import doctor, installed
from gatekeeper.commands.installed import Installed, Program
from gatekeeper.engine.process import Command
from gatekeeper.errors import UserError
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools import base as tools_base

SMALL = "version: 1\ngates:\n  lint: {tool: flake8, max: 0}\n"
FULL = """version: 1
gates:
  lint: {tool: flake8, max: 0}
  types: {tool: mypy, max: 0}
  security: {tool: bandit, severity: high, max: 0}
  vulnerabilities: {tool: safety, severity: critical, max: 0}
  advisories: {tool: pip-audit, max: 0}
  tests: {tool: pytest, max: 0}
  coverage: {tool: coverage, min: 90}
"""
SHOP: Files = {
    "src/shop/a.py": "A = 1\n",
    "tests/test_a.py": "def test_a() -> None: ...\n",
    "requirements.txt": "flask==3.0.0\n",
}
#: Stands in for an interpreter; answers as the probe does.
ANSWER = """#!/bin/sh
echo '{"python": "%s", "pip": true, "modules": {"pytest": {"version": "8.3.0"}}}'
"""


@dataclass(frozen=True)
class Said:
    """The answer of the command; `lines` without runs of spaces."""

    code: int
    out: str

    @property
    def lines(self) -> list[str]:
        return [" ".join(line.split()) for line in self.out.splitlines()]

    def remedy(self, reason: str) -> str:
        """What stands below the obstacle whose line ends with `reason`."""
        (at,) = [n for n, line in enumerate(self.lines) if line.endswith(reason)]
        return self.lines[at + 1]


def examine(root: Path, files: Files, *arguments: str) -> Said:
    write_files(write_files(root, SHOP), files)
    wanted = ("--root", str(root), "--config", str(root / "gates.yaml"))
    result = CliRunner().invoke(app, ["doctor", *wanted, *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.stderr == ""
    return Said(result.exit_code, result.stdout)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)


@pytest.fixture
def all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every program is installed, so that a test is about something else."""

    def look(*_: object) -> Installed:
        names = (*ADAPTERS, "pytest-xdist")
        return Installed({name: Program(name, "9.9.9") for name in names}, "3.12.0")

    monkeypatch.setattr(doctor, "look", look)


@pytest.fixture
def project_environment(tmp_path: Path) -> Path:
    """An environment of the project without anything in it; gives site-packages."""
    venv.create(tmp_path / ".venv", with_pip=False)
    (packages,) = (tmp_path / ".venv").glob("lib/python*/site-packages")
    return packages


def test_a_healthy_project_in_a_process_of_its_own(tmp_path: Path) -> None:
    write_files(tmp_path, {**SHOP, "gates.yaml": FULL})
    done = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "doctor"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SHOP_TOKEN": "hunter2", "PYTEST_ADDOPTS": "-x"},
    )
    said = Said(done.returncode, done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    for tool in ("flake8", "mypy", "bandit", "safety", "pip-audit"):
        assert f"{tool} {version(tool)} beside gatekeeper" in said.lines
    for tool in ("pytest", "coverage"):
        assert f"{tool} {version(tool)} project's interpreter" in said.lines
    assert "lint can be measured" in said.lines
    network = "can be measured with a network, which is not tried here"
    assert f"vulnerabilities {network}" in said.lines
    assert f"interpreter {sys.executable} (gatekeeper's own)" in said.lines
    assert "withheld, since they look like secrets: SHOP_TOKEN" in said.out
    assert "PYTEST_ADDOPTS" in said.out
    assert "hunter2" not in said.out
    assert said.lines[-1] == "every gate can be measured"


def test_without_a_policy_the_built_in_one_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_there: None
) -> None:
    monkeypatch.chdir(write_files(tmp_path, SHOP))
    result = CliRunner().invoke(app, ["doctor"])
    assert "built-in (no gates.yaml found" in result.stdout
    assert result.exit_code == 0


def test_a_wrong_policy_is_answered_as_by_check(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such tool: flake9; did you mean flake8"):
        examine(tmp_path, {"gates.yaml": SMALL.replace("flake8", "flake9")})


def test_what_the_project_lacks_is_named_with_the_command(
    tmp_path: Path, project_environment: Path
) -> None:
    said = examine(tmp_path, {"gates.yaml": FULL})
    python = f"{tmp_path}/.venv/bin/python"
    assert said.code == 2
    assert "pytest missing project's interpreter" in said.lines
    for name in ("pytest", "coverage"):
        found = said.remedy(f"tests, coverage: {name} is missing in {python}")
        assert found == f"uv pip install --python {python} {name}"
    assert "types can be measured" in said.lines
    assert "tests cannot be measured" in said.lines
    assert said.lines[-1] == "2 of 7 gates cannot be measured: tests, coverage"


def test_pip_is_named_where_the_project_has_it(
    tmp_path: Path, project_environment: Path
) -> None:
    write_files(project_environment, {"pip.py": ""})
    said = examine(tmp_path, {"gates.yaml": SMALL.replace("flake8", "pytest")})
    python = f"{tmp_path}/.venv/bin/python"
    assert said.remedy(f"pytest is missing in {python}") == (
        f"{python} -m pip install pytest"
    )


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("1 / 0", "pytest cannot be imported by {python}: ZeroDivisionError: division"),
        ("__version__ = '7.1.3'", "pytest 7.1.3 is too old, 7.2 is needed"),
    ],
)
def test_a_pytest_that_cannot_be_used_is_found_out(
    tmp_path: Path, project_environment: Path, module: str, reason: str
) -> None:
    write_files(project_environment, {"pytest.py": module})
    said = examine(tmp_path, {"gates.yaml": SMALL.replace("flake8", "pytest")})
    assert reason.format(python=f"{tmp_path}/.venv/bin/python") in said.out
    assert said.code == 2


def test_workers_need_their_plugin_and_a_coverage_that_starts_in_them(
    tmp_path: Path, project_environment: Path
) -> None:
    old = {"pytest.py": "__version__ = '8.0'", "coverage.py": "__version__ = '7.9'"}
    write_files(project_environment, old)
    policy = f"{FULL}tools:\n  pytest: {{workers: 2, args: [--timeout=9]}}\n"
    said = examine(tmp_path, {"gates.yaml": policy})
    python = f"{tmp_path}/.venv/bin/python"
    for name in ("pytest-xdist", "pytest-timeout"):
        assert f"{name} missing project's interpreter" in said.lines
        assert f"tests, coverage: {name} is missing in {python}" in said.lines
    assert "coverage 7.9 is too old, 7.10 is needed" in said.out


def interpreter(root: Path, text: str, mode: int = 0o755) -> str:
    """A policy that names an interpreter, which is written beside it."""
    write_files(root, {"python": text})
    (root / "python").chmod(mode)
    return f"python: python\n{FULL}"


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        ("", 0o644, "does not start: [Errno 13] Permission denied"),
        ("#!/bin/sh\necho no >&2; exit 3\n", 0o755, "does not start: no"),
        ("#!/bin/sh\nexit 3\n", 0o755, "does not start: it ended with 3"),
        ("#!/bin/sh\nsleep 60\n", 0o755, "does not start: no answer within 3 s"),
        (ANSWER % "3.7.1", 0o755, "is Python 3.7.1, too old"),
        (ANSWER % "3.x", 0o755, "does not start: "),
    ],
)
def test_an_interpreter_that_cannot_be_used_stops_what_needs_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    mode: int,
    reason: str,
) -> None:
    if "sleep" in text:
        monkeypatch.setattr(installed, "_SECONDS", 3.0)
    monkeypatch.setattr(installed, "_version", _nothing)
    monkeypatch.setattr(installed, "_own", _there)
    said = examine(tmp_path, {"gates.yaml": interpreter(tmp_path, text, mode)})
    shown = f"types, tests, coverage: {tmp_path}/python {reason}"
    assert any(line.startswith(shown) for line in said.lines)
    assert "correct `python:` in gates.yaml" in said.lines
    assert "lint can be measured" in said.lines
    assert said.code == 2


def test_a_signal_ends_it_with_all_that_it_started(tmp_path: Path) -> None:
    waiting = f"#!/bin/sh\necho here > {tmp_path}/started; exec sleep 60\n"
    policy = interpreter(tmp_path, waiting)
    write_files(tmp_path, {**SHOP, "gates.yaml": policy})
    command = [sys.executable, "-m", "gatekeeper", "doctor"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as child:
        while not (tmp_path / "started").exists():
            time.sleep(0.05)
        child.terminate()
        output, _ = child.communicate(timeout=18)  # the limit is 20
    assert (child.returncode, output) == (143, b"")


def _nothing(_adapter: object, environ: Mapping[str, str], folder: Path) -> Command:
    return Command(("true",), folder, environ, 9, folder / "nothing")


def _there(adapter: tools_base.Adapter, _outcome: object) -> Program:
    return Program(adapter.name, "9.9.9")


def test_a_broken_environment_is_to_be_made_again(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("gone")
    said = examine(tmp_path, {"gates.yaml": SMALL.replace("flake8", "mypy")})
    assert f"python3 -m venv --clear {tmp_path}/.venv" in said.lines
    assert said.code == 2


def test_a_tool_of_ours_that_is_gone_or_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mypy is not there, bandit fails, pip-audit was never installed."""
    probe = tmp_path / "probe"
    shutil.copytree(tools_base.PROBE, probe)
    (probe / "bootstrap.py").write_text(
        "import sys\n"
        "if sys.argv[1] == 'mypy': sys.exit(97)\n"
        "if sys.argv[1] == 'bandit': sys.exit('no module named yaml')\n"
    )

    def lookup(name: str) -> str:
        if name == "pip-audit":
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(installed, "PROBE", probe)
    monkeypatch.setattr(tools_base, "version", lookup)
    policy = FULL.replace("  advisories: {tool: pip-audit, max: 0}\n", "")
    said = examine(tmp_path / "shop", {"gates.yaml": policy})
    pip = f"{shlex.quote(sys.executable)} -m pip install"
    assert said.remedy("types: mypy is missing beside gatekeeper") == f"{pip} mypy"
    assert said.remedy("security: bandit does not start: no module named yaml") == (
        f"{pip} bandit --force-reinstall"
    )
    assert said.remedy("pip-audit missing beside gatekeeper no gate asks for it") == (
        f"{pip} pip-audit"
    )
    assert said.lines[-1] == "2 of 6 gates cannot be measured: types, security"


@pytest.mark.parametrize(
    ("files", "tool", "reason", "remedy"),
    [
        (
            {"src/shop/a.py": None},
            "mypy",
            "no Python file to examine in src",
            "`source`",
        ),
        ({"requirements.txt": "flask\n"}, "safety", "no pinned requirement", "pin"),
        (
            {"requirements.txt": "a==1\nflask\n"},
            "pip-audit",
            "requirements.txt:2: not pinned to one version: flask",
            "pin it",
        ),
        (
            {"requirements.txt": "a==1\n" + "b\nc\nd\ne\nf\n"},
            "safety",
            "2 more like these",
            "pin it",
        ),
        ({"setup.cfg": "broken"}, "flake8", "setup.cfg does not parse", "mend"),
        (
            {"tests/test_a.py": None, "tests/helper.py": ""},
            "pytest",
            "no file in tests is named test_*.py or *_test.py",
            "`tests`",
        ),
        ({"tests/test_a.py": None}, "pytest", "no Python file to examine", ""),
    ],
)
def test_what_would_leave_a_tool_without_proof_is_found_before(
    tmp_path: Path, all_there: None, files: Files, tool: str, reason: str, remedy: str
) -> None:
    said = examine(tmp_path, {**files, "gates.yaml": SMALL.replace("flake8", tool)})
    (at,) = [n for n, line in enumerate(said.lines) if reason in line]
    assert remedy in said.lines[at + 1]
    assert "lint cannot be measured" in said.lines
    assert said.code == 2


def test_what_stops_the_tests_stops_coverage(tmp_path: Path, all_there: None) -> None:
    gone: Files = {"tests/test_a.py": None, "tests/helper.py": ""}
    said = examine(tmp_path, {**gone, "gates.yaml": FULL})
    assert any(line.startswith("tests, coverage: no file in") for line in said.lines)


@pytest.mark.parametrize(
    "files",
    [
        {"pytest.ini": "[pytest]\npython_files = check_*.py\n"},
        {
            "gates.yaml": SMALL.replace("flake8", "pytest")
            + "tools: {pytest: {args: [--doctest-modules]}}\n"
        },
    ],
)
def test_tests_may_have_other_names(
    tmp_path: Path, all_there: None, files: Files
) -> None:
    policy = {"gates.yaml": SMALL.replace("flake8", "pytest")}
    gone: Files = {"tests/test_a.py": None, "tests/check_a.py": ""}
    assert examine(tmp_path, {**policy, **gone, **files}).code == 0


def test_an_advisory_database_that_cannot_be_read(
    tmp_path: Path, all_there: None
) -> None:
    policy = f"{FULL}tools: {{safety: {{database: advisories}}}}\n"
    said = examine(tmp_path, {"gates.yaml": policy, "advisories/insecure.json": "{"})
    assert "vulnerabilities: the advisory database cannot be used" in said.out
    assert said.code == 2


@pytest.mark.parametrize(
    ("rule", "remedy"),
    [
        ("D100", f"{shlex.quote(sys.executable)} -m pip install flake8-docstrings"),
        ("ZZ1", "install the plugin that reports ZZ1 beside gatekeeper"),
    ],
)
def test_a_rule_without_its_plugin(
    tmp_path: Path, all_there: None, rule: str, remedy: str
) -> None:
    policy = f"{SMALL}  docs: {{tool: flake8, rules: [{rule}], max: 0}}\n"
    said = examine(tmp_path, {"gates.yaml": policy})
    assert said.remedy(f"no installed flake8 plugin reports {rule}") == remedy


def test_what_cannot_be_examined_and_paths_that_hold_nothing(
    tmp_path: Path, all_there: None
) -> None:
    (tmp_path / "src" / "core").mkdir(parents=True)
    os.mkfifo(tmp_path / "src" / "pipe.py")
    policy = f"{SMALL}  core: {{tool: bandit, paths: [src/core], max: 0}}\n"
    said = examine(tmp_path, {"gates.yaml": policy})
    assert "lint, core: src/pipe.py: not a regular file" in said.lines
    assert said.remedy("core: no file to examine lies under src/core") == (
        "correct `paths` of gates.core"
    )


def test_a_gate_for_a_person_is_no_obstacle(tmp_path: Path, all_there: None) -> None:
    policy = f"{SMALL}  parity: {{attest: the routes are the same}}\n"
    said = examine(tmp_path, {"gates.yaml": policy})
    assert "parity waits for a person" in said.lines
    assert said.code == 0


def test_variables_that_the_policy_passes_on(
    tmp_path: Path, all_there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DB_PASSWORD", "CLOUD_API_KEY", "PYTHONPATH"):
        monkeypatch.setenv(name, "hunter2")
    policy = f"{SMALL}tools: {{pytest: {{environment: [DB_PASSWORD]}}}}\n"
    said = examine(tmp_path, {"gates.yaml": policy})
    assert "passed to pytest, as gates.yaml says: DB_PASSWORD" in said.lines
    (secrets,) = [line for line in said.lines if "look like secrets" in line]
    assert "CLOUD_API_KEY" in secrets
    assert "DB_PASSWORD" not in secrets
    (bending,) = [line for line in said.lines if "change how tools work" in line]
    assert "PYTHONPATH" in bending
    assert "CLOUD_API_KEY" not in bending
    assert "hunter2" not in said.out


def test_git_is_told_and_not_needed(
    tmp_path: Path, all_there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = examine(tmp_path, {"gates.yaml": SMALL})
    (line,) = [line for line in said.lines if line.startswith("git ")]
    assert line.endswith("no commit here")
    monkeypatch.setenv("PATH", str(tmp_path))
    said = examine(tmp_path, {"gates.yaml": SMALL})
    (line,) = [line for line in said.lines if line.startswith("git ")]
    assert line.startswith("git not found; what it ignores is examined too (")
    assert said.code == 0


def test_an_unsupported_platform_is_no_yes(
    tmp_path: Path, all_there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_PLATFORMS", {})
    said = examine(tmp_path, {"gates.yaml": SMALL})
    assert said.lines[-1].endswith("is not supported")
    assert said.code == 2
