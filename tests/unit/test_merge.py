"""`gatekeeper merge`: one verdict from parts, and what is no part of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper import __version__
from gatekeeper.app import EXIT_CODES
from gatekeeper.commands.merge import MergeOptions, run_merge
from gatekeeper.errors import UserError
from gatekeeper.judge import conclude
from gatekeeper.model import (
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Metric,
    PolicySource,
    Report,
    Revision,
    Run,
    RunStatus,
    Severity,
    Verdict,
)
from gatekeeper.policy.load import load
from gatekeeper.reporters import Style
from gatekeeper.reporters.json_report import render

GATES = {
    "lint": "{tool: flake8, max: 0, title: Clean code}",
    "types": "{tool: mypy, max: 0}",
    "security": "{tool: bandit, severity: high, max: 0}",
}
BY_PEOPLE = {
    "done": "{attest: All is done}",
    "all": "{all_of: [lint, types]}",
    "output": "{evidence: {Output: [flake8, bandit]}}",
}
SHA = "ab" * 20
OTHER = "cd" * 20
PASSED, FAILED = GateStatus.PASSED, GateStatus.FAILED
OPTIONS = MergeOptions((), None, None, "json", (), None, None, False, False)
LOW = Finding("B101", Severity.LOW, "an assert", "a.py", 1)


def gate(name: str, tool: str | None, status: GateStatus = PASSED) -> GateResult:
    value = 0.0 if status is PASSED else 1.0
    return GateResult(name, name, status, True, tool, value=value, maximum=0)


def run(tool: str, **fields: Any) -> Run:
    made = Run(tool, RunStatus.COMPLETED, (tool,), measurement=Measurement(examined=3))
    return replace(made, **fields)


LINT, TYPES = gate("lint", "flake8"), gate("types", "mypy")
SECURITY = gate("security", "bandit")


@dataclass
class Jobs:
    """A folder where jobs leave their reports, with a gates.yaml or without."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    sha256: str = "0" * 64
    declared: tuple[str, ...] = tuple(GATES)

    def policy(self, gates: dict[str, str]) -> None:
        lines = [f"  {name}: {text}" for name, text in gates.items()]
        (self.folder / "gates.yaml").write_text(
            "\n".join(["version: 1", "gates:", *lines, ""])
        )
        self.sha256 = load(None, None, self.folder).sha256
        self.declared = tuple(gates)

    def report(self, *gates: GateResult, **fields: Any) -> Report:
        verdict = conclude(gates)
        made = Report(
            verdict=verdict,
            exit_code=EXIT_CODES[verdict],
            started="2026-01-02T03:04:05Z",
            duration_seconds=2.0,
            policy=PolicySource("gates.yaml", self.sha256),
            revision=Revision(SHA, "main", dirty=False),
            gates=gates,
            runs=tuple(run(g.tool) for g in gates if g.tool and g.status is PASSED),
            declared=self.declared,
        )
        return replace(made, **fields)

    def write(self, name: str, *gates: GateResult, **fields: Any) -> Path:
        path = self.folder / name
        path.write_text(render(self.report(*gates, **fields), Style()))
        return path

    def merge(self, *files: Path, **options: Any) -> tuple[int, dict[str, Any]]:
        self.capture.readouterr()
        code = run_merge(replace(OPTIONS, reports=files, **options))
        document: dict[str, Any] = json.loads(self.capture.readouterr().out)
        assert document["exit_code"] == code
        return code, document

    def refused(self, *files: Path, **options: Any) -> str:
        with pytest.raises(UserError) as refusal:
            self.merge(*files, **options)
        return "\n".join(refusal.value.messages)


@pytest.fixture
def jobs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Jobs:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("CI", "GITHUB_ACTIONS", "GITHUB_EVENT_PATH", "CI_MERGE_REQUEST_IID"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Jobs(folder, capsys)


def edited(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return path


def statuses(document: dict[str, Any]) -> dict[str, str]:
    return {gate["id"]: gate["status"] for gate in document["gates"]}


def test_parts_become_one_report(jobs: Jobs) -> None:
    one = jobs.write(
        "1.json",
        TYPES,
        started="2026-01-02T03:04:09Z",
        duration_seconds=9.0,
        remarks=("said by both",),
    )
    two = jobs.write("2.json", SECURITY, LINT, remarks=("said by both", "by one"))
    code, merged = jobs.merge(one, two)
    assert (code, merged["verdict"], merged["interrupted"]) == (0, "passed", False)
    assert list(statuses(merged)) == ["lint", "types", "security"]  # as declared
    assert [r["tool"] for r in merged["runs"]] == ["mypy", "bandit", "flake8"]
    assert merged["started"] == "2026-01-02T03:04:05Z"
    assert merged["duration_seconds"] == 9.0
    first, *others = merged["remarks"]
    assert (first, others[1:]) == ("merged from 2 reports", ["said by both", "by one"])
    assert "no gates.yaml was found here" in others[0]
    assert merged["revision"]["commit"] == SHA
    assert merged["declared"] == ["lint", "types", "security"]
    assert jobs.merge(one, two, format="json")[1] == merged


def test_the_worst_counts(jobs: Jobs) -> None:
    one = jobs.write("1.json", LINT, SECURITY)
    two = jobs.write("2.json", gate("types", "mypy", FAILED), runs=(run("mypy"),))
    code, merged = jobs.merge(one, two)
    assert (code, merged["verdict"]) == (1, "failed")


def test_the_same_tool_in_two_parts(jobs: Jobs) -> None:
    jobs.declared = ("lint", "style")
    one, two = jobs.write("1.json", LINT), jobs.write("2.json", gate("style", "flake8"))
    code, merged = jobs.merge(one, two)
    assert code == 0 and [r["tool"] for r in merged["runs"]] == ["flake8", "flake8"]


def test_a_merged_report_can_be_merged_again(jobs: Jobs) -> None:
    one, two = jobs.write("1.json", LINT), jobs.write("2.json", TYPES, SECURITY)
    merged = jobs.folder / "all.json"
    assert jobs.merge(one, two, outputs=(f"json={merged}",))[0] == 0
    assert jobs.merge(merged)[0] == 0


# What is no report


def test_a_report_that_is_not_there(jobs: Jobs) -> None:
    said = jobs.refused(Path("part-*.json"))
    assert said.startswith("part-*.json: ") and "cancelled or that crashed" in said
    assert "there is no such file" in jobs.refused(Path("part-1.json"))
    assert "no report is named" in jobs.refused()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no report of gatekeeper"),
        ("{", "no report of gatekeeper"),
        ("[]", "no report of gatekeeper"),
        ("[" * 100_000, "no report of gatekeeper"),
        ('{"schema": "gatekeeper.report/2"}', "schema gatekeeper.report/2"),
        ('{"schema": "gatekeeper.report/1"}', "no report of gatekeeper"),
        ('{"version": "2.1.0", "runs": []}', "no report of gatekeeper"),
    ],
)
def test_a_file_that_is_no_report(jobs: Jobs, text: str, why: str) -> None:
    path = jobs.folder / "1.json"
    path.write_text(text)
    said = jobs.refused(path)
    assert said.startswith(f"{path}: ") and why in said


def test_a_report_that_was_cut_off(jobs: Jobs) -> None:
    path = jobs.write("1.json", LINT)
    whole = path.read_text()
    for length in (10, len(whole) // 2, len(whole) - 3):
        path.write_text(whole[:length])
        assert "or only a piece of one" in jobs.refused(path)


def test_what_is_no_file(jobs: Jobs) -> None:
    assert "cannot be read" in jobs.refused(jobs.folder)
    os.mkfifo(jobs.folder / "pipe")
    assert "cannot be read" in jobs.refused(jobs.folder / "pipe")


def test_every_file_is_told_at_once(jobs: Jobs) -> None:
    said = jobs.refused(jobs.folder / "1.json", jobs.folder / "2.json")
    assert "1.json" in said and "2.json" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["gates"][0].update(title=5),
        lambda d: d["gates"][0].update(blocking="no"),
        lambda d: d["gates"][0].update(value="0"),
        lambda d: d["gates"][0].update(value=float("nan")),
        lambda d: d["gates"][0].update(value=float("inf")),
        lambda d: d["gates"][0].update(value=10**400),
        lambda d: d["gates"][0].update(findings=[{"rule": 1, "severity": "low"}]),
        lambda d: d["gates"][0].update(unit="\x1b[31m"),
        lambda d: d["runs"][0].update(tool="mypy\n::error::"),
        lambda d: d["runs"][0].update(command=[1]),
        lambda d: d["runs"][0].update(duration_seconds="1"),
        lambda d: d.update(exit_code="0"),
        lambda d: d.update(interrupted="no"),
        lambda d: d.update(started="today"),
        lambda d: d.update(started=["2026"]),
        lambda d: d.update(declared=[1, 2]),
        lambda d: d.update(remarks=[None]),
        lambda d: d["revision"].update(commit=1),
        lambda d: d["revision"].update(commit="\x1b[31m" * 8),
        lambda d: d["revision"].update(changes="a b"),
        lambda d: d["policy"].update(sha256=""),
        lambda d: d["policy"].update(more=1),
    ],
)
def test_a_report_with_values_of_other_types(
    jobs: Jobs, change: Callable[[dict[str, Any]], object]
) -> None:
    path = edited(jobs.write("1.json", LINT, TYPES, SECURITY), change)
    assert f"{path}: no report of gatekeeper" in jobs.refused(path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d["gates"][0].update(status="failed"), "says passed, and its gates"),
        (lambda d: d["gates"][0].update(status="error"), "says passed, and its gates"),
        (lambda d: d.update(verdict="failed", exit_code=1), "says failed, and its"),
        (lambda d: d.update(exit_code=1), "exit code 1 does not fit"),
        (lambda d: d.update(interrupted=True), "exit code 0 does not fit"),
        (lambda d: d.update(runs=d["runs"][1:]), "says lint passed, and has no run"),
        (lambda d: d["runs"][0].update(status="crashed"), "says lint passed"),
        (lambda d: d["gates"][0].update(value=1.0), "says lint passed, and its value"),
        (lambda d: d["gates"][0].update(id="x y"), "has a gate with a name"),
        (lambda d: d["declared"].append("$(x)"), "has a gate with a name"),
        (lambda d: d["declared"].append("a\n"), "has a gate with a name"),
        (lambda d: d["gates"].append(d["gates"][0]), "has a gate twice"),
        (lambda d: d.update(declared=["lint"]), "has the gate security"),
    ],
)
def test_a_report_that_contradicts_itself(
    jobs: Jobs, change: Callable[[dict[str, Any]], object], why: str
) -> None:
    path = edited(jobs.write("1.json", LINT, TYPES, SECURITY), change)
    said = jobs.refused(path)
    assert f"{path}: {why}" in said and "was edited or is damaged" in said


# Parts that do not belong together


def test_a_gate_in_two_reports(jobs: Jobs) -> None:
    one, two = jobs.write("1.json", LINT, TYPES), jobs.write("2.json", TYPES, SECURITY)
    said = jobs.refused(one, two)
    assert said == f"types: reported by both {one} and {two}; leave one out"
    link = jobs.folder / "link.json"
    link.symlink_to(one)
    assert f"{one} and {link} are the same file" in jobs.refused(one, link)
    assert f"{one} and {one} are the same file" in jobs.refused(one, one)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"revision": Revision(OTHER, "main", False)}, "different commits"),
        ({"revision": Revision()}, "was made without git"),
        ({"revision": Revision(SHA, "main", True, "1" * 64)}, "uncommitted changes"),
        ({"revision": Revision(SHA, "main", True, "0" * 64)}, "git could not tell"),
        ({"policy": PolicySource("gates.yaml", "f" * 64)}, "different policies"),
        ({"declared": ("types", "security")}, "different gates"),
        ({"declared": ()}, "different gates"),
    ],
)
def test_parts_of_different_states(
    jobs: Jobs, fields: dict[str, Any], why: str
) -> None:
    one, two = jobs.write("1.json", LINT), jobs.write("2.json", TYPES)
    three = jobs.write("3.json", SECURITY, **fields)
    for files in ((one, two, three), (three, one, two)):
        said = jobs.refused(*files)
        assert why in said and str(three) in said and str(one) in said


def test_parts_with_the_same_changes(jobs: Jobs) -> None:
    state = Revision(SHA, "main", dirty=True, changes="1" * 64)
    one = jobs.write("1.json", LINT, TYPES, revision=state)
    two = jobs.write("2.json", SECURITY, revision=state)
    code, merged = jobs.merge(one, two)
    assert code == 0 and "the same uncommitted changes" in merged["remarks"][1]
    assert merged["revision"]["changes"] == "1" * 64
    other = replace(state, changes="2" * 64)
    two = jobs.write("2.json", SECURITY, revision=other)
    assert "different uncommitted changes" in jobs.refused(one, two)


def test_new_files_that_do_not_count_make_one_part_dirty(jobs: Jobs) -> None:
    one = jobs.write("1.json", LINT, TYPES)
    two = jobs.write("2.json", SECURITY, revision=Revision(SHA, "main", dirty=True))
    code, merged = jobs.merge(one, two)
    assert code == 0 and merged["revision"]["dirty"] is True


def test_without_git_nothing_proves_that_it_was_one_state(jobs: Jobs) -> None:
    one = jobs.write("1.json", LINT, TYPES, revision=Revision())
    two = jobs.write("2.json", SECURITY, revision=Revision())
    code, merged = jobs.merge(one, two)
    assert code == 0 and "nothing proves" in merged["remarks"][1]
    assert merged["revision"]["dirty"] is None


def test_other_versions_are_told(jobs: Jobs) -> None:
    path = jobs.write("1.json", LINT, TYPES, SECURITY)
    edited(path, lambda d: d.update(gatekeeper="0.0.1"))
    _, merged = jobs.merge(path)
    assert f"made by gatekeeper 0.0.1, merged by {__version__}" in merged["remarks"]


# Gaps


def test_a_gate_that_no_part_reported(jobs: Jobs) -> None:
    code, merged = jobs.merge(jobs.write("1.json", LINT, TYPES))
    assert (code, merged["verdict"]) == (2, "error")
    (gap,) = (g for g in merged["gates"] if g["id"] == "security")
    assert (gap["status"], gap["blocking"]) == ("error", True)
    assert gap["reason"] == "no part reported it"
    assert "`gatekeeper check security -f json`" in gap["fix"]


def test_a_part_with_another_limit_is_refused(jobs: Jobs) -> None:
    jobs.policy(GATES)
    loose = replace(LINT, value=5.0, maximum=1000.0)
    part = jobs.write("1.json", loose, TYPES, SECURITY, revision=Revision())
    assert f"{part}: has another limit for lint" in jobs.refused(part)


def test_a_gap_of_a_policy_has_its_condition(jobs: Jobs) -> None:
    shown = GATES | {"lint": "{tool: flake8, max: 7, title: Clean, blocking: false}"}
    jobs.policy(shown)
    state = {"revision": Revision()}
    code, merged = jobs.merge(jobs.write("1.json", TYPES, SECURITY, **state))
    gap = merged["gates"][0]
    assert (gap["title"], gap["max"], gap["tool"]) == ("Clean", 7, "flake8")
    assert (gap["status"], gap["blocking"], code) == ("error", False, 0)
    part = jobs.write("1.json", replace(LINT, maximum=7), SECURITY, **state)
    code, merged = jobs.merge(part)
    assert (statuses(merged)["types"], code) == ("error", 2)


def test_reports_that_do_not_say_what_there_is(jobs: Jobs) -> None:
    jobs.declared = ()
    path = jobs.write("1.json", LINT, TYPES, SECURITY, revision=Revision())
    assert "nobody knows whether any is missing" in jobs.refused(path)
    jobs.policy(GATES)
    path = jobs.write("1.json", LINT, TYPES, SECURITY, revision=Revision(), declared=())
    assert jobs.merge(path)[0] == 0


def test_what_was_skipped_is_shown(jobs: Jobs) -> None:
    left = replace(TYPES, status=GateStatus.SKIPPED, reason="skipped by --skip")
    one, two = jobs.write("1.json", LINT, left), jobs.write("2.json", SECURITY, left)
    code, merged = jobs.merge(one, two)
    assert code == 0
    assert statuses(merged) == {
        "lint": "passed",
        "types": "skipped",
        "security": "passed",
    }
    three = jobs.write("3.json", TYPES)
    for files in ((one, two, three), (three, two, one)):
        assert statuses(jobs.merge(*files)[1])["types"] == "passed"  # it was measured


def test_an_interrupted_part_is_never_a_yes(jobs: Jobs) -> None:
    lost = replace(
        gate("types", "mypy"),
        status=GateStatus.ERROR,
        value=None,
        reason="interrupted by SIGTERM",
    )
    signal = {"interrupted": True, "exit_code": 143}
    one, two = (
        jobs.write("1.json", LINT, SECURITY),
        jobs.write("2.json", lost, **signal),
    )
    code, merged = jobs.merge(one, two)
    assert (code, merged["verdict"], merged["interrupted"]) == (2, "error", True)
    assert merged["gates"][1]["reason"] == "interrupted by SIGTERM"
    aside = replace(lost, blocking=False)
    two = jobs.write("2.json", aside, **signal)
    code, merged = jobs.merge(one, two)
    assert (code, merged["verdict"]) == (2, "error")
    bad = jobs.write("1.json", LINT, gate("security", "bandit", FAILED))
    assert jobs.merge(bad, two)[0] == 1


# The policy here


def test_another_policy_than_here(jobs: Jobs) -> None:
    jobs.policy(GATES)
    path = jobs.write("1.json", LINT, TYPES, SECURITY, revision=Revision())
    assert jobs.merge(path)[0] == 0
    (jobs.folder / "gates.yaml").write_text(
        "version: 1\ngates: {lint: {tool: flake8, max: 9}}"
    )
    assert "another gates.yaml than the one here" in jobs.refused(path)
    (jobs.folder / "gates.yaml").unlink()
    assert jobs.merge(path)[0] == 0


def test_the_same_text_and_other_gates(jobs: Jobs) -> None:
    jobs.policy(GATES)
    fields = {"revision": Revision(), "declared": (*GATES, "more")}
    path = jobs.write("1.json", LINT, TYPES, SECURITY, **fields)
    assert "other gates than" in jobs.refused(path)


def test_a_gate_on_another_tool(jobs: Jobs) -> None:
    jobs.policy(GATES)
    by_person = gate("types", None)
    path = jobs.write("1.json", LINT, by_person, SECURITY, revision=Revision())
    assert "says None decides types" in jobs.refused(path)


def test_what_decides_here_decides(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs.policy(GATES | {"types": "{tool: mypy, max: 0, blocking: ci}"})
    aside = replace(gate("types", "mypy", FAILED), blocking=False)
    part = jobs.write("1.json", LINT, SECURITY, aside, revision=Revision())
    assert jobs.merge(part)[0] == 0
    monkeypatch.setenv("CI", "true")
    assert jobs.merge(part)[0] == 1
    monkeypatch.delenv("CI")
    there = gate("types", "mypy", FAILED)  # made in CI, so it decided there
    part = jobs.write("1.json", LINT, SECURITY, there, revision=Revision())
    assert jobs.merge(part)[0] == 1


def checkout(folder: Path) -> str:
    """Make a checkout of a folder; gives its commit."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "gates.yaml"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], cwd=folder, check=True, capture_output=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True
    )
    return head.stdout.decode().strip()


def test_another_state_than_here(jobs: Jobs) -> None:
    jobs.policy(GATES)
    head = Revision(checkout(jobs.folder), "main", dirty=False)
    one = jobs.write("1.json", LINT, TYPES, revision=head)
    two = jobs.write("2.json", SECURITY, revision=head)
    assert jobs.merge(one, two)[0] == 0  # the reports themselves do not count
    (jobs.folder / "new.py").write_text("")
    assert "uncommitted changes that the parts did not see" in jobs.refused(one, two)
    (jobs.folder / "new.py").unlink()
    dirty = replace(head, dirty=True, changes="1" * 64)
    one = jobs.write("1.json", LINT, TYPES, revision=dirty)
    two = jobs.write("2.json", SECURITY, revision=dirty)
    assert jobs.merge(one, two)[0] == 0  # what jobs generate is not here
    old = jobs.write("1.json", LINT, TYPES, SECURITY)
    said = jobs.refused(old)
    assert f"of commit {SHA}" in said and str(head.commit) in said
    none = jobs.write("1.json", LINT, TYPES, SECURITY, revision=Revision())
    assert "of commit None" in jobs.refused(none)


# What needs no tool


def body(jobs: Jobs, text: str) -> Path:
    path = jobs.folder / "body.md"
    path.write_text(text)
    return path


def test_people_s_gates_are_settled_here(jobs: Jobs) -> None:
    jobs.policy(GATES | {n: BY_PEOPLE[n] for n in ("done", "all")})
    waits = gate("done", None, GateStatus.PENDING)
    one = jobs.write("1.json", LINT, waits, revision=Revision())
    two = jobs.write("2.json", TYPES, SECURITY, waits, revision=Revision())
    code, merged = jobs.merge(one, two)
    assert code == 0
    assert statuses(merged)["done"] == "pending" and statuses(merged)["all"] == "passed"
    _, merged = jobs.merge(one, two, pr_body=body(jobs, "- [x] All is done\n"))
    assert statuses(merged)["done"] == "passed"
    assert merged["remarks"][2] == "boxes of the pull request: 1 agrees"
    code, merged = jobs.merge(one, two, pr_body=body(jobs, "- [ ] All is done\n"))
    assert (statuses(merged)["done"], code) == ("failed", 1)
    code, merged = jobs.merge(one)
    assert (statuses(merged)["all"], code) == ("error", 2)
    assert "types is not measured" in merged["gates"][4]["reason"]


def test_people_s_gates_without_a_policy_come_from_one_part(jobs: Jobs) -> None:
    jobs.declared = ("lint", "done")
    done = gate("done", None)
    one, two = jobs.write("1.json", LINT, done), jobs.write("2.json", done)
    assert "done: reported by both" in jobs.refused(one, edited(two, lambda d: None))
    assert jobs.merge(one)[0] == 0
    assert jobs.merge(jobs.write("1.json", LINT))[0] == 2
    assert "--pr-body and --base need" in jobs.refused(one, pr_body=body(jobs, ""))


def test_left_out_gates_without_a_tool_stay_so(jobs: Jobs) -> None:
    jobs.policy(GATES | {"done": BY_PEOPLE["done"]})
    left = GateResult(
        "done", "d", GateStatus.SKIPPED, True, None, reason="skipped by --skip"
    )
    part = jobs.write("1.json", LINT, TYPES, SECURITY, left, revision=Revision())
    _, merged = jobs.merge(part, pr_body=body(jobs, "- [ ] All is done\n"))
    assert statuses(merged)["done"] == "skipped"


def test_a_box_is_asked_once(jobs: Jobs) -> None:
    jobs.policy(GATES | {"lint": "{tool: flake8, max: 0, box: It is clean}"})
    part = jobs.write("1.json", LINT, TYPES, SECURITY, revision=Revision())
    text = body(jobs, "- [ ] It is clean\n")
    _, merged = jobs.merge(part, pr_body=text)
    (box,) = merged["gates"][0]["boxes"]
    assert box["state"] == "understated"
    seen = jobs.folder / "all.json"
    jobs.merge(part, pr_body=text, outputs=(f"json={seen}",))
    again = jobs.merge(seen, pr_body=text)[1]
    assert again["gates"] == merged["gates"]
    assert jobs.merge(seen)[1]["gates"] == merged["gates"]  # without the text, too
    lost = body(jobs, "nothing\n")
    code, merged = jobs.merge(part, pr_body=lost)
    assert (code, statuses(merged)["lint"]) == (1, "failed")


def bandit(findings: int) -> Run:
    found = Measurement(examined=3, metrics={"findings": Metric(findings, "findings")})
    return run("bandit", measurement=found)


PASTED = "## Output\n\n```\nflake8: {} findings\nbandit: {} findings\n```\n"


def output(jobs: Jobs, text: str, security: str, *gates: GateResult) -> dict[str, Any]:
    """The verdict on pasted output; flake8 found nothing, bandit three minor things."""
    jobs.policy(GATES | {"security": security, "output": BY_PEOPLE["output"]})
    found = Measurement(examined=3, metrics={"findings": Metric(0, "findings")})
    runs = (run("flake8", measurement=found), run("mypy"), bandit(3))
    path = jobs.write("1.json", *gates, runs=runs, revision=Revision())
    merged = jobs.merge(path, pr_body=body(jobs, text))[1]
    verdict: dict[str, Any] = merged["gates"][-1]
    return verdict


def test_pasted_output_is_held_against_all_that_was_found(jobs: Jobs) -> None:
    grave = "{tool: bandit, severity: high, max: 0}"
    gates = (LINT, TYPES, SECURITY)
    for pasted, status in (
        (PASTED.format(0, 3), "passed"),
        (PASTED.format(0, 0), "failed"),
    ):
        assert output(jobs, pasted, grave, *gates)["status"] == status
    lost = output(
        jobs, PASTED.format(0, 0), "{tool: bandit, rules: [B9], max: 0}", *gates
    )
    assert lost["status"] == "error" and "all that bandit found" in lost["reason"]
    every = replace(SECURITY, findings=(LOW, LOW, replace(LOW, line=2)))
    every = replace(every, maximum=9)
    whole = output(
        jobs, PASTED.format(0, 3), "{tool: bandit, max: 9}", LINT, TYPES, every
    )
    assert whole["status"] == "passed"


def test_pasted_output_of_a_part_that_is_missing(jobs: Jobs) -> None:
    jobs.policy(GATES | {"output": BY_PEOPLE["output"]})
    part = jobs.write("1.json", LINT, TYPES, revision=Revision())
    code, merged = jobs.merge(part, pr_body=body(jobs, PASTED.format(0, 0)))
    assert (statuses(merged)["output"], code) == ("error", 2)


# Delivery


def test_delivery_is_that_of_check(jobs: Jobs) -> None:
    part = jobs.write("1.json", LINT, TYPES, SECURITY)
    jobs.merge(part, outputs=("markdown=all.md",))
    assert "passed" in (jobs.folder / "all.md").read_text()
    assert "1.json is read" in jobs.refused(part, outputs=("json=1.json",))
    assert part.exists()
    with pytest.raises(UserError, match="no format named"):
        run_merge(replace(OPTIONS, reports=(part,), format="xml"))
    jobs.capture.readouterr()
    assert run_merge(replace(OPTIONS, reports=(part,), format="console")) == 0
    assert "This change may be merged" in jobs.capture.readouterr().out


def test_no_path_in_a_report_is_opened(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = jobs.folder / "secret"
    os.mkfifo(secret)  # whoever opens it waits for ever
    evil = Finding("E1", Severity.HIGH, "x", str(secret), 1)
    bad = replace(gate("lint", "flake8", FAILED), findings=(evil,))
    policy = PolicySource(str(secret), jobs.sha256)
    part = jobs.write("1.json", bad, TYPES, SECURITY, policy=policy)
    for name in ("console", "markdown"):
        code = run_merge(replace(OPTIONS, reports=(part,), format=name))
        assert code == 1


def test_text_of_a_report_steers_no_terminal(jobs: Jobs) -> None:
    evil = "\x1b[31mred\x1b[0m\n::error::x \udcff \u202e"
    bad = gate("lint", "flake8", FAILED)
    bad = replace(bad, title=evil, reason=evil, fix=evil, notes=(evil,))
    part = jobs.write(
        "1.json",
        *(bad, TYPES, SECURITY),
        remarks=(evil,),
        revision=Revision(SHA, evil, dirty=False),
        policy=PolicySource(evil, jobs.sha256),
    )
    edited(part, lambda d: d.update(gatekeeper=evil))
    for name in ("console", "markdown"):
        jobs.capture.readouterr()
        assert run_merge(replace(OPTIONS, reports=(part,), format=name)) == 1
        said = jobs.capture.readouterr()
        assert not {"\x1b", "\u202e"} & set(said.out + said.err)
        assert "\n::error" not in said.out + said.err


def test_a_verdict_of_nothing_is_none(jobs: Jobs) -> None:
    jobs.declared = ()
    path = jobs.write("1.json")
    assert "nobody knows" in jobs.refused(path)
    assert jobs.report().verdict is Verdict.ERROR
