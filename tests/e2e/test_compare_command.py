"""`gatekeeper compare`: the real command on files as people have them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness import Gatekeeper

pytestmark = pytest.mark.e2e


def plain(**endpoints: float) -> str:
    named = {f"GET /{name}": {"p95_ms": value} for name, value in endpoints.items()}
    return json.dumps({"endpoints": named, "memory_mb": 100})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where nodejs_baseline.json and performance_results.json lie."""
    (tmp_path / "nodejs_baseline.json").write_text(plain(users=100, orders=50))
    (tmp_path / "performance_results.json").write_text(plain(users=108, orders=50))
    return tmp_path


NAMES = ("nodejs_baseline.json", "performance_results.json")
OPTIONS = ("--baseline", NAMES[0], "--current", NAMES[1])


def test_the_options_of_the_script_that_it_replaces(
    gatekeeper: Gatekeeper, folder: Path
) -> None:
    answer = gatekeeper("compare", *OPTIONS, "--variance-threshold", "10", cwd=folder)
    assert (answer.code, answer.stderr) == (0, "")
    assert "GET /users" in answer.stdout
    assert "+8 %" in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith(
        "passed  Everything compared is within 10 %."
    )
    stricter = gatekeeper("compare", *OPTIONS, "--variance-threshold", "5", cwd=folder)
    assert stricter.code == 1
    assert "GET /users latency p95 +8 %, at most 5 % allowed" in stricter.stdout


def test_two_files_are_enough(gatekeeper: Gatekeeper, folder: Path) -> None:
    answer = gatekeeper("compare", *NAMES, "-f", "json", cwd=folder)
    assert answer.code == 0
    assert answer.gate("performance")["value"] == 8
    assert answer.report["runs"][0]["examined"] == 3
    assert not list(folder.glob(".*"))


def test_one_endpoint_of_many(gatekeeper: Gatekeeper, folder: Path) -> None:
    chosen = ("--variance-threshold", "1", "--select", "p95", "--select", "/orders")
    assert gatekeeper("compare", *NAMES, *chosen, cwd=folder).code == 0


def test_what_cannot_be_compared_exits_with_2(
    gatekeeper: Gatekeeper, folder: Path
) -> None:
    (folder / NAMES[1]).write_text(plain(users=100))
    answer = gatekeeper("compare", *NAMES, cwd=folder)
    assert answer.code == 2
    assert "GET /orders latency p95: the results lack this endpoint" in answer.stdout


def test_a_report_is_written_beside(gatekeeper: Gatekeeper, folder: Path) -> None:
    answer = gatekeeper("compare", *NAMES, "-q", "-o", "markdown=p.md", cwd=folder)
    assert len(answer.stdout.splitlines()) == 1
    assert "| GET /users | latency p95 |" in (folder / "p.md").read_text()


def test_repeated_runs_are_named_one_by_one(
    gatekeeper: Gatekeeper, folder: Path
) -> None:
    sides = []
    for index, value in enumerate((100, 101, 102, 103, 104)):
        for side, factor in (("baseline", 1.0), ("current", 1.3)):
            name = f"{side}{index}.json"
            (folder / name).write_text(plain(users=value * factor))
            sides += [f"--{side}", name]
    answer = gatekeeper("compare", *sides, "-f", "json", cwd=folder)
    assert answer.code == 1
    row = answer.gate("performance")["comparisons"][0]
    assert (row["baseline_runs"], row["noise"]) == (5, "runs")
    assert 25 < row["low"] < row["variance"] < row["high"] < 35


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "results.json is empty"),
        (b"p95 is about 120 ms\n", "results.json is in no known format"),
        (b'{"endpoints": {"GET /users": {"p95_ms": 1', "(cut off?)"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (plain(users=1).encode("utf-16"), "is UTF-16"),
        (b'{"GET /users": {"p95_ms": 1, "p95_ms": 2}}', "has 'p95_ms' twice"),
        (b'{"GET /u/:a": {"p95_ms": 1}, "GET /u/{b}": {"p95_ms": 2}}', "both mean"),
        (b"[]", "results.json"),
        (b"{}", "results.json"),
        (b"null", "results.json"),
        (b"42", "results.json"),
        (b'{"p95_ms": NaN}', "GET /users"),
        (b"[" * 200_000, "nested too deeply"),
        (b"\x00\x01\x02", "results.json is in no known format"),
    ],
)
def test_bad_results_get_one_clear_message(
    gatekeeper: Gatekeeper, folder: Path, data: bytes, message: str
) -> None:
    (folder / "results.json").write_bytes(data)
    answer = gatekeeper("compare", NAMES[0], "results.json", cwd=folder)
    assert answer.code == 2
    said = answer.stdout + answer.stderr
    assert message in said
    assert "Traceback" not in said
    assert "bug" not in said


def test_a_folder_a_missing_file_and_500_megabytes(
    gatekeeper: Gatekeeper, folder: Path
) -> None:
    with (folder / "huge.json").open("wb") as stream:
        stream.truncate(500_000_000)
    for name, message in (
        (".", ". is a folder; name the file in it"),
        ("no.json", "no.json cannot be read: No such file or directory"),
        ("huge.json", "huge.json has 500 MB"),
    ):
        answer = gatekeeper("compare", NAMES[0], name, cwd=folder)
        assert (answer.code, answer.stdout) == (2, "")
        assert answer.stderr.startswith(f"gatekeeper: {message}")
        assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "two sides are needed"),
        (NAMES[:1], "two sides are needed"),
        ((*NAMES, NAMES[0]), "two sides are needed"),
        ((*NAMES, "--baseline", NAMES[0]), "two sides are needed"),
        (OPTIONS[:2], "two sides are needed"),
        ((*NAMES, "--variance-threshold", "-1"), "a percentage from 0 up"),
        ((*NAMES, "--variance-threshold", "nan"), "a percentage from 0 up"),
        ((*NAMES, "--variance-threshold", "ten"), "--variance-threshold"),
        ((*NAMES, "--confidence", "100"), "from 50 to 99.9"),
        ((*NAMES, "--max-errors", "101"), "from 0 to 100"),
        ((*NAMES, "--direction", "up"), "known are worse, both"),
        ((*NAMES, "--inconclusive", "no"), "known are fail, error, pass"),
        ((*NAMES, "--accept", "host"), "known are connections, duration, hosts"),
        ((*NAMES, "--select", "latancy"), "did you mean latency?"),
        ((*NAMES, "-f", "pdf"), "no format named pdf"),
    ],
)
def test_a_wrong_call_exits_with_2_before_it_compares(
    gatekeeper: Gatekeeper, folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    answer = gatekeeper("compare", *arguments, cwd=folder)
    assert (answer.code, answer.stdout) == (2, "")
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
