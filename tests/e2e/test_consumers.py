"""Programs that are not ours read what the real command wrote."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from harness import Answer, Gatekeeper
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase
from sarif.loader import load_sarif_file  # type: ignore[import-untyped]

pytestmark = pytest.mark.e2e

SCHEMA = Path(__file__).parent.parent / "schemas" / "sarif-2.1.0-rtm.5.json"
FORMATS = ("sarif", "junit", "gitlab", "rdjson", "github", "markdown", "json")
CHECKER = (sys.executable, "-m", "check_jsonschema")
MIB = 1024 * 1024
#: Which files a step may use to steer the others, and what harmless tests may see.
STEERING = ("GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH")
POLICY = """\
version: 1
source: [src]
tests: [tests]
gates:
  lint: {tool: flake8, max: 0}
  long-lines: {tool: flake8, rules: [E501], max: 0}
  types: {tool: mypy, max: 0}
  security: {tool: bandit, severity: high, max: 0}
  all-security: {tool: bandit, severity: low, max: 0, blocking: false}
  tests: {tool: pytest, max: 0}
  coverage: {tool: coverage, min: 90}
  load: {tool: performance, max: 10}
  reviewed: {attest: A colleague has read it}
tools:
  performance: {baseline: before.json, current: after.json}
"""
WORK = f'''\
"""Wrong in many ways, on purpose."""

import json
import os  # noqa: F401
import subprocess  # nosec B404

LONG = "{"x" * 90}"


def total(values: list[int]) -> str:
    """Say a number."""
    return sum(values)


def shell(text: str) -> int:
    """Do what a stranger says."""
    return subprocess.call(text, shell=True)


LINK: int = "](http://evil.example) <img src=x onerror=alert(1)>"
'''
HOSTILE_NAME = "test_<img src=x onerror=alert(1)>|`a`, b:c.py"
HOSTILE_TEST = '''\
"""Fails with a message that would like to be more."""

from app.work import total


def test_total() -> None:
    """Say what no report may take for its own words."""
    assert total([1]) == 2, (
        "\\n::error::forged\\n##[error]forged\\n</code></pre><script>alert(1)</script>"
        " ]]></failure> ``` | a | [x](javascript:alert(1)) @everyone \\x1b[2J"
    )
'''
SURROUNDINGS = '''\
"""Passes where a step of CI keeps its own files to itself."""

import os


def test_surroundings() -> None:
    """See where we run, and nothing by which to steer it."""
    assert not [name for name in os.environ if name in {names}]
    assert os.environ.get("GITHUB_SHA") in (None, "abc")
'''


@dataclass(frozen=True)
class Made:
    """An answer with the reports that were written; `sarif` and others by name."""

    answer: Answer
    folder: Path

    def text(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode("utf-8")

    def document(self, name: str) -> Any:
        return json.loads(self.text(name))

    def gates(self, status: str, *, blocking: bool = True) -> list[str]:
        return [
            gate["id"]
            for gate in self.document("json")["gates"]
            if gate["status"] == status and gate["blocking"] is blocking
        ]

    def findings(self) -> dict[str, Counter[tuple[Any, ...]]]:
        """What each tool found, once however many gates count it."""
        found: dict[str, Counter[tuple[Any, ...]]] = {}
        for gate in self.document("json")["gates"]:
            here: Counter[tuple[Any, ...]] = Counter(
                (f["rule"], f["path"], f["line"], f["message"])
                for f in gate["findings"]
            )
            if gate["tool"]:
                found[gate["tool"]] = found.get(gate["tool"], Counter()) | here
        return found


def write(root: Path) -> Path:
    files = {
        "gates.yaml": POLICY,
        "before.json": "{}",
        "after.json": "{}",
        "src/app/__init__.py": '"""The application."""\n',
        "src/app/work.py": WORK,
        f"tests/{HOSTILE_NAME}": HOSTILE_TEST,
        "tests/test_surroundings.py": SURROUNDINGS.replace("{names}", repr(STEERING)),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A project that several tools object to; its names and messages are hostile."""
    return write(tmp_path / "sample")


Check = Callable[..., Made]


@pytest.fixture
def check(gatekeeper: Gatekeeper, tmp_path: Path) -> Check:
    """Checks a project and writes all reports into a folder; `github` as a step."""

    def run(root: Path, *, format_: str = "json", **extra: str) -> Made:
        folder = tmp_path / "reports"
        folder.mkdir(exist_ok=True)
        wanted = [f"--output={name}={folder / name}" for name in FORMATS]
        answer = gatekeeper("check", "-f", format_, *wanted, cwd=root, extra=extra)
        assert answer.code == 1, answer.stderr
        return Made(answer, folder)

    return run


@pytest.fixture
def step(tmp_path: Path) -> dict[str, str]:
    """The environment of a step of GitHub Actions."""
    files = {name: tmp_path / name.lower() for name in STEERING}
    for path in files.values():
        path.touch()
    named = {name: str(path) for name, path in files.items()}
    return {**named, "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SHA": "abc"}


def commands(text: str) -> list[str]:
    """What the runner of GitHub Actions would obey in a log."""
    return re.findall(r"^\s*::(?:error|warning|notice).*|##\[.*", text, re.MULTILINE)


def summary(step: dict[str, str]) -> str:
    return Path(step["GITHUB_STEP_SUMMARY"]).read_text("utf-8")


def paths(made: Made) -> dict[str, set[str]]:
    """The files that each report for a host of repositories points at."""
    results = [r for run in made.document("sarif")["runs"] for r in run["results"]]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    return {
        "sarif": {place["artifactLocation"]["uri"] for place in places},
        "gitlab": {issue["location"]["path"] for issue in made.document("gitlab")},
        "rdjson": {
            d["location"]["path"] for d in made.document("rdjson")["diagnostics"]
        },
        "github": set(re.findall(r"file=([^,]*)", made.text("github"))),
    }


class Tags(HTMLParser):
    """Which elements a page has, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes |= {name for name, _ in attrs}


def tags(markdown: str) -> Tags:
    found = Tags()
    found.feed(cmarkgfm.github_flavored_markdown_to_html(markdown))
    return found


def test_the_sample_is_wrong_in_every_way(sample: Path, check: Check) -> None:
    """Else the tests below would compare nothing with nothing."""
    made = check(sample)
    found = made.findings()
    assert {rule for rule, *_ in found["flake8"]} >= {"E501", "F401"}
    assert {rule for rule, *_ in found["bandit"]} == {"B602"}
    assert [len(found[tool]) for tool in ("mypy", "pytest", "coverage")] == [2, 1, 1]
    assert made.gates("error") == ["load"]
    assert made.gates("failed", blocking=False) == ["all-security"]
    silenced = {
        run["tool"]: [finding["rule"] for finding in run.get("silenced", [])]
        for run in made.document("json")["runs"]
    }
    assert (silenced["flake8"], silenced["bandit"]) == (["F401"], ["B404"])


def test_sarif_is_valid_and_sarif_tools_counts_what_was_found(
    sample: Path, check: Check
) -> None:
    made = check(sample)
    valid = subprocess.run(
        # The schema has a pattern that is none in JavaScript.
        [*CHECKER, "--regex-variant", "python", "--schemafile", SCHEMA, "sarif"],
        cwd=made.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert valid.returncode == 0, valid.stdout + valid.stderr
    sarif = load_sarif_file(str(made.folder / "sarif"))
    found = made.findings()
    assert [run.get_tool_name() for run in sarif.runs] == [*found]
    for run in sarif.runs:
        results = run.get_results()
        silenced = [result for result in results if "suppressions" in result]
        assert len(silenced) == (run.get_tool_name() in ("flake8", "bandit"))
        assert run.get_result_count() == len(results)
        counted = Counter(record["Code"] for record in run.get_records())
        counted -= Counter(result["ruleId"] for result in silenced)
        wanted = found[run.get_tool_name()].elements()
        assert counted == Counter(rule for rule, *_ in wanted)


def test_junitparser_counts_the_gates(sample: Path, check: Check) -> None:
    made = check(sample)
    xml = JUnitXml.fromfile(str(made.folder / "junit"))
    (suite,) = xml
    gates = [gate["id"] for gate in made.document("json")["gates"]]
    assert [case.name for case in suite] == gates
    assert [xml.tests, suite.tests] == [len(gates)] * 2

    def of_kind(kind: type) -> list[str | None]:
        return [
            case.name
            for case in suite
            if isinstance(case, TestCase)
            and any(isinstance(result, kind) for result in case.result)
        ]

    assert of_kind(Failure) == made.gates("failed")
    assert of_kind(Error) == made.gates("error")
    undecided = {*made.gates("pending"), *made.gates("failed", blocking=False)}
    assert set(of_kind(Skipped)) == undecided
    numbers = [xml.failures, xml.errors, xml.skipped]
    assert numbers == [len(of_kind(kind)) for kind in (Failure, Error, Skipped)]


def test_github_renders_tables_and_nothing_of_what_is_hostile(
    sample: Path, check: Check
) -> None:
    made = check(sample)
    assert "onerror" in made.text("markdown")
    seen = tags(made.text("markdown"))
    gates = made.document("json")["gates"]
    assert seen.seen["table"] == 1
    assert seen.seen["tr"] == len(gates) + 1
    assert seen.seen["td"] == len(gates) * 5
    known = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "pre"}
    known |= {"code", "details", "summary", "ul", "li", "sub", "em"}
    assert set(seen.seen) <= known
    assert seen.attributes <= {"align", "lang"}


def test_gitlab_knows_findings_again_below_new_lines(
    sample: Path, check: Check
) -> None:
    def marks() -> dict[str, list[int]]:
        made = check(sample).document("gitlab")
        known: dict[str, list[int]] = {}
        for issue in made:
            line = issue["location"]["lines"]["begin"]
            known.setdefault(issue["fingerprint"], []).append(line)
        assert len(known) == len(made)
        return known

    before = marks()
    work = sample / "src" / "app" / "work.py"
    head, rest = work.read_text().split("\n", 1)
    work.write_text(f"{head}\n" + "# more\n" * 5 + rest)
    after = marks()
    assert set(after) == set(before)
    moved = [after[mark][0] - before[mark][0] for mark in before]
    assert {*moved} == {0, 5}


def test_reviewdog_gets_each_finding_in_its_place(sample: Path, check: Check) -> None:
    made = check(sample)
    diagnostics = made.document("rdjson")["diagnostics"]
    severities = {"low": "INFO", "medium": "WARNING"}
    wanted = {
        (gate["tool"], f["rule"], f["path"], f["line"]): severities.get(
            f["severity"], "ERROR"
        )
        for gate in made.document("json")["gates"]
        for f in gate["findings"]
    }
    told = {}
    for diagnostic in diagnostics:
        place = diagnostic["location"]
        if "code" not in diagnostic:
            assert diagnostic["message"].startswith("gate load: error")
            assert diagnostic["severity"] == "ERROR"
            continue
        span = place["range"]
        assert 1 <= span["start"]["line"] <= span["end"]["line"]
        assert set(span["start"]) == set(span["end"]) == {"line"}
        key = (diagnostic["source"]["name"], diagnostic["code"]["value"])
        told[(*key, place["path"], span["start"]["line"])] = diagnostic["severity"]
    assert told == wanted
    assert len(diagnostics) == sum(map(Counter.total, made.findings().values())) + 1


def test_a_step_of_github_actions_gets_annotations_and_a_summary(
    sample: Path, check: Check, step: dict[str, str]
) -> None:
    Path(step["GITHUB_STEP_SUMMARY"]).write_text("of a step before\n")
    made = check(sample, **step)
    assert made.answer.stdout == made.text("json")
    told = commands(made.answer.stderr)
    assert told == made.text("github").splitlines()
    levels = Counter(line.partition(" ")[0] for line in told)
    assert set(levels) <= {"::error", "::warning", "::notice"}
    assert 0 < max(levels.values()) <= 10
    assert sum("load" in line for line in told) == 1
    results = [r for run in made.document("sarif")["runs"] for r in run["results"]]
    assert results
    assert not [result for result in results if "suppressions" in result]
    text = summary(step)
    assert text.startswith("of a step before\n## gatekeeper: failed")
    assert tags(text).seen["table"] == 1
    failed = [line for line in told if "pytest failed" in line]
    assert len(failed) == 1, "the tests of the project saw files of the step"
    for name in STEERING[1:]:
        assert Path(step[name]).read_bytes() == b""


def test_no_command_gets_into_the_log_from_a_report_for_people(
    sample: Path, check: Check, step: dict[str, str]
) -> None:
    made = check(sample, format_="console", **step)
    assert commands(made.answer.stdout) == []
    assert "forged" in made.answer.stdout
    groups = re.findall(
        r"^::(?!group::|endgroup::).*", made.answer.stdout, re.MULTILINE
    )
    assert groups == []


@pytest.mark.parametrize("room", [100, 6_000])
def test_a_summary_that_is_nearly_full_is_not_lost(
    sample: Path, check: Check, step: dict[str, str], room: int
) -> None:
    before = "x" * (MIB - room - 1) + "\n"
    Path(step["GITHUB_STEP_SUMMARY"]).write_text(before)
    made = check(sample, **step)
    text = summary(step)
    assert text.startswith(before)
    assert len(text.encode()) <= MIB
    if room < 1_000:
        assert text == before
        assert "the job summary is full" in made.answer.stderr
    else:
        assert "## gatekeeper: failed" in text


def test_a_kept_answer_says_the_same_again(
    sample: Path, check: Check, step: dict[str, str]
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=sample, check=True, timeout=60)
    kept = re.sub("  load: .*\n|  performance: .*\n", "", POLICY)
    (sample / "gates.yaml").write_text(f"{kept}  pytest: {{cache: true}}\n")
    green = HOSTILE_TEST.replace("total([1]) == 2", "total([1]) == 1")
    (sample / "tests" / HOSTILE_NAME).write_text(green)
    time.sleep(2.1)  # so that no clock is too coarse to show a change
    first = check(sample, **step)
    told = {name: first.text(name) for name in ("github", "gitlab", "rdjson")}
    once = summary(step)
    again = check(sample, **step)
    assert all(run["cached"] for run in again.document("json")["runs"])
    assert commands(again.answer.stderr) == commands(first.answer.stderr) != []
    assert {name: again.text(name) for name in told} == told
    twice = summary(step)
    assert twice.startswith(once)
    assert twice.count("## gatekeeper: failed") == 2


def test_places_start_at_the_top_of_the_repository(
    tmp_path: Path, check: Check, step: dict[str, str]
) -> None:
    top = tmp_path / "repository"
    root = write(top / "services" / "the shop")
    subprocess.run(["git", "init", "-q"], cwd=top, check=True, timeout=60)
    made = check(root, **step)
    shown = paths(made)
    assert "services/the%20shop/src/app/work.py" in shown.pop("sarif")
    for name, files in shown.items():
        assert "services/the shop/src/app/work.py" in files, name
    for name, files in paths(made).items():
        assert all(file.startswith("services/the") for file in files), name
    for file in shown["gitlab"] | shown["rdjson"]:
        assert (top / file).is_file()
    lint = made.document("json")["gates"][0]["findings"]
    assert lint[0]["path"] == "src/app/work.py"
    identity = made.document("sarif")["runs"][0]["automationDetails"]["id"]
    assert identity == "gatekeeper/services/the%20shop/flake8/"
