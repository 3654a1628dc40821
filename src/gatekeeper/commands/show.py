"""`gatekeeper list`, `explain` and `schema`: what would be run and what must hold."""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from gatekeeper.commands.account import account
from gatekeeper.commands.output import Terminal, is_set, to_stdout
from gatekeeper.describe import Description, describe
from gatekeeper.errors import UserError
from gatekeeper.policy.load import Policy, load
from gatekeeper.policy.schema import PolicyFile
from gatekeeper.reporters.text import one_line

_SCHEMAS = ("policy", "report", "performance")


def run_list(config: Path | None, root: Path | None) -> int:
    """Every gate of the effective policy, two lines each."""
    policy = load(config, root, Path.cwd())
    lines = [f"policy: {policy.path or 'built-in (no gates.yaml found)'}", ""]
    for gate in _describe(policy, list(policy.content.gates)):
        lines.append(f"{gate.id}: {gate.condition} ({gate.decides})")
        if gate.reproduce:
            lines.append(f"    {one_line(gate.reproduce, 400)}")
    lines += account(policy.content.gates, policy.root)
    return _print(lines)


def run_explain(name: str, config: Path | None, root: Path | None) -> int:
    """Everything about one gate."""
    policy = load(config, root, Path.cwd())
    if name not in policy.content.gates:
        known = list(policy.content.gates)
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
        raise UserError(f"no gate named {name}; {hint}")
    (gate,) = _describe(policy, [name])
    return _print(list(_explanation(gate)))


def run_schema(which: str) -> int:
    """The JSON Schema of gates.yaml, of the report, or of performance results."""
    if which not in _SCHEMAS:
        raise UserError(f"no schema named {which}; known: {', '.join(_SCHEMAS)}")
    if which != "policy":
        published = files("gatekeeper.schemas").joinpath(f"{which}.schema.json")
        return _print([published.read_text("utf-8").rstrip()])
    schema = PolicyFile.model_json_schema(by_alias=True)
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return _print([json.dumps({**dialect, **schema}, indent=2)])


def _describe(policy: Policy, names: list[str]) -> list[Description]:
    in_ci = is_set(os.environ.get("CI", ""))
    return describe(policy, names, dict(os.environ), in_ci=in_ci)


def _explanation(gate: Description) -> Iterator[str]:
    yield f"{gate.id}: {gate.title}"
    yield f"must hold:  {gate.condition}"
    yield f"verdict:    {gate.decides}"
    for command in gate.commands:
        yield f"runs:       {command}"
    if gate.problem:
        yield f"problem:    {one_line(gate.problem, 1000)}"
    if gate.reproduce:
        yield f"by hand:    {gate.reproduce}"
    yield f"to mend:    {gate.fix}"


def _print(lines: list[str]) -> int:
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    return 0 if to_stdout("\n".join(lines) + "\n", terminal) else 2
