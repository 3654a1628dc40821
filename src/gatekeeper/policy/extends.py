"""`extends`: a profile of ours below a policy, which adds to it or changes it."""

from __future__ import annotations

import difflib
from importlib.resources import files
from typing import Any

from gatekeeper.errors import UserError
from gatekeeper.policy import document
from gatekeeper.policy.document import Document

_KINDS = ("tool", "attest", "one_of", "all_of", "evidence")
#: What of a profile's gate stays when a policy puts another kind of gate in its place.
_PLACE = ("title", "box", "section", "when_changed")


def profiles() -> dict[str, str]:
    """The profiles by name, each as the text of a policy."""
    folder = files("gatekeeper.policy").joinpath("profiles")
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return {
        e.name.removesuffix(".yaml"): e.read_text("utf-8")
        for e in sorted(found, key=lambda entry: entry.name)
    }


def template(name: str) -> str:
    """The pull-request template of a profile; empty where there is none."""
    path = files("gatekeeper.policy").joinpath("profiles", f"{name}.md")
    return path.read_text("utf-8") if path.is_file() else ""


def extended(found: Document) -> Document:
    """The document with its profile below it; as it is where it extends none.

    Options of tools and keys of gates win one by one. Raises UserError for a profile
    that does not exist.
    """
    name = found.data.get("extends") if isinstance(found.data, dict) else None
    if not isinstance(name, str):
        return found
    known = profiles()
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
        line = found.line(("extends",))
        raise UserError(f"{found.name}:{line}: no profile named {name}; {hint}")
    base = document.parse(known[name].encode(), f"profile {name}").data
    merged = {**base, **found.data}
    for section, merge in (("tools", _over), ("gates", _gate)):
        merged[section] = _merged(base.get(section), found.data.get(section), merge)
    # The text identifies the policy, and the profile is a part of it.
    return Document(found.name, merged, found.lines, found.text + known[name].encode())


def _merged(base: Any, own: Any, merge: Any) -> Any:
    if own is None:
        return base
    if not isinstance(own, dict) or not isinstance(base, dict):
        return own
    both = {key: merge(base[key], own[key]) for key in base if key in own}
    return {**base, **own, **both}


def _over(base: Any, own: Any) -> Any:
    return {**base, **own} if isinstance(base, dict) and isinstance(own, dict) else own


def _gate(base: Any, own: Any) -> Any:
    """A gate of another kind takes the place of the profile's, and nothing else."""
    if (
        isinstance(own, dict)
        and isinstance(base, dict)
        and not own.keys().isdisjoint(_KINDS)
    ):
        own_boxes = {"one_of", "evidence"} & own.keys()
        place = [key for key in _PLACE if key != "box" or not own_boxes]
        base = {key: base[key] for key in place if key in base}
    return _over(base, own)
