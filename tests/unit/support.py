"""Builds jobs for adapters, and replays what real tools once wrote through them.

A recording (see tests/recorded/record.py) holds the files of a tiny project and what
the tool left behind. `replay` puts both into place and lets the real runner and the
real adapter make a Run of it; `verdict` lets the real judge decide a gate on that Run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gatekeeper.engine.plan import gate_of
from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.judge import judge
from gatekeeper.model import Finding, GateResult, Measurement, Run
from gatekeeper.policy.options import ToolOptions, Tools
from gatekeeper.policy.schema import GatePolicy
from gatekeeper.project.files import Walker
from gatekeeper.project.reader import Reader
from gatekeeper.tools import ADAPTERS
from gatekeeper.tools.base import PROBE, Job

RECORDED = Path(__file__).parent.parent / "recorded"
Files = Mapping[str, "str | bytes | None"]
Edit = Callable[[bytes], bytes]


def write_files(root: Path, files: Files) -> Path:
    """Write a tree of files; None takes one away. Text may hold surrogate escapes."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, bytes) else unescape(content)
        path.write_bytes(text)
    return root


def unescape(text: str) -> bytes:
    """The bytes that a text with surrogate escapes stands for."""
    return text.encode("utf-8", "surrogateescape")


def options_of(tool: str, given: Mapping[str, Any]) -> ToolOptions:
    """The policy's section of one tool, checked as gates.yaml is."""
    return Tools.model_validate({tool: given}).options(tool)


def make_job(
    tool: str,
    root: Path,
    options: Mapping[str, Any] | None = None,
    *,
    paths: Sequence[str] = ("src",),
    work: Path | None = None,
    upstream: Run | None = None,
    upstream_work: Path | None = None,
    companions: Mapping[str, Mapping[str, Any]] | None = None,
    rules: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    python: str = sys.executable,
) -> Job:
    """A job as a workspace makes it, for a project that stands below `root`."""
    section = options_of(tool, options or {})
    private = work or root.parent / f"scratch-{tool}"
    private.mkdir()
    return Job(
        tool=tool,
        root=root,
        work=private,
        options=section,
        paths=tuple(paths),
        sources=Walker(str(root)).walk(paths, getattr(section, "exclude", ())),
        reader=Reader(str(root)),
        python=python,
        environment=environment or {},
        project_environment=environment or {},
        timeout=section.timeout,
        exact_rules=tuple(rules),
        upstream=upstream,
        upstream_work=upstream_work,
        companions={n: options_of(n, o) for n, o in (companions or {}).items()},
    )


def placeholders(job: Job) -> dict[str, str]:
    """Paths that differ from run to run, and what stands for them in a recording."""
    return {
        str(job.root.parent): "/recorded",
        str(PROBE): "/probe",
        sys.executable: "/env/bin/python",
    }


def exchange(data: bytes, pairs: Mapping[str, str]) -> bytes:
    """Put one text for another, the longest first."""
    for old in sorted(pairs, key=len, reverse=True):
        data = data.replace(os.fsencode(old), os.fsencode(pairs[old]))
    return data


@dataclass(frozen=True, slots=True)
class Recording:
    """What one folder below tests/recorded holds. `meta` is its meta.json."""

    folder: Path
    meta: Mapping[str, Any]

    @classmethod
    def of(cls, name: str) -> Recording:
        """A recording by its name, such as flake8/clean."""
        folder = RECORDED / name
        return cls(folder, json.loads((folder / "meta.json").read_text("utf-8")))

    def files(self) -> dict[str, str | bytes | None]:
        """The project's files."""
        return {name: "\n".join(lines) for name, lines in self.meta["files"].items()}

    def job(self, root: Path, number: int, options: Mapping[str, Any]) -> Job:
        """The job that was run, number 0 first; options on top, None takes one out."""
        run = self.meta["runs"][number]
        merged = {**run["options"], **options}
        return make_job(
            run["tool"],
            root,
            {name: value for name, value in merged.items() if value is not None},
            paths=run["paths"],
            companions=run["companions"],
        )


@dataclass(slots=True)
class Alterations:
    """How to bend a recording: what would have been written, had something gone wrong.

    Each stream and file is handed to its function; None for a file that is lost.
    """

    exit_code: int | None = None
    stdout: Edit | None = None
    stderr: Edit | None = None
    written: Mapping[str, Edit | None] = field(default_factory=dict)


class Replayer(Processes):
    """Starts nothing: does what the recorded processes did to their files."""

    def __init__(self, folder: Path, job: Job, codes: Sequence[int]) -> None:
        super().__init__()
        self._folder, self._job, self._codes = folder, job, list(codes)
        self.change = Alterations()
        self.commands: list[Command] = []

    def run(self, command: Command) -> Outcome:
        """The recorded outcome of the next command."""
        number = len(self.commands)
        self.commands.append(command)
        command.output.mkdir(exist_ok=True)
        for stream in ("stdout", "stderr"):
            recorded = self._folder / (f"{stream}-{number}" if number else stream)
            data = recorded.read_bytes() if recorded.exists() else b""
            edit: Edit | None = getattr(self.change, stream)
            restored = self._restored(data)
            (command.output / stream).write_bytes(edit(restored) if edit else restored)
        for path in sorted((self._folder / "written").rglob("*.json*")):
            self._write(path, path.relative_to(self._folder / "written"))
        code = self._codes[number]
        if self.change.exit_code is not None:
            code = self.change.exit_code
        return Outcome(command, code, 0.0)

    def _write(self, recorded: Path, name: Path) -> None:
        data = self._restored(recorded.read_bytes())
        target = self._job.work / name
        if str(name) in self.change.written:
            edit = self.change.written[str(name)]
            if edit is None:
                return
            data = edit(data)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)

    def _restored(self, data: bytes) -> bytes:
        pairs = {new: old for old, new in placeholders(self._job).items()}
        return exchange(data, pairs)


def replay(
    place: Path,
    name: str,
    *,
    exit_code: int | None = None,
    stdout: Edit | None = None,
    stderr: Edit | None = None,
    written: Mapping[str, Edit | None] | None = None,
    options: Mapping[str, Any] | None = None,
    files: Files | None = None,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """The run that gatekeeper makes of a recording, bent where the caller says so.

    Where a recording has several runs, all but the last are replayed as they were.
    """
    recording = Recording.of(name)
    root = write_files(place.resolve() / "project", recording.files())
    write_files(root, files or {})
    upstream: tuple[Run | None, Path | None] = (None, None)
    for number, meta in enumerate(recording.meta["runs"]):
        last = number == len(recording.meta["runs"]) - 1
        job = recording.job(root, number, (options or {}) if last else {})
        job = replace(
            job,
            environment=environment or {},
            upstream=upstream[0],
            upstream_work=upstream[1],
        )
        folder = recording.folder / ("" if last else meta["tool"])
        processes = Replayer(folder, job, meta["exit_codes"])
        if last:
            processes.change = Alterations(exit_code, stdout, stderr, written or {})
        run = run_tool(ADAPTERS[meta["tool"]], job, processes)
        upstream = (run, job.work)
    return run


class Forbidden(Processes):
    """For what must be refused before anything is started."""

    def run(self, command: Command) -> Outcome:
        """Fail the test."""
        raise AssertionError(f"started {command.argv}")


def refused(job: Job) -> Run:
    """The run of a job that must not even be started."""
    return run_tool(ADAPTERS[job.tool], job, Forbidden())


def verdict(run: Run, **gate: Any) -> GateResult:
    """What a gate on this tool says; without any condition, `max: 0`."""
    policy = GatePolicy.model_validate({"tool": run.tool, **(gate or {"max": 0})})
    return judge(gate_of("gate", policy, in_ci=False), run)


def measured(run: Run) -> Measurement:
    """The measurement of a run that has one; its reason where it has none."""
    assert run.measurement is not None, run.reason
    return run.measurement


def places(findings: Sequence[Finding]) -> list[str]:
    """Findings as people write them: path:line:column rule."""
    return [f"{f.path}:{f.line}:{f.column} {f.rule}" for f in findings]


def as_json(change: Callable[[Any], object]) -> Edit:
    """An edit of a JSON file; `change` alters the document in place."""

    def edit(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        return json.dumps(document).encode()

    return edit


def cut(length: int) -> Edit:
    """An edit that keeps the first so many bytes; negative: all but the last."""
    return lambda data: data[:length]
