"""ruff's own comments: read as ruff reads them, and struck out in copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import write_files

from gatekeeper.tools.ruff_comments import copy, opt_outs


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", ["noqa bare"]),
        ("#NoQA # why", ["noqa bare"]),
        ("# noqa F401", ["noqa bare"]),
        ("# noqa : F401", ["noqa F401"]),
        ("# why # noqa:F401 E501,W2 Because", ["noqa E501 F401 W2"]),
        ("# noqa: because", ["noqa "]),
        ("# noqa;F401", ["noqa "]),
        ("# noqa: f401", ["noqa "]),
        ("# ruff: noqa", ["ruff: noqa bare"]),
        ("#flake8:NOQA : F401", ["ruff: noqa F401"]),
        ("# ruff: ignore[F401, unused-import] why", ["rules F401 unused-import"]),
        ("# ruff:file-ignore[F401]", ["rules F401"]),
        ("# ruff: disable[F401]", ["rules F401"]),
        ("# ruff: enable[F401]", []),
        ("# isort: off", ["isort bare"]),
        ("# ruff: isort:skip_file", ["isort bare"]),
        ("# isort: skip", ["isort: skip I001"]),
        ("# isort: split", ["isort: skip I001"]),
        ("# isort:off", []),
        ("# plain", []),
    ],
)
@pytest.mark.parametrize("code", ["x = 1  {}\n", 'x = (\n{}\n"""\n'])
def test_comments_mean_what_they_mean_to_ruff(
    tmp_path: Path, comment: str, expected: list[str], code: str
) -> None:
    """Also where our own interpreter cannot read the code around them."""
    (tmp_path / "a.py").write_text(code.format(comment))
    found = [
        f"{o.kind} {'bare' if o.bare else ' '.join(sorted(o.rules))}"
        for o in opt_outs(tmp_path, "a.py")
    ]
    assert found == expected


def test_a_comment_in_a_string_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('X = """\n# ruff: noqa\n# isort: off\n"""\n')
    assert opt_outs(tmp_path, "a.py") == ()


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"x = 1\r# isort: off\r", (2, 1)),
        (b"x = (\r# isort: off\r", (2, 1)),
        (b"\xef\xbb\xbf# isort: off\n", (1, 1)),
    ],
)
def test_line_ends_and_marks_of_other_systems_hide_no_comment(
    tmp_path: Path, data: bytes, place: tuple[int, int]
) -> None:
    (tmp_path / "a.py").write_bytes(data)
    (found,) = opt_outs(tmp_path, "a.py")
    assert (found.line, found.column) == place


def test_copies_keep_every_byte_in_its_place(tmp_path: Path) -> None:
    text = (
        "# isort: skip_file\nimport b  # ruff: isort: off\n# isort:skip_file\nX = 1\n"
    )
    files = {"pkg/__init__.py": "import a\n", "pkg/in/__init__.py": text}
    root = write_files(tmp_path / "project", files)
    made = copy(root, ["pkg/in/__init__.py", "../out.py", "/abs.py"], tmp_path / "new")
    assert made == ("pkg/in/__init__.py",)
    data = (tmp_path / "new/pkg/in/__init__.py").read_text()
    assert [len(line) for line in data.split("\n")] == [
        len(line) for line in text.split("\n")
    ]
    assert opt_outs(tmp_path / "new", "pkg/in/__init__.py") == ()
    assert (tmp_path / "new/pkg/__init__.py").read_bytes() == b""
