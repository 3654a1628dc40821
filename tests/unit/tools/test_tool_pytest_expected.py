"""Tests that stand in a file and that pytest did not collect."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import make_job, write_files

from gatekeeper.tools import pytest_events
from gatekeeper.tools.base import Job
from gatekeeper.tools.pytest_events import Events, Item
from gatekeeper.tools.pytest_expected import uncollected


def job_for(tmp_path: Path, files: dict[str, str], **options: object) -> Job:
    root = write_files(tmp_path.resolve() / "project", files)
    return make_job("pytest", root, options, paths=["tests"])


def seen(job: Job, **modules: str) -> Events:
    """What pytest collected: file names without suffix, tests apart by spaces."""
    events = Events(started=True)
    for name, tests in modules.items():
        path = str(job.root / "tests" / f"{name}.py")
        events.modules.add(path)
        for test in tests.split():
            owner, _, function = test.rpartition(".")
            nodeid = f"tests/{name}.py::{test}"
            events.items.append(Item(nodeid, path, function, owner or None, ()))
    return events


def lost(tmp_path: Path, source: str, tests: str = "") -> list[str]:
    """What is said of one file of which pytest collected some tests."""
    job = job_for(tmp_path, {"tests/test_a.py": source})
    return list(uncollected(job, seen(job, test_a=tests)))


def test_what_was_collected_whole_is_fine(tmp_path: Path) -> None:
    source = (
        "def test_a(): ...\nasync def test_b(): ...\n"
        "class TestC:\n    def test_d(self): ...\n    def helper(self): ...\n"
        "def helper(): ...\n"
    )
    assert lost(tmp_path, source, "test_a test_b TestC.test_d") == []


@pytest.mark.parametrize(
    ("source", "tests", "said"),
    [
        ("def test_a(): ...\ndef test_b(): ...\n", "test_a", "test_b"),
        ("async def test_a(): ...\n", "", "test_a"),
        ("class TestA:\n    def test_b(self): ...\n", "", "TestA.test_b"),
        ("class TestA:\n    def test_b(self): ...\n", "test_b", "TestA.test_b"),
        (
            "from unittest import TestCase\nclass Old(TestCase):\n"
            "    def test_b(self): ...\n",
            "",
            "Old.test_b",
        ),
        (
            "import pytest\n@pytest.mark.parametrize('x', [1])\ndef test_a(x): ...\n",
            "",
            "test_a",
        ),
        (
            "".join(f"def test_{name}(): ...\n" for name in "edcba"),
            "test_c",
            "test_a, test_b, test_d",
        ),
    ],
)
def test_a_test_that_was_not_collected_is_named(
    tmp_path: Path, source: str, tests: str, said: str
) -> None:
    assert lost(tmp_path, source, tests) == [
        f"tests/test_a.py: {said} was not collected"
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\n@pytest.fixture\ndef test_data(): ...\n",
        "import pytest\n@pytest.fixture(scope='module')\ndef test_data(): ...\n",
        "from pytest import fixture as given\n@given\ndef test_data(): ...\n",
        "class TestA:\n    @property\n    def test_data(self): ...\n",
        "if False:\n    def test_a(): ...\n",
        "def outer():\n    def test_a(): ...\n",
        "class Helper:\n    def test_a(self): ...\n",
        "__test__ = False\ndef test_a(): ...\n",
        "class TestA:\n    __test__ = False\n    def test_b(self): ...\n",
        "from abc import ABC\nclass TestBase(ABC):\n    def test_b(self): ...\n",
        "def test_a(): ...\ndel test_a\n",
        "def my_test(): ...\n",
        "test_a = 3\n",
        "def test_(:\n",
        "x = '\0'\n",
        "",
    ],
)
def test_what_only_looks_like_a_test_is_not_missed(tmp_path: Path, source: str) -> None:
    assert lost(tmp_path, source) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def test_a(): ...\ndef test_a(): ...\n", "test_a"),
        (
            "class TestA:\n    def test_b(self): ...\n    def test_b(self): ...\n",
            "TestA.test_b",
        ),
    ],
)
def test_a_test_that_another_of_its_name_hides_is_named(
    tmp_path: Path, source: str, name: str
) -> None:
    assert lost(tmp_path, source, name) == [
        f"tests/test_a.py: {name} is defined twice, the first never runs"
    ]


@pytest.mark.parametrize(
    ("name", "source", "missed"),
    [
        ("test_a.py", "def test_a(): ...\n", True),
        ("test_a.py", "", True),
        ("a_test.py", "", True),
        ("testa.py", "def test_a(): ...\n", True),
        ("a_tests.py", "def test_a(): ...\n", True),
        ("Test_a.py", "def test_a(): ...\n", True),
        ("tests.py", "class TestA:\n    def test_b(self): ...\n", True),
        ("tests.py", "HELPER = 1\n", False),
        ("testing.py", "def testing_tools(): ...\n", False),
        ("helper.py", "def test_a(): ...\n", False),
    ],
)
def test_a_file_that_was_passed_over_is_named(
    tmp_path: Path, name: str, source: str, missed: bool
) -> None:
    job = job_for(tmp_path, {f"tests/{name}": source})
    expected = [f"tests/{name} looks like tests and was not collected"]
    assert list(uncollected(job, seen(job))) == (expected if missed else [])


def test_a_file_with_a_collection_error_is_not_named_twice(tmp_path: Path) -> None:
    job = job_for(tmp_path, {"tests/test_a.py": "def test_a(): ...\n"})
    events = seen(job)
    broken = pytest_events.TestResult("tests/test_a.py::C", "error")
    events.collect_errors.append(broken)
    assert list(uncollected(job, events)) == []


def test_a_file_that_skips_itself_is_not_missed(tmp_path: Path) -> None:
    job = job_for(tmp_path, {"tests/test_a.py": "def test_a(): ...\n"})
    events = seen(job)
    events.skipped_modules.add("tests/test_a.py")
    assert list(uncollected(job, events)) == []


@pytest.mark.parametrize("options", [{"markers": "slow"}, {"args": ["-k", "a"]}])
def test_where_the_policy_chooses_nothing_is_missed(
    tmp_path: Path, options: dict[str, object]
) -> None:
    job = job_for(tmp_path, {"tests/test_a.py": "def test_a(): ...\n"}, **options)
    assert list(uncollected(job, seen(job))) == []


def test_a_file_that_the_policy_leaves_out_is_not_missed(tmp_path: Path) -> None:
    files = {"tests/test_a.py": "", "tests/slow/test_b.py": "def test_b(): ...\n"}
    job = job_for(tmp_path, files, exclude=["tests/slow"])
    assert list(uncollected(job, seen(job, test_a=""))) == []


@pytest.mark.parametrize("words", [["-ka"], ["--keyword=a"], ["--deselect=tests"]])
def test_the_policy_may_choose_in_other_words(tmp_path: Path, words: list[str]) -> None:
    files = {"tests/test_a.py": "def test_a(): ...\n"}
    job = job_for(tmp_path, files, args=words)
    assert list(uncollected(job, seen(job, test_a=""))) == []
