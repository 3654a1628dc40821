"""What is installed: seen by metadata in any change, told apart by content alone."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from gatekeeper.cache import search_path as search
from gatekeeper.cache.installed import extra_roots, identity, stamp

LONG_AGO = 1_700_000_000


def wheel(folder: Path, version: str) -> Path:
    """A wheel with one package, its version in METADATA, and a true RECORD."""
    info = f"tiny-{version}.dist-info"
    files = {
        "tiny/__init__.py": "LIMIT = 1\n",
        "tiny/data.txt": "data",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
    }
    lines = [f"{name},{digest(text)},{len(text)}" for name, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,", ""])
    path = folder / f"tiny-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def digest(text: str) -> str:
    raw = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={raw.decode().rstrip('=')}"


def install(site: Path, version: str) -> None:
    """As an installer does it: without the version that was there before."""
    for old in site.glob("tiny*"):
        shutil.rmtree(old)
    with zipfile.ZipFile(wheel(site.parent, version)) as archive:
        archive.extractall(site)


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
    record = site / "tiny-1.0.dist-info" / "RECORD"
    record.write_bytes(record.read_bytes())


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
    assert look(site) == before
    time.sleep(0.02)  # a tick of the file system's clock
    change(site)
    after = look(site)
    assert after[0] != before[0] and after[1] != before[1]


def test_a_new_time_stamp_is_no_new_package(site: Path) -> None:
    before = look(site)
    os.utime(site / "tiny" / "data.txt", (LONG_AGO, LONG_AGO))
    after = look(site)
    assert after[0] != before[0] and after[1] == before[1]


def test_the_latest_change_is_told_whatever_the_modification_time(site: Path) -> None:
    before = stamp([str(site)]).latest_ctime_ns
    time.sleep(0.02)
    os.utime(site / "tiny" / "old.py", (LONG_AGO, LONG_AGO))
    latest = stamp([str(site)]).latest_ctime_ns
    assert before < latest == (site / "tiny" / "old.py").stat().st_ctime_ns


def test_compiled_files_do_not_count(site: Path) -> None:
    before = look(site)
    (site / "tiny" / "__pycache__").mkdir()
    (site / "tiny" / "__pycache__" / "old.cpython-311.pyc").write_bytes(b"x")
    assert look(site) == before


def test_a_copy_elsewhere_is_the_same_whatever_the_file_system_lists_first(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "tiny" / "twin").symlink_to("inner")
    (site / "tiny" / "inner").mkdir()
    before = look(site)
    copy = shutil.copytree(site, tmp_path / "copy", symlinks=True)
    scandir = os.scandir

    @contextlib.contextmanager
    def reverse(folder: int) -> Iterator[list[os.DirEntry[str]]]:
        with scandir(folder) as entries:
            yield sorted(entries, key=lambda entry: entry.name, reverse=True)

    monkeypatch.setattr(os, "scandir", reverse)
    assert look(site) == before
    after = look(copy)
    assert after[0] != before[0] and after[1] == before[1]


def test_what_links_lead_to_counts_and_circles_end(site: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    module = tmp_path / "outside" / "module.py"
    module.write_text("1")
    (site / "linked").symlink_to(tmp_path / "outside")
    (site / "circle").symlink_to(site)
    (site / "loop").symlink_to("loop")
    before = look(site)
    module.write_text("longer")
    after = look(site)
    assert after[0] != before[0] and after[1] != before[1]


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
        ({"url": "file:///a", "dir_info": {}}, []),
        ({"url": "https://a/b.whl", "archive_info": {}}, []),
        (["no object"], []),
    ],
)
def test_editable_projects_are_found(site: Path, told: object, roots: object) -> None:
    path = site / "tiny-1.0.dist-info" / "direct_url.json"
    path.write_text(json.dumps(told))
    assert extra_roots([str(site), str(site / "missing")]) == roots


def ask(argv: Sequence[str], cwd: Path | None = None) -> str | None:
    done = subprocess.run(argv, stdout=subprocess.PIPE, cwd=cwd, text=True)
    return done.stdout if done.returncode == 0 else None


def test_an_interpreter_tells_its_search_path(python: Path, site: Path) -> None:
    project, other = site.parent / "project", site.parent / "other"
    other.mkdir()
    project.mkdir()
    (project / "json.py").write_text("raise SystemExit('of the project')")
    lines = [f"{project}", f"{other}", "import sys; print('noise')"]
    (site / "more.pth").write_text("\n".join(lines))
    found = search.search_path(str(python), lambda argv: ask(argv, project))
    assert found is not None
    assert found.folders == [str(site), str(other)]
    assert sys.version in found.version


@pytest.mark.parametrize("printed", [None, "", "noise", "[1, 2, 3, 4]", '["a"]'])
def test_an_interpreter_that_fails_tells_nothing(printed: str | None) -> None:
    assert search.search_path("python", lambda argv: printed) is None


def test_a_changed_interpreter_is_seen(python: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(python.resolve())
    changes: list[Callable[[], object]] = [
        lambda: (python.parents[1] / "pyvenv.cfg").write_text("home = /elsewhere\n"),
        lambda: (python.unlink(), python.symlink_to(link)),
        lambda: (python.unlink(), shutil.copy2(link, python)),
    ]
    seen = {search.interpreter_stamp(str(python))}
    for change in changes:
        assert search.interpreter_stamp(str(python)) in seen
        change()
        seen.add(search.interpreter_stamp(str(python)))
    assert None not in seen and len(seen) == 4


def test_nothing_is_told_of_a_script_that_may_start_anything(tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\nexec python3 "$@"\n')
    assert search.interpreter_stamp(str(tmp_path / "python")) is None
    assert search.interpreter_stamp(str(tmp_path / "missing")) is None


@pytest.mark.parametrize("editable", [True, False])
def test_our_own_search_path_has_packages_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editable: bool
) -> None:
    packages, bin_folder = tmp_path / "packages", tmp_path / "bin"
    (packages / ("gatekeeper" if editable else "tool.dist-info")).mkdir(parents=True)
    module = packages / "gatekeeper" / "cache" / "search_path.py"
    monkeypatch.setattr(search, "__file__", str(module))
    monkeypatch.setattr(sys, "argv", [str(bin_folder / "gatekeeper")])
    missing = f"{tmp_path}/missing"
    added = [str(bin_folder), str(packages), missing, missing]
    monkeypatch.setattr(sys, "path", [*added, *sys.path])
    found = search.own_search_path()
    assert (str(packages) in found) is not editable
    assert found.count(missing) == 1
    assert os.path.dirname(pytest.__path__[0]) in found
    assert not {str(bin_folder), os.path.dirname(os.__file__)} & set(found)


@pytest.mark.skipif(not importlib.util.find_spec("pip"), reason="pip is not installed")
def test_pip_installs_the_same_twice(tmp_path: Path) -> None:
    wheel(tmp_path, "1.0")
    wheel(tmp_path, "1.1")
    seen = []
    for number, wanted in enumerate(("tiny==1.0", "tiny==1.1", "tiny==1.0")):
        target = str(tmp_path / f"target{number}")
        options = ["--no-index", "--find-links", str(tmp_path), "--target", target]
        ask([sys.executable, "-m", "pip", "-q", "install", *options, wanted])
        seen.append(identity([target]))
    assert seen[0] == seen[2] != seen[1]
