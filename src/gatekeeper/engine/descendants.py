"""Who descends from us, as far as /proc tells; only Linux has it.

A child can leave its process group and its session, but neither the environment that it
was started with nor, once its parent is gone, us as the one who adopts it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

#: The variable by which we know what a child has started.
MARK = "GATEKEEPER_RUN"
_PR_SET_CHILD_SUBREAPER = 36


def sweep(mark: str) -> None:
    """Kill what escaped the group by a session of its own. Needs /proc, so Linux."""
    needle = f"{MARK}={mark}".encode()
    for _ in range(10 if _is_parent() else 0):
        survivors = [pid for pid in _process_ids() if needle in _environ(pid)]
        if not survivors:
            return
        for pid in survivors:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _process_ids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except FileNotFoundError:
        return []


def adopt_orphans() -> None:
    """Become the parent of descendants whose parents end; see prctl(2). Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    """Processes whose parent we are, by /proc/PID/stat, whose fourth field says so."""
    ours = str(os.getpid())
    if not _is_parent():
        return []
    return [pid for pid in _process_ids() if _stat(pid)[1:2] == [ours]]


def _is_parent() -> bool:
    """Whether there is any child, adopted ones included; far cheaper than to search."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _environ(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
