"""What the result of one run follows from, in one short name."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gatekeeper.cache.facts import Facts
from gatekeeper.cache.observation import digest
from gatekeeper.project import regular, settings
from gatekeeper.project.files import is_walked
from gatekeeper.tools.base import Adapter, Job, Scope

_SEPARATORS = re.compile(r"[\s,:;=@\"'\[\]()]+")
_ADDRESS = re.compile(r"https?://\S*")
#: A way up, or a variable.
_ODD = re.compile(r"(^|[^.])\.\.(/|$)|\$[A-Za-z_{]")
#: Options that say how long to wait or what to keep, and nothing about the result.
_IRRELEVANT = {"timeout", "cache", "cache_hours"}
#: A private folder, a new one each time.
_PRIVATE = "HOME"


def file_key(adapter: Adapter, job: Job, facts: Facts) -> str:
    """Names what each file's result follows from, beside the file itself."""
    return digest(Scope.FILE, *_common(adapter, job, facts))


def run_key(adapter: Adapter, job: Job, scope: Scope, facts: Facts) -> str | None:
    """Names everything that the result follows from; None where that is not known."""
    sources = job.sources
    if not {*sources.files, *sources.stubs} <= facts.before.tree.files.keys():
        return None  # what else lies there is not known
    wide = scope is Scope.PROJECT
    files = facts.everything() if wide else facts.python(sources.files)
    if files is None or not facts.places.packages:
        return None
    adopted = getattr(job.options, "config", None)
    own = [(name, facts.file(name)) for name in settings.files(job.tool, adopted)]
    return digest(
        scope,
        *_common(adapter, job, facts),
        (sources.files, sources.stubs, sources.gaps),
        [path for path in sources.left_out if not path.endswith("__pycache__")],
        sorted(files.items()),
        sorted(facts.before.tree.folders),
        own,
        (job.python, facts.places.version, facts.project),
        job.root if wide else "",
        sorted(job.project_environment.items()) if in_project(adapter) else "",
    )


def in_project(adapter: Adapter) -> bool:
    """Whether the project's own code is run."""
    return adapter.interpreter == "project"


def outside(job: Job) -> str:
    """What in the options leads to where changes go unseen.

    Looks at an adopted settings file as well. Better a path too many than one missed.
    """
    root = str(job.root)
    sections = (job.options, *job.companions.values())
    named = [options.model_dump(exclude={"exclude"}) for options in sections]
    adopted = getattr(job.options, "config", None)
    told = [_text_of(job.root / adopted)] if adopted else []
    for word in _words(_texts(named)):
        glued = word[2:] if word.startswith("-") else word
        if _leads_out(word) or any(_is_unseen(root, name) for name in (word, glued)):
            return word
    return next(filter(_leads_out, _words(told)), "")


def _is_unseen(root: str, name: str) -> bool:
    path = os.path.join(root, name)
    return os.path.lexists(path) and not is_walked(path, root)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _SEPARATORS.split(_ADDRESS.sub("", text))


def _leads_out(word: str) -> bool:
    """Whether a word leads out of the root, or may do so.

    A path that is glued to an option, as in `-c/etc/x`, cannot be told from a longer
    one, and what a variable holds is not known here.
    """
    glued = word.startswith("-") and "/" in word
    home = word.startswith("~") and word != "~"
    odd = "\0" in word or _ODD.search(word) is not None
    return word.startswith("/") or glued or home or odd


def _text_of(path: Path) -> str:
    """What a settings file says; what cannot be read leads anywhere."""
    try:
        return regular.read(path).decode("utf-8", "replace")
    except (OSError, ValueError):
        return os.pardir


def _common(adapter: Adapter, job: Job, facts: Facts) -> tuple[object, ...]:
    environment = {k: v for k, v in job.environment.items() if k != _PRIVATE}
    return (
        adapter.name,
        _plain(job.options),
        sorted((name, _plain(given)) for name, given in job.companions.items()),
        job.paths,
        job.exact_rules,
        sorted(environment.items()),
        (sys.version, sys.platform, os.uname().machine),
        facts.own,
    )


def _plain(options: Any) -> object:
    found: Mapping[str, object] = options.model_dump(exclude=_IRRELEVANT)
    return sorted(found.items())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
