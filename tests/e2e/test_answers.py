"""Every exit code and every status, each reached through the real command."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Gatekeeper, command

pytestmark = pytest.mark.e2e

Project = Callable[..., Path]
LINT = "version: 1\nsource: [app.py]\ngates: {lint: {tool: flake8, max: 0}}\n"
TESTS = (
    "version: 1\ntests: [test_app.py]\ntools: {pytest: {timeout: %s}}\n"
    "gates: {tests: {tool: pytest, max: 0}}\n"
)


def status(gatekeeper: Gatekeeper, root: Path) -> tuple[int, str, str]:
    """Exit code, status of the only gate, status of the only run."""
    answer = gatekeeper("check", "-f", "json", cwd=root)
    (gate,), (run,) = answer.report["gates"], answer.report["runs"]
    return answer.code, gate["status"], run["status"]


def test_passed(gatekeeper: Gatekeeper, project: Project) -> None:
    root = project(LINT, app_py="X = 1\n")
    assert status(gatekeeper, root) == (0, "passed", "completed")


def test_failed(gatekeeper: Gatekeeper, project: Project) -> None:
    root = project(LINT, app_py="import os\n")
    assert status(gatekeeper, root) == (1, "failed", "completed")


def test_a_tool_that_is_not_there_is_missing(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(TESTS % 60, test_app_py="def test_it(): pass\n")
    empty = root / "env" / "bin"
    empty.mkdir(parents=True)
    (empty / "python").symlink_to("/usr/bin/python3")
    answer = gatekeeper("check", "-f", "json", cwd=root, extra={"VIRTUAL_ENV": "env"})
    assert answer.code == 2
    assert answer.report["runs"][0]["status"] == "missing"
    assert answer.gate("tests")["fix"].endswith("env/bin/python -m pip install pytest")


def test_a_test_that_hangs_is_ended_with_all_it_started(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    body = (
        "import subprocess, sys, time\n"
        "def test_it():\n"
        "    child = 'import time; time.sleep(300)'\n"
        "    argv = [sys.executable, '-c', child, 'left-behind']\n"
        "    subprocess.Popen(argv)\n"
        "    subprocess.Popen(argv, start_new_session=True)\n"
        "    time.sleep(300)\n"
    )
    root = project(TESTS % 3, test_app_py=body)
    assert status(gatekeeper, root) == (2, "error", "timed-out")
    assert _processes("left-behind") == []


def test_a_test_process_killed_by_a_signal_has_crashed(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    body = "import os\ndef test_it():\n    os.kill(os.getpid(), 9)\n"
    root = project(TESTS % 60, test_app_py=body)
    assert status(gatekeeper, root) == (2, "error", "crashed")


def test_a_test_that_outlives_the_run_in_a_session_of_its_own_is_ended(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    body = (
        "import subprocess, sys\n"
        "def test_it():\n"
        "    child = 'import time; time.sleep(300)'\n"
        "    argv = [sys.executable, '-c', child, 'daemonised']\n"
        "    subprocess.Popen(argv, start_new_session=True)\n"
    )
    root = project(TESTS % 60, test_app_py=body)
    assert status(gatekeeper, root) == (0, "passed", "completed")
    assert _processes("daemonised") == []


def test_output_that_cannot_be_read_is_no_result(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    policy = (
        "version: 1\nsource: [app.py]\n"
        "tools: {flake8: {args: ['--statistics']}}\n"
        "gates: {lint: {tool: flake8, max: 0}}\n"
    )
    root = project(policy, app_py="import os\n")
    assert status(gatekeeper, root) == (2, "error", "unreadable")


def test_skipped_and_pending_are_said_in_the_answer(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    policy = (
        "version: 1\nsource: [app.py]\ngates:\n"
        "  lint: {tool: flake8, max: 0}\n"
        "  types: {tool: mypy, max: 0}\n"
        "  review: {attest: the security team has looked at it}\n"
    )
    root = project(policy, app_py="X = 1\n")
    answer = gatekeeper("check", "--skip", "types", "-f", "json", cwd=root)
    assert answer.statuses == {
        "lint": "passed",
        "types": "skipped",
        "review": "pending",
    }
    assert answer.code == 0
    console = gatekeeper("check", "--skip", "types", cwd=root).stdout
    assert "passed, 1 gate skipped, 1 gate pending" in console


def test_where_nothing_was_measured_there_is_no_yes(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="X = 1\n")
    answer = gatekeeper("check", "--skip", "lint", "-f", "json", cwd=root)
    assert (answer.code, answer.report["verdict"]) == (2, "error")


def test_a_gate_for_ci_decides_only_there(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    policy = (
        "version: 1\nsource: [app.py]\ngates:\n"
        "  lint: {tool: flake8, max: 0}\n"
        "  security: {tool: bandit, max: 0, blocking: ci}\n"
    )
    root = project(policy, app_py="X = 1\nassert X\n")
    assert gatekeeper("check", cwd=root).code == 0
    assert gatekeeper("check", cwd=root, extra={"CI": "true"}).code == 1


def test_fail_fast_ends_the_rest(gatekeeper: Gatekeeper, project: Project) -> None:
    policy = (
        "version: 1\nsource: [app.py]\ntests: [test_app.py]\ngates:\n"
        "  tests: {tool: pytest, max: 0}\n  lint: {tool: flake8, max: 0}\n"
    )
    body = "import time\ndef test_it():\n    time.sleep(120)\n"
    root = project(policy, app_py="import os\n", test_app_py=body)
    started = time.monotonic()
    answer = gatekeeper("check", "--fail-fast", "-j2", "-f", "json", cwd=root)
    assert time.monotonic() - started < 100
    assert answer.code == 1
    assert answer.statuses == {"tests": "skipped", "lint": "failed"}
    assert "lint failed" in answer.gate("tests")["reason"]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_every_child_and_what_is_known_is_reported(
    project: Project, environment: dict[str, str], number: signal.Signals, code: int
) -> None:
    marker = f"interrupted-{code}"
    policy = (
        "version: 1\nsource: [app.py]\ntests: [test_app.py]\ngates:\n"
        "  tests: {tool: pytest, max: 0}\n  lint: {tool: flake8, max: 0}\n"
    )
    body = (
        "import pathlib, subprocess, sys, time\n"
        "def test_it():\n"
        "    child = 'import time; time.sleep(300)'\n"
        f"    subprocess.Popen([sys.executable, '-c', child, '{marker}'])\n"
        "    pathlib.Path('running').touch()\n"
        "    time.sleep(300)\n"
    )
    root = project(policy, app_py="X = 1\n", test_app_py=body)
    child = subprocess.Popen(
        command("check", "-f", "json", "-j2"),
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for(root / "running")
    time.sleep(2)  # long enough for flake8 to be done
    child.send_signal(number)
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == code
    assert "Traceback" not in stderr
    assert '"interrupted": true' in stdout
    assert '"id": "lint"' in stdout and f'"exit_code": {code}' in stdout
    assert _processes(marker) == []


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path.name} did not appear")


def _processes(word: str) -> list[str]:
    """Command lines of living processes that name a word (Linux)."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        if word.encode() in line and int(pid) != os.getpid():
            found.append(line.decode("utf-8", "replace"))
    return found


@pytest.mark.parametrize(
    ("body", "expected", "code"),
    [
        ("- [x] **Security Review**: done by @a\n", "passed", 0),
        ("- [ ] **Security Review**: not yet\n", "failed", 1),
        ("- [x] something else\n", "failed", 1),
        ("```\n- [x] Security review\n```\n", "failed", 1),
        ("", "failed", 1),
    ],
)
def test_a_person_s_gate_is_answered_by_the_pull_request(
    gatekeeper: Gatekeeper, project: Project, body: str, expected: str, code: int
) -> None:
    policy = (
        "version: 1\nsource: [app.py]\ngates:\n"
        "  lint: {tool: flake8, max: 0}\n"
        "  review: {attest: Security review}\n"
    )
    root = project(policy, app_py="X = 1\n")
    (root / "body.md").write_text(body)
    answer = gatekeeper("check", "--pr-body", "body.md", "-f", "json", cwd=root)
    assert answer.gate("review")["status"] == expected
    assert answer.code == code
