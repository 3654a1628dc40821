"""The pull request of the shop: filled, signed, and found out where it lies."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Answer, Gatekeeper

pytestmark = pytest.mark.e2e

HERE = Path(__file__).parent
TEMPLATE = Path(".github/pull_request_template.md")
#: What the shop does not have.
MOOT = ("Integration Tests", "Database Tests", "Cache Tests", "Database Performance")


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, timeout=60)


@pytest.fixture
def change(shop: Path) -> Path:
    """The shop under the profile, on a branch that touches its authentication."""
    shutil.copytree(HERE / "variants" / "migration", shop, dirs_exist_ok=True)
    git(shop, "init", "-q", "-b", "main")
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "the service")
    git(shop, "checkout", "-q", "-b", "change")
    path = shop / "src" / "shop" / "auth.py"
    path.write_text(path.read_text() + "\n# A closer look at tokens.\n")
    git(shop, "commit", "-qam", "a change")
    return shop


def template(gatekeeper: Gatekeeper, shop: Path, tmp_path: Path) -> str:
    """The template that init writes."""
    other = tmp_path / "fresh"
    other.mkdir()
    answer = gatekeeper("init", "--profile", "flask-migration", cwd=other)
    assert answer.code == 0
    return (other / TEMPLATE).read_text("utf-8")


def by_people(body: str, signature: str) -> str:
    """What people do: tick, give reasons, sign, choose one kind of migration."""
    lines = []
    for line in body.splitlines():
        if any(f"**{title}**" in line for title in MOOT):
            line = f"{line} N/A: this service has none"
        elif "**Security Team Approval**" in line:
            line = f"{line.replace('[ ]', '[x]')} @alice {signature}"
        elif "[ ]" in line and not in_migration_type(line):
            line = line.replace("[ ]", "[x]", 1)
        lines.append(line)
    return "\n".join(lines).replace("- [ ] Business logic", "- [x] Business logic")


def in_migration_type(line: str) -> bool:
    return "**" not in line and line.startswith("- ")


def check(gatekeeper: Gatekeeper, shop: Path, body: str | None, *more: str) -> Answer:
    """Check with a body; the shop's branch came from main."""
    arguments = ["check", "-f", "json", *more]
    if body is not None:
        (shop / "body.md").write_text(body, "utf-8")
        arguments += ["--pr-body", "body.md"]
    (shop / ".git" / "info" / "exclude").write_text("body.md\n")
    return gatekeeper(*arguments, cwd=shop)


def states(answer: Answer) -> dict[str, int]:
    """How many boxes stand in which state."""
    found: dict[str, int] = {}
    for gate in answer.report["gates"]:
        for box in gate.get("boxes", []):
            found[str(box["state"])] = found.get(str(box["state"]), 0) + 1
    return found


def test_from_the_template_to_the_merge(
    gatekeeper: Gatekeeper, change: Path, tmp_path: Path
) -> None:
    empty = template(gatekeeper, change, tmp_path)
    first = check(gatekeeper, change, None)
    wrong = {
        name: first.gate(name)["reason"]
        for name, status in first.statuses.items()
        if status in ("failed", "error")
    }
    assert wrong == {}
    assert first.code == 0

    (change / "empty.md").write_text(empty, "utf-8")
    filled = gatekeeper("summary", "--template", "empty.md", cwd=change)
    (change / "empty.md").unlink()
    assert filled.code == 0
    assert re.search(r"- \[x\] \*\*flake8 Linting\*\*.*0 findings", filled.stdout)
    assert re.search(
        r"- \[x\] \*\*Unit Test Coverage\*\*.*core-coverage", filled.stdout
    )
    assert "- [ ] **Business Logic**" in filled.stdout
    assert "src/shop/auth.py" in filled.stdout
    assert "Success: no issues found" in filled.stdout
    assert len(filled.stdout) < 65_536

    waiting = check(gatekeeper, change, filled.stdout)
    assert waiting.code == 1
    approval = waiting.gate("security-approval")
    assert approval["status"] == "failed"
    assert "auth.py was changed" in approval["notes"][0]
    assert states(waiting)["waiting"] > 30
    digest = re.search(r"@name ([0-9a-f]{12})", approval["reason"])
    assert digest

    signed = check(gatekeeper, change, by_people(filled.stdout, digest[1]))
    wrong = {
        name: signed.gate(name)["reason"]
        for name, status in signed.statuses.items()
        if status in ("failed", "error")
    }
    assert wrong == {}
    assert signed.code == 0
    assert set(states(signed)) <= {"agrees", "open", "not applicable"}


def test_what_a_body_claims_is_held_against_the_run(
    gatekeeper: Gatekeeper, change: Path, tmp_path: Path
) -> None:
    body = by_people(template(gatekeeper, change, tmp_path), "0123456789ab")
    shutil.copytree(HERE / "variants" / "lint-finding", change, dirs_exist_ok=True)
    pasted = "### Static Analysis Results\n\n```\n$ flake8\nflake8: 0 findings\n```\n"
    body = body.replace("### Static Analysis Results\n", pasted)
    body = re.sub(r"- \[x\] \*\*Compliance.*\n", "", body)
    gates = ("lint", "security-approval", "compliance", "evidence", "migration-type")
    shutil.copy(HERE / "variants" / "migration" / "gates.yaml", change)
    answer = check(gatekeeper, change, body, *gates)
    assert answer.code == 1
    lint = answer.gate("lint")
    assert lint["boxes"][0]["state"] == "contradicted"
    line = lint["boxes"][0]["line"]
    assert "**flake8 Linting**" in body.splitlines()[line - 1]
    assert f"line {line} of the pull request is ticked all the same" in lint["reason"]
    assert "@alice signed" in answer.gate("security-approval")["reason"]
    assert answer.gate("security-approval")["boxes"][0]["state"] == "stale"
    assert answer.gate("compliance")["boxes"][0]["state"] == "missing"
    evidence = [f["message"] for f in answer.gate("evidence")["findings"]]
    assert any("0 findings of flake8 pasted, 2 measured" in text for text in evidence)
    assert answer.statuses["migration-type"] == "passed"


def test_the_body_of_the_event_is_found(
    gatekeeper: Gatekeeper, project: Callable[..., Path]
) -> None:
    root = project("version: 1\ngates: {parity: {attest: the same answers}}\n")
    event = root / "event.json"
    found = {"GITHUB_EVENT_PATH": str(event)}
    for text, code in (
        ('{"pull_request": {"body": "- [x] the same answers"}}', 0),
        ('{"pull_request": {"body": "- [ ] the same answers"}}', 1),
        ('{"pull_request": {"body": null}}', 1),
        ('{"pull_request": ', 2),
    ):
        event.write_text(text)
        answer = gatekeeper("check", cwd=root, extra=found)
        assert answer.code == code, answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr


def test_a_person_alone_decides_nothing_without_a_body(
    gatekeeper: Gatekeeper, project: Callable[..., Path]
) -> None:
    root = project("version: 1\ngates: {parity: {attest: the same answers}}\n")
    answer = gatekeeper("check", "-f", "json", cwd=root)
    assert (answer.code, answer.statuses) == (2, {"parity": "pending"})
