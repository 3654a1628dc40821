"""flake8 on tiny projects."""

from __future__ import annotations

from pathlib import Path

from case import Case

GOOD = '"""Nothing to object to."""\n\nANSWER = 42\n'
UNUSED = "import os\n"

_PLUGIN = """\
class Check:
    name = "odd"
    version = "1"

    def __init__(self, tree, filename):
        self.filename = filename

    def run(self):
        {body}
        return iter(())
"""
_ADOPTED = """\
[flake8:local-plugins]
extension =
    ODD = odd_check:Check
paths = .
"""


def _with_plugin(body: str) -> dict[str, str]:
    return {
        "src/a.py": UNUSED,
        "src/b.py": GOOD,
        "odd_check.py": _PLUGIN.format(body=body),
        "adopted.cfg": _ADOPTED,
    }


def _remove(root: Path) -> None:
    (root / "src/b.py").unlink()


CASES = (
    Case("flake8/clean", "two files, no finding", {"src/a.py": GOOD, "src/b.py": GOOD}),
    Case(
        "flake8/findings",
        "one finding of each plugin, in two files",
        {
            "src/a.py": "import os\n\nNAME = undefined\n\n\n"
            + "def long(a):\n"
            + "".join(f"    if a == {n}:\n        return {n}\n" for n in range(10))
            + "    return a\n",
            "src/b.py": f"WIDE = '{'x' * 90}'\nfrom a import long \n",
        },
    ),
    Case(
        "flake8/opt-outs",
        "named and bare opt-outs, of a line, a string of several lines and a file",
        {
            "src/bare.py": "import os  # noqa\nimport sys  # noqa: because I say so\n",
            "src/named.py": "import os  # noqa: F401\nimport sys  # NOQA:F401,E501\n",
            "src/prefix.py": "import os  # noqa: F\nimport sys  # noqa: E501\n",
            "src/text.py": f'"""Text.\n\n{"xx " * 30}x\n"""  # noqa: E501\n',
            "src/whole.py": "# flake8: noqa: F401\nimport os\nx=1\n",
            "src/whole_bare.py": "# flake8: noqa\nimport os\n",
        },
    ),
    Case(
        "flake8/opt-out-of-syntax",
        "an opt-out cannot silence a syntax error",
        {"src/a.py": "x = = 1  # noqa: E999\n"},
    ),
    Case("flake8/syntax-error", "does not parse", {"src/a.py": "def broken(:\n"}),
    Case(
        "flake8/null-byte",
        "a null byte after the first line",
        {"src/a.py": b"x = 1\n\0\n", "src/b.py": GOOD},
    ),
    Case(
        "flake8/undecodable",
        "a latin-1 byte and no cookie: flake8 says nothing, Python refuses the file",
        {"src/a.py": b'NAME = "caf\xe9"\n', "src/b.py": GOOD},
    ),
    Case(
        "flake8/unknown-encoding",
        "a cookie that names no encoding",
        {"src/a.py": "# coding: klingon\nNAME = 1\n"},
    ),
    Case(
        "flake8/utf-16",
        "a module saved as UTF-16",
        {"src/a.py": "NAME = 1\n".encode("utf-16")},
    ),
    Case(
        "flake8/odd-names",
        "findings in files whose names hold what a line-wise parser trips over",
        {
            "src/a\nb.py": UNUSED,
            "src/c:3:1: E501 d.py": UNUSED,
            "src/e\x1b[31mf.py": UNUSED,
            "src/-g.py": UNUSED,
            "src/h i.py": UNUSED,
            "src/\u00e9\u2028.py": UNUSED,
        },
    ),
    Case(
        "flake8/no-utf-8-name",
        "a finding in a file whose name is no UTF-8",
        {"src/a\udcff.py": UNUSED, "src/b.py": GOOD},
    ),
    Case(
        "flake8/crash",
        "an adopted plugin raises: traceback, exit 1 as for findings",
        _with_plugin("raise RuntimeError('plugin fell over')"),
        {"config": "adopted.cfg", "args": ["--jobs=1"]},
    ),
    Case(
        "flake8/killed",
        "killed by SIGKILL on the second file, as the kernel does without memory",
        _with_plugin("import os; self.filename.endswith('b.py') and os.kill(0, 9)"),
        {"config": "adopted.cfg", "args": ["--jobs=1"]},
    ),
    Case(
        "flake8/plugin-missing",
        "the adopted configuration requires a plugin that is not installed",
        {"src/a.py": GOOD, "adopted.cfg": "[flake8]\nrequire-plugins = flake8-gone\n"},
        {"config": "adopted.cfg"},
    ),
    Case(
        "flake8/filtered-by-name",
        "the adopted configuration looks at a name that no file has",
        {
            "src/a.py": UNUSED,
            "src/b.py": GOOD,
            "adopted.cfg": "[flake8]\nfilename = *.none\n",
        },
        {"config": "adopted.cfg"},
    ),
    Case(
        "flake8/quiet",
        "the adopted configuration suppresses all output",
        {"src/a.py": UNUSED, "adopted.cfg": "[flake8]\nquiet = 2\n"},
        {"config": "adopted.cfg"},
    ),
    Case(
        "flake8/gone",
        "a file vanishes between our count and flake8's",
        {"src/a.py": GOOD, "src/b.py": GOOD},
        before=_remove,
    ),
    Case(
        "flake8/bad-option",
        "an argument that flake8 does not know",
        {"src/a.py": GOOD},
        {"args": ["--no-such-option"]},
    ),
    Case(
        "flake8/printed-by-plugin",
        "an adopted plugin prints while it checks",
        _with_plugin("print('hello')"),
        {"config": "adopted.cfg", "args": ["--jobs=1"]},
    ),
)
