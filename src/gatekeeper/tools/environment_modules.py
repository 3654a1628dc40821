"""All first-party modules together: which file an import means, who calls what."""

from __future__ import annotations

import ast
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatekeeper.model import RunStatus
from gatekeeper.project import regular
from gatekeeper.tools.base import ToolError
from gatekeeper.tools.environment_scopes import Module, Scope

_LIMIT = 5 * regular.MEGABYTE
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Modules:
    """The modules of some files. `gaps` says which could not be read.

    `timeout` is how many seconds all work on them may take.
    """

    def __init__(self, root: Path, files: Iterable[str], timeout: float) -> None:
        self._until = time.monotonic() + timeout
        self._timeout = timeout
        self.gaps: list[str] = []
        self.modules: list[Module] = []
        with warnings.catch_warnings():
            # What Python thinks of an escape is not our business.
            warnings.simplefilter("ignore")
            for path in files:
                self.on_time()
                self._parse(root, path)
        self._by_name: dict[str, list[Module]] = defaultdict(list)
        packages = {m.path for m in self.modules if m.path.endswith("__init__.py")}
        for module in self.modules:
            for name in _names(module.path, packages):
                self._by_name[name].append(module)
        self._loads: dict[str, list[tuple[ast.expr, Scope]]] | None = None

    def _parse(self, root: Path, path: str) -> None:
        try:
            tree = ast.parse(regular.read(root / path, _LIMIT))
            self.modules.append(Module(path, tree))
        except SyntaxError as error:
            place = f"{path}:{error.lineno}" if error.lineno else path
            self.gaps.append(f"{place}: does not parse")
        except _UNPARSABLE as error:
            self.gaps.append(f"{path}: does not parse ({type(error).__name__})")
        except OSError as error:
            self.gaps.append(f"{path}: cannot be read ({error.strerror})")

    def on_time(self) -> None:
        """Raise ToolError where the time limit is over."""
        if time.monotonic() > self._until:
            raise ToolError(
                f"environment was ended after {self._timeout:g} s, its time limit",
                RunStatus.TIMED_OUT,
                fix="raise `timeout` under tools.environment, or name less in `paths`",
            )

    def find(self, name: str) -> list[Module]:
        """The modules that an absolute import (or `/` and a full path) may mean."""
        return self._by_name.get(name, [])

    def loads(self, name: str) -> list[tuple[ast.expr, Scope]]:
        """Every place that mentions a name, on its own or behind a dot."""
        if self._loads is None:
            self._loads = defaultdict(list)
            for module in self.modules:
                for node, scope in module.nodes:
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                        self._loads[node.id].append((node, scope))
                    elif isinstance(node, ast.Attribute):
                        self._loads[node.attr].append((node, scope))
        return self._loads.get(name, [])


def _names(path: str, packages: set[str]) -> Iterator[str]:
    """The names by which a file can be imported; a folder in a package is no start."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    yield "/" + ".".join(parts)
    for start in range(len(parts)):
        folder = "/".join(parts[:start])
        if f"{folder}/__init__.py".removeprefix("/") not in packages or not start:
            yield ".".join(parts[start:])
