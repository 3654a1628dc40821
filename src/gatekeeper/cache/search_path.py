"""Where interpreters look for modules, beside the standard library.

A search path may be remembered as long as `interpreter_stamp` and the stamp of what is
installed along it are the same: new `.pth` files lead to new folders.
"""

from __future__ import annotations

import hashlib
import json
import os
import site
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

# For 3.8 and later. Nothing may be imported from the working directory, which `-c`
# puts first on the path. Whatever .pth files print comes before the last line.
_PROGRAM = (
    "import sys; sys.path[:] = [entry for entry in sys.path if entry];"
    "import json, os, site, sysconfig;"
    "found = [e for e in sys.path if os.path.realpath(e) != os.getcwd()];"
    "user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else [];"
    "print('\\n' + json.dumps([found + site.getsitepackages() + user,"
    "os.path.dirname(os.__file__), list(sys.version_info[:2]),"
    "[sys.version, sysconfig.get_platform()]]))"
)


class SearchPath(NamedTuple):
    """Folders and archives of packages, and all that the interpreter is called."""

    folders: list[str]
    version: str


def search_path(
    python: str, run: Callable[[Sequence[str]], str | None]
) -> SearchPath | None:
    """What an interpreter says of itself, None where it fails to. Starts a process.

    Folders that do not exist yet are listed as well. The working directory is not.
    """
    printed = run((python, "-c", _PROGRAM)) or ""
    try:
        entries, library, version, names = json.loads(printed.splitlines()[-1])
        return SearchPath(_packages(entries, library, *version), " ".join(names))
    except (ValueError, LookupError, TypeError):
        return None


def promised(folders: Sequence[str]) -> list[str]:
    """Folders that `.pth` files name and that are not there, but may come."""
    found = []
    for file in (path for folder in folders for path in Path(folder).glob("*.pth")):
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        named = (line for line in lines if line.strip() and "\0" not in line)
        found += [
            str(file.parent / line.rstrip())
            for line in named
            if not line.startswith(("import ", "import\t", "#"))
        ]
    return [path for path in found if not os.path.exists(path)]


def own_search_path() -> list[str]:
    """The same for the running interpreter, without gatekeeper's own source folder."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    entries = [*_without_folder_of_script(), *site.getsitepackages(), *user]
    found = _packages(entries, os.path.dirname(os.__file__), *sys.version_info[:2])
    source = Path(__file__).resolve().parents[2]
    if any(source.glob("*.dist-info")):  # not editable: all packages are there
        return found
    return [folder for folder in found if os.path.realpath(folder) != str(source)]


def _without_folder_of_script() -> list[str]:
    """Python puts that first, such as /usr/bin; the programs we start do not."""
    script = os.path.dirname(os.path.realpath(sys.argv[0]))
    return sys.path[1:] if sys.path[:1] == [script] else sys.path


def _packages(entries: list[str], library: str, major: int, minor: int) -> list[str]:
    archive = os.path.join(os.path.dirname(library), f"python{major}{minor}.zip")
    standard = {library, os.path.join(library, "lib-dynload"), archive}
    found: dict[str, str] = {}
    for entry in entries:
        if entry and entry not in standard:
            # Of lib and lib64 one is often a link to the other.
            found.setdefault(os.path.realpath(entry), entry)
    return list(found.values())


def interpreter_stamp(python: str) -> str | None:
    """Changes when the interpreter does; None where that cannot be told.

    That is so for a script, such as those of pyenv, which starts one or another.
    """
    try:
        with open(python, "rb") as stream:
            seen = os.fstat(stream.fileno())
            if stream.read(2) == b"#!":
                return None
        times = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
        environment = _virtual_environment(python)
        facts = (_links(python), seen.st_ino, seen.st_mode, *times, environment)
    except OSError:
        return None
    text = repr(facts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()


def _links(path: str) -> list[str]:
    """A path and where its links lead, one after the other; they end, as it opened."""
    chain = [path]
    while os.path.islink(chain[-1]):
        folder = os.path.dirname(chain[-1])
        chain.append(os.path.join(folder, os.readlink(chain[-1])))
    return chain


def _virtual_environment(python: str) -> list[bytes]:
    """pyvenv.cfg beside the executable or above it, without a look at links."""
    folder = Path(python).parent
    files = (folder / "pyvenv.cfg", folder.parent / "pyvenv.cfg")
    return [file.read_bytes() for file in files if file.is_file()]
