"""Whether what is locked still answers what is declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.version import InvalidVersion

from gatekeeper.locking.declarations import Declaration
from gatekeeper.locking.entries import Entry, Folders, Listing, Pinned
from gatekeeper.locking.locks import is_lock
from gatekeeper.locking.objections import finding, objection
from gatekeeper.model import Finding, Severity


class Locked:
    """Everything that the requirement and lock files hold, by file and name."""

    def __init__(self, listings: Sequence[Listing], folders: Folders) -> None:
        self._folders = folders
        self._entries: dict[str, dict[str, list[Entry]]] = defaultdict(dict)
        self._pins: dict[str, list[Pinned]] = defaultdict(list)
        for listing in listings:
            for name in listing.files:
                self._entries[name]  # also where a lock holds nothing
            for entry in listing.entries:
                self._add(entry, listing.version(entry))

    def _add(self, entry: Entry, version: str | None) -> None:
        if entry.name is None:
            return
        self._entries[entry.path].setdefault(entry.name, []).append(entry)
        pin = Pinned(entry, version) if version else None
        if pin and not entry.reference and pin not in self._pins[entry.name]:
            self._pins[entry.name].append(pin)

    def known(self) -> dict[str, Pinned]:
        """One pin for each name, that of a lock file where there is one."""
        ranked = {
            name: sorted(pins, key=lambda pin: not is_lock(pin.entry.path))
            for name, pins in self._pins.items()
        }
        return {name: pins[0] for name, pins in ranked.items() if pins}

    def objections(self, declaration: Declaration) -> Iterator[Finding]:
        """What is wrong with how a declared dependency is locked."""
        name = declaration.entry.name or ""
        locks = self._locks_of(declaration.entry.path)
        lacking = [lock for lock in locks if name not in self._entries[lock]]
        pins = self._pins.get(name, [])
        if locks:
            pins = [pin for pin in pins if pin.entry.path in locks]
        found: list[Finding] = []
        if lacking and (declaration.main or len(lacking) == len(locks)):
            found += _missing(declaration, lacking)
        elif not locks and not any(name in names for names in self._entries.values()):
            found += self._unlocked(declaration)
        found += _outside(declaration, pins)
        grave = Severity.MEDIUM if declaration.main else Severity.LOW
        yield from (replace(one, severity=grave) for one in found)

    def _locks_of(self, path: str) -> list[str]:
        """The files that are made from a declaration, among those examined."""
        folder, slash, base = path.rpartition("/")
        made = {"Pipfile": "Pipfile.lock"}.get(base, base.removesuffix(".in") + ".txt")
        if base == "pyproject.toml":
            return [
                name
                for name in self._entries
                if is_lock(name)
                and name.rpartition("/")[0] == folder
                and not name.endswith("Pipfile.lock")
            ]
        return (
            [f"{folder}{slash}{made}"] if folder + slash + made in self._entries else []
        )

    def _unlocked(self, declaration: Declaration) -> Iterator[Finding]:
        """A declaration that no file answers, unless it is as good as a lock."""
        entry = declaration.entry
        unfixed = objection(entry, Listing(), self._folders, {})
        if declaration.applies and unfixed is not None:
            yield finding(
                entry,
                "not-locked",
                f"{entry.text} is declared, but no requirement or lock file pins it;"
                f" lock again, or add {entry.name}==VERSION to one",
            )


def _missing(declaration: Declaration, lacking: Sequence[str]) -> Iterator[Finding]:
    if declaration.applies:
        entry = declaration.entry
        yield finding(
            entry,
            "missing-from-lock",
            f"{entry.text} is declared, but not in {', '.join(lacking)}, which is"
            " older than the declaration; lock again",
        )


def _outside(declaration: Declaration, pins: Sequence[Pinned]) -> Iterator[Finding]:
    """Pins that a declaration does not allow.

    A lock may hold several versions of what only some need: one that fits will do.
    """
    wrong = [pin for pin in pins if not _fits(pin, declaration)]
    everybody = declaration.main and not declaration.conditional
    if not declaration.applies or (not everybody and len(wrong) < len(pins)):
        return
    source = declaration.entry
    for pin in wrong:
        yield finding(
            pin.entry,
            "outside-of-range",
            f"{pin.entry.name} {pin.version} is locked, but {source.place} declares"
            f" {source.name} {declaration.specifier}; lock again",
        )


def _fits(pin: Pinned, declaration: Declaration) -> bool:
    if declaration.specifier is None:
        return True
    try:
        return declaration.specifier.contains(pin.version, prereleases=True)
    except InvalidVersion:
        return False
