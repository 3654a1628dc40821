"""A kept report looks as a fresh one does, in every style, and is rendered once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_reporters import gate, report

from gatekeeper.commands.texts import Texts
from gatekeeper.model import GateStatus
from gatekeeper.reporters import FORMATS, Style, reporter
from gatekeeper.reporters.json_report import render

REPORT = replace(report(gate("lint", GateStatus.FAILED)), duration_seconds=12.34)
STYLES = (Style(), Style(color=True, width=90), Style(verbose=True), Style(quiet=True))


def document(**changes: Any) -> dict[str, Any]:
    return {**json.loads(render(REPORT, Style())), **changes}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", FORMATS)
def test_it_looks_like_a_fresh_one(name: str, style: Style) -> None:
    first = Texts(document(duration_seconds=1.0), {}, Path())
    first.render(name, style)
    again = Texts(document(), first.kept, Path())
    assert again.render(name, style) == reporter(name)(REPORT, style)
    assert not again.new


def test_it_is_rendered_once_for_each_style(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Texts(document(), {}, Path())
    kept.render("console", Style())
    assert kept.new
    monkeypatch.setattr(Texts, "_rendered", None)
    later = Texts(document(duration_seconds=0.1), kept.kept, Path())
    assert "(0.1 s" in later.render("console", Style())
    with pytest.raises(TypeError):
        later.render("console", Style(width=70))


def test_another_revision_is_shown() -> None:
    kept = Texts(document(), {}, Path())
    kept.render("console", Style())
    state = {"commit": "f" * 40, "branch": "other", "dirty": True}
    later = Texts(document(revision=state), kept.kept, Path())
    assert "other @ ffffffffff with uncommitted changes" in later.render(
        "console", Style()
    )


def test_of_many_widths_only_the_last_are_kept() -> None:
    kept = Texts(document(), {}, Path())
    for width in range(60, 90):
        kept.render("console", Style(width=width))
    assert len(kept.kept) == 8
