"""Numbers in pasted output: what real tools print, and what is none of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from gatekeeper.model import (
    Comparison,
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
from gatekeeper.reporters.evidence import sections
from gatekeeper.template.evidence import Claim, Pasted, pasted
from gatekeeper.template.fill import Filling, fill
from gatekeeper.template.markdown import parse

PYTEST = """\
tests/test_a.py .FsxE                                                    [100%]

=================================== FAILURES ===================================
E   assert 2 == 3
=========================== short test summary info ============================
FAILED tests/test_a.py::test_b - assert 2 == 3
ERROR tests/test_a.py::test_e - ValueError
"""
COVERAGE = """\
Name                  Stmts   Miss  Cover
-----------------------------------------
src/pkg/__init__.py       6      2    67%
-----------------------------------------
TOTAL                     6      2    67%
"""
COVERAGE_BRANCHES = """\
Name                  Stmts   Miss Branch BrPart   Cover   Missing
------------------------------------------------------------------
src/pkg/__init__.py       6      2      2      0  50.00%   3-4, 9->11
------------------------------------------------------------------
TOTAL                     6      2      2      0  50.00%

1 file skipped due to complete coverage.
"""
FLAKE8 = """\
src/pkg/__init__.py:2:1: E302 expected 2 blank lines, found 0
def f(a, b):
^
src/pkg/__init__.py:3:9: E701 multiple statements on one line (colon)
    if a: return subprocess.call(b, shell=True)
        ^
a name/with:colon.py:1:14: C901 'f' is too complex (11)
"""
MYPY = """\
src/pkg/__init__.py:2: error: Function is missing a type annotation  [no-untyped-def]
src/pkg/__init__.py:2:5: note: "f" defined here
Found 1 error in 1 file (checked 12 source files)
"""
BANDIT = """\
[main]\tINFO\tprofile include tests: None
>> Issue: [B602:subprocess_popen_with_shell_equals_true] shell=True identified.
   Severity: High   Confidence: High
   Location: src/pkg/__init__.py:3:17

Code scanned:
\tTotal lines of code: 6

Run metrics:
\tTotal issues (by severity):
\t\tUndefined: 0
\t\tLow: 1
\t\tMedium: 0
\t\tHigh: 3
\tTotal issues (by confidence):
\t\tUndefined: 0
\t\tLow: 0
\t\tMedium: 0
\t\tHigh: 4
Files skipped (0):
"""
SAFETY = """\
  Safety v3.7.0 is scanning for Vulnerabilities...
  -> requirements.txt
  Found and scanned 12 packages
  Timestamp 2026-11-23 16:31:41
  2 vulnerabilities reported
  1 vulnerabilities ignored

-> Vulnerability found in jinja2 version 2.4
   Vulnerability ID: 70002
   ADVISORY: Jinja2 3.1.4 fixes 7 vulnerabilities of the template filter.

  2 vulnerabilities were reported in 2 packages. For detailed remediation &
"""
PIP_AUDIT = """\
Found 2 known vulnerabilities, ignored 1 in 1 package
Name   Version ID             Fix Versions
------ ------- -------------- ------------
jinja2 2.4     PYSEC-2014-8   2.7.2
"""


def bandit_json(high: int = 3) -> str:
    totals = {"SEVERITY.HIGH": high, "SEVERITY.LOW": 1, "loc": 6}
    found = [{"code": "2 def f(a):\n3     return {a: 1}\n", "issue_severity": "HIGH"}]
    report = {"errors": [], "metrics": {"_totals": totals}, "results": found}
    return json.dumps(report, indent=2)


def safety_json(found: int = 2) -> str:
    meta = {
        "scan_target": "files",
        "packages_found": 12,
        "vulnerabilities_found": found,
    }
    return json.dumps({"report_meta": meta, "vulnerabilities": []}, indent=4)


def section(text: str, *tools: str, fence: str = "```") -> Pasted:
    body = parse(
        f"# Report\n\n## Output of tools\n{fence}\n{text}\n{fence}\n\n## Next\n"
    )
    (found,) = pasted(body, {"Output": tools})
    assert found is not None
    return found


def read(tool: str, text: str) -> dict[str, str]:
    """The claims of a tool in a fence, by metric."""
    claims = section(text, tool).claims
    assert {claim.tool for claim in claims} <= {tool}
    assert len({claim.metric for claim in claims}) == len(claims)
    return {claim.metric: claim.written for claim in claims}


@pytest.mark.parametrize(
    ("closing", "passed", "failed"),
    [
        ("============================== 3 passed in 0.01s ====", "3", "0"),
        ("==== 1 failed, 12 passed, 1 skipped, 1 xfailed in 0.05s ====", "12", "1"),
        ("12 passed in 65.12s (0:01:05)", "12", "0"),
        ("1 failed, 2 passed, 3 warnings in 0.03s", "2", "1"),
        ("1 failed, 2 passed, 3 deselected, 2 xpassed in 0.03s", "4", "1"),
        ("=== 1 failed, 2 passed, 4 rerun in 0.03s ===", "2", "1"),
        ("no tests ran in 0.01s", "0", "0"),
        ("===== 5 deselected in 0.02s =====", "0", "0"),
        ("===== 2 skipped in 0.02s =====", "0", "0"),
        ("3 passed, 2 subtests passed in 0.02s", "3", "0"),
        (
            "\x1b[32m==== \x1b[32m\x1b[1m3 passed\x1b[0m\x1b[32m in 0.01s\x1b[0m",
            "3",
            "0",
        ),
        ("\x1b[31m\x1b[1m1 failed\x1b[0m, \x1b[32m2 passed\x1b[0m in 0.1s", "2", "1"),
        ("==== 3 passed in 0.01s ====\nsome other 4 passed\n", "3", "0"),
        ("1 passed in 1s\n\n$ pytest again\n==== 3 passed in 0.01s ====\n", "3", "0"),
    ],
)
def test_the_closing_line_of_pytest(closing: str, passed: str, failed: str) -> None:
    expected = {"passed": passed, "failed": failed, "errors": "0"}
    assert read("pytest", PYTEST + closing) == expected


def test_tests_with_errors_are_counted_twice_by_pytest() -> None:
    """One that passes and whose teardown breaks is both passed and an error."""
    closing = "=== 1 failed, 2 passed, 1 skipped, 3 errors in 0.16s ==="
    assert read("pytest", PYTEST + closing) == {"failed": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        PYTEST,
        "tests/test_a.py ...",
        "I ran it and 3 passed",
        "passed",
        "x3 passed in",
    ],
)
def test_what_is_no_closing_line_of_pytest(text: str) -> None:
    assert read("pytest", f"{text}\n.") == {}


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        (COVERAGE, "67"),
        (COVERAGE_BRANCHES, "50.00"),
        (f"{COVERAGE}\nTotal coverage: 66.67%", "66.67"),
        (
            f"{COVERAGE}FAIL Required test coverage of 90% not reached. Total coverage:"
            " 66.67%",
            "66.67",
        ),
        ("Required test coverage of 60% reached. Total coverage: 66.67%", "66.67"),
        (f"{COVERAGE}{COVERAGE_BRANCHES}", "50.00"),
        ("TOTAL 0 0 100%", "100"),
        (f"{'a' * 60:<70} 12 0 100.00%\n{'TOTAL':<70} 12 1 91.66%", "91.66"),
    ],
)
def test_the_total_of_coverage(text: str, percent: str) -> None:
    assert read("coverage", text) == {"percent": percent}


@pytest.mark.parametrize("text", ["", "src/a.py 6 2 67%", "TOTALS 67%", "about 67 %"])
def test_what_is_no_total_of_coverage(text: str) -> None:
    assert read("coverage", text) == {}


def test_the_findings_of_flake8_are_counted() -> None:
    assert read("flake8", FLAKE8) == {"findings": "3"}
    assert read("flake8", f"{FLAKE8}1     E302 expected 2\n3\n") == {"findings": "3"}


def test_coloured_findings_of_flake8_are_counted() -> None:
    text = (
        "\x1b[1msrc/a.py\x1b[m\x1b[36m:\x1b[m2\x1b[36m:\x1b[m1\x1b[36m:\x1b[m"
        " \x1b[1m\x1b[31mE302\x1b[m expected 2 blank lines"
    )
    assert read("flake8", text) == {"findings": "1"}


def test_flake8_says_nothing_where_it_found_nothing() -> None:
    assert read("flake8", "$ flake8 src tests\n") == {}
    assert read("flake8", MYPY) == {}


def test_findings_of_which_some_are_left_out_are_not_counted() -> None:
    assert read("flake8", f"{FLAKE8}[... 40 lines are left out ...]\n{FLAKE8}") == {}


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (MYPY, "1"),
        ("Success: no issues found in 12 source files", "0"),
        ("Success: no issues found in 1 source file", "0"),
        ("Found 23 errors in 4 files (checked 12 source files)", "23"),
        ("Found 1 error in 1 file (errors prevented further checking)", "1"),
        ("\x1b[1m\x1b[32mSuccess: no issues found in 1 source file\x1b(B\x1b[m", "0"),
        ("Success: no issues found in 1 source file\n$ mypy tests\n" + MYPY, "1"),
        (MYPY + "\n$ mypy src\nSuccess: no issues found in 1 source file", "0"),
    ],
)
def test_the_closing_line_of_mypy(text: str, findings: str) -> None:
    assert read("mypy", text) == {"findings": findings}


def test_mypy_without_a_closing_line_claims_nothing() -> None:
    assert read("mypy", MYPY.rpartition("Found")[0]) == {}


@pytest.mark.parametrize(
    "text",
    [
        BANDIT,
        BANDIT.replace("\t", "    "),
        BANDIT.replace("Run metrics:", "\x1b[95m\nRun metrics:\x1b[0m"),
        bandit_json(),
        f"[main]\tINFO\trunning on Python 3.11.7\n{bandit_json()}\n",
        f"$ bandit -r src -f json\n{json.dumps(json.loads(bandit_json()))}",
    ],
)
def test_the_high_findings_of_bandit(text: str) -> None:
    assert read("bandit", text) == {"high": "3"}


def test_bandit_without_its_metrics_claims_nothing() -> None:
    assert read("bandit", BANDIT.partition("Run metrics")[0]) == {}
    assert read("bandit", BANDIT.partition("(by severity)")[2]) == {}
    assert read("bandit", bandit_json()[:-20]) == {}


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (SAFETY, "2"),
        (SAFETY.replace("  2 ", "\x1b[1m  2\x1b[0m\x1b[1m "), "2"),
        ("  0 vulnerabilities reported\n  0 vulnerabilities ignored\n", "0"),
        (" No known security vulnerabilities reported. ", "0"),
        (safety_json(), "2"),
        (safety_json(0), "0"),
        (f"+====+\nDEPRECATED: this command\n+====+\n\n{safety_json(5)}\n+==+", "5"),
    ],
)
def test_what_safety_found(text: str, findings: str) -> None:
    assert read("safety", text) == {"findings": findings}


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (PIP_AUDIT, "2"),
        ("Found 1 known vulnerability in 1 package", "1"),
        ("No known vulnerabilities found", "0"),
        ("No known vulnerabilities found, 2 ignored", "0"),
    ],
)
def test_what_pip_audit_found(text: str, findings: str) -> None:
    assert read("pip-audit", text) == {"findings": findings}


@pytest.mark.parametrize(
    "text", ["", "Vulnerability found in jinja2", "vulnerabilities: none", "{}", "[2]"]
)
def test_what_says_nothing_of_vulnerabilities(text: str) -> None:
    assert read("safety", text) == read("pip-audit", text) == {}


@pytest.mark.parametrize(
    ("text", "row", "written"),
    [
        (
            "✔ p: worst: GET /a/:id latency p95 +4.25 %, at most 10 % allowed",
            "GET /a/:id latency p95",
            "+4.25",
        ),
        (
            "response-time: worst: GET /a latency p95 -3 % (-5.09 to -1.08 %), at most"
            " 10 % allowed",
            "GET /a latency p95",
            "-3",
        ),
        (
            "GET /a throughput -12.5 % (-14 to -9 %), at most 5 % allowed (and 2 more)",
            "GET /a throughput",
            "-12.5",
        ),
        (
            "✘ p: inconclusive: service memory +9 % (-2 to +19 %), at most 15 % allowed"
            " either way; about 12 runs a side would settle it",
            "service memory",
            "+9",
        ),
        (
            "worst: GET /a error rate +0.5 points, at most 10 % allowed",
            "GET /a error rate",
            "+0.5",
        ),
    ],
)
def test_the_verdict_of_a_comparison(text: str, row: str, written: str) -> None:
    assert read("performance", text) == {row: written}


def test_every_comparison_is_a_claim_of_its_own() -> None:
    text = "a: worst: A latency +1 %, at most 2 % allowed\n" * 2
    text += "b: worst: B memory -1 %, at most 2 % allowed\n"
    found = section(text, "performance").claims
    assert [(claim.metric, claim.line) for claim in found] == [
        ("A latency", 5),
        ("A latency", 6),
        ("B memory", 7),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "load: worst: GET /a latency p95 17 ms, at most 500 ms allowed",
        "not comparable: GET /a latency p95: the results lack this endpoint",
        "GET /a latency p95: 18 ms -> 17 ms -3 % -5 … -1 %",
        "GET /a latency p95 +∞ %, at most 10 % allowed",
    ],
)
def test_what_says_nothing_of_a_change(text: str) -> None:
    assert read("performance", text) == {}


def test_several_outputs_in_one_fence() -> None:
    texts = (PYTEST, "=== 12 passed in 1s ===\n", COVERAGE, FLAKE8, MYPY)
    found = section("\n".join(texts), "pytest", "coverage", "flake8", "mypy")
    assert [(c.tool, c.metric, c.written, c.line) for c in found.claims] == [
        ("pytest", "failed", "0", 13),
        ("pytest", "passed", "12", 13),
        ("pytest", "errors", "0", 13),
        ("coverage", "percent", "67", 19),
        ("flake8", "findings", "3", 21),
        ("mypy", "findings", "1", 31),
    ]


def test_reports_in_json_one_after_the_other() -> None:
    text = f"{bandit_json()}\n$ safety check --json\n{safety_json()}\n"
    found = section(text, "bandit", "safety").claims
    assert [(c.tool, c.metric, c.written) for c in found] == [
        ("bandit", "high", "3"),
        ("safety", "findings", "2"),
    ]
    assert [claim.line for claim in found] == [5, 7 + bandit_json().count("\n")]
    swapped = section(f"{safety_json()}\n{bandit_json()}", "bandit", "safety").claims
    assert {(c.tool, c.written) for c in swapped} == {("bandit", "3"), ("safety", "2")}


def test_what_stands_inside_of_a_report_is_no_report() -> None:
    report = json.loads(bandit_json())
    report["results"] = [json.loads(bandit_json(9))]
    assert read("bandit", json.dumps(report, indent=0)) == {"high": "3"}


def test_json_of_another_report_is_not_mistaken() -> None:
    assert read("safety", bandit_json()) == read("bandit", safety_json()) == {}
    assert read("bandit", '{"metrics": [1]}') == {}
    assert read("bandit", '{"metrics": {"_totals": {"SEVERITY.HIGH": "3"}}}') == {}
    assert read("safety", '{"report_meta": null}') == {}


def test_claims_of_tools_that_are_not_asked_for_are_not_read() -> None:
    assert section(MYPY + COVERAGE, "mypy").claims == (
        Claim("mypy", "findings", "1", 7),
    )
    assert section(MYPY, "environment", "changes").claims == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "place",
    [
        "## Out\n```\n{}\n```",
        "## Out\n\n    {}",
        "## Out\n> ~~~\n> {}",
        "## Out\n- ```\n  {}",
    ],
)
def test_a_claim_says_in_which_line_it_stands(place: str, end: str) -> None:
    text = ("# A\n\n" + place.format("TOTAL 1 1 0%")).replace("\n", end)
    (found,) = pasted(parse(text), {"out": ["coverage"]})
    assert found is not None
    line = text.replace(end, "\n").split("\n")[found.claims[0].line - 1]
    assert line.endswith("TOTAL 1 1 0%")


def test_odd_characters_do_not_shift_lines() -> None:
    found = section("a\x0bb\x0cc\x85d\u2028e\n\nTOTAL 1 1 0%", "coverage")
    assert (found.lines, found.claims[0].line) == (2, 7)


def test_only_code_below_the_heading_is_read() -> None:
    text = (
        "```\nTOTAL 1 1 1%\n```\n## Before\n```\nTOTAL 1 1 2%\n```\n## Output\n"
        "TOTAL 1 1 3%\n<!--\n```\nTOTAL 1 1 4%\n```\n-->\n"
        "## After\n```\nTOTAL 1 1 5%\n```\n## Output\n```\nTOTAL 1 1 6%\n```\n"
    )
    assert pasted(parse(text), {"Output": ["coverage"]}) == [Pasted("Output", 0, ())]


def test_a_rule_ends_a_section() -> None:
    text = "## Output\n\n---\n```\nTOTAL 1 1 4%\n```\n"
    assert pasted(parse(text), {"Output": ["coverage"]}) == [Pasted("Output", 0, ())]


def test_each_heading_has_its_own_answer() -> None:
    body = parse("# A\n# B\n```\nTOTAL 1 1 4%\n```\n")
    wanted = {"B": ["coverage"], "A": ["coverage"], "C": ["coverage"]}
    found = pasted(body, wanted)
    assert [one and one.lines for one in found] == [1, 0, None]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Run: pytest\n# Expected: 12 passed in 1s",
        "  # TOTAL 1 1 4%",
        "\x1b[0m\n \t",
    ],
)
def test_advice_is_no_output(text: str) -> None:
    found = section(text, "pytest", "coverage")
    assert (found.lines, found.claims) == (0, ())


def test_output_below_advice_is_read() -> None:
    found = section("# Run: coverage\n\nTOTAL 1 1 4%", "coverage")
    assert (found.lines, found.claims[0].line) == (1, 7)


@pytest.mark.parametrize(
    ("metric", "written", "measured", "agrees"),
    [
        ("percent", "93", 93.4, True),
        ("percent", "93", 92.6, True),
        ("percent", "93", 88.0, False),
        ("percent", "93", 94.0, False),
        ("percent", "93.33", 93.333333, True),
        ("percent", "93.34", 93.333333, True),
        ("percent", "93.35", 93.333333, False),
        ("percent", "100", 100.0, True),
        ("percent", "100", 99.8, False),
        ("percent", "100.00", 99.999, False),
        ("percent", "99", 100.0, False),
        ("percent", "0", 0.0, True),
        ("passed", "12", 12, True),
        ("passed", "12", 13, False),
        ("findings", "0", 1, False),
        ("GET /a latency", "-3", -3.4, True),
        ("GET /a latency", "-3", 3.0, False),
        ("GET /a latency", "+4.2", 4.25, True),
        ("passed", "9" * 400, 12, False),
    ],
)
def test_numbers_agree_in_as_many_digits_as_they_have(
    metric: str, written: str, measured: float, agrees: bool
) -> None:
    assert Claim("tool", metric, written, 1).agrees(measured) is agrees


LONG = 200_000


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "1 passed ",
        "a:1:1",
        "TOTAL 1% ",
        ": worst",
        "No vulnerabilit",
        "{",
        '{"a":',
    ],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_hostile_output_costs_no_time(unit: str, end: str) -> None:
    began = time.monotonic()
    tools = "pytest coverage flake8 mypy bandit safety pip-audit performance"
    section((unit + end) * (LONG // len(unit + end)), *tools.split(), fence="~~~")
    section(unit * (LONG // len(unit)) + MYPY, *tools.split(), fence="~~~")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "text",
    [
        '{"report_meta": {"vulnerabilities_found": ' + "9" * 5000 + "}}",
        '{"metrics": {"_totals": {"SEVERITY.HIGH": NaN}}}',
        "[" * 5000,
        '{"a":' * 5000,
        "1" * 5000 + " passed in 1s",
        "TOTAL " + "1" * 5000 + "%",
        "\ud800 TOTAL 1%",
    ],
)
def test_hostile_numbers_are_no_crash(text: str) -> None:
    tools = "pytest coverage bandit safety".split()
    for claim in section(text, *tools).claims:
        claim.agrees(1.0)


def finding(number: int, rule: str = "E302") -> Finding:
    return Finding(rule, Severity.HIGH, "fixes 7 vulnerabilities", "a.py", number, 1)


def run(tool: str, measurement: Measurement) -> Run:
    return Run(tool, RunStatus.COMPLETED, measurement=measurement)


def counted(tool: str, findings: int) -> Run:
    measured = Measurement(
        findings=tuple(finding(number) for number in range(findings)),
        metrics={"findings": Metric(findings, "findings")},
        examined=3,
    )
    return run(tool, measured)


def printed(tool: str, output: str, **metrics: float) -> Run:
    values = {name: Metric(value, "") for name, value in metrics.items()}
    return run(tool, Measurement(metrics=values, examined=3, output=output))


def report(runs: Sequence[Run], headings: Mapping[str, tuple[str, ...]]) -> Report:
    gates = tuple(
        GateResult(
            one.tool,
            one.tool,
            GateStatus.FAILED,
            True,
            one.tool,
            findings=one.measurement.findings if one.measurement else (),
        )
        for one in runs
    )
    asks = GateResult("e", "e", GateStatus.PASSED, True, None, evidence=headings)
    return Report(
        verdict=Verdict.FAILED,
        exit_code=1,
        started="2026-01-01T00:00:00Z",
        duration_seconds=1.0,
        policy=PolicySource(None, ""),
        revision=Revision(),
        gates=(*gates, asks),
        runs=tuple(runs),
    )


@pytest.mark.parametrize("findings", [0, 1, 59, 500])
@pytest.mark.parametrize("room", [0, 60_000, 64_000])
def test_what_we_paste_ourselves_never_disagrees_with_its_run(
    findings: int, room: int
) -> None:
    """However much of it had to be left out."""
    lines = "".join(f"tests/test_{n}.py . 1 passed, maybe\n" for n in range(findings))
    runs = [
        counted("flake8", findings),
        printed("mypy", f"{lines}Found 7 errors in 2 files (checked 9 source files)"),
        printed("pytest", f"{lines}== 12 passed in 1s ==", passed=12),
        printed("coverage", f"{lines}TOTAL 6 2 66.67%\n", percent=100 * 2 / 3),
        counted("safety", findings + 1),
    ]
    headings = {"One": ("flake8", "mypy"), "Two": ("pytest", "coverage", "safety")}
    text = f"# One\n\n# Two\n\n# Three\n{'a' * room}\n"
    output = sections(report(runs, headings), "changes")
    body = parse(fill(text, Filling((), lambda _: "", output)))
    expected = {
        ("flake8", "findings"): findings,
        ("mypy", "findings"): 7,
        ("pytest", "passed"): 12,
        ("pytest", "failed"): 0,
        ("pytest", "errors"): 0,
        ("coverage", "percent"): 100 * 2 / 3,
        ("safety", "findings"): findings + 1,
    }
    found = [claim for one in pasted(body, headings) if one for claim in one.claims]
    for claim in found:
        assert claim.agrees(expected[claim.tool, claim.metric]), claim
        assert claim.ours is (claim.tool in ("flake8", "safety"))
    if not room:
        assert {(claim.tool, claim.metric) for claim in found} == set(expected)


def test_comparisons_that_we_paste_ourselves_are_read() -> None:
    row = Comparison(
        subject="GET /a",
        kind="latency",
        statistic="p95",
        unit="ms",
        more_is_better=False,
        baseline=100.0,
        current=98.0,
        variance=-2.0,
    )
    one = run("performance", Measurement(examined=1, comparisons=(row,)))
    made = report([one], {"Out": ("performance",)})
    compared = replace(
        made.gates[0],
        reason="worst: GET /a latency p95 -2 %, at most 10 % allowed",
        comparisons=(row,),
    )
    made = replace(made, gates=(compared, made.gates[1]))
    lines = sections(made, "changes")["Out"]
    claims = read("performance", "\n".join(lines))
    assert claims == {f"{row.subject} {row.quantity}": "-2"}
