"""What is told on stderr while tools run."""

from __future__ import annotations

import io

import pytest

from gatekeeper.commands.output import Terminal
from gatekeeper.commands.progress import progress
from gatekeeper.model import GateResult, GateStatus, Run, RunStatus


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


FRESH = Run("flake8", RunStatus.COMPLETED, duration_seconds=1.24)
CACHED = Run("flake8", RunStatus.COMPLETED, cached=True, saved_seconds=9.0)


def told(run: Run, *, live: bool = False, quiet: bool = False) -> str:
    stream = Screen()
    terminal = Terminal(io.StringIO(), stream, color=False, live=live, width=None)
    result = GateResult("lint", "lint", GateStatus.PASSED, True, "flake8")
    with progress(terminal, quiet=quiet) as watcher:
        watcher.planned({"flake8": ("lint",)})
        watcher.started("flake8")
        watcher.finished(run, [result])
    return stream.getvalue()


@pytest.mark.parametrize(
    ("run", "words"), [(FRESH, "flake8, 1.2 s"), (CACHED, "flake8, cached")]
)
def test_each_gate_has_a_plain_line_when_its_tool_is_done(run: Run, words: str) -> None:
    assert told(run) == f"gatekeeper: lint: passed ({words})\n"


@pytest.mark.parametrize(("run", "words"), [(FRESH, "1.2 s"), (CACHED, "cached")])
def test_the_live_board_says_how_long_it_took(
    run: Run, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert f"lint                 passed {words}" in told(run, live=True)


def test_quiet_is_quiet() -> None:
    assert told(FRESH, quiet=True) == told(FRESH, live=True, quiet=True) == ""
