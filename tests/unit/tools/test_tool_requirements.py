"""The requirements tool: all is locked, and the lock answers what is declared."""

from __future__ import annotations

import codecs
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from support import Files, Forbidden, make_job, measured, write_files

from gatekeeper.engine.runner import run_tool
from gatekeeper.model import Measurement, Run, RunStatus, Severity
from gatekeeper.tools.requirements import REQUIREMENTS

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASH = "0" * 64


@dataclass
class Options:
    """The section of the tool."""

    requirements: list[str] = field(default_factory=list)
    declarations: list[str] | None = None
    hashes: bool = False


def run(
    tmp_path: Path,
    files: Files,
    options: Options | None = None,
    *,
    rules: tuple[str, ...] = (),
) -> Run:
    """The run over a tree; nothing may be started."""
    root = write_files(tmp_path.resolve() / "project", files)
    job = make_job("safety", root, rules=rules)
    job = replace(job, tool="requirements", options=options or Options())
    return run_tool(REQUIREMENTS, job, Forbidden())


def result(tmp_path: Path, files: Files, options: Options | None = None) -> Measurement:
    """The measurement of a tree."""
    return measured(run(tmp_path, files, options))


def told(found: Measurement) -> list[str]:
    """Findings as path:line rule."""
    return [f"{f.path}:{f.line} {f.rule}" for f in found.findings]


def clean(found: Measurement) -> bool:
    """Whether everything is locked and everything was seen."""
    return found.findings == () and found.gaps == ()


@pytest.mark.parametrize(
    "line",
    [
        "flask==1.0",
        "Flask == 1.0",
        "flask===1.0",
        "flask===odd-version",
        "flask[async]==1.0",
        "flask==1.0,>=0.9",
        "flask==1.0 ; python_version < '3'",
        "flask==1.0  # why",
        f"flask==1.0 --hash=sha256:{HASH}",
        f"flask==1.0 \\\n    --hash=sha256:{HASH}",
        f"flask @ https://files.invalid/f.zip#sha256={HASH}",
        f"https://files.invalid/f-1.0-py3-none-any.whl#sha256={HASH}",
        f"https://files.invalid/f-1.0-py3-none-any.whl --hash=sha256:{HASH}",
        f"flask @ git+https://code.invalid/f.git@{COMMIT}",
        f"git+https://code.invalid/f.git@{COMMIT}#egg=flask",
        f"git+ssh://git@code.invalid/f.git@{COMMIT}",
        f"-e git+https://code.invalid/f.git@{COMMIT}#egg=flask",
        f"hg+https://code.invalid/f@{COMMIT}#egg=flask",
        "svn+https://code.invalid/f/trunk@1234#egg=flask",
        "-e .",
        "-e .[test]",
        ".",
        "-e ./packages/own",
        "./packages/own[extra]",
        "./vendor/own-1.0-py3-none-any.whl",
    ],
)
def test_a_locked_requirement(tmp_path: Path, line: str) -> None:
    files = {
        "requirements.txt": f"{line}\n",
        "packages/own/setup.py": "",
        "vendor/own-1.0-py3-none-any.whl": "",
    }
    found = result(tmp_path, files)
    assert (found.findings, found.gaps, found.examined) == ((), (), 1)


@pytest.mark.parametrize(
    ("line", "rule", "said"),
    [
        ("flask", "unversioned", "flask names no version; write flask==VERSION"),
        ("flask ; python_version < '3'", "unversioned", "write flask==VERSION"),
        ("flask[async]", "unversioned", "write flask==VERSION"),
        ("flask>=1.0", "unpinned", "flask>=1.0 allows many versions; write flask=="),
        ("flask~=1.0", "unpinned", "allows many versions"),
        ("flask==1.*", "unpinned", "allows many versions"),
        ("flask!=1.0", "unpinned", "allows many versions"),
        ("flask>=1,<2", "unpinned", "allows many versions"),
        (
            "flask @ https://files.invalid/f.zip",
            "moving-reference",
            "what https://files.invalid/f.zip gives can change; write #sha256=HASH",
        ),
        (
            "git+https://code.invalid/f.git#egg=flask",
            "moving-reference",
            "write git+https://code.invalid/f.git@ and the full hash of a commit",
        ),
        (
            "git+https://code.invalid/f.git@main#egg=flask",
            "moving-reference",
            "write git+https://code.invalid/f.git@ and the full hash of a commit",
        ),
        ("flask @ git+https://code.invalid/f.git@v1.0", "moving-reference", "can move"),
        ("flask @ git+https://c.invalid/f@0123456", "moving-reference", "can move"),
        (f"f @ git+https://c.invalid/f@x{COMMIT}", "moving-reference", "can move"),
        ("-e git+https://code.invalid/f.git#egg=f", "moving-reference", "can move"),
        (
            "svn+https://code.invalid/f@HEAD#egg=f",
            "moving-reference",
            "write svn+https://code.invalid/f@ and REVISION",
        ),
        ("-e ../other", "editable-elsewhere", "a path outside of the project"),
        ("-e /opt/other", "editable-elsewhere", "a path outside of the project"),
        ("../other", "editable-elsewhere", "a path outside of the project"),
        ("file:///opt/other", "editable-elsewhere", "a path outside of the project"),
        ("other @ file:///opt/other", "editable-elsewhere", "write NAME==VERSION"),
    ],
)
def test_what_is_not_locked_and_what_to_write(
    tmp_path: Path, line: str, rule: str, said: str
) -> None:
    text = f"# first\n{line}\nfine==1\n"
    found = result(tmp_path, {"requirements.txt": text})
    assert told(found) == [f"requirements.txt:2 {rule}"]
    assert said in found.findings[0].message
    assert (found.gaps, found.examined) == ((), 2)
    assert found.metrics["findings"].value == 1


def test_the_advice_names_the_version_that_is_known(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask>=1\n",
        "requirements-dev.txt": "flask==2\n",
        "uv.lock": "[[package]]\nname = 'flask'\nversion = '3.1'\n",
    }
    (finding,) = result(tmp_path, files).findings
    assert finding.message.endswith("write flask==3.1, as uv.lock has it")


@pytest.mark.parametrize(
    "line",
    [
        "git+https://user:s3cr3t@code.invalid/f.git@main#egg=f",
        "git+https://s3cr3t@code.invalid/f.git@main#egg=f",
        "f @ https://code.invalid/f.zip?token=s3cr3t",
        "s3cr3t = value",
        "SECRET=s3cr3t",
    ],
)
def test_secrets_are_not_shown(tmp_path: Path, line: str) -> None:
    found = run(tmp_path, {"requirements.txt": f"{line}\nfine==1\n"})
    assert "s3cr3t" not in str(found)
    assert measured(found).findings or measured(found).gaps


def test_a_very_long_line_is_cut(tmp_path: Path) -> None:
    found = result(tmp_path, {"requirements.txt": "f" + "x" * 5000 + "\n"})
    assert len(found.findings[0].message) < 6000
    assert "…" in found.findings[0].message


def test_constraints_lock_what_a_file_leaves_open(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c limits.txt\nFlask>=1\nother\nboth\n",
        "limits.txt": "flask==1.5\nunused\nboth==1\nboth==2\n",
    }
    found = result(tmp_path, files)
    assert told(found) == [
        "requirements.txt:3 unversioned",
        "requirements.txt:4 unversioned",
    ]
    assert found.examined == 3


def test_what_is_included_is_judged_at_its_own_place(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r more/base.txt\na==1\n",
        "requirements-dev.txt": "-r requirements.txt\nb\n",
        "more/base.txt": "\n-r other.txt\nc\n",
        "more/other.txt": "d>=1\n",
    }
    found = result(tmp_path, files)
    assert told(found) == [
        "more/base.txt:3 unversioned",
        "more/other.txt:1 unpinned",
        "requirements-dev.txt:2 unversioned",
    ]
    assert found.examined == 4
    assert found.examined_paths == {*files}


def test_a_folder_of_requirement_files_is_found(tmp_path: Path) -> None:
    files = {"requirements/base.txt": "a\n", "requirements/dev.txt": "b==1\n"}
    assert told(result(tmp_path, files)) == ["requirements/base.txt:1 unversioned"]


def test_the_policy_says_which_files_count(tmp_path: Path) -> None:
    files = {"requirements.txt": "a\n", "deploy/lock.txt": "b==1\n"}
    found = result(tmp_path, files, Options(requirements=["deploy/lock.txt"]))
    assert (told(found), found.examined) == ([], 1)


def test_pyproject_as_a_requirement_file(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\ndependencies = [\n  'a==1',\n  'b>=2',\n]\n"
    options = Options(requirements=["pyproject.toml"])
    found = result(tmp_path, {"pyproject.toml": text}, options)
    assert told(found) == ["pyproject.toml:5 unpinned"]
    assert found.examined == 2


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"src/a.py": "import flask"},
        {"pyproject.toml": "[project]\ndependencies = ['flask==1']\n"},
        {"requirements.in": "flask\n"},
        {"backend/requirements.txt": "flask==1\n"},
    ],
)
def test_no_requirement_file_is_an_error(
    tmp_path: Path, files: dict[str, str | bytes | None]
) -> None:
    found = run(tmp_path, files)
    assert found.status is RunStatus.UNREADABLE
    assert found.reason == "there is no requirement or lock file"
    assert "pip freeze" in found.fix
    assert "`requirements`" in found.fix


@pytest.mark.parametrize(
    "text", ["", "\n# only words\n", "--index-url https://x.invalid\n"]
)
def test_a_file_without_requirements(tmp_path: Path, text: str) -> None:
    alone = run(tmp_path / "1", {"requirements.txt": text})
    assert alone.status is RunStatus.UNREADABLE
    assert "requirements.txt: names no requirement" in alone.reason
    beside = {"requirements.txt": text, "requirements-dev.txt": "a==1\n"}
    found = result(tmp_path / "2", beside)
    assert found.gaps == ("requirements.txt: names no requirement",)


def lock(*packages: str) -> str:
    return "".join(f"[[package]]\n{text}\n\n" for text in packages)


FLASK = 'name = "Flask"\nversion = "1.0"\n'
REGISTRY = 'source = { registry = "https://index.invalid" }\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("poetry.lock", lock(FLASK)),
        ("uv.lock", lock(FLASK + REGISTRY)),
        ("pdm.lock", lock(FLASK)),
        ("pylock.toml", lock(FLASK).replace("package", "packages")),
        ("pylock.dev.toml", lock(FLASK).replace("package", "packages")),
        ("Pipfile.lock", '{"_meta": {}, "default": {"flask": {"version": "==1.0"}}}'),
        ("uv.lock", lock('name = "own"\nversion = "1"\nsource = { editable = "." }\n')),
        ("uv.lock", lock('name = "own"\nsource = { virtual = "." }\n')),
        ("pylock.toml", '[[packages]]\nname = "own"\ndirectory = { path = "." }\n'),
        (
            "pdm.lock",
            lock('name = "own"\nversion = "1"\npath = "./own"\neditable = true'),
        ),
        (
            "uv.lock",
            lock(
                f'{FLASK}source = {{ git = "https://c.invalid/f?rev=main#{COMMIT}" }}'
            ),
        ),
        (
            "poetry.lock",
            lock(
                f'{FLASK}[package.source]\ntype = "git"\nurl = "https://c.invalid/f"\n'
                f'reference = "main"\nresolved_reference = "{COMMIT}"'
            ),
        ),
        (
            "pdm.lock",
            lock(
                f'{FLASK}git = "https://c.invalid"\nref = "main"\nrevision = "{COMMIT}"'
            ),
        ),
        (
            "pylock.toml",
            '[[packages]]\nname = "f"\n[packages.vcs]\ntype = "git"\n'
            f'url = "https://c.invalid/f"\ncommit-id = "{COMMIT}"\n',
        ),
        (
            "pylock.toml",
            '[[packages]]\nname = "f"\n[packages.archive]\n'
            f'url = "https://c.invalid/f.zip"\nhashes = {{ sha256 = "{HASH}" }}\n',
        ),
        (
            "Pipfile.lock",
            json.dumps(
                {"default": {"f": {"git": "https://c.invalid/f", "ref": COMMIT}}}
            ),
        ),
        (
            "poetry.lock",
            lock(
                f'{FLASK}files = [{{file = "f", hash = "sha256:{HASH}"}}]\n'
                '[package.source]\ntype = "url"\nurl = "https://c.invalid/f.zip"'
            ),
        ),
        (
            "poetry.lock",
            lock(
                f'{FLASK}[package.source]\ntype = "legacy"\nurl = "https://i.invalid"'
            ),
        ),
    ],
)
def test_lock_files_that_lock(tmp_path: Path, name: str, text: str) -> None:
    found = result(tmp_path, {name: text, "own/setup.py": ""})
    assert (found.findings, found.gaps, found.examined) == ((), (), 1)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        (
            "uv.lock",
            lock(f'{FLASK}source = {{ git = "https://c.invalid/f?rev=main" }}'),
            "moving-reference",
        ),
        (
            "poetry.lock",
            lock(
                f'{FLASK}[package.source]\ntype = "git"\nurl = "https://c.invalid/f"\n'
                'reference = "main"\nresolved_reference = "main"'
            ),
            "moving-reference",
        ),
        (
            "Pipfile.lock",
            '{"default": {\n"flask": {\n"git": "https://c.invalid/f", "ref": "main"}}}',
            "moving-reference",
        ),
        (
            "uv.lock",
            lock(f'{FLASK}source = {{ url = "https://c.invalid/f.zip" }}'),
            "moving-reference",
        ),
        (
            "poetry.lock",
            lock(f'{FLASK}[package.source]\ntype = "directory"\nurl = "../other"'),
            "editable-elsewhere",
        ),
        (
            "uv.lock",
            lock(f'{FLASK}source = {{ editable = "../other" }}'),
            "editable-elsewhere",
        ),
        (
            "pylock.toml",
            '[[packages]]\nname = "flask"\ndirectory = { path = "/opt/other" }\n',
            "editable-elsewhere",
        ),
        ("Pipfile.lock", '{"default": {\n"flask": {}}}', "unversioned"),
        ("pdm.lock", lock('name = "Flask"'), "unversioned"),
    ],
)
def test_lock_files_that_do_not_lock(
    tmp_path: Path, name: str, text: str, rule: str
) -> None:
    assert told(result(tmp_path, {name: text})) == [f"{name}:2 {rule}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("poetry.lock", "[[package"),
        ("poetry.lock", "package = 3\n"),
        ("poetry.lock", "[[package]]\nversion = '1'\n"),
        ("poetry.lock", lock('name = "f"\nversion = 3')),
        ("poetry.lock", lock('name = "f"\nversion = "one"')),
        ("poetry.lock", b"\xff\xfe"),
        ("uv.lock", "a = " + "[" * 100_000),
        ("Pipfile.lock", "{"),
        ("Pipfile.lock", "[]"),
        ("Pipfile.lock", '{"default": 3}'),
        ("Pipfile.lock", "[" * 100_000),
    ],
)
def test_a_lock_that_cannot_be_read_is_a_gap(
    tmp_path: Path, name: str, text: str | bytes
) -> None:
    found = result(tmp_path, {name: text, "requirements.txt": "a==1\n"})
    assert len(found.gaps) == 1
    assert found.gaps[0].startswith(name)
    assert found.findings == ()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("requirements.txt", f"a==1 --hash=sha256:{HASH}\n", []),
        ("requirements.txt", "a==1\n", ["requirements.txt:1 unhashed"]),
        ("requirements.txt", "a\n", ["requirements.txt:1 unversioned"]),
        ("requirements.txt", f"a @ git+https://c.invalid/f@{COMMIT}\n-e .\n", []),
        (
            "poetry.lock",
            lock(f'{FLASK}files = [{{file = "f", hash = "sha256:{HASH}"}}]'),
            [],
        ),
        ("poetry.lock", lock(f"{FLASK}files = []"), ["poetry.lock:2 unhashed"]),
        (
            "poetry.lock",
            lock(FLASK) + f'[metadata.files]\nFlask = [{{hash = "sha256:{HASH}"}}]\n',
            [],
        ),
        (
            "uv.lock",
            lock(
                f'{FLASK}{REGISTRY}sdist = {{ hash = "x" }}\n'
                'wheels = [{ hash = "y" }]'
            ),
            [],
        ),
        (
            "uv.lock",
            lock(
                f'{FLASK}{REGISTRY}sdist = {{ hash = "x" }}\nwheels = [{{ url = "y" }}]'
            ),
            ["uv.lock:2 unhashed"],
        ),
        (
            "Pipfile.lock",
            '{"default": {"f": {"version": "==1", "hashes": ["sha256:0"]}}}',
            [],
        ),
    ],
)
def test_hashes_are_asked_for_only_where_the_policy_does(
    tmp_path: Path, name: str, text: str, expected: list[str]
) -> None:
    found = result(tmp_path / "with", {name: text}, Options(hashes=True))
    assert told(found) == expected
    without = told(result(tmp_path / "without", {name: text}))
    assert without == [one for one in expected if "unhashed" not in one]


PYPROJECT = "[project]\nname = 'own'\ndependencies = [\n  'flask>=3',\n]\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": PYPROJECT, "requirements.txt": "flask==3.1\n"}, []),
        (
            {"pyproject.toml": PYPROJECT, "requirements.txt": "other==1\n"},
            ["pyproject.toml:4 not-locked"],
        ),
        (
            {"pyproject.toml": PYPROJECT, "uv.lock": lock(FLASK.replace("1.0", "3.1"))},
            [],
        ),
        (
            {"pyproject.toml": PYPROJECT, "uv.lock": lock('name = "o"\nversion = "1"')},
            ["pyproject.toml:4 missing-from-lock"],
        ),
        (
            {
                "pyproject.toml": PYPROJECT,
                "uv.lock": lock('name = "o"\nversion = "1"'),
                "requirements.txt": "flask==3.1\n",
            },
            ["pyproject.toml:4 missing-from-lock"],
        ),
        (
            {"pyproject.toml": PYPROJECT, "requirements.txt": "flask==2.0\n"},
            ["requirements.txt:1 outside-of-range"],
        ),
        (
            {"pyproject.toml": PYPROJECT, "poetry.lock": lock(FLASK)},
            ["poetry.lock:2 outside-of-range"],
        ),
        (
            {"pyproject.toml": PYPROJECT, "requirements.txt": "flask\n"},
            ["requirements.txt:1 unversioned"],
        ),
        (
            {"requirements.in": "flask>=3\n", "requirements.txt": "other==1\n"},
            ["requirements.in:1 missing-from-lock"],
        ),
        (
            {"requirements.in": "flask>=3\n", "requirements.txt": "flask===odd\n"},
            ["requirements.txt:1 outside-of-range"],
        ),
        (
            {"requirements.in": "flask>=3\n", "requirements.txt": "flask==3.1rc1\n"},
            [],
        ),
        (
            {"requirements.in": "flask>=3\n", "requirements.txt": "flask==2\n"},
            ["requirements.txt:1 outside-of-range"],
        ),
        (
            {
                "requirements/dev.in": "-r base.in\npytest\n",
                "requirements/base.in": "flask\n",
                "requirements/dev.txt": "flask==3\n",
                "requirements/base.txt": "other==3\n",
            },
            [
                "requirements/base.in:1 missing-from-lock",
                "requirements/dev.in:2 missing-from-lock",
            ],
        ),
        (
            {
                "setup.cfg": "[options]\ninstall_requires =\n    # why\n    flask>=3\n"
                "    other\n",
                "requirements.txt": "flask==2\n",
            },
            ["requirements.txt:1 outside-of-range", "setup.cfg:5 not-locked"],
        ),
        (
            {
                "Pipfile": '[packages]\nflask = "*"\nother = ">=2"\n[dev-packages]\n'
                'pytest = {version = "*"}\n[requires]\npython_version = "3"\n',
                "Pipfile.lock": '{"default": {\n"other": {\n"version": "==1"}}}',
            },
            [
                "Pipfile:2 missing-from-lock",
                "Pipfile:5 missing-from-lock",
                "Pipfile.lock:2 outside-of-range",
            ],
        ),
    ],
)
def test_the_lock_has_to_answer_what_is_declared(
    tmp_path: Path, files: Files, expected: list[str]
) -> None:
    found = result(tmp_path, files)
    assert sorted(told(found)) == sorted(expected)
    assert found.gaps == ()


def test_messages_about_declarations_say_what_to_do(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\ndependencies = ['flask>=3', 'other']\n",
        "requirements.txt": "flask==2.0\n",
    }
    outside, unlocked = sorted(
        result(tmp_path, files).findings, key=lambda f: f.rule, reverse=True
    )
    assert outside.message == (
        "flask 2.0 is locked, but pyproject.toml:2 declares flask >=3; lock again"
    )
    assert unlocked.message == (
        "other is declared, but no requirement or lock file pins it; lock again, or add"
        " other==VERSION to one"
    )


def test_a_declaration_that_is_as_good_as_a_lock(tmp_path: Path) -> None:
    text = (
        f"[project]\ndependencies = ['a==1', 'b @ git+https://c.invalid/b@{COMMIT}']\n"
    )
    files = {"pyproject.toml": text, "requirements.txt": "other==1\n"}
    assert clean(result(tmp_path, files))


EXTRAS = """\
[project]
name = "Own_Project"
dependencies = ["a"]
[project.optional-dependencies]
test = ["pytest>=8", "torch==2.1"]
gpu = ["torch==2.2"]
all = ["own-project[test,gpu]"]
[dependency-groups]
dev = ["nox", {include-group = "other"}]
other = ["a>=1"]
"""


def test_extras_and_groups_are_less_grave_and_may_differ(tmp_path: Path) -> None:
    pins = "a==1\nown-project==1\ntorch==2.1\n"
    files = {"pyproject.toml": EXTRAS, "requirements.txt": pins}
    found = result(tmp_path, files)
    assert told(found) == [
        "pyproject.toml:5 not-locked",
        "pyproject.toml:9 not-locked",
        "requirements.txt:3 outside-of-range",
    ]
    assert {one.severity for one in found.findings} == {Severity.LOW}


def test_what_is_needed_elsewhere_only_need_not_be_locked_here(tmp_path: Path) -> None:
    text = (
        "[project]\ndependencies = [\n'old; python_version < \"3\"',\n"
        "'new; python_version >= \"3\"',\n"
        "'split<2; python_version < \"3\"',\n'split>=2; python_version >= \"3\"',\n]\n"
    )
    packages = ('name = "split"\nversion = "1"', 'name = "split"\nversion = "2"')
    files = {"pyproject.toml": text, "uv.lock": lock(*packages)}
    assert told(result(tmp_path, files)) == ["pyproject.toml:4 missing-from-lock"]


POETRY = """\
[tool.poetry]
name = "own"
[tool.poetry.dependencies]
python = "^3.11"
caret = "^1.2.3"
zero = "^0.2.3"
tilde = "~1.2"
plain = "1.5"
star = "*"
union = "^1 || ^3"
git = {git = "https://c.invalid/x.git", tag = "v1"}
maybe = {version = "^2", optional = true}
several = [{version = "^1", python = "<3"}]
[tool.poetry.group.dev.dependencies]
pytest = "^8"
"""


@pytest.mark.parametrize(
    ("name", "version", "fits"),
    [
        ("caret", "1.9", True),
        ("caret", "2.0", False),
        ("caret", "1.2.2", False),
        ("zero", "0.2.9", True),
        ("zero", "0.3.0", False),
        ("tilde", "1.2.9", True),
        ("tilde", "1.3", False),
        ("plain", "1.5", True),
        ("plain", "1.6", False),
        ("star", "9", True),
        ("union", "9", True),
        ("git", "9", True),
        ("pytest", "8.1", True),
        ("pytest", "9.0", False),
    ],
)
def test_versions_as_poetry_writes_them(
    tmp_path: Path, name: str, version: str, fits: bool
) -> None:
    every = "caret=1.3 zero=0.2.5 tilde=1.2 plain=1.5 star=1 union=1 git=1 pytest=8"
    versions = dict(pair.split("=") for pair in every.split()) | {name: version}
    packages = (f'name = "{n}"\nversion = "{v}"' for n, v in versions.items())
    files = {"pyproject.toml": POETRY, "poetry.lock": lock(*packages)}
    rules = [finding.rule for finding in result(tmp_path, files).findings]
    assert rules == ([] if fits else ["outside-of-range"])


def test_what_poetry_needs_is_in_its_lock(tmp_path: Path) -> None:
    files = {"pyproject.toml": POETRY, "poetry.lock": lock(FLASK)}
    found = result(tmp_path, files)
    missing = {finding.message.split()[0]: finding for finding in found.findings}
    wanted = {*"caret zero tilde plain star union git pytest".split()}
    assert wanted <= set(missing)
    assert missing["caret"].line == 5
    assert missing["pytest"].severity is Severity.LOW


def test_extras_of_setup_cfg_are_less_grave(tmp_path: Path) -> None:
    text = "[options]\ninstall_requires = a\n[options.extras_require]\ndev = b\n"
    found = result(tmp_path, {"setup.cfg": text, "requirements.txt": "c==1\n"})
    assert [(f.message[0], f.severity) for f in found.findings] == [
        ("a", Severity.MEDIUM),
        ("b", Severity.LOW),
    ]


def test_the_old_table_of_poetry_for_development(tmp_path: Path) -> None:
    text = "[tool.poetry.dev-dependencies]\npytest = '^8'\n"
    found = result(tmp_path, {"pyproject.toml": text, "poetry.lock": lock(FLASK)})
    assert told(found) == ["pyproject.toml:2 missing-from-lock"]
    assert found.findings[0].severity is Severity.LOW


@pytest.mark.parametrize(
    ("setup", "gaps"),
    [
        ("[options]\ninstall_requires = a==1\n", 1),
        ("[options.extras_require]\ndev = a==1\n", 0),
        ("[broken", 2),
    ],
)
def test_dynamic_extras_stand_in_setup_cfg(
    tmp_path: Path, setup: str, gaps: int
) -> None:
    text = "[project]\ndynamic = ['optional-dependencies']\n"
    files = {"pyproject.toml": text, "setup.cfg": setup, "requirements.txt": "a==1\n"}
    assert len(result(tmp_path, files).gaps) == gaps


@pytest.mark.parametrize(
    ("table", "files", "gap"),
    [
        ("", {}, "dependencies are dynamic"),
        ("", {"setup.cfg": "[options]\ninstall_requires = a\n"}, ""),
        (
            "[tool.setuptools.dynamic]\ndependencies = {file = ['requirements.txt']}\n",
            {},
            "",
        ),
        (
            "[tool.setuptools.dynamic]\ndependencies = {file = 'more.in'}\n",
            {"more.in": "a\n"},
            "",
        ),
        (
            "[tool.setuptools.dynamic]\ndependencies = {file = 'more.in'}\n",
            {},
            "more.in: cannot be read",
        ),
    ],
)
def test_dynamic_dependencies(
    tmp_path: Path, table: str, files: dict[str, str | bytes | None], gap: str
) -> None:
    text = f"[project]\nname = 'x'\ndynamic = ['version', 'dependencies']\n{table}"
    tree = {"pyproject.toml": text, "requirements.txt": "a==1\n", **files}
    found = result(tmp_path / "1", tree)
    assert found.findings == ()
    assert len(found.gaps) == bool(gap)
    assert gap in "".join(found.gaps)
    assert clean(result(tmp_path / "2", tree, Options(declarations=[])))


def test_a_file_that_dynamic_dependencies_name_is_compared(tmp_path: Path) -> None:
    text = (
        "[project]\ndynamic = ['dependencies', 'optional-dependencies']\n"
        "[tool.setuptools.dynamic]\ndependencies = {file = 'main.in'}\n"
        "optional-dependencies = {dev = {file = ['dev.in']}}\n"
    )
    files = {
        "pyproject.toml": text,
        "main.in": "flask\n",
        "dev.in": "pytest\n",
        "requirements.txt": "a==1\n",
    }
    found = result(tmp_path, files)
    assert told(found) == ["dev.in:1 not-locked", "main.in:1 not-locked"]


def test_the_policy_says_where_dependencies_are_declared(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": PYPROJECT,
        "wanted.txt": "other\n",
        "requirements.txt": "a==1\n",
    }
    found = result(tmp_path, files, Options(declarations=["wanted.txt"]))
    assert told(found) == ["wanted.txt:1 not-locked"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project"),
        ("pyproject.toml", "project = 3\n"),
        ("pyproject.toml", "[project]\ndependencies = 3\n"),
        ("pyproject.toml", "[project]\ndependencies = ['a b c']\n"),
        ("pyproject.toml", "[project]\ndependencies = [3]\n"),
        ("pyproject.toml", b"\xff\xfe\x00"),
        ("pyproject.toml", "a = " + "[" * 100_000),
        ("setup.cfg", "no section\n"),
        ("setup.cfg", "[options]\ninstall_requires = file: gone.txt\n"),
        ("Pipfile", "packages = 3\n"),
        ("pyproject.toml", "[project]\ndependencies = [\"a; os_name ~= 'x'\"]\n"),
        ("requirements.in", "a==\n"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_a_gap(
    tmp_path: Path, name: str, text: str | bytes
) -> None:
    found = result(tmp_path, {name: text, "requirements.txt": "a==1\n"})
    assert len(found.gaps) == 1
    assert name in found.gaps[0] or "gone.txt" in found.gaps[0]


@pytest.mark.parametrize(
    ("line", "gap"),
    [
        ("flask=1.0", "requirements.txt:1: pip would not understand this line"),
        ("<<<<<<< HEAD", "requirements.txt:1: pip would not understand this line"),
        ("flask==1 --no-binary :all:", "requirements.txt:1: pip would not understand"),
        ("-r gone.txt", "gone.txt: cannot be read (No such file or directory)"),
        ("-c gone.txt", "gone.txt: cannot be read (No such file or directory)"),
        ("-r https://files.invalid/r.txt", "requirements.txt:1: includes a URL"),
        ("-r ../away.txt", "../away.txt: cannot be read (it leads out of the project"),
        ("-e ./gone", "requirements.txt:1: -e ./gone is not there"),
    ],
)
def test_what_cannot_be_judged_is_a_gap(tmp_path: Path, line: str, gap: str) -> None:
    write_files(tmp_path, {"away.txt": "s3cr3t\n"})
    found = result(tmp_path, {"requirements.txt": f"{line}\nfine==1\n"})
    assert len(found.gaps) == 1
    assert found.gaps[0].startswith(gap)
    assert found.findings == ()


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + b"flask\nfine==2\n",
        "flask\nfine==2\n".encode("utf-16"),
        b"flask\r\nfine==2\r\n",
        b"# coding: latin-1\n# \xe4\nflask\nfine==2",
    ],
)
def test_no_line_is_lost_to_an_encoding(tmp_path: Path, data: bytes) -> None:
    found = result(tmp_path, {"requirements.txt": data})
    line = 3 if b"latin" in data else 1
    assert told(found) == [f"requirements.txt:{line} unversioned"]
    assert (found.gaps, found.examined) == ((), 2)


@pytest.mark.parametrize("data", [b"fl\xffask==1\n", b"# coding: no-such\nflask==1\n"])
def test_an_encoding_that_cannot_be_read_is_an_error(
    tmp_path: Path, data: bytes
) -> None:
    found = run(tmp_path, {"requirements.txt": data})
    assert found.status is RunStatus.UNREADABLE
    assert "requirements.txt: cannot be read" in found.reason


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r one.txt\n-r one.txt\n-c requirements.txt\n",
        "one.txt": "-r requirements.txt\n-r one.txt\na==1\nb\n",
    }
    found = result(tmp_path, files)
    assert (told(found), found.examined) == (["one.txt:4 unversioned"], 2)


def test_files_that_include_each_other_twice_do_not_explode(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        f"r{i}.txt": f"-r r{i + 1}.txt\n-r r{i + 1}.txt\n" for i in range(60)
    }
    files |= {"r60.txt": "a==1\n", "requirements.txt": "-r r0.txt\n"}
    found = run(tmp_path, files)
    assert clean(measured(found))
    assert found.duration_seconds < 10


@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 200_000 + "==1\n",
        "a" + "\xa0" * 200_000 + "==1\n",
        "a \\\n" + " \\\n" * 200_000 + "==1\n",
        "a" * 1_000_000 + "\n",
        "a==1\n" * 20_001,
        "https://" + "a" * 200_000 + "\n",
        "a==1 " + "--hash=sha256:00 " * 5_000 + "\n",
        "a ; " + "(" * 5_000 + "\n",
        "a==" + ",==".join("1" for _ in range(20_000)) + "\n",
        "#" * 1_900_000,
    ],
)
def test_absurd_lines_take_no_time(tmp_path: Path, text: str) -> None:
    found = run(tmp_path, {"requirements.txt": text + "\nfine==1\n"})
    assert found.duration_seconds < 15
    assert found.measurement or found.reason


def test_absurd_sizes_are_gaps(tmp_path: Path) -> None:
    root = write_files(tmp_path.resolve() / "project", {"requirements.txt": "a==1\n"})
    for name, size in {
        "requirements-big.txt": 2_000_001,
        "uv.lock": 20_000_001,
        "pyproject.toml": 2_000_001,
    }.items():
        with (root / name).open("wb") as stream:
            stream.truncate(size)
    gaps = result(tmp_path, {}).gaps
    assert [gap.partition(":")[0] for gap in gaps] == [
        "requirements-big.txt",
        "uv.lock",
        "pyproject.toml",
    ]
    assert all("larger than" in gap for gap in gaps)


def test_many_declarations_take_no_time(tmp_path: Path) -> None:
    lines = "".join(f"  'p{i}>=1',\n" for i in range(20_000))
    files = {
        "pyproject.toml": f"[project]\ndependencies = [\n{lines}]\n",
        "requirements.txt": "a==1\n",
    }
    found = run(tmp_path, files)
    assert len(measured(found).findings) == 20_000
    assert found.duration_seconds < 20


@pytest.mark.parametrize("name", ["requirements.txt", "uv.lock", "pyproject.toml"])
def test_links_out_of_the_project_are_not_read(tmp_path: Path, name: str) -> None:
    write_files(tmp_path / "away", {name: "s3cr3t\n"})
    root = write_files(
        tmp_path.resolve() / "project", {"requirements-a.txt": "a==1\n", "x": ""}
    )
    (root / name).symlink_to(tmp_path / "away" / name)
    found = run(tmp_path, {})
    assert any(gap.startswith(name) for gap in measured(found).gaps)
    assert "it leads out of the project" in str(found)
    assert "s3cr3t" not in str(found)


def test_a_linked_folder_out_of_the_project_is_not_its_own(tmp_path: Path) -> None:
    write_files(tmp_path / "away", {"setup.py": ""})
    root = write_files(
        tmp_path.resolve() / "project", {"requirements.txt": "-e ./own\n"}
    )
    (root / "own").symlink_to(tmp_path / "away")
    assert told(result(tmp_path, {})) == ["requirements.txt:1 editable-elsewhere"]


def test_links_within_the_project_are_followed(tmp_path: Path) -> None:
    root = write_files(tmp_path.resolve() / "project", {"deep/r.txt": "a\n"})
    (root / "requirements.txt").symlink_to("deep/r.txt")
    assert told(result(tmp_path, {})) == ["requirements.txt:1 unversioned"]


def test_a_file_elsewhere_is_read_where_the_policy_names_it(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"common/r.txt": "-r more.txt\na\n", "common/more.txt": "b\n"}
    )
    found = result(tmp_path, {}, Options(requirements=["../common/r.txt"]))
    assert told(found) == [
        "../common/more.txt:1 unversioned",
        "../common/r.txt:2 unversioned",
    ]


def test_a_pipe_is_no_requirement_file(tmp_path: Path) -> None:
    root = write_files(tmp_path.resolve() / "project", {})
    os.mkfifo(root / "requirements.txt")
    found = run(tmp_path, {}, Options(requirements=["requirements.txt"]))
    assert "not a regular file" in found.reason


@pytest.mark.parametrize("rule", ["unhashed", "F401", "undeclared"])
def test_a_gate_on_a_rule_that_is_never_broken_is_refused(
    tmp_path: Path, rule: str
) -> None:
    found = run(tmp_path, {"requirements.txt": "a==1\n"}, rules=(rule,))
    assert found.status is RunStatus.UNREADABLE
    assert f"no requirement is ever {rule}" in found.reason


def test_gates_may_ask_for_one_of_the_rules(tmp_path: Path) -> None:
    files = {"requirements.txt": f"a==1 --hash=sha256:{HASH}\n"}
    assert run(tmp_path / "1", files, rules=("unpinned",)).reason == ""
    hashes = Options(hashes=True)
    assert run(tmp_path / "2", files, hashes, rules=("unhashed",)).reason == ""
