"""What is remembered of earlier reports, whatever the disk does."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gatekeeper.cli import app
from gatekeeper.commands.history import past, recall, remember, rendering
from gatekeeper.commands.output import Terminal
from gatekeeper.model import (
    GateResult,
    GateStatus,
    PolicySource,
    Report,
    Revision,
    Verdict,
)
from gatekeeper.reporters import Style, reporter

ROOT = Path("/project")


def gate(name: str, status: GateStatus, value: float | None) -> GateResult:
    return GateResult(name, name, status, True, "flake8", value=value, maximum=0)


REPORT = Report(
    Verdict.ERROR,
    2,
    "2026-11-23T10:00:00Z",
    12.4,
    PolicySource("gates.yaml", "0" * 64),
    Revision("0123456789abcdef", "main", True),
    (
        gate("lint \udcff", GateStatus.FAILED, 2.5),
        gate("types", GateStatus.PASSED, 0),
        gate("safety", GateStatus.ERROR, None),
    ),
    (),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of our own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "gatekeeper" / "history"


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(io.StringIO(), io.StringIO(), False, False, None)


def said(terminal: Terminal) -> str:
    assert isinstance(terminal.stderr, io.StringIO)
    return terminal.stderr.getvalue()


@pytest.mark.usefixtures("home")
def test_reports_come_back_in_order(terminal: Terminal) -> None:
    later = replace(REPORT, started="2026-11-24T10:00:00Z", revision=Revision())
    remember(ROOT, REPORT, terminal)
    remember(ROOT, later, terminal)
    first, second = recall(ROOT)
    assert (first, second) == (past(REPORT), past(later))
    assert first.gates["lint \udcff"] == (GateStatus.FAILED, 2.5)
    assert first.gates["safety"] == (GateStatus.ERROR, None)
    assert second.commit is None
    assert said(terminal) == ""


@pytest.mark.usefixtures("home")
def test_projects_do_not_mix(terminal: Terminal) -> None:
    remember(ROOT, REPORT, terminal)
    assert recall(Path("/other")) == ()


@pytest.mark.usefixtures("home")
def test_the_last_hundred_are_kept(terminal: Terminal) -> None:
    for number in range(103):
        remember(ROOT, replace(REPORT, started=f"{number}"), terminal)
    assert [each.started for each in recall(ROOT)] == [f"{n}" for n in range(3, 103)]


@pytest.mark.usefixtures("home")
def test_a_report_that_is_given_again_is_one(terminal: Terminal) -> None:
    remember(ROOT, REPORT, terminal)
    remember(ROOT, REPORT, terminal)
    assert len(recall(ROOT)) == 1


@pytest.mark.usefixtures("home")
def test_a_number_without_end_does_not_cost_the_rest(terminal: Terminal) -> None:
    endless = (gate("speed", GateStatus.FAILED, float("inf")),)
    remember(ROOT, replace(REPORT, gates=endless), terminal)
    assert recall(ROOT)[0].gates == {"speed": (GateStatus.FAILED, None)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"reports"', '"rep'),
        ("history/1", "history/2"),
        ('"verdict":"error"', '"verdict":"maybe"'),
        ('"passed"', '"fine"'),
        ("2.5", '"2.5"'),
        ("2.5", "1e999"),
        ("2.5", "true"),
        ('"commit":"0123456789abcdef"', '"commit":["x"]'),
        ('"started"', '"begun"'),
        ('{"schema"', '[{"schema"'),
        ("error", "\u00e4"),
    ],
)
def test_a_damaged_file_is_an_empty_one(
    home: Path, terminal: Terminal, old: str, new: str
) -> None:
    remember(ROOT, REPORT, terminal)
    (file,) = home.iterdir()
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    assert recall(ROOT) == ()
    remember(ROOT, REPORT, terminal)
    assert recall(ROOT) == (past(REPORT),)


def test_a_file_nested_without_end_is_an_empty_one(
    home: Path, terminal: Terminal
) -> None:
    remember(ROOT, REPORT, terminal)
    (file,) = home.iterdir()
    file.write_text("[" * 1_000_000)
    assert recall(ROOT) == ()


def test_a_place_that_cannot_be_written_is_told_and_no_failure(
    home: Path, terminal: Terminal
) -> None:
    home.parent.mkdir()
    home.write_text("in the way")
    remember(ROOT, REPORT, terminal)
    assert "the report is not remembered for the trend" in said(terminal)
    assert recall(ROOT) == ()


def test_nothing_half_written_is_left(home: Path, terminal: Terminal) -> None:
    remember(ROOT, REPORT, terminal)
    (file,) = home.iterdir()
    file.unlink()
    file.mkdir()
    remember(ROOT, REPORT, terminal)
    assert "not remembered" in said(terminal)
    assert [entry.name for entry in home.iterdir()] == [file.name]


def test_the_trend_is_of_what_was_before(home: Path, terminal: Terminal) -> None:
    days = [replace(REPORT, started=f"2026-11-{day}T10:00:00Z") for day in (20, 21, 22)]
    for report in days:
        remember(ROOT, report, terminal)
    page = rendering(REPORT, ROOT)("html", Style())
    assert "the last 4 reports" in page
    # One that was remembered is not before itself.
    assert "the last 3 reports" in rendering(days[2], ROOT)("html", Style())
    named = replace(REPORT, earlier=(past(days[0]),))
    assert "the last 2 reports" in rendering(named, ROOT)("html", Style())
    assert rendering(REPORT, ROOT)("json", Style()) == reporter("json")(REPORT, Style())


def test_a_summary_draws_the_trend_of_the_reports_that_are_named(
    home: Path, tmp_path: Path
) -> None:
    words = ["summary", "-f", "html"]
    for day in (21, 20, 20):
        path = tmp_path / f"{day}.json"
        told = replace(REPORT, started=f"2026-11-{day}T10:00:00Z")
        path.write_text(reporter("json")(told, Style()))
        words += ["--earlier", str(path)]
    last = tmp_path / "last.json"
    last.write_text(reporter("json")(REPORT, Style()))
    done = CliRunner().invoke(app, [*words, "--report", str(last)])
    assert done.exit_code == 0 and "the last 3 reports" in done.output
