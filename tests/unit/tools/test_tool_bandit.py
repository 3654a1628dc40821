"""bandit: what its recorded reports come to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import (
    as_json,
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
from gatekeeper.tools.bandit import BANDIT

REPORT = "report-0.json"


def test_two_clean_files_pass(tmp_path: Path) -> None:
    run = replay(tmp_path, "bandit/clean")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 findings, at most 0 allowed")
    assert measured(run).examined == 2
    assert measured(run).examined_paths == {"src/a.py", "src/b.py"}


def test_findings_come_with_place_severity_and_address(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "bandit/findings"))
    assert (result.status, result.value) == ("failed", 5)
    assert places(result.findings) == [
        "src/a.py:1:1 B404",
        "src/a.py:5:5 B602",
        "src/b.py:5:12 B324",
        "src/b.py:9:18 B104",
        "src/b.py:10:12 B307",
    ]
    assert result.findings[4].end_line == 12
    shell = result.findings[1]
    assert shell.message.startswith("subprocess call with shell=True")
    assert str(shell.url).endswith("b602_subprocess_popen_with_shell_equals_true.html")


@pytest.mark.parametrize(
    ("severity", "rules"),
    [
        ("low", ["B404", "B602", "B324", "B104", "B307"]),
        ("medium", ["B602", "B324", "B104", "B307"]),
        ("high", ["B602", "B324"]),
        ("critical", []),
    ],
)
def test_a_gate_takes_a_severity_and_what_is_above(
    tmp_path: Path, severity: str, rules: list[str]
) -> None:
    result = verdict(replay(tmp_path, "bandit/findings"), severity=severity, max=0)
    assert [f.rule for f in result.findings] == rules
    assert result.status == ("failed" if rules else "passed")


def test_a_severity_that_is_new_to_us_counts_as_critical(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        report["results"][0]["issue_severity"] = "UNDEFINED"

    run = replay(tmp_path, "bandit/findings", written={REPORT: as_json(change)})
    assert measured(run).findings[0].severity == Severity.UNKNOWN
    result = verdict(run, severity="critical", max=0)
    assert (result.status, result.value) == ("failed", 1)
    assert result.notes == ("1 of unknown severity, counted as critical",)


def test_named_opt_outs_are_honoured_and_counted(tmp_path: Path) -> None:
    run = replay(tmp_path, "bandit/opt-outs")
    honoured = {"src/named.py", "src/test_name.py"}
    assert not honoured & {f.path for f in measured(run).findings}
    assert measured(run).suppressed == 3


def test_bare_and_misplaced_opt_outs_hide_nothing(tmp_path: Path) -> None:
    found = places(verdict(replay(tmp_path, "bandit/opt-outs")).findings)
    assert found == [
        "src/bare.py:1:1 B404",
        "src/bare.py:1:20 bare-nosec",
        "src/bare.py:5:5 B602",
        "src/bare.py:5:39 bare-nosec",
        "src/other.py:1:1 B404",
    ]


def test_a_test_that_the_policy_skips_is_not_reported(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "bandit/skipped-test"))
    assert [f.rule for f in result.findings] == ["B602"]


@pytest.mark.parametrize("case", ["syntax-error", "null-byte", "undecodable"])
def test_code_that_does_not_parse_fails_though_bandit_ends_with_0(
    tmp_path: Path, case: str
) -> None:
    run = replay(tmp_path, f"bandit/{case}")
    assert run.exit_code == 0
    result = verdict(run, severity="high", max=0)
    assert result.status == "failed"
    assert places(result.findings) == ["src/a.py:1:None syntax-error"]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("too-deep", "src/a.py: exception while scanning file"),
        ("gone", "src/b.py: No such file or directory"),
        ("no-code", "bandit examined no files"),
    ],
)
def test_what_was_not_scanned_is_no_pass_though_bandit_ends_with_0(
    tmp_path: Path, case: str, reason: str
) -> None:
    run = replay(tmp_path, f"bandit/{case}")
    assert run.exit_code == 0
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("crash", "crashed", "bandit wrote no report: "),
        ("bad-option", "crashed", "unrecognized arguments: --no-such-option"),
        ("other-format", "unreadable", "bandit's report is no JSON"),
    ],
)
def test_a_broken_bandit_is_no_verdict(
    tmp_path: Path, case: str, status: str, reason: str
) -> None:
    run = replay(tmp_path, f"bandit/{case}")
    assert run.status == status
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


def test_the_reason_of_a_crash_holds_its_last_words(tmp_path: Path) -> None:
    run = replay(tmp_path, "bandit/crash")
    assert "DeprecationWarning: The verify_requirements argument" in run.reason


def test_hostile_file_names_keep_their_findings(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "bandit/odd-names"))
    assert result.value == 6
    assert {f.path for f in result.findings} == {
        "src/-g.py",
        "src/a\nb.py",
        "src/c:3:1: d.py",
        "src/e\x1b[31mf.py",
        "src/h i.py",
        "src/\u00e9\u2028.py",
    }


@pytest.mark.parametrize(
    ("case", "exit_code", "said"),
    [
        ("clean", 1, "bandit ended with 1 but reported 0 findings"),
        ("findings", 0, "bandit ended with 0 but reported 5 findings"),
        ("syntax-error", 1, "bandit ended with 1 but reported 0 findings"),
    ],
)
def test_exit_code_and_findings_must_agree(
    tmp_path: Path, case: str, exit_code: int, said: str
) -> None:
    result = verdict(replay(tmp_path, f"bandit/{case}", exit_code=exit_code))
    assert (result.status, result.reason) == ("error", said)


@pytest.mark.parametrize("length", [0, 1, 2, 40, 1000, 3000, -1, -2, -3])
def test_a_report_that_is_cut_off_is_no_verdict(tmp_path: Path, length: int) -> None:
    run = replay(tmp_path, "bandit/findings", written={REPORT: cut(length)})
    assert run.status == "unreadable"
    assert run.reason.startswith("bandit's report is no JSON")
    assert verdict(run).status == "error"


@pytest.mark.parametrize("case", ["clean", "findings"])
def test_a_lost_report_is_no_verdict(tmp_path: Path, case: str) -> None:
    run = replay(tmp_path, f"bandit/{case}", written={REPORT: None})
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert run.reason.startswith("bandit wrote no report")


def _without(*keys: str) -> Callable[[Any], object]:
    def change(report: Any) -> object:
        for key in keys[:-1]:
            report = report[key]
        return report.pop(keys[-1])

    return change


def _as(key: str, value: object) -> Callable[[Any], object]:
    return lambda report: report.update({key: value})


@pytest.mark.parametrize("case", ["clean", "findings"])
@pytest.mark.parametrize(
    "change",
    [
        _without("metrics"),
        _without("metrics", "_totals"),
        _without("metrics", "_totals", "loc"),
        _without("errors"),
        _without("results"),
        _as("metrics", None),
        _as("errors", None),
        _as("results", None),
        _as("results", 3),
        _as("errors", [{}]),
        _as("errors", ["text"]),
    ],
)
def test_a_report_of_another_shape_is_no_verdict(
    tmp_path: Path, case: str, change: Callable[[Any], object]
) -> None:
    run = replay(tmp_path, f"bandit/{case}", written={REPORT: as_json(change)})
    assert run.status == "unreadable"
    assert "bandit" in run.reason
    assert verdict(run).status == "error"


@pytest.mark.parametrize("text", [b"[]", b"{}", b"null", b'"x"', b"7"])
def test_json_that_is_no_report_is_no_verdict(tmp_path: Path, text: bytes) -> None:
    run = replay(tmp_path, "bandit/clean", written={REPORT: lambda _: text})
    assert verdict(run).status == "error"
    assert run.reason.startswith("bandit's report is not understood")


@pytest.mark.parametrize("lost", [["src/a.py"], ["src/a.py", "src/b.py"]])
def test_every_file_must_have_been_scanned(tmp_path: Path, lost: list[str]) -> None:
    def change(report: Any) -> None:
        for name in lost:
            del report["metrics"][f"././{name}"]

    run = replay(tmp_path, "bandit/clean", written={REPORT: as_json(change)})
    result = verdict(run)
    assert result.status == "error"
    assert f"did not scan {len(lost)} files: {', '.join(lost)}" in result.reason


def test_ten_thousand_findings_are_all_counted(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        report["results"] *= 2_000

    run = replay(tmp_path, "bandit/findings", written={REPORT: as_json(change)})
    assert verdict(run).value == 10_000


def test_nothing_to_examine_is_an_error(tmp_path: Path) -> None:
    write_files(tmp_path / "project", {"src/notes.txt": ""})
    run = refused(make_job("bandit", tmp_path / "project"))
    assert verdict(run).status == "error"
    assert run.reason == "no Python file to examine in src"


def test_neither_settings_nor_excludes_of_the_repository_are_used(
    tmp_path: Path,
) -> None:
    files = {"src/a.py": "", ".bandit": "[bandit]\nskips = B602\n"}
    root = write_files(tmp_path / "project", files)
    job = make_job("bandit", root, {"skip": ["B101", "B404"], "args": ["--debug"]})
    (command,) = BANDIT.commands(job)
    words = list(command.argv)
    own = Path(words[words.index("--ini") + 1])
    assert own.read_text() == "[bandit]\n"
    assert root not in own.parents
    assert words[words.index("-x") + 1] == "./.gatekeeper-excludes-nothing"
    assert words[words.index("--skip") + 1] == "B101,B404"
    assert {"--ignore-nosec", "--debug"} <= set(words)
    assert words[-1] == "./src/a.py"
    assert BANDIT.reproduce(job) == (
        *("bandit", "-r", "-q", "--skip", "B101,B404", "--debug", "src"),
    )


def test_settings_of_the_repository_are_mentioned(tmp_path: Path) -> None:
    settings = {".bandit": "[bandit]\nskips = B602\n"}
    run = replay(tmp_path, "bandit/findings", files=settings)
    assert verdict(run).value == 5
    assert "[bandit] in .bandit does not count here" in measured(run).notes[0]


@pytest.mark.parametrize("gate", [{"rules": ["B602"]}, {"severity": "critical"}])
def test_no_gate_passes_over_code_that_does_not_parse(
    tmp_path: Path, gate: dict[str, object]
) -> None:
    result = verdict(replay(tmp_path, "bandit/syntax-error"), max=0, **gate)
    assert result.status in ("failed", "error")
