"""Where a value comes from: names, loops, collections and parameters followed back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from gatekeeper.tools import environment_collections
from gatekeeper.tools.environment_calls import Calls, Source
from gatekeeper.tools.environment_scopes import VALUE, Binding, Scope
from gatekeeper.tools.environment_things import Things

_Named = ast.Name | ast.Attribute
_MOST = 2_000
_DEPTH = 60


class Sources:
    """Follows values back to the expressions that make them."""

    def __init__(self, things: Things, calls: Calls) -> None:
        self.things = things
        self._calls = calls
        self._active: set[tuple[ast.AST, tuple[int, ...]]] = set()
        self._left = 0

    def of(self, source: Source) -> Iterator[Source]:
        """The expressions that a value may come from; one without a node is unknown."""
        node = source.node
        if not self._active:
            self.things.modules.on_time()
            self._left = _MOST
        self._left -= 1
        if node is None or self._left < 0 or len(self._active) > _DEPTH:
            yield replace(source, node=None)
            return
        key = node, source.steps
        if key in self._active:
            return  # going round in a circle leads to nothing new
        self._active.add(key)
        found = list(self._of(node, source))
        self._active.discard(key)
        yield from found

    def _of(self, node: ast.expr, source: Source) -> Iterator[Source]:
        if isinstance(node, _Named):
            yield from self._named(node, source)
        elif isinstance(node, ast.BoolOp):
            yield from self._each(node.values, source)
        elif isinstance(node, ast.IfExp):
            yield from self._each([node.body, node.orelse], source)
        elif isinstance(node, ast.NamedExpr | ast.Starred):
            yield from self._each([node.value], source)
        elif isinstance(node, ast.Subscript):
            steps = (VALUE, *source.steps)
            yield from self.of(replace(source, node=node.value, steps=steps))
        elif not source.steps:
            yield source
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
            inner = source.scope.module.scopes.get(node, source.scope)
            steps = source.steps[1:]
            yield from self.of(Source(node.elt, inner, steps, source.place))
        else:
            parts = environment_collections.parts(node, source.steps)
            if parts is None:
                yield replace(source, node=None)
            for part, steps in parts or ():
                yield from self.of(replace(source, node=part, steps=steps))

    def _each(self, nodes: list[ast.expr], source: Source) -> Iterator[Source]:
        for node in nodes:
            yield from self.of(replace(source, node=node))

    def _named(self, node: _Named, source: Source) -> Iterator[Source]:
        bindings = list(self._bindings(node, source.scope))
        if not bindings and isinstance(node, ast.Attribute) and node.attr == "value":
            yield from self._each([node.value], source)  # of a member of an Enum
        elif not bindings:
            yield replace(source, node=None)
        for one in bindings:
            if isinstance(one.node, ast.arg):
                for given in self._calls.sources(one, source.steps):
                    yield from self.of(given)
                continue
            value = one.node if isinstance(one.node, ast.expr) else None
            steps = (*one.steps, *source.steps)
            yield from self.of(Source(value, one.scope, steps, source.place))

    def _bindings(self, node: _Named, scope: Scope) -> Iterator[Binding]:
        """What a name is bound to, in another module where it was imported."""
        if isinstance(node, ast.Attribute):
            for base in self.things.of(node.value, scope):
                if isinstance(base, Scope):
                    for binding in self.things.bindings(base, node.attr):
                        yield from self._imported(binding)
            return
        found = scope.lookup(node.id)
        for binding in found:
            yield from self._imported(binding)
        for star in scope.module.stars if not found else ():
            yield from self._imported(Binding(scope, origin=f"{star}.{node.id}"))

    def _imported(self, binding: Binding, depth: int = 0) -> Iterator[Binding]:
        if not binding.origin or depth > _DEPTH:
            yield binding
            return
        parent, _, name = binding.origin.rpartition(".")
        for module in self.things.modules.find(parent):
            for other in module.scope.names.get(name, ()):
                yield from self._imported(other, depth + 1)
