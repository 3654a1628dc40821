"""Reports for hosts of repositories: hostile text, limits, and what is no pass."""

from __future__ import annotations

import gzip
import json
import random
import re
import string
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gatekeeper.model import (
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    PolicySource,
    Report,
    Revision,
    Run,
    RunStatus,
    Severity,
    Verdict,
)
from gatekeeper.reporters import Style, reporter

SARIF = Path(__file__).parent.parent / "schemas" / "sarif-2.1.0-rtm.5.json"
FORMATS = ("sarif", "junit", "github", "gitlab", "rdjson")
MEGABYTE = 1_000_000
MANY = 50_000
HOSTILE = [
    pytest.param("\x00\x07\x08\x1b[2J\x7f\x85\x9b31m", id="control characters"),
    pytest.param("one\ntwo\r\nthree\rfour\x0b\x0c\u2028\u2029", id="newlines"),
    pytest.param("\n::error file=x::forged\n::error::", id="command"),
    pytest.param("::error::forged", id="command at the start"),
    pytest.param("##[error]forged ##[add-path]/tmp", id="old command"),
    pytest.param("%0A::error::forged%0D%25%3A%2C,title=a:b,", id="escapes"),
    pytest.param("]]></failure></testcase><testcase name='x'/>&amp;", id="XML"),
    pytest.param("\ufffe\uffff\ufdd0\U0001ffff", id="no characters"),
    pytest.param("\udcff\udc80 \ud800 \udfff", id="lone surrogates"),
    pytest.param("a](http://x) ![b](http://x) [c](1)", id="links"),
    pytest.param("\u202egnp.exe\u2066", id="directions"),
    pytest.param("long " * 40_000, id="very long"),
    pytest.param("x" * 200_000, id="one very long word"),
    pytest.param("", id="nothing"),
    pytest.param("\0b", id="a mark between fields"),
]


def lint(**fields: Any) -> GateResult:
    """A failed gate of flake8."""
    given: dict[str, Any] = {
        "id": "lint",
        "title": "Linting",
        "status": GateStatus.FAILED,
        "blocking": True,
        "tool": "flake8",
        "metric": "findings",
        "value": 1,
        "maximum": 0,
        "unit": "findings",
        "reason": "1 finding, at most 0 allowed",
        **fields,
    }
    return GateResult(**given)


def ran(tool: str, **fields: Any) -> Run:
    """A run that did its work."""
    run = Run(tool, RunStatus.COMPLETED, (tool,), "1.0", 1, 0.5)
    return replace(run, measurement=Measurement(examined=9), **fields)


def report(*gates: GateResult, runs: tuple[Run, ...] = (), **fields: Any) -> Report:
    """A report with a run for each tool that has none among `runs`."""
    present = {run.tool for run in runs}
    tools = dict.fromkeys(g.tool for g in gates if g.tool and g.tool not in present)
    failed = any(gate.status is GateStatus.FAILED for gate in gates)
    made = Report(
        Verdict.FAILED if failed else Verdict.ERROR,
        1 if failed else 2,
        "2026-11-23T10:00:00Z",
        2.0,
        PolicySource("gates.yaml", "0" * 64),
        Revision("0" * 40, "main", False),
        gates,
        (*runs, *map(ran, tools)),
    )
    return replace(made, **fields)


def found(**fields: Any) -> Finding:
    """A finding in the code."""
    base = Finding("E501", Severity.MEDIUM, "line too long", "src/a.py", 3, 89)
    return replace(base, **fields)


def many(count: int, **fields: Any) -> tuple[Finding, ...]:
    """Findings of which the last ones are the gravest."""
    grave = count - 5
    return tuple(
        found(
            line=number + 1,
            message=f"number {number}",
            severity=Severity.CRITICAL if number >= grave else Severity.LOW,
            **fields,
        )
        for number in range(count)
    )


def sarif(of: Report, style: Style | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(reporter("sarif")(of, style or Style()))
    return document


def listed(name: str, of: Report, style: Style | None = None) -> list[dict[str, Any]]:
    """The entries of GitLab's or reviewdog's format."""
    document = json.loads(reporter(name)(of, style or Style()))
    entries: list[dict[str, Any]]
    entries = document["diagnostics"] if name == "rdjson" else document
    return entries


def junit(of: Report) -> ET.Element:
    return ET.fromstring(reporter("junit")(of, Style()).encode("utf-8"))


@dataclass(frozen=True)
class Command:
    """One command as the runner of GitHub Actions understands it."""

    level: str
    properties: dict[str, str]
    message: str


def commands(of: Report, style: Style | None = None) -> list[Command]:
    """Every line of the github format, taken apart as the runner does that."""
    text = reporter("github")(of, style or Style())
    assert text.endswith("\n") or not text
    return [understood(line) for line in re.split("\r\n|\r|\n", text)[:-1]]


def understood(line: str) -> Command:
    assert line.startswith("::"), line
    head, _, data = line[2:].partition("::")
    level, _, told = head.partition(" ")
    properties = {}
    for pair in told.split(",") if told else []:
        name, separator, value = pair.partition("=")
        assert separator and name not in properties, line
        properties[name] = unescaped(value, ("%3A", ":"), ("%2C", ","))
    assert set(properties) <= {"file", "line", "col", "title"}, line
    return Command(level, properties, unescaped(data))


def unescaped(text: str, *more: tuple[str, str]) -> str:
    pairs = (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%"))
    for escape, meant in pairs:
        text = text.replace(escape, meant)
    return text


def hostile(text: str) -> Report:
    """A report with a text in every place where something from outside may stand."""
    finding = found(
        rule=text,
        message=text,
        path=f"src/{text}.py",
        url=f"https://x/{text}",
        end_line=9,
    )
    nowhere = found(rule=text, message=text, path=None, line=None, url=text)
    plain = {"title": text, "reason": text, "fix": text, "reproduce": text}
    silenced = Measurement(examined=1, silenced=(replace(finding, line=77),))
    runs = (
        Run("flake8", RunStatus.COMPLETED, (text,), text, 1, 1, measurement=silenced),
        Run("mypy", RunStatus.CRASHED, (text,), text, reason=text, stderr_tail=text),
    )
    return report(
        lint(id=f"a{text}", findings=(finding, nowhere), unit=text, **plain),
        lint(id=f"b{text}", status=GateStatus.ERROR, tool="mypy", **plain),
        lint(id=f"c{text}", status=GateStatus.SKIPPED, tool="pytest", **plain),
        lint(id=f"d{text}", status=GateStatus.PENDING, tool=None, **plain),
        lint(id=f"e{text}", blocking=False, tool="bandit", **plain),
        runs=runs,
        policy=PolicySource(f"src/{text}.yaml", text),
        started=text,
        revision=Revision(text, text, True),
        remarks=(text,),
    )


def strings(value: object) -> Iterator[str]:
    """All texts in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def steers(text: str) -> bool:
    """Whether a text would move a cursor, leave its line or turn what follows it."""
    return any(
        ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066"
        for c in text
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_data_in_json(text: str) -> None:
    of = hostile(text)
    for name in ("sarif", "gitlab", "rdjson"):
        rendered = reporter(name)(of, Style())
        assert rendered.isascii()
        for told in strings(json.loads(rendered)):
            told.encode()  # strict parsers refuse half a pair
            if not told.startswith("src/"):
                assert not steers(told), (name, told)
    jsonschema.validate(sarif(of), json.loads(SARIF.read_text("utf-8")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_sarif_viewer_finds_no_link_in_a_message(text: str) -> None:
    for run in sarif(hostile(text))["runs"]:
        invocation = run["invocations"][0]
        notifications = invocation.get("toolExecutionNotifications", [])
        for said in (*run["results"], *notifications):
            assert said["message"]["text"]
            assert "](" not in said["message"]["text"]
            assert len(said["message"]["text"]) <= 1001


@pytest.mark.parametrize("text", HOSTILE)
def test_places_are_references_that_mean_the_file(text: str) -> None:
    of = hostile(text)
    for run in sarif(of)["runs"]:
        for result in run["results"]:
            place = result["locations"][0]["physicalLocation"]["artifactLocation"]
            assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", place["uri"])
            assert ".." not in place["uri"].split("/")
    for name in ("gitlab", "rdjson"):
        for entry in listed(name, of):
            path = entry["location"]["path"]
            assert path and not path.startswith("/") and ".." not in path.split("/")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_one_case_of_legal_xml(text: str) -> None:
    root = junit(hostile(text))
    suite = root[0]
    assert [child.tag for child in suite] == ["properties", *["testcase"] * 5]
    outcomes = [[child.tag for child in case] for case in suite.iter("testcase")]
    assert outcomes == [["failure"], ["error"], *[["skipped"]] * 3]
    assert all(not len(child) for case in suite.iter("testcase") for child in case)
    for case in suite.iter("testcase"):
        assert len(case.get("name", "")) <= 200


def test_the_name_of_a_tool_cannot_break_xml_either() -> None:
    case = junit(report(lint(tool="to\x00ol\ufffe\udcff")))[0][1]
    assert case.get("classname", "").startswith("gatekeeper.to")


@pytest.mark.parametrize("name", ["sarif", "junit", "gitlab", "rdjson"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_report_that_is_printed_in_a_log_commands_nothing(
    text: str, name: str
) -> None:
    printed = reporter(name)(hostile(text), Style())
    assert not re.search(r"^\s*::", printed, re.MULTILINE)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_own_command(text: str) -> None:
    told = commands(hostile(text))
    assert [c.level for c in told] == ["error"] * 3 + ["warning"]
    for command in told:
        assert "\n" not in command.properties["title"] + command.message
        assert not steers(command.properties["title"] + command.message)
        assert len(command.message) <= 4096
        assert len(command.properties["title"]) <= 255
    files = [c.properties for c in told if "file" in c.properties]
    assert [(p["line"], "endLine" in p) for p in files] == [("3", False)]


def test_properties_of_a_command_say_what_was_meant() -> None:
    path, rule = "src/50%,a:b%0A::error::\n.py", "R%2C,title=x:y"
    finding = found(path=path, rule=rule, message="100%0A of\nit: ::error::x")
    (command,) = commands(report(lint(findings=(finding,))), Style(folder="sub/"))
    assert command == Command(
        "error",
        {
            "file": f"sub/{path}",
            "line": "3",
            "col": "89",
            "title": f"flake8 {rule} (lint)",
        },
        "100%0A of it: ::error::x",
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("src/a.py", "services/shop/src/a.py"),
        ("src/../src/a.py", "services/shop/src/a.py"),
        ("..a/b.py", "services/shop/..a/b.py"),
        ("../lib/a.py", "services/lib/a.py"),
        ("../../../etc/x", "../etc/x"),
        ("/opt/lib/a.py", "/opt/lib/a.py"),
    ],
)
def test_places_start_at_the_top_of_the_repository(path: str, shown: str) -> None:
    of, style = (
        report(lint(findings=(found(path=path),))),
        Style(folder="services/shop/"),
    )
    result = sarif(of, style)["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == (f"file://{shown}" if shown.startswith("/") else shown)
    for name in ("gitlab", "rdjson"):
        assert listed(name, of, style)[0]["location"]["path"] == shown
    assert commands(of, style)[0].properties["file"] == shown


@pytest.mark.parametrize("blocking", [True, False])
@pytest.mark.parametrize("status", [RunStatus.CRASHED, RunStatus.COMPLETED])
def test_what_could_not_be_measured_is_no_pass_anywhere(
    status: RunStatus, blocking: bool
) -> None:
    """The tool crashed, or it came to its end and examined nothing."""
    reason = "no file was examined"
    gate = lint(status=GateStatus.ERROR, value=None, reason=reason, blocking=blocking)
    of = report(gate, runs=(ran("flake8", status=status, reason=reason),))
    (run,) = sarif(of)["runs"]
    invocation = run["invocations"][0]
    assert not invocation["executionSuccessful"]
    texts = [n["message"]["text"] for n in invocation["toolExecutionNotifications"]]
    assert any(reason in text for text in texts)
    (case,) = junit(of)[0].iter("testcase")
    assert [child.tag for child in case] == ["error" if blocking else "skipped"]
    assert reason in case[0].get("message", "")
    (command,) = commands(of)
    assert command.level == ("error" if blocking else "warning")
    assert reason in command.message
    (issue,) = listed("gitlab", of)
    assert issue["severity"] == ("blocker" if blocking else "major")
    assert reason in issue["description"]
    (diagnostic,) = listed("rdjson", of)
    assert diagnostic["severity"] == ("ERROR" if blocking else "WARNING")
    assert reason in diagnostic["message"]


def test_a_tool_that_did_its_work_is_said_to_have_done_so() -> None:
    (run,) = sarif(report(lint(findings=(found(),))))["runs"]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_a_limit_that_no_finding_speaks_for_is_shown() -> None:
    gate = lint(id="coverage", tool="coverage", reason="80 %, at least 90 required")
    of = report(gate)
    assert [c.properties["title"] for c in commands(of)] == ["coverage: failed"]
    assert "at least 90" in listed("gitlab", of)[0]["description"]
    assert "at least 90" in listed("rdjson", of)[0]["message"]
    assert junit(of).get("failures") == "1"


def test_junit_fails_only_for_what_decides() -> None:
    gates = [
        lint(id=f"{status} {blocking}", status=status, blocking=blocking)
        for status in GateStatus
        for blocking in (True, False)
    ]
    root = junit(report(*gates))
    outcomes = {
        case.get("name"): [child.tag for child in case]
        for case in root.iter("testcase")
    }
    assert outcomes == {
        "passed True": [],
        "passed False": [],
        "failed True": ["failure"],
        "failed False": ["skipped"],
        "error True": ["error"],
        "error False": ["skipped"],
        "skipped True": ["skipped"],
        "skipped False": ["skipped"],
        "pending True": ["skipped"],
        "pending False": ["skipped"],
    }
    for element in (root, root[0]):
        numbers = [element.get(n) for n in ("tests", "failures", "errors", "skipped")]
        assert numbers == ["10", "1", "1", "6"]


def test_a_finding_is_told_once_however_many_gates_count_it() -> None:
    twin = found()
    of = report(
        lint(findings=(twin, twin)),
        lint(id="again", findings=(twin,), blocking=False),
        lint(id="third", tool="mypy", findings=(twin,)),
    )
    flake8, mypy = sarif(of)["runs"]
    gates = [result["properties"]["gates"] for result in flake8["results"]]
    assert gates == [["lint", "again"], ["lint"]]
    assert len(mypy["results"]) == 1
    for name in ("gitlab", "rdjson"):
        assert len(listed(name, of)) == 3
    assert len({entry["fingerprint"] for entry in listed("gitlab", of)}) == 3
    marks = [
        r["partialFingerprints"]["primaryLocationLineHash"] for r in flake8["results"]
    ]
    assert len(set(marks)) == 2


def test_no_two_findings_share_a_fingerprint_whatever_they_say() -> None:
    alike = (
        found(rule="a\0b", path="c"),
        found(rule="a", path="b\0c"),
        found(message="\udcff"),
        found(message="\\udcff"),
        found(path=None),
        found(path=""),
        found(path=""),
    )
    issues = listed("gitlab", report(lint(findings=alike)))
    assert len({issue["fingerprint"] for issue in issues}) == len(alike)


def test_a_fingerprint_does_not_hang_on_lines_that_a_message_names() -> None:
    def fingerprints(first: int) -> list[str]:
        told = (
            found(line=first, message=f"redefinition of 'x1' from line {first}"),
            found(line=first, message=f"redefinition of 'x2' from line {first}"),
            found(line=first, message=f"2 of 9 never ran: {first}, {first + 3}-99"),
        )
        issues = listed("gitlab", report(lint(findings=told)))
        return [issue["fingerprint"] for issue in issues]

    assert fingerprints(7) == fingerprints(107)
    assert len(set(fingerprints(7))) == 3
    alone = found(message="redefinition of 'x2' from line 1")
    (issue,) = listed("gitlab", report(lint(findings=(alone,))))
    assert issue["fingerprint"] == fingerprints(7)[1]


def test_sarif_keeps_the_gravest_and_counts_the_rest() -> None:
    of = report(lint(findings=many(25_001)))
    (run,) = sarif(of)["runs"]
    assert len(run["results"]) == 25_000
    assert [r["level"] for r in run["results"][:6]] == ["error"] * 5 + ["note"]
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("1 more finding")
    assert run["properties"]["omitted"] == 1


def test_sarif_has_room_for_each_rule_and_each_tool() -> None:
    findings = tuple(
        replace(finding, rule=f"R{number}") for number, finding in enumerate(many(MANY))
    )
    tools = [f"tool{number}" for number in range(25)]
    gates = [lint(id=tool, tool=tool, findings=(found(),)) for tool in tools]
    text = reporter("sarif")(report(lint(findings=findings), *gates), Style())
    runs = json.loads(text)["runs"]
    assert len(runs) <= 20
    assert len(runs[0]["tool"]["driver"]["rules"]) <= 25_000
    assert len({run["automationDetails"]["id"] for run in runs}) == len(runs)
    assert len(gzip.compress(text.encode())) < 10 * MEGABYTE


def test_sarif_is_small_enough_though_nothing_repeats_itself() -> None:
    generator = random.Random(6)
    noise = "".join(generator.choices(string.ascii_letters + string.digits, k=2**20))
    starts = [generator.randrange(len(noise) - 1000) for _ in range(25_000)]
    order = generator.sample(range(1000), k=999)
    findings = tuple(
        found(
            rule=noise[start : start + 40],
            message="".join(noise[(start + i * 977) % len(noise)] for i in order),
        )
        for start in starts
    )
    text = reporter("sarif")(report(lint(findings=findings)), Style())
    assert len(gzip.compress(text.encode(), 6)) < 10 * MEGABYTE
    (run,) = json.loads(text)["runs"]
    assert run["properties"]["omitted"] == 25_000 - len(run["results"])


def test_annotations_stay_within_what_github_keeps() -> None:
    gates = (
        lint(findings=many(MANY)),
        lint(id="style", tool="mypy", findings=many(11), blocking=False),
        lint(id="hints", tool="bandit", findings=many(10), status=GateStatus.PASSED),
    )
    told = commands(report(*gates))
    levels = [command.level for command in told]
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert told[0].message == f"number {MANY - 5}"
    assert told[9].message.startswith(f"{MANY - 9} more ")
    assert told[19].message.startswith("2 more ")
    assert told[29].message == "number 4"


def test_junit_stays_small_and_counts_what_it_leaves_out() -> None:
    message = "\N{SNOWMAN}" * 900
    findings = tuple(replace(f, message=message) for f in many(MANY))
    gates = [lint(id=f"lint {number}", findings=findings) for number in range(20)]
    text = reporter("junit")(report(*gates), Style())
    assert len(text.encode()) < 10 * MEGABYTE
    for case in ET.fromstring(text.encode()).iter("testcase"):
        body = (case[0].text or "").splitlines()
        shown = sum("E501" in line for line in body)
        assert shown >= 10
        assert body[-1] == f"and {MANY - shown} more findings"


@pytest.mark.parametrize("room", [4_000, 20_000, 900_000])
def test_a_summary_keeps_to_its_room_in_bytes(room: int) -> None:
    message = "\N{SNOWMAN}" * 250
    findings = tuple(replace(f, message=message) for f in many(MANY))
    gates = [lint(id=f"lint {number}", findings=findings) for number in range(5)]
    text = reporter("markdown")(report(*gates), Style(room=room))
    assert room // 20 < len(text.encode()) <= room
    assert re.search(r"\d+ more findings are not shown|The report was cut here", text)


@pytest.mark.parametrize("room", [4_000, 20_000])
def test_a_summary_of_too_many_gates_says_that_it_was_cut(room: int) -> None:
    gates = [lint(id=f"\N{SNOWMAN} {n}", findings=many(6)) for n in range(500)]
    text = reporter("markdown")(report(*gates), Style(room=room))
    assert room // 2 < len(text.encode()) <= room
    assert "The report was cut here" in text


def test_what_a_report_left_out_before_is_told_everywhere() -> None:
    of = report(lint(findings=(found(),), findings_omitted=4_321))
    (run,) = sarif(of)["runs"]
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "4321 more findings" in said["message"]["text"]
    assert run["properties"]["omitted"] == 4_321
    failure = junit(of)[0].find("testcase/failure")
    assert failure is not None
    assert "and 4321 more findings" in (failure.text or "")
    assert any(c.message.startswith("4321 more") for c in commands(of))
    assert any("4321 more" in e["description"] for e in listed("gitlab", of))
    assert any("4321 more" in e["message"] for e in listed("rdjson", of))
    for name in ("markdown", "console"):
        assert "4321 more" in reporter(name)(of, Style())


def band(score: str) -> str:
    """What GitHub makes of a security-severity."""
    number = float(score)
    if number > 9.0:
        return "critical"
    return "high" if number >= 7.0 else "medium" if number >= 4.0 else "low"


@pytest.mark.parametrize("tool", ["bandit", "safety", "pip-audit"])
def test_the_severity_of_a_security_rule_is_in_its_band(tool: str) -> None:
    findings = [found(rule=severity, severity=severity) for severity in Severity]
    findings.append(found(rule="mixed", severity=Severity.LOW))
    findings.append(found(rule="mixed", severity=Severity.HIGH))
    of = report(lint(tool=tool, findings=tuple(findings)))
    rules = sarif(of)["runs"][0]["tool"]["driver"]["rules"]
    scores = {rule["id"]: rule["properties"]["security-severity"] for rule in rules}
    assert {name: band(score) for name, score in scores.items()} == {
        "low": "low",
        "medium": "medium",
        "high": "high",
        "critical": "critical",
        "unknown": "critical",
        "mixed": "high",
    }
    assert all("security" in rule["properties"]["tags"] for rule in rules)


def test_rules_of_style_are_no_alerts_of_security() -> None:
    rules = sarif(report(lint(findings=(found(),))))["runs"][0]["tool"]["driver"][
        "rules"
    ]
    assert "security-severity" not in rules[0]["properties"]


def test_results_and_rules_agree_and_rules_have_help() -> None:
    rules = ("E501", "F401", "E501", "W291")
    silenced = (found(rule="F401"), found(rule="S1"))
    measured = Measurement(examined=1, silenced=silenced)
    of = report(
        lint(findings=tuple(found(rule=rule) for rule in rules), fix="Mend it."),
        runs=(ran("flake8", exit_code=0), Run("mypy", RunStatus.MISSING)),
    )
    runs = (replace(of.runs[0], measurement=measured), *of.runs[1:])
    shown = sarif(replace(of, runs=runs))["runs"][0]
    described = shown["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == ["E501", "F401", "W291", "S1"]
    assert len(shown["results"]) == 6
    for result in shown["results"]:
        assert described[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in described:
        assert "Mend it." in rule["help"]["text"]
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"]
    suppressed = [r["ruleId"] for r in shown["results"] if "suppressions" in r]
    assert suppressed == ["F401", "S1"]
    kept = sarif(replace(of, runs=runs), Style(alerts=True))["runs"][0]
    assert [r for r in kept["results"] if "suppressions" in r] == []
    assert kept["properties"]["silenced"] == 2


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    findings = (found(), found(), *many(30))
    one, two = (report(lint(findings=tuple(map(replace, findings)))) for _ in range(2))
    assert reporter(name)(one, Style()) == reporter(name)(two, Style())


def test_lines_that_no_host_takes_become_the_first_one() -> None:
    odd = (
        found(line=0, column=0),
        found(line=-4, column=-1),
        found(line=None, column=None),
        found(line=9, end_line=3, column=5, end_column=2),
        found(line=2, end_line=4, column=7, end_column=1),
    )
    of = report(lint(findings=odd))
    for result in sarif(of)["runs"][0]["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        start = (region["startLine"], region.get("startColumn", 1))
        end = (region["endLine"], region.get("endColumn", 10**6))
        assert (1, 1) <= start <= end
    for entry in listed("rdjson", of):
        span = entry["location"]["range"]
        assert 1 <= span["start"]["line"] <= span["end"]["line"]
    assert all(e["location"]["lines"]["begin"] >= 1 for e in listed("gitlab", of))
    for command in commands(of):
        lines = [int(command.properties.get(n, 1)) for n in ("line", "col")]
        assert min(lines) >= 1


def test_alerts_are_not_closed_by_a_tool_that_did_not_look() -> None:
    skipped = lint(id="s", tool="bandit", status=GateStatus.SKIPPED, findings=())
    lost = lint(id="t", tool="mypy", status=GateStatus.ERROR, findings=())
    runs = (ran("flake8", exit_code=0), Run("mypy", RunStatus.CRASHED))
    of = replace(report(lint(findings=(found(),)), skipped, lost), runs=runs)

    def tools(style: Style) -> list[tuple[str, bool]]:
        return [
            (r["tool"]["driver"]["name"], r["invocations"][0]["executionSuccessful"])
            for r in sarif(of, style)["runs"]
        ]

    assert tools(Style()) == [("flake8", True), ("mypy", False)]
    assert tools(Style(alerts=True)) == [("flake8", True)]
