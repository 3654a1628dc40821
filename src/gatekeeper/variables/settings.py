"""The variables behind the fields of pydantic-settings."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from gatekeeper.variables.names import Names, assigned, constant

_ALIASES = frozenset({"alias", "validation_alias", "env"})


def settings(node: ast.ClassDef, names: Names) -> Iterator[tuple[str, int]]:
    """The variables behind the fields of a class of pydantic-settings."""
    prefix = next(_prefixes(node, names), "")
    for statement in node.body:
        target, value = assigned(statement)
        if not isinstance(statement, ast.AnnAssign) or target is None:
            continue
        if target == "model_config" or "ClassVar" in ast.unparse(statement.annotation):
            continue
        aliases = list(_aliases(value, names)) if isinstance(value, ast.Call) else []
        for name in aliases or [f"{prefix}{target}"]:
            yield name.upper(), statement.lineno


def _prefixes(node: ast.ClassDef, names: Names) -> Iterator[str]:
    for inner in ast.walk(node):
        target, value = assigned(inner)
        if target == "env_prefix" and value is not None:
            yield constant(value, names) or ""
        elif isinstance(inner, ast.keyword) and inner.arg == "env_prefix":
            yield constant(inner.value, names) or ""


def _aliases(call: ast.Call, names: Names) -> Iterable[str]:
    for keyword in call.keywords:
        if keyword.arg in _ALIASES:
            inner = keyword.value
            choices = inner.args if isinstance(inner, ast.Call) else [inner]
            yield from filter(None, (constant(choice, names) for choice in choices))
