"""One run of many_findings.py: `write FOLDER FINDINGS FILES`, `work FOLDER FINDINGS`.

`work` does what `check` does with the output of a tool, and prints as JSON what each
step took. It has to be a folder inside the one that was written.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from gatekeeper.engine.plan import gate_of
from gatekeeper.engine.process import Command, Outcome, Processes
from gatekeeper.engine.runner import run_tool
from gatekeeper.judge import conclude, judge
from gatekeeper.model import GateResult, PolicySource, Report, Revision, Run
from gatekeeper.policy.schema import Flake8Options, GatePolicy
from gatekeeper.project.files import Walker
from gatekeeper.project.reader import Reader
from gatekeeper.reporters import FORMATS, Style, reporter
from gatekeeper.tools.base import Job
from gatekeeper.tools.flake8 import FLAKE8

RULES = {
    "E501": "line too long (97 > 88 characters)",
    "E225": "missing whitespace around operator",
    "W291": "trailing whitespace",
    "F401": "'collections.abc.Mapping' imported but unused",
    "F841": "local variable 'number' is assigned to but never used",
    "C901": "'Reader.parse' is too complex (14)",
}
OPT_OUT_EVERY = 20
CLOSING = """\
9.87       seconds elapsed
123456     total physical lines processed
12508      physical lines processed per second
{files}        total files processed
50         files processed per second
"""


class Recorded(Processes):
    """Starts nothing; the output was there before."""

    def __init__(self, recording: Path) -> None:
        super().__init__()
        self._recording = recording

    def run(self, command: Command) -> Outcome:
        """What came of a command that would have found something."""
        command.output.mkdir(exist_ok=True)
        shutil.copyfile(self._recording, command.output / "stdout")
        return Outcome(command, 1, 0.0)


def main() -> None:
    """Do one of the two."""
    step, folder, *numbers = sys.argv[1:]
    if step == "write":
        _write(Path(folder), int(numbers[0]), int(numbers[1]))
    else:
        _work(Path(folder), int(numbers[0]))


def _write(folder: Path, findings: int, files: int) -> None:
    """The files that flake8 would have read, and what it would have printed."""
    source = folder / "project" / "src"
    source.mkdir(parents=True, exist_ok=True)
    lines = -(-findings // files)
    for number in range(files):
        text = "".join(_source_lines(lines))
        (source / f"module_{number:04}.py").write_text(text, "utf-8")
    names = sorted(path.name for path in source.iterdir())
    record = _record_format(folder)
    with (folder / "recorded").open("w", encoding="utf-8") as stream:
        for index in range(findings):
            stream.write(record % _finding(names[index // lines], index, lines))
        stream.write(CLOSING.format(files=files))


def _source_lines(count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        opt_out = "" if number % OPT_OUT_EVERY else "  # noqa: B950"
        yield f"value_{number} = {number}{opt_out}\n"


def _record_format(folder: Path) -> str:
    """The format that the adapter asks flake8 for, and the end of line."""
    scratch = folder / "unused"
    scratch.mkdir(exist_ok=True)
    (command,) = FLAKE8.commands(_job(folder / "project", scratch))
    (option,) = (text for text in command.argv if text.startswith("--format="))
    return option.removeprefix("--format=") + "\n"


def _finding(name: str, index: int, lines: int) -> dict[str, object]:
    code, text = list(RULES.items())[index % len(RULES)]
    place = {"path": f"./src/{name}", "row": index % lines + 1, "col": index % 80 + 1}
    return {**place, "code": code, "text": text}


def _job(root: Path, work: Path) -> Job:
    return Job(
        tool="flake8",
        root=root,
        work=work,
        options=Flake8Options(),
        paths=("src",),
        sources=Walker(str(root)).walk(["src"]),
        reader=Reader(str(root)),
        python=sys.executable,
        environment={},
        project_environment={},
        timeout=600,
    )


def _work(folder: Path, findings: int) -> None:
    folder.mkdir(exist_ok=True)
    renderers = {name: reporter(name) for name in FORMATS}
    clock = [time.perf_counter()]
    job = _job(folder.parent / "project", folder)
    run = run_tool(FLAKE8, job, Recorded(folder.parent / "recorded"))
    clock.append(time.perf_counter())
    gate = judge(gate_of("lint", GatePolicy(tool="flake8", max=0), in_ci=False), run)
    clock.append(time.perf_counter())
    if len(gate.findings) != findings:
        sys.exit(f"{len(gate.findings)} findings came out: {gate.reason}")
    report = _report(gate, run)
    for render in renderers.values():
        render(report, Style(verbose=True))
        clock.append(time.perf_counter())
    sys.stdout.write(json.dumps({"seconds": _steps(clock), "megabytes": _peak()}))


def _steps(clock: list[float]) -> dict[str, float]:
    names = ("parse", "judge", *(f"render {name}" for name in FORMATS))
    spans = (later - earlier for earlier, later in zip(clock, clock[1:], strict=False))
    return dict(zip(names, spans, strict=True))


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def _report(gate: GateResult, run: Run) -> Report:
    return Report(
        verdict=conclude([gate]),
        exit_code=1,
        started="2026-01-01T00:00:00Z",
        duration_seconds=0.0,
        policy=PolicySource("gates.yaml", "0" * 64),
        revision=Revision(),
        gates=(gate,),
        runs=(run,),
    )


if __name__ == "__main__":
    main()
