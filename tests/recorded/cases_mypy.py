"""mypy on tiny projects."""

from __future__ import annotations

from pathlib import Path

from case import Case

GOOD = "def double(number: int) -> int:\n    return 2 * number\n"
WRONG = "def double(number: int) -> str:\n    return 2 * number\n"

_PLUGIN = """\
from mypy.plugin import Plugin


class Odd(Plugin):
    def get_function_hook(self, fullname):
        raise RuntimeError("plugin fell over")


def plugin(version):
    return Odd
"""


def _remove(root: Path) -> None:
    (root / "src/b.py").unlink()


CASES = (
    Case("mypy/clean", "two files, no error", {"src/a.py": GOOD, "src/b.py": GOOD}),
    Case(
        "mypy/findings",
        "errors with and without a column end, over several lines, with notes",
        {
            "src/a.py": GOOD + "\n\ndouble('x')\ndouble(\n    number=[\n        1\n"
            "    ],\n)\n",
            "src/b.py": "import json\nimport yaml_of_nobody\n\n\n"
            "def load(text):\n    return json.loads(text) + json.nothing\n",
            "src/c.py": "from typing import overload\n\n\n@overload\n"
            "def f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\n"
            "def f(x: object) -> object:\n    return x\n\n\nf([])\n",
        },
    ),
    Case(
        "mypy/notes-only",
        "notes without an error: exit 0",
        {"src/a.py": "reveal_type(1)\nreveal_type('x')\n"},
    ),
    Case(
        "mypy/stubs-missing",
        "a library without types: an error, notes, and a hint with an address",
        {"src/a.py": "import docutils\n\nX: int = docutils.nothing\n"},
    ),
    Case("mypy/empty", "one empty file", {"src/__init__.py": ""}),
    Case(
        "mypy/syntax-error",
        "does not parse, which keeps mypy from checking anything else",
        {"src/a.py": "def broken(:\n", "src/b.py": WRONG},
    ),
    Case(
        "mypy/undecodable",
        "a latin-1 byte and no cookie: the reason is on stderr only",
        {"src/a.py": b'NAME = "caf\xe9"\n', "src/b.py": GOOD},
    ),
    Case(
        "mypy/null-byte",
        "a null byte after the first line",
        {"src/a.py": b"x = 1\n\0\n", "src/b.py": GOOD},
    ),
    Case(
        "mypy/internal-error",
        "an adopted plugin raises: INTERNAL ERROR",
        {
            "src/a.py": GOOD + "\n\ndouble(1)\n",
            "odd_plugin.py": _PLUGIN,
            "adopted.ini": "[mypy]\nplugins = odd_plugin.py\n",
        },
        {"config": "adopted.ini"},
    ),
    Case(
        "mypy/duplicate-module",
        "two packages of one name in folders that are none",
        {
            "src/one/pack/__init__.py": "",
            "src/two/pack/__init__.py": "",
        },
    ),
    Case(
        "mypy/same-name",
        "two scripts of one name in folders that are no packages: kept apart",
        {"src/one/util.py": GOOD, "src/two/util.py": WRONG},
    ),
    Case(
        "mypy/no-module-name",
        "a package whose name cannot be imported",
        {"src/odd-name/__init__.py": "", "src/odd-name/a.py": GOOD},
    ),
    Case(
        "mypy/ignores",
        "named and bare ignores on lines",
        {
            "src/bare.py": "X: int = 1\nX = 'a'  # type: ignore\n"
            "X = 'b'  #type:ignore # why\n",
            "src/named.py": "X: int = 1\nX = 'a'  # type: ignore[assignment]\n"
            "X = 'b'  # type: ignore[assignment, misc]  # why\n",
        },
    ),
    Case(
        "mypy/ignores-of-files",
        "opt-outs of a whole file or function, which no flag of mypy reports",
        {
            "src/first.py": "# type: ignore\nX: int = 'a'\n",
            "src/inline.py": "# mypy: ignore-errors\nX: int = 'a'\n",
            "src/code.py": "# mypy: disable-error-code=assignment\nX: int = 'a'\n",
            "src/function.py": "from typing import no_type_check\n\n\n"
            "@no_type_check\ndef f() -> int:\n    return 'a'\n",
        },
    ),
    Case(
        "mypy/unused-ignore",
        "an ignore that nothing needs, under strict",
        {"src/a.py": "X = 1  # type: ignore[assignment]\n"},
    ),
    Case(
        "mypy/spaced-ignore",
        "a space between ignore and the code that it names",
        {"src/a.py": "X: int = 'a'  # type: ignore [assignment]\n"},
    ),
    Case(
        "mypy/stub-beside",
        "a module with a stub beside it: mypy reads only one of them",
        {"src/a.py": WRONG, "src/a.pyi": "def double(number: int) -> str: ...\n"},
    ),
    Case(
        "mypy/shadows-library",
        "a file that takes the place of a module of the library",
        {"src/typing.py": GOOD},
    ),
    Case(
        "mypy/gone",
        "a file vanishes between our count and mypy's",
        {"src/a.py": GOOD, "src/b.py": GOOD},
        before=_remove,
    ),
    Case(
        "mypy/odd-names",
        "errors in files whose names hold what a line-wise parser trips over",
        {
            "src/c:3:1: error: d.py": WRONG,
            "src/e\x1b[31mf.py": WRONG,
            "src/-g.py": WRONG,
            "src/h i.py": WRONG,
            "src/\u00e9.py": WRONG,
        },
    ),
    Case(
        "mypy/newline-clean",
        "a file whose name holds a newline, without an error in it",
        {"src/a\nb.py": GOOD},
    ),
    Case(
        "mypy/newline-finding",
        "an error in a file whose name holds a newline",
        {"src/a\nb.py": WRONG},
    ),
    Case(
        "mypy/line-separator",
        "a file whose name holds a line separator that is no newline",
        {"src/a\u2028b.py": GOOD},
    ),
    Case(
        "mypy/line-separator-in-message",
        "a message that quotes a line separator that is no newline",
        {
            "src/a.py": "from typing import Literal\n\n"
            "X: Literal['a\\x85b\\u2028c'] = 1\n"
        },
    ),
    Case(
        "mypy/config-ignored",
        "an adopted configuration that mypy complains of, and goes on without",
        {"src/a.py": GOOD, "adopted.ini": "[mypy]\nno_such_option = True\n"},
        {"config": "adopted.ini"},
    ),
    Case(
        "mypy/config-broken",
        "an adopted configuration that does not parse: mypy goes on with defaults",
        {"src/a.py": GOOD, "adopted.ini": "no section\nstrict = True\n"},
        {"config": "adopted.ini"},
    ),
    Case(
        "mypy/config-filters",
        "the adopted configuration drops all errors",
        {"src/a.py": WRONG, "adopted.ini": "[mypy]\nignore_errors = True\n"},
        {"config": "adopted.ini"},
    ),
    Case(
        "mypy/bad-option",
        "an argument that mypy does not know",
        {"src/a.py": GOOD},
        {"args": ["--no-such-option"]},
    ),
    Case(
        "mypy/not-strict",
        "bodies without annotations are checked also where strict is off",
        {"src/a.py": "def f(a):\n    return 1 + 'x'\n"},
        {"strict": False},
    ),
)
