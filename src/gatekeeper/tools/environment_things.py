"""What an expression means, as far as it can be told without running it.

A thing is a definition of our own, or the dotted name of something imported: a call
adds `()`, so that `environ.Env().str` is a method of what `environ.Env()` gives.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gatekeeper.tools.environment_modules import Modules
from gatekeeper.tools.environment_scopes import Binding, Scope

Thing = str | Scope
_Things = frozenset[Thing]
#: The whole environment, however it was come by.
ENVIRONMENT = "os.environ"
_MAPPINGS = frozenset(
    {
        *("os.environ", "os.environb", "os.environ.copy()", "os.environb.copy()"),
        *("posix.environ", "starlette.config.environ"),
        *("dotenv.dotenv_values()", "dotenv.main.dotenv_values()"),
    }
)
#: What gives back a copy or a view of a mapping.
_COPIES = frozenset(
    {
        *("dict", "copy.copy", "copy.deepcopy", "collections.ChainMap"),
        *("types.MappingProxyType", "typing.cast"),
    }
)
_DEPTH = 60
_STEPS = 3_000


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of a definition of our own."""

    node: ast.Call
    scope: Scope
    #: Parameters that are filled without an argument: the object of a method.
    shift: int


class Things:
    """Looks up what expressions mean. What is asked twice is looked up once."""

    def __init__(self, modules: Modules, calls: Calls | None = None) -> None:
        self.modules = modules
        self._calls = calls
        self._known: dict[ast.AST, _Things] = {}
        self._active: set[ast.AST] = set()
        self._steps = 0
        self._cut = False

    def of(self, node: ast.AST | None, scope: Scope) -> _Things:
        """Everything that an expression may mean; empty where nothing is known."""
        if node is None or node in self._known:
            return self._known.get(node, frozenset()) if node else frozenset()
        outermost = not self._active
        if outermost:
            self._steps, self._cut = 0, False
        self._steps += 1
        tangled = len(self._active) > _DEPTH or self._steps > _STEPS
        if tangled or node in self._active:
            self._cut = True
            return frozenset()
        self._active.add(node)
        found = frozenset(self._mapped(self._of(node, scope)))
        self._active.discard(node)
        if outermost or not self._cut:  # else it may be more, asked on its own
            self._known[node] = found
        return found
