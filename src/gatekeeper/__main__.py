"""The entry point: makes the start safe, then hands over to the command line."""

from __future__ import annotations

import gc
import os
import sys

#: Imports make many objects and no rubbish; to look for it each time takes a tenth.
_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def _trust_only_what_is_installed() -> None:
    """Forget search paths that come from where we were started or the environment.

    Otherwise a file of the repository called yaml.py would be loaded as ours.
    """
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    doubtful = {os.path.abspath(entry) for entry in ["", *given]} - {here}
    sys.path[:] = [e for e in sys.path if os.path.abspath(e or ".") not in doubtful]


def _speak_utf8() -> None:
    """Start again in UTF-8 mode where the locale would garble file names."""
    if sys.getfilesystemencoding().lower() != "utf-8":
        argv = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execv(sys.executable, argv)  # nosec B606  # ourselves, same arguments


def _have_streams() -> None:
    """A stream that was closed before the start would turn messages into errors."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))


def main() -> None:
    """Run the command line; a signal or our own bug never looks like a verdict."""
    _speak_utf8()
    _have_streams()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    if not sys.flags.isolated:
        _trust_only_what_is_installed()
    try:
        from gatekeeper.start import run

        code = run()
    except KeyboardInterrupt:
        code = 130
    except ImportError as error:
        sys.stderr.write(f"gatekeeper: not completely installed: {error}\n")
        code = 2
    sys.exit(code)


if __name__ == "__main__":
    main()
