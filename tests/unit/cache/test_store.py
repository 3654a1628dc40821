"""What is kept comes back whole or not at all, whatever happened to it on the disk."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gatekeeper.cache import store as module
from gatekeeper.cache.store import Store

VALUE = {"text": "ä\ud800\n", "numbers": [1, 0.5, None, True], "empty": {}}
WRITER = """
import pathlib, sys
from gatekeeper.cache.store import Store
store = Store(pathlib.Path(sys.argv[1]))
print("begun", flush=True)
for number in range(300):
    store.write("runs", "a", [number] * (number * 37 % 5000 + 1))
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = Store(tmp_path / "cache")
    assert found.problem() == ""
    return found


def kept(store: Store, name: str = "a", kind: str = "runs") -> Path:
    return store.folder / kind / f"{name}.json"


def test_a_value_comes_back_to_another_process(store: Store) -> None:
    assert store.read("runs", "a") is None and not store.holds_any("runs")
    for value in (VALUE, "another"):
        store.write("runs", "a", value)
        assert Store(store.folder.parent).read("runs", "a") == value
    assert store.holds_any("files", "runs") and not store.holds_any("files")
    assert store.written
    for path in (store.folder, kept(store)):
        assert path.stat().st_mode & 0o077 == 0  # only ours


def test_no_byte_can_be_lost_or_altered(store: Store) -> None:
    store.write("runs", "a", VALUE)
    whole = kept(store).read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        for content in (whole[:place], bytes(damaged), whole[place + 1 :]):
            kept(store).write_bytes(content)
            assert store.read("runs", "a") is None, content
    kept(store).write_bytes(whole)
    assert store.read("runs", "a") == VALUE


def test_a_copy_in_another_place_is_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("runs", "a", VALUE)
    for name, kind in (("b", "runs"), ("a", "files")):
        kept(store, name, kind).parent.mkdir(exist_ok=True)
        shutil.copy(kept(store), kept(store, name, kind))
        assert store.read(kind, name) is None
    monkeypatch.setattr(module, "_FORMAT", "results-99")
    later = Store(store.folder.parent)
    shutil.copytree(store.folder, later.folder)
    assert later.read("runs", "a") is None


def deep(path: Path) -> None:
    """JSON that no parser can follow, with the right checksum."""
    body = b"[" * 200_000
    path.write_bytes(module._head("runs", "a", body) + body)


SPOILT: dict[str, Callable[[Path], object]] = {
    "a folder": lambda path: path.mkdir(),
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "empty": lambda path: path.touch(),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 9),
    "without a body": lambda path: path.write_bytes(module._head("runs", "a", b"")),
    "too deep": deep,
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_what_is_no_entry_is_nothing(
    store: Store, spoil: Callable[[Path], object]
) -> None:
    kept(store).parent.mkdir()
    spoil(kept(store))
    assert store.read("runs", "a") is None
    store.write("runs", "a", VALUE)
    assert store.read("runs", "a") in (VALUE, None)
    assert not list(store.folder.rglob(".new-*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do anything")
def test_rights_that_are_missing_are_no_exception(store: Store) -> None:
    store.write("runs", "a", VALUE)
    kept(store).chmod(0)
    assert store.read("runs", "a") is None
    kept(store).parent.chmod(0o500)
    store.write("runs", "b", VALUE)
    assert not kept(store, "b").exists()
    kept(store).parent.chmod(0o700)


@pytest.mark.parametrize("place", [".", "results-1", "results-1/runs"])
def test_a_file_in_the_folder_s_place_is_no_exception(
    tmp_path: Path, place: str
) -> None:
    path = tmp_path / "cache" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")
    store = Store(tmp_path / "cache")
    store.write("runs", "a", VALUE)
    store.prune()
    assert store.read("runs", "a") is None and not store.holds_any("runs")
    assert not store.written and path.read_text() == "in the way"
    assert ("cannot be used" in store.problem()) is (path.name != "runs")


def test_a_full_disk_leaves_what_was_there(store: Store) -> None:
    store.write("runs", "a", VALUE)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        store.write("runs", "a", ["long"] * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert store.read("runs", "a") == VALUE
    assert os.listdir(kept(store).parent) == ["a.json"]


def test_two_that_write_and_one_that_reads_see_whole_values(store: Store) -> None:
    command = [sys.executable, "-c", WRITER, str(store.folder.parent)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == b"begun\n"
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if (value := store.read("runs", "a")) is not None:
            assert value == value[:1] * (value[0] * 37 % 5000 + 1)
            seen.add(value[0])
    assert len(seen) > 1 and not any(w.communicate()[1] for w in writers)
    assert os.listdir(kept(store).parent) == ["a.json"]


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o702])
def test_a_folder_that_others_may_write_is_not_trusted(store: Store, mode: int) -> None:
    store.folder.chmod(mode)
    assert ("written by others" in store.problem()) is (mode != 0o755)


def test_a_link_in_the_folder_s_place_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    store = Store(tmp_path / "cache")
    store.folder.parent.mkdir()
    store.folder.symlink_to(tmp_path / "elsewhere")
    assert "not a folder of ours" in store.problem()


def used(path: Path, ago: float) -> None:
    then = time.time() - ago
    os.utime(path, (then, then))


def test_what_was_not_used_for_longest_goes_first(store: Store) -> None:
    for age, name in enumerate("abcdefghij"):
        store.write("runs", name, "x" * 1000)
        used(kept(store, name), 1000 - age)
    size = kept(store).stat().st_size
    store.prune(10 * size)
    assert len(list(store.entries())) == 10
    store.read("runs", "a")  # and so it was used
    store.prune(10 * size - 1)
    left = {entry.path.stem for entry in store.entries()}
    assert left == set("aefghij")  # less than eight tenths


def test_the_folder_of_a_tool_counts_as_a_whole(store: Store) -> None:
    store.write("runs", "a", "x")
    folder = store.place("mypy", "b")
    (folder / "cache" / "3.11").mkdir(parents=True)
    for name in ("lock", "cache/one", "cache/3.11/two"):
        (folder / name).write_bytes(b"x" * 1000)
    used(folder, 100)
    sizes = {entry.path: entry.size for entry in store.entries()}
    assert sizes == {folder: 3000, kept(store): kept(store).stat().st_size}
    store.prune(2999)
    assert not folder.exists() and store.read("runs", "a") == "x"


def test_what_a_killed_process_left_is_removed(store: Store) -> None:
    store.write("runs", "a", VALUE)
    for name, ago in ((".new-old", 4000), (".new-young", 1000), ("b.json", 4000)):
        (kept(store).parent / name).write_text("half")
        used(kept(store).parent / name, ago)
    store.prune()
    left = sorted(os.listdir(kept(store).parent))
    assert left == [".new-young", "a.json", "b.json"]


def test_clear_drops_everything_and_nothing_else(store: Store, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text(json.dumps(VALUE))
    store.write("runs", "a", VALUE)
    store.place("mypy", "b").mkdir(parents=True)
    (store.folder / "runs" / "link").symlink_to(tmp_path)
    store.clear()
    store.clear()
    assert store.read("runs", "a") is None and not list(store.entries())
    assert os.listdir(store.folder.parent) == [] and (tmp_path / "precious").exists()
