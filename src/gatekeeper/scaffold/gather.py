"""One look at a repository: all facts that a gates.yaml is written from."""

from __future__ import annotations

from pathlib import Path

from gatekeeper.scaffold import (
    addopts,
    bandit,
    coverage,
    documents,
    flake8,
    layout,
    mypy,
    pytest,
)
from gatekeeper.scaffold.facts import Facts, Option, Section


def gather(root: Path) -> Facts:
    """Read the repository. What is broken in it is among the facts, never an error."""
    found = documents.read(root)
    options = addopts.read(found)
    folders = layout.find(root, found)
    covered = coverage.carry(found, folders, root, options)
    files = folders.requirements
    asked = (Option("requirements", files),) if files else ()
    return Facts(
        layout=folders,
        sections=(
            flake8.carry(found, folders),
            mypy.carry(found, folders),
            bandit.carry(found, folders),
            Section("safety", None, asked),
            pytest.carry(options),
            covered.section,
        ),
        core=layout.find_core(root, folders, covered.measured),
        minimum=covered.minimum,
        asked=covered.asked,
        problems=found.problems,
    )
