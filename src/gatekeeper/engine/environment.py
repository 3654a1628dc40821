"""The environment that children get: nothing that bends a tool, no secrets.

Two kinds: analysers get the few variables a program needs to run at all; the project's
own tests get everything but what bends Python and pytest and what looks like a secret.
A name that the policy lists under `environment` is passed to both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_NEEDED = frozenset(
    "PATH TMPDIR TZ SYSTEMROOT SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE"
    " CURL_CA_BUNDLE HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY".split()
)
_BENDING = re.compile(
    r"PYTHON|PYTEST_|COVERAGE_|COV_CORE_|MYPY|PIP_AUDIT_|SAFETY_|BANDIT_|FLAKE8"
    r"|FORCE_COLOR$|PY_COLORS$|CLICOLOR|LC_ALL$|GIT_|LD_PRELOAD$|LD_AUDIT$"
    # Files by which a step steers the others of its job, and tells its result.
    r"|GITHUB_(ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$"
)
_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW(OR)?D|PASSPHRASE|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIAL"
    r"|(^|_)PAT$|(^|_)AUTH$",
    re.IGNORECASE,
)
#: Which interpreter is used, and which gates decide.
_DECIDING = ("VIRTUAL_ENV", "CI")
_FIXED = {"NO_COLOR": "1", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}


def for_analysers(
    ours: Mapping[str, str], home: Path, passed: Iterable[str] = ()
) -> dict[str, str]:
    """The environment of a program that only reads the project."""
    kept = {name: text for name, text in ours.items() if name.upper() in _NEEDED}
    own = {**_FIXED, "HOME": str(home), "PYTHONIOENCODING": "utf-8:surrogateescape"}
    return {**kept, **_named(ours, passed), **own}


def for_project(
    ours: Mapping[str, str], home: Path, passed: Iterable[str] = ()
) -> dict[str, str]:
    """The environment of the project's own code, its tests above all."""
    kept = {
        name: text
        for name, text in ours.items()
        if not _BENDING.match(name) and not _SECRET.search(name)
    }
    named = _named(ours, passed)
    return {**kept, "HOME": _usable_home(ours, home), **_FIXED, **named}


def counting(
    ours: Mapping[str, str], passed: Iterable[str], *, project: bool
) -> dict[str, str]:
    """What results follow from: all that children get, but for private folders.

    `project` says that the project's own code was run.
    """
    nowhere = Path(os.devnull)
    kept = {name: text for name, text in ours.items() if name in _DECIDING}
    children = for_analysers(ours, nowhere, passed)
    if project:
        children |= for_project(ours, nowhere, passed)
    return {**kept, **children}


def withheld(ours: Mapping[str, str], passed: Iterable[str] = ()) -> list[str]:
    """Names of variables that look like secrets and are kept from children."""
    allowed = set(passed)
    return sorted(n for n in ours if _SECRET.search(n) and n not in allowed)


def _named(ours: Mapping[str, str], passed: Iterable[str]) -> dict[str, str]:
    return {name: ours[name] for name in passed if name in ours}


def _usable_home(ours: Mapping[str, str], fallback: Path) -> str:
    home = ours.get("HOME", "")
    usable = os.path.isdir(home) and os.access(home, os.W_OK | os.X_OK)
    return home if usable else str(fallback)
