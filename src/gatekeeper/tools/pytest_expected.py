"""Tests that stand in the files and that pytest did not collect.

A conftest, a setting or a name can make pytest pass over a file or a function without
a word. What the syntax tree shows to be a test has to be among what was collected.
"""

from __future__ import annotations

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterator

from gatekeeper.tools.base import Job
from gatekeeper.tools.pytest_events import Events

#: pytest's default file names, and the slips that look just like them.
_TEST_FILE = re.compile(r"^(test.*|.*_tests?)\.py$")
_DEFAULT_FILE = re.compile(r"^(test_.*|.*_test)\.py$")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def uncollected(job: Job, events: Events) -> Iterator[str]:
    """One line for each test file or test function that was left out."""
    if job.options.markers or "-k" in job.options.args:
        return  # the policy chooses, so not everything is meant to run
    broken = {error.nodeid.partition("::")[0] for error in events.collect_errors}
    names = _collected_names(events)
    for path in job.sources.files:
        if not _TEST_FILE.match(os.path.basename(path)) or path in broken:
            continue
        absolute = str(job.root / path)
        expected = _tests_in(absolute)
        if absolute not in events.modules:
            if expected or _DEFAULT_FILE.match(os.path.basename(path)):
                yield f"{path} looks like tests and was not collected"
        elif lost := sorted(expected - names[absolute]):
            yield f"{path}: {', '.join(lost[:3])} was not collected"


def _collected_names(events: Events) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for item in events.items:
        names[item.path].add(f"{item.owner}.{item.name}" if item.owner else item.name)
    return names


def _tests_in(path: str) -> set[str]:
    """Names of the tests a module defines at its top level, without any condition."""
    try:
        with open(path, "rb") as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return set()
    if any(isinstance(n, ast.Name) and n.id == "__test__" for n in ast.walk(tree)):
        return set()
    found = set()
    for node in tree.body:
        if isinstance(node, _Function) and _is_test(node):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = [n for n in node.body if isinstance(n, _Function) and _is_test(n)]
            found |= {f"{node.name}.{method.name}" for method in inner}
    return found


def _is_test(node: _Function) -> bool:
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    return node.name.startswith("test") and not any("fixture" in d for d in decorators)
