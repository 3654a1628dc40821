"""ruff: what its recorded reports come to."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import (
    Edit,
    Recording,
    Replayer,
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

from gatekeeper.engine import environment
from gatekeeper.engine.process import Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.model import Run, Severity
from gatekeeper.tools.base import Job
from gatekeeper.tools.ruff import RUFF

REPORT = "all-0.json"
ITEM = {
    "code": "F401",
    "message": "unused",
    "filename": "/elsewhere/x.py",
    "location": {"row": 1, "column": 1},
    "end_location": {"row": 1, "column": 2},
}


def asked(tmp_path: Path, name: str, *rules: str) -> Run:
    """The run of a recording where gates ask for rules."""
    recording = Recording.of(name)
    root = write_files(tmp_path.resolve() / "project", recording.files())
    job = replace(recording.job(root, 0, {}), exact_rules=rules)
    codes = recording.meta["runs"][0]["exit_codes"]
    return run_tool(RUFF, job, Replayer(recording.folder, job, codes))


def job_for(
    tmp_path: Path,
    files: Mapping[str, str | bytes | None],
    options: Mapping[str, Any] | None = None,
    **more: Any,
) -> Job:
    root = write_files(tmp_path.resolve() / "project", files)
    return make_job("ruff", root, options, **more)


def words(job: Job, number: int = 2) -> list[str]:
    return list(RUFF.commands(job)[number].argv[3:])


def test_clean_files_and_stubs_pass(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/clean")
    result = verdict(run)
    assert (result.status, result.reason) == ("passed", "0 findings, at most 0 allowed")
    assert measured(run).examined == 3
    assert measured(run).examined_paths == {"src/a.py", "src/b.py", "src/c.pyi"}
    assert run.exit_code == 0


def test_findings_come_with_place_severity_and_address(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "ruff/findings"))
    assert (result.status, result.value) == ("failed", 11)
    assert places(result.findings) == [
        "src/a.py:1:1 D100",
        "src/a.py:1:1 I001",
        "src/a.py:1:8 F401",
        "src/a.py:2:8 F401",
        "src/a.py:5:7 D101",
        "src/a.py:6:9 ANN201",
        "src/a.py:6:9 D102",
        "src/a.py:6:22 ANN001",
        "src/b.py:3:8 F821",
        "src/b.py:4:89 E501",
        "src/c.pyi:1:8 F401",
    ]
    assert {f.severity for f in result.findings} == {Severity.MEDIUM}
    unsorted = result.findings[1]
    assert unsorted.message == "Import block is un-sorted or un-formatted"
    assert (unsorted.end_line, unsorted.end_column) == (2, 11)
    assert str(unsorted.url).endswith("/rules/unsorted-imports")


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (["I"], ["I001"]),
        (["D1"], ["D100", "D101", "D102"]),
        (["ANN"], ["ANN201", "ANN001"]),
        (["F821", "E5"], ["F821", "E501"]),
    ],
)
def test_a_gate_takes_the_rules_that_it_names(
    tmp_path: Path, rules: list[str], found: list[str]
) -> None:
    result = verdict(replay(tmp_path, "ruff/findings"), rules=rules, max=0)
    assert [f.rule for f in result.findings] == found


def test_named_opt_outs_of_every_kind_are_honoured_and_counted(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/opt-outs")
    silent = {"src/named.py", "src/text.py", "src/whole_code.py"}
    assert not silent & {f.path for f in measured(run).findings}
    assert measured(run).suppressed == 9


def test_bare_opt_outs_hide_nothing_and_are_findings(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "ruff/opt-outs"))
    assert places(result.findings) == [
        "src/bare.py:1:8 F401",
        "src/bare.py:1:12 bare-noqa",
        "src/bare.py:2:8 F401",
        "src/bare.py:2:12 bare-noqa",
        "src/block.py:5:8 F401",
        "src/inside.py:4:5 F401",
        "src/members.py:1:19 bare-noqa",
        "src/members.py:2:5 F401",
        "src/members.py:3:5 F401",
        "src/other.py:1:8 F401",
        "src/other.py:2:8 F401",
        "src/other.py:3:8 F401",
        "src/whole.py:4:5 F821",
        "src/whole_bare.py:1:1 bare-noqa",
        "src/whole_bare.py:2:8 F401",
        "src/whole_bare.py:3:8 F401",
    ]
    assert result.findings[13].message == (
        "`# flake8: noqa` hides all; name a rule: # noqa: F401"
    )


def test_what_comments_of_isort_hide_is_found_and_so_are_they(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/sorting")
    assert places(verdict(run).findings) == [
        "src/file.py:1:1 bare-isort",
        "src/file.py:2:1 I001",
        "src/lines.py:1:1 I001",
        "src/package/fine.py:6:1 bare-isort",
        "src/package/part.py:1:1 I001",
        "src/package/part.py:3:1 bare-isort",
        "src/plugins/extra/__init__.py:1:1 bare-isort",
        "src/plugins/extra/fine.py:5:1 bare-isort",
        "src/text.py:5:1 I001",
    ]
    hidden = verdict(run, rules=["I"], paths=["src/file.py", "src/package"], max=0)
    assert (hidden.status, hidden.value) == ("failed", 2)
    assert verdict(run, rules=["bare-isort"], max=0).value == 5


def test_lines_left_out_of_sorting_are_counted(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/sorting")
    assert measured(run).suppressed == 3
    assert "src/named.py" not in {f.path for f in measured(run).findings}


def test_a_hidden_file_that_was_not_looked_behind_is_no_pass(tmp_path: Path) -> None:
    def drop(log: bytes) -> bytes:
        kept = [
            line for line in log.splitlines(True) if b"/sorted/src/file" not in line
        ]
        return b"".join(kept)

    run = replay(tmp_path, "ruff/sorting", stderr=drop)
    said = "src/file.py: ruff did not look at what a comment of isort hides"
    assert said in measured(run).gaps
    clean = verdict(run, rules=["I"], paths=["src/plugins"], max=0)
    assert clean.status == "error"


def test_modules_of_the_project_are_sorted_apart_from_others(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "ruff/first-party"))
    assert places(result.findings) == ["src/app/mixed.py:1:1 I001"]


def test_settings_of_the_repository_hide_nothing(tmp_path: Path) -> None:
    result = verdict(replay(tmp_path, "ruff/settings"))
    assert places(result.findings) == ["src/a.py:1:8 F401", "src/build/b.py:1:8 F401"]


@pytest.mark.parametrize(
    ("case", "place"),
    [
        ("syntax-error", "src/a.py:1:12"),
        ("opt-out-of-syntax", "src/a.py:2:5"),
        ("newer-syntax", "src/a.py:1:1"),
    ],
)
def test_code_that_does_not_parse_fails(tmp_path: Path, case: str, place: str) -> None:
    run = replay(tmp_path, f"ruff/{case}")
    result = verdict(run)
    assert (result.status, places(result.findings)[0]) == (
        "failed",
        f"{place} invalid-syntax",
    )
    assert result.findings[0].severity == Severity.HIGH
    other = verdict(run, rules=["I"], max=0)
    assert other.status == "error"
    assert "src/a.py: has syntax errors" in other.reason


@pytest.mark.parametrize(
    ("case", "path", "reason"),
    [
        ("undecodable", "src/a.py", "src/a.py: stream did not contain valid UTF-8"),
        ("undecodable", "src/b.py", "src/b.py: stream did not contain valid UTF-8"),
        ("undecodable-ignored", "src/a.py", "Failed to lint src/a.py: stream did not"),
        ("gone", "src/b.py", "src/b.py: No such file or directory"),
    ],
)
def test_what_was_not_read_is_no_pass(
    tmp_path: Path, case: str, path: str, reason: str
) -> None:
    run = replay(tmp_path, f"ruff/{case}")
    assert any(gap.startswith(reason) for gap in measured(run).gaps)
    assert path not in {f.path for f in measured(run).findings}
    assert verdict(run, rules=["I"], max=0).status == "error"


def test_a_file_that_was_not_read_does_not_count_as_examined(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/undecodable")
    assert measured(run).examined_paths == {"src/c.py"}
    assert verdict(run).status == "failed"


def test_hostile_file_names_keep_their_findings(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/odd-names")
    assert measured(run).gaps == ()
    assert measured(run).examined == 7
    assert {f.path for f in verdict(run).findings} == {
        "src/-g.py",
        "src/a\nb.py",
        "src/a\nc.py",
        "src/c:3:1: d.py",
        "src/e\x1b[31mf.py",
        "src/h i.py",
        "src/\u00e9\u2028.py",
    }


@pytest.mark.parametrize(
    ("case", "status", "reason"),
    [
        ("unknown-rule", "unreadable", "ruff knows no rule that begins with ANNO"),
        ("removed-rule", "crashed", "Rule `ANN101` was removed and cannot be selected"),
        ("exit-zero", "unreadable", "ruff ended with 0 but reported 1 findings"),
        ("quiet", "crashed", "'--quiet' cannot be used with '--verbose'"),
        ("statistics", "crashed", "'--statistics' cannot be used with"),
        ("bad-option", "crashed", "unexpected argument '--no-such-option' found"),
    ],
)
def test_a_broken_ruff_is_no_verdict(
    tmp_path: Path, case: str, status: str, reason: str
) -> None:
    run = replay(tmp_path, f"ruff/{case}")
    assert run.status == status
    result = verdict(run)
    assert result.status == "error"
    assert reason in result.reason


@pytest.mark.parametrize(
    ("unknown", "hint"),
    [
        ("ANNO", "did you mean ANN (flake8-annotations)?"),
        ("D10X", "did you mean D (pydocstyle)?"),
        ("isort", "did you mean I (isort)?"),
        ("E0", "did you mean E (pycodestyle)?"),
        ("#", "`ruff linter` lists"),
    ],
)
def test_an_unknown_rule_brings_a_suggestion(
    tmp_path: Path, unknown: str, hint: str
) -> None:
    def change(text: bytes) -> bytes:
        return text.replace(b"`ANNO`", f"`{unknown}`".encode())

    run = replay(tmp_path, "ruff/unknown-rule", stderr=change)
    assert run.reason == f"ruff knows no rule that begins with {unknown}"
    assert run.fix.startswith(hint)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("TCH", "`TCH` has been remapped to `TC`."),
        ("PLR6301", "Selection `PLR6301` has no effect because preview is not enabled"),
        ("D203", "no rule that begins with D203 is switched on"),
        ("ALL", "no rule that begins with ALL is switched on"),
        ("i", "no rule that begins with i is switched on"),
        ("bare", "no rule that begins with bare is switched on"),
    ],
)
def test_a_gate_on_a_rule_that_is_not_on_is_no_pass(
    tmp_path: Path, rule: str, why: str
) -> None:
    run = asked(tmp_path, "ruff/remarks", "D211", rule)
    assert run.status == "unreadable"
    assert why in run.reason
    assert verdict(run, rules=[rule], max=0).status == "error"


def test_rules_that_are_on_satisfy_their_gates(tmp_path: Path) -> None:
    run = asked(tmp_path, "ruff/remarks", "TC", "D2", "bare-noqa", "invalid-syntax")
    assert verdict(run, rules=["TC"], max=0).status == "passed"


def test_remarks_of_ruff_on_the_rules_are_shown(tmp_path: Path) -> None:
    notes = measured(replay(tmp_path, "ruff/remarks")).notes
    assert notes[:2] == (
        "`TCH` has been remapped to `TC`.",
        "Selection `PLR6301` has no effect because preview is not enabled.",
    )


def test_settings_that_are_not_understood_are_no_verdict(tmp_path: Path) -> None:
    run = replay(tmp_path, "ruff/clean", stdout=lambda text: text[:300])
    assert run.reason.startswith("ruff's settings are not understood")
    assert verdict(run).status == "error"


def _opened(name: bytes, log: bytes) -> bytes:
    lines = log.splitlines(True)
    return b"".join(line for line in lines if not line.endswith(name + b"\n"))


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (b"/src/b.py", "ruff did not check 1 files: src/b.py"),
        (b".py", "ruff did not check 2 files: src/a.py, src/b.py"),
    ],
)
def test_every_file_must_have_been_opened(
    tmp_path: Path, lost: bytes, said: str
) -> None:
    def drop(log: bytes) -> bytes:
        return _opened(lost, log)

    result = verdict(replay(tmp_path, "ruff/clean", stderr=drop))
    assert result.status == "error"
    assert said in result.reason


def test_files_that_look_alike_in_the_log_are_told_apart(tmp_path: Path) -> None:
    """A log line ends where a name holds a line break."""

    def drop(log: bytes) -> bytes:
        return re.sub(rb"Checking: (\S+/src/a\n)", rb"\1", log, count=1)

    run = replay(tmp_path, "ruff/odd-names", stderr=drop)
    assert measured(run).examined == 6
    assert measured(run).gaps[0].startswith("ruff did not check 1 files")


def _to(text: bytes) -> Edit:
    return lambda _: text


@pytest.mark.parametrize(
    ("case", "report", "change", "said"),
    [
        ("findings", REPORT, _to(b"[]"), "ruff ended with 1 but reported 0"),
        (
            "clean",
            REPORT,
            as_json(lambda items: items.append(ITEM)),
            "ruff ended with 0 but reported 1",
        ),
        ("opt-outs", "heeding-0.json", _to(b"[]"), "ended with 1 but reported 0"),
        ("sorting", "sorted-0.json", _to(b"[]"), "ended with 1 but reported 0"),
    ],
)
def test_exit_code_and_findings_must_agree(
    tmp_path: Path, case: str, report: str, change: Edit, said: str
) -> None:
    run = replay(tmp_path, f"ruff/{case}", written={report: change})
    assert said in run.reason
    assert verdict(run).status == "error"


@pytest.mark.parametrize("length", [0, 1, 40, 1000, -1, -2, -3])
def test_a_report_that_is_cut_off_is_no_verdict(tmp_path: Path, length: int) -> None:
    run = replay(tmp_path, "ruff/findings", written={REPORT: cut(length)})
    assert run.reason.startswith("ruff's report is no JSON")
    assert verdict(run).status == "error"


@pytest.mark.parametrize("report", [REPORT, "heeding-0.json"])
def test_a_lost_report_is_no_verdict(tmp_path: Path, report: str) -> None:
    run = replay(tmp_path, "ruff/opt-outs", written={report: None})
    assert (run.status, verdict(run).status) == ("crashed", "error")
    assert run.reason.startswith("ruff wrote no report")


def _first(key: str, value: object) -> Callable[[Any], object]:
    return lambda items: items[0].update({key: value})


@pytest.mark.parametrize(
    "change",
    [
        _first("code", None),
        _first("location", None),
        _first("location", {"row": 1}),
        _first("end_location", "x"),
        lambda items: items[0].pop("filename"),
        lambda items: items[0].pop("message"),
        lambda items: items.insert(0, "text"),
        lambda items: items.insert(0, None),
    ],
)
def test_a_report_of_another_shape_is_no_verdict(
    tmp_path: Path, change: Callable[[Any], object]
) -> None:
    run = replay(tmp_path, "ruff/findings", written={REPORT: as_json(change)})
    assert run.reason.startswith("ruff's report is not understood")
    assert verdict(run).status == "error"


@pytest.mark.parametrize("text", [b"{}", b"null", b'"x"', b"7"])
def test_json_that_is_no_report_is_no_verdict(tmp_path: Path, text: bytes) -> None:
    run = replay(tmp_path, "ruff/clean", written={REPORT: _to(text)})
    assert run.reason == "ruff's report is not understood: no list of findings"
    assert verdict(run).status == "error"


def test_nothing_to_examine_is_an_error(tmp_path: Path) -> None:
    run = refused(job_for(tmp_path, {"src/notes.txt": ""}))
    assert verdict(run).status == "error"
    assert run.reason == "no Python file to examine in src"


def test_what_gates_ask_for_comes_on_top_of_the_selection(tmp_path: Path) -> None:
    job = job_for(tmp_path, {"src/a.py": ""}, rules=["I", "bare-noqa", "D1", "I"])
    assert "--select=E4,E7,E9,F,I,D1" in words(job)
    more = job_for(tmp_path / "2", {"src/a.py": ""}, {"select": ["W"]}, rules=["I"])
    assert "--select=W,I" in words(more)


def test_options_of_the_policy_reach_ruff_and_the_repository_none(
    tmp_path: Path,
) -> None:
    options = {
        "select": ["D"],
        "ignore": ["D203", "D104"],
        "line_length": 100,
        "target_version": "py312",
        "args": ["--preview", "--fix"],
        "exclude": ["src/old"],
    }
    job = job_for(tmp_path, {"src/a.py": "", "src/old/b.py": ""}, options)
    argv = words(job)
    assert {"--isolated", "--ignore=D203,D104", "--target-version=py312"} <= set(argv)
    assert {"--ignore-noqa", "--preview", "line-length = 100"} <= set(argv)
    assert argv.index("--fix") < argv.index("--no-fix")
    assert argv[argv.index("--") + 1 :] == ["./src/a.py"]
    assert RUFF.reproduce(job) == (
        *("ruff", "check", "--isolated", "--select=D", "--ignore=D203,D104"),
        *("--target-version=py312", "--config", "line-length = 100"),
        *("--preview", "--fix", "--extend-exclude=src/old", "src"),
    )


@pytest.mark.parametrize(
    ("path", "folders"),
    [
        ("src", [".", "src"]),
        ("app", [".", "src"]),
        ("app/deep", [".", "src"]),
        ("backend", [".", "src", "backend"]),
        ("backend/shop/main.py", [".", "src", "backend"]),
        ("nothing/there", [".", "src"]),
        ("\U0001f40d", [".", "src", "\U0001f40d"]),
    ],
)
def test_first_party_is_what_lies_in_the_folders_of_the_policy(
    tmp_path: Path, path: str, folders: list[str]
) -> None:
    files = {
        "src/a.py": "",
        "app/__init__.py": "",
        "app/deep/__init__.py": "",
        "backend/shop/__init__.py": "",
        "backend/shop/main.py": "",
        "\U0001f40d/a.py": "",
    }
    job = job_for(tmp_path, files, paths=["src", path])
    wanted = ", ".join(f'"{job.root / folder}"' for folder in folders)
    assert f"src = [{wanted}]" in words(job)


@pytest.mark.parametrize(
    ("settings", "target"),
    [
        ("home = /usr\nversion = 3.9.18\n", "--target-version=py39"),
        ("version_info = 3.13.0.final.0\n", "--target-version=py313"),
        ("home = /usr\n", None),
        (None, None),
    ],
)
def test_the_target_is_the_version_of_the_interpreter(
    tmp_path: Path, settings: str | None, target: str | None
) -> None:
    environ = {} if settings is None else {"env/pyvenv.cfg": settings}
    python = str(tmp_path / "project" / "env" / "bin" / "python")
    job = job_for(tmp_path, {"src/a.py": "", **environ}, python=python)
    found = [word for word in words(job) if word.startswith("--target-version")]
    assert found == ([target] if target else [])


@pytest.mark.e2e
def test_sorting_is_judged_in_a_copy_as_it_is_in_place(tmp_path: Path) -> None:
    """The real ruff, on code in which only comments hide that all is well."""
    fine = "import werkzeug\n\nimport extra.part\nimport helper\n\n# isort: off\n"
    files = {
        "src/helper.py": "",
        "src/inside.py": "X = (\n    # isort: off\n    unknown,  # noqa: F821\n)\n",
        "src/plugins/extra/__init__.py": "",
        "src/plugins/extra/fine.py": fine,
        "src/plugins/extra/wrong.py": f"{fine}\n\nimport helper\nimport abc\n",
    }
    job = job_for(tmp_path, files, {"select": ["I", "F8"]})
    job = replace(job, environment=environment.for_analysers({}, tmp_path))
    found = places(measured(run_tool(RUFF, job, Processes())).findings)
    assert found == [
        "src/inside.py:2:5 bare-isort",
        "src/plugins/extra/fine.py:6:1 bare-isort",
        "src/plugins/extra/wrong.py:1:1 I001",
        "src/plugins/extra/wrong.py:6:1 bare-isort",
        "src/plugins/extra/wrong.py:9:8 F811",
    ]


@pytest.mark.e2e
def test_nothing_in_the_repository_stands_in_for_ruff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real ruff, in several portions, whatever bears its name."""
    monkeypatch.setattr("gatekeeper.tools.portions._BATCH_BYTES", 12)
    other = "raise SystemExit(0)\n"
    files = {
        "src/a.py": '"""Text."""\n',
        "src/b.py": "import os\nimport re  # noqa: F401\n",
        "ruff.py": other,
        "ruff/__main__.py": other,
        "sysconfig.py": other,
        "bin/ruff": "#!/bin/sh\nexit 0\n",
        ".ruff.toml": 'lint.select = ["I"]\n',
    }
    job = job_for(tmp_path, files, rules=["D1"])
    program = job.root / "bin/ruff"
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = {"PATH": f"{program.parent}{os.pathsep}{os.defpath}"}
    job = replace(job, environment=environment.for_analysers(path, tmp_path))
    run = run_tool(RUFF, job, Processes())
    found = ["src/b.py:1:1 D100", "src/b.py:1:8 F401"]
    assert places(measured(run).findings) == found
    assert (measured(run).examined, measured(run).suppressed) == (2, 1)
    assert not (job.root / ".ruff_cache").exists()
