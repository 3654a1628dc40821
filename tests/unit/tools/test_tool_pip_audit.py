"""pip-audit: what its recorded reports come to."""

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
    refused,
    replay,
    verdict,
    write_files,
)

from gatekeeper.model import Run
from gatekeeper.tools.pip_audit import PIP_AUDIT

REPORT = "0.json"
SERVICE = "PIP_AUDIT_VULNERABILITY_SERVICE"
URL = "PIP_AUDIT_OSV_URL"


def lines(run: Run) -> list[str]:
    """Each finding as place and rule."""
    return [f"{f.path}:{f.line} {f.rule}" for f in measured(run).findings]


def test_requirements_without_an_advisory_pass(tmp_path: Path) -> None:
    run = replay(tmp_path, "pip-audit/clean")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 findings, at most 0 allowed")
    assert (measured(run).examined, measured(run).examined_unit) == (2, "requirements")


def test_findings_name_the_line_that_asks_for_the_package(tmp_path: Path) -> None:
    run = replay(tmp_path, "pip-audit/found")
    result = verdict(run)
    assert (result.status, result.value) == ("failed", 2)
    assert lines(run) == [
        "requirements.txt:2 SYN-2018-2",
        "requirements.txt:2 CVE-2018-9999",
    ]
    unfixed, fixed = result.findings
    assert fixed.message == "flask 0.12.2: Uses much memory (fixed in: 0.12.3)"
    assert unfixed.message.endswith("<two>. (fixed in: no fixed version known)")
    assert unfixed.url == "https://osv.dev/vulnerability/SYN-2018-2"


def test_findings_have_no_severity_and_count_as_critical(tmp_path: Path) -> None:
    run = replay(tmp_path, "pip-audit/found")
    grave = verdict(run, severity="critical", max=0)
    assert (grave.status, grave.value) == ("failed", 2)
    assert grave.notes == ("2 of unknown severity, counted as critical",)
    ignoring = verdict(run, severity="critical", max=0, unknown="ignore")
    assert ignoring.status == "passed"


@pytest.mark.parametrize(
    ("aliases", "rule"),
    [
        (["GHSA-1", "CVE-2020-2", "CVE-2020-1"], "CVE-2020-1"),
        (["GHSA-1"], "SYN-2018-2"),
        ([], "SYN-2018-2"),
    ],
)
def test_an_advisory_is_called_by_its_cve_where_it_has_one(
    tmp_path: Path, aliases: list[str], rule: str
) -> None:
    def change(report: Any) -> None:
        flask = report["dependencies"][1]
        flask["vulns"] = [{**flask["vulns"][1], "aliases": aliases}]

    run = replay(tmp_path, "pip-audit/found", written={REPORT: as_json(change)})
    assert [f.rule for f in measured(run).findings] == [rule]


def test_two_versions_of_a_package_are_both_asked_about(tmp_path: Path) -> None:
    run = replay(tmp_path, "pip-audit/two-versions")
    assert sorted(lines(run)) == [
        "requirements-dev.txt:1 CVE-2018-9999",
        "requirements-dev.txt:1 SYN-2018-2",
        "requirements.txt:1 CVE-2018-9999",
    ]
    assert measured(run).examined == 3


def test_a_requirement_that_was_skipped_is_no_pass(tmp_path: Path) -> None:
    run = replay(tmp_path, "pip-audit/skipped")
    assert run.exit_code == 0
    result = verdict(run)
    assert result.status == "error"
    assert "URL requirements cannot be pinned" in result.reason


def test_a_run_in_which_nothing_was_asked_is_no_pass(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "pip-audit/dry-run"))
    assert result.status == "error"
    assert "pip-audit did not look at flask 0.12.2" in result.reason


@pytest.mark.parametrize("case", ["unreachable", "service-broken"])
def test_a_service_that_does_not_answer_is_no_verdict(
    tmp_path: Path, case: str
) -> None:
    run = replay(tmp_path, f"pip-audit/{case}")
    assert (run.status, run.exit_code) == ("unreadable", 1)
    assert verdict(run).status == "error"
    assert "the advisory service (http://127.0.0.1:9999/" in run.reason
    assert run.reason.endswith("cannot be reached")
    assert "--skip" in run.fix


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("service-html", "JSONDecodeError: Expecting value"),
        ("bad-option", "unrecognized arguments: --no-such-option"),
    ],
)
def test_a_broken_pip_audit_is_no_verdict(
    tmp_path: Path, case: str, reason: str
) -> None:
    run = replay(tmp_path, f"pip-audit/{case}")
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert reason in run.reason


@pytest.mark.parametrize(
    ("case", "exit_code", "said"),
    [
        ("clean", 1, "pip-audit ended with 1 but reported 0 vulnerabilities"),
        ("found", 0, "pip-audit ended with 0 but reported 2 vulnerabilities"),
    ],
)
def test_exit_code_and_findings_must_agree(
    tmp_path: Path, case: str, exit_code: int, said: str
) -> None:
    result = verdict(replay(tmp_path, f"pip-audit/{case}", exit_code=exit_code))
    assert (result.status, result.reason) == ("error", said)


@pytest.mark.parametrize("length", [0, 1, 100, -2, -3])
@pytest.mark.parametrize("case", ["clean", "found"])
def test_a_report_that_is_cut_off_is_no_verdict(
    tmp_path: Path, case: str, length: int
) -> None:
    run = replay(tmp_path, f"pip-audit/{case}", written={REPORT: cut(length)})
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert run.reason.startswith("pip-audit wrote no report")


@pytest.mark.parametrize("exit_code", [0, 1])
def test_a_lost_report_is_no_verdict(tmp_path: Path, exit_code: int) -> None:
    run = replay(
        tmp_path, "pip-audit/clean", written={REPORT: None}, exit_code=exit_code
    )
    assert (run.status, verdict(run).status) == ("crashed", "error")


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.pop("dependencies"),
        lambda report: report.update(dependencies=None),
        lambda report: report.update(dependencies=["flask"]),
        lambda report: report["dependencies"][1].update(vulns=None),
        lambda report: report["dependencies"][1]["vulns"][0].pop("id"),
        lambda report: report["dependencies"][1].pop("version"),
    ],
)
def test_a_report_of_another_shape_is_no_verdict(
    tmp_path: Path, change: Callable[[Any], object]
) -> None:
    run = replay(tmp_path, "pip-audit/found", written={REPORT: as_json(change)})
    assert verdict(run).status == "error"
    assert run.reason.startswith("pip-audit's report is not understood")


@pytest.mark.parametrize(
    ("lost", "said"), [(1, "at flask 1.0"), (2, "at flask 1.0 (and 1 more)")]
)
def test_every_requirement_must_have_been_looked_at(
    tmp_path: Path, lost: int, said: str
) -> None:
    def change(report: Any) -> None:
        del report["dependencies"][:lost]

    run = replay(tmp_path, "pip-audit/clean", written={REPORT: as_json(change)})
    result = verdict(run)
    assert result.status == "error"
    assert result.reason.endswith(f"pip-audit did not look {said}")


def test_a_requirement_that_cannot_be_judged_is_no_pass(tmp_path: Path) -> None:
    more = {"requirements.txt": "flask==1.0\nPyYAML==6.0\nrequests>2\n"}
    result = verdict(replay(tmp_path, "pip-audit/clean", files=more))
    assert result.status == "error"
    assert "requirements.txt:3: not pinned to one version: requests>2" in result.reason


def test_ten_thousand_findings_are_all_counted(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        report["dependencies"][1]["vulns"] *= 5_000

    run = replay(tmp_path, "pip-audit/found", written={REPORT: as_json(change)})
    assert verdict(run).value == 10_000


def test_without_a_pin_nothing_is_started(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"requirements.txt": "flask\n"})
    run = refused(make_job("pip-audit", root))
    assert verdict(run).status == "error"
    assert run.reason.startswith("no pinned requirement to examine: ")


@pytest.mark.parametrize(
    ("options", "environment", "words", "asked"),
    [
        ({}, {}, [], "pypi"),
        ({"service": "osv"}, {}, ["-s", "osv"], "osv"),
        ({"service": "esms"}, {SERVICE: "osv"}, ["-s", "esms"], "esms"),
        (
            {"service": "https://osv.invalid/v1"},
            {},
            ["-s", "osv", "--osv-url", "https://osv.invalid/v1"],
            "https://osv.invalid/v1",
        ),
        ({}, {SERVICE: "osv"}, [], "osv, as the environment says"),
        (
            {},
            {SERVICE: "osv", URL: "http://osv.invalid"},
            [],
            "osv at http://osv.invalid, as the environment says",
        ),
        (
            {},
            {URL: "http://osv.invalid"},
            [],
            "pypi at http://osv.invalid, as the environment says",
        ),
    ],
)
def test_the_report_says_who_was_asked(
    tmp_path: Path,
    options: dict[str, str],
    environment: dict[str, str],
    words: list[str],
    asked: str,
) -> None:
    root = write_files(tmp_path / "project", {"requirements.txt": "flask==1.0\n"})
    job = make_job("pip-audit", root, options, environment=environment)
    (command,) = PIP_AUDIT.commands(job)
    assert list(command.argv[command.argv.index("--cache-dir") + 2 :]) == words
    assert PIP_AUDIT.reproduce(job) == ("pip-audit", "-r", "requirements.txt", *words)
    run = replay(
        tmp_path / "again",
        "pip-audit/clean",
        options={"service": None, **options},
        environment=environment,
    )
    assert measured(run).notes == (f"advisories from {asked}",)


def test_a_version_in_another_spelling_keeps_its_place(tmp_path: Path) -> None:
    run = replay(tmp_path, "pip-audit/spelt-otherwise")
    assert lines(run) == ["requirements.txt:1 SYN-2020-3"]


def test_another_package_than_the_one_asked_about_is_no_pass(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        report["dependencies"][0]["name"] = "another"

    run = replay(tmp_path, "pip-audit/clean", written={REPORT: as_json(change)})
    assert verdict(run).status == "error"
