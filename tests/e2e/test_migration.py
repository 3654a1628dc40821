"""An Express service and its Flask port under real load: is the port slower?

Of the numbers only the verdicts are asserted. Where something must exceed, it is many
times slower than allowed; where something must pass, it is compared with itself.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from harness import Answer, Gatekeeper
from loadtest import DELAY, Project, measuring

pytestmark = pytest.mark.e2e

PROGRAMS = ("autocannon", "ab", "locust")
LATENCY = {"max": 60, "select": ["latency mean"]}
THROUGHPUT = {"max": 60, "select": ["throughput"]}
#: locust writes its table once a second, so that the last second may be missing.
ACCEPT = {"locust": ["duration"]}


@pytest.fixture(scope="session")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("migration") / "the service")


def check(gatekeeper: Gatekeeper, project: Project, *, code: int) -> Answer:
    """Run all gates, and show the reasons where the exit code is not the expected."""
    answer = gatekeeper("check", "-f", "json", cwd=project.root)
    reasons = [gate["reason"] for gate in answer.report["gates"]]
    assert answer.code == code, (reasons, answer.stderr)
    return answer


def answers(answer: Answer, gate: str) -> set[tuple[str, str]]:
    """Each endpoint with what the gate answered for it."""
    rows = answer.gate(gate)["comparisons"]
    return {(row["subject"], row["answer"]) for row in rows}


def endpoints(program: str) -> set[str]:
    """The endpoints as the program tells them: of ab, nobody learns the method."""
    known = {"ab": {"/users", "/orders"}, "autocannon": {"GET /users", "POST /orders"}}
    every = {"GET /users", "GET /users/:id", "POST /orders", "service"}
    return known.get(program, every)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_port_that_waits_fails_against_express(
    gatekeeper: Gatekeeper, migration: Project, program: str
) -> None:
    sides = {
        "baseline": migration.results(program, "express"),
        "current": migration.results(program, "flask", *DELAY),
        "accept": ACCEPT.get(program, []),
    }
    limit = {"metric": "mean_ms", "max": 50}
    migration.write_policy(sides, latency=LATENCY, throughput=THROUGHPUT, limit=limit)
    answer = check(gatekeeper, migration, code=1)
    assert answer.statuses == dict.fromkeys(
        ("latency", "throughput", "limit"), "failed"
    )
    exceeding = {(endpoint, "exceeds") for endpoint in endpoints(program)}
    assert answers(answer, "latency") == answers(answer, "limit") == exceeding
    assert "no measure of noise" in " ".join(answer.gate("latency")["notes"])


@pytest.mark.parametrize("program", PROGRAMS)
def test_compare_alone_fails_a_port_that_waits_against_one_that_does_not(
    gatekeeper: Gatekeeper, migration: Project, program: str
) -> None:
    sound = migration.results(program, "flask")
    slow = migration.results(program, "flask", *DELAY)
    arguments = ["--baseline", sound, "--current", slow]
    for word in ACCEPT.get(program, []):
        arguments += ["--accept", word]
    arguments += ["--variance-threshold", "60", "--select", "latency mean"]
    answer = gatekeeper("compare", *arguments, "-f", "json", cwd=migration.root)
    assert answer.code == 1, answer.stderr
    exceeding = {(endpoint, "exceeds") for endpoint in endpoints(program)}
    assert answers(answer, "performance") == exceeding


def test_a_port_that_waits_fails_where_gatekeeper_measures(
    gatekeeper: Gatekeeper, migration: Project
) -> None:
    migration.need("ab")
    one = ("--endpoints", "/users")
    run = {
        "command": measuring("ab", "flask", *DELAY, *one),
        "baseline": measuring("ab", "flask", *one),
        # The fewest that give an interval by ranks, whatever the noise looks like.
        "times": 4,
    }
    migration.write_policy({"run": run}, latency=LATENCY)
    answer = check(gatekeeper, migration, code=1)
    assert answers(answer, "latency") == {("/users", "exceeds")}
    (row,) = answer.gate("latency")["comparisons"]
    assert (row["baseline_runs"], row["current_runs"]) == (4, 4)
    assert row["low"] > 60


def test_a_port_measured_against_itself_passes(
    gatekeeper: Gatekeeper, migration: Project
) -> None:
    migration.need("autocannon")
    measure = measuring("autocannon", "flask", "--endpoints", "/users")
    run = {"command": measure, "baseline": measure, "times": 3}
    # Three short runs may leave the interval wide on a busy machine, so that the
    # estimate decides.
    gates: dict[str, dict[str, Any]] = {
        "latency": {**LATENCY, "max": 100, "inconclusive": "pass"},
        "throughput": {**THROUGHPUT, "inconclusive": "pass"},
        "limit": {"metric": "mean_ms", "max": 500},
    }
    migration.write_policy({"run": run}, **gates)
    answer = check(gatekeeper, migration, code=0)
    assert answer.statuses == dict.fromkeys(gates, "passed")
    assert ("GET /users", "exceeds") not in answers(answer, "latency")


def test_programs_may_differ_and_the_report_says_so(
    gatekeeper: Gatekeeper, migration: Project
) -> None:
    sides = {
        "baseline": migration.results("autocannon", "flask"),
        "current": migration.results("ab", "flask", *DELAY),
    }
    migration.write_policy(sides, latency=LATENCY)
    answer = check(gatekeeper, migration, code=1)
    # ab does not tell methods, so its endpoints are found by their routes.
    exceeding = {("GET /users", "exceeds"), ("POST /orders", "exceeds")}
    assert answers(answer, "latency") == exceeding
    notes = " ".join(answer.report["runs"][0]["notes"])
    assert "different programs, autocannon and ab" in notes


@pytest.mark.parametrize("program", ["autocannon", "ab"])
def test_a_service_that_answers_500_is_not_compared(
    gatekeeper: Gatekeeper, migration: Project, program: str
) -> None:
    sides = {
        "baseline": migration.results(program, "flask"),
        "current": migration.results(program, "flask", "--broken", "/users"),
    }
    migration.write_policy(sides, latency={**LATENCY, "max": 100_000})
    answer = check(gatekeeper, migration, code=2)
    gate = answer.gate("latency")
    assert gate["status"] == "error"
    assert re.search(
        r"/users latency mean: current: (\d+) of \1 requests failed"
        r" \(100 %: \d+ answers not 2xx\)",
        gate["reason"],
    )
    found = {
        (row["subject"].split("/")[1], row["answer"]) for row in gate["comparisons"]
    }
    assert found == {("users", "not comparable"), ("orders", "within")}


def test_different_connections_are_not_compared_unless_accepted(
    gatekeeper: Gatekeeper, migration: Project
) -> None:
    sides = {
        "baseline": migration.results("ab", "flask"),
        "current": migration.results("ab", "flask", "--connections", "2"),
    }
    gate = {**LATENCY, "max": 100_000}
    migration.write_policy(sides, latency=gate)
    refused = check(gatekeeper, migration, code=2)
    assert "different connections: 4 and 2" in refused.gate("latency")["reason"]
    migration.write_policy({**sides, "accept": ["connections"]}, latency=gate)
    accepted = check(gatekeeper, migration, code=0)
    assert "which the policy accepts" in " ".join(accepted.report["runs"][0]["notes"])


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["{python}", "-c", "raise SystemExit(3)"], "crashed"),
        (["{python}", "-c", "pass"], "unreadable"),
        (measuring("ab", "flask", "--delay", "not a number"), "crashed"),
    ],
    ids=["fails", "writes nothing", "server does not start"],
)
def test_results_of_an_earlier_run_are_never_judged(
    gatekeeper: Gatekeeper, migration: Project, command: list[str], status: str
) -> None:
    earlier = migration.results("ab", "flask")
    sides = {"baseline": earlier, "current": "now.out"}
    now = migration.root / "now.out"
    text = (migration.root / earlier).read_text("utf-8")
    now.write_text(text, "utf-8")
    migration.write_policy(sides, latency=LATENCY)
    check(gatekeeper, migration, code=0)

    migration.write_policy({**sides, "run": {"command": command}}, latency=LATENCY)
    answer = check(gatekeeper, migration, code=2)
    assert answer.statuses == {"latency": "error"}
    assert answer.report["runs"][0]["status"] == status
    assert now.read_text("utf-8") == text


def test_a_measurement_that_takes_too_long_is_ended_with_its_server(
    gatekeeper: Gatekeeper, migration: Project
) -> None:
    migration.need("ab")
    run = {"command": measuring("ab", "flask", "--seconds", "300"), "times": 1}
    options = {"run": run, "timeout": 3}
    migration.write_policy(options, limit={"metric": "mean_ms", "max": 500})
    answer = check(gatekeeper, migration, code=2)
    assert answer.report["runs"][0]["status"] == "timed-out"
    assert _processes(str(migration.root)) == []


def _processes(word: str) -> list[int]:
    """Living processes that name a word on their command line (Linux)."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in line:
            found.append(int(pid))
    return found
