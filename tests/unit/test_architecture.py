"""The arrows of the design: what each layer may import of the others."""

from __future__ import annotations

import ast
from pathlib import Path

import gatekeeper

PACKAGE = Path(gatekeeper.__file__).parent
#: Layer: what it may import, besides itself. What is not listed may import nothing.
ALLOWED = {
    "": set(),
    "decimals": set(),
    "errors": set(),
    "model": set(),
    "probe": set(),
    "schemas": set(),
    "project": {"model", "errors"},
    "performance": {"decimals", "model"},
    "selected_tests": {"model", "project"},
    "judge": {"decimals", "model", "performance", "project", "selected_tests"},
    "advisories": {"project"},
    "locking": {"advisories", "model", "project"},
    "variables": {"project"},
    "tools": {
        *("model", "project", "advisories", "engine.process", "performance", "probe"),
        *("locking", "variables"),
    },
    "cache": {"", "model", "project", "tools"},
    "policy": {"errors", "performance", "tools", "project"},
    "engine": {
        *(
            "cache",
            "model",
            "errors",
            "judge",
            "performance",
            "policy",
            "project",
            "probe",
        ),
        *("template", "tools"),
    },
    "template": {"model"},
    "pasted_output": {"model", "policy", "template"},
    "pull_request": {"model", "pasted_output", "policy", "project", "template"},
    "session": {
        *("cache", "engine", "errors", "judge", "model", "policy", "tools"),
    },
    "app": {
        *(
            "cache",
            "session",
            "engine",
            "errors",
            "judge",
            "model",
            "policy",
            "project",
            "pull_request",
        ),
        "tools",
    },
    "parts": {
        *("", "app", "engine", "errors", "judge", "model", "policy", "project"),
        *("pull_request", "session"),
    },
    "describe": {"decimals", "engine", "judge", "policy", "tools"},
    "reporters": {"", "decimals", "errors", "model"},
    "scaffold": {"advisories", "errors", "project", "tools", "policy"},
    "commands": {
        *(
            "",
            "advisories",
            "app",
            "cache",
            "describe",
            "engine",
            "errors",
            "judge",
            "model",
            "parts",
            "performance",
            "policy",
        ),
        *("probe", "project", "reporters", "scaffold", "session", "template"),
        "tools",
    },
    "start": {"cli", "commands", "errors", "reporters"},
    "cli": {"", "commands", "errors", "reporters"},
    "__main__": {"start"},
}


def layer(module: str) -> str:
    return module.removeprefix("gatekeeper").removeprefix(".").partition(".")[0]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "gatekeeper"}


def modules() -> list[tuple[str, Path]]:
    files = sorted(PACKAGE.rglob("*.py"))
    return [
        (path.relative_to(PACKAGE).with_suffix("").as_posix(), path) for path in files
    ]


def test_arrows_point_one_way() -> None:
    wrong = []
    for name, path in modules():
        own = "" if name == "__init__" else name.partition("/")[0]
        for module in imports(path):
            inner = module.removeprefix("gatekeeper.")
            granted = any(
                inner == other or inner.startswith(f"{other}.")
                for other in ALLOWED[own] - {""}
            )
            top = layer(module)
            plain = top.startswith("__version__") and "" in ALLOWED[own]
            if not (granted or plain or top == own):
                wrong.append(f"{name} imports {module}")
    assert wrong == []


def test_only_one_module_starts_processes() -> None:
    users = [
        name
        for name, path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import)
        and any(a.name == "subprocess" for a in node.names)
    ]
    assert users == ["engine/process"]


def test_nothing_below_the_commands_prints() -> None:
    printing = [
        name
        for name, path in modules()
        if not name.startswith(("commands", "cli", "probe"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert printing == []
