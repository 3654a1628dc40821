"""The recordings themselves: still true of the command lines in use, and clean."""

from __future__ import annotations

import getpass
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support import RECORDED, Recording, exchange, placeholders, write_files

from gatekeeper.model import Run, RunStatus
from gatekeeper.tools import ADAPTERS

NAMES = sorted(
    str(path.parent.relative_to(RECORDED)) for path in RECORDED.glob("*/*/meta.json")
)


def test_there_are_recordings_of_every_tool() -> None:
    programs = {n for n, adapter in ADAPTERS.items() if adapter.interpreter != "none"}
    assert {name.partition("/")[0] for name in NAMES} == programs


@pytest.mark.parametrize("name", NAMES)
def test_the_command_line_is_the_one_in_use(tmp_path: Path, name: str) -> None:
    """Where it is not, what was recorded says nothing: run tests/recorded/record.py."""
    recording = Recording.of(name)
    root = write_files(tmp_path.resolve() / "project", recording.files())
    upstream: tuple[Run | None, Path | None] = (None, None)
    for number, run in enumerate(recording.meta["runs"]):
        job = recording.job(root, number, {})
        job = replace(job, upstream=upstream[0], upstream_work=upstream[1])
        upstream = (Run(run["tool"], RunStatus.COMPLETED), job.work)
        if recording.meta["altered"] or not run["commands"]:
            continue
        recorded = run["commands"]
        commands = ADAPTERS[run["tool"]].commands(job)
        for command, expected in zip(commands, recorded, strict=False):
            words = [
                exchange(word.encode("utf-8", "surrogateescape"), placeholders(job))
                for word in command.argv
            ]
            wanted = [word.encode("utf-8", "surrogateescape") for word in expected]
            assert words == wanted


def test_nothing_of_the_machine_that_recorded_is_in_them() -> None:
    home = str(Path.home())
    telling = {home, sys.prefix, sys.base_prefix, str(RECORDED.parent.parent)} - {"/"}
    user = re.compile(rf"/(home|Users)/{re.escape(getpass.getuser())}\b")
    for path in RECORDED.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_bytes().decode("utf-8", "replace")
            assert not [word for word in telling if f"{word}/" in text], path
            assert not user.search(text), path


def test_every_case_that_is_written_down_was_recorded() -> None:
    sources = [path.read_text() for path in RECORDED.glob("cases_*.py")]
    tools = "|".join(ADAPTERS)
    case = re.compile(rf'\bCase\(\s*"((?:{tools})/[a-z0-9-]+)"')
    assert {name for text in sources for name in case.findall(text)} == set(NAMES)
