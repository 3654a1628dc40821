"""The registry: which sets of gates `gatekeeper init` can write."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gatekeeper.errors import UserError
from gatekeeper.scaffold.facts import Facts
from gatekeeper.scaffold.text import comment, entry, flow

_COLUMN = 17
_CORE_MINIMUM = 95
_CORE_EXAMPLE = "src/app/core"


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of gates. `gates` gives the lines of that section, indented by two.

    `extends` is the profile that the file is to be laid over, if any; its template of a
    pull request is written as well.
    """

    name: str
    summary: str
    gates: Callable[[Facts], Iterator[str]]
    extends: str | None = None


def _default(facts: Facts) -> Iterator[str]:
    yield _gate("lint", "{tool: flake8, max: 0}")
    yield _gate("types", "{tool: mypy, max: 0}")
    yield from comment("What is below high is shown, and does not decide.", 2)
    yield _gate("security", "{tool: bandit, severity: high, max: 0}")
    yield from comment("Asks a service on the network, so it decides only in CI.", 2)
    yield _gate(
        "vulnerabilities", "{tool: safety, severity: critical, max: 0, blocking: ci}"
    )
    yield _gate("tests", "{tool: pytest, max: 0}")
    yield from comment(facts.asked, 2)
    minimum = entry("min", facts.minimum)[0]
    yield _gate("coverage", f"{{tool: coverage, {minimum}}}")
    yield from _core(facts)


def _core(facts: Facts) -> Iterator[str]:
    limits = f"min: {_CORE_MINIMUM}"
    if facts.core:
        yield from comment("What everything else rests on is covered more.", 2)
        yield from entry("core-coverage", {}, 2)
        yield "    tool: coverage"
        yield from entry("paths", facts.core, 4)
        yield f"    {limits}"
    else:
        yield from comment("For the part that everything else rests on:", 2)
        gate = f"{{tool: coverage, paths: {flow([_CORE_EXAMPLE])}, {limits}}}"
        yield "  # " + _gate("core-coverage", gate).strip()


def _migration(facts: Facts) -> Iterator[str]:
    yield from comment(
        "The profile has a gate for every box of the template: `gatekeeper list`"
        " prints the account. What stands here changes it, key by key.",
        2,
    )
    if facts.core:
        yield from entry("core-coverage", {}, 2)
        yield from entry("paths", facts.core, 4)
    else:
        yield "  # The business logic that is covered by 95 %:"
        yield f"  # core-coverage: {{paths: {flow([_CORE_EXAMPLE])}}}"
    yield "  # A person in the place of a tool:"
    yield "  # cache-tests: {attest: this service has no cache}"


def _gate(name: str, condition: str) -> str:
    return f"  {f'{name}:':{_COLUMN}}{condition}"


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("default", "lint, types, security, tests and coverage", _default),
        Profile(
            "flask-migration",
            "every box of a template for services that move from Node.js to Flask",
            _migration,
            extends="flask-migration",
        ),
    )
}


def profile(name: str) -> Profile:
    """A profile by its name. Raises UserError with a suggestion for an unknown one."""
    if name not in PROFILES:
        close = difflib.get_close_matches(name, PROFILES, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(PROFILES)}"
        raise UserError(f"no profile named {name}; {hint}")
    return PROFILES[name]
