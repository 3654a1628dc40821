"""A report on its way to everybody who asked for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper.commands import last_report
from gatekeeper.commands.host import Host, Render
from gatekeeper.commands.output import Terminal, to_stdout, write_file
from gatekeeper.reporters import Style

#: Said where there is none, and the built-in one counts.
NO_POLICY = "no gates.yaml found, using the built-in policy; `gatekeeper init`"


@dataclass(frozen=True, slots=True)
class Call:
    """What of the options says how an answer is delivered, and where the policy is."""

    config: Path | None
    root: Path | None
    format: str
    outputs: tuple[tuple[str, Path], ...]
    quiet: bool
    verbose: bool
    annotations: bool = True


def deliver(render: Render, root: Path, terminal: Terminal, call: Call) -> bool:
    """Write a report to all who asked for it, and keep it; gives whether it arrived."""
    delivered, host = True, Host.of(os.environ, root)
    for name, path in call.outputs:
        text = render(name, host.style(terminal.file_style()))
        delivered &= write_file(path, text, terminal)
    style = terminal.style(verbose=call.verbose, quiet=call.quiet)
    text = render(call.format, replace(host.style(style), groups=host.github))
    delivered &= to_stdout(text, terminal)
    annotated = call.format == "github"
    host.tell(render, terminal, annotations=call.annotations and not annotated)
    last_report.keep(root, render("json", Style()), terminal)
    return delivered


def exit_code(code: int, *, delivered: bool) -> int:
    """A report that could not be delivered turns a yes into no verdict."""
    return 2 if code == 0 and not delivered else code
