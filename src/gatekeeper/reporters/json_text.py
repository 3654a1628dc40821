"""How JSON reports are written down."""

from __future__ import annotations

import json


def as_text(document: object, indent: int = 2) -> str:
    """A report in plain values as text.

    ASCII, so that no encoding of a stream or file on the way can break it, and without
    what GitHub's runner takes for a command anywhere in a log.
    """
    text = json.dumps(document, indent=indent, allow_nan=False)
    return text.replace("##[", "#\\u0023[") + "\n"
