"""Environment variables that the code reads, and documents that explain them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import make_job, measured, refused, verdict, write_files

from gatekeeper.model import GateStatus, Run, RunStatus


def looked(tmp_path: Path, code: str, documented: str = "", **options: object) -> Run:
    files: dict[str, str | bytes | None] = {"src/app.py": code}
    if documented:
        files[".env.example"] = documented
    root = write_files(tmp_path.resolve() / "project", files)
    return refused(make_job("environment", root, options))


def names(run: Run) -> list[str]:
    return [f.message.partition(" ")[0] for f in measured(run).findings]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os\nos.environ['APP_KEY']\n", ["APP_KEY"]),
        ("import os as o\no.environ.get('APP_KEY', 1)\n", ["APP_KEY"]),
        ("from os import environ as e\ne.pop('APP_KEY')\n", ["APP_KEY"]),
        ("from os import getenv as g\ng('APP_KEY')\n", ["APP_KEY"]),
        ("import os\nos.getenv('APP_KEY')\n", ["APP_KEY"]),
        ("import os\nos.environb[b'APP_KEY']\n", ["APP_KEY"]),
        ("import os\nx = 'APP_KEY' in os.environ\n", ["APP_KEY"]),
        ("import os\nenv = os.environ\nenv['APP_KEY']\n", ["APP_KEY"]),
        ("import os\ndef f(e=os.environ):\n    e.get('APP_KEY')\n", ["APP_KEY"]),
        ("import os\nK = 'APP_' + 'KEY'\nos.environ[K]\n", ["APP_KEY"]),
        ("import os\nP = 'APP'\nos.environ[f'{P}_KEY']\n", ["APP_KEY"]),
        (
            "import os\ndef read(n, d=None):\n    return os.environ.get(n, d)\n"
            "read('APP_A')\nread(n='APP_B')\n",
            ["APP_A", "APP_B"],
        ),
        (
            "import os\nclass C:\n    def read(self, n):\n        return os.getenv(n)\n"
            "    def f(self):\n        self.read('APP_KEY')\n",
            ["APP_KEY"],
        ),
        ("from environs import Env\nenv = Env()\nenv.str('APP_KEY')\n", ["APP_KEY"]),
        (
            "import environ\nenv = environ.Env()\nenv.read_env('x')\nenv('APP_KEY')\n",
            ["APP_KEY"],
        ),
        ("from decouple import config\nconfig('APP_KEY')\n", ["APP_KEY"]),
        ("import click\nclick.option('-k', envvar=['A_K', 'B_K'])\n", ["A_K", "B_K"]),
        ("app.config.from_prefixed_env('APP')\n", ["APP_*"]),
        (
            "class S(BaseSettings):\n"
            "    model_config = SettingsConfigDict(env_prefix='APP_')\n"
            "    key: str\n    other: str = Field(validation_alias='OTHER_KEY')\n",
            ["APP_KEY", "OTHER_KEY"],
        ),
        ("import os.path\nos.environ['APP_KEY']\n", ["APP_KEY"]),
        ("from os import *\ngetenv(key='APP_KEY')\n", ["APP_KEY"]),
        ("import os\nenv = dict(os.environ)\nenv['APP_KEY']\n", ["APP_KEY"]),
        ("import os\nenv = {**os.environ}\nenv.get('APP_KEY')\n", ["APP_KEY"]),
        ("import os\nos.environ.copy()['APP_KEY']\n", ["APP_KEY"]),
        ("import os\nos.environ['APP_KEY'] = '1'\n", []),
        ("import os\nos.environ['PATH']; os.getenv('HOME'); os.getenv('CI')\n", []),
        ("environ = {}\nenviron['APP_KEY']\n", []),
        ("x = 1\n", []),
    ],
)
def test_what_is_read(tmp_path: Path, code: str, expected: list[str]) -> None:
    run = looked(tmp_path, code)
    assert names(run) == expected
    assert measured(run).gaps == ()
    status = GateStatus.FAILED if expected else GateStatus.PASSED
    assert verdict(run, max=0).status is status


KEY = "import os\nos.environ['APP_KEY']\n"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("APP_KEY=\n", []),
        ("# export APP_KEY=secret\n", []),
        ("APP_KEYS=\n", ["APP_KEY"]),
        ("MY_APP_KEY=\n", ["APP_KEY"]),
    ],
)
def test_a_variable_is_explained_as_a_whole_word(
    tmp_path: Path, document: str, expected: list[str]
) -> None:
    run = looked(tmp_path, KEY, document)
    assert names(run) == expected
    assert "secret" not in repr(run)


def test_the_place_is_that_of_the_first_read(tmp_path: Path) -> None:
    (finding,) = measured(looked(tmp_path, f"{KEY}os.getenv('APP_KEY')\n")).findings
    assert (finding.path, finding.line, finding.rule) == (
        "src/app.py",
        2,
        "undocumented",
    )
    assert "and in 1 more places" in finding.message


def test_the_readme_and_docs_are_documents(tmp_path: Path) -> None:
    for index, name in enumerate(("README.rst", "docs/setup/run.md")):
        root = write_files(
            tmp_path / str(index) / "project", {"src/a.py": KEY, name: "set `APP_KEY`"}
        )
        assert not measured(refused(make_job("environment", root))).findings


def test_documents_of_the_policy_are_the_only_ones(tmp_path: Path) -> None:
    run = looked(tmp_path, KEY, "APP_KEY=", documents=["README.md"])
    assert names(run) == ["APP_KEY"]
    assert measured(run).gaps == ("no document is named README.md",)


def test_names_of_the_policy_need_no_explanation(tmp_path: Path) -> None:
    assert not measured(looked(tmp_path, KEY, ignore=["APP_*"])).findings


COMPUTED = "import os\ndef f(n):\n    return os.environ[n.upper()]\n"


def test_a_computed_name_is_no_proof(tmp_path: Path) -> None:
    run = looked(tmp_path, COMPUTED)
    assert measured(run).gaps == (
        "src/app.py:3: reads a variable whose name is computed; say under `computed` of"
        " tools.environment what it may be",
    )
    assert verdict(run, max=0).status is GateStatus.ERROR


def test_the_policy_may_say_what_a_computed_name_is(tmp_path: Path) -> None:
    run = looked(tmp_path, COMPUTED, computed={"src/app.py": ["APP_A"]})
    assert (names(run), measured(run).gaps) == (["APP_A"], ())


@pytest.mark.parametrize(
    "code", ["f(os.environ)", "get = os.environ.get", "for k in os.environ: pass"]
)
def test_handing_on_the_whole_environment_is_noted(tmp_path: Path, code: str) -> None:
    run = looked(tmp_path, f"import os\n{code}\n", "A=\n")
    assert measured(run).notes[0] == (
        "src/app.py:2 hand on the whole environment; its reads are not seen"
    )


def test_a_child_process_is_given_its_environment(tmp_path: Path) -> None:
    code = (
        "import os, subprocess\nsubprocess.run(['x'], env={**os.environ, 'A': '1'})\n"
    )
    assert measured(looked(tmp_path, code, "README=")).notes == (
        "README stands in an example of .env and is read nowhere",
    )


def test_what_nobody_reads_is_noted(tmp_path: Path) -> None:
    run = looked(tmp_path, KEY, "APP_KEY=\nAPP_OLD=1\n")
    assert measured(run).notes == (
        "APP_OLD stands in an example of .env and is read nowhere",
    )


def test_a_file_that_does_not_parse_is_a_gap(tmp_path: Path) -> None:
    run = looked(tmp_path, "def (:\n")
    assert "src/app.py: cannot be parsed" in measured(run).gaps[0]


def test_no_code_is_nothing_to_examine(tmp_path: Path) -> None:
    root = write_files(tmp_path / "project", {"README.md": "x"})
    run = refused(make_job("environment", root))
    assert run.status is RunStatus.UNREADABLE
