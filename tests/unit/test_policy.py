"""gates.yaml becomes a policy, or a list of mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import jsonschema
import pytest

from gatekeeper.engine.plan import gate_of, plan
from gatekeeper.errors import UserError
from gatekeeper.model import Severity
from gatekeeper.policy.load import Policy, load
from gatekeeper.policy.locate import locate
from gatekeeper.policy.schema import PolicyFile
from gatekeeper.tools import ADAPTERS

SMALL = "version: 1\ngates:\n  lint: {tool: flake8, max: 0}\n"


def write(root: Path, text: str) -> Policy:
    (root / "gates.yaml").write_text(text)
    return load(None, None, root)


def mistakes(root: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(UserError) as caught:
        write(root, text)
    return caught.value.messages


def test_the_nearest_policy_upwards_is_used_and_its_folder_is_the_root(
    tmp_path: Path,
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "gates.yaml").write_text(SMALL)
    policy = load(None, None, inner)
    assert policy.path == tmp_path / "gates.yaml"
    assert policy.root == tmp_path.resolve()


def test_without_a_file_the_built_in_policy_has_the_thresholds(
    tmp_path: Path,
) -> None:
    assert locate(tmp_path) is None
    policy = load(None, None, tmp_path)
    gates = policy.content.gates
    assert policy.path is None
    assert policy.content.tools.flake8.max_line_length == 88
    assert policy.content.tools.flake8.max_complexity == 10
    assert policy.content.tools.mypy.strict
    assert (gates["security"].severity, gates["security"].max) == ("high", 0)
    assert gates["vulnerabilities"].severity == "critical"
    assert (gates["tests"].max, gates["coverage"].min) == (0, 90)


def test_a_root_of_ones_own_wins(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(SMALL)
    other = tmp_path / "other"
    other.mkdir()
    policy = load(tmp_path / "policy.yaml", other, tmp_path)
    assert policy.root == other.resolve()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gates:\n  lint: {tol: flake8}\n", "gates.yaml:3: unknown key gates.lint.tol"),
        ("gates:\n  l: {tool: flake8, max: '0'}\n", "gates.yaml:3: gates.l.max"),
        ("gates:\n  l: {tool: bandit, severity: hihg, max: 0}\n", "gates.l.severity"),
        ("gates:\n  'a b': {tool: flake8, max: 0}\n", "gates.yaml:3"),
        ("gates:\n  l: {tool: pytest, metric: pased, max: 0}\n", "mean passed?"),
        ("gates:\n  l: {attest: x, tool: flake8, max: 0}\n", "exactly one of"),
        ("gates:\n  l: {max: 0}\n", "exactly one of"),
        ("gates:\n  l: {tool: safety, paths: [a], max: 0}\n", "safety has no `paths`"),
        ("gates:\n  l: {tool: flake8, max: 0, timeout: 0}\n", "greater than 0"),
        ("gates:\n  l: {tool: flake8, max: 0, timeout: .inf}\n", "finite"),
        ("gates:\n  l: {tool: flake8, max: 0, blocking: maybe}\n", "gates.l.blocking"),
        ("tools: {flake8: {ignore: ['*']}}\n", "gates is missing"),
        ("tools: {pylint: {}}\n", "unknown key tools.pylint"),
        ("tools:\n  mypy: {config: no.ini}\n" + SMALL[11:], "no.ini does not exist"),
        ("tools:\n  safety: {database: db}\n" + SMALL[11:], "db does not exist"),
        ("python: env/bin/python\n" + SMALL[11:], "env/bin/python does not exist"),
        ("gates:\n  l: {tool: flake8, max: 0, paths: [nope]}\n", "nope does not exist"),
        ("source: [..]\n" + SMALL[11:], ".. lies outside the root"),
        ("source: [/]\n" + SMALL[11:], "lies outside the root"),
    ],
)
def test_mistakes_name_their_place(tmp_path: Path, text: str, message: str) -> None:
    told = mistakes(tmp_path, "version: 1\n" + text)
    assert any(message in line for line in told), told
    assert all(line.startswith("gates.yaml:") for line in told)


def test_a_gate_takes_title_metric_and_unit_from_its_tool(tmp_path: Path) -> None:
    policy = write(
        tmp_path,
        "version: 1\ngates:\n"
        "  a: {tool: coverage, min: 90}\n"
        "  b: {tool: bandit, severity: high, unknown: ignore, max: 0, title: Mine}\n"
        "  c: {tool: pytest, metric: skipped, max: 3, blocking: ci}\n",
    )
    gates = policy.content.gates
    cover = gate_of("a", gates["a"], in_ci=False)
    assert (cover.metric, cover.unit, cover.minimum) == ("percent", "%", 90)
    assert not cover.counts_findings and cover.blocking
    bandit = gate_of("b", gates["b"], in_ci=False)
    assert (bandit.title, bandit.severity) == ("Mine", Severity.HIGH)
    assert bandit.ignore_unknown and bandit.counts_findings
    assert not gate_of("c", gates["c"], in_ci=False).blocking
    assert gate_of("c", gates["c"], in_ci=True).blocking


def test_two_gates_on_a_tool_share_one_run_and_coverage_brings_the_tests(
    tmp_path: Path,
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    policy = write(
        tmp_path,
        "version: 1\ntools: {coverage: {timeout: 50}}\ngates:\n"
        "  a: {tool: coverage, min: 90}\n"
        "  b: {tool: coverage, min: 95, paths: ['src/*'], timeout: 40}\n"
        "  lint: {tool: flake8, max: 0}\n"
        "  docs: {tool: flake8, rules: [D], max: 0, timeout: 30}\n",
    )
    runs = {r.tool: r for r in plan(policy.content, tmp_path, policy.content.gates)}
    assert list(runs) == ["pytest", "coverage", "flake8"]
    assert runs["pytest"].timeout == runs["coverage"].timeout == 40
    assert runs["flake8"].timeout == 30
    assert runs["flake8"].rules == ("D",)
    assert runs["flake8"].paths == ("src", "tests")
    assert runs["pytest"].paths == ("tests",)
    assert runs["coverage"].paths == ("src",)
    assert set(runs["pytest"].companions) == {"coverage"}


def test_only_the_runs_that_named_gates_need_are_planned(tmp_path: Path) -> None:
    policy = write(tmp_path, SMALL + "  types: {tool: mypy, max: 0}\n")
    runs = plan(policy.content, tmp_path, ["types"])
    assert [run.tool for run in runs] == ["mypy"]


def test_coverage_source_may_be_a_module(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    text = (
        "version: 1\ntools: {coverage: {source: [%s]}}\n"
        "gates: {c: {tool: coverage, min: 1}}\n"
    )
    policy = write(tmp_path, text % "app")
    runs = plan(policy.content, tmp_path, ["c"])
    assert runs[1].paths == ("app.py",)
    assert mistakes(tmp_path, text % "nothing") == (
        "gates.yaml:2: no folder, file or module named nothing",
    )


PERFORMANCE = """version: 1
tools:
  performance: {baseline: base.json, current: results.json}
gates:
  latency: {tool: performance, select: latency, max: 10}
"""


def test_a_performance_gate_needs_no_results_yet_but_a_baseline(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, PERFORMANCE)
    assert told == "gates.yaml:3: base.json does not exist"
    (tmp_path / "base.json").write_text("{}")
    policy = write(tmp_path, PERFORMANCE)
    assert policy.content.tools.performance.baseline == ["base.json"]
    gate = gate_of("latency", policy.content.gates["latency"], in_ci=False)
    assert gate.limit is not None
    assert (gate.limit.select, gate.limit.maximum) == (("latency",), 10)
    assert (gate.limit.both, gate.limit.inconclusive) == (False, "fail")


def test_a_pattern_stands_for_the_runs_of_a_baseline(tmp_path: Path) -> None:
    text = PERFORMANCE.replace("base.json", "'base-*.json'")
    assert mistakes(tmp_path, text) == ("gates.yaml:3: base-*.json does not exist",)
    (tmp_path / "base-1.json").write_text("{}")
    write(tmp_path, text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("select: latency", "select: latancy", "latancy; did you mean latency?"),
        ("max: 10", "min: -10", "a variance has a `max`"),
        ("max: 10", "max: -1", "is not negative"),
        ("max: 10", "max: 10, severity: high", "performance has no `severity`"),
        ("max: 10", "max: 10, metric: p95", "did you mean p95_ms?"),
        ("max: 10", "max: 10, metric: p95_ms, direction: both", "`direction` belongs"),
        ("max: 10", "max: 10, inconclusive: maybe", "'fail', 'error' or 'pass'"),
        ("tool: performance", "tool: flake8", "flake8 has no `select`"),
        ("baseline: base.json, ", "", "needs a `baseline` to compare with"),
        (", current: results.json", "", "needs `current` or `run`"),
        ("base.json,", "base.json, accept: [host],", "'hosts' or 'machines'"),
        ("base.json,", "base.json, confidence: 100,", "less than or equal to 99.9"),
        ("base.json,", "base.json, run: {command: []},", "at least 1 item"),
        ("base.json,", 'base.json, run: {command: "a \'b"},', "No closing quotation"),
        ("base.json,", "base.json, run: {},", "run.command is missing"),
        ("base.json,", "base.json, run: {command: a, time: 3},", "unknown key"),
    ],
)
def test_mistakes_in_a_performance_gate(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    (tmp_path / "base.json").write_text("{}")
    told = mistakes(tmp_path, PERFORMANCE.replace(old, new))
    assert message in told[0]
    assert told[0].startswith("gates.yaml:")


def test_a_limit_on_current_values_needs_no_baseline(tmp_path: Path) -> None:
    text = PERFORMANCE.replace("baseline: base.json, ", "")
    write(tmp_path, text.replace("max: 10", "max: 500, metric: p95_ms"))


def test_a_measured_baseline_needs_no_file(tmp_path: Path) -> None:
    run = "baseline: x.json, run: {command: m --port 1, baseline: [n, '--port 2']},"
    policy = write(tmp_path, PERFORMANCE.replace("baseline: base.json,", run))
    measured = policy.content.tools.performance.run
    assert measured is not None
    assert measured.command == ["m", "--port", "1"]
    assert measured.baseline == ["n", "--port 2"]
    assert measured.times == 5


FOLLOWING = """version: 1
gates:
  a: {all_of: [b]}
  b: {all_of: [c]}
  c: {attest: done}
"""


def test_gates_may_follow_from_gates_that_follow(tmp_path: Path) -> None:
    assert list(write(tmp_path, FOLLOWING).content.gates) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[c]", "[a]", "`all_of` goes in a circle: "),
        ("[c]", "[d]", "gates.b: no other gate named d"),
        ("[c]", "[b]", "gates.b: no other gate named b"),
        ("attest: done", "attest: done, max: 0", "`max` needs a `tool`"),
        ("attest: done", "attest: done, tool: flake8", "needs exactly one of"),
        ("attest: done", "title: x", "needs exactly one of"),
        (
            "attest: done",
            "one_of: [x, y], signed: true",
            "`signed` belongs to `attest`",
        ),
        ("attest: done", "attest: done, covers: [src]", "`covers` belongs to `signed"),
        ("attest: done", "evidence: {A: [flak8]}", "did you mean flake8?"),
        (
            "version: 1",
            "version: 1\nextends: flask-migrate",
            "did you mean flask-migration?",
        ),
    ],
)
def test_mistakes_in_gates_without_a_tool(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    told = mistakes(tmp_path, FOLLOWING.replace(old, new))
    assert any(message in line for line in told), told


CACHING = """version: 1
tools:
  pytest: {cache: true}
  safety: {cache_hours: 0.5}
  pip-audit: {cache_hours: 24}
gates:
  lint: {tool: flake8, max: 0}
"""


def test_a_policy_says_what_may_be_reused_and_how_long(tmp_path: Path) -> None:
    tools = write(tmp_path, CACHING).content.tools
    assert (tools.pytest.cache, tools.flake8.cache) == (True, None)
    assert (tools.safety.cache_hours, tools.pip_audit.cache_hours) == (0.5, 24)
    assert write(tmp_path, SMALL).content.tools.safety.cache_hours == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cache: true", "cache: 1", "gates.yaml:3: tools.pytest.cache"),
        ("cache: true", "cache_hours: 1", "gates.yaml:3: unknown key"),
        ("0.5", "-1", "gates.yaml:4: tools.safety.cache_hours"),
        ("0.5", "169", "less than or equal to 168"),
        ("0.5", ".nan", "gates.yaml:4: tools.safety.cache_hours"),
        ("0.5", "true", "gates.yaml:4: tools.safety.cache_hours"),
        ("24", "'24'", "gates.yaml:5: tools.pip-audit.cache_hours"),
        (
            "pytest: {cache: true}",
            "performance: {cache: true}",
            "gates.yaml:3: measured times are never taken from a cache",
        ),
    ],
)
def test_mistakes_about_reuse(tmp_path: Path, old: str, new: str, message: str) -> None:
    told = mistakes(tmp_path, CACHING.replace(old, new))
    assert any(message in line for line in told), told
    assert len(told) == 1


def test_mistakes_in_all_sections_are_told_at_once_each_with_its_line(
    tmp_path: Path,
) -> None:
    told = mistakes(
        tmp_path,
        "version: 1\ntools:\n"
        "  flake8:\n    max_complexity: many\n    max_line: 3\n"
        "  pip-audit: {service: 3}\n"
        "  mypy: [strict]\n"
        "  ruff:\n"
        "  performance: {run: {command: a, times: 0}}\n"
        "gates:\n  a: {tool: flake8, max: x}\n",
    )
    places = [
        (line.split(": ")[0], line.split(": ", 1)[1].split(":")[0]) for line in told
    ]
    assert places == [
        ("gates.yaml:4", "tools.flake8.max_complexity"),
        (
            "gates.yaml:5",
            "unknown key tools.flake8.max_line; did you mean max_line_length?",
        ),
        ("gates.yaml:7", "tools.mypy"),
        ("gates.yaml:6", "tools.pip-audit.service"),
        ("gates.yaml:8", "tools.ruff"),
        ("gates.yaml:9", "tools.performance.run.times"),
        ("gates.yaml:11", "gates.a.max"),
    ]


@pytest.mark.parametrize("tool", list(ADAPTERS))
def test_the_schema_for_editors_knows_the_options_of_each_tool(tool: str) -> None:
    schema = PolicyFile.model_json_schema(by_alias=True)
    gates = {"a": {"tool": "flake8", "max": 0}}

    def accepts(options: dict[str, object]) -> bool:
        policy = {"version": 1, "tools": {tool: options}, "gates": gates}
        return bool(jsonschema.Draft202012Validator(schema).is_valid(policy))

    assert accepts({"timeout": 5, "paths": ["a"], "cache": False})
    assert not accepts({"timeuot": 5})
    assert not accepts({"timeout": -5})


def test_a_setting_for_pydantic_is_as_it_was_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "mine")
    write(tmp_path, SMALL)
    assert os.environ["PYDANTIC_DISABLE_PLUGINS"] == "mine"
    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS")
    write(tmp_path, SMALL)
    assert "PYDANTIC_DISABLE_PLUGINS" not in os.environ
