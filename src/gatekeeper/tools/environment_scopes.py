"""Names of a module and what they are bound to, scope by scope, from its syntax tree.

Nothing is imported. Every binding of a name counts, whatever the order: too many
possible values are told, never too few.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Steps from a collection to what is in it: each element (a key of a mapping), or each
#: value (an element of a list).
ELEMENT, VALUE = -1, -2
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Scoped = Function | ast.ClassDef | _Comprehension
_PUNCTUATION = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One thing that a name may mean.

    `node` is an expression (with `steps` into it), a definition, or the parameter.
    `origin` is the dotted name of what is imported. With neither nothing is known.
    """

    scope: Scope
    node: ast.AST | None = None
    steps: tuple[int, ...] = ()
    origin: str = ""


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class, function or comprehension."""

    module: Module
    node: ast.AST
    parent: Scope | None = None
    names: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    returns: list[ast.expr] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        """Whether names in it are attributes, which functions in it do not see."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def owner(self) -> Scope | None:
        """The class of a method whose first parameter is an object or that class."""
        node, parent = self.node, self.parent
        if parent is None or not parent.is_class or isinstance(node, _Comprehension):
            return None
        static = any(
            isinstance(one, ast.Name) and one.id == "staticmethod"
            for one in getattr(node, "decorator_list", ())
        )
        return None if static else parent

    def lookup(self, name: str) -> list[Binding]:
        """Every binding of a name as seen from here; empty for what is built in."""
        scope: Scope | None = self
        while scope is not None:
            visible = scope is self or not scope.is_class
            if visible and name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return []

    def bind(self, name: str, binding: Binding) -> None:
        """Add a binding."""
        home = self.elsewhere.get(name, self)
        home.names[name].append(binding)


class Module:
    """One parsed file. `attributes` are what `self.NAME = ...` binds, by name."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.scope = Scope(self, tree)
        self.scopes: dict[ast.AST, Scope] = {}
        self.attributes: dict[str, list[Binding]] = defaultdict(list)
        self.stars: list[str] = []
        #: Every node with the scope it belongs to, in the order of the source.
        self.nodes: list[tuple[ast.AST, Scope]] = []
        for node, scope in self._walk():
            self.nodes.append((node, scope))
            _bind(node, scope, self)

    @property
    def package(self) -> list[str]:
        """The folders that relative imports start from."""
        return self.path.split("/")[:-1]

    def _walk(self) -> Iterator[tuple[ast.AST, Scope]]:
        stack: list[tuple[ast.AST, Scope]] = [(self.scope.node, self.scope)]
        while stack:
            node, scope = stack.pop()
            if isinstance(node, _PUNCTUATION):
                continue
            yield node, scope
            if isinstance(node, _Scoped):
                stack += reversed(list(self._children(node, scope)))
            else:
                children = [(one, scope) for one in ast.iter_child_nodes(node)]
                children.reverse()
                stack += children

    def _children(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        if node not in self.scopes:
            self.scopes[node] = Scope(self, node, scope)
        inner = self.scopes[node]
        outside = set(_outside(node))
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.arguments):
                yield from ((part, scope) for part in ast.iter_child_nodes(child))
            elif isinstance(child, ast.comprehension):
                yield child, inner
            else:
                yield child, scope if child in outside else inner


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a definition that are evaluated around it."""
    yield from getattr(node, "decorator_list", ())
    yield from getattr(node, "bases", ())
    yield from getattr(node, "keywords", ())
    if returns := getattr(node, "returns", None):
        yield returns


def _bind(node: ast.AST, scope: Scope, module: Module) -> None:
    """Note what a node binds."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _target(target, node.value, (), scope)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
        known = None if isinstance(node, ast.AugAssign) else node.value
        if known is not None or isinstance(node, ast.AugAssign):
            _target(node.target, known, (), _around(node, scope))
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        _target(node.target, node.iter, (ELEMENT,), scope)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        _target(node.optional_vars, node.context_expr, (), scope)
    elif isinstance(node, ast.Return) and node.value is not None:
        scope.returns.append(node.value)
    else:
        _declare(node, scope, module)


def _around(node: ast.AST, scope: Scope) -> Scope:
    """Where `:=` binds: outside of the comprehensions that it stands in."""
    while isinstance(node, ast.NamedExpr) and isinstance(scope.node, _Comprehension):
        if scope.parent is None:
            break
        scope = scope.parent
    return scope


def _declare(node: ast.AST, scope: Scope, module: Module) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        _import(node, scope, module)
    elif isinstance(node, ast.Global | ast.Nonlocal):
        for name in node.names:
            home = scope.parent or scope
            scope.elsewhere[name] = (
                module.scope if isinstance(node, ast.Global) else _holder(home, name)
            )
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inner = module.scopes.setdefault(node, Scope(module, node, scope))
        scope.bind(node.name, Binding(inner, node))
        _parameters(node, inner)
    elif isinstance(node, ast.Lambda):
        inner = module.scopes.setdefault(node, Scope(module, node, scope))
        inner.returns.append(node.body)
        _parameters(node, inner)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        if node.name:
            scope.bind(node.name, Binding(scope))


def _holder(scope: Scope, name: str) -> Scope:
    """The function around that binds a name."""
    found = scope
    while name not in found.names and found.parent is not None:
        found = found.parent
    return found if name in found.names else scope


def _parameters(node: ast.AST, inner: Scope) -> None:
    arguments = getattr(node, "args", None)
    if isinstance(arguments, ast.arguments):
        for one in ast.iter_child_nodes(arguments):
            if isinstance(one, ast.arg):
                inner.bind(one.arg, Binding(inner, one))


def _import(node: ast.Import | ast.ImportFrom, scope: Scope, module: Module) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            plain = alias.name.partition(".")[0]
            origin = alias.name if alias.asname else plain
            scope.bind(alias.asname or plain, Binding(scope, origin=origin))
        return
    start = node.module or ""
    if node.level:
        # A path from the root, led by a slash to tell it from an absolute import.
        above = module.package[: len(module.package) - node.level + 1]
        start = "/" + ".".join([*above, *(start.split(".") if start else [])])
    for alias in node.names:
        if alias.name == "*":
            module.stars.append(start)
        else:
            origin = f"{start}.{alias.name}"
            scope.bind(alias.asname or alias.name, Binding(scope, origin=origin))


def _target(
    target: ast.AST, value: ast.expr | None, steps: tuple[int, ...], scope: Scope
) -> None:
    """Bind what stands on the left to the value on the right."""
    if isinstance(target, ast.Name):
        scope.bind(target.id, Binding(scope, value, steps))
    elif isinstance(target, ast.Attribute):
        found = Binding(scope, value, steps)
        scope.module.attributes[target.attr].append(found)
    elif isinstance(target, ast.Starred):
        _target(target.value, None, (), scope)
    elif isinstance(target, ast.Tuple | ast.List):
        starred = any(isinstance(part, ast.Starred) for part in target.elts)
        for number, part in enumerate(target.elts):
            _target(part, None if starred else value, (*steps, number), scope)
