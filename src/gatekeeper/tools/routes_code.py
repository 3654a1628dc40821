"""Whose code a route leads to: the project's, its tests', or somebody else's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass

from gatekeeper.project.files import ARTEFACT_FOLDERS, matches
from gatekeeper.tools.base import Job
from gatekeeper.tools.routes_records import Route

_INSTALLED = frozenset({*ARTEFACT_FOLDERS, "dist-packages"})
_TEST_FILE = re.compile(r"^(test_.*|.*_test)\.py$")

FOREIGN = "Flask's own and those of extensions"
OF_TESTS = "defined by tests"
EXCLUDED = "excluded by the policy"


@dataclass(frozen=True, slots=True, order=True)
class Located:
    """A route of the project: what is the same in each application that has it.

    `line` is 0 where it is not known.
    """

    path: str
    line: int
    shown: str


class Code:
    """Tells files apart. `collected` are the files that hold tests of the run."""

    def __init__(self, job: Job, collected: Set[str]) -> None:
        self._root = os.path.realpath(job.root)
        self._sources = {
            os.path.realpath(job.root / path): path for path in job.sources.files
        }
        self._names = frozenset(job.sources.files)
        self._folders = job.paths
        self._only_these = job.options.paths is not None
        self._exclude = tuple(getattr(job.options, "exclude", ()))
        self._collected = collected
        testing = job.companions.get("pytest")
        named = map(os.path.normpath, getattr(testing, "paths", None) or ())
        self._tests = tuple(path for path in named if path != ".")

    def locate(self, route: Route) -> Located | str:
        """Where a route's view stands, or why it does not count.

        The first place within the project decides; what is before it are decorators.
        """
        for place in route.places:
            path = self._relative(place.path)
            if path is not None:
                whose = self._reason(path)
                return whose or Located(path, place.line or 0, route.shown)
        return FOREIGN

    def counts(self, path: str) -> bool:
        """Whether routes of this file, relative to the root, are to be tested."""
        return not self._reason(path)

    def known(self, routes: Iterable[Route]) -> set[tuple[str, str]]:
        """Everything that views are made of, by path and name."""
        places = {place for route in routes for place in route.places}
        found = ((self._relative(place.path), place.name) for place in places)
        return {(path, name) for path, name in found if path is not None}

    def _relative(self, path: str) -> str | None:
        """A path as the report shows it; None for a file that is not the project's."""
        real = os.path.realpath(path)
        if real in self._sources:
            return self._sources[real]
        inside = os.path.relpath(real, self._root)
        parts = inside.split(os.sep)
        if parts[0] == os.pardir or _INSTALLED & set(parts) or not os.path.isfile(real):
            return None
        return inside

    def _reason(self, path: str) -> str:
        """Why the routes of a file do not count; empty if they do."""
        if any(matches(path, pattern) for pattern in self._exclude):
            return EXCLUDED
        if self._is_for_tests(path):
            return OF_TESTS
        return EXCLUDED if self._only_these and path not in self._names else ""

    def _is_for_tests(self, path: str) -> bool:
        """Whether a file holds tests, or lies in a folder for tests alone."""
        name = os.path.basename(path)
        # A source may have been collected for its doctests.
        seems = path not in self._names or _TEST_FILE.match(name) is not None
        if name == "conftest.py" or (seems and path in self._collected):
            return True
        return any(
            matches(path, tests)
            and not any(matches(path, s) and matches(s, tests) for s in self._folders)
            for tests in self._tests
        )
