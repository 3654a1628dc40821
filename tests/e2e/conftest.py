"""Starts the real command on real projects."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from harness import Answer, Gatekeeper, command

HERE = Path(__file__).parent


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which nothing but PATH and our interpreter is set."""
    home = tmp_path_factory.mktemp("home")
    passed = ("PATH", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "TMPDIR")
    kept = {name: os.environ[name] for name in passed if name in os.environ}
    return {**kept, "HOME": str(home), "VIRTUAL_ENV": sys.prefix}


@pytest.fixture
def gatekeeper(environment: dict[str, str]) -> Gatekeeper:
    """Runs gatekeeper in a folder; `extra` adds to the environment."""

    def run(
        *arguments: str, cwd: Path, extra: Mapping[str, str] | None = None
    ) -> Answer:
        done = subprocess.run(
            command(*arguments),
            cwd=cwd,
            env={**environment, **(extra or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
            check=False,
        )
        text = [
            stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr)
        ]
        return Answer(done.returncode, text[0], text[1])

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the healthy service, in a folder with a space in its name."""
    target = tmp_path / "the shop"
    shutil.copytree(HERE / "shop", target)
    return target


@pytest.fixture
def variant(shop: Path) -> Callable[[str], Path]:
    """The service with one thing broken."""

    def make(name: str) -> Path:
        shutil.copytree(HERE / "variants" / name, shop, dirs_exist_ok=True)
        return shop

    return make


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """A small project from file names and their contents."""

    def make(policy: str, **contents: str) -> Path:
        root = tmp_path / "project"
        root.mkdir()
        (root / "gates.yaml").write_text(policy)
        for name, text in contents.items():
            path = root / name.replace("__", "/").replace("_py", ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    return make
