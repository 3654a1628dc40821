"""Whatever is done to a project: the cached answer is the answer of a fresh run.

GATEKEEPER_PROPERTY_STEPS and GATEKEEPER_PROPERTY_SEED make it walk longer or elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from edits import UNDO, Walk
from quick_tools import QuickTools, warm

import gatekeeper.app
from gatekeeper import start
from gatekeeper.cache import contents, facts, observation, tree
from gatekeeper.cache.installed import stamp
from gatekeeper.cache.tree import Metadata
from gatekeeper.commands import replay

pytestmark = pytest.mark.e2e

STEPS = int(os.environ.get("GATEKEEPER_PROPERTY_STEPS", "60"))
SEED = int(os.environ.get("GATEKEEPER_PROPERTY_SEED", "1"))
TICK = 50_000_000
PARTLY = re.compile(r"\d+ of \d+ files examined, the others have not changed")
UNREADABLE = "error: Cannot decode file"
#: What says when and how something was measured, and not what.
HOW = {"started", "duration_seconds", "cached", "saved_seconds", "command", "exit_code"}
HOW |= {"stderr_tail", "output"}
REAL = tree._of
Report = dict[str, Any]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with warm(tmp_path_factory.mktemp("warm")) as address:
        yield address


class Checker:
    """The command, in this process, so that hundreds of runs take minutes."""

    def __init__(self, walk: Walk, place: Path, capture: pytest.CaptureFixture[str]):
        self._walk, self._capture = walk, capture
        kept = {n: os.environ[n] for n in ("PATH", "TMPDIR") if n in os.environ}
        home = {"HOME": str(place), "XDG_CACHE_HOME": str(place / "cache")}
        self._environment = {**kept, **home, "VIRTUAL_ENV": sys.prefix}
        self.seen: Counter[str] = Counter()

    def check(self, *arguments: str) -> Report:
        argv = ["gatekeeper", "check", "-f", "json", *arguments]
        environment = {**self._environment, **self._walk.environment}
        with (
            patch.object(sys, "argv", argv),
            patch.dict(os.environ, environment, clear=True),
            patch.object(replay, "replay", self._replay),
        ):
            code = start._answer()
        out, err = self._capture.readouterr()
        mistake = {"exit_code": code, "runs": [], "told": err}
        report: Report = json.loads(out) if out else mistake
        assert report["exit_code"] == code and "this is a bug" not in err, err
        for run in report["runs"]:
            partly = any(map(PARTLY.fullmatch, run["notes"]))
            kind = "partial" if partly else "hit" if run["cached"] else "miss"
            self.seen[f"{run['tool']} {kind}"] += "--no-cache" not in arguments
        return report

    def _replay(self, *given: Any, original: Any = replay.replay) -> int | None:
        code: int | None = original(*given)
        self.seen["replayed"] += code is not None
        return code


def essence(value: Any) -> Any:
    """A report without what a cache may change."""
    if isinstance(value, dict):
        return {
            name: essence(inner) for name, inner in value.items() if name not in HOW
        }
    if isinstance(value, list):
        return [essence(item) for item in value if not PARTLY.fullmatch(str(item))]
    return value


def comparable(report: Report) -> Report:
    """Without what mypy found where it gave up: at one unreadable file or another."""
    mypy = [run for run in report["runs"] if run["tool"] == "mypy"]
    given_up = any(not r["examined"] or UNREADABLE in str(r["notes"]) for r in mypy)
    for entry in (*report["gates"], *report["runs"]):
        if entry["tool"] == "mypy" and given_up:
            for name in ("findings", "value", "reason", "notes"):
                entry.pop(name, None)
    return report


def coarse(found: os.stat_result, text: str) -> Metadata:
    """The metadata on a file system that counts in steps of two seconds."""
    mode, size, modified, changed, inode, text = REAL(found, text)
    tick = tree.CLOCK_TICK
    return mode, size, modified - modified % tick, changed - changed % tick, inode, text


@pytest.mark.parametrize("clock", ["fine", "fine, git", "coarse, git"])
def test_a_cached_answer_is_the_answer_of_a_fresh_run(
    clock: str,
    tools: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(QuickTools, "address", tools)
    monkeypatch.setattr(gatekeeper.app, "Processes", QuickTools)
    # Nobody installs anything meanwhile; to look takes longer than all the rest.
    installed = cache(lambda folder: stamp([folder]))
    monkeypatch.setattr(observation, "stamp", lambda folders: installed(*folders))
    packages = sysconfig.get_path("purelib")  # and not what pytest has on its path
    monkeypatch.setattr(observation, "own_search_path", lambda: [packages])
    if clock.startswith("coarse"):
        monkeypatch.setattr(tree, "_of", coarse)
    else:
        for module in (tree, contents, observation, facts):
            monkeypatch.setattr(module, "CLOCK_TICK", TICK)
    walk = Walk(tmp_path, SEED, git="git" in clock)
    monkeypatch.chdir(walk.root)
    checker, told = Checker(walk, tmp_path, capsys), [f"{clock}, seed {SEED}"]
    answers: list[Report] = [{}]
    for number in range(STEPS):
        told += [walk.step()] if number else []
        if walk.random.random() < 0.5:
            time.sleep(2 * TICK / 1e9)  # what is kept now may be replayed
        gates = () if number % 8 == 0 else ("lint", "security")
        if number % 5 == 0:
            disturbed = walk.random.choice([QuickTools.before, QuickTools.after])
            disturbed.append(lambda: told.append(f"meanwhile {walk.step()}"))
            checker.check(*gates)  # may say anything; what it keeps has to be right
            disturbed.clear()
        answers.append(comparable(essence(checker.check(*gates, "--no-cache"))))
        for _ in range(2 if number % 4 == 0 else 1):
            cached = checker.check(*gates)
            assert comparable(essence(cached)) == answers[-1], "\n".join(told)
        if number % 4 == 0 or (told[-1] == UNDO and answers[-3] == answers[-1]):
            assert set(anew(cached)) <= {"mypy"}, "\n".join(told)
    for kind in ("flake8 hit", "flake8 partial", "bandit partial", "flake8 miss"):
        assert checker.seen[kind], checker.seen
    assert checker.seen["replayed"] or clock.startswith("coarse"), checker.seen


def anew(report: Report) -> Iterator[str]:
    """The tools that were run, though there was something to keep from earlier."""
    for run in report["runs"]:
        if run["status"] == "completed" and run["examined"] and not run["cached"]:
            yield run["tool"]
