"""Whole reports, compared with what is stored in tests/gold, on hostile text too.

To refresh the gold files after a change that is meant:
`GOLD=write python -m pytest tests/unit/test_reporters.py`, then read the diff.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from gatekeeper.errors import UserError
from gatekeeper.model import (
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Metric,
    PolicySource,
    Report,
    Revision,
    Run,
    RunStatus,
    Severity,
    Verdict,
)
from gatekeeper.reporters import FORMATS, Style, reporter
from gatekeeper.reporters.json_reader import load
from gatekeeper.reporters.markdown import LIMIT, escape
from gatekeeper.reporters.text import one_line, place

GOLD = Path(__file__).parent.parent / "gold"
EVIL = "a|b `c` <img src=x> @team \x1b[31mred\x1b[0m\n::error::x \u202e![y](z) \udcff"


def gate(name: str, status: GateStatus, **fields: object) -> GateResult:
    base = GateResult(
        name, name, status, True, "flake8", "findings", 0, None, 0, "findings"
    )
    return replace(base, **fields)  # type: ignore[arg-type]  # a helper of this test


CACHED = Run(
    "mypy",
    RunStatus.COMPLETED,
    ("mypy", "--strict", "src"),
    "2.4.1",
    0,
    0.02,
    cached=True,
    saved_seconds=11.38,
    measurement=Measurement(examined=40, metrics={"findings": Metric(0, "errors")}),
)


def report(*gates: GateResult, verdict: Verdict = Verdict.FAILED) -> Report:
    measured = Measurement(
        examined=83,
        suppressed=2,
        metrics={"findings": Metric(3, "findings")},
        notes=("[flake8] in .flake8 does not count here; gates.yaml decides",),
    )
    run = Run(
        "flake8",
        RunStatus.COMPLETED,
        ("flake8", "--isolated", "./a.py"),
        "7.5.0",
        1,
        1.25,
        measurement=measured,
    )
    return Report(
        verdict,
        {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.ERROR: 2}[verdict],
        "2026-11-23T10:00:00Z",
        12.4,
        PolicySource("gates.yaml", "0" * 64),
        Revision("0123456789abcdef", "main", True),
        gates,
        (run, CACHED),
    )


EXAMPLE = report(
    gate(
        "lint",
        GateStatus.FAILED,
        value=3,
        reason="3 findings, at most 0 allowed",
        fix="Mend the findings.",
        reproduce="flake8 --isolated src",
        findings=(
            Finding("E501", Severity.MEDIUM, "line too long", "src/a.py", 3, 89),
            Finding("F821", Severity.HIGH, "undefined name 'x'", "src/b.py", 7, 1),
            Finding(EVIL, Severity.LOW, EVIL, f"src/{EVIL}.py", 1, 1),
        ),
    ),
    gate("types", GateStatus.PASSED, tool="mypy", unit="errors"),
    gate(
        "coverage",
        GateStatus.FAILED,
        tool="coverage",
        value=94.999,
        minimum=95,
        maximum=None,
        unit="%",
        reason="94.99 %, at least 95 required",
    ),
    gate(
        "vulnerabilities",
        GateStatus.ERROR,
        tool="safety",
        value=None,
        blocking=False,
        reason="the advisory service cannot be reached",
        fix="run again with a network",
    ),
    gate("tests", GateStatus.SKIPPED, value=None, reason="skipped by --skip"),
    gate("review", GateStatus.PENDING, tool=None, value=None, reason="waits"),
)


@pytest.mark.parametrize("name", [n for n in FORMATS if n != "html"])
def test_the_whole_report_is_as_stored(name: str) -> None:
    text = reporter(name)(EXAMPLE, Style())
    path = GOLD / f"report.{name}"
    if os.environ.get("GOLD") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_json_obeys_its_schema_and_comes_back_as_it_was() -> None:
    text = reporter("json")(EXAMPLE, Style())
    schema = files("gatekeeper.schemas").joinpath("report.schema.json").read_text()
    jsonschema.validate(json.loads(text), json.loads(schema))
    assert reporter("json")(load(text, "r.json"), Style()) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"schema": "other/1"}',
        '{"schema": "gatekeeper.report/1"}',
    ],
)
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"r\.json"):
        load(text, "r.json")


def test_fingerprints_survive_new_lines_above_and_tell_twins_apart() -> None:
    def prints(*lines: int) -> list[str]:
        found = tuple(Finding("E1", Severity.LOW, "m", "a.py", n) for n in lines)
        text = reporter("json")(
            report(gate("g", GateStatus.FAILED, findings=found)), Style()
        )
        return [f["fingerprint"] for f in json.loads(text)["gates"][0]["findings"]]

    assert prints(1, 5) == prints(11, 15)
    assert len(set(prints(1, 5, 9))) == 3


def test_hostile_text_cannot_leave_its_place() -> None:
    console = reporter("console")(EXAMPLE, Style())
    markdown = reporter("markdown")(EXAMPLE, Style())
    for text in (console, markdown):
        assert "\x1b" not in text and "\u202e" not in text
        assert not any(line.strip().startswith("::") for line in text.splitlines())
    outside = markdown.split("```")[0::2]
    assert not any("<img" in part for part in outside)
    assert escape("a|b @x <c> https://d") == r"a\|b @​x \<c\> https:​//d"


def test_a_code_block_cannot_be_closed_from_inside() -> None:
    found = (Finding("E1", Severity.LOW, "```` and more", "a.py", 1),)
    text = reporter("markdown")(
        report(gate("g", GateStatus.FAILED, findings=found)), Style()
    )
    assert text.count("\n`````text\n") == 1 and text.count("\n`````\n") == 1


@pytest.mark.parametrize("count", [1, 300, 50_000])
def test_markdown_stays_below_the_limit_and_says_what_was_cut(count: int) -> None:
    found = tuple(
        Finding("E501", Severity.LOW, "x" * 500, f"src/m{n}.py", n + 1)
        for n in range(count)
    )
    many = [
        gate(f"g{n}", GateStatus.FAILED, value=count, findings=found) for n in range(9)
    ]
    text = reporter("markdown")(report(*many), Style())
    assert len(text) <= LIMIT
    shown = text.count("src/m")
    assert shown >= 9
    hidden = 9 * count - shown
    assert ("more findings are not shown here" in text) == bool(hidden)


def test_markdown_with_more_gates_than_a_comment_holds_says_so() -> None:
    many = [
        gate(f"gate-{n}" * 5, GateStatus.FAILED, reason="r" * 300) for n in range(900)
    ]
    text = reporter("markdown")(report(*many), Style())
    assert len(text) <= LIMIT
    assert text.rstrip().endswith(
        "*The report was cut here: it has more gates than there is room for.*"
    )


def test_the_console_shows_the_gravest_first_and_more_when_asked() -> None:
    found = tuple(Finding("L", Severity.LOW, "m", f"a{n}.py", 1) for n in range(30))
    grave = Finding("G", Severity.CRITICAL, "m", "z.py", 1)
    one = report(gate("g", GateStatus.FAILED, findings=(*found, grave)))
    short = reporter("console")(one, Style())
    assert short.index("z.py:1") < short.index("a0.py:1")
    assert "a9.py" not in short and "and 21 more" in short
    assert "a29.py" in reporter("console")(one, Style(verbose=True))


def test_quiet_leaves_only_the_answer() -> None:
    text = reporter("console")(EXAMPLE, Style(quiet=True))
    assert len(text.splitlines()) == 1
    assert text.startswith(
        "failed, 2 gates failed, 1 gate not measured, 1 gate skipped"
    )


@pytest.mark.parametrize("name", ["console", "markdown"])
def test_a_cached_gate_is_marked_and_what_it_saved_is_told(name: str) -> None:
    types = gate("types", GateStatus.PASSED, tool="mypy")
    lint = gate("lint", GateStatus.FAILED)
    both = reporter(name)(report(types, lint), Style())
    (line,) = (line for line in both.splitlines() if " types " in line)
    assert re.search(r"passed.*cached", line)
    (line,) = (line for line in both.splitlines() if re.search(r" lint .*≤", line))
    assert "cached" not in line
    assert "12.4 s, 11.4 s saved by the cache" in both


@pytest.mark.parametrize("name", FORMATS)
def test_without_a_cache_nothing_is_said_of_it(name: str) -> None:
    types = gate("types", GateStatus.PASSED, tool="mypy")
    fresh = replace(CACHED, cached=False, saved_seconds=0.0)
    text = reporter(name)(replace(report(types), runs=(fresh,)), Style())
    assert "saved" not in text
    assert "cached" not in text.replace('"cached": false', "")


def test_a_skipped_gate_is_not_cached_though_its_tool_was() -> None:
    skipped = gate("types", GateStatus.SKIPPED, tool="mypy", value=None)
    text = reporter("markdown")(report(skipped), Style())
    assert "| skipped |" in text


def test_a_report_without_saved_time_is_read_as_well() -> None:
    document = json.loads(reporter("json")(EXAMPLE, Style()))
    del document["runs"][1]["saved_seconds"]
    found = load(json.dumps(document), "r.json")
    assert (found.runs[1].cached, found.runs[1].saved_seconds) == (True, 0)


def test_colour_only_when_asked() -> None:
    assert "\x1b[" in reporter("console")(EXAMPLE, Style(color=True))
    assert "\x1b[" not in reporter("console")(EXAMPLE, Style())


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.PASSED, "This change may be merged."),
        (Verdict.FAILED, "This change may not be merged yet."),
        (Verdict.ERROR, "No verdict"),
    ],
)
def test_the_answer_is_said_in_words(verdict: Verdict, words: str) -> None:
    one = report(gate("g", GateStatus.PASSED), verdict=verdict)
    assert words in reporter("console")(one, Style())
    assert words in reporter("markdown")(one, Style())


def test_one_line_is_one_line_and_short() -> None:
    assert one_line("a\r\nb\tc") == "a b c"
    assert len(one_line("x" * 5000, 80)) == 80
    assert one_line("bad \x07 bell") == "bad \\x07 bell"


def test_a_place_shows_as_much_as_is_known() -> None:
    assert place(Finding("r", Severity.LOW, "m")) == ""
    assert place(Finding("r", Severity.LOW, "m", "a\nb.py", 3)) == "a\\nb.py:3"


def test_a_message_cannot_become_a_command_of_the_runner() -> None:
    found = (
        Finding("::error::a", Severity.LOW, "::error file=x::b", "::error::c.py", 1),
        Finding("R", Severity.LOW, "text ::set-output name=x::y"),
    )
    one = report(gate("g", GateStatus.FAILED, reason="::add-mask::x", findings=found))
    for name in ("console", "markdown"):
        text = reporter(name)(one, Style())
        assert "\\::error::c.py" in text or "\\\\::error::c.py" in text
        assert " ::" not in text and "\n::" not in text


def test_github_folds_what_is_too_long_to_be_read_at_once() -> None:
    many = [Finding("::warning::x", Severity.LOW, EVIL, line=n) for n in range(1, 13)]
    crashed = Run("mypy", RunStatus.CRASHED, stderr_tail="::error::mine\n  at z.py:1")
    told = report(
        gate("lint", GateStatus.FAILED, value=12, findings=tuple(many)),
        gate("types", GateStatus.ERROR, tool="mypy", value=None, reason="crashed"),
    )
    text = reporter("console")(replace(told, runs=(crashed,)), Style(groups=True))
    lines = text.splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert commands == [
        "::group::all findings of lint",
        "::endgroup::",
        "::group::what mypy said",
        "::endgroup::",
    ]
    first, last = (lines.index(command) for command in commands[:2])
    assert last - first - 1 == len(many)
    assert "  at z.py:1" in lines
    assert "::group::" not in reporter("console")(told, Style())


def test_a_summary_with_more_room_shows_more_and_keeps_within_bytes() -> None:
    many = tuple(Finding("E1", Severity.LOW, "ä" * 200, f"{n}.py") for n in range(900))
    told = report(gate("lint", GateStatus.FAILED, value=900, findings=many))
    small, large = (
        reporter("markdown")(told, Style(room=room)) for room in (20_000, 900_000)
    )
    assert len(small.encode()) <= 20_000 < len(large.encode()) <= 900_000
    assert "more findings are not shown" in small
    assert large.count("E1") == 900
