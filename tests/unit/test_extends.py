"""A policy that extends a profile: what it adds, what it changes, and its mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.errors import UserError
from gatekeeper.policy import extends
from gatekeeper.policy.load import Policy, load
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.template.markdown import parse

PROFILE = """\
version: 1
source: [src]
tools:
  flake8: {max_line_length: 100, max_complexity: 12}
  mypy: {strict: true}
gates:
  lint: {tool: flake8, rules: [E], max: 0, section: Checks, box: Lint}
  types: {tool: mypy, max: 0, box: Types, title: all types}
  cache:
    tool: pytest
    select: [cache]
    metric: not_passed
    max: 0
    box: Cache Tests
    when_changed: [src/cache]
    blocking: ci
  all: {all_of: [lint, types], box: All}
"""


@pytest.fixture(autouse=True)
def profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more profile, that no release changes."""
    known = {**extends.profiles(), "small": PROFILE}
    monkeypatch.setattr(extends, "profiles", lambda: known)


def write(root: Path, text: str) -> Policy:
    (root / "src").mkdir(exist_ok=True)
    (root / "gates.yaml").write_text(text)
    return load(None, None, root)


def gates(root: Path, text: str) -> dict[str, GatePolicy]:
    """The gates of a policy that extends the small profile."""
    return write(root, f"version: 1\nextends: small\n{text}").content.gates


def mistakes(root: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(UserError) as caught:
        write(root, text)
    return caught.value.messages


def test_a_profile_alone_is_a_policy(tmp_path: Path) -> None:
    content = write(tmp_path, "version: 1\nextends: small\n").content
    assert list(content.gates) == ["lint", "types", "cache", "all"]
    assert content.source == ["src"]
    assert content.tools.flake8.max_line_length == 100
    assert content.extends == "small"


@pytest.mark.parametrize("text", ["gates:\n", "gates: {}\n", "tools:\n", "tools: {}\n"])
def test_an_empty_part_leaves_that_of_the_profile(tmp_path: Path, text: str) -> None:
    assert list(gates(tmp_path, text)) == ["lint", "types", "cache", "all"]


def test_options_of_tools_win_one_by_one(tmp_path: Path) -> None:
    text = "tools:\n  flake8: {max_line_length: 79}\n  bandit: {args: [-x]}\n"
    tools = write(tmp_path, f"version: 1\nextends: small\n{text}").content.tools
    assert (tools.flake8.max_line_length, tools.flake8.max_complexity) == (79, 12)
    assert tools.mypy.strict
    assert tools.bandit.args == ["-x"]


def test_keys_of_a_gate_win_one_by_one(tmp_path: Path) -> None:
    lint = gates(tmp_path, "gates:\n  lint: {max: 5, rules: [W], blocking: false}\n")[
        "lint"
    ]
    assert (lint.tool, lint.section, lint.box) == ("flake8", "Checks", "Lint")
    assert (lint.max, lint.rules, lint.blocking) == (5, ["W"], False)


def test_everything_else_of_a_policy_wins_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    content = write(tmp_path, "version: 1\nextends: small\nsource: [lib]\n").content
    assert content.source == ["lib"]


def test_new_gates_come_after_those_of_the_profile(tmp_path: Path) -> None:
    text = "gates:\n  mine: {tool: bandit, max: 0}\n  types: {max: 1}\n"
    assert list(gates(tmp_path, text)) == ["lint", "types", "cache", "all", "mine"]


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        ("attest: we have none", "attest"),
        ("one_of: [Redis, Memcached]", "one_of"),
        ("all_of: [lint]", "all_of"),
        ("evidence: {Results: [pytest]}", "evidence"),
    ],
)
def test_another_kind_of_gate_takes_the_place_and_nothing_else(
    tmp_path: Path, own: str, kind: str
) -> None:
    cache = gates(tmp_path, f"gates:\n  cache: {{{own}}}\n")["cache"]
    assert getattr(cache, kind)
    assert (cache.tool, cache.select, cache.metric, cache.max) == (None, [], None, None)
    # What has boxes of its own, or none, does not answer that of the profile.
    box = None if kind in ("one_of", "evidence") else "Cache Tests"
    assert (cache.box, cache.when_changed) == (box, ["src/cache"])
    assert cache.blocking is True


def test_another_tool_takes_the_place_and_nothing_else(tmp_path: Path) -> None:
    own = "gates:\n  cache: {tool: bandit, max: 3}\n  types: {tool: mypy, max: 1}\n"
    found = gates(tmp_path, own)
    assert (found["cache"].select, found["cache"].max) == ([], 3)
    assert (found["cache"].box, found["types"].title) == ("Cache Tests", "all types")


def test_a_key_of_the_place_may_be_another_too(tmp_path: Path) -> None:
    own = "gates:\n  cache: {attest: none, box: Caches, when_changed: []}\n"
    cache = gates(tmp_path, own)["cache"]
    assert (cache.attest, cache.box, cache.when_changed) == ("none", "Caches", [])


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("smal", "did you mean small?"),
        ("no-such-thing", "known: flask-migration, small"),
    ],
)
def test_a_profile_that_does_not_exist(tmp_path: Path, name: str, hint: str) -> None:
    (mistake,) = mistakes(tmp_path, f"version: 1\n\nextends: {name}\n")
    assert mistake == f"gates.yaml:3: no profile named {name}; {hint}"


@pytest.mark.parametrize("value", ["[small]", "1", "{a: b}", "true"])
def test_a_profile_that_is_no_name(tmp_path: Path, value: str) -> None:
    found = mistakes(tmp_path, f"version: 1\nextends: {value}\n")
    assert any(one.startswith("gates.yaml:2: extends: ") for one in found)


def test_a_policy_without_a_profile_stays_as_it_is(tmp_path: Path) -> None:
    text = "version: 1\ngates:\n  lint: {tool: flake8, max: 0}\n"
    assert list(write(tmp_path, text).content.gates) == ["lint"]


START = "version: 1\nextends: small\ngates:\n"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("  lint:\n    mx: 1\n", "gates.yaml:5: unknown key gates.lint.mx"),
        ("  lint:\n    max: many\n", "gates.yaml:5: gates.lint.max: "),
        ("  lint:\n    rules: [E]\n    min: 5\n", "gates.yaml:6: gates.lint: `min` 5"),
        ("  lint:\n    metric: percent\n", "gates.yaml:5: gates.lint: no such metric"),
        ("  lint:\n    tool: flake9\n", "gates.yaml:5: gates.lint: no such tool"),
        ("  lint:\n    tool: flake8\n", "gates.yaml:5: gates.lint: needs `min` or"),
        (
            "  lint:\n    attest: a\n    max: 0\n",
            "gates.yaml:6: gates.lint: `max` needs",
        ),
        ("  all:\n    signed: true\n", "gates.yaml:5: gates.all: `signed` belongs"),
        ("  all:\n    all_of: [lnt]\n", "gates.yaml:5: gates.all: no other gate named"),
        ("  lint: yes\n", "gates.yaml:4: gates.lint: "),
        ("  lint:\n", "gates.yaml:4: gates.lint: "),
        ("  'a b': {tool: mypy, max: 0}\n", "gates.yaml:4: "),
        ("  []\n", "gates.yaml:3: gates: "),
        (
            "  lint: {max: 1}\ntools:\n  flake8: {max_line: 1}\n",
            "gates.yaml:6: unknown",
        ),
        ("  lint: {max: 1}\ntools: 1\n", "gates.yaml:5: tools: "),
        ("  lint: {max: 1}\nsource: [lib]\n", "gates.yaml:5: lib does not exist"),
    ],
)
def test_mistakes_are_told_with_lines_of_the_own_file(
    tmp_path: Path, text: str, mistake: str
) -> None:
    assert mistakes(tmp_path, START + text)[0].startswith(mistake)


def test_what_only_the_profile_names_need_not_exist(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").write_text("version: 1\nextends: small\n")
    assert load(None, None, tmp_path).content.source == ["src"]


def test_the_digest_of_a_policy_is_that_of_its_own_text(tmp_path: Path) -> None:
    text = "version: 1\nextends: small\n"
    assert write(tmp_path, text).sha256 != write(tmp_path, f"{text}# x\n").sha256


@pytest.mark.parametrize("name", sorted(extends.profiles()))
def test_every_profile_is_a_policy_and_answers_its_template(
    tmp_path: Path, name: str
) -> None:
    content = write(tmp_path, f"version: 1\nextends: {name}\n").content
    body = parse(extends.template(name))
    asked = [
        (title, gate.section or "")
        for gate in content.gates.values()
        for title in gate.one_of or filter(None, [gate.box or gate.attest])
    ]
    for box in body.boxes:
        answered = [t for t, s in asked if box.is_called(t) and box.is_below(s)]
        assert len(set(answered)) == 1, box
    for title, section in asked:
        meant = [b for b in body.boxes if b.is_called(title) and b.is_below(section)]
        assert len(meant) == 1, (title, section)
    headings = [heading for gate in content.gates.values() for heading in gate.evidence]
    for heading in headings:
        assert sum(one.is_called(heading) for one in body.sections) == 1, heading


def test_the_migration_profile_accounts_for_84_boxes() -> None:
    assert len(parse(extends.template("flask-migration")).boxes) == 84


def test_a_profile_without_a_template_has_none() -> None:
    assert extends.template("small") == ""
