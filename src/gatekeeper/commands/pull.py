"""Where the text of the pull request is, and what it is to be merged into.

GitHub writes the event that started a workflow to a file; its body is null where the
author left it empty. GitLab puts the description into the environment, cut where it is
long.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatekeeper.commands.output import is_set
from gatekeeper.errors import UserError
from gatekeeper.project import regular

_MAX_BODY = 10 * regular.MEGABYTE


@dataclass(frozen=True, slots=True)
class Pull:
    """`body` is None where there is no pull request, and empty where it has no text."""

    body: str | None
    bases: tuple[str, ...] = ()


def find_pull(
    file: Path | None, base: str | None, environ: Mapping[str, str], *, asks: bool
) -> Pull:
    """The pull request that is named, or else the one that CI runs for.

    `asks` says whether any gate looks at it. Raises UserError for what is no text, and
    where what is needed of CI is damaged or cut.
    """
    needed = asks and file is None
    found = _of_github(environ, needed=needed) or _of_gitlab(environ, needed=needed)
    bases = (base,) if base else found.bases
    if file is not None:
        return Pull(read_body(file, "--pr-body"), bases)
    return Pull(found.body, bases)


def read_body(path: Path, option: str) -> str:
    """A text file with its line ends as they are. Raises UserError."""
    try:
        return regular.read(path, _MAX_BODY).decode("utf-8-sig")
    except OSError as error:
        why = error.strerror
        raise UserError(f"{option} {path}: cannot be read ({why})") from error
    except UnicodeError as error:
        raise UserError(f"{option} {path}: cannot be read ({error})") from error


def _of_github(environ: Mapping[str, str], *, needed: bool) -> Pull | None:
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return None
    pull = _event(Path(path), needed=needed).get("pull_request")
    if not isinstance(pull, dict):
        return None
    base, body = pull.get("base"), pull.get("body")
    names = [base.get("sha")] if isinstance(base, dict) else []
    if branch := environ.get("GITHUB_BASE_REF"):
        names += [f"origin/{branch}", branch]
    return Pull(
        body if isinstance(body, str) else "",
        tuple(name for name in names if isinstance(name, str) and name),
    )


def _event(path: Path, *, needed: bool) -> Mapping[str, Any]:
    """What started the workflow. Raises UserError where it is needed and damaged."""
    try:
        event = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if not needed:
            return {}
        raise UserError(
            f"GITHUB_EVENT_PATH {path}: cannot be read ({error})"
        ) from error
    return event if isinstance(event, dict) else {}


def _of_gitlab(environ: Mapping[str, str], *, needed: bool) -> Pull:
    if not environ.get("CI_MERGE_REQUEST_IID"):
        return Pull(None)
    cut = is_set(environ.get("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED", ""))
    if cut and needed:
        raise UserError(
            "GitLab cut the description of the merge request; fetch all of it from its"
            " API (merge_requests/$CI_MERGE_REQUEST_IID) and name it with --pr-body"
        )
    base = environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    body = environ.get("CI_MERGE_REQUEST_DESCRIPTION", "")
    return Pull(body, (base,) if base else ())
