"""Which environment variables a module reads, from its syntax tree.

Seen are `os.environ` and `os.getenv` under whatever name they are imported, objects of
environs, django-environ and decouple, `envvar=` of click and typer, and the fields of
pydantic's settings. A name may be a constant of the module, or the parameter of a
function of the module that is called with a literal; beyond that it is computed, and
nobody can tell it without running the code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.variables.names import (
    Names,
    assigned,
    constant,
    is_environ,
    last_part,
    names_of,
)
from gatekeeper.variables.settings import settings

_METHODS = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__"})
_WRITES = frozenset({"update", "clear", "copy"})
_SETTINGS = frozenset({"BaseSettings"})


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """One read of a variable; `name` is None where it is computed.

    `whole` is for a place that hands on all of the environment.
    """

    path: str
    line: int
    name: str | None
    prefix: bool = False
    whole: bool = False


def reads(path: str, tree: ast.Module) -> list[Read]:
    """Every read of a variable in a module, in the order of lines."""
    names = names_of(tree)
    finder = _Finder(path, tree, names)
    finder.visit(tree)
    return sorted(set(finder.found), key=lambda read: (read.line, read.name or ""))


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, tree: ast.Module, names: Names) -> None:
        self.found: list[Read] = []
        self._path, self._tree, self._names = path, tree, names
        self._understood: set[ast.AST] = set()
        self._functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._functions.append(node)
        self.generic_visit(node)
        self._functions.pop()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._mention(node)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._mention(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if assigned(node)[0] is not None:
            self._understand(node.value)  # a name for it, which is followed
        self.generic_visit(node)

    def visit_arguments(self, node: ast.arguments) -> None:
        for default in (*node.defaults, *filter(None, node.kw_defaults)):
            self._understand(default)
        self.generic_visit(node)

    def _understand(self, node: ast.expr) -> None:
        """What stands here of the environment is accounted for."""
        if is_environ(node, self._names):
            self._understood.update(ast.walk(node))

    def _mention(self, node: ast.Attribute | ast.Name) -> None:
        """A way to the environment that no other rule accounts for may read all."""
        if not isinstance(node.ctx, ast.Load) or node in self._understood:
            return
        owner = node.value if isinstance(node, ast.Attribute) else None
        of_os = isinstance(owner, ast.Name) and owner.id in self._names.os
        getenv = last_part(node) in ("getenv", "getenvb") and of_os
        bare = isinstance(node, ast.Name) and node.id in self._names.getenv
        if getenv or bare or is_environ(node, self._names):
            self.found.append(Read(self._path, node.lineno, None, whole=True))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if is_environ(node.value, self._names) and isinstance(node.ctx, ast.Load):
            self._note(node.slice)
        self._understand(node.value)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(operator, ast.In | ast.NotIn) and is_environ(
                right, self._names
            ):
                self._note(left)
                self._understand(right)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        given = [*node.args, *(k.value for k in node.keywords if k.arg == "key")]
        if self._reads(node.func) and given:
            self._note(given[0])
            self._understood.update(ast.walk(node.func))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _WRITES:
            self._understand(node.func.value)
        elif last_part(node.func) == "from_prefixed_env":
            self._note_prefix(node)
        for keyword in node.keywords:
            if keyword.arg == "envvar":
                self._note_all(keyword.value)
            elif keyword.arg == "env":
                self._understand(keyword.value)  # what a child process is given
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if _SETTINGS & {last_part(base) for base in node.bases}:
            for name, line in settings(node, self._names):
                self.found.append(Read(self._path, line, name))
        self.generic_visit(node)

    def _reads(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in self._names.getenv | self._names.readers
        if not isinstance(function, ast.Attribute):
            return False
        owner = function.value
        if is_environ(owner, self._names):
            return function.attr in _METHODS
        if not isinstance(owner, ast.Name):
            return False
        of_os = owner.id in self._names.os and function.attr in ("getenv", "getenvb")
        return of_os or (
            owner.id in self._names.readers and not function.attr.startswith("read_")
        )

    def _note_all(self, node: ast.expr) -> None:
        parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
        for part in parts:
            if not (isinstance(part, ast.Constant) and part.value is None):
                self._note(part)

    def _note_prefix(self, node: ast.Call) -> None:
        named = [k.value for k in node.keywords if k.arg == "prefix"]
        given = [*node.args[:1], *named]
        text = constant(given[0], self._names) if given else "FLASK"
        self.found.append(Read(self._path, node.lineno, text and f"{text}_", True))

    def _note(self, node: ast.expr) -> None:
        text = constant(node, self._names)
        names = [text] if text is not None else list(self._handed(node)) or [None]
        self.found += [Read(self._path, node.lineno, name) for name in names]

    def _handed(self, node: ast.expr) -> Iterator[str | None]:
        """What a parameter is in the calls of its function, all over the module."""
        function = self._functions[-1] if self._functions else None
        if function is None or not isinstance(node, ast.Name):
            return
        parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        if node.id not in parameters:
            return
        index = parameters.index(node.id)
        for call in ast.walk(self._tree):
            if isinstance(call, ast.Call) and last_part(call.func) == function.name:
                shift = isinstance(call.func, ast.Attribute) and parameters[0] in (
                    "self",
                    "cls",
                )
                yield self._argument(call, index - shift, node.id)

    def _argument(self, call: ast.Call, index: int, name: str) -> str | None:
        named = [k.value for k in call.keywords if k.arg == name]
        given = call.args[index : index + 1] or named
        return constant(given[0], self._names) if given else None
