"""From facts to the text of gates.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from gatekeeper.scaffold.facts import Facts, Section
from gatekeeper.scaffold.profiles import Profile
from gatekeeper.scaffold.text import comment, entry

_HEAD = """\
What must hold before a change of this project may be merged, and nothing else counts:
a tool's own configuration in the repository cannot loosen a gate.
  gatekeeper check           run the gates
  gatekeeper explain GATE    what one runs, what must hold, how to mend it
  gatekeeper doctor          what keeps a gate from being measured
  gatekeeper schema          all that may stand here, for editors"""
#: What to write, as a comment, where a tool runs with its defaults.
_EXAMPLES = {
    "bandit": "bandit: {skip: [B101]}",
    "pytest": "pytest: {workers: auto}    # several processes; needs pytest-xdist",
    "coverage": "coverage: {branch: true}   # count branches as well as statements",
}


def render(facts: Facts, profile: Profile) -> str:
    """The whole file; it loads without a mistake."""
    return "\n".join(_lines(facts, profile)) + "\n"


def _lines(facts: Facts, profile: Profile) -> Iterator[str]:
    yield from (f"# {line}" for line in _HEAD.splitlines())
    for problem in facts.problems:
        yield from comment(f"{problem}. Nothing of it is taken over here.")
    yield "version: 1"
    if profile.extends:
        yield f"extends: {profile.extends}"
    yield ""
    yield from _layout(facts)
    yield ""
    yield "# How each tool is run."
    yield "tools:"
    for section in facts.sections:
        yield from _section(section, facts)
    yield ""
    yield "# What must hold: 0 passed, 1 failed, 2 could not be measured."
    yield "gates:"
    yield from profile.gates(facts)


def _layout(facts: Facts) -> Iterator[str]:
    layout = facts.layout
    yield from comment(layout.remark("source"))
    if layout.source:
        yield from entry("source", layout.source)
    else:
        yield "# No Python code was found; name its folders."
        yield "# source: [src]"
    yield from comment(layout.remark("tests"))
    if layout.tests:
        yield from entry("tests", layout.tests)
    if layout.python is None:
        yield "# The interpreter that can import the project:"
        yield "# $VIRTUAL_ENV, then .venv, then gatekeeper's own."
        yield "# python: auto"
    else:
        yield from comment(
            "`auto` does not look here, and a checkout without this folder has no"
            " verdict. There, CI for example, `python: auto` takes $VIRTUAL_ENV, then"
            " .venv, then gatekeeper's own."
        )
        yield from entry("python", layout.python)


def _section(section: Section, facts: Facts) -> Iterator[str]:
    if section.options:
        yield f"  {section.tool}:"
        for option in section.options:
            yield from entry(option.key, option.value, 4, option.remark)
    elif section.tool in _EXAMPLES:
        yield f"  # {_EXAMPLES[section.tool]}"
    elif section.tool == "safety":
        yield "  # No requirement or lock file was found, so what is installed counts."
        yield "  # safety: {requirements: [requirements.txt]}"
    indent = 4 if section.options else 2
    for remark in section.remarks:
        yield from comment(remark, indent)
    if section.tool == "safety":
        yield from comment(facts.layout.remark("requirements"), indent)
