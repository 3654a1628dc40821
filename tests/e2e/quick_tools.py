"""The real tools without their start-up: each run is a fork of one warm process."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from gatekeeper.engine.environment import for_analysers
from gatekeeper.engine.process import Command, Outcome, Processes

_TOOLS = {"flake8": "flake8.main.cli", "bandit": "bandit.cli.main", "mypy": "mypy.main"}


class QuickTools(Processes):
    """Has the analysers run by the process at `address`, everything else as usual.

    What is in `before` and `after` is taken out and called when the next one is run.
    """

    address = ""
    before: ClassVar[list[Callable[[], object]]] = []
    after: ClassVar[list[Callable[[], object]]] = []

    def run(self, command: Command) -> Outcome:
        """The outcome of a command."""
        if command.argv[2:3] == () or command.argv[2] not in _TOOLS:
            return super().run(command)
        with contextlib.suppress(IndexError):
            self.before.pop()()
        outcome = self._run_quickly(command)
        with contextlib.suppress(IndexError):
            self.after.pop()()
        return outcome

    def _run_quickly(self, command: Command) -> Outcome:
        request = {**asdict(command), "environment": dict(command.environment)}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.address)
            connection.sendall(json.dumps(request, default=str).encode() + b"\n")
            return Outcome(command, int(connection.makefile().read()), 0.0)


@contextmanager
def warm(folder: Path) -> Iterator[str]:
    """The address of a process that has imported the tools."""
    address = str(folder / "tools")
    server = subprocess.Popen(
        [sys.executable, __file__, address], env=for_analysers(os.environ, folder)
    )
    try:
        while not os.path.exists(address):
            assert server.poll() is None
            time.sleep(0.05)
        yield address
    finally:
        server.kill()
        server.wait()


def _serve(address: str) -> None:
    for module in _TOOLS.values():
        import_module(module)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{address}.new")
        listener.listen()
        os.rename(f"{address}.new", address)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                if os.fork() == 0:
                    _answer(connection)
                os._exit(0)
            os.wait()
            connection.close()


def _answer(connection: socket.socket) -> None:
    request = json.loads(connection.makefile().readline())
    if (child := os.fork()) == 0:
        _become(request)
    _, status = os.waitpid(child, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(request: Mapping[str, Any]) -> None:
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, name in ((1, "stdout"), (2, "stderr")):
        path = os.path.join(request["output"], name)
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv = request["argv"][1:]
    code: object = 0
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as leaving:
        code = leaving.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _serve(sys.argv[1])
