"""Where the command runs, and what a host of CI jobs is told beside the reports.

GitHub Actions reads annotations from the log and a job summary from a file, see
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gatekeeper.commands.output import Terminal, is_set
from gatekeeper.reporters import Style
from gatekeeper.reporters.text import without_surrogates

Render = Callable[[str, Style], str]

#: Above 1 MiB for a step, GitHub drops the whole summary.
_SUMMARY = 1024 * 1024
#: What a browser still shows without pain, and less than which is not worth a start.
_MOST, _LEAST = 900_000, 4_000


@dataclass(frozen=True, slots=True)
class Host:
    """`folder` is where the project lies in its repository, empty for the top.

    `github` says whether this is a step of GitHub Actions, `summary` where the summary
    of its job is written.
    """

    folder: str
    github: bool = False
    summary: Path | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str], root: Path) -> Host:
        """What the environment and the folders above the project tell."""
        github = is_set(environ.get("GITHUB_ACTIONS", ""))
        summary = environ.get("GITHUB_STEP_SUMMARY", "") if github else ""
        return cls(_folder(root), github, Path(summary) if summary else None)

    def style(self, style: Style) -> Style:
        """How a report is to look here.

        GitHub's code scanning opens an alert also for what SARIF calls suppressed, and
        closes those of a tool that came without results.
        """
        return replace(style, folder=self.folder, alerts=self.github)

    def tell(self, render: Render, terminal: Terminal, *, annotations: bool) -> None:
        """Annotate the change and write the summary of the job, where there are any.

        Annotations go to stderr, which GitHub reads as well: stdout is for the report.
        """
        if not self.github:
            return
        style = self.style(Style())
        if annotations:
            terminal.write(render("github", style))
        if self.summary is not None:
            self._summarize(self.summary, render, style, terminal)

    def _summarize(
        self, path: Path, render: Render, style: Style, terminal: Terminal
    ) -> None:
        try:
            present = path.stat().st_size if path.exists() else 0
            room = min(_MOST, _SUMMARY - present - 1)
            if room < _LEAST:
                terminal.say("the job summary is full; nothing was added to it")
                return
            text = render("markdown", replace(style, room=room))
            with path.open("ab") as stream:
                stream.write(without_surrogates(text).encode())
        except OSError as error:
            terminal.say(f"the job summary was not written: {error.strerror}")


def _folder(root: Path) -> str:
    """The root as seen from the top of its repository, with a slash at the end."""
    real = Path(os.path.realpath(root))
    for top in (real, *real.parents):
        if (top / ".git").exists():
            inside = real.relative_to(top).as_posix()
            return "" if inside == "." else f"{inside}/"
    return ""
