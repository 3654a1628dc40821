"""The performance table at a terminal: all of it, or what a narrow one has room for."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from gatekeeper.model import Answer
from gatekeeper.reporters import comparisons
from gatekeeper.reporters.comparisons import HEADINGS, Row
from gatekeeper.reporters.text import one_line

_STYLES = {
    Answer.WITHIN: "green",
    Answer.EXCEEDS: "bold red",
    Answer.INCONCLUSIVE: "yellow",
    Answer.COARSE: "dim",
    Answer.INCOMPARABLE: "bold yellow",
}
_SYMBOLS = {
    Answer.WITHIN: "\u2714",
    Answer.EXCEEDS: "\u2718",
    Answer.INCONCLUSIVE: "?",
    Answer.COARSE: "~",
    Answer.INCOMPARABLE: "\u26a0",
}
_WIDE = 124
#: Columns that the bar needs beside the numbers.
_DRAWN = 96
_BAR = "better \u2502 worse"


def draw(found: comparisons.Table, width: int | None) -> Table:
    """The rows as a table that fits `width` columns; None is for no limit."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    if not found.compares:
        _fill_levels(made, found.rows)
    elif width is None or width >= _WIDE:
        _fill_wide(made, found.rows)
    else:
        _fill_narrow(made, found.rows, width)
    return made


def _fill_wide(made: Table, rows: Sequence[Row]) -> None:
    for index, heading in enumerate(HEADINGS):
        right = index > 1
        made.add_column(heading, justify="right" if right else "left", no_wrap=right)
    made.add_column(_BAR, no_wrap=True)
    made.add_column("")
    for row in rows:
        made.add_row(
            Text(one_line(row.endpoint, 60)),
            row.quantity,
            row.baseline,
            row.current,
            row.variance,
            row.interval,
            row.bar,
            _answer(row),
        )


def _fill_narrow(made: Table, rows: Sequence[Row], width: int) -> None:
    """A symbol stands for the answer; the bar goes before the numbers do."""
    drawn = width >= _DRAWN
    made.add_column("", width=1)
    made.add_column("endpoint", min_width=12)
    for heading in HEADINGS[2:4]:
        made.add_column(heading, justify="right", no_wrap=True)
    made.add_column("variance", justify="right", no_wrap=True)
    if drawn:
        made.add_column(_BAR, no_wrap=True)
    for row in rows:
        variance = Text(row.variance)
        if row.has_interval:
            variance.append(f"\n{row.interval}", style="dim")
        made.add_row(
            Text(_SYMBOLS[row.answer], style=_STYLES[row.answer]),
            Text(f"{one_line(row.endpoint, 60)} {row.quantity}"),
            row.baseline,
            row.current,
            variance,
            *([row.bar] if drawn else []),
        )


def _fill_levels(made: Table, rows: Sequence[Row]) -> None:
    """Current values have nothing to be set against."""
    for heading in ("endpoint", "quantity"):
        made.add_column(heading)
    made.add_column("current", justify="right", no_wrap=True)
    made.add_column("")
    for row in rows:
        endpoint = Text(one_line(row.endpoint, 60))
        made.add_row(endpoint, row.quantity, row.current, _answer(row))


def _answer(row: Row) -> Text:
    return Text(one_line(row.problem, 200) or row.answer, style=_STYLES[row.answer])
