"""Safety's local database: what makes it useless as a proof."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from support import write_files

from gatekeeper.advisories.database import Database, DatabaseError

DAY = 86_400
BRIEF: dict[str, Any] = {
    "meta": {"schema_version": "2.0.0", "timestamp": 1_700_000_000},
    "vulnerable_packages": {
        "flask": ["<0.12.3", ">=1,<1.2"],
        "pyyaml": ["<4.1"],
    },
}
FULL: dict[str, Any] = {
    "meta": {"schema_version": "2.0.0"},
    "vulnerable_packages": {
        "flask": [{"specs": ["<0.12.3"]}, {"specs": [">=1,<1.2"]}],
        "pyyaml": [{"specs": ["<4.1"]}],
    },
}


def folder(tmp_path: Path, brief: object = BRIEF, full: object = FULL) -> Path:
    """A database; a text is written as it is, anything else as JSON."""

    def text(document: object) -> str | bytes:
        return document if isinstance(document, str | bytes) else json.dumps(document)

    files = {"insecure.json": text(brief), "insecure_full.json": text(full)}
    return write_files(tmp_path, files)


def changed(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**document, **values}


def test_files_that_agree_are_complete(tmp_path: Path) -> None:
    database = Database(folder(tmp_path))
    assert database.incomplete(["flask", "pyyaml", "fine"]) == []


@pytest.mark.parametrize(
    ("entries", "lacking"),
    [
        ({"flask": [], "pyyaml": [{"specs": ["<4.1"]}]}, ["flask"]),
        ({}, ["flask", "pyyaml"]),
        # What the second file knows of and the first does not is never matched.
        (
            {
                "fine": [{"specs": ["<1"]}],
                "flask": [{"specs": ["<0.12.3", ">=1,<1.2"]}],
                "pyyaml": [{"specs": ["<4.1", ">5"]}],
            },
            ["fine", "pyyaml"],
        ),
        ({"flask": [{"specs": ["<0.12.3"]}], "pyyaml": []}, ["flask", "pyyaml"]),
        # A range written in another way is dropped by safety just like a missing one.
        (
            {
                "flask": [{"specs": ["<0.12.3", ">=1,<1.2"]}],
                "pyyaml": [{"specs": ["<4.1.0"]}],
            },
            ["pyyaml"],
        ),
    ],
)
def test_every_range_needs_its_details(
    tmp_path: Path, entries: dict[str, Any], lacking: list[str]
) -> None:
    full = changed(FULL, vulnerable_packages=entries)
    database = Database(folder(tmp_path, full=full))
    assert database.incomplete(["fine", "flask", "pyyaml"]) == lacking
    assert database.incomplete(["unknown"]) == []


@pytest.mark.parametrize("which", ["insecure.json", "insecure_full.json"])
@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "is no database of safety"),
        ("{", "is no database of safety"),
        ("null", "is no database of safety"),
        ("[]", "is no database of safety"),
        ("{}", "is no database of safety"),
        (b"\xff\xfe\x00", "is no database of safety"),
        ({"meta": {}}, "is no database of safety"),
        ({"meta": []}, "is no database of safety"),
        ({"meta": {"schema_version": "2.0.0"}}, "is no database of safety"),
        ("[" * 100_000, "is no database of safety"),
        ('{"meta": {}, "meta": {}}', "a key stands twice in one object"),
        (changed(FULL, vulnerable_packages={"Flask": []}), "never finds: Flask"),
        (changed(FULL, vulnerable_packages={"a_b": []}), "never finds: a_b"),
        (changed(FULL, vulnerable_packages=[]), "holds no vulnerable_packages"),
        (changed(FULL, vulnerable_packages=None), "holds no vulnerable_packages"),
        (changed(FULL, meta={"schema_version": "1.1.0"}), "has schema 1.1.0"),
        (changed(FULL, meta={"schema_version": "2.0.1"}), "has schema 2.0.1"),
        (changed(FULL, meta={"schema_version": 2}), "has schema 2"),
    ],
)
def test_a_file_that_is_no_database_is_refused(
    tmp_path: Path, which: str, document: object, said: str
) -> None:
    brief, full = (document, FULL) if which == "insecure.json" else (BRIEF, document)
    with pytest.raises(DatabaseError) as caught:
        Database(folder(tmp_path, brief, full))
    assert said in str(caught.value)
    assert f"{which} " in str(caught.value)


@pytest.mark.parametrize("which", ["insecure.json", "insecure_full.json"])
def test_a_file_that_is_missing_is_refused(tmp_path: Path, which: str) -> None:
    (folder(tmp_path) / which).unlink()
    with pytest.raises(DatabaseError, match=f"{which}: No such file or directory"):
        Database(tmp_path)


def test_a_file_of_absurd_size_is_refused(tmp_path: Path) -> None:
    with (folder(tmp_path) / "insecure_full.json").open("wb") as stream:
        stream.truncate(500_000_001)
    with pytest.raises(DatabaseError, match="larger than 500 MB"):
        Database(tmp_path)


def test_an_empty_database_is_refused(tmp_path: Path) -> None:
    brief = changed(BRIEF, vulnerable_packages={})
    with pytest.raises(DatabaseError, match="lists no vulnerable package at all"):
        Database(folder(tmp_path, brief))


@pytest.mark.parametrize("days", [0, 0.5, 1, 30, 400])
def test_the_age_is_counted_in_days(tmp_path: Path, days: float) -> None:
    meta = {"schema_version": "2.0.0", "timestamp": time.time() - days * DAY}
    age = Database(folder(tmp_path, changed(BRIEF, meta=meta))).age_days
    assert age is not None
    assert days <= age < days + 0.01


@pytest.mark.parametrize("stamp", [None, 0, -5, True, "1700000000", [], "yesterday"])
def test_a_stamp_that_says_nothing_is_no_age(tmp_path: Path, stamp: object) -> None:
    meta = {"schema_version": "2.0.0", "timestamp": stamp}
    assert Database(folder(tmp_path, changed(BRIEF, meta=meta))).age_days is None


def test_without_a_stamp_there_is_no_age(tmp_path: Path) -> None:
    meta = {"schema_version": "2.0.0"}
    assert Database(folder(tmp_path, changed(BRIEF, meta=meta))).age_days is None


@pytest.mark.parametrize("stamp", [1_700_000_000_000, float("inf")])
def test_a_stamp_in_the_far_future_says_nothing(tmp_path: Path, stamp: float) -> None:
    meta = {"schema_version": "2.0.0", "timestamp": stamp}
    assert Database(folder(tmp_path, changed(BRIEF, meta=meta))).age_days is None
