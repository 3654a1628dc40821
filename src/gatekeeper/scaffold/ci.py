"""The job of a CI service that runs the gates, fitted to a project."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gatekeeper.errors import UserError
from gatekeeper.project import regular
from gatekeeper.scaffold.facts import Layout

_PIPELINE = ".gitlab-ci.yml"
_GITLAB_PART = ".gitlab/gatekeeper.gitlab-ci.yml"
#: How the first line of a file of ours begins.
_MARK = b"# Written by `gatekeeper init --ci"
_PACKAGES = ("pyproject.toml", "setup.py")
_EXTRAS = ("test", "tests", "testing", "dev")
#: Names that no shell and no YAML takes for anything else.
_REQUIREMENTS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*\.txt")


@dataclass(frozen=True, slots=True)
class CiFile:
    """A file for a CI service: where it goes, its text, and what is left to do."""

    path: str
    text: str
    remarks: tuple[str, ...]


def ci_file(service: str, root: Path, layout: Layout, version: str) -> CiFile:
    """The file for one service. Raises UserError for a service that is not known."""
    if service not in _PLACES:
        close = difflib.get_close_matches(service, _PLACES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(_PLACES)}"
        raise UserError(f"--ci: no service named {service}; {hint}")
    template = files("gatekeeper.scaffold").joinpath("pipelines", f"{service}.yml")
    text = template.read_text("utf-8").replace(
        "INSTALL", " ".join([*_project(root, layout), f"gatekeeper=={version}"])
    )
    path, remark = _PLACES[service](root)
    missing = (
        f"gates.yaml takes {layout.python}, which a fresh checkout has not: let the job"
        " make it, or write `python: auto`"
        if layout.python
        else ""
    )
    return CiFile(path, text, tuple(filter(None, (remark, missing))))


def _project(root: Path, layout: Layout) -> list[str]:
    """What pip installs so that the tests can import the project."""
    packaged = any((root / name).is_file() for name in _PACKAGES)
    extra = _extra(root)
    place = f"'.[{extra}]'" if extra else "."
    words = ["--editable", place] if packaged else []
    for name in layout.requirements:
        if _REQUIREMENTS.fullmatch(name):
            words += ["--requirement", name]
    return words


def _extra(root: Path) -> str:
    """The extra of pyproject.toml that by its name is what the tests need."""
    try:
        document = tomllib.loads(regular.read(root / "pyproject.toml").decode())
        extras = document["project"]["optional-dependencies"]
        return next((name for name in _EXTRAS if name in extras), "")
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _on_github(_root: Path) -> tuple[str, str]:
    return ".github/workflows/gatekeeper.yml", ""


def _on_gitlab(root: Path) -> tuple[str, str]:
    """The pipeline, or a part of it where the project has one of its own."""
    pipeline = root / _PIPELINE
    if not os.path.lexists(pipeline) or _is_ours(pipeline):
        return _PIPELINE, ""
    return _GITLAB_PART, f"add to {_PIPELINE}:  include: [local: /{_GITLAB_PART}]"


def _is_ours(pipeline: Path) -> bool:
    try:
        return regular.read(pipeline).startswith(_MARK)
    except OSError:
        return False


_PLACES = {"github": _on_github, "gitlab": _on_gitlab}
