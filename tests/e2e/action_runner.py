"""Runs the steps of our action as a GitHub runner does, as far as they need it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ACTION = Path(__file__).parents[2] / "action.yml"
#: gatekeeper as a program, and one that only tells how it was called.
REAL = f'#!/bin/sh\nexec "{sys.executable}" -m gatekeeper "$@"\n'
RECORDING = f"""\
#!{sys.executable}
import json, os, sys
env = os.environ.get("VIRTUAL_ENV")
with open(os.environ["SEEN"], "w") as stream:
    json.dump({{"args": sys.argv[1:], "env": env, "cwd": os.getcwd()}}, stream)
sys.exit(int(os.environ.get("CODE", "0")))
"""
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True)
class Answer:
    """How the action ended, its outputs, and its log."""

    code: int
    outputs: Mapping[str, str]
    log: str


def run_action(
    workspace: Path, temp: Path, environment: Mapping[str, str], **inputs: str
) -> Answer:
    """Run all steps up to the first that fails. `-` in names is written `_`."""
    action = yaml.safe_load(ACTION.read_text("utf-8"))
    values = {
        f"inputs.{name}": inputs.pop(name.replace("-", "_"), declared["default"])
        for name, declared in action["inputs"].items()
    }
    assert inputs == {}
    code, log = 0, ""
    for step in action["runs"]["steps"]:
        output = temp / f"output-{step['id']}"
        output.touch()
        code, text = _run(
            step,
            values,
            workspace,
            {
                **environment,
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(ACTION.parent),
                "GITHUB_WORKSPACE": str(workspace),
                "GITHUB_OUTPUT": str(output),
                "RUNNER_TEMP": str(temp),
            },
        )
        log += text
        for line in output.read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            assert name and "<<" not in name, f"{line!r} is no plain output"
            values[f"steps.{step['id']}.outputs.{name}"] = value
        if code:
            break
    outputs = {
        name: _evaluate(declared["value"], values)
        for name, declared in action["outputs"].items()
    }
    return Answer(code, outputs, log)


def program(folder: Path, name: str, text: str) -> Path:
    """A folder with an executable."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return folder


def record(
    workspace: Path, temp: Path, environment: dict[str, str], **inputs: str
) -> tuple[Answer, dict[str, Any]]:
    """The action with a gatekeeper that only tells how it was called."""
    tools = program(temp / "tools", "gatekeeper", RECORDING)
    seen = temp / "seen.json"
    full = {**environment, "SEEN": str(seen)}
    full["PATH"] = f"{tools}:{environment['PATH']}"
    answer = run_action(workspace, temp, full, install="false", **inputs)
    return answer, json.loads(seen.read_text()) if seen.exists() else {}


def _run(
    step: Mapping[str, Any],
    values: Mapping[str, str],
    workspace: Path,
    environment: Mapping[str, str],
) -> tuple[int, str]:
    assert step["shell"] == "bash"
    folder = workspace / _evaluate(step.get("working-directory", "."), values)
    if not folder.is_dir():
        return 1, "the folder does not exist"
    script = Path(environment["RUNNER_TEMP"]) / "script.sh"
    script.write_text(step["run"])
    given = {name: _evaluate(text, values) for name, text in step["env"].items()}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=folder,
        env={**environment, **given},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


def _evaluate(text: str, values: Mapping[str, str]) -> str:
    """Only names are known; what a step did not put out is empty."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return values.get(name, "") if name.startswith("steps.") else values[name]

    found = _EXPRESSION.sub(value, text)
    assert "${{" not in _EXPRESSION.sub("", text), text
    return found
