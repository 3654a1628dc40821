"""pip-audit on small lists of requirements, against a service on the loopback."""

from __future__ import annotations

from case import Case

#: Replaced by the address of the stub when recording.
STUB = {"service": "http://SERVICE/v1/query"}


def _with_address(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command line, but with a list that holds what cannot be pinned."""
    words = list(argv)
    words[words.index("-r") + 1] = "with-address.txt"
    return tuple(words)


CASES = (
    Case(
        "pip-audit/clean",
        "nothing is vulnerable",
        {"requirements.txt": "flask==1.0\nPyYAML==6.0\n"},
        STUB,
    ),
    Case(
        "pip-audit/found",
        "two advisories, one without a fixed version and with a text of several lines",
        {"requirements.txt": "# a comment\nFlask==0.12.2\nfine==1.0\n"},
        STUB,
    ),
    Case(
        "pip-audit/two-versions",
        "two versions of one package, which takes two commands",
        {
            "requirements.txt": "flask==0.12.1\nfine==1.0\n",
            "requirements-dev.txt": "flask==0.12.2\n",
        },
        STUB,
    ),
    Case(
        "pip-audit/spelt-otherwise",
        "a version that pip-audit spells in another way",
        {"requirements.txt": "odd==1.0-RC1\n"},
        STUB,
    ),
    Case(
        "pip-audit/skipped",
        "a requirement that pip-audit skips and says why",
        {
            "requirements.txt": "flask==1.0\nodd==1.0\n",
            "with-address.txt": "flask==1.0\n"
            "odd @ https://files.invalid/odd-1.0.tar.gz\n",
        },
        STUB,
        alter=_with_address,
    ),
    Case(
        "pip-audit/unreachable",
        "nobody listens at the address of the service: traceback, exit 1",
        {"requirements.txt": "flask==1.0\n"},
        {"service": "http://127.0.0.1:9/v1/query"},
    ),
    Case(
        "pip-audit/service-broken",
        "the service answers with 503",
        {"requirements.txt": "flask==1.0\n"},
        {"service": "http://SERVICE/broken"},
    ),
    Case(
        "pip-audit/service-html",
        "the service answers with a page instead of data, as a proxy may",
        {"requirements.txt": "flask==1.0\n"},
        {"service": "http://SERVICE/html"},
    ),
    Case(
        "pip-audit/dry-run",
        "an argument with which nothing is asked",
        {"requirements.txt": "flask==0.12.2\n"},
        {**STUB, "args": ["--dry-run"]},
    ),
    Case(
        "pip-audit/ignored-by-arguments",
        "arguments of the policy that ignore both advisories",
        {"requirements.txt": "flask==0.12.2\n"},
        {
            **STUB,
            "args": ["--ignore-vuln", "SYN-2018-1", "--ignore-vuln", "SYN-2018-2"],
        },
    ),
    Case(
        "pip-audit/bad-option",
        "an argument that pip-audit does not know",
        {"requirements.txt": "flask==1.0\n"},
        {"args": ["--no-such-option"]},
    ),
)
