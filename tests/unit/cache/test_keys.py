"""Options that lead out of the project are found, however they are written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support import make_job, write_files

from gatekeeper.cache.keys import outside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    names = ("src/a.py", "cfg/own.ini", "node_modules/x.ini")
    root: Path = write_files(tmp_path / "project", dict.fromkeys(names, ""))
    write_files(tmp_path / "beside", {"x.ini": ""})
    (root / "out").symlink_to("../beside")
    (root / "cfg" / "x.ini").symlink_to("../../beside/x.ini")
    (root / "in").symlink_to("src")
    return root


UNSEEN = """/etc ../x src/../../x ~/x out out/x.ini .. {root}-b {root}/out src/..
 --config=/etc/x --config=out -c/etc/x -cout -c../x -ccfg/x.ini cfg/x.ini -c~/x
 --a=b=../x --plugins=a,/etc/x --x='/etc/x' ["/etc/x"] {{"a":"../x"}} a:/etc/x a=~/x
 node_modules -cnode_modules/x.ini -qc/etc/x -qc../x @/etc/x @../x file:///etc/x
 --x=//nowhere/x $STUBS/x ~root/x a..""".split()
INSIDE = """src src/a.py . ./src in in/a.py -csrc --config=cfg/own.ini --max=3
 ..a a..b ... E501 *.py src/**/*.py -v -- - a~ nowhere https://host/x""".split()


@pytest.mark.parametrize("word", [*UNSEEN, "a b /etc", "a\n/etc", "x\t~/y"])
def test_words_that_lead_out(root: Path, word: str) -> None:
    word = word.format(root=root)
    places: list[dict[str, Any]] = [
        {"args": ["--quiet", word]},
        {"paths": [word]},
        {"per_path": {"src": [word]}},
        {"per_path": {word: ["E501"]}},
    ]
    for number, options in enumerate(places):
        work = root.parent / f"work-{number}"
        assert outside(make_job("flake8", root, options, work=work)), options


@pytest.mark.parametrize("word", INSIDE)
def test_words_that_stay_inside(root: Path, word: str) -> None:
    options = {"args": ["--quiet", word], "paths": [word]}
    assert outside(make_job("flake8", root, options)) == ""


@pytest.mark.parametrize(
    ("tool", "options"),
    [
        ("mypy", {"args": ["--config-file", "/etc/x"]}),
        ("safety", {"database": "../advisories"}),
        ("pip-audit", {"requirements": ["out/x.ini"]}),
        ("pytest", {"args": ["--rootdir=.."]}),
        ("environment", {"computed": {"../x": ["A"]}}),
    ],
)
def test_every_option_of_every_tool_counts(
    root: Path, tool: str, options: Mapping[str, Any]
) -> None:
    assert outside(make_job(tool, root, options))


def test_options_of_what_runs_at_the_same_time_count(root: Path) -> None:
    companions = {"pytest": {"args": ["-c/etc/x"]}}
    assert outside(make_job("coverage", root, companions=companions)) == "-c/etc/x"


@pytest.mark.parametrize(
    ("content", "leads_out"),
    [
        ("[mypy]\nstrict = true\nfiles = src, in\n", False),
        ("[mypy]\nmypy_path = src:../stubs\n", True),
        ("[mypy]\nmypy_path = $MYPY_CONFIG_FILE_DIR/../stubs\n", True),
        ("[mypy]\nplugins =\n  a,\n  /opt/plugin.py\n", True),
        (b"\xff\xfe/etc", False),
        (b"\xff /etc", True),
        (b"\0", True),
        (None, True),
    ],
)
def test_what_an_adopted_file_names_counts(
    root: Path, content: str | bytes | None, leads_out: bool
) -> None:
    if content is not None:
        write_files(root, {"own.ini": content})
    job = make_job("mypy", root, {"config": "own.ini"})
    assert bool(outside(job)) is leads_out
