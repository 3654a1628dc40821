"""safety: what its recorded reports come to, and when it is not even started."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import (
    Files,
    as_json,
    cut,
    make_job,
    measured,
    refused,
    replay,
    verdict,
    write_files,
)

from gatekeeper.model import Finding, Run
from gatekeeper.tools.base import Job
from gatekeeper.tools.safety import SAFETY

REPORT = "0.json"
DAY = 86_400


def lines(run: Run) -> list[str]:
    """Each finding as place, rule and severity."""

    def line(found: Finding) -> str:
        return f"{found.path}:{found.line} {found.rule} {found.severity}"

    return [line(found) for found in measured(run).findings]


def test_requirements_without_an_advisory_pass(tmp_path: Path) -> None:
    run = replay(tmp_path, "safety/clean")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 findings, at most 0 allowed")
    assert (measured(run).examined, measured(run).examined_unit) == (2, "requirements")


def test_findings_name_the_line_that_asks_for_the_package(tmp_path: Path) -> None:
    run = replay(tmp_path, "safety/found")
    assert lines(run) == [
        "requirements.txt:2 CVE-2018-9999 high",
        "requirements.txt:4 CVE-2019-9999 low",
        "requirements.txt:5 CVE-2001-9999 medium",
        "requirements.txt:3 CVE-2017-9999 critical",
        "requirements.txt:6 90006 unknown",
        "requirements.txt:7 CVE-2020-9999 unknown",
    ]
    flask = measured(run).findings[0]
    assert flask.message == "flask 0.12.2: Uses much memory. (fixed in: 0.12.3)"
    assert flask.url == "https://advisories.invalid/v/90002/"
    assert "(fixed in: no fixed version known)" in measured(run).findings[1].message
    assert measured(run).examined == 7


@pytest.mark.parametrize(
    ("gate", "value", "note"),
    [
        ({}, 6, ()),
        ({"severity": "low"}, 6, ("2 of unknown severity, counted as critical",)),
        ({"severity": "critical"}, 3, ("2 of unknown severity, counted as critical",)),
        ({"severity": "critical", "unknown": "ignore"}, 1, ()),
        ({"severity": "high"}, 4, ("2 of unknown severity, counted as critical",)),
        ({"rules": ["CVE-2017-9999"]}, 1, ()),
    ],
)
def test_a_gate_counts_the_unknown_as_critical_unless_it_says_otherwise(
    tmp_path: Path, gate: dict[str, Any], value: int, note: tuple[str, ...]
) -> None:
    result = verdict(replay(tmp_path, "safety/found"), max=0, **gate)
    assert (result.status, result.value, result.notes) == ("failed", value, note)


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (10.0, "critical"),
        (9.0, "critical"),
        (9, "critical"),
        (8.9, "high"),
        (7.0, "high"),
        (6.9, "medium"),
        (4.0, "medium"),
        (3.9, "low"),
        (0.1, "low"),
        (0.0, "unknown"),
        (-1, "unknown"),
        (None, "unknown"),
        ("9.8", "unknown"),
        ([], "unknown"),
    ],
)
@pytest.mark.parametrize("generation", ["cvssv3", "cvssv2"])
def test_severities_follow_the_cvss_scale(
    tmp_path: Path, generation: str, score: object, severity: str
) -> None:
    scores = {"cvssv2": None, "cvssv3": None, generation: {"base_score": score}}

    def change(report: Any) -> None:
        report["vulnerabilities"] = report["vulnerabilities"][:1]
        report["vulnerabilities"][0]["severity"] = scores

    run = replay(tmp_path, "safety/found", written={REPORT: as_json(change)})
    assert [f.severity for f in measured(run).findings] == [severity]


@pytest.mark.parametrize(
    ("scores", "severity"),
    [
        ({"cvssv2": {"base_score": 10.0}, "cvssv3": {"base_score": 5.0}}, "medium"),
        ({"cvssv2": {"base_score": 10.0}, "cvssv3": {"base_score": 0.0}}, "critical"),
        ({"cvssv2": {"base_score": 10.0}, "cvssv3": {}}, "critical"),
        ({}, "unknown"),
        (None, "unknown"),
    ],
)
def test_the_newer_score_counts_where_there_is_one(
    tmp_path: Path, scores: object, severity: str
) -> None:
    def change(report: Any) -> None:
        report["vulnerabilities"] = report["vulnerabilities"][:1]
        report["vulnerabilities"][0]["severity"] = scores

    run = replay(tmp_path, "safety/found", written={REPORT: as_json(change)})
    assert [f.severity for f in measured(run).findings] == [severity]


def test_two_versions_of_a_package_are_both_asked_about(tmp_path: Path) -> None:
    run = replay(tmp_path, "safety/two-versions")
    assert lines(run) == [
        "requirements.txt:1 CVE-2018-9999 high",
        "requirements-dev.txt:1 CVE-2018-9999 high",
    ]
    assert measured(run).examined == 3


def test_one_advisory_that_matches_twice_is_one_finding(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        report["vulnerabilities"] *= 2

    run = replay(tmp_path, "safety/found", written={REPORT: as_json(change)})
    assert verdict(run).value == 6


def test_odd_spellings_of_versions_keep_their_place(tmp_path: Path) -> None:
    run = replay(tmp_path, "safety/spelt-otherwise")
    assert lines(run) == [
        "requirements.txt:2 CVE-2018-9999 high",
        "requirements.txt:3 CVE-2017-9999 critical",
    ]
    assert measured(run).gaps == ()


@pytest.mark.parametrize("case", ["ignored-by-mistake", "ignored-by-arguments"])
def test_what_safety_ignores_is_never_passed_over(tmp_path: Path, case: str) -> None:
    run = replay(tmp_path, f"safety/{case}")
    assert run.exit_code == 0
    result = verdict(run)
    assert result.status == "error"
    assert result.reason == "safety ended with 0 but reported 2 vulnerabilities"


def test_what_safety_ignores_beside_a_finding_is_counted(tmp_path: Path) -> None:
    run = replay(tmp_path, "safety/ignored-by-mistake", exit_code=64)
    assert lines(run) == [
        "requirements.txt:1 CVE-2019-9999 low",
        "requirements.txt:2 CVE-2017-9999 critical",
    ]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("unreachable", "safety ended with 68: the advisory service cannot be reached"),
        ("empty-object", "safety ended with 68: "),
        ("database-gone", "safety ended with 67: the local database was not found"),
        ("wrong-schema", "safety ended with 69: the advisory database is malformed"),
        ("crash", "DeprecationWarning: The 'initial' parameter is deprecated"),
        ("bad-option", "No such option '--no-such-option'"),
    ],
)
def test_a_safety_that_could_not_look_is_no_verdict(
    tmp_path: Path, case: str, reason: str
) -> None:
    run = replay(tmp_path, f"safety/{case}")
    assert run.status == "crashed"
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


def test_without_a_network_there_is_advice(tmp_path: Path) -> None:
    reason = verdict(replay(tmp_path, "safety/unreachable")).reason
    for advice in ("`database:`", "pip-audit", "--skip"):
        assert advice in reason


@pytest.mark.parametrize(
    ("case", "exit_code", "said"),
    [
        ("clean", 64, "safety ended with 64 but reported 0 vulnerabilities"),
        ("found", 0, "safety ended with 0 but reported 6 vulnerabilities"),
    ],
)
def test_exit_code_and_findings_must_agree(
    tmp_path: Path, case: str, exit_code: int, said: str
) -> None:
    result = verdict(replay(tmp_path, f"safety/{case}", exit_code=exit_code))
    assert (result.status, result.reason) == ("error", said)


@pytest.mark.parametrize("length", [0, 1, 500, -1, -2])
@pytest.mark.parametrize("case", ["clean", "found"])
def test_a_report_that_is_cut_off_is_no_verdict(
    tmp_path: Path, case: str, length: int
) -> None:
    run = replay(tmp_path, f"safety/{case}", written={REPORT: cut(length)})
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert run.reason.startswith("safety wrote no report")


def test_a_lost_report_is_no_verdict(tmp_path: Path) -> None:
    run = replay(tmp_path, "safety/clean", written={REPORT: None})
    assert (run.status, verdict(run).status) == ("crashed", "error")


@pytest.mark.parametrize(
    "key", ["vulnerabilities", "ignored_vulnerabilities", "scanned_packages"]
)
@pytest.mark.parametrize("value", [None, "text", 3])
def test_a_report_of_another_shape_is_no_verdict(
    tmp_path: Path, key: str, value: object
) -> None:
    def change(report: Any) -> None:
        if value == 3:
            del report[key]
        else:
            report[key] = value

    run = replay(tmp_path, "safety/found", written={REPORT: as_json(change)})
    assert verdict(run).status == "error"
    assert run.reason.startswith("safety's report is not understood")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda report: report["scanned_packages"].pop("flask"), "at flask 1.0"),
        (
            lambda report: report["scanned_packages"].clear(),
            "at flask 1.0 (and 1 more)",
        ),
        (
            lambda report: report["scanned_packages"]["pyyaml"].update(version="5.0"),
            "at pyyaml 6.0",
        ),
    ],
)
def test_every_requirement_must_have_been_looked_at(
    tmp_path: Path, change: Callable[[Any], object], said: str
) -> None:
    run = replay(tmp_path, "safety/clean", written={REPORT: as_json(change)})
    result = verdict(run)
    assert result.status == "error"
    assert f"safety did not look {said}" in result.reason


def test_ten_thousand_findings_are_all_counted(tmp_path: Path) -> None:
    def change(report: Any) -> None:
        first = report["vulnerabilities"][0]
        report["vulnerabilities"] = [{**first, "CVE": str(n)} for n in range(10_000)]

    run = replay(tmp_path, "safety/found", written={REPORT: as_json(change)})
    assert verdict(run).value == 10_000


@pytest.mark.parametrize(
    ("requirements", "said"),
    [
        ("", "requirements.txt: names no requirement"),
        ("# later\n", "requirements.txt: names no requirement"),
        ("flask\n", "requirements.txt:1: not pinned to one version: flask"),
        ("flask>=1,<2\n", "requirements.txt:1: not pinned to one version: flask"),
    ],
)
def test_without_a_pin_nothing_is_started(
    tmp_path: Path, requirements: str, said: str
) -> None:
    root = write_files(tmp_path / "project", {"requirements.txt": requirements})
    run = refused(make_job("safety", root))
    assert verdict(run).status == "error"
    assert said in run.reason
    assert "pip freeze" in run.fix


def test_a_requirement_that_cannot_be_judged_is_no_pass(tmp_path: Path) -> None:
    more = {"requirements.txt": "flask==1.0\nPyYAML==6.0\nrequests\n"}
    result = verdict(replay(tmp_path, "safety/clean", files=more))
    assert result.status == "error"
    assert "requirements.txt:3: not pinned to one version: requests" in result.reason


# The local database: what is refused before safety is started.


def database(
    *, meta: object = None, brief: object = None, full: object = None
) -> dict[str, str]:
    """Both files of a database; what is not given is as it should be."""
    default = {"schema_version": "2.0.0", "timestamp": time.time() - 3 * DAY}
    used = default if meta is None else meta
    listed = {"flask": ["<0.12.3"]} if brief is None else brief
    details = {"flask": [{"specs": ["<0.12.3"]}]} if full is None else full
    return {
        "db/insecure.json": json.dumps({"meta": used, "vulnerable_packages": listed}),
        "db/insecure_full.json": json.dumps(
            {"meta": used, "vulnerable_packages": details}
        ),
    }


def offline(tmp_path: Path, files: Files, **options: object) -> Job:
    pins = {"requirements.txt": "flask==0.12.2\n"}
    root = write_files(tmp_path / "project", {**pins, **files})
    return make_job("safety", root, {"database": "db", **options})


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"db/readme": ""}, "insecure.json: No such file or directory"),
        (database(meta={"schema_version": "1.1.0"}), "has schema 1.1.0"),
        (database(meta={}), "is no database of safety"),
        (database(brief={"Flask": ["<1"]}), "names that safety never finds: Flask"),
        (database(brief={}), "lists no vulnerable package at all"),
        (database(full={}), "insecure_full.json lacks advisories on flask"),
        (database(full={"flask": []}), "insecure_full.json lacks advisories on flask"),
        ({**database(), "db/insecure.json": "{"}, "is no database of safety"),
        ({**database(), "db/insecure_full.json": ""}, "is no database of safety"),
        ({**database(), "db/insecure_full.json": None}, "No such file or directory"),
    ],
)
def test_a_database_that_proves_nothing_is_refused(
    tmp_path: Path, files: dict[str, str | bytes | None], said: str
) -> None:
    gone = {name: "" for name, content in files.items() if content is None}
    write_files(tmp_path / "project", gone)
    run = refused(offline(tmp_path, files))
    assert verdict(run).status == "error"
    assert run.reason.startswith("the advisory database cannot be used: ")
    assert said in run.reason
    assert "fetch the database again" in run.fix


@pytest.mark.parametrize(
    ("age", "limit", "said"),
    [
        (3.5, 3, "the advisory database is 4 days old, at most 3 days allowed"),
        (1.01, 1, "the advisory database is 1 days old, at most 1 days allowed"),
        (None, 30, "the advisory database is of unknown age, at most 30 days allowed"),
    ],
)
def test_a_database_beyond_its_age_limit_is_refused(
    tmp_path: Path, age: float | None, limit: float, said: str
) -> None:
    stamp = {} if age is None else {"timestamp": time.time() - age * DAY}
    files = database(meta={"schema_version": "2.0.0", **stamp})
    run = refused(offline(tmp_path, files, max_age=limit))
    assert verdict(run).status == "error"
    assert run.reason == said
    assert "max_age" in run.fix


def test_a_database_within_its_age_limit_is_used(tmp_path: Path) -> None:
    (command,) = SAFETY.commands(offline(tmp_path, database(), max_age=4))
    at = command.argv.index("--db")
    assert command.argv[at + 1] == str(tmp_path.resolve() / "project" / "db")


def test_the_age_of_the_database_is_shown_where_nobody_limits_it(
    tmp_path: Path,
) -> None:
    (note,) = measured(replay(tmp_path, "safety/clean")).notes
    pattern = r"the advisory database is \d+ days old; `max_age` makes an age limit"
    assert re.fullmatch(pattern, note)


def test_safety_gets_a_plain_list_and_a_policy_of_our_own(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Flask == 0.12.2  # why\n-r more.txt\n",
        "more.txt": "PyYAML==3.13\n",
        ".safety-policy.yml": "security:\n  ignore-vulnerabilities: {1: {}}\n",
    }
    root = write_files(tmp_path / "project", files)
    job = make_job("safety", root, {"args": ["--debug"]})
    (command,) = SAFETY.commands(job)
    words = list(command.argv)
    listed = Path(words[words.index("-r") + 1])
    assert listed.read_text() == "flask==0.12.2\npyyaml==3.13\n"
    policy = Path(words[words.index("--policy-file") + 1])
    assert policy.read_text() == "security:\n  ignore-cvss-severity-below: 0\n"
    assert command.cwd != root
    assert list(command.cwd.iterdir()) == []
    assert {"--check-unpinned-requirements", "--exit-code", "--debug"} <= set(words)
    assert words[words.index("-i") + 1] == "0"
    assert "--db" not in words


def test_a_person_can_type_what_was_run(tmp_path: Path) -> None:
    job = offline(tmp_path, {**database(), "requirements-dev.txt": "x==1\n"})
    assert SAFETY.reproduce(job) == (
        *("safety", "check", "--db", "db"),
        *("-r", "requirements-dev.txt", "-r", "requirements.txt"),
    )


@pytest.mark.parametrize(
    "files",
    [
        database(full={"flask": [{}]}),
        database(full={"flask": None}),
        database(brief={"flask": 3}),
    ],
)
def test_a_database_that_is_malformed_inside_is_refused(
    tmp_path: Path, files: dict[str, str]
) -> None:
    run = refused(offline(tmp_path, files))
    assert run.reason.startswith("the advisory database cannot be used: ")
