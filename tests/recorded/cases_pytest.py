"""pytest on tiny suites, with our plugin as the witness."""

from __future__ import annotations

from case import Case

GOOD = "def test_good():\n    assert 1 + 1 == 2\n"
BAD = "def test_bad():\n    assert 1 + 1 == 3\n"

_MIXED = """\
import unittest

import pytest


@pytest.mark.parametrize("number", [1, 2])
def test_numbers(number):
    assert number


@pytest.mark.skip(reason="later")
def test_skipped():
    pass


@pytest.mark.xfail(reason="known")
def test_expected():
    raise ValueError


@pytest.mark.xfail(reason="not any more")
def test_unexpected():
    pass


class TestGroup:
    def test_inside(self):
        pass


class Old(unittest.TestCase):
    def test_old(self):
        self.assertTrue(True)
"""
_FAILURES = """\
import pytest
from helper import check


@pytest.fixture
def broken():
    raise RuntimeError("no database")


@pytest.fixture
def leaky():
    yield
    raise RuntimeError("cannot clean up")


def test_plain():
    assert [1, 2] == [1, 3]


def test_in_helper():
    check(0)


def test_setup(broken):
    pass


def test_teardown(leaky):
    pass


@pytest.mark.xfail(strict=True)
def test_strict():
    pass


def test_passes():
    pass
"""
_SUBTESTS = """\
def test_many(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1
"""
_ASYNC = """\
import unittest


class TestLater(unittest.TestCase):
    async def test_never_awaited(self):
        assert False

    def test_now(self):
        pass
"""
_FORGED = """\
import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
_CLAIMED = """\
def pytest_pyfunc_call(pyfuncitem):
    return True
"""
_ZERO = """\
def pytest_sessionfinish(session):
    session.exitstatus = 0
"""
_FIVE = _ZERO.replace("= 0", "= 5")
_REMOVES = """\
def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if "bad" not in item.name]
"""
_CRASHES = """\
def pytest_collection_modifyitems(items):
    raise RuntimeError("conftest fell over")
"""
_INIT = """\
class TestLost:
    def __init__(self):
        self.number = 1

    def test_method(self):
        assert self.number == 2


def test_good():
    pass
"""
_RENAMED = """\
import helper


@helper.vanish
def test_lost():
    assert False


def test_good():
    pass
"""
_VANISH = """\
def vanish(function):
    return None
"""
_THREAD = """\
import threading


def test_thread():
    def work():
        assert False

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""


def _ends(call: str, last: bool = True) -> str:
    """Two tests, of which one ends the process."""
    ending = f"def test_ends():\n    {call}\n"
    return "import os\n\nimport pytest\n\n\n" + (
        f"{GOOD}\n\n{ending}" if last else f"{ending}\n\n{BAD}"
    )


CASES = (
    Case(
        "pytest/passed",
        "every way for a test not to fail",
        {"tests/test_a.py": _MIXED, "tests/test_b.py": GOOD},
    ),
    Case(
        "pytest/failures",
        "every way for a test to fail, one of them in a helper",
        {
            "tests/test_a.py": _FAILURES,
            "tests/helper.py": "def check(number):\n    assert number\n",
        },
    ),
    Case(
        "pytest/subtests", "one of three subtests fails", {"tests/test_a.py": _SUBTESTS}
    ),
    Case(
        "pytest/collection-error",
        "a test file cannot be imported, another one is fine: exit 2",
        {"tests/test_a.py": "import no_such_module\n", "tests/test_b.py": GOOD},
    ),
    Case(
        "pytest/syntax-error",
        "a test file does not parse",
        {"tests/test_a.py": "def test_(:\n", "tests/test_b.py": GOOD},
    ),
    Case(
        "pytest/undecodable",
        "a latin-1 byte and no cookie in a test file",
        {"tests/test_a.py": b'def test_a():\n    assert "caf\xe9"\n'},
    ),
    Case(
        "pytest/broken-conftest",
        "conftest.py cannot be imported: exit 4",
        {"tests/conftest.py": "import no_such_module\n", "tests/test_a.py": GOOD},
    ),
    Case(
        "pytest/conftest-ends",
        "conftest.py ends the process with 0 when it is imported",
        {"tests/conftest.py": "import os\n\nos._exit(0)\n", "tests/test_a.py": BAD},
    ),
    Case(
        "pytest/first-test-ends-0",
        "the first of two tests ends the process with 0",
        {"tests/test_a.py": _ends("os._exit(0)", last=False)},
    ),
    Case(
        "pytest/last-test-ends-0",
        "the last of two tests ends the process with 0",
        {"tests/test_a.py": _ends("os._exit(0)")},
    ),
    Case(
        "pytest/last-test-ends-5",
        "the last of two tests ends the process with 5, as if there were no tests",
        {"tests/test_a.py": _ends("os._exit(5)")},
    ),
    Case(
        "pytest/first-test-leaves-0",
        "the first of two tests ends the session in order, with 0",
        {"tests/test_a.py": _ends("pytest.exit('enough', returncode=0)", last=False)},
    ),
    Case(
        "pytest/last-test-leaves-0",
        "the last of two tests ends the session in order, with 0",
        {"tests/test_a.py": _ends("pytest.exit('enough', returncode=0)")},
    ),
    Case(
        "pytest/killed",
        "a test kills the process, as the kernel does without memory",
        {"tests/test_a.py": _ends("os.kill(os.getpid(), 9)", last=False)},
    ),
    Case(
        "pytest/interrupted",
        "a test raises KeyboardInterrupt: exit 2",
        {"tests/test_a.py": _ends("raise KeyboardInterrupt", last=False)},
    ),
    Case(
        "pytest/exit-status-0",
        "a hook sets the exit status to 0 though a test failed",
        {"tests/conftest.py": _ZERO, "tests/test_a.py": f"{GOOD}\n\n{BAD}"},
    ),
    Case(
        "pytest/exit-status-5",
        "a hook sets the exit status to 5 though a test passed",
        {"tests/conftest.py": _FIVE, "tests/test_a.py": GOOD},
    ),
    Case(
        "pytest/forged-report",
        "a hook reports every outcome as passed",
        {"tests/conftest.py": _FORGED, "tests/test_a.py": f"{GOOD}\n\n{BAD}"},
    ),
    Case(
        "pytest/claimed-call",
        "a hook claims to have called the test function",
        {"tests/conftest.py": _CLAIMED, "tests/test_a.py": BAD},
    ),
    Case(
        "pytest/never-awaited",
        "a coroutine that nobody runs",
        {"tests/test_a.py": _ASYNC},
    ),
    Case(
        "pytest/returns",
        "a test returns its comparison instead of asserting it",
        {"tests/test_a.py": "def test_returns():\n    return 1 == 2\n"},
    ),
    Case(
        "pytest/thread", "an assertion fails in a thread", {"tests/test_a.py": _THREAD}
    ),
    Case(
        "pytest/all-skipped",
        "nothing ran",
        {
            "tests/test_a.py": "import pytest\n\npytestmark = pytest.mark.skip\n\n\n"
            + BAD
        },
    ),
    Case(
        "pytest/no-parameters",
        "the only test has an empty list of parameters",
        {
            "tests/test_a.py": "import pytest\n\n\n"
            "@pytest.mark.parametrize('number', [])\ndef test_none(number):\n"
            "    assert False\n"
        },
    ),
    Case(
        "pytest/none-collected",
        "a file without a test: exit 5",
        {"tests/test_a.py": "HELPER = 1\n"},
    ),
    Case("pytest/no-files", "no file at all: exit 5", {"tests/data.txt": ""}),
    Case(
        "pytest/workers",
        "two processes, with a failure",
        {"tests/test_a.py": GOOD, "tests/test_b.py": BAD},
        {"workers": 2},
    ),
    Case(
        "pytest/worker-dies",
        "a test ends its worker with 0; the other test passes",
        {"tests/test_a.py": GOOD, "tests/test_b.py": _ends("os._exit(0)")},
        {"workers": 2},
    ),
    Case(
        "pytest/workers-without-plugin",
        "several processes are wanted, but pytest-xdist cannot be loaded: exit 4",
        {"tests/test_a.py": GOOD},
        {"workers": 2},
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    ),
    Case(
        "pytest/removed",
        "a hook removes the test that would fail",
        {"tests/conftest.py": _REMOVES, "tests/test_a.py": f"{GOOD}\n\n{BAD}"},
    ),
    Case(
        "pytest/internal-error",
        "a hook raises while tests are collected: exit 3",
        {"tests/conftest.py": _CRASHES, "tests/test_a.py": GOOD},
    ),
    Case(
        "pytest/ignored-file",
        "conftest.py leaves a file out",
        {
            "tests/conftest.py": 'collect_ignore = ["test_b.py"]\n',
            "tests/test_a.py": GOOD,
            "tests/test_b.py": BAD,
        },
    ),
    Case(
        "pytest/other-file-names",
        "the project's settings look for files of another name",
        {
            "pytest.ini": "[pytest]\npython_files = check_*.py\n",
            "tests/check_a.py": GOOD,
            "tests/test_b.py": BAD,
        },
    ),
    Case(
        "pytest/misspelt-file",
        "a file whose name pytest does not take for tests",
        {"tests/test_a.py": GOOD, "tests/testb.py": BAD},
    ),
    Case(
        "pytest/class-with-init",
        "a class with a constructor, which pytest does not collect",
        {"tests/test_a.py": _INIT},
    ),
    Case(
        "pytest/lost-function",
        "a decorator makes a test vanish",
        {"tests/test_a.py": _RENAMED, "tests/helper.py": _VANISH},
    ),
    Case(
        "pytest/optimized",
        "assert statements are compiled away in helpers",
        {"tests/test_a.py": GOOD},
        environment={"PYTHONOPTIMIZE": "1"},
    ),
    Case(
        "pytest/addopts",
        "the project's settings deselect the failing test, which does not count",
        {
            "pytest.ini": "[pytest]\naddopts = -k good\n",
            "tests/test_a.py": f"{GOOD}\n\n{BAD}",
        },
    ),
    Case(
        "pytest/markers",
        "the policy chooses by marker",
        {
            "pytest.ini": "[pytest]\nmarkers = slow\n",
            "tests/test_a.py": f"import pytest\n\n\n{GOOD}\n\n@pytest.mark.slow\n{BAD}",
        },
        {"markers": "not slow"},
    ),
    Case(
        "pytest/keyword",
        "the policy chooses by keyword",
        {"tests/test_a.py": f"{GOOD}\n\n{BAD}"},
        {"args": ["-k", "good"]},
    ),
    Case(
        "pytest/stops-at-first",
        "the policy's arguments stop at the first failure",
        {"tests/test_a.py": f"{BAD}\n\n{GOOD}"},
        {"args": ["-x"]},
    ),
    Case(
        "pytest/odd-names",
        "hostile texts in names of files and of parameters",
        {
            "tests/test_a\nb.py": BAD,
            "tests/test_c\x1b[31md.py": GOOD,
            "tests/test_e.py": "import pytest\n\n\n"
            "@pytest.mark.parametrize('text', ['a\\nb', '::x', '\\x1b[31m', '\\xe9'])\n"
            "def test_text(text):\n    assert text == '::x'\n",
        },
    ),
    Case(
        "pytest/excluded",
        "the policy leaves a file out",
        {"tests/test_a.py": GOOD, "tests/slow/test_b.py": BAD},
        {"exclude": ["tests/slow"]},
    ),
)
