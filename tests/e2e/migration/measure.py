"""Measure one of the services: start it, put load on it, print the results, stop it.

The results are what the program of the load test prints, unchanged, one endpoint after
the other. Everything stays on the loopback device and ends by itself.

    python measure.py express --with autocannon
    python measure.py flask --with ab --delay 50
"""

from __future__ import annotations

import argparse
import contextlib
import select
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
BIN = HERE / "express" / "node_modules" / ".bin"
ORDER = HERE / "order.json"
ENDPOINTS = [("GET", "/users"), ("GET", "/users/7"), ("POST", "/orders")]
JSON = "application/json"


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=("express", "flask"))
    parser.add_argument("--with", dest="program", choices=PROGRAMS, default="ab")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=1, help="for each endpoint")
    parser.add_argument("--endpoints", nargs="*", help="paths; all if none is named")
    parser.add_argument("--delay", help="in ms, of each answer of the Flask service")
    parser.add_argument("--broken", help="a path where the Flask service answers 500")
    options = parser.parse_args()
    # Or else a request to end would skip what stops the server.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with serving(server(options)) as url:
        PROGRAMS[options.program](url, options)


def server(options: argparse.Namespace) -> list[str]:
    """The command that starts the service on a free port."""
    if options.service == "express":
        return ["node", str(HERE / "express" / "server.js"), "0"]
    command = [sys.executable, str(HERE / "flask_port" / "app.py"), "0"]
    for name in ("delay", "broken"):
        if getattr(options, name) is not None:
            command += [f"--{name}", getattr(options, name)]
    return command


@contextlib.contextmanager
def serving(command: list[str]) -> Iterator[str]:
    """Run a server that prints `ready URL`; give the URL; end the server for sure."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        readable, _, _ = select.select([child.stdout], [], [], 30)
        word, _, url = (child.stdout.readline() if readable else "").partition(" ")
        if word != "ready":
            sys.exit(f"the server did not start: {' '.join(command)}")
        with urllib.request.urlopen(f"{url.strip()}/health", timeout=10):
            yield url.strip()
    finally:
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


def wanted(options: argparse.Namespace) -> list[tuple[str, str]]:
    """The endpoints to measure."""
    named = options.endpoints or [path for _, path in ENDPOINTS]
    return [(method, path) for method, path in ENDPOINTS if path in named]


def autocannon(url: str, options: argparse.Namespace) -> None:
    """One JSON document for each endpoint."""
    for method, path in wanted(options):
        command = [str(BIN / "autocannon"), "--json", "--title", f"{method} {path}"]
        command += ["-c", str(options.connections), "-d", str(options.seconds)]
        if method == "POST":
            command += ["-m", "POST", "-i", str(ORDER), "-H", f"content-type={JSON}"]
        # What it prints besides is a picture of its progress.
        run([*command, url + path], stderr=subprocess.DEVNULL)


def ab(url: str, options: argparse.Namespace) -> None:
    """One report for each endpoint."""
    for method, path in wanted(options):
        # -t sets -n to 50000, which a fast service reaches before its time is up.
        command = ["ab", "-q", "-k", "-l", "-t", str(options.seconds), "-n", "200000"]
        command += ["-c", str(options.connections)]
        if method == "POST":
            command += ["-p", str(ORDER), "-T", JSON]
        run([*command, url + path])


def locust(url: str, options: argparse.Namespace) -> None:
    """One table for all endpoints."""
    users, seconds = str(options.connections), options.seconds * len(ENDPOINTS)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "locust", "-f", str(HERE / "locustfile.py")]
        command += ["--headless", "--only-summary", "--exit-code-on-error", "0"]
        command += ["-u", users, "-r", users, "-t", f"{seconds}s", "--host", url]
        run([*command, "--csv", f"{folder}/run"], stdout=sys.stderr.fileno())
        sys.stdout.write(Path(folder, "run_stats.csv").read_text("utf-8"))


PROGRAMS = {"autocannon": autocannon, "ab": ab, "locust": locust}


def run(
    command: list[str], *, stdout: int | None = None, stderr: int | None = None
) -> None:
    """Run a program, and fail where it does."""
    sys.stdout.flush()
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=False
        )
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not installed")
    if done.returncode:
        sys.exit(f"{command[0]} ended with exit code {done.returncode}")


if __name__ == "__main__":
    main()
