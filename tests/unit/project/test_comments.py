"""Inline opt-outs: which comment switches what off, on which lines."""

from __future__ import annotations

import codecs

import pytest

from gatekeeper.project.comments import OptOut, examine


def found(source: str) -> list[OptOut]:
    """The opt-outs in a source that has no problem."""
    result = examine(source.encode())
    assert result.problem is None
    return list(result.opt_outs)


def one(source: str) -> OptOut:
    """The only opt-out in a source."""
    (only,) = found(source)
    return only


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# noqa", set()),
        ("#noqa", None),  # flake8 wants the space
        ("# NOQA", set()),
        ("# noqa:F401", {"F401"}),
        ("# noqa: F401", {"F401"}),
        ("# noqa: f401", {"F401"}),
        ("# noqa: F401,E501", {"F401", "E501"}),
        ("# noqa: F401, E501", {"F401", "E501"}),
        ("# noqa: F401 E501", {"F401", "E501"}),
        ("# noqa: F401 because of the registry", {"F401"}),
        ("# noqa : F401", set()),
        ("# noqa because I say so", set()),
        ("# noqa: because I say so", set()),
        ("# noqa: F", set()),
        ("# why not # noqa: F401", {"F401"}),
        ("# type: ignore[misc]  # noqa: F401", {"F401"}),
        ("# no qa", None),
        ("# see noqa", None),
    ],
)
def test_noqa_as_flake8_reads_it(comment: str, rules: set[str] | None) -> None:
    seen = [o for o in found(f"import os  {comment}\n") if o.kind == "noqa"]
    if rules is None:
        assert seen == []
    else:
        assert [set(opt_out.rules) for opt_out in seen] == [rules]
        assert seen[0].bare is not bool(rules)
        assert seen[0].line == 1
        assert 1 in seen[0].lines


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# flake8: noqa", set()),
        ("# flake8:noqa", set()),
        ("# flake8=noqa", set()),
        ("# FLAKE8: NOQA", set()),
        ("# flake8: noqa: F401", {"F401"}),
        ("# flake8: noqa: F401,E501", {"F401", "E501"}),
        ("# flake8: noqa because", None),
    ],
)
def test_noqa_for_a_whole_file(comment: str, rules: set[str] | None) -> None:
    seen = found(f"import os\n{comment}\n")
    kinds = [(opt_out.kind, set(opt_out.rules), opt_out.line) for opt_out in seen]
    assert kinds == ([] if rules is None else [("flake8: noqa", rules, 2)])


def test_noqa_applies_to_all_lines_of_what_it_ends() -> None:
    text = 'x = """\nlong\nlonger\n"""  # noqa: E501\ny = 1\n'
    assert list(one(text).lines) == [1, 2, 3, 4]
    call = "call(\n    first,\n    second,  # noqa: E501\n)\n"
    assert 3 in one(call).lines
    assert 1 not in one(call).lines


def test_a_marker_in_a_string_is_no_opt_out() -> None:
    assert found("x = '# noqa'\ny = '# type: ignore'\nz = '''\n# nosec\n'''\n") == []


def test_columns_start_at_1() -> None:
    assert one("# noqa: E501\n").column == 1
    assert one("import os  # noqa: F401\n").column == 12


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# type: ignore", set()),
        ("#type:ignore", set()),
        ("# type:ignore", set()),
        ("# type: ignore[attr-defined]", {"attr-defined"}),
        ("# type: ignore[attr-defined, misc]", {"attr-defined", "misc"}),
        ("# type: ignore[misc]  # noqa: F401", {"misc"}),
        ("# type: ignore[]", set()),
        ("# type: ignore  # why", set()),
        ("# noqa: F401  # type: ignore", None),  # mypy looks at the start only
        ("# my type: ignore", None),
        ("# type: int", None),
    ],
)
def test_ignores_as_mypy_reads_them(comment: str, rules: set[str] | None) -> None:
    seen = [o for o in found(f"y = 0\nx = 1  {comment}\n") if o.kind != "noqa"]
    expected = [] if rules is None else [("type: ignore", rules)]
    assert [(opt_out.kind, set(opt_out.rules)) for opt_out in seen] == expected


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# mypy: ignore-errors", set()),
        ("# mypy: ignore_errors", set()),
        ("# mypy: ignore-errors=True", set()),
        ("# mypy: disallow-any-expr, ignore-errors", set()),
        ("# mypy: disable-error-code=misc, ignore-errors", set()),
        ("# mypy: allow-untyped-defs", set()),
        ("# mypy: warn-return-any=False", set()),
        ("#mypy:ignore-errors", set()),
        ("# mypy: disable-error-code=misc", {"misc"}),
        ('# mypy: disable-error-code="misc, attr-defined"', {"misc", "attr-defined"}),
        ("# mypy: strict-equality, disable_error_code=misc", {"misc"}),
        ("# mypy: disallow-any-expr", None),
        ("# mypy: warn-return-any, strict-equality=True", None),
    ],
)
def test_settings_of_mypy_within_a_file(comment: str, rules: set[str] | None) -> None:
    seen = [(o.kind, set(o.rules)) for o in found(f"{comment}\nx = 1\n")]
    assert seen == ([] if rules is None else [("mypy:", rules)])


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("@no_type_check", 2),
        ("@typing.no_type_check", 9),
        ("from typing import no_type_check", 20),
        ("from typing import no_type_check as unchecked", 20),
        ("@no_type_check_decorator", None),
        ("# @no_type_check", None),
        ("'no_type_check'", None),
    ],
)
def test_functions_that_mypy_is_kept_from(line: str, column: int | None) -> None:
    source = f"x = 1\n{line}\ndef f(): ...  # no_type_check\n"
    seen = [(o.kind, o.line, o.column, o.bare) for o in found(source)]
    assert seen == ([] if column is None else [("no_type_check", 2, column, True)])


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# nosec", set()),
        ("#nosec", set()),
        ("# nosec: B404", {"B404"}),
        ("# nosec B404", {"B404"}),
        ("# nosec B404, B603", {"B404", "B603"}),
        ("# nosec B404,B603", {"B404", "B603"}),
        ("# nosec B404 - the path is ours", {"B404"}),
        ("# nosec B404  # the path is ours", {"B404"}),
        ("# nosec because B is fine", set()),
        ("# nosec assert_used", {"assert_used"}),
        ("# nosec B404, assert_used", {"B404", "assert_used"}),
        ("# nosec: trust me", set()),
        ("# nosec B4040", set()),
        ("# noqa: S404 # nosec B404", {"B404"}),
        ("# no sec", None),
    ],
)
def test_nosec_as_bandit_reads_it(comment: str, rules: set[str] | None) -> None:
    seen = [o for o in found(f"import subprocess  {comment}\n") if o.kind == "nosec"]
    expected = [] if rules is None else [rules]
    assert [set(opt_out.rules) for opt_out in seen] == expected


def test_one_comment_may_hold_opt_outs_of_several_tools() -> None:
    source = "x = 1\nx = ''  # type: ignore[assignment]  # noqa: F811  # nosec B105\n"
    kinds = {(o.kind, *o.rules) for o in found(source)}
    assert kinds == {
        ("type: ignore", "assignment"),
        ("noqa", "F811"),
        ("nosec", "B105"),
    }


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", None),
        (b"x = 1\n", None),
        ("x = 'caf\u00e9'\n".encode(), None),
        (codecs.BOM_UTF8 + b"x = 1\n", None),
        (codecs.BOM_UTF8 + "x = 'caf\u00e9'\n".encode(), None),
        (b"# coding: latin-1\nx = 'caf\xe9'\n", None),
        (b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = '\xe9'\n", None),
        (b"# coding: utf-8\nx = 1\n", None),
        (b"x = 'caf\xe9'\n", "invalid or missing encoding declaration"),
        (b"x = 1\n" * 50 + b"# caf\xe9\n", "can't decode byte 0xe9"),
        (b"# coding: klingon\nx = 1\n", "unknown encoding: klingon"),
        (b"# coding: rot13\nx = 1\n", "rot13"),
        (b"\n\n# coding: klingon\nx = 1\n", None),  # too late to count
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "encoding problem"),
        ("x = 1\n".encode("utf-16"), "invalid or missing encoding declaration"),
        (b"# coding: ascii\nx = 'caf\xe9'\n", "can't decode byte 0xe9"),
        (b"x = 1\n\0\n", None),  # the tools themselves object to it
    ],
)
def test_what_python_could_not_decode_is_a_problem(
    data: bytes, problem: str | None
) -> None:
    result = examine(data)
    if problem is None:
        assert result.problem is None
    else:
        assert problem in str(result.problem)
        assert result.opt_outs == ()


def test_opt_outs_are_found_in_any_encoding_that_python_takes() -> None:
    latin = b"# coding: latin-1\nx = '\xe9'  # noqa: E501\n"
    assert [o.line for o in examine(latin).opt_outs] == [2]
    marked = codecs.BOM_UTF8 + b"import os  # noqa: F401\n"
    assert [o.line for o in examine(marked).opt_outs] == [1]


@pytest.mark.parametrize(
    "source",
    ["x = (  # noqa\n", "def f(:  # noqa: E999\n'''\n", "  x = 1  # noqa\n y\n"],
)
def test_opt_outs_do_not_count_where_the_code_does_not_parse(source: str) -> None:
    assert found(source) == []


def test_line_ends_of_other_systems_do_not_move_a_line() -> None:
    source = b"import os\r\nimport sys  # noqa: F401\r\n"
    assert [(o.line, o.column) for o in examine(source).opt_outs] == [(2, 13)]


def test_a_form_feed_is_no_line_end() -> None:
    assert one("x = 1\n\x0c\nimport os  # noqa: F401\n").line == 3


def test_many_opt_outs_are_all_found() -> None:
    source = "import os  # noqa: F401\n" * 5_000
    assert [o.line for o in found(source)] == list(range(1, 5_001))


def test_an_ignore_may_name_its_codes_after_a_space() -> None:
    assert one("x = 1\nx = ''  # type: ignore [assignment]\n").rules == {"assignment"}


def test_a_word_that_only_begins_with_ignore_is_no_opt_out() -> None:
    assert found("x = 1  # type: ignored by the old checker\n") == []


def test_an_ignore_of_the_whole_file_is_called_so() -> None:
    assert one("# type: ignore\nx = 1\n").kind == "type: ignore (whole file)"


def test_an_ignore_beside_the_first_statement_is_one_of_a_line() -> None:
    assert one("\nimport x  # type: ignore\n").kind == "type: ignore"


@pytest.mark.parametrize("text", ["because", "F", "E F W C"])
def test_an_opt_out_of_a_file_that_names_no_code_is_bare(text: str) -> None:
    assert one(f"import os\n# flake8: noqa: {text}\n").bare


def test_a_setting_that_switches_an_opt_out_off_is_none() -> None:
    assert found("# mypy: ignore-errors=False\nx = 1\n") == []
