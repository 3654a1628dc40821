"""Loops over a whole mapping, and which of its keys their conditions let through."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_WRAPPERS = frozenset("list sorted tuple set iter reversed frozenset".split())
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over `whole`. `key` is the name of the key, "" where there is none.

    `copies`: what comes out is a mapping with the same keys.
    """

    node: ast.AST
    whole: ast.expr
    key: str
    region: tuple[ast.AST, ...]
    copies: bool = False

    @property
    def line(self) -> int:
        """Where it stands."""
        return self.whole.lineno

    def starts(self) -> Iterator[ast.expr]:
        """What keys have to begin with, from `key.startswith(...)`."""
        for node in _positive(self.region):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "startswith" and self._is_key(node.func.value):
                    yield from node.args[:1]

    def chosen(self) -> Iterator[tuple[ast.expr, bool]]:
        """What keys are compared with, and whether that is a collection."""
        for node in _positive(self.region):
            if isinstance(node, ast.Compare) and self._is_key(node.left):
                for operator, other in zip(node.ops, node.comparators, strict=True):
                    if isinstance(operator, ast.In | ast.Eq):
                        yield other, isinstance(operator, ast.In)

    def _is_key(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value  # key.upper()
        return isinstance(node, ast.Name) and node.id == self.key


def looped(node: ast.AST) -> Iterator[Loop]:
    """The loops that a statement or comprehension makes."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield _loop(node, node.iter, node.target, tuple(node.body))
    elif isinstance(node, _Comprehension):
        for one in node.generators:
            made = _loop(node, one.iter, one.target, tuple(one.ifs))
            copies = isinstance(node, ast.DictComp) and made._is_key(node.key)
            yield Loop(node, made.whole, made.key, made.region, copies)


def _loop(
    node: ast.AST, whole: ast.expr, target: ast.expr, region: tuple[ast.AST, ...]
) -> Loop:
    while isinstance(whole, ast.Call):
        function = whole.func
        if isinstance(function, ast.Attribute) and not whole.args:
            if function.attr == "items":
                first = getattr(target, "elts", [None])[0]
                return _made(node, function.value, first, region)
            if function.attr == "values":
                return _made(node, function.value, None, region)
            if function.attr != "keys":
                break
            whole = function.value
        elif isinstance(function, ast.Name) and function.id in _WRAPPERS and whole.args:
            whole = whole.args[0]
        else:
            break
    return _made(node, whole, target, region)


def _made(
    node: ast.AST,
    whole: ast.expr,
    target: ast.expr | None,
    region: tuple[ast.AST, ...],
) -> Loop:
    return Loop(node, whole, getattr(target, "id", ""), region)


def _positive(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Everything below that is not said to be otherwise."""
    pending = list(nodes)
    while pending:
        node = pending.pop()
        if not (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            yield node
            pending += ast.iter_child_nodes(node)
