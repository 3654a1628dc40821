"""`gatekeeper init`: write a gates.yaml fitted to the project, and a job for CI."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from gatekeeper import __version__
from gatekeeper.commands.output import Terminal, replace_file, to_stdout
from gatekeeper.commands.template_places import PLACES, taken
from gatekeeper.errors import UserError
from gatekeeper.policy.extends import template
from gatekeeper.policy.locate import FILE_NAME, locate
from gatekeeper.project.interpreter import choose
from gatekeeper.reporters.text import one_line
from gatekeeper.scaffold.ci import CiFile, ci_file
from gatekeeper.scaffold.facts import Facts, Section
from gatekeeper.scaffold.gather import gather
from gatekeeper.scaffold.profiles import Profile, profile
from gatekeeper.scaffold.render import render
from gatekeeper.scaffold.text import Value


def run_init(name: str, root: Path | None, service: str | None, *, force: bool) -> int:
    """Write the files and tell what was found; gives the exit code.

    With a CI service a gates.yaml that is there is left alone. Raises UserError for an
    unknown profile or service, a root that is no folder, and a file that is there
    already or cannot be written.
    """
    chosen = profile(name)
    folder = (root or Path.cwd()).resolve()
    if not folder.is_dir():
        raise UserError(f"--root: {root} is not a folder")
    target = folder / FILE_NAME
    kept = service is not None and target.is_file()
    if not kept:
        _may_be_written(target, force=force)
    facts = gather(folder)
    job = ci_file(service, folder, facts.layout, __version__) if service else None
    if job:
        _may_be_written(folder / job.path, force=force)
    terminal = Terminal.of(os.environ, sys.stdout, sys.stderr)
    lines = [f"left as it is: {_shown(target)}"]
    if not kept:
        lines = list(_write_policy(target, facts, chosen, terminal))
    if job:
        lines += _write_job(folder, job)
    lines += ["", *_next(target)]
    return 0 if to_stdout("\n".join(lines) + "\n", terminal) else 2


def _write_policy(
    target: Path, facts: Facts, chosen: Profile, terminal: Terminal
) -> Iterator[str]:
    for problem in facts.problems:
        terminal.say(f"{problem}; nothing of it is taken over")
    _write(target, render(facts, chosen))
    yield f"wrote {_shown(target)}, profile {chosen.name}"
    yield ""
    yield from _found(facts, choose("auto", target.parent, os.environ).origin)
    yield from _write_template(target.parent, chosen.extends)


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(Path(os.path.realpath(target)), text.encode())
    except OSError as error:
        raise UserError(f"{target} was not written: {error.strerror}") from error


def _write_job(folder: Path, job: CiFile) -> Iterator[str]:
    _write(folder / job.path, job.text)
    yield ""
    yield f"wrote {_shown(folder / job.path)}"
    yield from (f"  {one_line(remark, 400)}" for remark in job.remarks)
    top = next((p for p in folder.parents if os.path.lexists(p / ".git")), None)
    if top and not os.path.lexists(folder / ".git"):
        yield f"  CI looks for it in {one_line(str(top))} only: move it there, adapt it"


def _write_template(folder: Path, name: str | None) -> Iterator[str]:
    """Write the template of a profile, unless the project has one."""
    text = template(name) if name else ""
    if not text:
        return
    yield ""
    if place := taken(folder):
        yield f"left as it is: {place}, which has to have the boxes of the profile"
        return
    target = folder / PLACES[0]
    _write(target, text)
    yield f"wrote {_shown(target)}"


def _may_be_written(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise UserError(f"{target} is a folder")
    if os.path.lexists(target) and not force:
        raise UserError(f"{target} exists already; --force overwrites it")


def _shown(path: Path) -> str:
    relative = os.path.relpath(path)
    return one_line(str(path) if relative.startswith("..") else relative)


def _found(facts: Facts, automatic: str) -> Iterator[str]:
    layout = facts.layout
    yield _line("source", ", ".join(layout.source) or "no Python code found")
    yield _line("tests", ", ".join(layout.tests))
    yield _line("interpreter", layout.python or f"auto, here {automatic}")
    yield _line("requirements", ", ".join(layout.requirements) or "no file found")
    if facts.core:
        yield _line("core", ", ".join(facts.core))
    for section in facts.sections:
        if section.origin:
            yield _line(section.tool, _carried(section))
    remarks = [(s.tool, remark) for s in facts.sections for remark in s.remarks]
    if facts.asked:
        remarks.append(("coverage", facts.asked))
    for key in ("source", "tests", "requirements"):
        if remark := layout.remark(key):
            remarks.append((key, remark))
    if remarks:
        yield ""
        yield "to look at (gates.yaml says the same in comments):"
        yield from (_line(tool, remark) for tool, remark in remarks)


def _line(name: str, text: str) -> str:
    return f"  {name:<13}{one_line(text, 400)}"


def _carried(section: Section) -> str:
    options = [f"{option.key} {_in_words(option.value)}" for option in section.options]
    return f"{section.origin}: {'; '.join(options) or 'nothing to take over'}"


def _in_words(value: Value) -> str:
    if isinstance(value, str | bool | int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return ", ".join(value)


def _next(target: Path) -> Iterator[str]:
    """The commands to go on with, as they have to be typed from here."""
    here = locate(Path.cwd()) == target
    option = "" if here else f" --config {shlex.quote(_shown(target))}"
    yield "next:"
    yield f"  gatekeeper doctor{option}   what keeps a gate from being measured"
    yield f"  gatekeeper check{option}    run the gates"
