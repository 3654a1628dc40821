"""Who calls a function of our own, and with what."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gatekeeper.tools import environment_libraries as libraries
from gatekeeper.tools.environment_scopes import ELEMENT, Binding, Scope
from gatekeeper.tools.environment_things import Things, default_of

_ROUNDS = 10
#: Methods of so many objects that the name tells nothing.
_COMMON = frozenset(name for kind in (dict, list, set, str) for name in dir(kind))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: an expression with steps into it, None for unknown.

    `place` is the call that hands it over.
    """

    node: ast.expr | None
    scope: Scope
    steps: tuple[int, ...]
    place: tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Call:
    node: ast.Call
    scope: Scope

    @property
    def place(self) -> tuple[str, int]:
        return self.scope.module.path, self.node.lineno


class Calls:
    """All calls in the modules, by the function that is called."""

    def __init__(self, things: Things) -> None:
        self._things = things
        self._calls: dict[Scope, list[_Call]] = defaultdict(list)
        self._blind: dict[str, list[_Call]] = defaultdict(list)
        self._called: set[ast.AST] = set()
        for module in things.modules.modules:
            for node, scope in module.nodes:
                if isinstance(node, ast.Call):
                    self._add(_Call(node, scope))

    def _add(self, call: _Call) -> None:
        function = call.node.func
        self._called.add(function)
        found = self._things.of(function, call.scope)
        for thing in found:
            if isinstance(thing, Scope):
                for called in self._started(thing):
                    self._calls[called].append(call)
        if not found and isinstance(function, ast.Attribute):
            self._blind[function.attr].append(call)

    def _started(self, thing: Scope) -> Iterator[Scope]:
        """The functions that run where a thing is called."""
        if not thing.is_class:
            yield thing
            return
        for binding in self._things.bindings(thing, "__init__"):
            if isinstance(binding.node, ast.FunctionDef):
                yield binding.scope

    def arguments(self) -> Iterator[tuple[ast.arg, Source]]:
        """Every argument of every call of our own functions, with its parameter."""
        for function, calls in self._calls.items():
            arguments = getattr(function.node, "args", None)
            if not isinstance(arguments, ast.arguments):
                continue
            for parameter in ast.iter_child_nodes(arguments):
                if isinstance(parameter, ast.arg):
                    for call in calls:
                        for source in _given(call, function, arguments, parameter, ()):
                            yield parameter, source

    def called(self, thing: Scope) -> bool:
        """Whether a class is made objects of, as far as can be seen."""
        return any(
            thing in self._things.of(node, scope)
            for node, scope in self._things.modules.loads(_name(thing))
            if node in self._called
        )

    def sources(
        self, binding: Binding, steps: tuple[int, ...] = ()
    ) -> Iterator[Source]:
        """What a parameter is given, wherever that is in our own code."""
        function, wanted = binding.scope, binding.node
        arguments = getattr(function.node, "args", None)
        if not isinstance(arguments, ast.arguments) or not isinstance(wanted, ast.arg):
            return
        here = function.module.path, wanted.lineno
        default = default_of(arguments, wanted)
        if default is not None:
            yield Source(default, function.parent or function, steps, here)
        calls = self._of(function)
        for call in calls:
            yield from _given(call, function, arguments, wanted, steps)
        unseen = list(self._handed_on(function))
        if not calls and not unseen:
            unseen = [here]
        yield from (Source(None, function, steps, place) for place in unseen)

    def _of(self, function: Scope) -> list[_Call]:
        name = _name(function)
        blind = function.owner is not None and name not in _COMMON
        return [*self._calls[function], *(self._blind[name] if blind else ())]

    def _handed_on(self, function: Scope) -> Iterator[tuple[str, int]]:
        """Where a function is used but not called, so that others may call it."""
        for node, scope in self._things.modules.loads(_name(function)):
            if node not in self._called and function in self._things.of(node, scope):
                yield scope.module.path, node.lineno


def _name(thing: Scope) -> str:
    return str(getattr(thing.node, "name", ""))


def _given(
    call: _Call,
    function: Scope,
    arguments: ast.arguments,
    wanted: ast.arg,
    steps: tuple[int, ...],
) -> Iterator[Source]:
    """The argument of one call for one parameter."""
    keywords = {keyword.arg: keyword.value for keyword in call.node.keywords}
    given = call.node.args
    ordered = [*arguments.posonlyargs, *arguments.args]
    shift = 0 if function.owner is None else 1
    if wanted.arg in keywords:
        yield Source(keywords[wanted.arg], call.scope, steps, call.place)
    elif wanted is arguments.vararg and steps[:1] == (ELEMENT,):
        for node in given[len(ordered) - shift :]:
            spread = isinstance(node, ast.Starred)
            rest = steps if spread else steps[1:]
            yield Source(node, call.scope, rest, call.place)
    elif (
        None in keywords
        or wanted in (arguments.vararg, arguments.kwarg)
        or any(isinstance(node, ast.Starred) for node in given)
    ):
        yield Source(None, call.scope, steps, call.place)
    elif wanted in ordered and 0 <= ordered.index(wanted) - shift < len(given):
        node = given[ordered.index(wanted) - shift]
        yield Source(node, call.scope, steps, call.place)


def followed(things: Things, calls: Calls) -> Things:
    """Things that know which parameters are ever given a way to read the environment.

    Found round by round, since what one function is given it may hand on to another.
    """
    for _ in range(_ROUNDS):
        given = dict(things.given)
        for parameter, source in calls.arguments():
            found = things.of(source.node, source.scope)
            wanted = frozenset(thing for thing in found if libraries.is_reader(thing))
            given[parameter] = given.get(parameter, frozenset()) | wanted
        given = {parameter: found for parameter, found in given.items() if found}
        if given == things.given:
            break
        things = Things(things.modules, given, things.tangled)
    return things
