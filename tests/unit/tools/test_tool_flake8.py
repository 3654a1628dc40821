"""flake8: what its recorded output comes to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support import (
    cut,
    make_job,
    measured,
    places,
    refused,
    replay,
    verdict,
    write_files,
)

from gatekeeper.model import Severity
from gatekeeper.tools.flake8 import FLAKE8

RECORD = b"\x1e./src/a.py\x1f1\x1f1\x1fF401\x1f'os' imported but unused\x1d\n"


def test_two_clean_files_pass(tmp_path: Path) -> None:
    run = replay(tmp_path, "flake8/clean")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 findings, at most 0 allowed")
    assert measured(run).examined == 2
    assert measured(run).examined_paths == {"src/a.py", "src/b.py"}
    assert run.exit_code == 0


def test_findings_come_with_their_place_in_order(tmp_path: Path) -> None:
    run = replay(tmp_path, "flake8/findings")
    result = verdict(run)
    assert (result.status, result.value) == ("failed", 7)
    assert places(result.findings) == [
        "src/a.py:1:1 F401",
        "src/a.py:3:8 F821",
        "src/a.py:6:1 C901",
        "src/b.py:1:89 E501",
        "src/b.py:2:1 E402",
        "src/b.py:2:1 F401",
        "src/b.py:2:19 W291",
    ]
    assert result.findings[2].message == "'long' is too complex (11)"


def test_what_breaks_at_run_time_is_graver_than_style(tmp_path: Path) -> None:
    run = replay(tmp_path, "flake8/findings")
    grave = verdict(run, severity="high", max=0)
    assert [f.rule for f in grave.findings] == ["F401", "F821", "F401"]
    broken = measured(replay(tmp_path / "2", "flake8/syntax-error"))
    assert [f.severity for f in broken.findings] == [Severity.HIGH]


def test_named_opt_outs_are_honoured_and_counted(tmp_path: Path) -> None:
    run = replay(tmp_path, "flake8/opt-outs")
    silent = {"src/named.py", "src/text.py"}
    assert not silent & {f.path for f in measured(run).findings}
    assert measured(run).suppressed == 4


def test_bare_opt_outs_hide_nothing_and_are_findings(tmp_path: Path) -> None:
    run = replay(tmp_path, "flake8/opt-outs")
    assert places(verdict(run).findings) == [
        "src/bare.py:1:1 F401",
        "src/bare.py:1:12 bare-noqa",
        "src/bare.py:2:1 F401",
        "src/bare.py:2:13 bare-noqa",
        "src/prefix.py:1:1 F401",
        "src/prefix.py:1:12 bare-noqa",
        "src/prefix.py:2:1 F401",
        "src/whole.py:3:2 E225",
        "src/whole_bare.py:1:1 bare-noqa",
        "src/whole_bare.py:2:1 F401",
    ]


@pytest.mark.parametrize(
    ("case", "finding"),
    [
        ("syntax-error", "src/a.py:1:13 E999"),
        ("opt-out-of-syntax", "src/a.py:1:6 E999"),
        ("null-byte", "src/a.py:1:1 E999"),
        ("undecodable", "src/a.py:1:1 undecodable"),
        ("unknown-encoding", "src/a.py:1:1 undecodable"),
        ("utf-16", "src/a.py:1:1 undecodable"),
        ("filtered-by-name", "src/a.py:1:1 F401"),
    ],
)
def test_broken_or_hidden_code_fails(tmp_path: Path, case: str, finding: str) -> None:
    result = verdict(replay(tmp_path, f"flake8/{case}"))
    assert result.status == "failed"
    assert finding in places(result.findings)


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("crash", "unreadable", "flake8"),
        ("killed", "crashed", "flake8 was killed by SIGKILL"),
        ("plugin-missing", "unreadable", "There was a critical error"),
        ("quiet", "unreadable", "flake8 ended with 1 but reported 0 findings"),
        ("printed-by-plugin", "unreadable", "not understood: hello"),
        ("bad-option", "crashed", "flake8 ended with 2: usage: flake8"),
    ],
)
def test_a_broken_flake8_is_no_verdict(
    tmp_path: Path, case: str, status: str, reason: str
) -> None:
    run = replay(tmp_path, f"flake8/{case}")
    assert run.status == status
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


def test_the_report_shows_what_a_crash_said(tmp_path: Path) -> None:
    run = replay(tmp_path, "flake8/crash")
    assert run.exit_code == 1
    assert "RuntimeError: plugin fell over" in run.stderr_tail


def test_hostile_file_names_keep_their_findings(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "flake8/odd-names"))
    assert result.value == 6
    assert {f.path for f in result.findings} == {
        "src/-g.py",
        "src/a\nb.py",
        "src/c:3:1: E501 d.py",
        "src/e\x1b[31mf.py",
        "src/h i.py",
        "src/\u00e9\u2028.py",
    }


def test_a_name_that_is_no_utf_8_is_a_gap(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "flake8/no-utf-8-name"))
    assert result.status == "error"
    assert "its name is not UTF-8" in result.reason


@pytest.mark.parametrize(
    ("case", "exit_code", "said"),
    [
        ("clean", 1, "flake8 ended with 1 but reported 0 findings"),
        ("findings", 0, "flake8 ended with 0 but reported 7 findings"),
    ],
)
def test_exit_code_and_findings_must_agree(
    tmp_path: Path, case: str, exit_code: int, said: str
) -> None:
    result = verdict(replay(tmp_path, f"flake8/{case}", exit_code=exit_code))
    assert (result.status, result.reason) == ("error", said)


@pytest.mark.parametrize("length", [0, 1, 30, 67, 68, 69, 200, 500, 640])
def test_output_that_is_cut_off_is_no_verdict(tmp_path: Path, length: int) -> None:
    result = verdict(replay(tmp_path, "flake8/findings", stdout=cut(length)))
    assert result.status == "error"
    assert "not understood" in result.reason


@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_file_must_have_been_processed(tmp_path: Path, count: int) -> None:
    def change(data: bytes) -> bytes:
        return data.replace(b"2          total files", b"%d  total files" % count)

    result = verdict(replay(tmp_path, "flake8/clean", stdout=change))
    assert result.status == "error"
    assert f"flake8 processed {count} of 2 files" in result.reason


def test_a_hundred_thousand_findings_are_all_counted(tmp_path: Path) -> None:
    run = replay(
        tmp_path, "flake8/findings", stdout=lambda data: RECORD * 99_993 + data
    )
    result = verdict(run)
    assert (result.status, result.value) == ("failed", 100_000)


def test_a_forged_record_in_a_message_is_not_swallowed(tmp_path: Path) -> None:
    forged = RECORD.replace(b"unused", b"unused\x1d\nmore")
    run = replay(tmp_path, "flake8/findings", stdout=lambda data: forged + data)
    assert verdict(run).status == "error"


@pytest.mark.parametrize("rule", ["E501", "E", "F4", "F401", "C901", "W605", "E999"])
def test_a_gate_may_name_rules_that_are_installed(tmp_path: Path, rule: str) -> None:
    write_files(tmp_path / "project", {"src/a.py": ""})
    job = make_job("flake8", tmp_path / "project", rules=[rule])
    (command,) = FLAKE8.commands(job)
    assert command.argv[-1] == "./src/a.py"


@pytest.mark.parametrize(
    ("rule", "options", "reason"),
    [
        ("D100", {}, "no installed flake8 plugin reports D100"),
        ("Q", {}, "no installed flake8 plugin reports Q"),
        ("E501", {"ignore": ["E5"]}, "E501 is on flake8's ignore list"),
        ("F401", {"ignore": ["W", "F401"]}, "F401 is on flake8's ignore list"),
    ],
)
def test_a_gate_on_rules_that_cannot_be_reported_is_an_error(
    tmp_path: Path, rule: str, options: dict[str, object], reason: str
) -> None:
    write_files(tmp_path / "project", {"src/a.py": ""})
    run = refused(make_job("flake8", tmp_path / "project", options, rules=[rule]))
    assert reason in verdict(run).reason
    assert verdict(run).status == "error"


def test_nothing_to_examine_is_an_error(tmp_path: Path) -> None:
    write_files(tmp_path / "project", {"src/readme.txt": "no code"})
    run = refused(make_job("flake8", tmp_path / "project"))
    assert verdict(run).status == "error"
    assert run.reason == "no Python file to examine in src"
    assert "`source` in gates.yaml" in run.fix


def test_options_of_the_policy_reach_the_command_line(tmp_path: Path) -> None:
    write_files(tmp_path / "project", {"src/a.py": ""})
    options = {
        "max_line_length": 100,
        "max_complexity": 7,
        "ignore": ["E203", "W503"],
        "args": ["--max-doc-length=72"],
    }
    job = make_job("flake8", tmp_path / "project", options)
    (command,) = FLAKE8.commands(job)
    assert "--isolated" in command.argv
    wanted = (
        "--max-line-length=100",
        "--max-complexity=7",
        "--extend-ignore=E203,W503",
        "--max-doc-length=72",
    )
    assert [a for a in command.argv if a in wanted] == list(wanted)
    assert FLAKE8.reproduce(job) == ("flake8", "--isolated", *wanted, "src")


def test_the_repository_has_no_say_unless_its_settings_are_adopted(
    tmp_path: Path,
) -> None:
    root = write_files(
        tmp_path / "project", {"src/a.py": "", "setup.cfg": "[flake8]\nquiet=2\n"}
    )
    (plain,) = FLAKE8.commands(make_job("flake8", root))
    assert "--isolated" in plain.argv
    adopting = make_job(
        "flake8", root, {"config": "setup.cfg"}, work=tmp_path / "second"
    )
    (command,) = FLAKE8.commands(adopting)
    assert "--isolated" not in command.argv
    assert "--config=setup.cfg" in command.argv


@pytest.mark.parametrize(
    ("settings", "status", "said"),
    [
        ("[flake8]\nexclude = *\n", "passed", "does not count here"),
        ("no section\n", "error", "setup.cfg does not parse"),
    ],
)
def test_settings_of_the_repository_are_mentioned(
    tmp_path: Path, settings: str, status: str, said: str
) -> None:
    run = replay(tmp_path, "flake8/clean", files={"setup.cfg": settings})
    result = verdict(run)
    assert result.status == status
    assert said in f"{result.reason} {measured(run).notes}"


@pytest.mark.parametrize(
    ("per_path", "left"),
    [
        ({"src/b.py": ["E", "W291"]}, ["F401", "F821", "C901", "F401"]),
        ({"src": ["F"]}, ["C901", "E501", "E402", "W291"]),
        ({"src/*.py": ["F401", "E501"]}, ["F821", "C901", "E402", "W291"]),
        (
            {"lib": ["F"], "b.py": ["E"]},
            [*"F401 F821 C901 E501 E402 F401 W291".split()],
        ),
    ],
)
def test_rules_may_be_unwanted_below_a_path(
    tmp_path: Path, per_path: dict[str, list[str]], left: list[str]
) -> None:
    run = replay(tmp_path, "flake8/findings", options={"per_path": per_path})
    assert [f.rule for f in verdict(run).findings] == left
    assert measured(run).suppressed == 0


def test_a_syntax_error_is_wanted_everywhere(tmp_path: Path) -> None:
    options = {"per_path": {"src": ["E9", "E"]}}
    result = verdict(replay(tmp_path, "flake8/syntax-error", options=options))
    assert places(result.findings) == ["src/a.py:1:13 E999"]


def test_a_gate_on_rules_does_not_pass_over_code_that_does_not_parse(
    tmp_path: Path,
) -> None:
    run = replay(tmp_path, "flake8/syntax-error")
    assert verdict(run, rules=["F"], max=0).status in ("failed", "error")


def test_each_batch_prints_into_a_file_of_its_own(tmp_path: Path) -> None:
    names = {f"src/{'long' * 50}{number}.py": "" for number in range(2200)}
    write_files(tmp_path / "project", names)
    commands = FLAKE8.commands(make_job("flake8", tmp_path / "project"))
    assert len(commands) == 2
    assert len({command.output for command in commands}) == 2


@pytest.mark.parametrize(
    ("files", "workers", "processes"),
    [(1, 4, 1), (199, 4, 1), (250, 4, 2), (5000, 2, 8), (5000, 1, 1)],
)
def test_many_files_are_shared_out_to_several_processes(
    tmp_path: Path, files: int, workers: int, processes: int
) -> None:
    names = [f"src/a{number}.py" for number in range(files)]
    write_files(tmp_path / "project", dict.fromkeys(names, ""))
    job = replace(make_job("flake8", tmp_path / "project"), workers=workers)
    commands = FLAKE8.commands(job)
    given = [word for command in commands for word in command.argv if ".py" in word]
    assert len(commands) == processes
    assert sorted(w for w in given if w.startswith("./src")) == sorted(
        f"./{name}" for name in names
    )
