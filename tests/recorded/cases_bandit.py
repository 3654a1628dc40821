"""bandit on tiny projects."""

from __future__ import annotations

from pathlib import Path

from case import Case

GOOD = "def double(number):\n    return 2 * number\n"
SHELL = "import subprocess\n\n\ndef run(text):\n    subprocess.run(text, shell=True)\n"


def _remove(root: Path) -> None:
    (root / "src/b.py").unlink()


CASES = (
    Case("bandit/clean", "two files, no finding", {"src/a.py": GOOD, "src/b.py": GOOD}),
    Case(
        "bandit/findings",
        "one finding of each severity, in two files",
        {
            "src/a.py": SHELL,
            "src/b.py": "import hashlib\n\n\ndef digest(data):\n"
            "    return hashlib.new('md5', data)\n\n\n"
            "def listen(server):\n    server.bind(('0.0.0.0', 80))\n"
            "    return eval(\n        'x'\n    )\n",
        },
    ),
    Case(
        "bandit/opt-outs",
        "named and bare opt-outs, one of them on another line of the same call",
        {
            "src/bare.py": SHELL.replace("\n\n\n", "  # nosec\n\n\n", 1).replace(
                "True)", "True)  # nosec: trust me"
            ),
            "src/named.py": "import subprocess  # nosec B404 - we need it\n\n\n"
            "def run(text):\n    subprocess.run(  # nosec B602, B607\n"
            "        text,\n        shell=True,\n    )\n",
            "src/other.py": "import subprocess  # nosec B602\n",
            "src/test_name.py": "assert 1  # nosec assert_used\n",
        },
    ),
    Case(
        "bandit/syntax-error",
        "does not parse: bandit skips the file and ends with 0",
        {"src/a.py": "def broken(:\n", "src/b.py": GOOD},
    ),
    Case(
        "bandit/null-byte",
        "a null byte after the first line: skipped, exit 0",
        {"src/a.py": b"x = 1\n\0\n", "src/b.py": GOOD},
    ),
    Case(
        "bandit/undecodable",
        "a latin-1 byte and no cookie: skipped, exit 0",
        {"src/a.py": b'NAME = "caf\xe9"\n', "src/b.py": GOOD},
    ),
    Case(
        "bandit/too-deep",
        "a sum so long that bandit gives up on the file: skipped, exit 0",
        {"src/a.py": "x = " + "1+" * 1500 + "1\n", "src/b.py": GOOD},
    ),
    Case("bandit/no-code", "two empty files", {"src/a.py": "", "src/b.py": ""}),
    Case(
        "bandit/gone",
        "a file vanishes between our count and bandit's: exit 0",
        {"src/a.py": GOOD, "src/b.py": GOOD},
        before=_remove,
    ),
    Case(
        "bandit/odd-names",
        "findings in files whose names hold what a line-wise parser trips over",
        {
            "src/a\nb.py": "assert 1\n",
            "src/c:3:1: d.py": "assert 1\n",
            "src/e\x1b[31mf.py": "assert 1\n",
            "src/-g.py": "assert 1\n",
            "src/h i.py": "assert 1\n",
            "src/\u00e9\u2028.py": "assert 1\n",
        },
    ),
    Case(
        "bandit/crash",
        "a warning turned into an exception: traceback, exit 1 as for findings",
        {"src/a.py": SHELL},
        environment={"PYTHONWARNINGS": "error"},
    ),
    Case(
        "bandit/skipped-test",
        "the policy leaves a test out",
        {"src/a.py": SHELL},
        {"skip": ["B404"]},
    ),
    Case(
        "bandit/filtered",
        "arguments that keep findings out of the report",
        {"src/a.py": SHELL},
        {"args": ["--severity-level=high", "--confidence-level=high"]},
    ),
    Case(
        "bandit/other-format",
        "arguments that make the report something other than JSON",
        {"src/a.py": SHELL},
        alter=lambda argv: tuple("txt" if word == "json" else word for word in argv),
    ),
    Case(
        "bandit/bad-option",
        "an argument that bandit does not know",
        {"src/a.py": GOOD},
        {"args": ["--no-such-option"]},
    ),
)
