"""Results that are used again: told to the reader, right, and never kept by mistake."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from harness import Answer, Gatekeeper

pytestmark = pytest.mark.e2e

Project = Callable[..., Path]
POLICY = """version: 1
source: [src]
tools: {flake8: {}}
gates: {lint: {tool: flake8, max: 0}, security: {tool: bandit, max: 0}}
"""
TESTED = """version: 1
source: [src]
tests: [tests]
tools: {pytest: {cache: true}}
gates: {tests: {tool: pytest, max: 0}, coverage: {tool: coverage, min: 99}}
"""
FILES = {
    "src__a_py": "import os\n",
    "src__b_py": "X = 1\n",
    "src__c_py": "C = 'a rather long line'\n",
}
SHORT = "{max_line_length: 20}"
JSON = ("check", "-f", "json")


def settle() -> None:
    """Let the files grow older than the coarsest clock can tell."""
    time.sleep(2.1)


def cached(answer: Answer) -> dict[str, bool]:
    return {run["tool"]: run["cached"] for run in answer.report["runs"]}


def verdicts(answer: Answer) -> tuple[int, dict[str, Any]]:
    """What is said of each gate, but for how it was found out."""
    gates = answer.report["gates"]
    kept = ("status", "value", "reason", "findings", "findings_omitted")
    return answer.code, {g["id"]: [g.get(name) for name in kept] for g in gates}


def test_the_same_check_is_replayed_and_says_so(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(POLICY, **FILES)
    settle()
    arguments = (*JSON, "-o", "markdown=r.md", "-o", "json=r.json")
    first = gatekeeper(*arguments, cwd=root)
    assert cached(first) == {"flake8": False, "bandit": False}
    for name in ("r.md", "r.json"):
        (root / name).unlink()
    again = gatekeeper(*arguments, cwd=root)
    assert cached(again) == {"flake8": True, "bandit": True}
    assert verdicts(again) == verdicts(first) and again.code == first.code == 1
    assert all(run["saved_seconds"] > 0 for run in again.report["runs"])
    assert json.loads((root / "r.json").read_text()) == again.report
    assert "failed, cached" in (root / "r.md").read_text()
    for format_, told in (
        ("console", "failed  cached"),
        ("markdown", "failed, cached"),
    ):
        for _ in range(2):  # from single results, then as a whole
            shown = gatekeeper("check", "-f", format_, cwd=root)
            assert told in shown.stdout and "F401" in shown.stdout and shown.code == 1
            assert "lint: failed (flake8, cached)" in shown.stderr
    kept = gatekeeper("summary", "-f", "json", cwd=root)
    assert cached(kept) == {"flake8": True, "bandit": True}


def test_every_change_is_noticed_and_only_what_it_concerns_is_examined(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(POLICY, **FILES)
    gatekeeper(*JSON, cwd=root)
    source, strict = root / "src", POLICY.replace("{}", SHORT)
    steps: list[tuple[Callable[[], object], str]] = [
        (lambda: (source / "b.py").write_text("import re\n"), "1 of 3"),
        (lambda: (source / "a.py").write_text("import os  # noqa: F401\n"), "1 of 3"),
        (lambda: (source / "c.py").rename(source / "d.py"), "1 of 3"),
        (lambda: (source / "b.py").unlink(), "none"),
        (lambda: (source / "a.py").write_text("import os\n"), "none"),  # as it was
        (lambda: (root / "gates.yaml").write_text(strict), "all by flake8"),
    ]
    seen = []
    for change, examined in steps:
        change()
        answer = gatekeeper(*JSON, cwd=root)
        seen.append(verdicts(answer))
        assert seen[-1] == verdicts(gatekeeper(*JSON, "--no-cache", cwd=root)), examined
        notes = [note for run in answer.report["runs"] for note in run["notes"]]
        told = f"{examined} files examined, the others have not changed"
        assert notes.count(told) == (2 if examined == "1 of 3" else 0), notes
        assert cached(answer)["flake8"] is (examined == "none")
        assert cached(answer)["bandit"] is (examined != "1 of 3")
    same = [one == other for one, other in pairwise(seen)]
    assert same == [False, True, False, False, False]  # a renamed file is as clean


def test_nothing_is_kept_without_the_cache_and_clear_drops_it(
    gatekeeper: Gatekeeper, project: Project, environment: dict[str, str]
) -> None:
    root = project(POLICY, **FILES)
    settle()
    gatekeeper(*JSON, "--no-cache", cwd=root)
    assert not list(Path(environment["HOME"]).rglob("results*/*/*"))
    assert gatekeeper("cache", "show", cwd=root).stdout.count("\n") == 1
    gatekeeper(*JSON, cwd=root)
    shown = gatekeeper("cache", "show", cwd=root)
    folder = Path(shown.stdout.splitlines()[0])
    assert folder.is_relative_to(environment["HOME"]) and "files: 2, " in shown.stdout
    unused = gatekeeper(*JSON, "--no-cache", cwd=root)
    assert cached(unused) == {"flake8": False, "bandit": False}
    assert gatekeeper("cache", "show", cwd=root).stdout == shown.stdout
    cleared = gatekeeper("cache", "clear", cwd=root)
    assert cleared.code == 0 and str(folder) in cleared.stdout
    assert not folder.exists()
    assert cached(gatekeeper(*JSON, cwd=root)) == {"flake8": False, "bandit": False}


def test_results_that_came_with_the_repository_are_not_believed(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(POLICY, **FILES)
    extra = {"XDG_CACHE_HOME": str(root / ".cache")}
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    settle()
    gatekeeper(*JSON, cwd=root, extra=extra)
    known = gatekeeper(*JSON, cwd=root, extra=extra)
    assert set(cached(known).values()) == {True} and "remarks" not in known.report
    subprocess.run(["git", "add", "-f", ".cache"], cwd=root, check=True)
    answer = gatekeeper(*JSON, cwd=root, extra=extra)
    assert set(cached(answer).values()) == {False}
    (remark,) = answer.report["remarks"]
    assert "may have come with the repository" in remark
    assert remark[:30] in gatekeeper("check", cwd=root, extra=extra).stdout


def test_a_run_that_was_no_proof_is_not_kept(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    body = "import time\n\ndef test_it(): time.sleep(1.5)\n"
    root = project(TESTED, src__b_py="X = 1\n", tests__test_b_py=body)
    hasty = TESTED.replace("cache: true", "cache: true, timeout: 1")
    (root / "hasty.yaml").write_text(hasty)
    settle()
    for policy, code, hit in (
        ("hasty.yaml", 2, False),
        ("gates.yaml", 0, False),
        ("gates.yaml", 0, True),
        ("hasty.yaml", 0, True),  # how long to wait says nothing of the result
    ):
        answer = gatekeeper(*JSON, "tests", "--config", policy, cwd=root)
        assert (answer.code, cached(answer)) == (code, {"pytest": hit}), policy


def test_tests_are_run_again_unless_the_policy_says_otherwise(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    body = "import sys\nsys.path[:0] = ['src']\nimport b\n\ndef test_it(): assert b.X\n"
    root = project(TESTED, src__b_py="X = 1\n", tests__test_b_py=body)
    always = root / "always.yaml"
    always.write_text(TESTED.replace("true", "false"))
    alone = gatekeeper(*JSON, "tests", cwd=root)
    assert alone.code == 0 and cached(alone) == {"pytest": False}
    # Nothing is known of the coverage, so the tests have to be run once more.
    both = gatekeeper(*JSON, cwd=root)
    assert both.code == 0 and cached(both) == {"pytest": False, "coverage": False}
    known = gatekeeper(*JSON, cwd=root)
    assert cached(known) == {"pytest": True, "coverage": True}
    only = gatekeeper(*JSON, "coverage", cwd=root)
    assert verdicts(only)[1]["coverage"] == verdicts(both)[1]["coverage"]
    (root / "src" / "b.py").write_text("X = 0\n")
    for gates in ((), ("tests",)):
        broken = gatekeeper(*JSON, *gates, cwd=root)
        assert broken.code == 1 and set(cached(broken).values()) == {False}
    for policy, hit in ((always, False), (root / "gates.yaml", True)):
        again = gatekeeper(*JSON, "tests", "--config", str(policy), cwd=root)
        assert again.code == 1 and cached(again) == {"pytest": hit}


def test_advisories_are_asked_again_after_the_hours_that_the_policy_says(
    gatekeeper: Gatekeeper, shop: Path
) -> None:
    (shop / "never.yaml").write_text(
        (shop / "gates.yaml")
        .read_text()
        .replace("safety: {", "safety: {cache_hours: 0, ")
    )
    seen = []
    for policy in ("never.yaml", "gates.yaml", "gates.yaml", "never.yaml"):
        answer = gatekeeper(*JSON, "vulnerabilities", "--config", policy, cwd=shop)
        assert answer.code == 0
        seen.append(cached(answer)["safety"])
    assert seen == [False, False, True, False]


def test_two_at_the_same_time_are_both_right(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(POLICY, **FILES)
    fresh = verdicts(gatekeeper(*JSON, "--no-cache", cwd=root))
    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            both = [pool.submit(gatekeeper, *JSON, cwd=root) for _ in range(2)]
            assert [verdicts(each.result()) for each in both] == [fresh, fresh]
    assert set(cached(gatekeeper(*JSON, cwd=root)).values()) == {True}
