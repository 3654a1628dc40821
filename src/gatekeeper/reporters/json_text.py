"""How JSON reports are written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_text(document: Mapping[str, Any]) -> str:
    """A report in plain values as text.

    ASCII, so that no encoding of a stream or file on the way can break it.
    """
    return json.dumps(document, indent=2, allow_nan=False) + "\n"
