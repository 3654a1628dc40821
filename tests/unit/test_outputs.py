"""Which files reports go to, and which policy counts, before anything is run."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from gatekeeper.commands.output import Terminal, clear, parse_outputs, write_file
from gatekeeper.errors import UserError
from gatekeeper.policy.locate import locate
from gatekeeper.reporters.github import mistake


def test_a_report_of_an_earlier_run_is_taken_away(tmp_path: Path) -> None:
    old, aim = tmp_path / "old.xml", tmp_path / "aim.xml"
    aim.write_text("passed")
    old.symlink_to(aim)
    clear([("junit", old), ("html", tmp_path / "none.html")], [])
    assert not aim.exists() and old.is_symlink()


def test_what_is_read_is_never_taken_away(tmp_path: Path) -> None:
    policy, other = tmp_path / "gates.yaml", tmp_path / "r.json"
    policy.write_text("version: 1\n")
    other.write_text("{}")
    outputs = [("json", other), ("json", tmp_path / "." / "gates.yaml")]
    with pytest.raises(UserError, match=r"gates\.yaml is read"):
        clear(outputs, [policy])
    assert policy.exists() and other.exists()


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["json=-"], "for stdout there is --format json"),
        (["junit=a.xml", "html=./a.xml"], "another report is written there"),
    ],
)
def test_mistakes_are_told(
    texts: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=why):
        parse_outputs(texts)


def test_a_report_can_go_into_a_pipe(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert write_file(pipe, "text", Terminal.of({}, sys.stdout, sys.stderr))
    reader.join()
    assert read == ["text"] and pipe.is_fifo()


def test_the_policy_of_the_root_counts_where_there_is_no_other(tmp_path: Path) -> None:
    root = tmp_path / "services" / "a"
    root.mkdir(parents=True)
    own, above = root / "gates.yaml", tmp_path / "gates.yaml"
    assert locate(tmp_path, root) is None
    own.write_text("")
    assert locate(tmp_path, root) == own == locate(root, root)
    above.write_text("")
    assert locate(tmp_path) == above
    with pytest.raises(UserError, match="has a policy of its own"):
        locate(tmp_path, root)
    own.unlink()
    assert locate(tmp_path, root) == above


def test_a_mistake_is_one_annotation() -> None:
    told = mistake("gates.yaml:3: unknown key\n::warning::x 100%")
    assert told == (
        "::error title=gatekeeper::gates.yaml:3: unknown key ::warning::x 100%25\n"
    )
