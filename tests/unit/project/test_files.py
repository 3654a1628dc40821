"""Our own walk: what counts as Python that must be examined."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatekeeper.project.files import Sources, Walker, matches


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("X = 1\n")


def walk(root: Path, *paths: str, exclude: tuple[str, ...] = ()) -> Sources:
    return Walker(str(root)).walk(paths or (".",), exclude)


def test_python_files_of_every_kind_are_found(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "pkg/b.py", "gui.pyw", "c.pyi", "notes.txt", "build/d.py")
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nX = 1\n")
    (tmp_path / "shell").write_text("#!/bin/sh\n")
    found = walk(tmp_path)
    assert found.files == ("a.py", "build/d.py", "gui.pyw", "pkg/b.py", "tool")
    assert found.stubs == ("c.pyi",)
    assert found.gaps == ()


def test_folders_of_others_are_left_out(tmp_path: Path) -> None:
    make(
        tmp_path,
        "a.py",
        ".git/hooks/x.py",
        ".venv/lib/x.py",
        "node_modules/x.py",
        "__pycache__/x.py",
        "demo.egg-info/x.py",
        "env/lib/x.py",
        "generated/x.py",
    )
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    found = Walker(str(tmp_path), frozenset({"generated"})).walk(["."])
    assert found.files == ("a.py",)
    assert {"env", "generated", "node_modules"} <= set(found.left_out)


def test_hidden_folders_are_code_too(tmp_path: Path) -> None:
    make(tmp_path, ".github/scripts/x.py")
    assert walk(tmp_path).files == (".github/scripts/x.py",)


@pytest.mark.parametrize("pattern", ["pkg", "pkg/", "pkg/b.py", "pkg/*.py", "*/b.py"])
def test_exclude_takes_folders_files_and_globs(tmp_path: Path, pattern: str) -> None:
    make(tmp_path, "a.py", "pkg/b.py")
    assert walk(tmp_path, exclude=(pattern,)).files == ("a.py",)


def test_a_path_may_be_a_file_of_any_name(tmp_path: Path) -> None:
    make(tmp_path, "script.txt", "other.py")
    assert walk(tmp_path, "script.txt").files == ("script.txt",)


def test_overlapping_paths_count_a_file_once(tmp_path: Path) -> None:
    make(tmp_path, "pkg/a.py")
    assert walk(tmp_path, ".", "pkg", "pkg/a.py").files == ("pkg/a.py",)


def test_what_cannot_be_examined_is_a_gap(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.py").symlink_to("nowhere")
    (tmp_path / "self.py").symlink_to("self.py")
    (tmp_path / ".#lock.py").symlink_to("user@host")
    (tmp_path / os.fsdecode(b"\xff.py")).write_text("")
    gaps = " ".join(walk(tmp_path).gaps)
    assert "pipe.py: not a regular file" in gaps
    assert "dangling.py: No such file" in gaps
    assert "self.py: Too many levels" in gaps
    assert "its name is not UTF-8" in gaps
    assert len(walk(tmp_path).gaps) == 4


def test_links_between_folders_neither_loop_nor_count_twice(tmp_path: Path) -> None:
    make(tmp_path, "pkg/a.py")
    (tmp_path / "pkg" / "up").symlink_to("..")
    (tmp_path / "again").symlink_to("pkg")
    assert walk(tmp_path).files == ("pkg/a.py",)


def test_a_link_out_of_the_project_is_followed(tmp_path: Path) -> None:
    make(tmp_path, "outside/b.py", "outside/sub/c.py", "root/a.py")
    (tmp_path / "root" / "pkg").symlink_to("../outside")
    found = walk(tmp_path / "root")
    assert found.files == ("a.py", "pkg/b.py", "pkg/sub/c.py")


def test_a_link_to_something_above_or_huge_is_not_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatekeeper.project.files._LINKED_LIMIT", 3)
    make(tmp_path, "root/a.py", *(f"big/{n}/x.py" for n in range(9)))
    (tmp_path / "root" / "up").symlink_to("../..")
    (tmp_path / "root" / "big").symlink_to("../big")
    found = walk(tmp_path / "root")
    assert found.files == ("a.py",)
    assert found.gaps == ("big: links to a very large folder; list it in exclude",)


def test_a_linked_file_counts(tmp_path: Path) -> None:
    make(tmp_path, "outside.py", "root/a.py")
    (tmp_path / "root" / "b.py").symlink_to("../outside.py")
    assert walk(tmp_path / "root").files == ("a.py", "b.py")


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("src/core/a.py", "src/core", True),
        ("src/core/a.py", "src/core/", True),
        ("src/corex.py", "src/core", False),
        ("src/core/a.py", "src/*", True),
        ("src/core/a.py", "*.py", True),
        ("src/core/a.py", ".", True),
        ("a.py", "a.py", True),
        ("b/a.py", "a.py", False),
    ],
)
def test_a_pattern_names_a_path_or_what_holds_it(
    path: str, pattern: str, expected: bool
) -> None:
    assert matches(path, pattern) is expected
