"""Every change of a file shows, in metadata or in contents, and nothing else does."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.cache import contents as module
from gatekeeper.cache.contents import Contents
from gatekeeper.cache.tree import metadata, walk


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in ("app/a.py", "app/b.txt", "app/sub/c.py", ".git/x", "ours/report"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("X = 1\n")
    (tmp_path / "far.py").write_text("X = 1\n")
    (root / "far.py").symlink_to("../far.py")
    (root / "folder").symlink_to("app/sub")
    time.sleep(0.02)  # a tick of the file system's clock
    return root


def digest(root: Path) -> str:
    without = frozenset({str(root / "ours"), str(root / "report.json")})
    return walk(str(root), without=without).digest()


def retarget(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def edit(path: Path) -> None:
    """Other content, with the size and the modification time put back."""
    before = path.stat()
    path.write_text("X = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "size": lambda root: (root / "app/a.py").write_text("X = 10\n"),
    "nothing but ctime": lambda root: edit(root / "app/a.py"),
    "nothing but mtime": lambda root: os.utime(root / "app/b.txt", (1, 1)),
    "mode": lambda root: (root / "app/a.py").chmod(0o755),
    "renamed": lambda root: (root / "app/a.py").rename(root / "app/z.py"),
    "folder renamed": lambda root: (root / "app/sub").rename(root / "app/other"),
    "deleted": lambda root: (root / "app/b.txt").unlink(),
    "empty file": lambda root: (root / "app/new").touch(),
    "empty folder": lambda root: (root / "app/new").mkdir(),
    "link retargeted": lambda root: retarget(root / "far.py", "./../far.py"),
    "folder link retargeted": lambda root: retarget(root / "folder", "app"),
    "behind a link": lambda root: edit(root.parent / "far.py"),
    "gone behind a link": lambda root: (root.parent / "far.py").unlink(),
    "broken link": lambda root: (root / "app/new").symlink_to("nowhere"),
    "pipe": lambda root: os.mkfifo(root / "app/new"),
    "folder for a file": lambda root: retarget(root / "far.py", "app"),
}
NOTHING: dict[str, Callable[[Path], object]] = {
    "read": lambda root: (root / "app/a.py").read_text(),
    "compiled": lambda root: shutil.copytree(root / "app", root / "app/__pycache__"),
    "git": lambda root: (root / ".git/index").write_text("1"),
    "ours": lambda root: (root / "ours/more").mkdir(),
    "our file": lambda root: (root / "report.json").touch(),
}


@pytest.mark.parametrize("name", [*CHANGES, *NOTHING])
def test_a_change_is_seen_where_it_counts(root: Path, name: str) -> None:
    before = digest(root)
    assert digest(root) == before
    {**CHANGES, **NOTHING}[name](root)
    assert (digest(root) != before) is (name in CHANGES)


@pytest.mark.parametrize(
    ("target", "opaque"),
    [
        *((".", False), ("..", True), ("app/sub", False), ("/", True)),
        *((".git", True), ("app/../..", True), ("../beside", True), ("back", False)),
    ],
)
def test_links_to_folders_end_and_tell_what_was_not_seen(
    root: Path, target: str, opaque: bool
) -> None:
    (root.parent / "beside").mkdir()
    (root / "back").symlink_to(f"../{root.name}/app")
    (root / "link").symlink_to(target)
    found = walk(str(root))
    assert found.opaque == (("link",) if opaque else ())
    assert "app/sub/c.py" in found.files
    assert not any(path.startswith(("link", "back", ".git")) for path in found.files)


@pytest.mark.parametrize("target", ["link", "app/a.py/more", "nowhere"])
def test_links_that_lead_to_nothing_stand_with_their_reason(
    root: Path, target: str
) -> None:
    (root / "link").symlink_to(target)
    found = walk(str(root)).files["link"]
    assert found[0] == 0 and found[-1].startswith(f"{target}: ")
    assert target in Contents(str(root), None).digest("link", found)


class Project:
    """Digests of one file, each by a memory that went through JSON."""

    def __init__(self, root: Path, path: str) -> None:
        self.root, self.path, self.memory = root, path, "{}"

    def digest(self) -> str:
        contents = Contents(str(self.root), json.loads(self.memory))
        tree = walk(str(self.root))
        found = contents.digest(self.path, tree.files[self.path])
        self.memory = json.dumps(contents.memory())
        return found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, with a clock of no resolution at all."""
    paths: list[str] = []
    genuine = module.content

    def content(path: str) -> str:
        paths.append(path)
        return genuine(path)

    monkeypatch.setattr(module, "content", content)
    monkeypatch.setattr(module, "CLOCK_TICK", 0)
    return paths


@pytest.mark.parametrize("path", ["app/a.py", "far.py"])
def test_content_counts_and_is_read_no_more_than_needed(
    root: Path, read: list[str], path: str
) -> None:
    file, project = root / path, Project(root, path)
    first = project.digest()
    assert project.digest() == first and len(read) == 1
    os.utime(file, (1, 1))
    assert project.digest() == first and len(read) == 2
    time.sleep(0.02)
    edit(file)
    second = project.digest()
    assert second != first and len(read) == 3
    file.chmod(0o755)
    assert project.digest() not in (first, second)


def test_what_is_too_young_is_read_each_time(
    root: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CLOCK_TICK", 2_000_000_000)
    project = Project(root, "app/a.py")
    assert project.digest() == project.digest() and len(read) == 2
    assert project.memory == "{}"


def test_what_cannot_be_read_has_a_reason_and_no_memory(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert Project(root, "pipe").digest()  # and does not wait for a writer
    contents, found = Contents(str(root), {}), metadata(str(root / "app/a.py"))
    assert "No such file" in contents.digest("app/gone.py", found)
    assert contents.memory() == {}


def test_garbage_is_no_memory(root: Path, read: list[str]) -> None:
    project = Project(root, "app/a.py")
    good = project.digest()
    known = json.loads(project.memory)["app/a.py"]
    entries: tuple[Any, ...] = (
        None,
        1,
        "a",
        {},
        known[:6],
        [*known, 1],
        [0, *known[1:]],
    )
    memories: list[Any] = [None, 1, [], *({"app/a.py": entry} for entry in entries)]
    for memory in memories:
        project.memory = json.dumps(memory)
        assert project.digest() == good
    assert len(read) == 1 + len(memories)


def test_files_of_other_branches_are_remembered_to_a_limit(
    root: Path, read: list[str]
) -> None:
    for number, left in ((1_000, 1_001), (1_100, 1)):
        memory = {f"old-{n}.py": [1, 2, 3, 4, 5, "", "x"] for n in range(number)}
        project = Project(root, "app/a.py")
        project.memory = json.dumps(memory)
        project.digest()
        assert len(json.loads(project.memory)) == left
