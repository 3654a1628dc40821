"""Run an installed module as a program: `python bootstrap.py MODULE [ARGUMENT...]`.

Like `python -m MODULE`, but the working directory is not searched, so that no file of
the repository can stand in for the tool. `python -P -m` does the same from Python 3.11
on; this file works in every interpreter that a project may use, 3.8 and later.
"""

from __future__ import annotations

import os
import runpy
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec

#: Exit code for "no such module in this interpreter"; no tool uses it.
ABSENT = 97


def main() -> None:
    """Replace our own folder on the search path, then become the module."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry not in ("", here)]
    module = sys.argv[1]
    if find_spec(module) is None:
        sys.stderr.write("No module named %s in %s\n" % (module, sys.executable))
        sys.exit(ABSENT)
    _distrust_compiled_files(os.getcwd() + os.sep, sys.prefix + os.sep)
    # pytest finds the plugin that stands beside this file here; last, to hide nothing.
    sys.path.append(here)
    sys.argv[:] = [module, *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _distrust_compiled_files(project: str, installed: str) -> None:
    """Compile the project's modules anew, whatever lies in its __pycache__ folders.

    Python trusts a compiled file whose source has the same size and time stamp, and an
    unchecked one without looking.
    """
    original = SourceFileLoader.get_data

    def get_data(self: SourceFileLoader, path: str) -> bytes:
        ours = path.startswith(project) and not path.startswith(installed)
        if ours and path.endswith(".pyc"):
            raise OSError("compiled files of the project are not read")
        return original(self, path)

    setattr(SourceFileLoader, "get_data", get_data)


if __name__ == "__main__":
    main()
