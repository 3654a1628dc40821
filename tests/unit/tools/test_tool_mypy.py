"""mypy: what its recorded output comes to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import (
    Recording,
    cut,
    make_job,
    measured,
    places,
    refused,
    replay,
    verdict,
    write_files,
)

from gatekeeper.engine.process import Command
from gatekeeper.tools.mypy import MYPY

ERROR = b"src/a.py:%d:8:5:10: error: Argument 1 is of another type  [arg-type]\n"


@pytest.mark.parametrize(
    ("case", "examined"),
    [
        ("clean", 2),
        ("notes-only", 1),
        ("empty", 1),
        ("newline-clean", 1),
        ("line-separator", 1),
    ],
)
def test_code_without_errors_passes(tmp_path: Path, case: str, examined: int) -> None:
    run = replay(tmp_path, f"mypy/{case}")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 errors, at most 0 allowed")
    assert measured(run).examined == examined
    assert measured(run).findings == ()


def test_errors_come_with_their_place_in_order(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/findings"))
    assert (result.status, result.value) == ("failed", 6)
    assert places(result.findings) == [
        "src/a.py:5:8 arg-type",
        "src/a.py:7:12 arg-type",
        "src/b.py:2:1 import-not-found",
        "src/b.py:5:1 no-untyped-def",
        "src/b.py:6:31 attr-defined",
        "src/c.py:12:1 call-overload",
    ]
    ends = [(f.end_line, f.end_column) for f in result.findings]
    assert ends == [(5, 10), (9, 5), (2, 1), (6, 42), (6, 42), (12, 5)]
    assert result.findings[4].message == 'Module has no attribute "nothing"'


def test_notes_and_hints_beside_an_error_are_no_findings(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/stubs-missing"))
    assert places(result.findings) == ["src/a.py:1:1 import-untyped"]


def test_an_error_without_a_column_has_its_line(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/unused-ignore"))
    assert places(result.findings) == ["src/a.py:1:None unused-ignore"]


@pytest.mark.parametrize(
    ("case", "finding"),
    [
        ("not-strict", "src/a.py:2:16 operator"),
        ("same-name", "src/two/util.py:2:12 return-value"),
        ("stub-beside", "src/a.py:2:12 return-value"),
    ],
)
def test_code_that_mypy_would_not_check_by_default_is_checked(
    tmp_path: Path, case: str, finding: str
) -> None:
    run = replay(tmp_path, f"mypy/{case}")
    assert places(verdict(run).findings) == [finding]
    assert measured(run).gaps == ()
    assert measured(run).examined == len(measured(run).examined_paths)


@pytest.mark.parametrize(
    ("case", "finding"),
    [("syntax-error", "src/a.py:1:13 syntax"), ("null-byte", "src/a.py:2:2 syntax")],
)
def test_code_that_does_not_parse_fails_and_leaves_the_rest_unchecked(
    tmp_path: Path, case: str, finding: str
) -> None:
    run = replay(tmp_path, f"mypy/{case}")
    result = verdict(run)
    assert result.status == "failed"
    assert finding in places(result.findings)
    assert "mypy checked 0 of 2 files" in measured(run).gaps
    other_rule = verdict(run, rules=["arg-type"], max=0)
    assert other_rule.status == "error"
    assert "mypy checked 0 of 2 files" in other_rule.reason


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("internal-error", "crashed", "mypy gave no result"),
        ("duplicate-module", "unreadable", 'Duplicate module named "pack"'),
        ("no-module-name", "unreadable", "is not a valid Python package name"),
        ("bad-option", "unreadable", "unrecognized arguments: --no-such-option"),
        ("gone", "unreadable", "mypy"),
        ("newline-finding", "unreadable", "not understood: src/a"),
    ],
)
def test_a_mypy_that_checked_nothing_is_no_verdict(
    tmp_path: Path, case: str, status: str, reason: str
) -> None:
    run = replay(tmp_path, f"mypy/{case}")
    assert run.status == status
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


def test_two_packages_of_one_name_come_with_advice(tmp_path: Path) -> None:
    run = replay(tmp_path, "mypy/duplicate-module")
    assert "exclude one of the two under tools.mypy" in run.fix


def test_named_ignores_are_counted_and_bare_ones_are_findings(tmp_path: Path) -> None:
    run = replay(tmp_path, "mypy/ignores")
    assert places(verdict(run).findings) == [
        "src/bare.py:2:10 bare-type-ignore",
        "src/bare.py:3:10 bare-type-ignore",
        "src/named.py:3:None unused-ignore",
    ]
    assert measured(run).suppressed == 2


def test_opt_outs_of_whole_files_and_functions_are_findings(tmp_path: Path) -> None:
    run = replay(tmp_path, "mypy/ignores-of-files")
    assert run.exit_code == 0
    result = verdict(run)
    assert result.status == "failed"
    assert places(result.findings) == [
        "src/first.py:1:1 bare-type-ignore",
        "src/function.py:1:20 no-type-check",
        "src/function.py:4:2 no-type-check",
        "src/inline.py:1:1 bare-mypy-ignore",
    ]
    assert measured(run).suppressed == 1


def test_hostile_file_names_keep_their_errors(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/odd-names"))
    assert (result.status, result.value) == ("failed", 5)
    usual = {"src/-g.py", "src/e\x1b[31mf.py", "src/h i.py", "src/\u00e9.py"}
    assert usual <= {f.path for f in result.findings}


def test_line_separators_in_a_message_do_not_cut_it(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/line-separator-in-message"))
    assert places(result.findings) == ["src/a.py:3:31 assignment"]
    assert r"Literal['a\x85b\u2028c']" in result.findings[0].message


@pytest.mark.parametrize(
    ("case", "exit_code", "said"),
    [
        ("clean", 1, "mypy ended with 1 but reported 0 errors"),
        ("clean", 2, "mypy ended with 2 but reported 0 errors"),
        ("findings", 0, "mypy ended with 0 but reported 6 errors"),
        ("notes-only", 1, "mypy ended with 1 but reported 0 errors"),
        # The bare ignores are our findings, not mypy's.
        ("ignores-of-files", 1, "mypy ended with 1 but reported 0 errors"),
    ],
)
def test_exit_code_and_errors_must_agree(
    tmp_path: Path, case: str, exit_code: int, said: str
) -> None:
    result = verdict(replay(tmp_path, f"mypy/{case}", exit_code=exit_code))
    assert (result.status, result.reason) == ("error", said)


@pytest.mark.parametrize("length", [0, 1, 60, 107, 108, 600, -2, -5, -50])
def test_output_that_is_cut_off_is_no_verdict(tmp_path: Path, length: int) -> None:
    result = verdict(replay(tmp_path, "mypy/findings", stdout=cut(length)))
    assert result.status == "error"
    assert "mypy gave no result" in result.reason


def test_silence_is_no_verdict(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/clean", stdout=cut(0)))
    assert (result.status, result.reason) == ("error", "mypy gave no result: no output")


@pytest.mark.parametrize("checked", [b"1 source file", b"3 source files"])
def test_every_file_must_have_been_checked(tmp_path: Path, checked: bytes) -> None:
    run = replay(
        tmp_path,
        "mypy/clean",
        stdout=lambda data: data.replace(b"2 source files", checked),
    )
    result = verdict(run)
    assert result.status == "error"
    assert f"mypy checked {checked.decode()[0]} of 2 files" in result.reason


@pytest.mark.parametrize(
    "line", [b"Segmentation fault\n", b"src/a.py: something\n", b"deprecated!\n"]
)
def test_a_line_that_is_not_understood_is_no_verdict(
    tmp_path: Path, line: bytes
) -> None:
    run = replay(tmp_path, "mypy/findings", stdout=lambda data: line + data)
    assert verdict(run).status == "error"
    assert run.reason == f"mypy's output is not understood: {line.decode().strip()}"


def test_ten_thousand_errors_are_all_counted(tmp_path: Path) -> None:
    more = b"".join(ERROR % line for line in range(101, 10_095))
    run = replay(tmp_path, "mypy/findings", stdout=lambda data: more + data)
    assert verdict(run).value == 10_000


@pytest.mark.parametrize("case", ["config-ignored", "config-broken"])
def test_complaints_about_adopted_settings_are_shown(tmp_path: Path, case: str) -> None:
    notes = measured(replay(tmp_path, f"mypy/{case}")).notes
    assert notes[0].startswith("adopted.ini: ")


def test_nothing_to_examine_is_an_error(tmp_path: Path) -> None:
    write_files(tmp_path / "project", {"src/only.pyi": ""})
    run = refused(make_job("mypy", tmp_path / "project"))
    assert (verdict(run).status, run.reason) == (
        "error",
        "no Python file to examine in src",
    )


def test_files_are_handed_over_in_a_list_of_our_own(tmp_path: Path) -> None:
    files = {"src/a.py": "", "src/-b.py": "", "src/c.pyi": ""}
    root = write_files(tmp_path / "project", files)
    job = make_job("mypy", root, {"strict": True, "args": ["--warn-unreachable"]})
    (command,) = MYPY.commands(job)
    assert handed_over(command) == ["./src/-b.py", "./src/a.py", "./src/c.pyi"]
    assert "--config-file=" in command.argv
    assert f"--python-executable={sys.executable}" in command.argv
    for option in ("--strict", "--check-untyped-defs", "--warn-unreachable"):
        assert option in command.argv


@pytest.mark.parametrize("character", ["\n", "\r", "\x0c", "\u2028", "\x85"])
def test_a_name_with_a_line_end_goes_on_the_command_line(
    tmp_path: Path, character: str
) -> None:
    name = f"src/a{character}b.py"
    root = write_files(tmp_path / "project", {name: "", "src/c.py": ""})
    (command,) = MYPY.commands(make_job("mypy", root))
    assert command.argv[-3:] == ("--", f"./{name}", "./src/c.py")


def handed_over(command: Command) -> list[str]:
    """The files that a command names, in a list or by themselves."""
    if command.argv[-1].startswith("@"):
        return Path(command.argv[-1][1:]).read_text().splitlines()
    return list(command.argv[command.argv.index("--") + 1 :])


@pytest.mark.parametrize(
    "groups",
    [
        [["src/a.py", "src/b.py"]],
        [["src/one/util.py"], ["src/two/util.py"]],
        [["src/a.py", "src/b.py"], ["src/a.pyi"]],
        [["src/one/conftest.py", "src/x.py"], ["src/two/conftest.py"]],
        [["src/a/__init__.py", "src/a/x.py", "src/b/__init__.py", "src/b/x.py"]],
        [["src/a/__init__.py", "src/a/x.py", "src/x.py"]],
        [["src/a/x.py"], ["src/b/x.py"], ["src/x.py"]],
    ],
)
def test_modules_of_one_name_are_checked_one_after_the_other(
    tmp_path: Path, groups: list[list[str]]
) -> None:
    files = {name: "" for group in groups for name in group}
    root = write_files(tmp_path / "project", files)
    commands = MYPY.commands(make_job("mypy", root))
    assert [handed_over(command) for command in commands] == [
        [f"./{name}" for name in group] for group in groups
    ]


def test_an_error_that_two_groups_report_counts_once(tmp_path: Path) -> None:
    first = Recording.of("mypy/same-name").folder / "stdout-1"

    def change(data: bytes) -> bytes:
        return first.read_bytes() if data.startswith(b"Success") else data

    run = replay(tmp_path, "mypy/same-name", stdout=change, exit_code=1)
    assert verdict(run).value == 1


def test_a_person_can_type_what_was_run(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"src/a.py": "", "mypy.ini": ""})
    options = {"strict": False, "config": "mypy.ini"}
    job = make_job("mypy", root, options, python=str(root / ".venv/bin/python"))
    words = MYPY.reproduce(job)
    assert words[0] == "mypy"
    assert words[-1] == "src"
    assert "--config-file=mypy.ini" in words
    assert "--strict" not in words
    assert "--python-executable=.venv/bin/python" in words


def test_a_file_that_cannot_be_decoded_is_the_fault_of_the_code(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "mypy/undecodable"))
    assert result.status == "failed"
    assert result.findings[0].path == "src/a.py"


def test_an_ignore_that_names_its_code_after_a_space_is_honoured(
    tmp_path: Path,
) -> None:
    run = replay(tmp_path, "mypy/spaced-ignore")
    assert (verdict(run).status, measured(run).suppressed) == ("passed", 1)


def test_adopted_settings_that_do_not_parse_are_no_pass(tmp_path: Path) -> None:
    assert verdict(replay(tmp_path, "mypy/config-broken")).status == "error"


def test_adopted_settings_that_loosen_are_listed(tmp_path: Path) -> None:
    notes = measured(replay(tmp_path, "mypy/config-filters")).notes
    assert any("ignore_errors" in note for note in notes)


def test_a_name_that_looks_like_a_message_keeps_its_place(tmp_path: Path) -> None:
    found = measured(replay(tmp_path, "mypy/odd-names")).findings
    assert "src/c:3:1: error: d.py" in {f.path for f in found}


def test_a_module_that_shadows_one_of_the_library_is_the_fault_of_the_code(
    tmp_path: Path,
) -> None:
    result = verdict(replay(tmp_path, "mypy/shadows-library"))
    assert result.status == "failed"
    assert [finding.path for finding in result.findings] == ["src/typing.py"]
