"""Records what the real tools write about tiny projects, for the tests of the adapters.

    python tests/recorded/record.py              every case
    python tests/recorded/record.py flake8 mypy  the cases of some tools
    python tests/recorded/record.py flake8/clean one case

Run it from an environment that holds gatekeeper and the dependency group `test`
(pytest-xdist is needed), after a change of an adapter's command line or when a tool
gets a new version; then read the difference: it is what users will get to see. Nothing
is fetched: advisories come from a stub on the loopback and from databases made here.

Each case becomes a folder TOOL/CASE:

    meta.json         what the case is about, the project's files (as lists of lines),
                      options, the command line, exit codes and the tool's version
    stdout, stderr    what the tool printed, where it printed anything;
                      stdout-1, stderr-1: the second command of the same run
    written/          JSON files that appeared in the private folder of the run
    pytest/           the same again for the test run that coverage builds on

Paths are replaced: /recorded/project is the root of the project, /recorded/scratch-TOOL
the private folder of the run, /probe the folder of our own plugin, /env/bin/python the
interpreter, /stdlib and /site-packages its libraries. Times, process ids and addresses
are replaced too, so that recording twice gives the same bytes, but for the order in
which several workers do their work. Bytes that are no UTF-8 stand as surrogate escapes.
The command line is that of the adapter, unless `altered` says otherwise.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "unit"))

from case import Case, Step  # noqa: E402
from cases import CASES  # noqa: E402
from stub import advisory_service  # noqa: E402
from support import exchange, make_job, placeholders, write_files  # noqa: E402

from gatekeeper.engine import environment  # noqa: E402
from gatekeeper.engine.process import Command, Outcome, Processes  # noqa: E402
from gatekeeper.engine.runner import run_tool  # noqa: E402
from gatekeeper.model import Run  # noqa: E402
from gatekeeper.tools import ADAPTERS  # noqa: E402
from gatekeeper.tools.base import Job  # noqa: E402

#: What differs from one recording to the next, and what stands for it.
_VOLATILE = (
    (rb"\b0x[0-9a-f]{6,}\b", b"0x0"),
    (rb"(?m)^[\d.]+ +(?=seconds elapsed$|[\w ]+processed per second$)", b"1  "),
    (rb"\bcoverage-data\.[\w.-]+", b"coverage-data.machine.1.x"),
    (rb"\bin \d+\.\d+s\b", b"in 0.00s"),
    (rb'(?<="seconds": )[\d.e-]+', b"0.0"),
    (rb"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", b"2026-01-01T00:00:00Z"),
    (rb"\[20\d\d-\d\d-\d\d\]\[\d\d:\d\d:\d\d\]", b"[2026-01-01][00:00:00]"),
    (rb"(?<= in: )[\d.]+(n|\xc2\xb5|m)?s\b", b"1ms"),
    (rb"\b127\.0\.0\.1:\d+", b"127.0.0.1:9999"),
    (rb"\bport=\d+", b"port=9999"),
    (rb"\bpid[= ]\d+", b"pid 1"),
)


class Recorder(Processes):
    """Runs commands as gatekeeper does, and keeps what they leave behind."""

    def __init__(self, case: Case, root: Path) -> None:
        super().__init__()
        self._case, self._root = case, root
        self.outcomes: list[Outcome] = []

    def run(self, command: Command) -> Outcome:
        """Run one command, altered as the case wants it."""
        if self._case.before and not self.outcomes:
            self._case.before(self._root)
        changed = replace(
            command,
            argv=self._case.alter(command.argv) if self._case.alter else command.argv,
            environment={**command.environment, **self._case.environment},
        )
        self.outcomes.append(super().run(changed))
        return self.outcomes[-1]


def record(case: Case, service: str) -> None:
    """Make the project, run the tool, replace what is there with what came of it."""
    target = HERE / case.name
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder).resolve()
        (base / "home").mkdir()
        root = write_files(base / "project", case.files)
        described: list[dict[str, Any]] = []
        upstream: tuple[Run | None, Path | None] = (None, None)
        steps = case.steps()
        for step in steps:
            job = _job(step, root, service)
            job = replace(job, upstream=upstream[0], upstream_work=upstream[1])
            recorder = Recorder(case, root)
            run = run_tool(ADAPTERS[step.tool], job, recorder)
            outcomes = recorder.outcomes
            _keep(job, outcomes, target if step is steps[-1] else target / step.tool)
            described.append(_described(step, job, outcomes))
            upstream = (run, job.work)
            print(case.name, described[-1]["exit_codes"], run.status, run.reason)
        _write_meta(case, described, _scrubber(job), target)


def _job(step: Step, root: Path, service: str) -> Job:
    options = json.loads(json.dumps(step.options).replace("http://SERVICE", service))
    job = make_job(
        step.tool, root, options, paths=step.paths, companions=step.companions
    )
    ours = {"PATH": os.defpath}
    home = root.parent / "home"
    return replace(
        job,
        environment=environment.for_analysers(ours, home),
        project_environment=environment.for_project(ours, home),
    )


def _described(step: Step, job: Job, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "tool": step.tool,
        "version": version(step.tool),
        "options": job.options.model_dump(exclude_unset=True),
        "paths": list(step.paths),
        "companions": dict(step.companions),
        "commands": [list(outcome.command.argv) for outcome in outcomes],
        "exit_codes": [outcome.exit_code for outcome in outcomes],
    }


def _keep(job: Job, outcomes: Sequence[Outcome], target: Path) -> None:
    """Copy what the tool printed and wrote."""
    target.mkdir(parents=True, exist_ok=True)
    scrubber = _scrubber(job)
    for number, outcome in enumerate(outcomes):
        for stream in ("stdout", "stderr"):
            data = (outcome.command.output / stream).read_bytes()
            if data:
                name = f"{stream}-{number}" if number else stream
                (target / name).write_bytes(scrub(data, scrubber))
    for path in sorted(job.work.rglob("*.json*")):
        inside = path.relative_to(job.work)
        if inside.parts[0] != "cache" and path.is_file():
            kept = target / "written" / inside
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(scrub(path.read_bytes(), scrubber))


def _scrubber(job: Job) -> dict[str, str]:
    """Every path of this machine that a tool may mention, and what stands for it."""
    paths = {name: sysconfig.get_path(name) for name in ("stdlib", "purelib")}
    return {
        **placeholders(job),
        paths["purelib"]: "/site-packages",
        paths["stdlib"]: "/stdlib",
        sys.prefix: "/environment",
        sys.base_prefix: "/interpreter",
    }


def scrub(data: bytes, scrubber: Mapping[str, str]) -> bytes:
    """Take out of a text what only says where and when it was recorded."""
    rest = exchange(data, dict.fromkeys(scrubber, "..."))
    for placeholder in ("/recorded", "/probe", "/env/bin/python"):
        if re.search(os.fsencode(placeholder) + rb"\b", rest):
            raise ValueError(f"{placeholder} stands in the output by nature")
    data = exchange(data, scrubber)
    for pattern, constant in _VOLATILE:
        data = re.sub(pattern, constant, data)
    return data


def _write_meta(
    case: Case, runs: list[dict[str, Any]], scrubber: Mapping[str, str], target: Path
) -> None:
    meta = {
        "about": case.about,
        "python": sys.version.split()[0],
        "altered": bool(case.alter),
        "environment": dict(case.environment),
        "runs": runs,
        "files": {name: _lines(content) for name, content in case.files.items()},
    }
    text = scrub(json.dumps(meta, indent=1).encode(), scrubber)
    (target / "meta.json").write_bytes(text + b"\n")


def _lines(content: str | bytes) -> list[str]:
    text = (
        content.decode("utf-8", "surrogateescape")
        if isinstance(content, bytes)
        else content
    )
    return text.split("\n")


def main(wanted: Sequence[str]) -> None:
    """Record the cases named, by tool or in full; all where none is."""
    chosen = [
        case
        for case in CASES
        if not wanted or case.name in wanted or case.name.split("/")[0] in wanted
    ]
    with advisory_service() as service:
        for case in chosen:
            record(case, service)


if __name__ == "__main__":
    main(sys.argv[1:])
