"""ruff on tiny projects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from case import Case

GOOD = '"""Nothing to object to."""\n\nANSWER = 42\n'
UNUSED = "import os\n"
UNSORTED = "import sys\nimport abc\n"


def _with(*rules: str, **more: Any) -> dict[str, Any]:
    """Options; the target is named so that it is not that of the interpreter."""
    return {"select": list(rules or ("F", "I")), "target_version": "py311", **more}


def _remove(root: Path) -> None:
    (root / "src/b.py").unlink()


CASES = (
    Case(
        "ruff/clean",
        "two files and a stub, no finding",
        {"src/a.py": GOOD, "src/b.py": GOOD, "src/c.pyi": "ANSWER: int\n"},
        _with(),
    ),
    Case(
        "ruff/findings",
        "imports, docstrings, annotations and logic, in two files",
        {
            "src/a.py": "import sys\nimport abc\n\n\nclass Thing:\n"
            "    def public(self, number):\n        return number\n\n"
            "    def _private(self) -> None:\n        pass\n",
            "src/b.py": f'"""Text."""\n\nNAME = undefined\nWIDE = "{"x" * 90}"\n',
            "src/c.pyi": UNUSED,
        },
        _with("E501", "F", "I", "D1", "ANN"),
    ),
    Case(
        "ruff/opt-outs",
        "named and bare opt-outs of every kind that hides findings",
        {
            "src/bare.py": "import os  # noqa\nimport re  # why # NOQA because\n",
            "src/block.py": "# ruff: disable[F401]\nimport os\n\n"
            "# ruff: enable[F401]\nimport re\n",
            "src/inside.py": "from os import (\n    # isort: off\n"
            "    path,  # noqa: F401\n    sep,\n)\n",
            "src/members.py": "from os import (  # noqa\n    path,\n    sep,\n)\n"
            "from re import (\n    compile,  # noqa: F401\n)\n",
            "src/named.py": "import os  # noqa: F401\nimport re  # noqa:E501,F401 why\n"
            "import sys  # ruff: ignore[F401]\n",
            "src/other.py": "import os  # noqa: E501\nimport re  # noqa: F\n"
            "import sys  # noqa:\n",
            "src/text.py": 'import os\n\nX = f"""\n{os.sep} {y}\n"""  # noqa: F821\n',
            "src/whole.py": "# ruff: noqa: F401\nimport os\n\nX = y\n",
            "src/whole_bare.py": "# flake8: noqa\nimport os\nimport re  # noqa: F401\n",
            "src/whole_code.py": "# ruff: file-ignore[F401]\nimport os\n",
        },
        _with("F"),
    ),
    Case(
        "ruff/sorting",
        "comments that switch the sorting of imports off",
        {
            "src/file.py": "# isort: skip_file\nimport sys\nimport abc\n",
            "src/lines.py": "import sys\nimport abc  # isort: skip\n",
            "src/named.py": "import sys  # noqa: I001\nimport abc\n",
            "src/package/__init__.py": "",
            "src/package/part.py": "import sys\n\n# isort: off\nimport package.b\n"
            "import package.a\n\n# isort: on\nimport zipfile\n",
            "src/package/fine.py": "import werkzeug\n\nimport helper\n"
            "import package.part\n\n# isort: off\n",
            "src/helper.py": "",
            "src/plugins/extra/__init__.py": "# ruff: isort: skip_file\n",
            "src/plugins/extra/fine.py": "import werkzeug\n\nimport extra.part\n\n"
            "# isort: off\n",
            "src/split.py": "import sys\n\n# isort: split\nimport abc\n",
            "src/text.py": f'"""\n# isort: skip_file\n"""\n\n{UNSORTED}',
        },
        _with("I"),
    ),
    Case(
        "ruff/first-party",
        "modules of the project stand apart from those of others",
        {
            "src/app/__init__.py": "",
            "src/app/mixed.py": "import helper\nimport werkzeug\n",
            "src/app/right.py": "import werkzeug\n\nimport app.mixed\nimport helper\n",
            "src/helper.py": "",
        },
        _with("I"),
    ),
    Case(
        "ruff/settings",
        "settings of the repository that would hide everything",
        {
            "src/a.py": UNUSED,
            "src/build/b.py": UNUSED,
            "ruff.toml": 'exclude = ["*"]\nlint.select = []\n',
            "src/.ruff.toml": 'lint.ignore = ["ALL"]\n',
            "pyproject.toml": '[tool.ruff]\nexclude = ["*"]\n',
            ".gitignore": "src\n",
        },
        _with("F"),
    ),
    Case(
        "ruff/syntax-error",
        "does not parse",
        {"src/a.py": "def broken(:\n", "src/b.py": GOOD},
        _with("I"),
    ),
    Case(
        "ruff/opt-out-of-syntax",
        "no opt-out silences a syntax error",
        {"src/a.py": "# ruff: noqa: E999\nx = = 1  # noqa: E999, invalid-syntax\n"},
        _with(),
    ),
    Case(
        "ruff/newer-syntax",
        "a statement that the target does not know",
        {"src/a.py": "type Number = int\n"},
        _with(),
    ),
    Case(
        "ruff/undecodable",
        "a latin-1 byte, and one with a cookie that Python reads and ruff does not",
        {
            "src/a.py": b'NAME = "caf\xe9"\n',
            "src/b.py": b'# coding: latin-1\nNAME = "caf\xe9"\n',
            "src/c.py": UNUSED,
        },
        _with(),
    ),
    Case(
        "ruff/undecodable-ignored",
        "the policy ignores unreadable files: a warning and exit 0",
        {"src/a.py": b'NAME = "caf\xe9"\n', "src/b.py": GOOD},
        _with(ignore=["E902"]),
    ),
    Case(
        "ruff/gone",
        "a file vanishes between our count and ruff's",
        {"src/a.py": GOOD, "src/b.py": GOOD},
        _with(),
        before=_remove,
    ),
    Case(
        "ruff/odd-names",
        "findings in files whose names hold what a line-wise parser trips over",
        {
            "src/a\nb.py": UNUSED,
            "src/a\nc.py": UNUSED,
            "src/c:3:1: d.py": UNUSED,
            "src/e\x1b[31mf.py": UNUSED,
            "src/-g.py": UNUSED,
            "src/h i.py": UNUSED,
            "src/\u00e9\u2028.py": UNUSED,
        },
        _with("F"),
    ),
    Case(
        "ruff/unknown-rule",
        "a rule that ruff does not know",
        {"src/a.py": GOOD},
        _with("ANNO"),
    ),
    Case(
        "ruff/removed-rule",
        "a rule that ruff has no longer",
        {"src/a.py": GOOD},
        _with("ANN101"),
    ),
    Case(
        "ruff/remarks",
        "rules with another name, without effect, and against each other",
        {"src/a.py": GOOD},
        _with("TCH", "PLR6301", "D203", "D211"),
    ),
    Case(
        "ruff/quiet",
        "an argument that suppresses the log",
        {"src/a.py": GOOD},
        _with(args=["--quiet"]),
    ),
    Case(
        "ruff/exit-zero",
        "an argument that makes ruff end with 0 whatever it finds",
        {"src/a.py": UNUSED},
        _with(args=["--exit-zero"]),
    ),
    Case(
        "ruff/statistics",
        "an argument that makes the report something else",
        {"src/a.py": UNUSED},
        _with(args=["--statistics"]),
    ),
    Case(
        "ruff/bad-option",
        "an argument that ruff does not know",
        {"src/a.py": GOOD},
        _with(args=["--no-such-option"]),
    ),
)
