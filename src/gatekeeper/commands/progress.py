"""What is seen on stderr while tools run: a live line per gate, or plain lines."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence

from gatekeeper.commands.output import Terminal
from gatekeeper.model import GateResult, GateStatus, Run
from gatekeeper.reporters.summary import SYMBOLS, took
from gatekeeper.reporters.text import one_line
from gatekeeper.session import Watcher


@contextlib.contextmanager
def progress(terminal: Terminal, *, quiet: bool) -> Iterator[Watcher]:
    """The watcher that fits the terminal."""
    if quiet:
        yield Watcher()
    elif terminal.live:
        with _live(terminal) as watcher:
            yield watcher
    else:
        yield _Plain(terminal)


class _Plain(Watcher):
    """One line when a gate is judged."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def finished(self, run: Run, results: Sequence[GateResult]) -> None:
        for result in results:
            self._terminal.say(
                f"{result.id}: {result.status} ({run.tool}, {took(run)})"
            )


class _Board(Watcher):
    """Keeps what the live display shows; rich asks for it several times a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[str, tuple[str, ...]] = {}
        self._since: dict[str, float] = {}
        self._done: dict[str, tuple[str, Sequence[GateResult]]] = {}

    def planned(self, gates: Mapping[str, tuple[str, ...]]) -> None:
        with self._lock:
            self._gates = dict(gates)

    def started(self, tool: str) -> None:
        with self._lock:
            self._since.setdefault(tool, time.monotonic())

    def finished(self, run: Run, results: Sequence[GateResult]) -> None:
        with self._lock:
            self._done[run.tool] = (took(run), results)

    def lines(self) -> Iterator[tuple[str, str]]:
        """One line for each gate, with its style."""
        with self._lock:
            for tool, gates in self._gates.items():
                for gate in gates:
                    yield self._line(tool, gate)

    def _line(self, tool: str, gate: str) -> tuple[str, str]:
        name = f"{one_line(gate, 30):<20}"
        if tool in self._done:
            taken, results = self._done[tool]
            status = next((r.status for r in results if r.id == gate), GateStatus.ERROR)
            style = "green" if status is GateStatus.PASSED else "red"
            return f"{SYMBOLS[status]} {name} {status} {taken}", style
        if tool in self._since:
            seconds = time.monotonic() - self._since[tool]
            return f"\u25b6 {name} {tool} {seconds:.0f} s", "cyan"
        return f"\u00b7 {name} waiting", "dim"


@contextlib.contextmanager
def _live(terminal: Terminal) -> Iterator[Watcher]:
    # Slow to import, and only needed where somebody watches.
    from rich.console import Console, Group
    from rich.live import Live
    from rich.text import Text

    board = _Board()

    def picture() -> Group:
        return Group(*(Text(line, style=style) for line, style in board.lines()))

    console = Console(file=terminal.stderr, no_color=not terminal.color)
    with Live(
        console=console, get_renderable=picture, refresh_per_second=8, transient=True
    ):
        yield board
