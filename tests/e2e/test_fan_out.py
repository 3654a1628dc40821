"""One check in parts, as jobs of CI make it: `plan`, `check`, `merge`."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from harness import Answer, Gatekeeper

pytestmark = pytest.mark.e2e

GAP = "no part reported it"
EVIDENCE = "  output: {evidence: {Output: [flake8, bandit, pytest]}}\n"
#: What differs from run to run.
TIMES = ("started", "duration_seconds", "runs", "remarks", "gatekeeper")


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, timeout=60)


@pytest.fixture
def checkout(shop: Path) -> Path:
    """The healthy service with one finding too many, and a gate for a person."""
    policy = shop / "gates.yaml"
    text = policy.read_text().replace(
        "{tool: bandit, severity: high, max: 0}",
        "{tool: bandit, severity: high, max: 0, box: Secure}",
    )
    text = text.replace("{tool: flake8, max: 0}", "{tool: flake8, max: 3}")
    policy.write_text(
        f"{text}\n  reviewed: {{attest: A colleague has read it}}\n{EVIDENCE}"
    )
    (shop / ".gitignore").write_text("__pycache__/\n/*.json\n")
    (shop / "src" / "shop" / "extra.py").write_text('"""More."""\n\nimport os\n')
    git(shop, "init", "-q", "-b", "main")
    git(shop, "add", "-A")
    git(shop, "commit", "-q", "-m", "the service")
    return shop


def matrix(gatekeeper: Gatekeeper, root: Path, *arguments: str) -> list[dict[str, Any]]:
    answer = gatekeeper("plan", "--format", "github-matrix", *arguments, cwd=root)
    assert answer.code == 0, answer.stderr
    assert answer.stdout.count("\n") == 1
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["include"]
    return rows


def made(
    gatekeeper: Gatekeeper,
    root: Path,
    row: dict[str, Any],
    extra: dict[str, str] | None = None,
) -> str:
    """One job: the check of its gates, whose report stays in the checkout."""
    name = f"part-{row['name']}.json"
    gates = shlex.split(row["gates"])
    answer = gatekeeper(
        "check",
        *gates,
        "-f",
        "json",
        "-o",
        f"json={name}",
        "--no-cache",
        cwd=root,
        extra=extra,
    )
    assert [gate["id"] for gate in answer.report["gates"]] == gates, answer.stderr
    return name


def told(answer: Answer) -> dict[str, Any]:
    """All of a report that does not depend on the clock."""
    return {k: v for k, v in answer.report.items() if k not in TIMES}


BODY = """- [x] Secure
- [x] A colleague has read it

## Output

```
flake8: 1 findings
pytest: 0 failures
```
"""


def test_parts_give_the_verdict_of_one_check(
    gatekeeper: Gatekeeper, checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "body.md").write_text(BODY)
    asked = ("-f", "json", "--pr-body", str(tmp_path / "body.md"))
    whole = gatekeeper("check", *asked, "-o", "json=whole.json", cwd=checkout)
    assert whole.code == 0
    rows = matrix(gatekeeper, checkout, "--parts", "3")
    assert len(rows) == 3 and all(row["seconds"] > 0 for row in rows)
    times = ("--times", "whole.json", "--parts", "3")
    assert len(matrix(gatekeeper, checkout, *times)) == 3
    parts = [made(gatekeeper, checkout, row) for row in rows]
    merged = gatekeeper("merge", *asked, *parts, cwd=checkout)
    assert (merged.code, merged.stderr) == (0, "")
    assert told(merged) == told(whole)
    assert merged.gate("lint")["findings"][0]["rule"] == "F401"
    tools = [sorted(run["tool"] for run in a.report["runs"]) for a in (merged, whole)]
    assert tools[0] == tools[1]
    said = {*whole.report["remarks"], "merged from 3 reports"}
    assert {*merged.report["remarks"]} == said
    kept = gatekeeper("summary", "-f", "json", cwd=checkout)
    assert kept.report == merged.report
    files = [f"{checkout}/{part}" for part in parts]
    apart = gatekeeper("merge", "-f", "json", *files, cwd=tmp_path)
    lost = [g["id"] for g in apart.report["gates"] if g["reason"] == GAP]
    assert (apart.code, lost) == (2, ["reviewed", "output"])  # without the policy


def test_jobs_of_a_pull_request_see_its_text_too(
    gatekeeper: Gatekeeper, checkout: Path, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    text = BODY.replace("[x] Secure", "[ ] Secure").replace("1 findings", "2 findings")
    event.write_text(json.dumps({"pull_request": {"body": text}}))
    github = {"GITHUB_EVENT_PATH": str(event)}
    whole = gatekeeper("check", "-f", "json", cwd=checkout, extra=github)
    names = ("lint security", "types vulnerabilities", "tests coverage core-coverage")
    rows = [{"name": str(i), "gates": gates} for i, gates in enumerate(names)]
    parts = [made(gatekeeper, checkout, row, github) for row in rows]
    merged = gatekeeper("merge", "-f", "json", *parts, cwd=checkout, extra=github)
    assert told(merged) == told(whole) and merged.code == whole.code == 1
    assert merged.statuses["output"] == "failed"
    (box,) = merged.gate("security")["boxes"]
    assert box["state"] == "understated"


def test_a_part_that_never_reported(gatekeeper: Gatekeeper, checkout: Path) -> None:
    rows = matrix(gatekeeper, checkout, "lint", "types", "security", "--parts", "9")
    assert [row["seconds"] for row in rows] == [None, None, None]
    parts = [made(gatekeeper, checkout, row) for row in rows]
    answer = gatekeeper("merge", "-f", "json", *parts, cwd=checkout)
    assert answer.code == 2
    lost = [name for name, status in answer.statuses.items() if status == "error"]
    assert lost == ["vulnerabilities", "tests", "coverage", "core-coverage"]
    shown = gatekeeper("merge", *parts, cwd=checkout)
    assert "tests: no part reported it" in shown.stdout
    assert "gatekeeper check tests -f json" in shown.stdout
    nothing = gatekeeper("merge", "report-*.json", cwd=checkout)
    assert nothing.code == 2 and nothing.stdout == ""
    assert "report-*.json: no file is called like that" in nothing.stderr


def test_parts_of_two_states_are_refused(
    gatekeeper: Gatekeeper, checkout: Path
) -> None:
    def part(gate: str) -> str:
        return made(gatekeeper, checkout, {"name": gate, "gates": gate})

    def refusal(*parts: str) -> str:
        answer = gatekeeper("merge", *parts, cwd=checkout)
        assert (answer.code, answer.stdout) == (2, "")
        return answer.stderr

    source = checkout / "src" / "shop" / "extra.py"
    lint = part("lint")
    source.write_text(f"{source.read_text()}\nCHANGED = os.sep\n")
    types = part("types")
    said = refusal(lint, types)
    assert "different uncommitted changes" in said and lint in said and types in said
    assert "changes that the parts did not see" in refusal(lint)
    lint = part("lint")  # now both saw the same changes
    assert gatekeeper("merge", lint, types, cwd=checkout).code == 2  # for its gaps
    git(checkout, "commit", "-qam", "changed")
    assert "different commits" in refusal(part("types"), lint)
    assert "check out theirs" in refusal(lint)
    lint, types = part("lint"), part("types")
    shutil.copy(checkout / lint, checkout / "copy.json")
    assert "reported by both" in refusal(lint, "copy.json")
    policy = checkout / "gates.yaml"
    policy.write_text(policy.read_text().replace("max: 3", "max: 4"))
    assert "different policies" in refusal(part("lint"), types)
    assert "another gates.yaml than the one here" in refusal(types)


def test_a_kept_answer_knows_the_state_of_now(
    gatekeeper: Gatekeeper, checkout: Path
) -> None:
    """A part that is replayed says what is uncommitted at that moment."""
    source = checkout / "src" / "shop" / "extra.py"
    source.write_text('"""Less."""\n')
    time.sleep(2.1)  # no clock is so coarse that the files are still young
    check = ("check", "lint", "-f", "json")
    first = gatekeeper(*check, cwd=checkout).report
    again = gatekeeper(*check, cwd=checkout).report
    assert again["revision"] == first["revision"]
    assert len(first["revision"]["changes"]) == 64
    git(checkout, "commit", "-qam", "less")
    clean = gatekeeper(*check, cwd=checkout).report
    assert clean["revision"]["dirty"] is False and "changes" not in clean["revision"]
    git(checkout, "reset", "-q", "--soft", "HEAD~")
    dirty = gatekeeper(*check, cwd=checkout).report
    assert dirty["revision"]["changes"] == first["revision"]["changes"]
    assert (
        "changes"
        not in gatekeeper("check", "-f", "json", cwd=checkout).report["revision"]
    )
