"""What an expression means, as far as it can be told without running it.

A thing is a definition of our own, or the dotted name of something imported: a call
adds `()`, so that `environ.Env().str` is a method of what `environ.Env()` gives.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from gatekeeper.tools.environment_modules import Modules
from gatekeeper.tools.environment_scopes import Binding, Module, Scope

Thing = str | Scope
#: The whole environment, however it was come by.
ENVIRONMENT = "os.environ"
_MAPPINGS = frozenset(
    {
        *("os.environ", "os.environb", "os.environ.copy()", "posix.environ"),
        *("starlette.config.environ", "starlette.datastructures.environ"),
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
_DEPTH = 100
_ROUNDS = 12
_LONGEST = 7


class Things:
    """Looks up what expressions mean. What is asked twice is looked up once.

    `given` is what callers give for parameters, as far as it matters. `tangled` are
    files in which the search was given up.
    """

    def __init__(
        self,
        modules: Modules,
        given: Mapping[ast.AST, frozenset[Thing]] | None = None,
        tangled: set[str] | None = None,
    ) -> None:
        self.modules = modules
        self.given = given or {}
        self.tangled = set() if tangled is None else tangled
        self._known: dict[object, frozenset[Thing]] = {}
        self._guesses: dict[object, frozenset[Thing]] = {}
        self._asked: set[object] = set()
        self._depth = 0
        self._again = self._cut = False

    def of(self, node: ast.AST | None, scope: Scope) -> frozenset[Thing]:
        """Everything that an expression may mean; empty where nothing is known."""
        if node is None:
            return frozenset()
        if node in self._known:
            return self._known[node]
        if self._depth:
            return self._along(node, scope)
        self.modules.on_time()
        self._guesses = {}
        for _ in range(_ROUNDS):
            # What is made of itself is looked up again with what is known so far.
            self._asked, self._again, self._cut = set(), False, False
            found = self._along(node, scope)
            if not self._again:
                break
        if self._again or self._cut:
            self.tangled.add(scope.module.path)
        for key in self._asked:
            self._known[key] = self._guesses.get(key, frozenset())
        return found

    def _along(self, node: ast.AST, scope: Scope) -> frozenset[Thing]:
        """Look up a chain of calls and attributes link by link, from its start."""
        if node in self._asked:
            return self._guesses.get(node, frozenset())
        links = [node]
        while isinstance(node, ast.Attribute | ast.Call):
            node = node.value if isinstance(node, ast.Attribute) else node.func
            links.append(node)
        for link in reversed(links):
            found = self._one(link, self._of, link, scope)
        return found

    def _one(
        self, key: object, look: Callable[..., Iterator[Thing]], *what: object
    ) -> frozenset[Thing]:
        """Look something up, once in each round."""
        if key in self._known:
            return self._known[key]
        before = self._guesses.get(key, frozenset())
        if key in self._asked:
            return before
        if self._depth > _DEPTH:
            self._cut = True
            return frozenset()
        self._asked.add(key)
        self._depth += 1
        found = frozenset(t for t in map(_plain, look(*what)) if not _is_endless(t))
        self._depth -= 1
        if found != before:
            self._guesses[key] = found
            self._again = True
        return found

    def _of(self, node: ast.AST, scope: Scope) -> Iterator[Thing]:
        if isinstance(node, ast.Name):
            yield from self._name(node, scope)
        elif isinstance(node, ast.Attribute):
            for base in self.of(node.value, scope):
                yield from self.member(base, node.attr)
        elif isinstance(node, ast.Call):
            yield from self._call(node, scope)
        elif isinstance(node, ast.NamedExpr | ast.Await | ast.Starred):
            yield from self.of(node.value, scope)
        else:
            for part in _alternatives(node):
                yield from self.of(part, scope)
            yield from self._merged(node, scope)

    def _merged(self, node: ast.AST, scope: Scope) -> Iterator[Thing]:
        """A mapping that is made of the environment and other things."""
        parts: list[ast.expr] = []
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            parts = [value for key, value in pairs if key is None]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            parts = [node.left, node.right]
        elif isinstance(node, ast.DictComp):
            parts = _copied(node)
            scope = scope.module.scopes.get(node, scope)
        if any(ENVIRONMENT in self.of(part, scope) for part in parts):
            yield ENVIRONMENT

    def _name(self, node: ast.Name, scope: Scope) -> Iterator[Thing]:
        bindings = scope.lookup(node.id)
        # One question for all places that use the name: it may be bound very often.
        if bindings:
            yield from self._one(id(bindings), self._bindings, bindings)
        else:
            for star in scope.module.stars:
                yield from self.origin(f"{star}.{node.id}")
            yield node.id

    def _bindings(self, bindings: list[Binding]) -> Iterator[Thing]:
        for binding in bindings:
            yield from self._bound(binding)

    def _bound(self, binding: Binding) -> frozenset[Thing]:
        return self._one(binding, self._binding, binding)

    def _binding(self, binding: Binding) -> Iterator[Thing]:
        """What one binding means."""
        node = binding.node
        if binding.origin:
            yield from self.origin(binding.origin)
        elif isinstance(node, ast.arg):
            yield from self._parameter(binding)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield binding.scope
        else:
            yield from self.of(_inner(node, binding.steps), binding.scope)

    def _parameter(self, binding: Binding) -> Iterator[Thing]:
        """What a parameter may be: the object of a method, its default, an argument."""
        scope, wanted = binding.scope, binding.node
        arguments = getattr(scope.node, "args", None)
        if not isinstance(arguments, ast.arguments):
            return
        ordered = [*arguments.posonlyargs, *arguments.args]
        if scope.owner is not None and ordered and ordered[0] is wanted:
            yield scope.owner
        if isinstance(wanted, ast.arg):
            yield from self.of(default_of(arguments, wanted), scope.parent or scope)
            yield from self.given.get(wanted, ())

    def origin(self, dotted: str) -> Iterator[Thing]:
        """What an imported name means: our own where there is such a module."""
        own: list[Thing] = [module.scope for module in self.modules.find(dotted)]
        parent, _, last = dotted.rpartition(".")
        for module in self.modules.find(parent):
            own += self._of_module(module, last)
        yield from own
        if not own and not dotted.startswith("/"):
            yield dotted

    def member(self, base: Thing, name: str) -> Iterator[Thing]:
        """What an attribute of a thing means."""
        if isinstance(base, str):
            yield from self.origin(f"{base}.{name}")
            return
        for binding in self.bindings(base, name):
            yield from self._bound(binding)
        if base.module.scope is base:
            parts = base.module.path.removesuffix(".py").removesuffix("/__init__")
            inner = f"/{parts.replace('/', '.')}.{name}"
            yield from (module.scope for module in self.modules.find(inner))

    def bindings(self, base: Scope, name: str) -> list[Binding]:
        """What binds an attribute of a module, or of a class and what it extends."""
        if not base.is_class:
            return list(base.names.get(name, ()))
        found: list[Binding] = []
        for one in self.lineage(base):
            found += one.names.get(name, ())
            found += one.module.attributes.get(name, ())
        return found

    def lineage(self, scope: Scope) -> list[Scope]:
        """A class and what it extends of our own, the class first."""
        found = [scope]
        for one in found:
            for base in self.bases(one):
                if isinstance(base, Scope) and base.is_class and base not in found:
                    found.append(base)
        return found

    def bases(self, scope: Scope) -> list[Thing]:
        """What a class says to extend."""
        nodes = getattr(scope.node, "bases", ())
        return [t for node in nodes for t in self.of(node, scope.parent or scope)]

    def _of_module(self, module: Module, name: str) -> Iterator[Thing]:
        modules = [module]
        for one in modules:
            bindings = one.scope.names.get(name, ())
            for binding in bindings:
                yield from self._bound(binding)
            for star in one.stars if not bindings else ():
                modules += [m for m in self.modules.find(star) if m not in modules]

    def _call(self, node: ast.Call, scope: Scope) -> Iterator[Thing]:
        for thing in self.of(node.func, scope):
            if isinstance(thing, Scope):
                yield from [thing] if thing.is_class else self._returned(thing)
            elif thing in _COPIES:
                parts = [*node.args, *(k.value for k in node.keywords if not k.arg)]
                if any(ENVIRONMENT in self.of(part, scope) for part in parts):
                    yield ENVIRONMENT
            elif thing in ("getattr", "__import__", "importlib.import_module"):
                yield from self._by_name(thing, node.args, scope)
            else:
                yield f"{thing}()"

    def _by_name(
        self, thing: str, arguments: list[ast.expr], scope: Scope
    ) -> Iterator[Thing]:
        """`getattr(os, "environ")` and `__import__("os")`."""
        last = arguments[1 if thing == "getattr" else 0 :][:1]
        if not last or not isinstance(last[0], ast.Constant):
            return
        name = str(last[0].value)
        if thing != "getattr":
            yield from self.origin(name)
            return
        for base in self.of(arguments[0], scope):
            yield from self.member(base, name)

    def _returned(self, function: Scope) -> Iterator[Thing]:
        for value in function.returns:
            yield from self.of(value, function)


def _is_endless(thing: Thing) -> bool:
    """Whether a chain of calls and attributes is longer than anything we look for."""
    return isinstance(thing, str) and thing.count(".") + thing.count("(") > _LONGEST


def _plain(thing: Thing) -> Thing:
    return ENVIRONMENT if thing in _MAPPINGS else thing


def _inner(node: ast.AST | None, steps: Sequence[int]) -> ast.AST | None:
    """What steps into a tuple lead to."""
    for step in steps:
        parts = node.elts if isinstance(node, ast.Tuple | ast.List) else []
        node = parts[step] if 0 <= step < len(parts) else None
    return node


def _alternatives(node: ast.AST) -> Iterable[ast.expr]:
    """Parts of which one is the value of the whole."""
    if isinstance(node, ast.BoolOp):
        return node.values
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else []


def _copied(node: ast.DictComp) -> list[ast.expr]:
    """What `{k: v for k, v in X.items()}` copies, with whatever condition."""
    source = node.generators[0]
    if not (isinstance(source.iter, ast.Call) and isinstance(source.target, ast.Tuple)):
        return []
    function, first = source.iter.func, source.target.elts[:1]
    if not (isinstance(function, ast.Attribute) and function.attr == "items"):
        return []
    return [function.value] if ast.dump(node.key) == _loaded(first) else []


def _loaded(target: list[ast.expr]) -> str:
    if target and isinstance(target[0], ast.Name):
        return ast.dump(ast.Name(target[0].id, ast.Load()))
    return ""


def default_of(arguments: ast.arguments, wanted: ast.arg) -> ast.expr | None:
    """The default of a parameter."""
    ordered = [*arguments.posonlyargs, *arguments.args]
    late = ordered[len(ordered) - len(arguments.defaults) :]
    pairs = zip(
        [*late, *arguments.kwonlyargs],
        [*arguments.defaults, *arguments.kw_defaults],
        strict=True,
    )
    return next((value for one, value in pairs if one is wanted), None)
