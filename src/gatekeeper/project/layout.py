"""Where a project keeps its code and its tests, when the policy does not say."""

from __future__ import annotations

from pathlib import Path

from gatekeeper.project.files import ARTEFACT_FOLDERS

_NOT_CODE = frozenset(
    "tests test docs doc examples example benchmarks scripts tools build dist".split()
)
_NOT_PRODUCT = frozenset("setup.py conftest.py noxfile.py fabfile.py tasks.py".split())


def default_source(root: Path) -> list[str]:
    """`src` if it is there, else the packages and modules found at the root."""
    if (root / "src").is_dir():
        return ["src"]
    return [path.name for path in sorted(root.iterdir()) if _is_product(path)]


def _is_product(path: Path) -> bool:
    name = path.name
    if path.is_dir():
        hidden = name.startswith(".") or name in _NOT_CODE or name in ARTEFACT_FOLDERS
        return not hidden and any(path.glob("*.py"))
    is_test = name.startswith("test_") or name.endswith("_test.py")
    return path.suffix == ".py" and name not in _NOT_PRODUCT and not is_test


def default_tests(root: Path) -> list[str]:
    """`tests` or `test` if there, else everything."""
    for name in ("tests", "test"):
        if (root / name).is_dir():
            return [name]
    return ["."]


def find_source(root: Path, name: str) -> str | None:
    """The path of a folder, file or importable module, relative to the root."""
    module = name.replace(".", "/")
    for candidate in (
        name,
        module,
        f"{module}.py",
        f"src/{module}",
        f"src/{module}.py",
    ):
        if (root / candidate).exists():
            return candidate
    return None
