"""The one door to child processes, with real children."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from gatekeeper.engine.process import Command, Outcome, Processes


def run(
    tmp_path: Path,
    code: str,
    timeout: float = 60,
    processes: Processes | None = None,
) -> Outcome:
    command = Command(
        (sys.executable, "-c", code),
        tmp_path,
        {"PATH": os.environ["PATH"], "MINE": "yes"},
        timeout,
        tmp_path / "output",
    )
    return (processes or Processes()).run(command)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_exit_code_output_and_environment_are_those_of_the_child(
    tmp_path: Path,
) -> None:
    code = (
        "import os, sys; print(sorted(k for k in os.environ if k.isupper()));"
        "print('trouble', file=sys.stderr); print(os.getcwd()); sys.exit(7)"
    )
    outcome = run(tmp_path, code)
    assert outcome.exit_code == 7
    assert "'GATEKEEPER_RUN', 'LC_CTYPE', 'MINE', 'PATH'" in outcome.stdout
    assert str(tmp_path) in outcome.stdout
    assert outcome.stderr_tail == "trouble\n"


def test_the_child_has_no_standard_input(tmp_path: Path) -> None:
    assert run(tmp_path, "import sys; print(repr(sys.stdin.read()))").stdout == "''\n"


def test_much_output_on_both_streams_does_not_block(tmp_path: Path) -> None:
    code = "import sys\nfor s in (sys.stderr, sys.stdout): s.write('x' * 3_000_000)"
    outcome = run(tmp_path, code)
    assert outcome.exit_code == 0
    assert len(outcome.stdout) == 3_000_000
    assert len(outcome.stderr_tail) == 4000


def test_bytes_that_are_no_text_survive(tmp_path: Path) -> None:
    outcome = run(tmp_path, "import sys; sys.stdout.buffer.write(b'\\xff')")
    assert os.fsencode(outcome.stdout) == b"\xff"


def test_a_signal_gives_a_negative_exit_code(tmp_path: Path) -> None:
    assert run(tmp_path, "import os; os.kill(os.getpid(), 9)").exit_code == -9


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    command = Command(("/no/such/program",), tmp_path, {}, 5, tmp_path / "o")
    outcome = Processes().run(command)
    assert outcome.exit_code is None
    assert "No such file" in outcome.start_error


def test_the_time_limit_ends_the_child_even_if_it_ignores_the_request(
    tmp_path: Path,
) -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "time.sleep(300)"
    )
    outcome = run(tmp_path, code, timeout=1)
    assert outcome.timed_out
    assert outcome.exit_code == -9


@pytest.mark.parametrize("session", [False, True])
def test_a_grandchild_neither_delays_nor_outlives_the_child(
    tmp_path: Path, session: bool
) -> None:
    code = (
        "import subprocess, sys\n"
        "argv = [sys.executable, '-c', 'import time; time.sleep(300)']\n"
        f"print(subprocess.Popen(argv, start_new_session={session}).pid)"
    )
    started = time.monotonic()
    outcome = run(tmp_path, code)
    assert time.monotonic() - started < 60
    assert outcome.exit_code == 0
    assert not alive(int(outcome.stdout))


def test_cancel_ends_what_runs_and_what_would_start(tmp_path: Path) -> None:
    processes = Processes()
    threading.Timer(0.5, processes.cancel).start()
    outcome = run(tmp_path, "import time; time.sleep(300)", processes=processes)
    assert outcome.cancelled and outcome.exit_code == -9
    late = run(tmp_path / "late", "print('ran')", processes=processes)
    assert late.cancelled and late.exit_code is None


def test_endless_output_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatekeeper.engine.process._OUTPUT_LIMIT", 1_000_000)
    outcome = run(tmp_path, "while True: print('x' * 10_000)")
    assert outcome.flooded
    assert outcome.exit_code != 0


def producing(tmp_path: Path, code: str) -> Command:
    return Command(
        (sys.executable, "-c", code),
        tmp_path,
        {"PATH": os.environ["PATH"]},
        60,
        tmp_path / "output",
        produces=tmp_path / "results.json",
    )


def test_a_result_is_taken_when_it_was_written_anew(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("old")
    code = "import pathlib; p = pathlib.Path('results.json'); print(p.exists());"
    command = producing(tmp_path, code + "p.write_text('new')")
    outcome = Processes().run(command)
    assert outcome.stdout == "False\n"  # nothing to append to, or to leave alone
    assert command.result.read_text() == "new"
    assert (tmp_path / "results.json").read_text() == "new"


def test_an_old_result_is_no_result_and_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text("old")
    command = producing(tmp_path, "pass")
    Processes().run(command)
    assert not command.result.exists()
    assert (tmp_path / "results.json").read_text() == "old"


def test_a_result_that_never_was_is_none(tmp_path: Path) -> None:
    command = producing(tmp_path, "pass")
    Processes().run(command)
    assert not command.result.exists()
    assert not (tmp_path / "results.json").exists()
