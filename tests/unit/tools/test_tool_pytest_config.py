"""What the project's own pytest settings contribute, and what the policy chooses."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import options_of, write_files

from gatekeeper.tools.pytest_config import carried_over, chooses, pytest_options


@pytest.mark.parametrize(
    ("addopts", "kept"),
    [
        ("-q -x --tb=short -k good --ignore=tests/slow", ()),
        ("--import-mode=importlib", ("--import-mode=importlib",)),
        ("--import-mode importlib -q", ("--import-mode=importlib",)),
        (
            "--doctest-modules --strict-markers",
            ("--doctest-modules", "--strict-markers"),
        ),
        ("--doctest-glob '*.md' -p no:x", ("--doctest-glob=*.md",)),
        ("--deselect tests/test_a.py -p no:junitxml", ()),
        ("--strict-markers 'not closed", ()),
    ],
)
def test_of_addopts_only_what_leaves_nothing_out_is_kept(
    tmp_path: Path, addopts: str, kept: tuple[str, ...]
) -> None:
    write_files(tmp_path, {"pytest.ini": f"[pytest]\naddopts = {addopts}\n"})
    assert carried_over(tmp_path) == kept


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pytest.ini", "[pytest]\naddopts = --strict-markers\n"),
        ("tox.ini", "[pytest]\naddopts = --strict-markers\n"),
        ("setup.cfg", "[tool:pytest]\naddopts = --strict-markers\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--strict-markers'\n"),
        ("pyproject.toml", "[tool.pytest]\naddopts = ['-q', '--strict-markers']\n"),
    ],
)
def test_settings_are_found_where_pytest_looks(
    tmp_path: Path, name: str, content: str
) -> None:
    write_files(tmp_path, {name: content})
    assert carried_over(tmp_path) == ("--strict-markers",)


@pytest.mark.parametrize("content", ["no section\n", "[pytest]\n", ""])
def test_settings_without_options_contribute_nothing(
    tmp_path: Path, content: str
) -> None:
    write_files(tmp_path, {"pytest.ini": content})
    assert carried_over(tmp_path) == ()


def test_the_policy_comes_after_the_project(tmp_path: Path) -> None:
    write_files(tmp_path, {"pytest.ini": "[pytest]\naddopts = --strict-markers -q\n"})
    options = options_of(
        "pytest", {"markers": "fast", "workers": "auto", "args": ["-x"]}
    )
    assert pytest_options(tmp_path, options) == (
        *("-o", "addopts=", "--strict-markers"),
        *("-m", "fast", "-n", "auto", "-x"),
    )


@pytest.mark.parametrize(
    ("given", "choosing"),
    [
        ({}, False),
        ({"args": ["-x", "--maxfail=2"]}, False),
        ({"workers": 2}, False),
        ({"markers": "fast"}, True),
        ({"args": ["-k", "a"]}, True),
        ({"args": ["-ka"]}, True),
        ({"args": ["--deselect=tests/test_a.py"]}, True),
    ],
)
def test_whether_the_policy_leaves_tests_out(
    given: dict[str, object], choosing: bool
) -> None:
    assert chooses(options_of("pytest", given)) is choosing
