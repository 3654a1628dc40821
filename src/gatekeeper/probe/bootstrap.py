"""Run an installed module as a program: `python bootstrap.py MODULE [ARGUMENT...]`.

Like `python -m MODULE`, but the working directory is not searched, so that no file of
the repository can stand in for the tool. `python -P -m` does the same from Python 3.11
on; this file works in every interpreter that a project may use, 3.8 and later.
"""

import os
import runpy
import sys
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
    # pytest finds the plugin that stands beside this file here; last, to hide nothing.
    sys.path.append(here)
    sys.argv[:] = [module, *sys.argv[2:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
