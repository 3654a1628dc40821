"""safety on small lists of requirements."""

from __future__ import annotations

from pathlib import Path

from case import Case
from databases import Advisory, database

FLASK = Advisory(
    "flask",
    ["<0.12.3"],
    "90002",
    "CVE-2018-9999",
    cvss3=7.5,
    text="Uses much memory.",
    fixed=["0.12.3"],
    versions=["0.12.1", "0.12.2"],
)
YAML = Advisory(
    "pyyaml", ["<4.1"], "90003", "CVE-2017-9999", cvss3=9.8, versions=["3.13"]
)
MILD = Advisory("mild", ["<2"], "90004", "CVE-2019-9999", cvss3=3.1, versions=["1.0"])
OLD = Advisory("old", ["<2"], "90005", "CVE-2001-9999", cvss2=5.0, versions=["1.0"])
UNRATED = Advisory("unrated", ["<2"], "90006", versions=["1.0"])
ZERO = Advisory("zero", ["<2"], "90007", "CVE-2020-9999", cvss3=0.0, versions=["1.0"])
ALL = (FLASK, YAML, MILD, OLD, UNRATED, ZERO)
OFFLINE = {"database": "advisories"}


def _unprotected(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command line without what keeps safety from mixing up what is ignored."""
    words = list(argv)
    at = words.index("-i")
    del words[at : at + 2]
    words.remove("--check-unpinned-requirements")
    at = words.index("--policy-file") + 1
    words[at] = str(Path(words[words.index("--db") + 1]).parent / "own.yml")
    return tuple(words)


def _overwrite(root: Path, text: str) -> object:
    return [path.write_text(text) for path in (root / "advisories").iterdir()]


DATABASE = database(ALL)


CASES = (
    Case(
        "safety/clean",
        "nothing is vulnerable",
        {"requirements.txt": "flask==1.0\nPyYAML==6.0\n", **DATABASE},
        OFFLINE,
    ),
    Case(
        "safety/found",
        "one vulnerability of each severity, in requirements written in odd ways",
        {
            "requirements.txt": "# a comment\nFlask==0.12.2\npyyaml == 3.13\n"
            "mild===1.0\nold==1.0\nunrated==1.0  # why\nzero==1.0\nfine==1.0\n",
            **DATABASE,
        },
        OFFLINE,
    ),
    Case(
        "safety/two-versions",
        "two versions of one package, which takes two commands",
        {
            "requirements.txt": "flask==0.12.1\nfine==1.0\n",
            "requirements-dev.txt": "flask==0.12.2\n",
            **DATABASE,
        },
        OFFLINE,
    ),
    Case(
        "safety/spelt-otherwise",
        "a name and versions that have another normal form",
        {
            "requirements.txt": "ruamel_yaml.CLIB==0.2.0-RC1\nflask==0.12.02\n"
            "pyyaml==v3.13\n",
            **DATABASE,
        },
        OFFLINE,
    ),
    Case(
        "safety/ignored-by-arguments",
        "arguments of the policy that ignore the advisory: exit 0",
        {"requirements.txt": "flask==0.12.2\npyyaml==3.13\n", **DATABASE},
        {**OFFLINE, "args": ["-i", "90002", "-i", "90003"]},
    ),
    Case(
        "safety/ignored-by-mistake",
        "a mild one is ignored for its severity, and safety marks the grave one, too",
        {
            "requirements.txt": "mild==1.0\npyyaml==3.13\n",
            "own.yml": "security:\n  ignore-cvss-severity-below: 4\n",
            **DATABASE,
        },
        OFFLINE,
        alter=_unprotected,
    ),
    Case(
        "safety/database-gone",
        "the database vanishes after we looked at it: exit 67",
        {"requirements.txt": "flask==0.12.2\n", **DATABASE},
        OFFLINE,
        before=lambda root: (root / "advisories").rename(root / "elsewhere"),
    ),
    Case(
        "safety/crash",
        "a warning turned into an exception: traceback, exit 1",
        {"requirements.txt": "flask==0.12.2\n", **DATABASE},
        OFFLINE,
        environment={"PYTHONWARNINGS": "error"},
    ),
    Case(
        "safety/unreachable",
        "no network: exit 68",
        {"requirements.txt": "flask==0.12.2\n"},
        environment={"HTTPS_PROXY": "http://127.0.0.1:9"},
    ),
    Case(
        "safety/bad-option",
        "an argument that safety does not know",
        {"requirements.txt": "flask==0.12.2\n", **DATABASE},
        {**OFFLINE, "args": ["--no-such-option"]},
    ),
    Case(
        "safety/wrong-schema",
        "a database of another schema gets into place after we looked: exit 69",
        {"requirements.txt": "flask==0.12.2\n", **DATABASE},
        OFFLINE,
        before=lambda root: _overwrite(root, '{"meta": {"schema_version": "1.1.0"}}'),
    ),
    Case(
        "safety/empty-object",
        "the files of the database are emptied after we looked",
        {"requirements.txt": "flask==0.12.2\n", **DATABASE},
        OFFLINE,
        before=lambda root: _overwrite(root, "{}"),
    ),
)
