"""What we tell people to paste into their CI is valid, pinned, and runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from ci_snippets import (
    ROOT,
    SHELL,
    SNIPPETS,
    Snippet,
    jobs,
    of_kind,
    outputs,
    run,
    scripts,
    written,
)

_PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40}\s+# v\d+(\.\d+)*\b")
_REPORTS = "json sarif junit html markdown gitlab rdjson".split()


def each(snippets: list[Snippet]) -> pytest.MarkDecorator:
    """One test for each of them."""
    return pytest.mark.parametrize("snippet", snippets, ids=[s.name for s in snippets])


def validate(schema: str, texts: Mapping[str, str], folder: Path, *more: str) -> None:
    """The published schema, as check-jsonschema ships it."""
    paths = [str(folder / f"{number}.yml") for number in range(len(texts))]
    for path, text in zip(paths, texts.values(), strict=True):
        Path(path).write_text(text)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", f"vendor.{schema}", *more, *paths),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{list(texts)}\n{done.stdout}{done.stderr}"


def test_workflows_are_valid(tmp_path: Path) -> None:
    texts = {snippet.name: snippet.text for snippet in of_kind("workflow")}
    for snippet in of_kind("steps"):
        workflow = {"on": "push", "jobs": jobs(snippet)}
        texts[snippet.name] = json.dumps(workflow)
    assert len(texts) >= 5
    validate("github-workflows", texts, tmp_path)


def test_the_action_is_valid(tmp_path: Path) -> None:
    (action,) = of_kind("action")
    validate("github-actions", {action.name: action.text}, tmp_path)


def test_pipelines_are_valid(tmp_path: Path) -> None:
    texts = {snippet.name: snippet.text for snippet in of_kind("gitlab")}
    assert len(texts) >= 4
    validate("gitlab-ci", texts, tmp_path, "--data-transform", "gitlab-ci")


@each(SNIPPETS)
def test_whatever_is_not_ours_is_pinned(snippet: Snippet) -> None:
    for line in snippet.text.splitlines():
        if re.match(r"\s*(- )?uses:", line):
            assert _PINNED.search(line), line


def test_one_version_of_an_action_is_one_commit() -> None:
    text = "\n".join(snippet.text for snippet in SNIPPETS)
    pins = re.findall(r"uses: (\S+)@(\S+)\s+# (v[\d.]+)", text)
    assert {name for name, _, _ in pins} >= {"actions/checkout", "actions/setup-python"}
    assert len({name for name, _, _ in pins}) == len(set(pins))


@each(of_kind("workflow", "steps", "action"))
def test_no_expression_is_pasted_into_a_script(snippet: Snippet) -> None:
    assert not any("${{" in script for script in scripts(snippet))


@each(of_kind("workflow"))
def test_workflows_have_no_more_rights_than_they_need(snippet: Snippet) -> None:
    assert snippet.data["permissions"] in ({}, {"contents": "read"})
    for name, job in jobs(snippet).items():
        assert job["timeout-minutes"] <= 30
        checkouts = [s for s in job["steps"] if "actions/checkout" in s.get("uses", "")]
        assert all(s["with"]["persist-credentials"] is False for s in checkouts)
        writes = "write" in job.get("permissions", {}).values()
        assert not (writes and checkouts), f"{name} runs code and may write"


def test_the_upload_is_left_out_for_forks() -> None:
    upload = jobs(written("github"))["code-scanning"]
    assert "head.repo.full_name == github.repository" in upload["if"]
    assert upload["permissions"]["security-events"] == "write"


def test_the_workflow_runs_when_the_text_of_a_pull_request_is_edited() -> None:
    for snippet in of_kind("workflow"):
        event = snippet.data[True].get("pull_request")  # YAML 1.1 takes `on` for true
        assert event is None or event["types"] == [
            *("opened", "synchronize", "reopened", "edited")
        ]


def test_the_page_names_every_input_of_the_action() -> None:
    (action,) = of_kind("action")
    page = (ROOT / "docs/ci.md").read_text("utf-8")
    table = page.partition("| input |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", table)) >= set(action.data["inputs"])
    (used,) = (s for s in of_kind("steps") if "docs/ci.md" in s.name)
    (step,) = (s for s in used.data if "gatekeeper@" in s.get("uses", ""))
    assert set(step["with"]) <= set(action.data["inputs"])


def test_the_hooks_of_the_page_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    known = {hook["id"]: hook for hook in hooks}
    (snippet,) = of_kind("pre-commit")
    used = {hook["id"] for repo in snippet.data["repos"] for hook in repo["hooks"]}
    assert used == set(known)
    for hook in known.values():
        assert hook["pass_filenames"] is False and hook["always_run"]


@pytest.mark.parametrize("code", [0, 1, 2])
@each([*SHELL, *of_kind("workflow", "gitlab")])
def test_a_step_ends_as_gatekeeper_does(
    tmp_path: Path, snippet: Snippet, code: int
) -> None:
    for script in scripts(snippet):
        if not re.search(r"gatekeeper (check|plan|merge)", script):
            continue
        ended, calls, said = run(script, tmp_path, code)
        assert ended == code, said
        (call,) = (call for call in calls if call.startswith("gatekeeper "))
        for report, path in outputs(call).items():
            assert report in _REPORTS
            assert (tmp_path / "work" / path).parent.is_dir()


@each([s for s in of_kind("gitlab") if "codequality" in s.text])
def test_the_reports_that_gitlab_is_told_of_are_written(snippet: Snippet) -> None:
    (artifacts,) = (job["artifacts"] for job in snippet.data.values())
    (script,) = scripts(snippet)
    told = {*artifacts["paths"], *artifacts["reports"].values()}
    assert told == set(outputs(script).values())
    assert artifacts["when"] == "always"
