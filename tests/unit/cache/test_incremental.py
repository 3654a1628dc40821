"""The tool's own cache is used only where the tool cannot be taken in by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from gatekeeper.cache.incremental import Incremental

SECOND = 1_000_000_000
AT = 1_700_000_000 * SECOND
Files = Mapping[str, tuple[int, int, str]]
BEFORE: Files = {"a.py": (10, AT, "old"), "b.py": (10, AT, "same")}


def opened(kept: Path, files: Files = BEFORE) -> Incremental | None:
    """Open with files of a size, a modification time and a content."""
    contents = {path: content for path, (_, _, content) in files.items()}
    known = {path: (0o644, s, at, at, 1, "") for path, (s, at, _) in files.items()}
    return Incremental.open(kept, contents, known)


def run(kept: Path, files: Files = BEFORE, *, sound: bool | None = True) -> bool:
    """Whether the tool found its cache; it leaves one, and None is a killed run."""
    found = opened(kept, files)
    assert found is not None and found.kept == kept
    had = (kept / "cache").exists()
    (kept / "cache").mkdir(exist_ok=True)
    if sound is None:
        os.close(found._lock)
    else:
        found.done(sound=sound)
    return had


@pytest.mark.parametrize(
    ("now", "kept_on"),
    [
        ({"a.py": (10, AT, "old")}, True),
        ({"a.py": (10, AT + 1, "new")}, False),
        ({"a.py": (10, AT + SECOND - 1, "new")}, False),
        ({"a.py": (10, AT + SECOND, "new")}, True),
        ({"a.py": (11, AT, "new")}, True),
        ({"a.py": (10, AT + 5 * SECOND, "old")}, True),
        ({"c.py": (10, AT, "new")}, True),
    ],
)
def test_a_file_that_looks_the_same_throws_the_cache_away(
    tmp_path: Path, now: Files, kept_on: bool
) -> None:
    assert not run(tmp_path / "kept")
    assert run(tmp_path / "kept")
    assert run(tmp_path / "kept", {**BEFORE, **now}) is kept_on
    assert run(tmp_path / "kept", {**BEFORE, **now})


def test_a_file_that_was_away_meanwhile_is_remembered(tmp_path: Path) -> None:
    run(tmp_path / "kept")
    assert run(tmp_path / "kept", {"b.py": BEFORE["b.py"]})
    assert not run(tmp_path / "kept", {**BEFORE, "a.py": (10, AT, "new")})


@pytest.mark.parametrize("sound", [False, None])
def test_a_run_that_came_to_no_end_leaves_nothing(
    tmp_path: Path, sound: bool | None
) -> None:
    run(tmp_path / "kept")
    assert run(tmp_path / "kept", sound=sound)
    assert not run(tmp_path / "kept")


@pytest.mark.parametrize("state", ["", "[]", "1", '{"a.py": [10', "\xe4"])
def test_a_damaged_state_throws_the_cache_away(tmp_path: Path, state: str) -> None:
    run(tmp_path / "kept")
    (tmp_path / "kept" / "state.json").write_text(state, "latin-1")
    assert not run(tmp_path / "kept")


def test_only_one_at_a_time(tmp_path: Path) -> None:
    run(tmp_path / "kept")
    first = opened(tmp_path / "kept")
    assert first is not None and opened(tmp_path / "kept") is None
    first.done(sound=True)
    assert run(tmp_path / "kept")


def test_a_folder_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("in the way")
    assert opened(tmp_path / "kept") is None


def test_what_the_tool_kept_elsewhere_is_taken_over_once(tmp_path: Path) -> None:
    for text in ("first", "second"):
        (tmp_path / text / "cache").mkdir(parents=True)
        (tmp_path / text / "cache" / "data").write_text(text)
    found = opened(tmp_path / "kept")
    assert found is not None
    found.adopt(tmp_path / "nowhere")
    assert not (tmp_path / "kept" / "cache").exists()
    for text in ("first", "second"):
        found.adopt(tmp_path / text)
        (data,) = (tmp_path / "kept" / "cache").iterdir()
        assert data.read_text() == "first"
    found.done(sound=True)
    assert run(tmp_path / "kept")
