"""Say what can be imported here: `python installed.py MODULE...` prints one JSON line.

Run by the interpreter of a project, so it has to work in 3.8 and fail legibly in older
ones. The modules are imported, since one that is only there may still be broken.
"""

import importlib
import json
import os
import sys
from importlib.util import find_spec


def look(name: str) -> "dict[str, str]":
    """The version of a module, or the reason why there is none."""
    if find_spec(name) is None:
        return {}
    try:
        module = importlib.import_module(name)
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}
    return {"version": str(getattr(module, "__version__", "unknown"))}


def main() -> None:
    """Look without our own folder and the working directory on the search path."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry not in ("", here)]
    found = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "pip": find_spec("pip") is not None,
        "modules": {name: look(name) for name in sys.argv[1:]},
    }
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
