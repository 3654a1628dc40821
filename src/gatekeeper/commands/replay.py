"""The whole answer once more, where nothing at all has changed since.

This comes before everything else, so it imports as little as it can: neither the policy
nor the options are read again, since both are as they were.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from gatekeeper.cache.contents import content
from gatekeeper.cache.observation import digest, observe
from gatekeeper.cache.standing import Standing, surroundings
from gatekeeper.cache.store import Store, home
from gatekeeper.commands.deliver import NO_POLICY, Call, deliver, exit_code
from gatekeeper.commands.output import Terminal
from gatekeeper.commands.texts import Texts
from gatekeeper.engine.environment import counting
from gatekeeper.engine.process import Processes
from gatekeeper.engine.questions import git_at
from gatekeeper.policy.locate import locate
from gatekeeper.project import revision
from gatekeeper.project.interpreter import choose
from gatekeeper.project.uncommitted import changes
from gatekeeper.reporters import Style

if TYPE_CHECKING:
    from gatekeeper.model import Report

_KIND = "answers"
#: Characters of a report that is not worth to be kept a second time.
_LARGE = 20_000_000


def replay(arguments: Sequence[str], environment: Mapping[str, str]) -> int | None:
    """The exit code of the same command as before; None where it has to be run."""
    began = monotonic()
    store = Store(home())
    answer = store.read(_KIND, _name(arguments))
    if answer is None or store.problem():
        return None
    try:
        call, standing = _call(answer["call"]), Standing.of(answer["standing"])
    except (LookupError, TypeError, ValueError):
        return None  # of another version
    if _origin(call) != answer["origin"]:
        return None
    now = _now(store, standing, environment, part=_is_part(answer["report"]))
    if now is None:
        return None
    document = {
        **answer["report"],
        "started": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration_seconds": monotonic() - began,
        "revision": now,
    }
    terminal = Terminal.of(environment, sys.stdout, sys.stderr)
    if answer["origin"]["policy"] is None:
        terminal.say(NO_POLICY)
    if not call.quiet and not terminal.live:
        _tell(document, terminal)
    texts = Texts(document, answer["texts"], Path(standing.places.root))
    delivered = deliver(texts.render, Path(standing.places.root), terminal, call)
    if texts.new:
        store.write(_KIND, _name(arguments), {**answer, "texts": texts.kept})
    return exit_code(document["exit_code"], delivered=delivered)


def keep_answer(
    arguments: Sequence[str], call: Call, report: Report, standing: Standing
) -> None:
    """Keep a report for the next time that the same command is given."""
    from gatekeeper.reporters.json_report import render

    runs = tuple(
        replace(
            run,
            cached=True,
            duration_seconds=0.0,
            saved_seconds=run.saved_seconds + run.duration_seconds,
        )
        for run in report.runs
    )
    text = render(replace(report, runs=runs), Style())
    if len(text) <= _LARGE:
        answer = {
            "call": _plain(call),
            "origin": _origin(call),
            "standing": standing.packed(),
            "report": json.loads(text),
            "texts": {},
        }
        Store(home()).write(_KIND, _name(arguments), answer)


def _tell(document: Mapping[str, Any], terminal: Terminal) -> None:
    """What the plain progress says of runs that were looked up."""
    for run in document["runs"]:
        for gate in document["gates"]:
            if gate["tool"] == run["tool"]:
                terminal.say(f"{gate['id']}: {gate['status']} ({run['tool']}, cached)")


def _is_part(document: Mapping[str, Any]) -> bool:
    """Whether a report may be merged with others, so that the exact state counts."""
    gates = document["gates"]
    skipped = any(gate["status"] == "skipped" for gate in gates)
    return skipped or len(gates) < len(document.get("declared", ()))


def _now(
    store: Store, standing: Standing, environment: Mapping[str, str], *, part: bool
) -> dict[str, Any] | None:
    """The state of the checkout, if nothing changed that the answer follows from."""
    root, python = Path(standing.places.root), standing.places.python
    if python and choose(standing.interpreter, root, environment).path != python:
        return None
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as folder:
        git = git_at(root, environment, Path(folder), Processes())
        told: dict[str, Any] = {}

        def ask() -> None:
            told["tracked"] = revision.tracks(git, root, store.folder)
            told["ignored"] = digest(sorted(revision.ignored(git)))
            state = dict(revision.state(git))
            found = changes(git, root) if part and state["dirty"] else None
            told["state"] = {**state, "changes": found} if found else state

        asking = threading.Thread(target=ask)
        asking.start()
        seen = observe(standing.places).digest()
        asking.join()
    counted = counting(environment, standing.allowed, project=standing.project)
    state: dict[str, Any] | None = told.get("state")
    if state is None or told["tracked"]:
        return None
    holds = standing.holds(seen, surroundings(counted), told["ignored"])
    return state if holds else None


def _name(arguments: Sequence[str]) -> str:
    return digest(list(arguments), os.getcwd())


def _origin(call: Call) -> dict[str, Any]:
    """Which policy counts for which folder, wherever links may lead today."""
    policy = _policy(call)
    root = call.root or (Path(policy[1]).parent if policy else Path.cwd())
    return {"policy": policy, "root": os.path.realpath(root)}


def _policy(call: Call) -> list[str] | None:
    """Which policy counts and what it says; None where it is the built-in one."""
    path = call.config or locate(Path.cwd(), call.root)
    if path is None:
        return None
    try:
        return [str(path), os.path.realpath(path), content(str(path))]
    except OSError as error:
        return [str(path), f"{error.strerror}"]


def _plain(call: Call) -> dict[str, Any]:
    return {
        "config": None if call.config is None else str(call.config),
        "root": None if call.root is None else str(call.root),
        "format": call.format,
        "outputs": [[name, str(path)] for name, path in call.outputs],
        "quiet": call.quiet,
        "verbose": call.verbose,
        "annotations": call.annotations,
    }


def _call(value: Mapping[str, Any]) -> Call:
    config, root = value["config"], value["root"]
    return Call(
        config=None if config is None else Path(config),
        root=None if root is None else Path(root),
        format=value["format"],
        outputs=tuple((name, Path(path)) for name, path in value["outputs"]),
        quiet=value["quiet"],
        verbose=value["verbose"],
        annotations=value["annotations"],
    )
