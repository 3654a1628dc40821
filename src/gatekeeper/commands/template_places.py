"""Where GitHub and GitLab look for the template of a pull request."""

from __future__ import annotations

import os
from pathlib import Path

#: The first is where ours goes.
PLACES = (
    ".github/pull_request_template.md",
    ".github/PULL_REQUEST_TEMPLATE.md",
    "pull_request_template.md",
    "PULL_REQUEST_TEMPLATE.md",
    "docs/pull_request_template.md",
    "docs/PULL_REQUEST_TEMPLATE.md",
)
#: Folders of several templates; which of them is meant, nobody can tell.
FOLDERS = (".github/PULL_REQUEST_TEMPLATE", ".gitlab/merge_request_templates")


def find_template(root: Path) -> Path | None:
    """The template of a project, or None."""
    return next((root / p for p in PLACES if (root / p).is_file()), None)


def taken(root: Path) -> str:
    """The place where a project has a template or several; empty where it has none."""
    return next((p for p in (*PLACES, *FOLDERS) if os.path.lexists(root / p)), "")
