"""Which texts an expression may be, with a gap for each part that cannot be told."""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gatekeeper.tools.environment_calls import Source
from gatekeeper.tools.environment_scopes import ELEMENT, Scope
from gatekeeper.tools.environment_sources import Sources

#: Stands for a part of a text of which nothing is known.
UNKNOWN = "\0"
_PERCENT = re.compile(r"%(?:\(\w*\))?[-#0 +]*[\d.*]*[a-zA-Z]")
_BRACES = re.compile(r"\{[^{}]*\}")
_CASES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "strip": str.strip,
}
_MOST = 200
_DEPTH = 40


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """One text that an expression may be, and the place that decides so."""

    value: str
    path: str
    line: int


class Texts:
    """Works out texts: constants, joined, formatted, changed in case."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._active: set[ast.AST] = set()

    def of(self, node: ast.expr, scope: Scope) -> frozenset[Text]:
        """Everything that an expression may be; never empty."""
        place = scope.module.path, node.lineno
        return self._of(Source(node, scope, (), place))

    def elements(self, node: ast.expr, scope: Scope) -> frozenset[Text]:
        """Everything that an element of a collection (or a single text) may be."""
        if isinstance(node, ast.Constant):
            return self.of(node, scope)
        place = scope.module.path, node.lineno
        return self._of(Source(node, scope, (ELEMENT,), place))

    def _of(self, source: Source) -> frozenset[Text]:
        found: set[Text] = set()
        for one in self._sources.of(source):
            found |= self._leaf(one)
        if not found or len(found) > _MOST:
            return _unknown(source)
        return frozenset(found)

    def _leaf(self, source: Source) -> frozenset[Text]:
        node = source.node
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            raw = node.value
            value = raw.decode("latin-1") if isinstance(raw, bytes) else raw
            return frozenset({Text(value.replace(UNKNOWN, ""), *source.place)})
        busy = node in self._active or len(self._active) > _DEPTH
        if node is None or source.steps or busy:
            return _unknown(source)
        self._active.add(node)
        found = self._made(node, source)
        self._active.discard(node)
        return found

    def _made(self, node: ast.expr, source: Source) -> frozenset[Text]:
        if isinstance(node, ast.JoinedStr):
            return self._joined(node.values, "", source)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([node.left, node.right], "", source)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            right = node.right
            given = right.elts if isinstance(right, ast.Tuple) else [right]
            return self._filled(node.left, _PERCENT, given, source)
        if isinstance(node, ast.FormattedValue):
            plain = node.conversion in (-1, ord("s")) and node.format_spec is None
            return self._part(node.value, source) if plain else _unknown(source)
        if isinstance(node, ast.Call):
            return self._call(node, source)
        return _unknown(source)

    def _part(self, node: ast.expr, source: Source) -> frozenset[Text]:
        return self._of(replace(source, node=node, steps=()))

    def _joined(
        self, nodes: Iterable[ast.expr], between: str, source: Source
    ) -> frozenset[Text]:
        """Every way to put the parts one behind the other."""
        parts = [self._part(node, source) for node in nodes]
        if math.prod(map(len, parts)) > _MOST:
            return _unknown(source)
        found = set()
        for chosen in itertools.product(*parts):
            value = between.join(text.value for text in chosen)
            # The call that hands a part over decides, not the line that joins them.
            places = [(text.path, text.line) for text in chosen]
            decides = (place for place in places if place != source.place)
            place = next(decides, source.place)
            found.add(Text(re.sub(f"{UNKNOWN}+", UNKNOWN, value), *place))
        return frozenset(found)

    def _filled(
        self,
        template: ast.expr,
        hole: re.Pattern[str],
        given: Sequence[ast.expr],
        source: Source,
    ) -> frozenset[Text]:
        """A template, filled where each hole takes what is given in turn."""
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            fixed = [ast.Constant(text) for text in hole.split(template.value)]
            holes = hole.findall(template.value)
            if len(holes) == len(given) and set(holes) <= {"%s", "{}"}:
                pairs = itertools.zip_longest(fixed, given)
                nodes = [node for pair in pairs for node in pair if node is not None]
                return self._joined(nodes, "", source)
        found = self._part(template, source)
        return frozenset(
            replace(text, value=hole.sub(UNKNOWN, text.value)) for text in found
        )

    def _call(self, node: ast.Call, source: Source) -> frozenset[Text]:
        function, arguments = node.func, node.args
        if isinstance(function, ast.Attribute):
            if function.attr in _CASES and not arguments:
                change = _CASES[function.attr]
                found = self._part(function.value, source)
                return frozenset(replace(t, value=change(t.value)) for t in found)
            if function.attr == "format" and not node.keywords:
                return self._filled(function.value, _BRACES, arguments, source)
            if function.attr == "join" and len(arguments) == 1:
                return self._list(function.value, arguments[0], source)
        elif isinstance(function, ast.Name) and function.id == "str" and arguments:
            return self._part(arguments[0], source)
        return self._returned(function, source)

    def _returned(self, function: ast.expr, source: Source) -> frozenset[Text]:
        """What a function of our own gives back."""
        found: set[Text] = set()
        for thing in self._sources.things.of(function, source.scope):
            if isinstance(thing, Scope):
                for value in thing.returns:
                    found |= self._of(Source(value, thing, (), source.place))
        return frozenset(found) or _unknown(source)

    def _list(
        self, between: ast.expr, whole: ast.expr, source: Source
    ) -> frozenset[Text]:
        """`"_".join([A, B])`."""
        if isinstance(between, ast.Constant) and isinstance(
            whole, ast.List | ast.Tuple
        ):
            if isinstance(between.value, str):
                return self._joined(whole.elts, between.value, source)
        return _unknown(source)


def _unknown(source: Source) -> frozenset[Text]:
    return frozenset({Text(UNKNOWN, *source.place)})
