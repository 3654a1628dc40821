"""What contributors and CI run. `nox` alone runs lint, types and the tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_existing_virtualenvs = True
nox.needs_version = ">=2024.10"

PYTHONS = ["3.11", "3.12", "3.13"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Unit and end-to-end tests on each supported Python."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)


@nox.session
def unit(session: nox.Session) -> None:
    """The tests that start no tool; seconds, for the inner loop."""
    session.install("-e", ".[test]")
    session.run("pytest", "tests/unit", *session.posargs)


@nox.session
def e2e(session: nox.Session) -> None:
    """The tests that start the real command and the real tools."""
    session.install(".[test]")
    session.run("pytest", "tests/e2e", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """flake8, as gates.yaml has it."""
    session.install("-e", ".[test]")
    session.run("gatekeeper", "check", "lint", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """mypy strict over source, tests and this file."""
    session.install("-e", ".[test]")
    session.run("gatekeeper", "check", "types", *session.posargs)


@nox.session
def dogfood(session: nox.Session) -> None:
    """Every gate of this project, by gatekeeper from the wheel just built."""
    dist = Path(session.create_tmp()) / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.install("build")
    session.run("python", "-m", "build", "--wheel", "--outdir", str(dist))
    (wheel,) = dist.glob("*.whl")
    session.install(f"gatekeeper[test] @ {wheel.resolve().as_uri()}")
    session.run("gatekeeper", "check", *session.posargs)
