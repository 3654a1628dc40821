"""From the start of the process to its exit code, whatever happens in between.

Options are read only if the same command was not answered before on the same state: to
read them takes longer than to see that nothing has changed.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from gatekeeper.errors import Interrupted, UserError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run() -> int:
    """Do what the command line says and give the exit code; only a real bug escapes."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    try:
        return _answer()
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # the answer is given


def _answer() -> int:
    try:
        if sys.argv[1:2] == ["check"] and "--no-cache" not in sys.argv:
            from gatekeeper.commands.replay import replay

            code = replay(sys.argv[1:], os.environ)
            if code is not None:
                return code
        from gatekeeper.cli import app

        app()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    except UserError as error:
        for message in error.messages:
            _say(message)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            from gatekeeper.reporters.github import mistake

            sys.stderr.writelines(map(mistake, error.messages[:10]))
    except Interrupted as interruption:
        return 128 + interruption.signal_number
    except Exception:
        import traceback

        traceback.print_exc()
        _say("this is a bug in gatekeeper; please report it with the lines above")
    return 2


def _interrupt(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough; cleaning up is under way
    raise Interrupted(number)


def _say(message: str) -> None:
    from gatekeeper.reporters.text import one_line

    sys.stderr.write(f"gatekeeper: {one_line(message, 2000)}\n")
