"""`gatekeeper init --ci`: the job is written where the service looks for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Files, write_files
from typer.testing import CliRunner, Result

from gatekeeper import __version__
from gatekeeper.cli import app
from gatekeeper.errors import UserError
from gatekeeper.scaffold.ci import ci_file
from gatekeeper.scaffold.gather import gather

SHOP: Files = {"src/shop/__init__.py": "", "src/shop/a.py": "A = 1\n", "tests/t.py": ""}
WORKFLOW = ".github/workflows/gatekeeper.yml"
PART = ".gitlab/gatekeeper.gitlab-ci.yml"
MINE = "mine: {script: make}\n"


def init(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, ["init", "--root", str(root), *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def files_of(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in root.rglob("*")
        if path.is_file()
    }


def job(root: Path, path: str) -> Any:
    return yaml.safe_load((root / path).read_text("utf-8"))


@pytest.mark.parametrize(
    ("service", "path"), [("github", WORKFLOW), ("gitlab", ".gitlab-ci.yml")]
)
def test_policy_and_job_are_written_together(
    tmp_path: Path, service: str, path: str
) -> None:
    write_files(tmp_path, SHOP)
    result = init(tmp_path, "--ci", service)
    assert result.exit_code == 0
    assert set(files_of(tmp_path)) == {*SHOP, "gates.yaml", path}
    assert f"{path}\n" in result.stdout
    assert "gatekeeper check" in (tmp_path / path).read_text("utf-8")


def test_without_the_option_there_is_no_job(tmp_path: Path) -> None:
    write_files(tmp_path, SHOP)
    init(tmp_path)
    assert set(files_of(tmp_path)) == {*SHOP, "gates.yaml"}


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_policy_that_is_there_is_left_as_it_is(
    tmp_path: Path, force: tuple[str, ...]
) -> None:
    write_files(tmp_path, {**SHOP, "gates.yaml": "# mine\n"})
    result = init(tmp_path, "--ci", "github", *force)
    assert result.exit_code == 0
    assert "left as it is" in result.stdout and "gates.yaml" in result.stdout
    assert files_of(tmp_path)["gates.yaml"] == "# mine\n"
    assert WORKFLOW in files_of(tmp_path)


@pytest.mark.parametrize(("service", "path"), [("github", WORKFLOW), ("gitlab", PART)])
def test_a_job_that_is_there_is_overwritten_by_force_only(
    tmp_path: Path, service: str, path: str
) -> None:
    write_files(tmp_path, {**SHOP, path: MINE, ".gitlab-ci.yml": MINE})
    before = files_of(tmp_path)
    with pytest.raises(UserError, match="exists already; --force overwrites it"):
        init(tmp_path, "--ci", service)
    assert files_of(tmp_path) == before, "nothing is written, no gates.yaml either"
    init(tmp_path, "--ci", service, "--force")
    after = files_of(tmp_path)
    assert "gatekeeper check" in after[path]
    assert after[".gitlab-ci.yml"] == MINE


def test_a_pipeline_of_the_project_gets_a_part_to_include(tmp_path: Path) -> None:
    write_files(tmp_path, {**SHOP, ".gitlab-ci.yml": MINE})
    result = init(tmp_path, "--ci", "gitlab")
    _, _, line = result.stdout.partition("add to .gitlab-ci.yml:")
    (entry,) = yaml.safe_load(line.splitlines()[0])["include"]
    assert (tmp_path / entry["local"].removeprefix("/")).read_text("utf-8")
    assert files_of(tmp_path)[".gitlab-ci.yml"] == MINE


def test_a_pipeline_that_we_wrote_is_not_taken_for_another(tmp_path: Path) -> None:
    write_files(tmp_path, SHOP)
    init(tmp_path, "--ci", "gitlab")
    with pytest.raises(UserError, match="exists already"):
        init(tmp_path, "--ci", "gitlab")
    assert init(tmp_path, "--ci", "gitlab", "--force").exit_code == 0
    assert PART not in files_of(tmp_path)


def test_a_pipe_in_the_place_of_the_pipeline_does_not_hang(tmp_path: Path) -> None:
    write_files(tmp_path, SHOP)
    os.mkfifo(tmp_path / ".gitlab-ci.yml")
    assert init(tmp_path, "--ci", "gitlab").exit_code == 0
    assert (tmp_path / PART).is_file()


@pytest.mark.parametrize(
    ("files", "installed"),
    [
        ({}, ""),
        ({"pyproject.toml": "[project]\nname = 'a'\n"}, "--editable . "),
        ({"setup.py": ""}, "--editable . "),
        (
            {"requirements.txt": "a==1", "requirements/dev.txt": "b==1"},
            "--requirement requirements.txt --requirement requirements/dev.txt ",
        ),
        ({"requirements; touch x.txt": "", "requirements$(x).txt": ""}, ""),
    ],
)
def test_the_job_installs_the_project_and_this_gatekeeper(
    tmp_path: Path, files: Files, installed: str
) -> None:
    write_files(tmp_path, {**SHOP, **files})
    init(tmp_path, "--ci", "github")
    init(tmp_path, "--ci", "gitlab")
    command = f"python -m pip install {installed}gatekeeper=={__version__}"
    steps = job(tmp_path, WORKFLOW)["jobs"]["gates"]["steps"]
    assert [step["run"] for step in steps if step.get("name") == "Install"] == [command]
    assert command in job(tmp_path, ".gitlab-ci.yml")["gatekeeper"]["before_script"]


def test_an_interpreter_that_a_checkout_has_not_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {**SHOP, "venv/pyvenv.cfg": "", "venv/bin/python": ""})
    assert "takes venv" in init(tmp_path, "--ci", "github").stdout


def test_below_the_top_of_a_repository_it_says_where_the_job_belongs(
    tmp_path: Path,
) -> None:
    write_files(tmp_path / "new", SHOP)
    assert "move it" not in init(tmp_path / "new", "--ci", "github").stdout
    (tmp_path / ".git").mkdir()
    write_files(tmp_path / "service", SHOP)
    assert "move it" in init(tmp_path / "service", "--ci", "github").stdout
    write_files(tmp_path, SHOP)
    assert "move it" not in init(tmp_path, "--ci", "github").stdout


def test_an_unknown_service_is_a_mistake_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no service named gitlob; did you mean"):
        init(tmp_path, "--ci", "gitlob")
    with pytest.raises(UserError, match=r"known: github, gitlab"):
        init(tmp_path, "--ci", "jenkins")
    assert files_of(tmp_path) == {}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {**SHOP, ".github": "no folder"})
    with pytest.raises(UserError, match="was not written"):
        init(tmp_path, "--ci", "github")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project.optional-dependencies]\ntest = []", "--editable '.[test]' gate"),
        ("[project.optional-dependencies]\ndev = []", "--editable '.[dev]' gate"),
        ("[project.optional-dependencies]\n'x; y' = []", "--editable . gate"),
        ("[project]\noptional-dependencies = 3", "--editable . gate"),
        ("[", "--editable . gate"),
    ],
)
@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_the_job_installs_what_the_tests_need(
    tmp_path: Path, service: str, text: str, words: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    made = ci_file(service, tmp_path, gather(tmp_path).layout, "1.2.3").text
    assert f"pip install {words}" in made
    assert words in repr(yaml.safe_load(made)).replace("\\'", "'")
