"""What is installed: seen by metadata in any change, told apart by content alone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from operator import attrgetter
from pathlib import Path

import pytest

from gatekeeper.cache import search_path as search
from gatekeeper.cache.installed import extra_roots, identity, stamp

LONG_AGO = 1_700_000_000


def install(site: Path, version: str) -> None:
    """As an installer does it: with hashes, without the version that was there."""
    for old in site.glob("tiny*"):
        shutil.rmtree(old)
    info = f"tiny-{version}.dist-info"
    files = {
        "tiny/__init__.py": "LIMIT = 1\n",
        "tiny/data.txt": "data",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
    }
    lines = [f"{name},{digest(text)},{len(text)}" for name, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    for name, text in files.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)


def digest(text: str) -> str:
    raw = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={raw.decode().rstrip('=')}"


def look(*paths: Path) -> tuple[str, str]:
    """What the metadata say, and what the contents say."""
    names = [str(path) for path in paths]
    return stamp(names).digest, identity(names)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    venv.create(tmp_path / "env", symlinks=True)
    return tmp_path / "env" / "bin" / "python"


@pytest.fixture
def site(python: Path) -> Path:
    folder = next(python.parents[1].glob("lib/python*/site-packages"))
    install(folder, "1.0")
    (folder / "tiny" / "old.py").write_text("")
    return folder


def same_size_and_time(site: Path) -> None:
    path = site / "tiny" / "__init__.py"
    before = path.stat()
    path.write_text("LIMIT = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def same_size_and_younger_record(site: Path) -> None:
    same_size_and_time(site)
    time.sleep(0.02)
    (site / "tiny-1.0.dist-info" / "RECORD").touch()


def add(path: Path) -> None:
    path.write_text("")


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited": lambda site: (site / "tiny" / "data.txt").write_text("longer data"),
    "same size and time": same_size_and_time,
    "same size, RECORD younger": same_size_and_younger_record,
    "upgraded": lambda site: install(site, "1.1"),
    "plugin": lambda site: add(site / "tiny-1.0.dist-info" / "entry_points.txt"),
    "deleted": lambda site: (site / "tiny" / "data.txt").unlink(),
    "renamed": lambda site: (site / "tiny" / "old.py").rename(site / "tiny" / "n.py"),
    "folder renamed": lambda site: (site / "tiny").rename(site / "tinier"),
    "loose module": lambda site: add(site / "loose.py"),
    "path file": lambda site: add(site / "more.pth"),
    "namespace": lambda site: (site / "namespace").mkdir(),
    "executable": lambda site: (site / "tiny" / "data.txt").chmod(0o755),
    "link": lambda site: (site / "tiny" / "new.py").symlink_to("old.py"),
    "broken link": lambda site: (site / "tiny" / "new.py").symlink_to("nowhere"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_is_seen(site: Path, change: Callable[[Path], object]) -> None:
    before = look(site)
    assert look(site) == before  # and so it can be found again
    time.sleep(0.02)  # a tick of the file system's clock
    change(site)
    assert not set(before) & set(look(site))


def test_a_copy_has_other_metadata_and_the_same_content(site: Path) -> None:
    before, after = look(site), look(shutil.copytree(site, site.parent / "copy"))
    assert after[0] != before[0] and after[1] == before[1]


def test_a_touched_file_as_well(site: Path) -> None:
    before, latest = look(site), stamp([str(site)]).latest_ctime_ns
    time.sleep(0.02)
    os.utime(site / "tiny" / "data.txt", (LONG_AGO, LONG_AGO))
    assert (after := look(site))[0] != before[0] and after[1] == before[1]
    changed = (site / "tiny" / "data.txt").stat().st_ctime_ns
    assert latest < stamp([str(site)]).latest_ctime_ns == changed


def test_compiled_files_do_not_count(site: Path) -> None:
    before = look(site)
    (site / "tiny" / "__pycache__").mkdir()
    add(site / "tiny" / "__pycache__" / "old.cpython-311.pyc")
    assert look(site) == before


def test_the_order_in_which_a_file_system_lists_does_not_count(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "tiny" / "twin").symlink_to("inner")
    (site / "tiny" / "inner").mkdir()
    scandir, seen = os.scandir, []
    for flip in (False, True):

        def look_up(folder: int, flip: bool = flip) -> AbstractContextManager[object]:
            names = sorted(scandir(folder), key=attrgetter("name"), reverse=flip)
            return nullcontext(names)

        monkeypatch.setattr(os, "scandir", look_up)
        seen.append(look(site))
    assert seen[0] == seen[1]


def test_what_links_lead_to_counts_and_circles_end(site: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    module = tmp_path / "outside" / "module.py"
    module.write_text("1")
    (site / "linked").symlink_to(tmp_path / "outside")
    for name, target in (("circle", "."), ("ring", "tiny/.."), ("loop", "loop")):
        (site / name).symlink_to(target)
    os.mkfifo(site / "waits for a writer")
    before = look(site)
    module.write_text("longer")
    assert not set(before) & set(look(site))


def test_whatever_a_search_path_names_counts(tmp_path: Path) -> None:
    path = tmp_path / "packages.zip"
    seen = [look(path)]
    for text in ("short", "longer"):
        path.write_text(text)
        seen.append(look(path))
    seen += [look(tmp_path, path), look(path, tmp_path)]
    assert all(len(set(each)) == 5 for each in zip(*seen, strict=True))


@pytest.mark.parametrize(
    ("told", "roots"),
    [
        ({"url": "file:///a%20b", "dir_info": {"editable": True}}, ["/a b"]),
        ({"url": "file:///a", "dir_info": {"editable": False}}, []),
        ({"url": "https://a/b.whl", "archive_info": {}}, []),
        (["no object"], []),
    ],
)
def test_editable_projects_are_found(site: Path, told: object, roots: object) -> None:
    (site / "tiny-1.0.dist-info" / "direct_url.json").write_text(json.dumps(told))
    assert extra_roots([str(site), str(site / "missing")]) == roots


def test_an_interpreter_tells_its_search_path(python: Path, site: Path) -> None:
    project, other = site.parent / "project", site.parent / "other"
    other.mkdir()
    project.mkdir()
    (project / "json.py").write_text("raise SystemExit('of the project')")
    noise = "import sys; sys.stdout.write('noise')"
    (site / "more.pth").write_text(f"{project}\n{other}\n{noise}\n")

    def run(argv: Sequence[str]) -> str:
        return subprocess.check_output(argv, cwd=project, env={}, text=True)

    found = search.search_path(str(python), run)
    assert found and sys.version in found.version
    assert found.folders == [str(site), str(other)]
    shutil.rmtree(site)  # another installation may make it again
    assert search.search_path(str(python), run) == (found.folders[:1], found.version)


@pytest.mark.parametrize("printed", [None, "", "noise", "[1, 2, 3, 4]", '["a"]'])
def test_an_interpreter_that_fails_tells_nothing(printed: str | None) -> None:
    assert search.search_path("python", lambda argv: printed) is None


def test_a_changed_interpreter_is_seen(python: Path, tmp_path: Path) -> None:
    link, other, copy = (tmp_path / name for name in ("link", "other", "copy"))
    link.symlink_to(python.resolve())
    other.symlink_to(link)
    shutil.copy2(link, copy)
    changes: list[Callable[[], object]] = [
        lambda: (python.parents[1] / "pyvenv.cfg").write_text("home = /elsewhere\n"),
        lambda: other.replace(python),
        lambda: copy.replace(python),
        lambda: os.utime(python, (LONG_AGO, LONG_AGO)),
    ]
    seen = {search.interpreter_stamp(str(python))}
    for change in changes:
        assert search.interpreter_stamp(str(python)) in seen
        change()
        seen.add(search.interpreter_stamp(str(python)))
    assert None not in seen and len(seen) == 5


def test_nothing_is_told_of_a_script_that_may_start_anything(tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\nexec python3 "$@"\n')
    for name in ("python", "missing"):
        assert search.interpreter_stamp(str(tmp_path / name)) is None


@pytest.mark.parametrize("editable", [True, False])
def test_our_own_search_path_has_packages_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editable: bool
) -> None:
    packages, bin_folder = tmp_path / "packages", tmp_path / "bin"
    (packages / ("gatekeeper" if editable else "tool.dist-info")).mkdir(parents=True)
    monkeypatch.setattr(search, "__file__", f"{packages}/gatekeeper/cache/search.py")
    monkeypatch.setattr(sys, "argv", [str(bin_folder / "gatekeeper")])
    added = [str(bin_folder), str(packages), "/missing", "/missing"]
    monkeypatch.setattr(sys, "path", [*added, *sys.path])
    found = search.own_search_path()
    assert (str(packages) in found) is not editable
    assert found.count("/missing") == 1
    assert os.path.dirname(pytest.__path__[0]) in found
    assert not {str(bin_folder), os.path.dirname(os.__file__)} & set(found)


def test_folders_that_are_promised_and_not_there_are_known(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    lines = ["here", "later", "import sys", "# note", "", "/nowhere/at/all"]
    (tmp_path / "some.pth").write_text("\n".join(lines))
    assert search.promised([str(tmp_path)]) == [
        str(tmp_path / "later"),
        "/nowhere/at/all",
    ]
