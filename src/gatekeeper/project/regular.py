"""Reads a file only if it is one: a pipe would make us wait, a device never end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MEGABYTE = 1_000_000


def read(path: Path, limit: int = 20 * MEGABYTE) -> bytes:
    """The bytes of a regular file. Raises OSError, also for other kinds and sizes."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file", str(path))
        if status.st_size > limit:
            raise OSError(0, f"larger than {limit // MEGABYTE} MB", str(path))
        return stream.read(limit)
