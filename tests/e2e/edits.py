"""A small project and a random walk over the states that it can be in."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Some are of one length, so that an edit need not change the size.
_LINES = rb"""import os
LIMIT = 1
import re
N: int = 1
N: int = ''
import os  # noqa
import os  # noqa: F401
import pickle
import pickle  # nosec
import pickle  # nosec B403
eval(input())
assert LIMIT
def broken(:
# type: ignore
password = 'hunter2'

""".splitlines(keepends=True)
_LINES += [b"\xff\xfe = 1\n", b"\r\nCRLF = 1\r\n", b"L = " + b"9" * 90]
_SETTINGS = {
    ".flake8": "[flake8]\nmax-line-length = 300\n",
    "setup.cfg": "[flake8]\nignore = F\n[mypy]\nignore_errors = true\n",
    ".bandit": "[bandit]\nskips = B101\n",
    "pyproject.toml": "[tool.bandit]\nskips = ['B101']\n",
}
_OPTIONS: dict[str, list[dict[str, Any]]] = {
    "flake8": [
        *({"max_line_length": 120}, {"ignore": ["F401"]}, {"ignore": ["W", "E2"]}),
        *({"per_path": {"app/*": ["F"]}}, {"per_path": {"*.py": ["E501"]}}),
        *({"exclude": ["app/a.py"]}, {"exclude": ["app/sub"]}, {"paths": ["."]}),
    ],
    "bandit": [{"skip": ["B101"]}, {"exclude": ["app/sub"]}, {"paths": ["."]}],
}
_GATES = {"lint": "flake8", "security": "bandit", "types": "mypy"}
_LIMITS: list[dict[str, Any]] = [
    {"max": 0},
    {"max": 9},
    {"max": 1, "paths": ["app/sub"]},
]
_POLICY = {
    **{"version": 1, "source": ["app"], "tools": {"flake8": {}, "bandit": {}}},
    "gates": {name: {"tool": tool, "max": 0} for name, tool in _GATES.items()},
}
_ENVIRONMENT = {"CI": "1", "TZ": "Asia/Tokyo", "VIRTUAL_ENV": "", "EDITOR": "ed"}
_FEW = 6
#: What `step` says when it took the last one back.
UNDO = "undo"


class Walk:
    """The project at `root`, `beside` it what links lead to; all else is luck."""

    def __init__(self, place: Path, seed: int, *, git: bool) -> None:
        self.random = random.Random(seed)
        self.root, self.beside = place / "project", place / "beside"
        self.environment: dict[str, str] = {}
        self._before = place / "before", self.environment
        for name in "app/a.py app/sub/__init__.py app/script tests/a.py".split():
            self._fill(self.root / name)
        self._fill(self.beside / "far.py")
        self._write_policy(_POLICY)
        if git:
            self._git("init", "-q", "-b", "main")
            self._commit()
        often = [self._write, self._same_size, self._same_size, self._line, self._new]
        self._actions: list[Callable[[], object]] = [
            *(*often, *often, self._rename, self._delete, self._exchange, self._mode),
            *(self._touch, self._link, self._link_folder, self._far, self._far),
            *(self._swap, self._pipe, self._settings, self._option, self._option),
            *(self._gate, self._ignore, self._variable, self._hidden),
            *((self._commit, self._move) if git else ()),
        ]

    def step(self) -> str:
        """Change something, often one thing, or take the last step back; tells what."""
        if self.random.random() < 0.15 and self._before[0].exists():
            self._undo()
            return UNDO
        self._remember()
        actions = self.random.choices(self._actions, k=self.random.choice([1, 1, 1, 3]))
        if len(self._files()) < _FEW:
            actions += [self._new] * _FEW
        told = [f"{action.__name__.strip('_')} {action() or ''}" for action in actions]
        return ", ".join(told).replace(f"{self.root}/", "")

    def _undo(self) -> None:
        """Back to the state before the last step, but for git's own files."""
        folder, self.environment = self._before
        for place in (self.root, self.beside):
            for path in place.iterdir():
                if path.name != ".git":
                    _remove(path)
            _copy(folder / place.name, place)

    def _remember(self) -> None:
        folder = self._before[0]
        _remove(folder)
        for place in (self.root, self.beside):
            (folder / place.name).mkdir(parents=True)
            _copy(place, folder / place.name)
        self._before = folder, dict(self.environment)

    def _files(self) -> list[Path]:
        found = sorted((self.root / "app").rglob("*"))
        return [path for path in found if path.is_file() and path.suffix in (".py", "")]

    def _file(self) -> Path:
        return self.random.choice(self._files() or [self._fill(self.root / "app/x.py")])

    def _fill(self, path: Path) -> Path:
        if not path.parent.is_dir() and path.parent.name != "app":
            _remove(path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() and not path.exists():
            path.unlink()  # it leads to itself or nowhere
        if path.is_file() or not path.exists():
            lines = self.random.choices(_LINES, k=self.random.randrange(5))
            path.write_bytes(b"".join(lines))
        return path

    def _write(self) -> Path:
        return self._fill(self._file())

    def _same_size(self) -> str:
        """Other content of the same size, half of the time as old as before."""
        path = self._file()
        before, lines = path.stat(), path.read_bytes().splitlines(keepends=True)
        for number, line in enumerate(lines):
            same = [other for other in _LINES if len(other) == len(line)]
            lines[number] = self.random.choice(same or [line])
        path.write_bytes(b"".join(lines))
        if self.random.random() < 0.5:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return str(path)

    def _line(self) -> Path:
        path = self._file()
        with path.open("ab") as stream:
            stream.write(self.random.choice(_LINES))
        return path

    def _new(self) -> Path:
        folder = self.random.choice(["app", "app/sub", "app/new", "tests", "gen"])
        name = self.random.choice("a.py b.py c.py __init__.py d.pyi run e.txt".split())
        return self._fill(self.root / folder / name)

    def _rename(self) -> str:
        path = self._file()
        name = self.random.choice(["a.py", "z.py", "z.txt", "__main__.py"])
        if not path.with_name(name).is_dir():
            path.rename(path.with_name(name))
        return f"{path} {name}"

    def _delete(self) -> Path:
        path = self._file()
        path.unlink()
        return path

    def _exchange(self) -> str:
        """Two files change places, with their time stamps."""
        one, other = self._file(), self._file()
        if one != other:
            one.rename(self.root / "aside")
            other.rename(one)
            (self.root / "aside").rename(other)
        return f"{one} {other}"

    def _mode(self) -> Path:
        path = self._file()
        path.chmod(path.stat().st_mode ^ 0o111)
        return path

    def _touch(self) -> Path:
        path = self._file()
        path.touch()
        return path

    def _link(self) -> str:
        path = self._delete()
        targets = ["b.py", "../tests/a.py", str(self.beside / "far.py"), "nowhere"]
        path.symlink_to(self.random.choice(targets))
        return f"{path} {os.readlink(path)}"

    def _link_folder(self) -> str:
        path = self.root / "app" / self.random.choice(["linked", "linked", "sub"])
        choices = ["../tests", "../gen", "../node_modules", "../.benchmarks", ""]
        # A folder that options name must not lead out, or the tool is not cached.
        choices += [str(self.beside)] * 2 if path.name == "linked" else []
        _remove(path)
        if target := self.random.choice(choices):
            path.symlink_to(target)
        return f"{path} {target}"

    def _far(self) -> Path:
        return self._fill(self.beside / self.random.choice(["far.py", "more.py"]))

    def _hidden(self) -> Path:
        """In a folder that is not looked at, unless a link leads there."""
        folder = self.random.choice([".hypothesis", ".benchmarks", "node_modules"])
        return self._fill(self.root / folder / "h.py")

    def _swap(self) -> Path:
        """A file becomes a folder, or a folder a file."""
        path = self.random.choice([self._file(), self.root / "app" / "sub"])
        was_folder = path.is_dir()
        _remove(path)
        self._fill(path if was_folder else path / "i.py")
        return path

    def _pipe(self) -> Path:
        path = self._delete()
        os.mkfifo(path)
        return path

    def _settings(self) -> str:
        name = self.random.choice(list(_SETTINGS))
        content = self.random.choice([_SETTINGS[name], "[broken\n", ""])
        _remove(self.root / name)
        if content:
            (self.root / name).write_text(content)
        return f"{name} {content!r}"

    def _option(self) -> str:
        policy = json.loads((self.root / "gates.yaml").read_text())
        tool = self.random.choice(list(_OPTIONS))
        kept = policy["tools"][tool] if self.random.random() < 0.5 else {}
        policy["tools"][tool] = {**kept, **self.random.choice(_OPTIONS[tool])}
        self._write_policy(policy)
        return f"{tool} {policy['tools'][tool]}"

    def _gate(self) -> str:
        policy = json.loads((self.root / "gates.yaml").read_text())
        name = self.random.choice(list(_GATES))
        policy["gates"][name] = {"tool": _GATES[name], **self.random.choice(_LIMITS)}
        self._write_policy(policy)
        return f"{policy['gates'][name]}"

    def _write_policy(self, policy: dict[str, Any]) -> None:
        (self.root / "gates.yaml").write_text(json.dumps(policy))

    def _ignore(self) -> str:
        patterns = ["app/b.py", "app/new/", "gen", "*.pyi", "!app/b.py"]
        chosen = self.random.sample(patterns, self.random.randrange(3))
        (self.root / ".gitignore").write_text("\n".join(chosen))
        return str(chosen)

    def _variable(self) -> str:
        name = self.random.choice(list(_ENVIRONMENT))
        if self.environment.pop(name, None) is None:
            self.environment[name] = _ENVIRONMENT[name]
        return name

    def _commit(self) -> None:
        self._git("add", "-A")
        self._git("commit", "-qm", "more")

    def _move(self) -> str:
        moves = ["checkout -f main", "checkout -f other", "checkout -B other"]
        moves += ["stash -u", "stash pop", "rm -q --cached app/b.py", "add -f app"]
        chosen = self.random.choice(moves)
        self._git(*chosen.split())
        return chosen

    def _git(self, *arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        command = ["git", *who, *arguments]
        subprocess.run(command, cwd=self.root, capture_output=True, check=False)


def _copy(source: Path, target: Path) -> None:
    entries = [str(path) for path in source.iterdir() if path.name != ".git"]
    if entries:
        subprocess.run(["cp", "-a", *entries, str(target)], check=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
