"""The YAML and shell that our pages, `init --ci` and action.yml hold."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gatekeeper.scaffold.ci import ci_file
from gatekeeper.scaffold.facts import Layout

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/ci.md", "docs/cache.md")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KINDS = {
    "repos": "pre-commit",
    "jobs": "workflow",
    "runs": "action",
    "version": "policy",
}
_RECORDER = """\
#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
case "$(basename "$0")" in gatekeeper) exit "$CODE" ;; esac
"""


@dataclass(frozen=True)
class Snippet:
    """A piece of YAML or shell, and where it stands."""

    name: str
    text: str

    @property
    def data(self) -> Any:
        return yaml.safe_load(self.text)

    @property
    def kind(self) -> str:
        """What it is for; a list of steps belongs into a workflow."""
        if isinstance(self.data, list):
            return "steps"
        found = (kind for key, kind in _KINDS.items() if key in self.data)
        return next(found, "gitlab")


def fenced(language: str) -> Iterator[Snippet]:
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for match in _FENCE.finditer(text):
            if match[1] == language:
                line = text[: match.start()].count("\n") + 1
                yield Snippet(f"{page}:{line}", match[2])


def written(service: str) -> Snippet:
    """What `init --ci` writes."""
    layout = Layout(("src",), ("tests",), requirements=("requirements.txt",))
    return Snippet(f"--ci {service}", ci_file(service, ROOT, layout, "0.1.0").text)


SNIPPETS = [
    *fenced("yaml"),
    *(written(service) for service in ("github", "gitlab")),
    Snippet("action.yml", (ROOT / "action.yml").read_text("utf-8")),
]
SHELL = [s for s in fenced("sh") if "docs/ci.md" in s.name]


def of_kind(*kinds: str) -> list[Snippet]:
    return [snippet for snippet in SNIPPETS if snippet.kind in kinds]


def jobs(snippet: Snippet) -> Mapping[str, Any]:
    if snippet.kind == "steps":
        return {"job": {"runs-on": "ubuntu-latest", "steps": snippet.data}}
    found: Mapping[str, Any] = snippet.data["jobs"]
    return found


def steps(snippet: Snippet) -> list[Mapping[str, Any]]:
    if snippet.kind == "action":
        return list(snippet.data["runs"]["steps"])
    return [step for job in jobs(snippet).values() for step in job["steps"]]


def run(script: str, folder: Path, code: int = 0) -> tuple[int, list[str], str]:
    """Run a step with recorders for all programs; its exit code and what it called."""
    programs, log = folder / "programs", folder / "log"
    programs.mkdir(exist_ok=True)
    for name in ("gatekeeper", "python3", "python", "reviewdog"):
        (programs / name).write_text(_RECORDER)
        (programs / name).chmod(0o755)
    log.write_text("")
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LOG": str(log),
        "CODE": str(code),
        "RUNNER_TEMP": str(folder / "runner temp"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "CI_NODE_INDEX": "1",
        "GATES": "lint types",
        "NAME": "a",
    }
    (folder / "work").mkdir(exist_ok=True)
    (folder / "work" / "gatekeeper.rdjson.json").write_text("{}")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder / "work",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, log.read_text().splitlines(), done.stdout + done.stderr


def outputs(call: str) -> dict[str, str]:
    """The reports that a call of gatekeeper asks for."""
    return dict(re.findall(r"--output (\w+)=(.*?)(?= --|$)", call))


def scripts(snippet: Snippet) -> Iterator[str]:
    """What its steps or jobs run."""
    if snippet in SHELL:
        yield snippet.text
    elif snippet.kind == "gitlab":
        for job in snippet.data.values():
            yield "\n".join(job.get("script", ()))
    else:
        yield from (step["run"] for step in steps(snippet) if "run" in step)
