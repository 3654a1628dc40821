"""One clear message for each way in which a file is no measurement."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatekeeper.performance import content
from gatekeeper.performance.trial import UnreadableError


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'{"a": 1', "line 1, column 8: .*cut off"),
        (b'{"a": [1, 2', "cut off"),
        (b'{"a": "b', "cut off"),
        (b'{"a": 1}}', "line 1, column 9: Expecting value"),
        (b'{"a": 1, "a": 2}', "has 'a' twice"),
        (b'{"a": \xff}', r"not UTF-8 \(byte 6\)"),
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number of absurd length"),
    ],
)
def test_damaged_content(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        content.parse(data)


def test_text_is_content_without_documents() -> None:
    found = content.parse(b"This is ApacheBench\n")
    assert (found.text, found.documents) == ("This is ApacheBench\n", ())


def test_a_byte_order_mark_does_not_matter() -> None:
    assert content.parse(b'\xef\xbb\xbf{"a": 1}').document == {"a": 1}


def test_documents_one_after_the_other_are_repeated_runs() -> None:
    found = content.parse(b'{"a": 1}\n{"a": 2}{"a": 3}\n')
    assert found.documents == ({"a": 1}, {"a": 2}, {"a": 3})
    assert found.document is None


def test_a_folder_a_pipe_and_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        (".", "is a folder"),
        ("pipe", "no regular file"),
        ("absent", "cannot be read: No such file"),
    ):
        with pytest.raises(UnreadableError, match=message):
            content.load(tmp_path / name)


def test_a_log_of_500_megabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as stream:
        stream.truncate(500_000_000)
    with pytest.raises(UnreadableError, match="has 500 MB, and 50 are the limit"):
        content.load(path)
