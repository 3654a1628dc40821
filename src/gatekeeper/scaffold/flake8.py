"""What flake8 was told before: from the one file that it would read itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gatekeeper.policy.options import Flake8Options
from gatekeeper.scaffold.documents import Documents, assignments, number, words
from gatekeeper.scaffold.excludes import translate
from gatekeeper.scaffold.facts import Layout, Option, Section
from gatekeeper.scaffold.text import sayable, shown

#: In the order in which flake8 looks; the first with a section is the only one.
_PLACES = (("setup.cfg", "flake8"), ("tox.ini", "flake8"), (".flake8", "flake8"))
_CODE = re.compile(r"[A-Z]{1,3}\d{0,3}\Z")
_ANY_CODE = re.compile(r"[A-Z]+\d*\Z")
#: What the template asks for in so many words, by the rule that reports it.
_ASKED = {"E501": "the line length", "C901": "the complexity", "E9": "syntax errors"}
_LIMITS = ("max_line_length", "max_complexity")
_NARROWING = ("select", "extend_select", "filename", "enable_extensions")
_KNOWN = frozenset(
    "max_line_length max_complexity ignore extend_ignore per_file_ignores exclude"
    " extend_exclude format show_source statistics count output_file color quiet jobs"
    " verbose benchmark tee disable_noqa exit_zero bug_report".split()
)
_FORMATTERS = ("tool.black", "tool.ruff")


def carry(documents: Documents, layout: Layout) -> Section:
    """The flake8 section, with limits in any case."""
    found = documents.first(_PLACES)
    defaults = Flake8Options()
    if found is None:
        options = tuple(Option(key, getattr(defaults, key)) for key in _LIMITS)
        return Section("flake8", None, options, tuple(_formatter(documents)))
    origin, raw = found
    section = {key.replace("-", "_"): value for key, value in raw.items()}
    ignored, strange = _codes(section)
    excluded, refused = translate(
        [*words(section.get("exclude")), *words(section.get("extend_exclude"))], layout
    )
    limits = (_limit(k, getattr(defaults, k), section, origin) for k in _LIMITS)
    options = (
        *limits,
        Option("ignore", ignored, _ignore_remark(ignored, origin)),
        Option("per_path", _per_path(section), f"from {origin}"),
        Option("exclude", excluded, f"from {origin}"),
    )
    remarks = [*_unread(documents, origin)]
    remarks += _remarks(section, origin, strange, refused)
    kept = (o for o in options if isinstance(o.value, int) or o.value)
    return Section("flake8", origin, tuple(kept), tuple(remarks))


def _unread(documents: Documents, origin: str) -> Iterator[str]:
    for name, table in _PLACES:
        if name != origin and documents.section(name, table):
            yield f"flake8 reads {origin} and never looks at {name} then; nor did this."


def _formatter(documents: Documents) -> Iterator[str]:
    """What a formatter in use means for flake8."""
    used = [t for t in _FORMATTERS if documents.section("pyproject.toml", t)]
    for table in used:
        section = documents.section("pyproject.toml", table)
        width = number(section.get("line-length"))
        if width is not None and width != Flake8Options().max_line_length:
            yield f"[{table}] in pyproject.toml makes lines of {width:g} columns."
    if used:
        yield "With black or ruff format, which disagree: `ignore: [E203, E701]`."


def _limit(key: str, default: int, section: Mapping[str, Any], origin: str) -> Option:
    if key not in section:
        return Option(key, default)
    asked = number(section[key])
    if asked is None or asked < 1 or asked != int(asked):
        text = shown(str(section[key]), 40)
        return Option(key, default, f"{origin} says {text}, which is no limit")
    looser = f"; the default is {default}" if asked > default else ""
    return Option(key, int(asked), f"from {origin}{looser}")


def _codes(section: Mapping[str, Any]) -> tuple[tuple[str, ...], list[str]]:
    listed = [*words(section.get("ignore")), *words(section.get("extend_ignore"))]
    codes = tuple(dict.fromkeys(code for code in listed if _CODE.match(code)))
    return codes, [code for code in listed if not _CODE.match(code)]


def _ignore_remark(ignored: tuple[str, ...], origin: str) -> str:
    lost = [what for rule, what in _ASKED.items() if rule.startswith(ignored)]
    return f"from {origin}" + (f"; switches off {', '.join(lost)}" if lost else "")


def _per_path(section: Mapping[str, Any]) -> dict[str, list[str]]:
    """`file, file: code, code` over and over, as flake8 reads it."""
    found: dict[str, list[str]] = {}
    owners: list[str] = []
    names: list[str] = []
    for token in re.findall(r"[^\s:,]+|:", str(section.get("per_file_ignores", ""))):
        if token == ":":
            owners, names = names, []
        elif owners and not names and _ANY_CODE.match(token):
            for name in filter(sayable, owners):
                found.setdefault(name, []).append(token)
        else:
            names.append(token)
    return found


def _remarks(
    section: Mapping[str, Any],
    origin: str,
    strange: list[str],
    refused: tuple[str, ...],
) -> Iterator[str]:
    if strange:
        yield f"Not understood as rules in {origin}: {shown(', '.join(strange))}."
    if refused:
        yield (
            "Not taken over, since nothing would be left to examine:"
            f" exclude = {shown(', '.join(refused))}."
        )
    if narrowing := list(assignments(section, _NARROWING)):
        yield (
            "Not taken over, since it keeps rules or files from being looked at:"
            f" {shown('; '.join(narrowing))}."
        )
    plugin = [key for key in section if key not in _KNOWN and key not in _NARROWING]
    if plugin:
        yield (
            f"Options of plugins count again with `config: {origin}`:"
            f" {shown(', '.join(plugin))}."
        )
