"""Where the code behind a route of Flask stands, and which methods it is made for.

Used by the plugin gatekeeper_routes, in the project's interpreter (Python 3.8+).
"""

from __future__ import annotations

import functools
import os
import sys
from types import CodeType, FunctionType, MethodType
from typing import Any, Iterator, Optional, Tuple

_FUNCTIONS = (FunctionType, MethodType, functools.partial)
_MOST_LAYERS = 64

#: File, line and name.
Place = Tuple[str, Optional[int], str]


def methods(rule: Any, view: Any) -> list[str]:
    """The methods of a rule that somebody asked for; ANY where none is named."""
    if rule.methods is None:
        return ["ANY"]
    automatic = set()
    if "GET" in rule.methods and not hasattr(_view_class(view), "head"):
        automatic.add("HEAD")
    required = getattr(view, "required_methods", None) or ()
    if getattr(rule, "provide_automatic_options", False) or "OPTIONS" in required:
        automatic.add("OPTIONS")
    return sorted(set(rule.methods) - automatic)


def places(view: Any, method: str, endpoint: str, root: str) -> list[Place]:
    """Where a view stands: of all the functions that it is made of.

    The first is the best guess. A decorator that does not tell what it wraps is seen
    through by what its function holds, so the last ones may be helpers.
    """
    name = endpoint.rpartition(".")[2]
    layers = _layers(view)
    owners = [owner for owner in map(_view_class, layers) if owner is not None]
    if owners:
        name = method.lower()
        view = getattr(owners[0], name, None) or owners[0].dispatch_request
        layers = _layers(view)
    named = [f for f in layers if getattr(_code(f), "co_name", None) == name]
    ordered = (*reversed(named), _wrapped(view), *layers, *owners[:1])
    found = (_place(layer, root) for layer in ordered)
    return list(dict.fromkeys(place for place in found if place is not None))


def _view_class(view: Any) -> Any:
    owner = getattr(view, "view_class", None)
    return owner if isinstance(owner, type) else None


def _code(function: Any) -> CodeType | None:
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _wrapped(view: Any) -> Any:
    """The innermost function, as far as decorators tell."""
    for _ in range(_MOST_LAYERS):
        inner = getattr(view, "__wrapped__", None)
        if not callable(inner):
            break
        view = inner
    return view


def _layers(view: Any) -> list[Any]:
    """A view and the functions that it wraps or holds, breadth first."""
    found = [view]
    for layer in found:  # which grows meanwhile
        if len(found) < _MOST_LAYERS:
            found += [f for f in _inner(layer) if not any(f is k for k in found)]
    return found


def _inner(layer: Any) -> Iterator[Any]:
    candidates = [getattr(layer, name, None) for name in ("__wrapped__", "func")]
    candidates += map(_held, getattr(layer, "__closure__", None) or ())
    if not isinstance(layer, (FunctionType, MethodType)):
        candidates.append(getattr(type(layer), "__call__", None))
        candidates += getattr(layer, "__dict__", {}).values()
    return (found for found in candidates if isinstance(found, _FUNCTIONS))


def _held(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty yet
        return None


def _place(layer: Any, root: str) -> Place | None:
    code = _code(layer)
    if code is not None and not code.co_filename.startswith("<"):
        path = os.path.join(root, code.co_filename)
        return path, code.co_firstlineno, code.co_name
    module = sys.modules.get(str(getattr(layer, "__module__", "")))
    file, name = getattr(module, "__file__", None), getattr(layer, "__name__", "")
    return (os.path.join(root, file), None, str(name)) if file else None
