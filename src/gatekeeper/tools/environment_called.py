"""Calls that read a variable: of the standard library and of what people use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gatekeeper.tools import environment_libraries as libraries
from gatekeeper.tools.environment_noted import Noted
from gatekeeper.tools.environment_scopes import Scope
from gatekeeper.tools.environment_texts import UNKNOWN, Text, Texts
from gatekeeper.tools.environment_things import ENVIRONMENT, Things

_EXPANDED = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
#: What is given a function and what to call it with.
_HIGHER = frozenset({"map", "filter", "functools.partial"})


class CallReader:
    """Looks at calls, those of one module after the other."""

    def __init__(self, things: Things, texts: Texts, noted: Noted) -> None:
        self._things = things
        self._texts = texts
        self._noted = noted
        self._prefixes: list[tuple[str, int, int, frozenset[Text]]] = []

    def block(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        """Note `with env.prefixed("APP_"):`, before what stands in it is read."""
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call) and call.args:
                things = self._things.of(call.func, scope)
                if any(libraries.is_prefixed(str(thing)) for thing in things):
                    texts = self._texts.of(call.args[0], scope)
                    end = node.end_lineno or node.lineno
                    self._prefixes.append((scope.module.path, node.lineno, end, texts))

    def call(self, node: ast.Call, scope: Scope) -> None:
        """Note what a call reads."""
        things = self._things.of(node.func, scope)
        for thing in sorted(thing for thing in things if isinstance(thing, str)):
            self._by_thing(thing, node, scope)
        self._by_keyword(node, scope)
        if isinstance(node.func, ast.Attribute):
            self._flask(node.func.attr, node, scope)
        if not any(isinstance(thing, Scope) for thing in things):
            self._given(node, scope, {str(thing) for thing in things})

    def _by_thing(self, thing: str, node: ast.Call, scope: Scope) -> None:
        method = libraries.env_method(thing)
        if thing in libraries.READERS or method is not None:
            named = _named(node)
            if named is not None:
                prefixed = method is not None
                self._read(named, scope, node.lineno if prefixed else None)
            elif own := libraries.own_name(method or ""):
                self._noted.variable(own, scope.module.path, node.lineno)
        elif thing == "os.path.expandvars" and node.args:
            for text in self._texts.of(node.args[0], scope):
                for braced, bare in _EXPANDED.findall(text.value):
                    self._noted.variable(braced or bare, text.path, text.line)
        elif thing in _HIGHER and self._is_reader(node.args[:1], scope):
            spread = thing != "functools.partial"
            texts = self._texts.elements if spread else self._texts.of
            for named in node.args[1:2]:
                self._noted.read(texts(named, scope))

    def _read(self, named: ast.expr, scope: Scope, line: int | None = None) -> None:
        """Note the name of a variable, behind the prefixes of the blocks around it."""
        found = [(text, text.value) for text in self._texts.of(named, scope)]
        for path, first, last, prefixes in reversed(self._prefixes):
            if line is not None and path == scope.module.path and first <= line <= last:
                found = [(t, p.value + name) for t, name in found for p in prefixes]
        for text, name in found:
            self._noted.variable(name, text.path, text.line)

    def _is_reader(self, nodes: list[ast.expr], scope: Scope) -> bool:
        found = (thing for node in nodes for thing in self._things.of(node, scope))
        return any(thing in libraries.READERS for thing in found)

    def _by_keyword(self, node: ast.Call, scope: Scope) -> None:
        """click, typer, ConfigArgParse and Dynaconf."""
        for key, value in _keywords(node):
            if isinstance(value, ast.Constant) and not value.value:
                continue
            if key in libraries.NAMING_KEYWORDS:
                several = isinstance(value, ast.List | ast.Tuple)
                texts = self._texts.elements if several else self._texts.of
                self._noted.read(texts(value, scope))
            elif key in libraries.PREFIX_KEYWORDS:
                self._noted.read(self._texts.of(value, scope), f"_{UNKNOWN}")

    def _flask(self, method: str, node: ast.Call, scope: Scope) -> None:
        """`app.config.from_prefixed_env()` and `app.config.from_envvar("FILE")`."""
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "prefix")]
        if method == libraries.PREFIX_METHOD:
            if given:
                self._noted.read(self._texts.of(given[0], scope), f"_{UNKNOWN}")
            else:
                name = f"{libraries.FLASK_PREFIX}_{UNKNOWN}"
                self._noted.variable(name, scope.module.path, node.lineno)
        elif method == libraries.FILE_METHOD and given:
            self._noted.read(self._texts.of(given[0], scope))

    def _given(self, node: ast.Call, scope: Scope, things: set[str]) -> None:
        """What code that is not ours is given: a way to read, or everything."""
        if things & {*_HIGHER, "getattr", "hasattr"}:
            return
        harmless = any(map(libraries.is_harmless, things))
        place = scope.module.path, node.lineno
        for value in (*node.args, *(keyword.value for keyword in node.keywords)):
            inner = value.value if isinstance(value, ast.Starred) else value
            if not isinstance(inner, ast.Name | ast.Attribute | ast.Call):
                continue
            given = self._things.of(inner, scope)
            if given & libraries.READERS and not isinstance(inner, ast.Call):
                self._noted.computed.add(place)
            elif ENVIRONMENT in given and not harmless:
                self._noted.handed_on.add(place)


def _named(node: ast.Call) -> ast.expr | None:
    """The argument that names a variable."""
    if node.args:
        return node.args[0]
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    return next((given[key] for key in libraries.KEYWORDS if key in given), None)


def _keywords(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The keywords of a call, with those in click's `context_settings={...}`."""
    for keyword in node.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
        if isinstance(keyword.value, ast.Dict):
            for key, value in zip(
                keyword.value.keys, keyword.value.values, strict=True
            ):
                if isinstance(key, ast.Constant) and key.value == "auto_envvar_prefix":
                    yield "auto_envvar_prefix", value
