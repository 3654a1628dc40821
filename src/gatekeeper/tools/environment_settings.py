"""Classes of settings after pydantic: each field is a variable of the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gatekeeper.tools.environment_libraries import SETTINGS
from gatekeeper.tools.environment_noted import Noted
from gatekeeper.tools.environment_scopes import Scope
from gatekeeper.tools.environment_texts import UNKNOWN, Text, Texts
from gatekeeper.tools.environment_things import Things

_ALIASES = ("validation_alias", "alias", "env")


@dataclass(slots=True)
class _Config:
    """What a class says of its variables, as expressions."""

    values: dict[str, tuple[ast.expr, Scope]] = field(default_factory=dict)

    def true(self, key: str) -> bool:
        """Whether a switch is on."""
        node = self.values.get(key, (None,))[0]
        return isinstance(node, ast.Constant) and node.value is True

    def text(self, key: str, texts: Texts) -> set[str]:
        """What a text may be; empty text where it is not there."""
        if key not in self.values:
            return {""}
        node, scope = self.values[key]
        if isinstance(node, ast.Constant) and node.value is None:
            return {""}
        return {text.value for text in texts.of(node, scope)}


class Settings:
    """Reads the classes."""

    def __init__(self, things: Things, texts: Texts) -> None:
        self._things = things
        self._texts = texts

    def is_settings(self, scope: Scope) -> bool:
        """Whether a class is one of settings, by what it extends."""
        return any(
            thing in SETTINGS
            for one in self._things.lineage(scope)
            for thing in self._things.bases(one)
        )

    def note(self, scope: Scope, noted: Noted) -> None:
        """Note the variables of a class, those of the classes it extends included."""
        lineage = self._things.lineage(scope)
        config = _Config()
        for one in reversed(lineage):
            config.values |= dict(_configured(one))
        seen: set[str] = set()
        for one in lineage:
            for name, node in _fields(one):
                if name not in seen:
                    self._field(name, node, one, config, noted)
                seen.add(name)

    def _field(
        self,
        name: str,
        node: ast.AnnAssign,
        scope: Scope,
        config: _Config,
        noted: Noted,
    ) -> None:
        sensitive = config.true("case_sensitive")
        aliases = list(self._aliases(node, scope))
        for text in aliases:
            others = () if sensitive else (text.value,)
            first = text.value if sensitive else text.value.upper()
            noted.variable(first, text.path, text.line, *others)
        if aliases:
            return
        whole = UNKNOWN if "alias_generator" in config.values else name
        between = sorted(config.text("env_nested_delimiter", self._texts) - {""})
        for prefix in sorted(config.text("env_prefix", self._texts)):
            plain = prefix + whole if sensitive else (prefix + whole).upper()
            parts = (f"{plain}{one}{UNKNOWN}" for one in between)
            noted.variable(plain, scope.module.path, node.lineno, *parts)

    def _aliases(self, node: ast.AnnAssign, scope: Scope) -> Iterator[Text]:
        """The names that `Field(...)` gives a field."""
        for call in _field_calls(node):
            given = {k.arg: k.value for k in call.keywords}
            key = next((key for key in _ALIASES if key in given), None)
            if key is not None:
                yield from self._names(given[key], scope)

    def _names(self, node: ast.expr, scope: Scope) -> Iterator[Text]:
        if isinstance(node, ast.Constant) and node.value is None:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from sorted(self._texts.elements(node, scope))
        elif isinstance(node, ast.Call):
            # AliasChoices("A", AliasPath("B", 0)) tries each, AliasPath its first part.
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            chosen = node.args[:1] if name == "AliasPath" else node.args
            for one in chosen:
                yield from self._names(one, scope)
        else:
            yield from sorted(self._texts.of(node, scope))


_Pairs = Iterator[tuple[str, tuple[ast.expr, Scope]]]


def _configured(scope: Scope) -> _Pairs:
    """What `model_config`, an inner `Config` or the class line sets."""
    yield from _keywords(getattr(scope.node, "keywords", ()), scope.parent or scope)
    for binding in scope.names.get("Config", ()):
        for name, found in binding.scope.names.items():
            if isinstance(binding.node, ast.ClassDef) and found:
                if isinstance(found[-1].node, ast.expr):
                    yield name, (found[-1].node, binding.scope)
    for binding in scope.names.get("model_config", ()):
        node = binding.node
        if isinstance(node, ast.Call):
            yield from _keywords(node.keywords, scope)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), (value, scope)


def _keywords(keywords: Sequence[ast.keyword], scope: Scope) -> _Pairs:
    for keyword in keywords:
        if keyword.arg:
            yield keyword.arg, (keyword.value, scope)


def _fields(scope: Scope) -> Iterator[tuple[str, ast.AnnAssign]]:
    """The annotated names of a class that are fields."""
    for node in getattr(scope.node, "body", ()):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            outer: ast.expr = node.annotation
            while isinstance(outer, ast.Subscript):
                outer = outer.value
            name, kind = (
                node.target.id,
                getattr(outer, "attr", getattr(outer, "id", "")),
            )
            if name != "model_config" and name[0] != "_" and kind != "ClassVar":
                yield name, node


def _field_calls(node: ast.AnnAssign) -> Iterator[ast.Call]:
    """`Field(...)` as the value, or in `Annotated[...]`."""
    inside = ast.walk(node.annotation)
    for one in (*([node.value] if node.value else ()), *inside):
        if isinstance(one, ast.Call):
            name = getattr(one.func, "attr", getattr(one.func, "id", ""))
            if name == "Field":
                yield one
