"""The files of a job: that there are any, and how they are shared out to processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from gatekeeper.tools.base import Job, NothingToExamineError

_BATCH_BYTES = 400_000
#: Fewer files than this take not much longer than the start of another process.
_PIECE = 100
_ROUNDS = 4


def batches(files: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut file names into portions that fit on a command line, each led by `./`."""
    portion: list[str] = []
    size = 0
    for name in files:
        argument = name if os.path.isabs(name) else f"./{name}"
        size += len(os.fsencode(argument)) + 1
        if portion and size > _BATCH_BYTES:
            yield tuple(portion)
            portion, size = [], len(argument)
        portion.append(argument)
    if portion:
        yield tuple(portion)


def pieces(job: Job) -> int:
    """In how many processes a tool examines its files, if it takes one file each.

    More than there are workers, so that the last ones end at about the same time.
    """
    most = _ROUNDS * job.workers if job.workers > 1 else 1
    return max(1, min(len(job.sources.files) // _PIECE, most))


def portions(job: Job) -> Iterator[tuple[str, ...]]:
    """The files for each of these processes, the large and the small ones mixed."""
    files, number = need_files(job), pieces(job)
    for start in range(number):
        yield from batches(files[start::number])


def need_files(job: Job) -> tuple[str, ...]:
    """The files to examine; raises where there is none."""
    if not job.sources.files:
        where = ", ".join(job.paths) or "the project"
        gaps = "".join(f"; {gap}" for gap in job.sources.gaps[:3])
        raise NothingToExamineError(
            f"no Python file to examine in {where}{gaps}",
            fix="name the folders of your code under `source` in gates.yaml",
        )
    return job.sources.files
