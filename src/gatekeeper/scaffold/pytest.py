"""The pytest section: what of addopts is taken over, and what is not."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.scaffold.addopts import Addopts
from gatekeeper.scaffold.facts import Option, Section
from gatekeeper.scaffold.text import shown


def carry(found: Addopts) -> Section:
    """The pytest section; empty where pytest runs with its defaults."""
    options = []
    if found.workers is not None:
        remark = f"from {found.origin}; needs pytest-xdist"
        options.append(Option("workers", found.workers, remark))
    if found.args:
        options.append(Option("args", found.args, f"addopts in {found.origin}"))
    return Section(
        "pytest", found.origin or None, tuple(options), tuple(_remarks(found))
    )


def _remarks(found: Addopts) -> Iterator[str]:
    if found.loosening:
        options = shown(" ".join(found.loosening), 400)
        yield f"Not taken over from addopts, since less would be run or told: {options}"
    if any(option.startswith("-m ") for option in found.loosening):
        yield "`markers` is the visible way to choose tests."
    if found.unknown:
        options = shown(" ".join(found.unknown), 400)
        yield f"Not taken over from addopts; `args` takes what is needed: {options}"
