"""The list of pins that the vulnerability tools are given and held to."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

from gatekeeper.advisories.requirements import Pin, Requirements, find, read
from gatekeeper.project.files import is_walked
from gatekeeper.tools.base import Job, NothingToExamineError, Scope


def files_of(job: Job) -> list[str]:
    """The requirement files of the policy, or those that projects keep by custom."""
    return list(job.options.requirements or find(job.root))


def pins_of(job: Job) -> Requirements:
    """Everything to be asked about; raises where there is nothing."""
    files = files_of(job)
    requirements = read(job.root, files) if files else _installed(job.python)
    if not requirements.pins:
        reason = "; ".join(requirements.gaps[:3]) or "nothing is installed"
        raise NothingToExamineError(
            f"no pinned requirement to examine: {reason}",
            fix="pin versions (`pip freeze`, `uv lock`), and name the file under"
            " `requirements` in gates.yaml",
        )
    return requirements


def pins_scope(job: Job) -> Scope:
    """Requirement files may include others, from outside of the project too."""
    files = read(job.root, files_of(job)).files
    seen = all(is_walked(str(path), str(job.root)) for path in files)
    return Scope.PROJECT if seen else Scope.UNKNOWN


def write_list(job: Job, number: int, layer: Sequence[Pin]) -> Path:
    """A plain requirement file with one pin a line."""
    path = job.work / f"requirements-{number}.txt"
    lines = [f"{pin.name}=={pin.version}\n" for pin in layer]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _installed(python: str) -> Requirements:
    requirements = Requirements()
    for distribution in _distributions(python):
        name = distribution.metadata["Name"]
        if name and not _is_local(distribution):
            requirements.add(name, distribution.version, f"installed for {python}")
    return requirements


def _distributions(python: str) -> Iterable[Distribution]:
    if python == sys.executable:
        return distributions()
    prefix = os.path.dirname(os.path.dirname(python))
    folders = glob.glob(os.path.join(glob.escape(prefix), "lib*/python*/site-packages"))
    return distributions(path=folders)


def _is_local(distribution: Distribution) -> bool:
    """Whether it was installed from a folder, as the project itself is."""
    try:
        text = distribution.read_text("direct_url.json")
        return text is not None and "dir_info" in json.loads(text)
    except ValueError:
        return False
