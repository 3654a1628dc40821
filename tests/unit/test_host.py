"""What GitHub Actions is told beside the reports, and what colour depends on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gatekeeper.commands.host import Host
from gatekeeper.commands.output import Terminal
from gatekeeper.reporters import Style


class Screen(io.StringIO):
    def __init__(self, *, tty: bool = False) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


def terminal(**environ: str) -> Terminal:
    return Terminal.of(environ, Screen(tty=True), Screen())


def render(name: str, style: Style) -> str:
    return {"github": "::error::x\n", "markdown": f"## {style.room}\n"}[name]


def github(summary: Path, root: Path = Path("/")) -> Host:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    return Host.of(environ, root)


def test_annotations_go_to_stderr_and_the_summary_is_added_to(tmp_path: Path) -> None:
    summary, screen = tmp_path / "summary.md", terminal()
    summary.write_text("before\n")
    github(summary).tell(render, screen, annotations=True)
    assert screen.stderr.getvalue() == "::error::x\n"  # type: ignore[attr-defined]
    assert screen.stdout.getvalue() == ""  # type: ignore[attr-defined]
    assert summary.read_text() == "before\n## 900000\n"


def test_annotations_can_be_left_out(tmp_path: Path) -> None:
    screen = terminal()
    github(tmp_path / "new.md").tell(render, screen, annotations=False)
    assert screen.stderr.getvalue() == ""  # type: ignore[attr-defined]
    assert (tmp_path / "new.md").read_text() == "## 900000\n"


@pytest.mark.parametrize(
    ("present", "room"), [(200_000, 848_575), (1_044_000, 4_575), (1_046_000, None)]
)
def test_a_summary_takes_the_room_that_is_left(
    tmp_path: Path, present: int, room: int | None
) -> None:
    summary, screen = tmp_path / "summary.md", terminal()
    summary.write_bytes(b"x" * present)
    github(summary).tell(render, screen, annotations=False)
    added = summary.read_bytes()[present:].decode()
    assert added == ("" if room is None else f"## {room}\n")
    said = screen.stderr.getvalue()  # type: ignore[attr-defined]
    assert ("summary is full" in said) == (room is None)


def test_a_summary_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    screen = terminal()
    github(tmp_path / "no" / "summary.md").tell(render, screen, annotations=False)
    said = screen.stderr.getvalue()  # type: ignore[attr-defined]
    assert "the job summary was not written: No such file" in said


@pytest.mark.parametrize("environ", [{}, {"GITHUB_ACTIONS": "false"}])
def test_elsewhere_nobody_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    summary, screen = tmp_path / "summary.md", terminal()
    host = Host.of({**environ, "GITHUB_STEP_SUMMARY": str(summary)}, tmp_path)
    host.tell(render, screen, annotations=True)
    assert screen.stderr.getvalue() == ""  # type: ignore[attr-defined]
    assert not summary.exists()
    assert not host.style(Style()).alerts


def test_github_keeps_alerts(tmp_path: Path) -> None:
    assert github(tmp_path / "summary.md").style(Style()).alerts


@pytest.mark.parametrize("git", ["folder", "file"])
def test_places_start_at_the_top_of_the_repository(tmp_path: Path, git: str) -> None:
    root = tmp_path / "services" / "shop"
    root.mkdir(parents=True)
    if git == "folder":
        (tmp_path / ".git").mkdir()
    else:
        (tmp_path / ".git").write_text("gitdir: elsewhere\n")  # a work tree
    assert Host.of({}, root).folder == "services/shop/"
    assert Host.of({}, tmp_path).folder == ""


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({}, True),
        ({"TERM": "dumb"}, False),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "3", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
    ],
)
def test_colour_follows_the_conventions(environ: dict[str, str], color: bool) -> None:
    assert terminal(**environ).color is color


@pytest.mark.parametrize(
    ("environ", "color"),
    [({}, False), ({"CLICOLOR_FORCE": "1"}, True), ({"FORCE_COLOR": "1"}, True)],
)
def test_a_file_gets_colour_only_if_it_is_forced(
    environ: dict[str, str], color: bool
) -> None:
    assert Terminal.of(environ, Screen(), Screen()).color is color
