"""What lies in a collection that the source writes out, one level down."""

from __future__ import annotations

import ast

from gatekeeper.tools.environment_scopes import ELEMENT, VALUE

Steps = tuple[int, ...]
_Parts = list[tuple[ast.expr, Steps]]
#: What gives the elements of its first argument.
_SAME_ELEMENTS = frozenset("list tuple set frozenset sorted reversed iter dict".split())


def parts(node: ast.expr, steps: Steps) -> _Parts | None:
    """Where the first step leads, with the steps that are left; None if not known."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return _sequence(node.elts, steps)
    if isinstance(node, ast.Dict):
        return _mapping(node, steps)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
        return [(node.left, steps), (node.right, steps)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _function(node.func.id, node.args, steps)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _method(node.func, node.args, steps)
    return None


def _sequence(elements: list[ast.expr], steps: Steps) -> _Parts | None:
    step, rest = steps[0], steps[1:]
    spread = any(isinstance(one, ast.Starred) for one in elements)
    if step >= 0:
        known = step < len(elements) and not spread
        return [(elements[step], rest)] if known else None
    return [
        (one.value, (ELEMENT, *rest)) if isinstance(one, ast.Starred) else (one, rest)
        for one in elements
    ]


def _mapping(node: ast.Dict, steps: Steps) -> _Parts | None:
    if steps[0] >= 0:
        return None
    found: _Parts = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            found.append((value, steps))
        else:
            found.append((key if steps[0] == ELEMENT else value, steps[1:]))
    return found


def _function(name: str, arguments: list[ast.expr], steps: Steps) -> _Parts | None:
    if name in _SAME_ELEMENTS and arguments:
        return [(arguments[0], steps)]
    second = steps[1] if len(steps) > 1 else None
    if name == "enumerate" and arguments and second == 1:
        return [(arguments[0], (ELEMENT, *steps[2:]))]
    if name == "zip" and second is not None and 0 <= second < len(arguments):
        return [(arguments[second], (ELEMENT, *steps[2:]))]
    return None


def _method(
    function: ast.Attribute, arguments: list[ast.expr], steps: Steps
) -> _Parts | None:
    whole, name = function.value, function.attr
    if name in ("keys", "copy"):
        return [(whole, steps)]
    if name == "values":
        return [(whole, (VALUE, *steps[1:]))]
    if name == "items" and steps[1:2] in ((0,), (1,)):
        return [(whole, ((ELEMENT, VALUE)[steps[1]], *steps[2:]))]
    return _words(function, arguments, steps)


def _words(
    function: ast.Attribute, arguments: list[ast.expr], steps: Steps
) -> _Parts | None:
    """The words of `"A B".split()`."""
    whole = function.value
    if function.attr != "split" or not isinstance(whole, ast.Constant):
        return None
    by = [one.value for one in arguments if isinstance(one, ast.Constant)]
    if not isinstance(whole.value, str) or len(by) != len(arguments):
        return None
    words = whole.value.split(str(by[0]) if by and by[0] else None)
    return [(ast.copy_location(ast.Constant(word), whole), steps[1:]) for word in words]
