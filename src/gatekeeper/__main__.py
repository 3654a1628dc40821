"""The entry point: makes the start safe, then hands over to the command line."""

from __future__ import annotations

import os
import sys


def _trust_only_what_is_installed() -> None:
    """Forget search paths that come from where we were started or the environment.

    Otherwise a file of the repository called yaml.py would be loaded as ours.
    """
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    doubtful = {os.path.abspath(entry) for entry in ["", *given]} - {here}
    sys.path[:] = [e for e in sys.path if os.path.abspath(e or ".") not in doubtful]


def main() -> None:
    """Run the command line; a signal or our own bug never looks like a verdict."""
    if not sys.flags.isolated:
        _trust_only_what_is_installed()
    try:
        from gatekeeper.cli import run

        code = run()
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
