"""What the names of a module stand for: os.environ, readers, constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_ENVIRONS = frozenset({"environ", "environb"})
#: Classes whose objects read variables when called, or by a method for each type.
_READERS = frozenset({"Env", "FileAwareEnv", "Config", "AutoConfig"})


@dataclass(slots=True)
class Names:
    """What the names of a module stand for."""

    os: set[str] = field(default_factory=set)
    environ: set[str] = field(default_factory=set)
    getenv: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    constants: dict[str, str] = field(default_factory=dict)


def names_of(tree: ast.Module) -> Names:
    """Look at the imports, constants and aliases of a module."""
    names = Names()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "os" or (alias.name == "os.path" and not alias.asname):
                    names.os.add(alias.asname or "os")
        elif isinstance(node, ast.ImportFrom):
            _take_import(node, names)
    for statement in tree.body:
        _take_constant(statement, names)
    for node in ast.walk(tree):
        _take_alias(node, names)
    return names


def _take_import(node: ast.ImportFrom, names: Names) -> None:
    for alias in node.names:
        local = alias.asname or alias.name
        if node.module == "os" and alias.name == "*":
            names.environ |= _ENVIRONS
            names.getenv |= {"getenv", "getenvb"}
        elif node.module == "os" and alias.name in _ENVIRONS:
            names.environ.add(local)
        elif node.module == "os" and alias.name in ("getenv", "getenvb"):
            names.getenv.add(local)
        elif node.module == "decouple" and alias.name == "config":
            names.readers.add(local)


def _take_constant(statement: ast.stmt, names: Names) -> None:
    target, value = assigned(statement)
    text = None if value is None else constant(value, names)
    if target and text is not None:
        names.constants[target] = text


def _take_alias(node: ast.AST, names: Names) -> None:
    """`env = os.environ`, `env = Env()`, and parameters whose default is the former."""
    target, value = assigned(node)
    if target and value is not None:
        if is_environ(value, names):
            names.environ.add(target)
        elif isinstance(value, ast.Call) and last_part(value.func) in _READERS:
            names.readers.add(target)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(reversed(plain), reversed(arguments.defaults), strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if default is not None and is_environ(default, names):
                names.environ.add(argument.arg)


def assigned(node: ast.AST) -> tuple[str | None, ast.expr | None]:
    """Name and value of a plain assignment."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        return (target.id if isinstance(target, ast.Name) else None), node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    return None, None


def is_environ(node: ast.expr, names: Names) -> bool:
    """Whether an expression is the environment, or a copy of it."""
    return any(_is_environ(part, names) for part in _parts(node))


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """The expressions that one may stand for: either side of `or`, what is copied."""
    if isinstance(node, ast.BoolOp | ast.IfExp):
        inner = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
    elif isinstance(node, ast.NamedExpr):
        inner = [node.value]
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        inner = [value for key, value in pairs if key is None]
    elif isinstance(node, ast.Call) and last_part(node.func) == "dict":
        inner = node.args
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner = [node.func.value] if node.func.attr in ("copy", "keys") else []
    else:
        yield node
        return
    for part in inner:
        yield from _parts(part)


def _is_environ(node: ast.expr, names: Names) -> bool:
    if isinstance(node, ast.Attribute):
        owner = node.value
        known = isinstance(owner, ast.Name) and owner.id in names.os
        return known and node.attr in _ENVIRONS
    return isinstance(node, ast.Name) and node.id in names.environ


def last_part(node: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def constant(node: ast.expr, names: Names) -> str | None:
    """The text that an expression of constants is, or None."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bytes):
            return value.decode("ascii", "replace")
        return value if isinstance(value, str) else None
    if isinstance(node, ast.Name):
        return names.constants.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([node.left, node.right], names)
    if isinstance(node, ast.JoinedStr):
        return _joined(node.values, names)
    if isinstance(node, ast.FormattedValue) and node.format_spec is None:
        return constant(node.value, names)
    return None


def _joined(parts: Sequence[ast.expr], names: Names) -> str | None:
    texts = [constant(part, names) for part in parts]
    known = [text for text in texts if text is not None]
    return "".join(known) if len(known) == len(texts) else None
