"""Requirement and lock files: what is pinned, and what cannot be judged."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from support import Files, write_files

from gatekeeper.advisories.requirements import Pin, Requirements, find, read


def pins(
    tmp_path: Path, text: str | bytes, name: str = "requirements.txt"
) -> Requirements:
    """What one file asks for."""
    return read(write_files(tmp_path, {name: text}), [name])


def listed(found: Requirements) -> list[str]:
    """Pins as name==version@place."""
    return [
        f"{pin.name}=={pin.version}@{pin.path}:{pin.line}"
        for pin in found.pins.values()
    ]


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("flask==1.0", "flask==1.0"),
        ("Flask == 1.0", "flask==1.0"),
        ("flask===1.0", "flask==1.0"),
        ("zope.interface==5.0", "zope-interface==5.0"),
        ("Ruamel_Yaml--Clib==1", "ruamel-yaml-clib==1"),
        ("flask[async,dotenv]==1.0", "flask==1.0"),
        ("flask==1.0  # why", "flask==1.0"),
        ("flask==1.0 ; python_version >= '3'", "flask==1.0"),
        ("flask==1.0,>=0.9", "flask==1.0"),
        ("flask>=0.9,==1.0", "flask==1.0"),
        ("flask==1.0 --hash=sha256:" + "0" * 64, "flask==1.0"),
        ("flask==1.0 \\\n    --hash=sha256:" + "0" * 64, "flask==1.0"),
        ("flask==1!2.0.post1+local", "flask==1!2.0.post1+local"),
        ("flask==1.0rc1", "flask==1.0rc1"),
    ],
)
def test_a_pin_in_every_spelling(tmp_path: Path, line: str, pin: str) -> None:
    found = pins(tmp_path, f"{line}\n")
    assert listed(found) == [f"{pin}@requirements.txt:1"]
    assert found.gaps == []


@pytest.mark.parametrize(
    ("line", "gap"),
    [
        ("flask", "not pinned to one version: flask"),
        ("flask>=1.0", "not pinned to one version: flask>=1.0"),
        ("flask~=1.0", "not pinned to one version: flask~=1.0"),
        ("flask==1.*", "not pinned to one version: flask==1.*"),
        ("flask!=1.0", "not pinned to one version: flask!=1.0"),
        (
            "flask @ https://files.invalid/flask-1.0.tar.gz",
            "not pinned to one version: flask @ https://files.invalid/flask-1.0",
        ),
        ("-e git+https://code.invalid/flask.git", "-e git+https://code.invalid"),
        ("-e /opt/flask", "cannot be judged: -e /opt/flask"),
        ("git+https://code.invalid/flask.git#egg=flask", "not pinned to one version"),
        ("flask===one", "flask has no valid version: one"),
        ("flask=1.0", "not understood: flask=1.0"),
        ("<<<<<<< HEAD", "not understood: <<<<<<< HEAD"),
    ],
)
def test_what_cannot_be_judged_is_a_gap_with_its_line(
    tmp_path: Path, line: str, gap: str
) -> None:
    found = pins(tmp_path, f"# first\n{line}\nfine==1\n")
    assert [pin.name for pin in found.pins.values()] == ["fine"]
    assert len(found.gaps) == 1
    assert found.gaps[0].startswith("requirements.txt:2: ")
    assert gap in found.gaps[0]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# comment only\n", "--index-url https://index.invalid\n"]
)
def test_a_file_that_asks_for_nothing_is_a_gap(tmp_path: Path, text: str) -> None:
    found = pins(tmp_path, text)
    assert found.gaps == ["requirements.txt: names no requirement"]
    assert found.pins == {}


def test_a_requirement_for_other_systems_is_neither_pin_nor_gap(tmp_path: Path) -> None:
    found = pins(tmp_path, "old==1 ; python_version < '3'\nnew==1\n")
    assert (listed(found), found.gaps) == (["new==1@requirements.txt:2"], [])
    only = pins(tmp_path / "2", "old ; sys_platform == 'win32'\n")
    assert (only.pins, only.gaps) == ({}, [])


@pytest.mark.parametrize("line", ["-e .", "-e .[test]", "--editable ./packages/own"])
def test_folders_of_the_checkout_are_neither_pin_nor_gap(
    tmp_path: Path, line: str
) -> None:
    found = pins(tmp_path, f"{line}\n")
    assert (found.pins, found.gaps) == ({}, [])


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + b"flask==1.0\nfine==2\n",
        "flask==1.0\nfine==2\n".encode("utf-16"),
        b"flask==1.0\r\nfine==2\r\n",
        b"flask==1.0\nfine==2",
    ],
)
def test_no_line_is_lost_to_an_encoding(tmp_path: Path, data: bytes) -> None:
    assert listed(pins(tmp_path, data)) == [
        "flask==1.0@requirements.txt:1",
        "fine==2@requirements.txt:2",
    ]


@pytest.mark.parametrize(
    ("files", "expected", "gaps"),
    [
        (
            {"requirements.txt": "-r base.txt\na==1\n", "base.txt": "b==2\n"},
            ["b==2@base.txt:1", "a==1@requirements.txt:2"],
            [],
        ),
        (
            {
                "requirements.txt": "--requirement more/base.txt\n",
                "more/base.txt": "\n-r other.txt\nb==2\n",
                "more/other.txt": "c==3\n",
            },
            ["c==3@more/other.txt:1", "b==2@more/base.txt:3"],
            [],
        ),
        (
            {"requirements.txt": "-r extensionless\n", "extensionless": "b==2\n"},
            ["b==2@extensionless:1"],
            [],
        ),
        (
            {
                "requirements.txt": "-r one.txt\n",
                "one.txt": "-r requirements.txt\na==1\n",
            },
            ["a==1@one.txt:2"],
            [],
        ),
        (
            {"requirements.txt": "-r missing.txt\na==1\n"},
            ["a==1@requirements.txt:2"],
            ["missing.txt: cannot be read"],
        ),
        (
            {"requirements.txt": "-r https://files.invalid/r.txt\na==1\n"},
            ["a==1@requirements.txt:2"],
            ["cannot be read"],
        ),
    ],
)
def test_includes_are_followed(
    tmp_path: Path, files: dict[str, str], expected: list[str], gaps: list[str]
) -> None:
    found = read(write_files(tmp_path, files), ["requirements.txt"])
    assert listed(found) == expected
    assert len(found.gaps) == len(gaps)
    for said, gap in zip(found.gaps, gaps, strict=True):
        assert gap in said


def test_constraints_pin_what_the_file_leaves_open(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c limits.txt\nFlask>=1\nother\nown==3\n",
        "limits.txt": "flask==1.5\nown==4\nunused==9\n",
    }
    found = read(write_files(tmp_path, files), ["requirements.txt"])
    assert listed(found) == [
        "flask==1.5@requirements.txt:2",
        "own==3@requirements.txt:4",
    ]
    assert found.gaps == ["requirements.txt:3: not pinned to one version: other"]


def test_files_given_twice_or_agreeing_count_once(tmp_path: Path) -> None:
    root = write_files(tmp_path, {"a.txt": "x==1\n", "b.txt": "X==1\nx==2\n"})
    found = read(root, ["a.txt", "b.txt", "a.txt"])
    assert listed(found) == ["x==1@a.txt:1", "x==2@b.txt:2"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.txt", None, "No such file or directory"),
        ("folder.txt", {"folder.txt/x": ""}, "cannot be read"),
        ("poetry.lock", "[[package", "cannot be read as requirements"),
        ("poetry.lock", "package = 3\n", "cannot be read as requirements"),
        ("poetry.lock", "[[package]]\nversion = '1'\n", "cannot be read"),
        ("poetry.lock", "# nothing\n", "names no requirement"),
        ("poetry.lock", b"\xff\xfe", "cannot be read as requirements"),
        ("Pipfile.lock", "{", "cannot be read as requirements"),
        ("Pipfile.lock", "[]", "cannot be read as requirements"),
        ("Pipfile.lock", '{"default": {}}', "names no requirement"),
        ("pyproject.toml", "[project]\nname = 'x'\n", "names no requirement"),
        ("pyproject.toml", "[tool.x]\n", "names no requirement"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_gap_and_never_raises(
    tmp_path: Path, name: str, content: str | bytes | Files | None, said: str
) -> None:
    if content is not None:
        tree = content if not isinstance(content, str | bytes) else {name: content}
        write_files(tmp_path, tree)
    found = read(tmp_path, [name])
    assert found.pins == {}
    assert found.gaps
    assert all(gap.startswith(name) for gap in found.gaps)
    assert said in " ".join(found.gaps)


def test_a_file_of_absurd_size_is_a_gap(tmp_path: Path) -> None:
    with (tmp_path / "requirements.txt").open("wb") as stream:
        stream.truncate(20_000_001)
    found = read(tmp_path, ["requirements.txt"])
    assert "larger than 20 MB" in found.gaps[0]


UV = """\
[[package]]
name = "own-project"
version = "0.1"
source = { editable = "." }

[[package]]
name = "workspace"
version = "0.1"
source = { virtual = "." }

[[package]]
name = "Flask"
version = "1.0"
source = { registry = "https://index.invalid/simple" }

[[package]]
name = "from-git"
source = { git = "https://code.invalid/x.git" }
"""
PYLOCK = """\
[[packages]]
name = "own"
directory = { path = "." }

[[packages]]
name = "flask"
version = "1.0"

[[packages]]
name = "from-folder"
directory = { path = "../elsewhere" }
"""
PIPFILE = {
    "_meta": {"hash": {"sha256": "0"}, "sources": []},
    "docs": {"sphinx": {"version": "==7.0"}},
    "default": {"flask": {"version": "==1.0"}, "local": {"path": "."}},
    "develop": {"PyTest": {"version": "==8.0"}},
}


@pytest.mark.parametrize(
    ("name", "content", "expected", "gaps"),
    [
        (
            "poetry.lock",
            "[[package]]\nname = 'Flask'\nversion = '1.0'\n"
            "[[package]]\nname = 'other'\nversion = '2'\n",
            ["flask==1.0", "other==2"],
            [],
        ),
        (
            "pdm.lock",
            "[[package]]\nname = 'flask'\nversion = '1.0'\n",
            ["flask==1.0"],
            [],
        ),
        (
            "uv.lock",
            UV,
            ["flask==1.0"],
            ["uv.lock: from-git is not a released version"],
        ),
        (
            "pylock.toml",
            PYLOCK,
            ["flask==1.0"],
            ["pylock.toml: from-folder is not a released version"],
        ),
        (
            "Pipfile.lock",
            json.dumps(PIPFILE),
            ["flask==1.0", "pytest==8.0", "sphinx==7.0"],
            ["Pipfile.lock: local is not a released version"],
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies = ['flask==1.0', 'open>=2']\n"
            "[project.optional-dependencies]\ntest = ['pytest==8.0']\n",
            ["flask==1.0", "pytest==8.0"],
            ["pyproject.toml: not pinned to one version: open>=2"],
        ),
    ],
)
def test_lock_files(
    tmp_path: Path, name: str, content: str, expected: list[str], gaps: list[str]
) -> None:
    found = pins(tmp_path, content, name)
    assert sorted(listed(found)) == [f"{pin}@{name}:None" for pin in expected]
    assert found.gaps == gaps


def test_files_are_found_by_their_customary_names(tmp_path: Path) -> None:
    names = [
        *("Pipfile.lock", "poetry.lock", "pylock.dev.toml", "pylock.toml"),
        *("requirements-dev.txt", "requirements.txt", "requirements/base.txt"),
        "uv.lock",
    ]
    others = ["dev-requirements.txt", "deep/requirements.txt", "pyproject.toml"]
    write_files(tmp_path, dict.fromkeys([*names, *others], ""))
    (tmp_path / "requirements.d.txt").mkdir()
    assert find(tmp_path) == names


@pytest.mark.parametrize(
    ("given", "layers"),
    [
        ([], []),
        ([("b", "1"), ("a", "1")], [["a 1", "b 1"]]),
        ([("a", "2"), ("a", "1")], [["a 1"], ["a 2"]]),
        (
            [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("b", "2")],
            [["a 1", "b 1"], ["a 2", "b 2"], ["a 3"]],
        ),
    ],
)
def test_no_name_occurs_twice_in_a_layer(
    given: list[tuple[str, str]], layers: list[list[str]]
) -> None:
    requirements = Requirements()
    for name, version in given:
        requirements.add(name, version, "x")
    found = [
        [f"{p.name} {p.version}" for p in layer] for layer in requirements.layers()
    ]
    assert found == layers


def test_the_first_place_that_asks_for_a_pin_is_kept() -> None:
    requirements = Requirements()
    requirements.add("A", "1", "first", 3)
    requirements.add("a", "1", "second", 4)
    assert requirements.pins == {("a", "1"): Pin("a", "1", "first", 3)}


@pytest.mark.parametrize("version", ["", "one", "1.0-", "1..0", "latest"])
def test_a_version_that_is_none_is_a_gap(version: str) -> None:
    requirements = Requirements()
    requirements.add("a", version, "file", 7)
    assert requirements.pins == {}
    assert requirements.gaps == [f"file:7: a has no valid version: {version}"]


def test_a_constraint_for_other_systems_does_not_pin(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c limits.txt\nflask\n",
        "limits.txt": "flask==0.1 ; python_version < '3'\n"
        "flask==2.0 ; python_version >= '3'\nflask==0.2 ; python_version < '3'\n",
    }
    found = read(write_files(tmp_path, files), ["requirements.txt"])
    assert listed(found) == ["flask==2.0@requirements.txt:2"]
    assert found.gaps == []


def test_a_constraint_does_not_pin_what_comes_from_an_address(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c limits.txt\nflask @ https://files.invalid/f.tar.gz\n",
        "limits.txt": "flask==1.0\n",
    }
    found = read(write_files(tmp_path, files), ["requirements.txt"])
    assert found.pins == {}
    assert found.gaps[0].startswith("requirements.txt:2: not pinned to one version")


def test_constraints_that_contradict_each_other_are_a_gap(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-c limits.txt\nflask\n",
        "limits.txt": "flask==0.1\nflask==2.0\n",
    }
    found = read(write_files(tmp_path, files), ["requirements.txt"])
    assert found.gaps == ["limits.txt:2: flask constrained twice"]


@pytest.mark.parametrize(
    ("content", "gap"),
    [
        (
            "[project]\ndynamic = ['dependencies']\n",
            "pyproject.toml: dependencies are dynamic, so not written here",
        ),
        (
            "[tool.poetry.dependencies]\nflask = '1.0'\n",
            "pyproject.toml: Poetry's own tables are not read, name poetry.lock",
        ),
    ],
)
def test_what_stands_elsewhere_is_a_gap(tmp_path: Path, content: str, gap: str) -> None:
    assert pins(tmp_path, content, "pyproject.toml").gaps == [gap]


def test_dependency_groups_are_read(tmp_path: Path) -> None:
    content = (
        "[dependency-groups]\ntest = ['pytest==8.0', {include-group = 'more'}]\n"
        "more = ['flask==1.0']\n"
    )
    found = pins(tmp_path, content, "pyproject.toml")
    assert sorted(pin.name for pin in found.pins.values()) == ["flask", "pytest"]
    assert found.gaps == []


def test_a_file_that_is_included_many_times_is_read_once(tmp_path: Path) -> None:
    """Sixteen levels of two includes each would be 65,536 reads."""
    files: Files = {
        f"r{level}.txt": f"-r r{level + 1}.txt\n" * 2 for level in range(16)
    }
    write_files(tmp_path, {**files, "r16.txt": "flask==1.0\n"})
    found = read(tmp_path, ["r0.txt"])
    assert (listed(found), found.gaps) == (["flask==1.0@r16.txt:1"], [])


def test_a_line_of_spaces_does_not_stop_us(tmp_path: Path) -> None:
    found = pins(tmp_path, "flask==1.0" + " " * 200_000 + "x\n")
    assert "a line is too long to be a requirement" in found.gaps[0]
