"""What --fail-fast does to a whole check: what waits never starts, what runs is ended.

Starts the real tools, since only then there is something to end.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support import write_files

from gatekeeper.app import check
from gatekeeper.model import Report
from gatekeeper.policy.load import load
from gatekeeper.session import Request, Watcher

pytestmark = pytest.mark.e2e

POLICY = """\
version: 1
source: [app.py]
tests: [test_app.py]
gates:
  lint: {tool: flake8, max: 0}
  tests: {tool: pytest, max: 0}
  covered: {tool: coverage, min: 0}
  security: {tool: bandit, max: 0}
  variables: {tool: environment, max: 0}
"""
ENDLESS = "import time\n\n\ndef test_it():\n    time.sleep(300)\n"


class Names(Watcher):
    """Which tools began."""

    def __init__(self) -> None:
        self.begun: set[str] = set()

    def started(self, tool: str) -> None:
        self.begun.add(tool)


def checked(
    place: Path, *, fail_fast: bool, jobs: int, test: str
) -> tuple[set[str], Report]:
    files = {"gates.yaml": POLICY, "app.py": "import os\n", "test_app.py": test}
    root = write_files(place.resolve() / "project", files)
    watcher = Names()
    environment = {"PATH": "/usr/bin:/bin"}
    request = Request(jobs=jobs, fail_fast=fail_fast, environment=environment)
    answer = check(load(None, root, root), request, watcher)
    return watcher.begun, answer.report


def test_what_waits_does_not_start_and_what_runs_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    begun, report = checked(tmp_path, fail_fast=True, jobs=2, test=ENDLESS)
    assert time.monotonic() - started < 100
    assert "coverage" not in begun
    gates = {gate.id: gate for gate in report.gates}
    assert gates["lint"].status == "failed"
    for name in ("tests", "covered"):
        assert gates[name].status == "skipped"
        assert gates[name].reason == "not run: --fail-fast, lint failed"
    assert report.exit_code == 1


def test_without_it_everything_is_run(tmp_path: Path) -> None:
    quick = "def test_it():\n    pass\n"
    begun, report = checked(tmp_path, fail_fast=False, jobs=2, test=quick)
    assert begun == {"pytest", "coverage", "flake8", "bandit"}
    assert "skipped" not in {gate.status for gate in report.gates}
