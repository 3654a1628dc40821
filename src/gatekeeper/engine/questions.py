"""Short questions to other programs, asked through the one door to processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gatekeeper.engine import environment
from gatekeeper.engine.process import Command, Processes
from gatekeeper.project import revision

_SECONDS = 60.0


def git_at(
    root: Path, ours: Mapping[str, str], folder: Path, processes: Processes
) -> revision.Git:
    """Runs git in a checkout; nothing of the user's own configuration counts."""
    program = shutil.which("git", path=ours.get("PATH"))
    environ = {**environment.for_analysers(ours, folder / "home"), "LC_ALL": "C"}
    ask = asker(root, environ, folder, processes)

    def git(*arguments: str) -> str | None:
        return ask((program, *revision.SAFE, *arguments)) if program else None

    return git


def asker(
    root: Path, environ: Mapping[str, str], folder: Path, processes: Processes
) -> Callable[[Sequence[str]], str | None]:
    """Runs a program and gives what it prints, None where it fails."""

    def ask(argv: Sequence[str]) -> str | None:
        output = Path(tempfile.mkdtemp(prefix="answer-", dir=folder))
        command = Command(tuple(argv), root, environ, _SECONDS, output)
        outcome = processes.run(command)
        return outcome.stdout if outcome.exit_code == 0 else None

    return ask
