"""Layout, interpreter, settings and git, each on a small checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gatekeeper.project import layout, revision, settings
from gatekeeper.project.interpreter import choose


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def test_src_is_the_source_if_there_is_one(tmp_path: Path) -> None:
    make(tmp_path, "src/shop/__init__.py", "other/__init__.py")
    assert layout.default_source(tmp_path) == ["src"]


def test_otherwise_packages_and_modules_but_not_the_tests(tmp_path: Path) -> None:
    make(
        tmp_path,
        *("shop/__init__.py", "plain/mod.py", "app.py", "setup.py", "conftest.py"),
        *("tests/test_a.py", "docs/conf.py", ".hidden/x.py", "test_b.py", "data/x.txt"),
    )
    assert layout.default_source(tmp_path) == ["app.py", "plain", "shop"]


def test_tests_are_where_custom_has_them(tmp_path: Path) -> None:
    assert layout.default_tests(tmp_path) == ["."]
    (tmp_path / "test").mkdir()
    assert layout.default_tests(tmp_path) == ["test"]
    (tmp_path / "tests").mkdir()
    assert layout.default_tests(tmp_path) == ["tests"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("pkg", "src/pkg"),
        ("pkg.mod", "src/pkg/mod.py"),
        ("app", "app.py"),
        ("src", "src"),
        ("none", None),
    ],
)
def test_a_source_may_be_named_as_a_module(
    tmp_path: Path, name: str, found: str | None
) -> None:
    make(tmp_path, "src/pkg/mod.py", "app.py")
    assert layout.find_source(tmp_path, name) == found


def test_the_interpreter_is_the_active_one_then_dot_venv_then_ours(
    tmp_path: Path,
) -> None:
    assert choose("auto", tmp_path, {}).path == sys.executable
    make(tmp_path, ".venv/bin/python", "active/bin/python", "mine/bin/python")
    assert choose("auto", tmp_path, {}).origin == ".venv"
    active = {"VIRTUAL_ENV": str(tmp_path / "active")}
    assert choose("auto", tmp_path, active).origin == "$VIRTUAL_ENV"
    gone = {"VIRTUAL_ENV": str(tmp_path / "gone")}
    assert choose("auto", tmp_path, gone).origin == ".venv"
    for wanted in ("mine", "mine/bin/python"):
        assert choose(wanted, tmp_path, active).path == str(
            tmp_path / "mine" / "bin" / "python"
        )


@pytest.mark.parametrize(
    ("name", "text", "tool"),
    [
        ("pyproject.toml", "[tool.mypy\n", "mypy"),
        ("pyproject.toml", "[tool.mypy\n", "coverage"),
        ("setup.cfg", "[flake8\n", "flake8"),
        ("setup.cfg", "no section\n", "flake8"),
        (".flake8", "[flake8]\nignore = a\nignore = b\n", "flake8"),
        ("mypy.ini", "\udcff", "mypy"),
    ],
)
def test_settings_that_do_not_parse_are_told(
    tmp_path: Path, name: str, text: str, tool: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8", "surrogateescape")
    (line,) = settings.broken(tmp_path, tool)
    assert line.startswith(f"{name} does not parse")
    assert list(settings.broken(tmp_path, "bandit")) in (
        [],
        [line.replace(tool, "bandit")],
    )


def test_settings_that_do_not_count_are_told_unless_adopted(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nignore = E501\n[mypy]\nstrict = 1\n")
    (line,) = settings.unused(tmp_path, "flake8", None)
    assert line == "[flake8] in setup.cfg does not count here; gates.yaml decides"
    assert list(settings.unused(tmp_path, "flake8", "setup.cfg")) == []


def git(root: Path) -> revision.Git:
    def run(*arguments: str) -> str | None:
        done = subprocess.run(
            ["git", *revision.SAFE, *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout if done.returncode == 0 else None

    return run


def test_a_checkout_tells_commit_branch_and_whether_it_is_dirty(tmp_path: Path) -> None:
    assert revision.revision(git(tmp_path)).commit is None
    run = git(tmp_path)
    run("init", "-b", "trunk")
    make(tmp_path, "a.py")
    assert revision.revision(run).dirty
    run("add", "-A")
    run("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "x")
    clean = revision.revision(run)
    assert (clean.branch, clean.dirty) == ("trunk", False)
    assert clean.commit is not None and len(clean.commit) == 40
    (tmp_path / "a.py").write_text("changed")
    assert revision.revision(run).dirty


def test_git_tells_what_it_ignores_but_not_what_it_tracks(tmp_path: Path) -> None:
    run = git(tmp_path)
    run("init")
    make(tmp_path, "kept/a.py", "gone/b.py", "one.py")
    (tmp_path / ".gitignore").write_text("kept/\ngone/\none.py\n")
    run("add", "-f", "kept/a.py")
    assert revision.ignored(run) == {"gone", "one.py"}
