"""pip's requirement files: each line an entry, includes and constraints resolved."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from gatekeeper.locking.entries import (
    UNREADABLE,
    Entry,
    Folders,
    Listing,
    at,
    exact,
    shown,
    unreadable,
)
from gatekeeper.project import regular

_LIMIT = 2 * regular.MEGABYTE
_MOST_LINES = 20_000
#: Space within a line, and lines that hold nothing but a continuation: the parser takes
#: quadratic time for long runs of either.
_SPACE = re.compile(r"[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_EMPTY_CONTINUATIONS = re.compile(r"(?:^ ?\\\r?\n){100}", re.MULTILINE)
_BARE_EDITABLE = re.compile(r"^(-e|--editable)[\s=]+")


def read(folders: Folders, name: str, scratch: Path) -> Listing:
    """Everything that a requirement file asks for; `scratch` is a folder to write to.

    Never raises for what stands in the files.
    """
    reader = _Reader(folders, scratch)
    reader.file(name, constraint=False)
    return reader.listing


class _Reader:
    def __init__(self, folders: Folders, scratch: Path) -> None:
        self.listing = Listing()
        self._folders = folders
        self._scratch = scratch
        self._seen: set[tuple[str, bool]] = set()

    def file(self, name: str, *, constraint: bool) -> None:
        """Read a file and what it includes, each once however often it is named."""
        real = os.path.realpath(self._folders.root / name)
        if (real, constraint) in self._seen:
            return
        self._seen.add((real, constraint))
        try:
            parsed = self._parsed(name)
        except UNREADABLE as error:
            self.listing.gaps.append(unreadable(name, error))
            return
        if not constraint:
            self.listing.files.append(name)
        for bad in parsed.invalid_lines:
            # What stands there is not shown: it may be anything, a secret included.
            place = at(name, bad.line_number)
            self.listing.gaps.append(f"{place}: pip would not understand this line")
        for item in parsed.requirements:
            self._entry(item, name, constraint)
        for option in parsed.options:
            self._includes(option, name, constraint)

    def _parsed(self, name: str) -> Any:
        # Slow to import, and only needed where there is such a file.
        from pip_requirements_parser import (  # type: ignore[import-untyped]
            RequirementsFile,
            auto_decode,
        )

        text = _SPACE.sub(" ", auto_decode(self._folders.read(name, _LIMIT)))
        logical = [line for line in text.splitlines() if not line.endswith("\\")]
        if len(logical) > _MOST_LINES or _EMPTY_CONTINUATIONS.search(text):
            raise OSError(0, f"more than {_MOST_LINES} lines, or empty continuations")
        copy = self._scratch / "requirements.txt"
        copy.write_bytes(codecs.BOM_UTF8 + text.encode("utf-8", "surrogatepass"))
        return RequirementsFile.from_file(str(copy), include_nested=False)

    def _includes(self, option: Any, name: str, constraint: bool) -> None:
        for key in ("requirements", "constraints"):
            for other in option.options.get(key, ()):
                if "://" in other:
                    place = at(name, option.requirement_line.line_number)
                    self.listing.gaps.append(f"{place}: includes a URL, not read")
                    continue
                nested = os.path.join(os.path.dirname(name), other)
                self.file(
                    os.path.normpath(nested),
                    constraint=constraint or key == "constraints",
                )

    def _entry(self, item: Any, name: str, constraint: bool) -> None:
        line = item.requirement_line
        made = Entry(
            text=shown(line.line),
            path=name,
            line=line.line_number,
            name=canonicalize_name(item.name) if item.name else None,
            specifier=item.req.specifier if item.req else SpecifierSet(),
            reference=_reference(item),
            hashed=bool(item.hash_options),
        )
        if not constraint:
            self.listing.entries.append(made)
        elif made.name:
            version = exact(made.specifier)
            known = self.listing.constraints.setdefault(made.name, version)
            if known != version:
                self.listing.constraints[made.name] = None


def _reference(item: Any) -> str | None:
    """The URL or path of an item; None where it is looked for in an index."""
    if item.link is not None:
        return str(item.link.url)
    if item.req is not None and not item.is_editable:
        return None
    return _BARE_EDITABLE.sub("", str(item.requirement_line.line)).partition("[")[0]
