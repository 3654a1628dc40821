"""What bandit was told before: tests to skip and folders to leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatekeeper.scaffold.documents import Documents, words
from gatekeeper.scaffold.excludes import translate
from gatekeeper.scaffold.facts import Layout, Option, Section
from gatekeeper.scaffold.text import shown

_PLACES = (
    (".bandit", "bandit"),
    ("pyproject.toml", "tool.bandit"),
    ("setup.cfg", "bandit"),
)
_YAML_FILES = ("bandit.yaml", "bandit.yml", ".bandit.yaml", ".bandit.yml")
_TEST = re.compile(r"B\d{3}\Z")


def carry(documents: Documents, layout: Layout) -> Section:
    """The bandit section; empty where bandit runs with its defaults."""
    found = documents.first(_PLACES)
    for name in _YAML_FILES:
        if found is None and (parsed := documents.parsed.get(name)):
            found = name, parsed
    if found is None:
        return Section("bandit")
    origin, section = found
    skipped = [*words(section.get("skips")), *words(section.get("skip"))]
    skip = tuple(dict.fromkeys(test for test in skipped if _TEST.match(test)))
    listed = [*words(section.get("exclude_dirs")), *words(section.get("exclude"))]
    exclude, refused = translate(listed, layout)
    options = (
        Option("skip", skip, f"from {origin}"),
        Option("exclude", exclude, f"from {origin}"),
    )
    strange = [test for test in skipped if not _TEST.match(test)]
    chosen = words(section.get("tests"))
    return Section(
        "bandit",
        origin,
        tuple(option for option in options if option.value),
        tuple(_remarks(origin, strange, refused, chosen)),
    )


def _remarks(
    origin: str, strange: list[str], refused: tuple[str, ...], chosen: list[str]
) -> Iterator[str]:
    if strange:
        yield f"Not understood as tests in {origin}: {shown(', '.join(strange))}."
    if refused:
        yield (
            "Not taken over, since nothing would be left to examine:"
            f" {shown(', '.join(refused))}."
        )
    if chosen:
        yield (
            "Not taken over, since it leaves out all other tests:"
            f" tests = {shown(', '.join(chosen))}."
        )
