"""The real tools on a realistic Flask service: healthy, and broken in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Gatekeeper

pytestmark = pytest.mark.e2e

GATES = {
    "lint",
    "types",
    "security",
    "vulnerabilities",
    "tests",
    "coverage",
    "core-coverage",
}


def test_the_healthy_service_passes_every_gate(
    gatekeeper: Gatekeeper, shop: Path
) -> None:
    answer = gatekeeper("check", "-f", "json", cwd=shop)
    assert answer.statuses == dict.fromkeys(GATES, "passed")
    assert (answer.code, answer.report["verdict"]) == (0, "passed")
    runs = {run["tool"]: run for run in answer.report["runs"]}
    assert runs["pytest"]["examined"] == runs["pytest"]["metrics"]["passed"] == 54
    assert runs["safety"]["examined"] == 8
    assert all(run["version"] for run in runs.values())
    assert all(run["examined"] > 0 for run in runs.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lint-finding", {"lint": ("failed", 2)}),
        ("type-error", {"types": ("failed", 1)}),
        ("security-high", {"security": ("failed", 1)}),
        ("vulnerable", {"vulnerabilities": ("failed", 1)}),
        (
            "test-failure",
            {
                "tests": ("failed", 3),
                "coverage": ("failed", 100),
                "core-coverage": ("failed", 100),
            },
        ),
        ("low-coverage", {"core-coverage": ("failed", pytest.approx(88.57, abs=0.01))}),
        (
            "blanket-noqa",
            {
                "lint": ("failed", pytest.approx(2, abs=1)),
                "types": ("failed", pytest.approx(2, abs=1)),
                "security": ("failed", 1),
            },
        ),
    ],
)
def test_a_broken_service_fails_just_the_gates_at_fault(
    gatekeeper: Gatekeeper,
    variant: Callable[[str], Path],
    name: str,
    expected: dict[str, tuple[str, float]],
) -> None:
    answer = gatekeeper("check", "-f", "json", cwd=variant(name))
    assert answer.code == 1
    seen = {g["id"]: (g["status"], g["value"]) for g in answer.report["gates"]}
    assert {gate: seen[gate] for gate in expected} == expected
    others = {g: status for g, (status, _) in seen.items() if g not in expected}
    assert set(others.values()) == {"passed"}


def test_a_syntax_error_fails_what_reads_the_code(
    gatekeeper: Gatekeeper, variant: Callable[[str], Path]
) -> None:
    answer = gatekeeper("check", "-f", "json", cwd=variant("syntax-error"))
    assert answer.code == 1
    for gate in ("lint", "types", "security"):
        assert answer.gate(gate)["status"] == "failed"
        assert answer.gate(gate)["findings"][0]["path"] == "src/shop/reports.py"
    assert answer.gate("tests")["status"] == "passed"
    assert answer.gate("coverage")["status"] == "error"
    assert "src/shop/reports.py" in answer.gate("coverage")["reason"]


def test_settings_in_the_repository_hide_nothing(
    gatekeeper: Gatekeeper, variant: Callable[[str], Path]
) -> None:
    answer = gatekeeper("check", "-f", "json", cwd=variant("hidden-by-config"))
    assert answer.code == 1
    for gate in ("lint", "types", "tests", "coverage", "core-coverage"):
        assert answer.gate(gate)["status"] == "failed", gate
    notes = [note for run in answer.report["runs"] for note in run["notes"]]
    assert "[flake8] in .flake8 does not count here; gates.yaml decides" in notes


def test_a_test_process_that_ends_itself_is_no_proof(
    gatekeeper: Gatekeeper, variant: Callable[[str], Path]
) -> None:
    answer = gatekeeper("check", "-f", "json", cwd=variant("no-tests"))
    assert answer.code == 2
    for gate in ("tests", "coverage", "core-coverage"):
        assert answer.gate(gate)["status"] == "error", gate
    assert answer.gate("lint")["status"] == "passed"


def test_the_console_tells_what_is_wrong_and_what_to_do(
    gatekeeper: Gatekeeper, variant: Callable[[str], Path]
) -> None:
    answer = gatekeeper("check", "lint", cwd=variant("lint-finding"))
    assert answer.code == 1
    assert "src/shop/shipping.py:" in answer.stdout
    assert "F401" in answer.stdout and "C901" in answer.stdout
    assert "2 findings, at most 0 allowed" in answer.stdout
    assert "by hand: flake8 --isolated --max-line-length=88" in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith("failed, 1 gate failed")
    assert "\x1b" not in answer.stdout
    assert "lint: failed (flake8" in answer.stderr


def test_reports_are_written_whole_and_rendered_again(
    gatekeeper: Gatekeeper, shop: Path
) -> None:
    first = gatekeeper(
        "check", "lint", "-o", "json=r.json", "-o", "markdown=r.md", cwd=shop
    )
    assert first.code == 0
    markdown = (shop / "r.md").read_text()
    assert markdown.startswith("## gatekeeper: passed\n")
    kept = gatekeeper("summary", cwd=shop)
    named = gatekeeper("summary", "--report", "r.json", cwd=shop)
    assert kept.stdout == named.stdout == markdown
    assert gatekeeper("summary", "-f", "json", cwd=shop).report["verdict"] == "passed"


@pytest.mark.parametrize("cached", [False, True])
def test_the_same_input_gives_the_same_bytes(
    gatekeeper: Gatekeeper, variant: Callable[[str], Path], cached: bool
) -> None:
    root = variant("lint-finding")
    options = ("lint", "security", "-f", "json", *([] if cached else ["--no-cache"]))
    reports = [gatekeeper("check", *options, cwd=root).report for _ in range(3)][-2:]
    for report in reports:
        del report["started"], report["duration_seconds"]
        for run in report["runs"]:
            assert run["cached"] == cached
            del run["duration_seconds"], run["command"]
    assert reports[0] == reports[1]
