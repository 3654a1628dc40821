"""The registry: every tool gatekeeper drives, one file each, imported on first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from gatekeeper.tools.base import Adapter

#: The module of each tool, which holds its adapter under the name in capitals.
_MODULES = {
    "flake8": "gatekeeper.tools.flake8",
    "mypy": "gatekeeper.tools.mypy",
    "bandit": "gatekeeper.tools.bandit",
    "safety": "gatekeeper.tools.safety",
    "pip-audit": "gatekeeper.tools.pip_audit",
    "pytest": "gatekeeper.tools.pytest",
    "coverage": "gatekeeper.tools.coverage",
    "ruff": "gatekeeper.tools.ruff",
    "requirements": "gatekeeper.tools.requirements",
    "environment": "gatekeeper.tools.variables",
    "routes": "gatekeeper.tools.routes",
    "performance": "gatekeeper.tools.performance",
}


class _Registry(Mapping[str, Adapter]):
    """Names cost nothing here; asking for an adapter imports its module."""

    def __getitem__(self, name: str) -> Adapter:
        module = import_module(_MODULES[name])
        adapter: Adapter = getattr(module, name.replace("-", "_").upper())
        return adapter

    def __contains__(self, name: object) -> bool:
        return name in _MODULES

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


ADAPTERS: Mapping[str, Adapter] = _Registry()
