"""Bad input gets a clear message and the right exit code, never a traceback."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import Gatekeeper, command

pytestmark = pytest.mark.e2e

Project = Callable[..., Path]
LINT = "version: 1\nsource: [.]\ngates: {lint: {tool: flake8, max: 0}}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("a: [1, 2", "gates.yaml:1: no valid YAML"),
        ("- 1\n", "a policy is a mapping"),
        ("just text", "a policy is a mapping"),
        ("version: 1\n\tgates: {}\n", "no valid YAML"),
        (BOMB, "entries"),
        ("[" * 5000, "nested too deeply"),
        ("a: &a [*a]\n", "nested too deeply"),
        ("--- 1\n--- 2\n", "no valid YAML"),
        ("a: !!python/object/apply:os.system ['true']\n", "no valid YAML"),
        ("version: 1\nversion: 1\n", "gates.yaml:2: version stands twice"),
        ("version: 2\ngates: {a: {tool: flake8, max: 0}}\n", "gates.yaml:1: version"),
        ("version: 1\n", "gates is missing"),
        ("version: 1\ngates: {}\n", "gates.yaml:2: gates"),
        ("version: 1\ngates: {a: {tool: flake9, max: 0}}\n", "did you mean flake8?"),
        ("version: 1\ngates:\n  a: {tool: flake8}\n", "gates.yaml:3: gates.a: needs"),
        ("version: 1\ngates: {a: {tool: flake8, max: .nan}}\n", "finite"),
        ("version: 1\ngates: {a: {tool: flake8, max: yes}}\n", "valid number"),
        ("version: 1\ngates: {a: {tool: coverage, min: 9, max: 1}}\n", "is above"),
        (
            "version: 1\ngates: {a: {tool: coverage, min: 9, rules: [D]}}\n",
            "no `rules`",
        ),
        ("version: 1\nsuorce: [a]\n", "unknown key suorce; did you mean source?"),
        ("version: 1\nsource: [nowhere]\n", "gates is missing"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_before_any_tool(
    gatekeeper: Gatekeeper, tmp_path: Path, policy: str, message: str
) -> None:
    (tmp_path / "gates.yaml").write_text(policy)
    answer = gatekeeper("check", cwd=tmp_path)
    assert answer.code == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr and answer.stdout == ""


def test_all_mistakes_are_told_at_once_with_their_lines(
    gatekeeper: Gatekeeper, tmp_path: Path
) -> None:
    (tmp_path / "gates.yaml").write_text(
        "version: 1\n"
        "sorce: [src]\n"
        "tools:\n"
        "  flake8: {max_line_lenght: 99}\n"
        "  mypy: {strict: maybe}\n"
        "gates:\n"
        "  lint: {tool: flake8, max: zero}\n"
    )
    stderr = gatekeeper("check", cwd=tmp_path).stderr
    assert "gates.yaml:2: unknown key sorce; did you mean source?" in stderr
    assert "gates.yaml:4: unknown key tools.flake8.max_line_lenght" in stderr
    assert "did you mean max_line_length?" in stderr
    assert "gates.yaml:5: tools.mypy.strict" in stderr
    assert "gates.yaml:7: gates.lint.max" in stderr
    assert len(stderr.splitlines()) == 4


def test_paths_that_do_not_exist_are_mistakes_with_a_suggestion(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(
        "version: 1\nsource:\n  - ap.py\ngates: {lint: {tool: flake8, max: 0}}\n",
        app_py="X = 1\n",
    )
    answer = gatekeeper("check", cwd=root)
    assert answer.code == 2
    assert "gates.yaml:3: ap.py does not exist; did you mean app.py?" in answer.stderr


def test_a_huge_policy_is_refused(gatekeeper: Gatekeeper, tmp_path: Path) -> None:
    with (tmp_path / "gates.yaml").open("wb") as stream:
        stream.truncate(100_000_000)
    answer = gatekeeper("check", cwd=tmp_path)
    assert (answer.code, answer.stdout) == (2, "")
    assert "larger than 1 MB" in answer.stderr


def test_a_policy_that_is_a_pipe_is_refused(
    gatekeeper: Gatekeeper, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "gates.yaml")
    assert "not a regular file" in gatekeeper("check", cwd=tmp_path).stderr


def test_names_of_any_kind_are_examined_and_shown_harmlessly(
    gatekeeper: Gatekeeper, tmp_path: Path
) -> None:
    root = tmp_path / "-a folder\nwith ☃"
    root.mkdir()
    (root / "gates.yaml").write_text(LINT)
    names = ["with space.py", "-dash.py", "new\nline.py", "esc\x1b[31m.py", "ü.py"]
    for name in names:
        (root / name).write_text("import os\n")
    answer = gatekeeper("check", "-f", "json", cwd=root)
    assert answer.code == 1
    paths = [finding["path"] for finding in answer.gate("lint")["findings"]]
    assert sorted(paths) == sorted(names)
    console = gatekeeper("check", cwd=root).stdout
    assert "\x1b" not in console and "new\\nline.py:1:1" in console


def test_a_name_that_no_tool_can_print_is_a_gap(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="X = 1\n")
    (root / os.fsdecode(b"no-utf8-\xff.py")).write_text("import os\n")
    answer = gatekeeper("check", "-f", "json", cwd=root)
    assert answer.code == 2
    assert "its name is not UTF-8" in answer.gate("lint")["reason"]


def test_a_read_only_checkout_without_git_is_fine(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="X = 1\n")
    root.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        answer = gatekeeper("check", "-f", "json", cwd=root)
    finally:
        root.chmod(stat.S_IRWXU)
    assert answer.code == 0
    assert answer.report["revision"] == {"commit": None, "branch": None, "dirty": None}


def test_a_hundred_thousand_findings_are_counted_and_not_all_shown(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="x=1\n" * 25_000)
    answer = gatekeeper("check", "-f", "json", "-o", "markdown=r.md", cwd=root)
    gate = answer.gate("lint")
    assert gate["value"] == 25_000
    assert len(gate["findings"]) + gate["findings_omitted"] == 25_000
    markdown = (root / "r.md").read_text()
    assert len(markdown) <= 65_536 and "more findings are not shown here" in markdown


def test_a_full_disk_turns_a_yes_into_no_verdict(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="X = 1\n")
    answer = gatekeeper("check", "-o", "json=/dev/full", cwd=root)
    assert answer.code == 2
    assert "was not written to /dev/full: No space left" in answer.stderr
    assert Path("/dev/full").is_char_device()


def test_a_full_disk_behind_stdout_is_said(
    project: Project, environment: dict[str, str]
) -> None:
    root = project(LINT, app_py="X = 1\n")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command("check"),
            cwd=root,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "was not written to stdout" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("pdf=x", "FORMAT one of"),
        ("json", "write FORMAT=PATH"),
        ("json=no/such/folder/r.json", "does not exist"),
        ("json=.", "is a folder"),
    ],
)
def test_a_report_that_could_not_be_written_is_refused_before_any_tool(
    gatekeeper: Gatekeeper, project: Project, output: str, message: str
) -> None:
    root = project(LINT, app_py="X = 1\n")
    answer = gatekeeper("check", "-o", output, cwd=root)
    assert (answer.code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_unknown_gates_formats_and_options_are_refused(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="X = 1\n")
    for arguments, message in (
        (["lnt"], "did you mean lint?"),
        (["--skip", "tests"], "no gate named tests"),
        (["-f", "pdf"], "no format named pdf"),
        (["--colour"], "No such option"),
        (["-c", "nowhere.yaml"], "nowhere.yaml: No such file"),
        (["--root", "nowhere"], "is not a folder"),
        (["-j", "0"], "Invalid value"),
    ):
        answer = gatekeeper("check", *arguments, cwd=root)
        assert answer.code == 2, arguments
        assert message in answer.stderr, arguments
        assert "Traceback" not in answer.stderr, arguments


def test_files_of_the_repository_do_not_stand_in_for_ours(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    root = project(LINT, app_py="import os\n")
    for name in ("yaml", "typer", "flake8", "rich", "pydantic"):
        (root / f"{name}.py").write_text("raise SystemExit(0)\n")
    extra = {"PYTHONPATH": "."}
    answer = gatekeeper("check", "-f", "json", cwd=root, extra=extra)
    assert answer.code == 1


def test_secrets_do_not_reach_the_tests_unless_the_policy_names_them(
    gatekeeper: Gatekeeper, project: Project
) -> None:
    policy = (
        "version: 1\ntests: [test_app.py]\n"
        "tools: {pytest: {environment: [NAMED_TOKEN]}}\n"
        "gates: {tests: {tool: pytest, max: 0}}\n"
    )
    body = (
        "import os\n"
        "def test_it():\n"
        "    assert 'DEPLOY_TOKEN' not in os.environ\n"
        "    assert os.environ['NAMED_TOKEN'] == 'b'\n"
        "    assert os.environ['PLAIN'] == 'c'\n"
    )
    root = project(policy, test_app_py=body)
    extra = {"DEPLOY_TOKEN": "a", "NAMED_TOKEN": "b", "PLAIN": "c"}
    assert gatekeeper("check", cwd=root, extra=extra).code == 0
