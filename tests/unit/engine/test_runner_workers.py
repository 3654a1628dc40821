"""Tests of a project in one process or several: what is proved is the same.

Starts the real pytest, with pytest-xdist, as a schedule would.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import make_job, measured, options_of, verdict, write_files

from gatekeeper.engine.environment import for_project
from gatekeeper.engine.process import Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.model import Run
from gatekeeper.tools.base import Job
from gatekeeper.tools.coverage import COVERAGE
from gatekeeper.tools.pytest import PYTEST

pytestmark = pytest.mark.e2e

GOOD = {
    "shop.py": "def price(n):\n    if n > 9:\n        return n\n    return n + 1\n",
    "tests/test_a.py": (
        "import pytest\nimport shop\n\n\n@pytest.mark.parametrize('n', range(6))\n"
        "def test_price(n):\n    assert shop.price(n) == n + 1\n"
    ),
    "tests/test_b.py": (
        "import pytest\n\n\ndef test_b():\n    pass\n\n\n"
        "@pytest.mark.skip\ndef test_c():\n    pass\n"
    ),
}
BAD = {
    "tests/test_bad.py": (
        "import os\n\n\ndef test_wrong():\n    assert os.name == 'x'\n"
    )
}
DYING = {"tests/test_dying.py": "import os\n\n\ndef test_it():\n    os._exit(0)\n"}
BOTH = pytest.mark.parametrize("share", [1, 2])


def prepared(
    place: Path, share: int, files: dict[str, str], tool: str = "pytest", **more: Any
) -> Job:
    root = write_files(place.resolve() / "project", files)
    given = {"workers": "auto", **more.pop("options", {})}
    environment = for_project({"PATH": "/usr/bin:/bin"}, place)
    job = make_job(tool, root, given, paths=["tests"], environment=environment, **more)
    return replace(job, workers=share)


def witnesses(job: Job) -> list[str]:
    """The processes that wrote evidence."""
    return sorted(path.stem for path in (job.work / "evidence").iterdir())


@BOTH
def test_all_tests_are_proved_with_any_share(tmp_path: Path, share: int) -> None:
    job = prepared(tmp_path, share, GOOD)
    run = run_tool(PYTEST, job, Processes())
    tests = measured(run)
    assert verdict(run).status == "passed"
    assert {name: int(metric.value) for name, metric in tests.metrics.items()} == {
        **{"failures": 0, "passed": 7, "skipped": 1, "not_passed": 1, "total": 8}
    }
    assert (tests.examined, tests.gaps) == (7, ())
    alone = ["events-main"]
    assert witnesses(job) == (
        ["events-gw0", "events-gw1", *alone] if share > 1 else alone
    )


@BOTH
def test_a_failure_is_found_with_any_share(tmp_path: Path, share: int) -> None:
    run = run_tool(PYTEST, prepared(tmp_path, share, {**GOOD, **BAD}), Processes())
    assert verdict(run).status == "failed"
    assert [finding.path for finding in measured(run).findings] == ["tests/test_bad.py"]


@BOTH
def test_a_test_that_ends_its_process_never_passes(tmp_path: Path, share: int) -> None:
    run = run_tool(PYTEST, prepared(tmp_path, share, {**GOOD, **DYING}), Processes())
    assert verdict(run).status in ("failed", "error")


@BOTH
def test_without_the_plugin_any_share_is_an_error(tmp_path: Path, share: int) -> None:
    """Else the answer would hang on how many processors a machine has."""
    job = prepared(tmp_path, share, GOOD, options={"args": ["-p", "no:xdist"]})
    run = run_tool(PYTEST, job, Processes())
    assert verdict(run).status == "error"
    assert "unrecognized arguments: -n" in run.reason
    assert run.fix.endswith("-m pip install pytest-xdist")


@pytest.mark.parametrize(
    ("workers", "processes"),
    [(None, ["events-main"]), (0, ["events-main"]), (3, ["events-gw0", "events-gw2"])],
)
def test_what_the_policy_says_is_not_for_the_schedule_to_change(
    tmp_path: Path, workers: int | None, processes: list[str]
) -> None:
    job = prepared(tmp_path, 2, GOOD, options={"workers": workers})
    run_tool(PYTEST, job, Processes())
    found = witnesses(job)
    assert set(processes) <= set(found)
    assert len(found) == (4 if workers else 1)


@pytest.mark.parametrize(
    ("workers", "divisible"), [("auto", True), (4, False), (0, False), (None, False)]
)
def test_only_auto_can_use_more_processors(workers: Any, divisible: bool) -> None:
    assert PYTEST.divisible(options_of("pytest", {"workers": workers})) is divisible


def test_coverage_is_the_same_with_any_share(tmp_path: Path) -> None:
    found = [_covered(tmp_path / str(share), share) for share in (1, 2)]
    assert found[0] == found[1] == {"shop.py": (4, 3)}


def _covered(place: Path, share: int) -> dict[str, tuple[int, int]]:
    coverage = {"source": ["."], "exclude": ["tests"]}
    tests = prepared(place, share, GOOD, companions={"coverage": coverage})
    upstream: Run = run_tool(PYTEST, tests, Processes())
    job = make_job(
        "coverage",
        tests.root,
        coverage,
        paths=["shop.py"],
        companions={"pytest": {"workers": "auto"}},
        upstream=upstream,
        upstream_work=tests.work,
        environment=tests.project_environment,
    )
    counts = measured(run_tool(COVERAGE, job, Processes())).counts
    return {path: (one.statements, one.covered) for path, one in counts.items()}
