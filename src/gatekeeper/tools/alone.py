"""Whether a tool sees one file at a time, so that its findings hold for each alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from gatekeeper.tools.base import Job


def looks_at_files_alone(
    job: Job, modules: Sequence[str], group: str, known: Sequence[str]
) -> bool:
    """Whether a tool with its plugins sees one file at a time, and nothing else.

    So it is if all plugins come from `known` distributions, there are no arguments that
    we do not understand, and none of its code is itself a part of the project.
    """
    names, plugins = _plugins(group)
    return (
        names <= set(known)
        and not job.options.args
        and not any(_is_of_project(module, job.root) for module in (*modules, *plugins))
    )


@cache
def _plugins(group: str) -> tuple[frozenset[str], frozenset[str]]:
    """The distributions that plugins come from, and their top-level modules."""
    found = entry_points(group=group)
    sources = {id(plugin.dist): plugin.dist for plugin in found}.values()
    names = frozenset(source.name.lower() if source else "" for source in sources)
    return names, frozenset(plugin.module.partition(".")[0] for plugin in found)


def _is_of_project(module: str, root: Path) -> bool:
    spec = find_spec(module)
    place = Path(spec.origin) if spec and spec.origin else root
    return place.is_relative_to(root) and not place.is_relative_to(sys.prefix)
