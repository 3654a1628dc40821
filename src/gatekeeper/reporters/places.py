"""Where a finding stands, as hosts of repositories want to be told."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from gatekeeper.model import Finding
from gatekeeper.reporters.text import without_surrogates


def in_repository(path: str, folder: str) -> str:
    """A path from the top of the repository; `folder` is where the root lies in it."""
    if path.startswith("/"):
        return path
    return posixpath.normpath(posixpath.join(folder, path))


def uri(path: str) -> str:
    """A path as a relative reference (RFC 3986), or as a file URI where it is full."""
    quoted = quote(path.encode("utf-8", "surrogateescape"))
    return f"file://{quoted}" if path.startswith("/") else quoted


def shown(path: str) -> str:
    """A path that a text file can hold."""
    return without_surrogates(path)


def web(url: str | None) -> str | None:
    """An address that a browser may be sent to, else None."""
    safe = url is not None and url.startswith(("https://", "http://"))
    return url if safe and url and url.isascii() and not set(url) & _BREAKING else None


_BREAKING = frozenset(" \t\r\n\"'<>`\\^{}|")


def span(finding: Finding) -> tuple[int, int]:
    """First and last line; a finding about a whole file stands in its first one."""
    first = max(finding.line or 1, 1)
    return first, max(finding.end_line or first, first)
