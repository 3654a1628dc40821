"""What a person writes behind a box: who signs for which state, or why it is moot.

    - [x] **Security Team Approval**: ... @alice 3f2a9c1d44e0
    - [ ] **Cache Tests**: ... N/A: this service has no cache

The twelve digits are the beginning of a SHA-256 of the covered files, which gatekeeper
prints; when one of these files changes later, the signature is stale.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

DIGITS = 12
#: Names as GitHub and GitLab allow them.
_SIGNED = re.compile(
    r"(?<![\w@/])@(?P<name>[A-Za-z0-9](?:[\w.-]{0,254}[A-Za-z0-9])?)"
    r"(?:[\s:,(]+(?:sha256:)?(?P<digest>[0-9a-f]{12,64})\b)?"
)
#: What is struck through, or a link that nobody sees.
_GONE = re.compile(
    r"~~.*?~~|<(del|s)>.*?</\1>|\[\]\([^)]*\)", re.DOTALL | re.IGNORECASE
)
_MARKUP = re.compile(r"[*`]+|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
#: Not what a template asks for: "yes, no, or N/A: why".
_MOOT = re.compile(
    r"(?<!/)(?<!\bnot )(?<!\bor )(?<!\bif )(?<!\bas )\b(?:N/A|not applicable)\b"
    r"\s*(?:(?:[:(,\u2013\u2014]+|-+(?=\s))\s*(?P<reason>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_FEWEST_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed; `digest` is empty where the signature names no state."""

    name: str
    digest: str = ""

    def is_for(self, digest: str) -> bool:
        """Whether it names that state, in as many digits as it gives."""
        known = bool(self.digest and digest)
        return known and digest.startswith(self.digest[: len(digest)])


def signature(text: str) -> Signature | None:
    """The last signature in the text behind a box, or None."""
    found = list(_SIGNED.finditer(_plain(text)))
    if not found:
        return None
    signed = next((match for match in reversed(found) if match["digest"]), found[-1])
    return Signature(signed["name"], signed["digest"] or "")


def moot(text: str) -> str | None:
    """Why a box does not apply, as its text says; empty without a reason, else None."""
    found = list(_MOOT.finditer(_plain(text)))
    reasons = [" ".join((m["reason"] or "").strip(" )").split()) for m in found]
    good = [r for r in reasons if sum(map(str.isalnum, r)) >= _FEWEST_LETTERS]
    return good[-1] if good else "" if found else None


def _plain(text: str) -> str:
    """What a reader sees of a text, without its markup."""
    return _MARKUP.sub("", _GONE.sub("", text))


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """The state of some files, from path and content of each."""
    whole = hashlib.sha256()
    for path, content in sorted(files):
        name = path.encode("utf-8", "surrogateescape")
        whole.update(hashlib.sha256(name).digest())
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()[:DIGITS]
