"""Routes that stand in the files, and that no application of the test run has.

An application is made by code: a blueprint that is registered under a condition, or a
module that no test imports, would go unseen. What the syntax tree shows to be a route
of Flask has to be among the views that were recorded.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gatekeeper.project import regular

#: Methods of applications and blueprints that make a route of what they decorate.
_SHORT = frozenset({"get", "post", "put", "patch", "delete"})
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Declared:
    """A function or class that a decorator makes a route."""

    path: str
    line: int
    name: str


class Declarations:
    """The routes that some files declare. `gaps` names the files that say nothing."""

    def __init__(self, root: Path, files: Iterable[str]) -> None:
        self.gaps: list[str] = []
        self._trees = {path: self._tree(root, path) for path in files}

    def missing(self, known: Set[tuple[str, str]]) -> Iterator[Declared]:
        """Those that are not among the known ones, given by path and name."""
        for path, tree in self._trees.items():
            for node in ast.walk(tree):
                if not isinstance(node, _Definition) or (path, node.name) in known:
                    continue
                if any(self._is_route(d, path) for d in node.decorator_list):
                    yield Declared(path, node.decorator_list[0].lineno, node.name)

    def _tree(self, root: Path, path: str) -> ast.Module:
        try:
            return ast.parse(regular.read(root / path))
        except (OSError, SyntaxError, ValueError, RecursionError) as error:
            self.gaps.append(f"{path}: whether it has routes cannot be read ({error})")
            return ast.Module(body=[], type_ignores=[])

    def _is_route(self, decorator: ast.expr, path: str) -> bool:
        if not isinstance(decorator, ast.Call):
            return False
        function = decorator.func
        if not isinstance(function, ast.Attribute) or not _names_url(decorator):
            return False
        owner: ast.expr = function
        while isinstance(owner, ast.Attribute):
            owner = owner.value
        return isinstance(owner, ast.Name) and self._is_of_flask(owner.id, path)

    def _is_of_flask(self, name: str, path: str) -> bool:
        """Whether a name comes from a file that uses Flask, be it this one."""
        if _uses_flask(self._trees[path]):
            return True
        return any(
            _uses_flask(self._trees[source])
            for node in ast.walk(self._trees[path])
            if isinstance(node, ast.ImportFrom)
            and name in {alias.asname or alias.name for alias in node.names}
            for source in self._sources(node, path)
        )

    def _sources(self, node: ast.ImportFrom, path: str) -> Iterator[str]:
        """The files that an import may read."""
        parts = node.module.split(".") if node.module else []
        folder = PurePosixPath(path)
        for _ in range(node.level):
            folder = folder.parent
        start = folder.as_posix() if node.level else ""
        below = os.path.normpath(os.path.join(start, *parts))
        modules = (below, *(os.path.join(below, alias.name) for alias in node.names))
        wanted = [f"/{m}{end}" for m in modules for end in (".py", "/__init__.py")]
        return (known for known in self._trees if f"/{known}".endswith(tuple(wanted)))


def _names_url(call: ast.Call) -> bool:
    """Whether a decorator is called as those that take a URL."""
    assert isinstance(call.func, ast.Attribute)
    given = [*call.args, *(word.value for word in call.keywords if word.arg == "rule")]
    if call.func.attr == "route":
        return bool(given)
    url = given[0].value if given and isinstance(given[0], ast.Constant) else None
    return (
        call.func.attr in _SHORT
        and isinstance(url, str)
        and (not url or url.startswith("/"))
    )


def _uses_flask(tree: ast.Module) -> bool:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return any(name.startswith(("flask", "apiflask")) for name in names)
