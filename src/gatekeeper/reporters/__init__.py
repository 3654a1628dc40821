"""One file a format; each turns a report into text and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

from gatekeeper.errors import UserError

if TYPE_CHECKING:  # a kept report is delivered without it
    from gatekeeper.model import Report


@dataclass(frozen=True, slots=True)
class Style:
    """How a report is to look where the format leaves a choice.

    `width` is in columns; None is for what is no terminal, where no line is broken.
    `folder` is where the root lies in its repository (`services/shop/`), for hosts that
    show places in it; empty for the top. `alerts` says that the reader keeps an alert
    for each result, silenced or not, until a report comes without it; `room` is how
    many bytes a text may have, None for the format's own limit; `groups` that GitHub
    folds what lies between its marks.
    """

    color: bool = False
    width: int | None = None
    verbose: bool = False
    quiet: bool = False
    folder: str = ""
    alerts: bool = False
    room: int | None = None
    groups: bool = False


Reporter: TypeAlias = "Callable[[Report, Style], str]"

_MODULES = {
    "console": "gatekeeper.reporters.console",
    "markdown": "gatekeeper.reporters.markdown",
    "json": "gatekeeper.reporters.json_report",
    "html": "gatekeeper.reporters.html",
    "sarif": "gatekeeper.reporters.sarif",
    "junit": "gatekeeper.reporters.junit",
    "github": "gatekeeper.reporters.github",
    "gitlab": "gatekeeper.reporters.gitlab",
    "rdjson": "gatekeeper.reporters.rdjson",
}
FORMATS = tuple(_MODULES)


def reporter(name: str) -> Reporter:
    """The renderer of a format, imported only now. Raises UserError for no format."""
    if name not in _MODULES:
        raise UserError(f"no format named {name}; known: {', '.join(FORMATS)}")
    render: Reporter = import_module(_MODULES[name]).render
    return render
