"""Load tests of the services in `migration/`, with the programs that people use.

What is absent skips a test, with the reason; in CI it fails it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.commands.output import is_set

MIGRATION = Path(__file__).with_name("migration")
#: What the delayed variant of the port waits in every answer. It takes some 5 ms
#: without, so that a limit of 60 % is far from both.
DELAY = ("--delay", "100")
_SECONDS = 60
_NPM = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
#: By itself npm waits minutes for a registry that is not there.
_IMPATIENT = [
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=2000",
]


class Project:
    """A copy of `migration/`, where each measurement is made once and kept."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(MIGRATION, root)

    def need(self, program: str, service: str = "flask") -> None:
        """Skip the test, or fail it in CI, where something is absent."""
        reason = ""
        if program == "ab" and shutil.which("ab") is None:
            reason = "ab is not installed; Debian has it in apache2-utils"
        if program == "locust" and importlib.util.find_spec("locust") is None:
            reason = "locust is not installed; the extra `test` has it"
        if program == "autocannon" or service == "express":
            reason = self._without_packages
        if reason and is_set(os.environ.get("CI", "")):
            pytest.fail(reason)
        if reason:
            pytest.skip(reason)

    def results(self, program: str, service: str, *options: str) -> str:
        """The name of a file below the root with the results of one run."""
        self.need(program, service)
        name = "-".join([program, service, *options]).replace("/", "") + ".out"
        if not (self.root / name).exists():
            text = self._measure(program, service, *options)
            (self.root / name).write_text(text, "utf-8")
        return name

    def write_policy(self, options: dict[str, Any], **gates: dict[str, Any]) -> None:
        """A gates.yaml with performance gates only."""
        policy = {
            "version": 1,
            "tools": {"performance": options},
            "gates": {
                name: {"tool": "performance", **gate} for name, gate in gates.items()
            },
        }
        # JSON is YAML.
        (self.root / "gates.yaml").write_text(json.dumps(policy), "utf-8")

    @functools.cached_property
    def _without_packages(self) -> str:
        """Why the packages of package.json are not there; empty where they are."""
        for program in ("node", "npm"):
            if shutil.which(program) is None:
                return f"{program} is not installed"
        try:
            done = subprocess.run(
                [*_NPM, *_IMPATIENT],
                cwd=self.root / "express",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"`npm ci` took more than {_SECONDS} seconds; is there a network?"
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        return "; ".join(["`npm ci` failed", *errors[:4]]) if done.returncode else ""

    def _measure(self, program: str, service: str, *options: str) -> str:
        kept = {n: os.environ[n] for n in ("PATH", "HOME", "TMPDIR") if n in os.environ}
        command = [sys.executable, *measuring(program, service, *options)[1:]]
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=kept,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as child:
            try:
                stdout, stderr = child.communicate(timeout=_SECONDS)
            finally:
                # The script stops its server; this is for the case that it cannot.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        assert child.returncode == 0, stderr
        return stdout


def measuring(program: str, service: str, *options: str) -> list[str]:
    """The words of a command that measures, as `tools.performance.run` wants them."""
    # Two endpoints are as good as three for a verdict, and faster.
    endpoints = [] if "--endpoints" in options else ["--endpoints", "/users", "/orders"]
    script = ["{python}", "measure.py", service, "--with", program]
    return [*script, *options, *endpoints]
