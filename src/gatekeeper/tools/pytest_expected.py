"""Tests that stand in the files and that pytest did not collect.

A conftest, a setting or a name can make pytest pass over a file or a function without
a word. What the syntax tree shows to be a test has to be among what was collected.
"""

from __future__ import annotations

import ast
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from gatekeeper.tools.base import Job
from gatekeeper.tools.pytest_config import chooses
from gatekeeper.tools.pytest_events import Events

#: pytest's default file names, and the slips that look just like them.
_DEFAULT_FILE = re.compile(r"^(test_.*|.*_test)\.py$")
_TEST_FILE = re.compile(r"^(test.*|.*tests?)\.py$", re.IGNORECASE)
_NO_TEST = ("fixture", "property", "abstractmethod", "overload")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def uncollected(job: Job, events: Events) -> Iterator[str]:
    """One line for each test file or test function that was left out."""
    if chooses(job.options):
        return  # the policy chooses, so not everything is meant to run
    known = {error.nodeid.partition("::")[0] for error in events.collect_errors}
    known |= events.skipped_modules
    names = _collected_names(events)
    for path in job.sources.files:
        if path in known or not _TEST_FILE.match(os.path.basename(path)):
            continue
        absolute = str(job.root / path)
        tests = _Tests.of(absolute)
        if absolute not in events.modules:
            if _DEFAULT_FILE.match(os.path.basename(path)) or _is_slip(path, tests):
                yield f"{path} looks like tests and was not collected"
            continue
        if lost := sorted(tests.names - names[absolute]):
            yield f"{path}: {', '.join(lost[:3])} was not collected"
        for name in tests.hidden:
            yield f"{path}: {name} is defined twice, the first never runs"


def _is_slip(path: str, tests: _Tests) -> bool:
    """Whether a file holds tests though pytest does not know its name for a test's."""
    folders = set(PurePosixPath(path).parts[:-1])
    if os.path.basename(path) == "conftest.py":
        return False
    beside_tests = not folders or bool(folders & {"tests", "test"})
    return beside_tests and any("test_" in name for name in tests.names)


def _collected_names(events: Events) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for item in events.items:
        names[item.path].add(f"{item.owner}.{item.name}" if item.owner else item.name)
    return names


class _Tests:
    """Tests that a module defines without any condition, and those it defines twice."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.hidden: list[str] = []

    @classmethod
    def of(cls, path: str) -> _Tests:
        """Those of one file; none where it does not parse, which pytest reports."""
        found = cls()
        try:
            with open(path, "rb") as stream:
                tree = ast.parse(stream.read())
        except (OSError, SyntaxError, ValueError, RecursionError):
            return found
        if not _opted_out(tree.body):
            fixtures = _fixture_names(tree)
            found._add(tree.body, "", fixtures)
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and _is_test_class(node):
                    found._add(node.body, f"{node.name}.", fixtures)
            found._forget(_deleted(tree.body) | _excused(tree.body))
        return found

    def _add(self, body: list[ast.stmt], prefix: str, fixtures: set[str]) -> None:
        tests = [n for n in body if isinstance(n, _Function) and _is_test(n, fixtures)]
        count = Counter(test.name for test in tests)
        self.names |= {prefix + name for name in count}
        self.hidden += [prefix + name for name in count if count[name] > 1]
        if not prefix:
            classes = Counter(n.name for n in body if isinstance(n, ast.ClassDef))
            self.hidden += [name for name in classes if classes[name] > 1]

    def _forget(self, deleted: set[str]) -> None:
        self.names = {n for n in self.names if n.partition(".")[0] not in deleted}


def _is_test_class(node: ast.ClassDef) -> bool:
    bases = [ast.unparse(base) for base in node.bases]
    abstract = any(base.endswith(("ABC", "Protocol")) for base in bases)
    named = node.name.startswith("Test") or any(b.endswith("TestCase") for b in bases)
    return named and not abstract and not _opted_out(node.body) and not _is_open(node)


def _is_open(node: ast.ClassDef) -> bool:
    """Whether a class leaves methods to its subclasses and so is no test itself."""
    decorators = [
        ast.unparse(decorator)
        for method in node.body
        if isinstance(method, _Function)
        for decorator in method.decorator_list
    ]
    metaclass = any(
        "ABCMeta" in ast.unparse(keyword.value) for keyword in node.keywords
    )
    return metaclass or any("abstractmethod" in name for name in decorators)


def _opted_out(body: list[ast.stmt]) -> bool:
    """Whether `__test__` is set at this level; then it is the code's open decision."""
    return any(
        isinstance(target, ast.Name) and target.id == "__test__"
        for node in body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _deleted(body: list[ast.stmt]) -> set[str]:
    return {
        target.id
        for node in body
        if isinstance(node, ast.Delete)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _excused(body: list[ast.stmt]) -> set[str]:
    """Classes that get their `__test__` from outside."""
    return {
        target.value.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "__test__"
        if isinstance(target.value, ast.Name)
    }


def _fixture_names(tree: ast.Module) -> set[str]:
    """What `pytest.fixture` is called in a module."""
    return {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "fixture"
    }


def _is_test(node: _Function, fixtures: set[str]) -> bool:
    decorators = [ast.unparse(d).partition("(")[0] for d in node.decorator_list]
    plain = not any(word in name for name in decorators for word in _NO_TEST)
    return node.name.startswith("test") and plain and not fixtures & set(decorators)
