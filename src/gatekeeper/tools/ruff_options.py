"""The words that ruff is started with: rules, target, first-party folders."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from gatekeeper.project import regular
from gatekeeper.tools.base import Job
from gatekeeper.tools.ruff_report import SYNTAX

BARE_NOQA, BARE_ISORT = "bare-noqa", "bare-isort"
#: Rules that are always on: our own, and what ruff gives no code.
OWN_RULES = (BARE_NOQA, BARE_ISORT, SYNTAX)
#: What is switched on where the policy does not say; ruff's own default changes.
_DEFAULT = ("E4", "E7", "E9", "F")
_PYTHON = re.compile(rb"^version(?:_info)?\s*=\s*3\.(\d+)", re.MULTILINE)


def chosen(job: Job) -> tuple[str, ...]:
    """What the policy decides, with the rules that gates name.

    The default stays on beside them: a gate that names no rule must not get to see
    less because another one does.
    """
    options = job.options
    select = [
        *(options.select or _DEFAULT),
        *(rule for rule in job.exact_rules if rule not in OWN_RULES),
    ]
    words = ["--isolated", f"--select={','.join(dict.fromkeys(select))}"]
    if options.ignore:
        words.append("--ignore=" + ",".join(options.ignore))
    if target := options.target_version or _version(job.python):
        words.append(f"--target-version={target}")
    words += ["--config", f"line-length = {options.line_length}"]
    return (*words, *options.args)


def _version(python: str) -> str | None:
    """The version of an interpreter in ruff's spelling, where it need not be asked."""
    if os.path.realpath(python) == os.path.realpath(sys.executable):
        return f"py3{sys.version_info.minor}"
    try:
        found = _PYTHON.search(regular.read(Path(python).parent.parent / "pyvenv.cfg"))
    except OSError:
        return None
    return f"py3{found[1].decode()}" if found else None


def _first_party(job: Job) -> list[str]:
    """Folders in which first-party modules lie: ruff's own guess, and the policy's."""
    folders = [".", "src"]
    for path in job.paths:
        place = Path(path)
        while not (job.root / place).is_dir() or (
            place != Path() and (job.root / place / "__init__.py").is_file()
        ):
            place = place.parent
        folders.append(str(place))
    return list(dict.fromkeys(folders))


def _toml(folders: Sequence[str]) -> str:
    return json.dumps(folders, ensure_ascii=False)


def fixed(job: Job) -> tuple[str, ...]:
    """What keeps the repository's settings out, and every named file in."""
    folders = [str(job.root / folder) for folder in _first_party(job)]
    return (
        *("--config", f"src = {_toml(folders)}"),
        *("--no-cache", "--no-fix", "--no-respect-gitignore", "--no-force-exclude"),
        # Without this rule a file that cannot be read is no finding.
        "--extend-select=E902",
    )


def reproduce(job: Job) -> tuple[str, ...]:
    """The command that a person types."""
    folders = _first_party(job)
    source = ["--config", f"src = {_toml(folders)}"] if folders[2:] else []
    exclude = ["--extend-exclude=" + ",".join(job.options.exclude)]
    more = (*source, *(exclude if job.options.exclude else []))
    return ("ruff", "check", *chosen(job), *more, *job.paths)
