"""What was not committed, as one number, in real checkouts of git."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from gatekeeper.project.revision import SAFE, Git
from gatekeeper.project.uncommitted import UNKNOWN, changes

ALONE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
WHO = "-c user.name=a -c user.email=a@example.org -c commit.gpgsign=false".split()


def do(root: Path, *arguments: str) -> None:
    argv = ["git", *WHO, *arguments]
    environ = {**os.environ, **ALONE}
    subprocess.run(argv, cwd=root, env=environ, check=True, capture_output=True)


def git_in(root: Path) -> Git:
    def git(*arguments: str) -> str | None:
        argv = ["git", *SAFE, *arguments]
        environ = {**os.environ, **ALONE}
        done = subprocess.run(argv, cwd=root, env=environ, capture_output=True)
        said = done.stdout.decode("utf-8", "surrogateescape")
        return said if done.returncode == 0 else None

    return git


def state(root: Path) -> str | None:
    return changes(git_in(root), root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "checkout"
    (made / "src").mkdir(parents=True)
    (made / "src" / "a.py").write_text("A = 1\n")
    (made / "data.bin").write_bytes(b"\x00\x01")
    (made / ".gitignore").write_text("made.py\n")
    do(made, "init", "-q")
    do(made, "add", "-A")
    do(made, "commit", "-q", "-m", "x")
    return made


def test_a_clean_checkout_has_none(root: Path) -> None:
    assert state(root) is None
    (root / "src" / "a.py").touch()
    assert state(root) is None


def test_without_git_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("A = 1\n")
    assert changes(lambda *_: None, tmp_path) is None


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda r: (r / "src/a.py").write_text("A = 2\n"), id="edited"),
        pytest.param(lambda r: (r / "src/a.py").unlink(), id="deleted"),
        pytest.param(lambda r: (r / "src/a.py").chmod(0o755), id="mode"),
        pytest.param(lambda r: (r / "data.bin").write_bytes(b"\x00\x02"), id="binary"),
        pytest.param(lambda r: (r / "src/b.py").write_text(""), id="new"),
        pytest.param(lambda r: (r / "b.pyi").write_text(""), id="stub"),
        pytest.param(lambda r: (r / "b.py").symlink_to("nowhere"), id="link"),
    ],
)
def test_every_change_counts(root: Path, edit: Callable[[Path], object]) -> None:
    edit(root)
    found = state(root)
    assert found is not None and len(found) == 64
    assert state(root) == found


def test_staged_or_not_is_the_same(root: Path) -> None:
    (root / "src" / "a.py").write_text("A = 2\n")
    found = state(root)
    do(root, "add", "-A")
    assert state(root) == found is not None


def test_another_content_or_name_is_another_state(root: Path) -> None:
    seen = {state(root)}
    for name, text in (("b.py", "1"), ("b.py", "2"), ("c.py", "2")):
        (root / name).write_text(text)
        seen.add(state(root))
        (root / name).unlink()
    for data in (b"\x00\x02", b"\x00\x03", b"\xff\xfe"):
        (root / "data.bin").write_bytes(data)
        seen.add(state(root))
    assert len(seen) == 7


def short(content: bytes) -> str:
    """The first digits of the name that git gives to a content."""
    named = b"blob %d\x00" % len(content) + content
    return hashlib.sha1(named, usedforsecurity=False).hexdigest()[:4]


def test_binary_files_count_in_full(root: Path) -> None:
    do(root, "config", "core.abbrev", "4")
    seen: dict[str, bytes] = {}
    for number in count():
        content = b"\x00%d" % number
        other = seen.setdefault(short(content), content)
        if other != content:
            break
    states = set()
    for data in (content, other):
        (root / "data.bin").write_bytes(data)
        states.add(state(root))
    assert len(states) == 2


def test_what_is_no_python_or_ignored_does_not_count(root: Path) -> None:
    for name in ("part-1.json", "made.py", "node_modules/gyp.py", ".venv/lib/a.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    os.mkfifo(root / "pipe.py")
    assert state(root) is None


def test_a_new_file_may_be_called_anything(root: Path) -> None:
    name = os.fsencode(root) + b"/\xff \n--.py"
    with open(name, "w") as stream:
        stream.write("x")
    one = state(root)
    with open(name, "w") as stream:
        stream.write("y")
    assert None not in (one, state(root)) and state(root) != one


def test_settings_of_the_repository_start_nothing_and_hide_nothing(
    root: Path, tmp_path: Path
) -> None:
    (root / "src" / "a.py").write_text("A = 2\n")
    one = state(root)
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    spy.chmod(0o755)
    do(root, "config", "diff.external", str(spy))
    do(root, "config", "diff.own.textconv", str(spy))
    do(root, "config", "diff.own.command", str(spy))
    do(root, "config", "color.ui", "always")
    (root / ".git" / "info" / "attributes").write_text("*.py diff=own\n")
    assert state(root) == one
    (root / "src" / "a.py").write_text("A = 3\n")
    assert state(root) not in (one, None)
    assert not (tmp_path / "started").exists()


def test_below_the_top_what_is_tracked_counts_everywhere(root: Path) -> None:
    (root / "data.bin").write_bytes(b"\x00\x02")
    assert state(root / "src") == state(root) is not None


def test_before_the_first_commit_everything_counts(tmp_path: Path) -> None:
    do(tmp_path, "init", "-q")
    assert state(tmp_path) is None
    (tmp_path / "a.txt").write_text("1\n")
    do(tmp_path, "add", "-A")
    one = state(tmp_path)
    (tmp_path / "a.txt").write_text("2\n")
    assert None not in (one, state(tmp_path)) and state(tmp_path) != one


def test_where_git_gives_up_the_state_is_unknown(root: Path) -> None:
    git = git_in(root)

    def broken(*arguments: str) -> str | None:
        return None if arguments[0] == "diff" else git(*arguments)

    assert changes(broken, root) == UNKNOWN
