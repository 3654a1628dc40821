"""Every place where first-party code reads a variable of the environment."""

from __future__ import annotations

import ast

from gatekeeper.tools.environment_called import CallReader
from gatekeeper.tools.environment_calls import Calls, followed
from gatekeeper.tools.environment_loops import Loop, looped
from gatekeeper.tools.environment_modules import Modules
from gatekeeper.tools.environment_noted import Noted
from gatekeeper.tools.environment_scopes import Scope
from gatekeeper.tools.environment_settings import Settings
from gatekeeper.tools.environment_sources import Sources
from gatekeeper.tools.environment_texts import UNKNOWN, Texts
from gatekeeper.tools.environment_things import ENVIRONMENT, Things

_ALL = frozenset({ENVIRONMENT, f"{ENVIRONMENT}.keys()"})


def reads(modules: Modules) -> Noted:
    """What some modules read of the environment."""
    return _Finder(modules).find()


class _Finder:
    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        plain = Things(modules)
        self._calls = Calls(plain)
        self._things = followed(plain, self._calls)
        self._texts = Texts(Sources(self._things, self._calls))
        self._settings = Settings(self._things, self._texts)
        self._noted = Noted(tangled=plain.tangled)
        self._called = CallReader(self._things, self._texts, self._noted)
        self._classes: list[Scope] = []

    def find(self) -> Noted:
        """Look at every node, then at the classes of settings together."""
        for module in self._modules.modules:
            for node, scope in module.nodes:
                self._node(node, scope)
        extended = {
            base for one in self._classes for base in self._things.lineage(one)[1:]
        }
        for one in self._classes:
            # A class that is only there to be extended reads nothing by itself.
            if one not in extended or self._calls.called(one):
                self._settings.note(one, self._noted)
        return self._noted

    def _node(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Call):
            self._called.call(node, scope)
        elif isinstance(node, ast.With | ast.AsyncWith):
            self._called.block(node, scope)
        elif isinstance(node, ast.Subscript):
            load = isinstance(node.ctx, ast.Load)
            if load and self._is_environment(node.value, scope):
                self._noted.read(self._texts.of(node.slice, scope))
        elif isinstance(node, ast.Compare):
            self._compare(node, scope)
        elif isinstance(node, ast.Match):
            self._match(node, scope)
        elif isinstance(node, ast.ClassDef):
            inner = scope.module.scopes[node]
            if self._settings.is_settings(inner):
                self._classes.append(inner)
        else:
            for loop in looped(node):
                inner = scope.module.scopes.get(node, scope)
                self._loop(loop, scope, inner)

    def _is_environment(self, node: ast.AST, scope: Scope) -> bool:
        return not self._things.of(node, scope).isdisjoint(_ALL)

    def _compare(self, node: ast.Compare, scope: Scope) -> None:
        """`"X" in os.environ`."""
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                if self._is_environment(right, scope):
                    self._noted.read(self._texts.of(left, scope))
            left = right

    def _match(self, node: ast.Match, scope: Scope) -> None:
        if not self._is_environment(node.subject, scope):
            return
        for case in node.cases:
            for one in ast.walk(case.pattern):
                for key in one.keys if isinstance(one, ast.MatchMapping) else ():
                    self._noted.read(self._texts.of(key, scope))

    def _loop(self, loop: Loop, scope: Scope, inner: Scope) -> None:
        """A loop over everything reads what its conditions let through."""
        if not self._is_environment(loop.whole, scope):
            return
        found = False
        for start in loop.starts():
            several = isinstance(start, ast.Tuple)
            texts = self._texts.elements if several else self._texts.of
            self._noted.read(texts(start, inner), UNKNOWN)
            found = True
        for other, several in loop.chosen():
            texts = self._texts.elements if several else self._texts.of
            self._noted.read(texts(other, inner))
            found = True
        if not found and not loop.copies:
            self._noted.computed.add((scope.module.path, loop.line))
