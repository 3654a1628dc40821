"""`gatekeeper init`: what a project has is found, carried over visibly, and loads."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from support import Files, write_files
from typer.testing import CliRunner

from gatekeeper.cli import app
from gatekeeper.errors import UserError
from gatekeeper.policy.load import load
from gatekeeper.policy.schema import PolicyFile
from gatekeeper.scaffold.text import comment, entry, sayable, scalar

SHOP: Files = {"src/shop/__init__.py": "", "src/shop/a.py": "A = 1\n", "tests/t.py": ""}


@dataclass(frozen=True)
class Said:
    """What the command answered, and the policy that it left behind."""

    code: int
    out: str
    err: str
    text: str
    policy: PolicyFile

    @property
    def comments(self) -> str:
        """All comments of the file, joined as if each stood on one line."""
        found = (line.partition("#")[2].strip() for line in self.text.splitlines())
        return " ".join(filter(None, found))


def init(root: Path, files: Files, *arguments: str) -> Said:
    write_files(root, files)
    result = CliRunner().invoke(app, ["init", "--root", str(root), *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    path = root / "gates.yaml"
    content = load(path, None, root).content
    return Said(
        result.exit_code, result.stdout, result.stderr, path.read_text("utf-8"), content
    )


def shop(root: Path, files: Files, *arguments: str) -> Said:
    return init(root, {**SHOP, **files}, *arguments)


def test_a_plain_project_gets_the_thresholds_of_the_template(tmp_path: Path) -> None:
    said = shop(tmp_path, {})
    tools, gates = said.policy.tools, said.policy.gates
    assert said.code == 0
    assert (said.policy.source, said.policy.tests) == (["src"], ["tests"])
    assert said.policy.python == "auto"
    assert "# python: auto\n" in said.text
    assert (tools.flake8.max_line_length, tools.flake8.max_complexity) == (88, 10)
    assert tools.mypy.strict
    assert "max_line_length: 88" in said.text
    assert "strict: true" in said.text
    assert list(gates) == [
        *("lint", "types", "security", "vulnerabilities", "tests", "coverage")
    ]
    assert [gates[name].max for name in ("lint", "types", "tests")] == [0, 0, 0]
    assert (gates["security"].severity, gates["security"].max) == ("high", 0)
    assert gates["vulnerabilities"].severity == "critical"
    assert gates["vulnerabilities"].blocking == "ci"
    assert gates["coverage"].min == 90
    assert "core-coverage:" in said.comments


def test_it_says_what_it_found_and_how_to_go_on(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask==3.0.0\n", ".flake8": "[flake8]\nignore=E203\n"}
    said = shop(tmp_path, files)
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert "source src" in lines
    assert "tests tests" in lines
    assert "requirements requirements.txt" in lines
    assert any(line.startswith("flake8 .flake8: ") for line in lines)
    assert f"gatekeeper check --config {tmp_path}/gates.yaml" in said.out
    assert said.err == ""


def test_in_the_folder_itself_the_next_command_needs_no_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["init"])
    assert "wrote gates.yaml" in result.stdout
    assert "  gatekeeper check " in result.stdout
    assert "--config" not in result.stdout


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"src/a/__init__.py": ""}, ["src"]),
        ({"shop/__init__.py": "", "docs/conf.py": "", "setup.py": ""}, ["shop"]),
        ({"shop/__init__.py": "", "run.py": "", "test_run.py": ""}, ["run.py", "shop"]),
        ({"src/fast.c": "", "shop/__init__.py": "", "setup.py": ""}, ["shop"]),
        ({"backend/app/main.py": "", "tests/test_a.py": ""}, ["backend"]),
        ({"README.md": ""}, None),
    ],
)
def test_source_is_where_the_code_is(
    tmp_path: Path, files: Files, source: list[str] | None
) -> None:
    said = init(tmp_path, files)
    assert said.policy.source == source
    assert ("no Python code found" in said.out) == (source is None)


@pytest.mark.parametrize(
    ("files", "tests"),
    [
        ({"tests/test_a.py": ""}, ["tests"]),
        ({"test/test_a.py": ""}, ["test"]),
        (
            {"spec/test_a.py": "", "pytest.ini": "[pytest]\ntestpaths = spec\n"},
            ["spec"],
        ),
        (
            {
                "tests/test_a.py": "",
                "more/test_b.py": "",
                "tox.ini": "[pytest]\ntestpaths = tests more ../x gone\n",
            },
            ["tests", "more"],
        ),
        ({"src/shop/tests/unit/tests/test_a.py": ""}, ["src/shop/tests"]),
        ({}, ["."]),
    ],
)
def test_tests_are_where_they_are(
    tmp_path: Path, files: Files, tests: list[str]
) -> None:
    assert init(tmp_path, {"src/shop/a.py": "", **files}).policy.tests == tests


def test_test_paths_that_leave_out_tests_do_not_count(tmp_path: Path) -> None:
    ini = "[pytest]\ntestpaths = tests/unit\n"
    said = shop(tmp_path, {"pytest.ini": ini, "tests/unit/test_a.py": ""})
    assert said.policy.tests == ["tests"]
    assert "testpaths names tests/unit; here all of it counts" in said.comments


@pytest.mark.parametrize(
    ("folders", "python"),
    [(["venv"], "venv"), (["env"], "env"), ([".venv", "venv"], "auto")],
)
def test_an_environment_that_auto_does_not_find_is_named(
    tmp_path: Path, folders: list[str], python: str
) -> None:
    said = shop(tmp_path, {f"{folder}/bin/python": "" for folder in folders})
    assert said.policy.python == python


def test_requirement_files_are_named_and_what_cannot_be_judged_is_told(
    tmp_path: Path,
) -> None:
    files = {
        "requirements.txt": "flask>=3\n",
        "requirements/dev.txt": "pytest==8.0.0\n",
    }
    said = shop(tmp_path, files)
    wanted = ["requirements.txt", "requirements/dev.txt"]
    assert said.policy.tools.safety.requirements == wanted
    assert "requirements.txt:1: not pinned to one version: flask>=3" in said.comments


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_flake8_settings_are_carried_over_from_any_of_its_files(
    tmp_path: Path, name: str
) -> None:
    settings = """[flake8]
max-line-length = 120
max_complexity = 15
ignore = E203, W503
extend-ignore = D100
per-file-ignores =
    A: E731
    tests/*: D103, S101
    src/shop/__init__.py,src/shop/a.py:F401
exclude = .git,__pycache__,legacy
extend-exclude = src/shop/generated
"""
    flake8 = shop(tmp_path, {name: settings}).policy.tools.flake8
    assert (flake8.max_line_length, flake8.max_complexity) == (120, 15)
    assert flake8.ignore == ["E203", "W503", "D100"]
    assert flake8.per_path == {
        "A": ["E731"],
        "tests/*": ["D103", "S101"],
        "src/shop/__init__.py": ["F401"],
        "src/shop/a.py": ["F401"],
    }
    assert flake8.exclude == ["legacy", "src/shop/generated"]


def test_a_looser_limit_is_visible_as_one(tmp_path: Path) -> None:
    settings = "[flake8]\nmax-line-length = 120\nmax-complexity = 8\n"
    lines = shop(tmp_path, {".flake8": settings}).text.splitlines()
    assert "    max_line_length: 120  # from .flake8; the default is 88" in lines
    assert "    max_complexity: 8  # from .flake8" in lines


def test_what_is_no_limit_is_not_taken_for_one(tmp_path: Path) -> None:
    settings = "[flake8]\nmax-line-length = wide\nmax-complexity = -1\n"
    said = shop(tmp_path, {".flake8": settings})
    flake8 = said.policy.tools.flake8
    assert (flake8.max_line_length, flake8.max_complexity) == (88, 10)
    assert ".flake8 says -1, which is no limit" in said.comments


def test_of_several_flake8_files_the_one_counts_that_flake8_reads(
    tmp_path: Path,
) -> None:
    said = shop(
        tmp_path,
        {
            "setup.cfg": "[flake8]\nmax-line-length = 100\n",
            ".flake8": "[flake8]\nmax-line-length = 200\n",
        },
    )
    assert said.policy.tools.flake8.max_line_length == 100
    assert "never looks at .flake8" in said.comments


def test_what_would_empty_the_lint_gate_is_told_and_not_taken_over(
    tmp_path: Path,
) -> None:
    settings = "[flake8]\nexclude = *\nselect = W\nignore = E501,nonsense\n"
    said = shop(tmp_path, {".flake8": f"{settings}docstring-convention = google\n"})
    assert said.policy.tools.flake8.exclude == []
    assert "exclude = *" in said.comments
    assert "select = W" in said.comments
    assert "switches off the line length" in said.comments
    assert "nonsense" in said.comments
    assert "docstring-convention" in said.comments.replace("_", "-")


def test_a_name_excluded_anywhere_is_excluded_where_it_is(tmp_path: Path) -> None:
    files = {
        "src/shop/migrations/m.py": "",
        "migrations/a.py": "",
        ".flake8": "[flake8]\nexclude = migrations, ./tests/data/\n",
        ".bandit": "[bandit]\nexclude = /migrations\n",
    }
    tools = shop(tmp_path, files).policy.tools
    assert tools.flake8.exclude == ["*/migrations", "tests/data"]
    assert tools.bandit.exclude == ["*/migrations"]


def test_a_formatter_with_longer_lines_is_mentioned(tmp_path: Path) -> None:
    said = shop(tmp_path, {"pyproject.toml": "[tool.black]\nline-length = 100\n"})
    assert said.policy.tools.flake8.max_line_length == 88
    assert "makes lines of 100 columns" in said.comments


@pytest.mark.parametrize(
    ("name", "text", "config"),
    [
        ("mypy.ini", "[mypy]\nstrict = True\n", None),
        ("mypy.ini", "[mypy-yaml.*]\nignore_missing_imports = True\n", "mypy.ini"),
        ("setup.cfg", "[mypy]\nplugins = pydantic.mypy\n", "setup.cfg"),
        ("pyproject.toml", "[tool.mypy]\nplugins = ['a']\n", "pyproject.toml"),
        (
            "pyproject.toml",
            "[[tool.mypy.overrides]]\nmodule = ['yaml']\nignore_errors = true\n",
            "pyproject.toml",
        ),
    ],
)
def test_mypy_files_that_are_needed_are_adopted(
    tmp_path: Path, name: str, text: str, config: str | None
) -> None:
    said = shop(tmp_path, {name: text})
    assert said.policy.tools.mypy.strict
    assert said.policy.tools.mypy.config == config


def test_what_mypy_was_told_to_overlook_is_named(tmp_path: Path) -> None:
    said = shop(tmp_path, {"mypy.ini": "[mypy]\nignore_errors = True\nexclude = x\n"})
    assert "Not taken over from mypy.ini: ignore_errors = True" in said.comments
    assert "mypy.ini did not ask for it" in said.comments
    text = "[mypy]\nfollow_imports = skip\n[mypy-a.*]\nignore_errors = True\n"
    said = shop(tmp_path, {"mypy.ini": text}, "--force")
    assert "mypy.ini loosens: follow_imports = skip" in said.comments
    assert "mypy.ini loosens: ignore_errors for a.*" in said.comments


@pytest.mark.parametrize(
    ("files", "paths"), [("src, tests", ["src", "tests"]), ("src/shop/a.py", None)]
)
def test_files_of_mypy_count_unless_they_leave_out_code(
    tmp_path: Path, files: str, paths: list[str] | None
) -> None:
    said = shop(tmp_path, {"mypy.ini": f"[mypy]\nfiles = {files}\n"})
    assert said.policy.tools.mypy.paths == paths
    assert ("leaves out code" in said.comments) == (paths is None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".bandit", "[bandit]\nskips = B101,B404\nexclude_dirs = tests\n"),
        (".bandit", "skips: [B101, B404]\nexclude_dirs: [tests]\n"),
        ("bandit.yaml", "skips: [B101, B404]\nexclude_dirs: [tests]\n"),
        (
            "pyproject.toml",
            "[tool.bandit]\nskips = ['B101', 'B404']\nexclude_dirs = ['tests']\n",
        ),
    ],
)
def test_bandit_settings_are_carried_over(tmp_path: Path, name: str, text: str) -> None:
    bandit = shop(tmp_path, {name: text}).policy.tools.bandit
    assert bandit.skip == ["B101", "B404"]
    assert bandit.exclude == ["tests"]


def test_a_choice_of_bandit_tests_is_told_and_not_taken_over(tmp_path: Path) -> None:
    text = "[bandit]\ntests = B101\nskips = assert_used\nexclude = .\n"
    said = shop(tmp_path, {".bandit": text})
    assert said.policy.tools.bandit.skip == []
    assert "tests = B101" in said.comments
    assert "assert_used" in said.comments
    assert "nothing would be left to examine" in said.comments


COVERAGE = "[tool.coverage.run]\nbranch = true\nsource = ['shop', 'tests', 'gone']\n"


def test_coverage_settings_are_carried_over(tmp_path: Path) -> None:
    omit = "omit = ['*/a.py']\n"
    said = shop(tmp_path, {"pyproject.toml": COVERAGE + omit})
    coverage = said.policy.tools.coverage
    assert coverage.branch
    assert coverage.source == ["shop"]
    assert "tests, gone" in said.comments
    assert "omit = */a.py" in said.comments


@pytest.mark.parametrize(
    ("asked", "minimum"), [("80", 90), ("90", 90), ("100", 100), ("101", 90), ("x", 90)]
)
def test_coverage_is_never_asked_below_the_template(
    tmp_path: Path, asked: str, minimum: float
) -> None:
    said = shop(tmp_path, {".coveragerc": f"[report]\nfail_under = {asked}\n"})
    assert said.policy.gates["coverage"].min == minimum
    told = f"asked for {asked} (fail_under in .coveragerc)" in said.comments
    assert told == (asked in ("80", "101"))


def test_pytest_options_are_taken_over_or_told(tmp_path: Path) -> None:
    addopts = (
        "-ra -q --import-mode=importlib -n auto --strict-markers -p pytester"
        " --ignore=tests/slow --deselect tests/t.py::x -k 'not slow' -m fast --no-cov"
        " -p no:randomly --cov=shop --cov-branch --cov-fail-under=85 --our-own"
    )
    said = shop(tmp_path, {"pytest.ini": f"[pytest]\naddopts = {addopts}\n"})
    tools = said.policy.tools
    wanted = ["--import-mode=importlib", "--strict-markers", "-p", "pytester"]
    assert tools.pytest.args == wanted
    assert tools.pytest.workers == "auto"
    assert tools.pytest.markers is None
    assert "`args` takes what is needed: --our-own" in said.comments
    less = said.comments.partition("less would be run or told: ")[2]
    less = less.partition("Not taken over")[0]
    for option in (
        *("--ignore=tests/slow", "--deselect=tests/t.py::x", "-k 'not slow'"),
        *("-m fast", "--no-cov", "-p no:randomly"),
    ):
        assert option in less
    assert "-ra" not in said.comments
    assert tools.coverage.source == ["shop"]
    assert tools.coverage.branch
    assert "asked for 85 (--cov-fail-under in pytest.ini)" in said.comments


@pytest.mark.parametrize(
    ("written", "workers"),
    [("-n4", 4), ("-n=2", 2), ("--numprocesses=3", 3), ("-n lots", None)],
)
def test_workers_however_they_are_written(
    tmp_path: Path, written: str, workers: int | None
) -> None:
    toml = f"[tool.pytest.ini_options]\naddopts = {written.split()}\n"
    said = shop(tmp_path, {"pyproject.toml": toml})
    assert said.policy.tools.pytest.workers == workers


@pytest.mark.parametrize("addopts", ["--import-mode 'importlib", "-W error::X tests"])
def test_addopts_in_setup_cfg_that_are_strange(tmp_path: Path, addopts: str) -> None:
    said = shop(tmp_path, {"setup.cfg": f"[tool:pytest]\naddopts = {addopts}\n"})
    assert said.policy.tools.pytest.args


def test_core_code_gets_a_gate_of_its_own(tmp_path: Path) -> None:
    files = {
        "src/shop/domain/a.py": "A = 1\n",
        "src/shop/core/empty.py": "",
        "src/shop/web/core/__init__.py": "A = 1\n",
        "src/shop/tests/core/test_a.py": "A = 1\n",
    }
    gate = shop(tmp_path, files).policy.gates["core-coverage"]
    assert (gate.tool, gate.paths, gate.min) == (
        "coverage",
        ["src/shop/web/core"],
        95,
    )


def test_a_policy_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    kept = write_files(tmp_path, {**SHOP, "gates.yaml": "mine"}) / "gates.yaml"
    with pytest.raises(UserError, match="exists already; --force overwrites"):
        shop(tmp_path, {})
    assert kept.read_text() == "mine"
    shop(tmp_path, {}, "--force")
    assert kept.read_text() != "mine"


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match="was not written: No space left on device"):
        shop(tmp_path, {"gates.yaml": "mine"}, "--force")
    assert (tmp_path / "gates.yaml").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".gates")] == []


def test_a_folder_in_the_way_and_a_root_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        shop(tmp_path, {}, "--force")
    with pytest.raises(UserError, match="is not a folder"):
        shop(tmp_path, {}, "--root", str(tmp_path / "gone"))


def test_an_unknown_profile_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "init", "--profile", "defalt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "gatekeeper: no profile named defalt; did you mean default?\n"
    )
    assert done.stdout == ""
    assert not (tmp_path / "gates.yaml").exists()
    with pytest.raises(UserError, match=r"known: default, flask-migration$"):
        shop(tmp_path, {}, "--profile", "x")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.mypy\n"),
        ("setup.cfg", "max-line-length = 100\n"),
        ("tox.ini", b"[flake8]\n\xff\n"),
        (".bandit", "[bandit\nskips: ]"),
        ("bandit.yaml", "a: ["),
    ],
)
def test_a_file_that_does_not_parse_is_told_twice_and_no_hindrance(
    tmp_path: Path, name: str, text: str | bytes
) -> None:
    said = shop(tmp_path, {name: text, ".flake8": "[flake8]\nignore = E203\n"})
    assert said.code == 0
    assert f"{name} does not parse" in said.comments
    assert f"gatekeeper: {name} does not parse" in said.err
    assert said.policy.tools.flake8.ignore == ["E203"]


@pytest.mark.parametrize(
    "toml",
    [
        "tool = 3\n",
        "[tool]\nmypy = 3\npytest = []\ncoverage = 'x'\nbandit = 1\n",
        "[tool.mypy]\noverrides = 'x'\nfiles = 3\nplugins = {}\n",
        "[[tool.mypy.overrides]]\nmodule = 7\n",
        "[tool.pytest.ini_options]\naddopts = 5\ntestpaths = 5\n",
        "[tool.pytest.ini_options]\naddopts = [1, '']\ntestpaths = ['/', '..', '']\n",
        "[tool.coverage.run]\nsource = {a = 1}\nbranch = 'on'\n",
        "[tool.coverage.report]\nfail_under = nan\nomit = 3\n",
        "[tool.coverage.run]\nsource = ['.', '/', '..', '\\u0000']\n",
        "[tool.bandit]\nskips = [1, {}]\nexclude_dirs = ['', '/', '*', '\\u0000']\n",
        "[tool.black]\nline-length = 'x'\n",
    ],
)
def test_settings_of_the_wrong_kind_are_no_hindrance(tmp_path: Path, toml: str) -> None:
    assert shop(tmp_path, {"pyproject.toml": toml}).code == 0


ODD = ["true", "007", "a: b", "x #y", '"quoted"', "back\\slash", "-dash", "🐍 ünï"]


@pytest.mark.parametrize(
    "name", [*ODD, "new\nline", "\u2028sep", "\x7f\x1b[31m", "[x]"]
)
def test_names_with_odd_characters_survive(tmp_path: Path, name: str) -> None:
    files = {
        f"{name}/core/a.py": "A = 1\n",
        f"requirements-{name}.txt": "flask==3.0.0\n",
        "mypy.ini": f"[mypy]\nfiles = {name.split()[0]}\n",
    }
    said = init(tmp_path, files)
    assert said.policy.source == [name]
    assert said.policy.tools.safety.requirements == [f"requirements-{name}.txt"]
    assert said.policy.gates["core-coverage"].paths == [f"{name}/core"]
    assert "\x1b" not in said.text + said.out


def test_a_name_that_is_no_text_is_left_out_and_told(tmp_path: Path) -> None:
    said = shop(tmp_path, {"requirements-\udcff.txt": "flask==3.0.0\n"})
    assert said.policy.tools.safety.requirements == []
    assert "its name cannot stand here" in said.comments


@pytest.mark.parametrize(
    "text",
    [*ODD, "", "~", "null", "1e3", "0x1F", "2024-01-01", "a,b", "{a}", "*glob", "&a"]
    + [
        "=",
        "<<",
        "%",
        "@x",
        "`x`",
        "a\tb",
        "\ufeff",
        "\x85",
        "!tag",
        "?",
        "a:",
        "12:30",
    ],
)
def test_every_scalar_is_read_back_as_it_was(text: str) -> None:
    assert yaml.safe_load(f"[{scalar(text)}]") == [text]
    assert yaml.safe_load("\n".join(entry(text, [text, "b"]))) == {text: [text, "b"]}
    assert yaml.safe_load("\n".join([*comment(f"# {text}"), "a: 1"])) == {"a": 1}
    long = [text] * 60
    assert yaml.safe_load("\n".join(entry("key", long, 2, "why " * 40))) == {
        "key": long
    }


def test_what_gates_yaml_cannot_hold_is_known() -> None:
    assert sayable("a\nb")
    assert not any(map(sayable, ["", "a\0", "\udcff", "x" * 501]))
