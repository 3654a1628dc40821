"""Where a finding stands, as hosts of repositories want to be told."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote

from gatekeeper.model import Finding
from gatekeeper.reporters.text import without_surrogates

#: Characters that no page or log takes for the end of an address.
_SAFE = re.compile(r"[!#-&(-;=?-Z_a-z~]+\Z")


def in_repository(path: str, folder: str) -> str:
    """A path from the top of the repository; `folder` is where the root lies in it.

    A full path stays one.
    """
    return posixpath.normpath(posixpath.join(folder, path))


def uri(path: str) -> str:
    """A path as a relative reference (RFC 3986), or as a file URI where it is full."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair that stands for no byte
        data = without_surrogates(path).encode()
    quoted = quote(data)
    return f"file://{quoted}" if path.startswith("/") else quoted


def shown(path: str) -> str:
    """A path that a text file can hold."""
    return without_surrogates(path)


def web(url: str | None) -> str | None:
    """An address that a browser may be sent to, else None."""
    known = url is not None and url.startswith(("https://", "http://"))
    return url if known and url and len(url) <= 2000 and _SAFE.match(url) else None


def span(finding: Finding) -> tuple[int, int]:
    """First and last line; a finding about a whole file stands in its first one."""
    first = max(finding.line or 1, 1)
    return first, max(finding.end_line or first, first)
