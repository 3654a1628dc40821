"""Amounts in the warehouse."""

from pathlib import Path

from shop.stock import has_note, reorder_level


def test_reorder_level() -> None:
    assert f"{reorder_level(40)}" == "10"


def test_has_note(tmp_path: Path) -> None:
    assert has_note(str(tmp_path))
    assert not has_note(str(tmp_path / "none"))
