"""coverage on tiny projects: the test run, then the report on it."""

from __future__ import annotations

from case import Case

SHOP = """\
def price(amount, member=False):
    total = amount * 10
    if member:
        total = total - 1
    return total


def unused():
    first = 1
    second = 2
    return first + second
"""
TESTS = """\
from shop import price


def test_price():
    assert price(1) == 10
"""
_FULL = (
    TESTS
    + """\


def test_member():
    assert price(1, True) == 9
"""
)
_CHILD = """\
import os
import subprocess
import sys


def test_child():
    code = "import sys; sys.path.insert(0, 'src'); import shop; shop.price(1)"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
"""
_POOL = """\
import multiprocessing

from shop import price


def test_pool():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(price, [1]) == [10]
        pool.close()
        pool.join()
"""


def _project(tests: str = TESTS, **more: str | bytes) -> dict[str, str | bytes]:
    named = {name.replace("__", "/") + ".py": text for name, text in more.items()}
    return {"src/shop.py": SHOP, "tests/test_a.py": tests, **named}


CASES = (
    Case(
        "coverage/full",
        "every statement ran",
        {"src/shop.py": SHOP.partition("\n\n\n")[0] + "\n", "tests/test_a.py": _FULL},
    ),
    Case(
        "coverage/partial",
        "some statements never ran, and one file was never imported",
        _project(src__never="A = 1\nB = 2\nC = 3\n"),
    ),
    Case(
        "coverage/branches",
        "all statements ran, but not all branches were taken",
        {
            "src/shop.py": "def sign(number):\n    text = ''\n    if number < 0:\n"
            "        text = '-'\n    return text\n",
            "tests/test_a.py": "from shop import sign\n\n\n"
            "def test_sign():\n    assert sign(-1) == '-'\n",
        },
        {"branch": True},
    ),
    Case("coverage/partial-branches", "both", _project(), {"branch": True}),
    Case(
        "coverage/failing-tests",
        "every statement ran, but a test failed",
        {
            "src/shop.py": "PRICE = 10\n",
            "tests/test_a.py": "from shop import PRICE\n\n\n"
            "def test_price():\n    assert PRICE == 11\n",
        },
    ),
    Case(
        "coverage/no-statements",
        "the source holds no statement, which coverage calls 100 %",
        {
            "src/__init__.py": "",
            "src/empty.py": "# nothing here\n",
            "tests/test_a.py": "import empty\n\n\ndef test_it():\n    assert empty\n",
        },
    ),
    Case(
        "coverage/syntax-error",
        "a source file does not parse, so coverage leaves it out",
        _project(src__broken="def broken(:\n"),
    ),
    Case(
        "coverage/no-tests",
        "no test ran, so nothing was measured",
        _project("HELPER = 1\n"),
    ),
    Case(
        "coverage/all-skipped",
        "the only test was skipped",
        _project(
            "import pytest\n\nimport shop\n\npytestmark = pytest.mark.skip\n\n\n"
            "def test_a():\n    shop.price(1)\n"
        ),
    ),
    Case(
        "coverage/tests-crash",
        "conftest.py ends the process with 0",
        _project(tests__conftest="import os\n\nos._exit(0)\n"),
    ),
    Case(
        "coverage/killed-before-saving",
        "the tests pass, then the process ends before coverage can save its data",
        _project(
            tests__conftest="import os\n\n\n"
            "def pytest_unconfigure():\n    os._exit(0)\n"
        ),
    ),
    Case(
        "coverage/pragmas",
        "lines that are left out by a pragma",
        {
            "src/shop.py": "A = 1\n\n\ndef f():  # pragma: no cover\n    return 2\n",
            "tests/test_a.py": "import shop\n\n\ndef test_it():\n    assert shop.A\n",
        },
    ),
    Case(
        "coverage/child-process",
        "the code runs in a child; the project's settings patch child processes",
        {**_project(_CHILD), ".coveragerc": "[run]\npatch = subprocess\n"},
    ),
    Case(
        "coverage/multiprocessing",
        "the code runs in a pool; the project's settings name the kind of concurrency",
        {**_project(_POOL), ".coveragerc": "[run]\nconcurrency = multiprocessing\n"},
    ),
    Case(
        "coverage/settings-hide",
        "the project's settings leave out what is not covered, which does not count",
        {
            **_project(),
            ".coveragerc": "[run]\nomit = src/*\n[report]\nexclude_also = def \n",
        },
    ),
    Case(
        "coverage/adopted",
        "the policy adopts settings that leave a function out",
        {**_project(), "own.cfg": "[coverage:report]\nexclude_also = def unused\n"},
        {"config": "own.cfg"},
    ),
    Case(
        "coverage/adopted-omit",
        "the policy adopts settings that leave a whole file out",
        {
            **_project(src__never="A = 1\n"),
            "own.cfg": "[coverage:run]\nomit = */never.py\n",
        },
        {"config": "own.cfg"},
    ),
    Case(
        "coverage/workers",
        "tests on two processes, whose data have to be combined",
        {
            **_project(_FULL),
            "tests/test_b.py": "import shop\n\n\n"
            "def test_b():\n    assert shop.unused() == 3\n",
        },
        tests={"workers": 2},
    ),
    Case(
        "coverage/two-files",
        "files above and below the total",
        {
            "src/core/__init__.py": "",
            "src/core/a.py": "A = 1\nB = 2\nC = 3\nif A > B:\n    C = 4\n",
            "src/edge/__init__.py": "",
            "src/edge/b.py": SHOP,
            "tests/test_a.py": "import core.a\nfrom edge.b import price\n\n\n"
            "def test_it():\n    assert core.a.C == 3 and price(1)\n",
        },
    ),
)
