"""What the repository's own settings of a tool mean for its result."""

from __future__ import annotations

from dataclasses import replace

from gatekeeper.model import Measurement
from gatekeeper.project import settings
from gatekeeper.tools.base import Job


def with_settings(measured: Measurement, job: Job) -> Measurement:
    """The measurement with a gap or a note for each setting that matters."""
    adopted = getattr(job.options, "config", None)
    return replace(
        measured,
        gaps=(*measured.gaps, *settings.broken(job.root, job.tool, adopted)),
        notes=(
            *measured.notes,
            *settings.unused(job.root, job.tool, adopted),
            *(settings.loosened(job.root, job.tool, adopted) if adopted else ()),
        ),
    )
