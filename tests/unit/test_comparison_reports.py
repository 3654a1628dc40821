"""Performance tables as reports show them, on hostile names too.

Refresh the gold files as test_reporters.py says.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from gatekeeper.model import (
    Answer,
    Comparison,
    GateResult,
    GateStatus,
    PolicySource,
    Report,
    Revision,
    Verdict,
)
from gatekeeper.reporters import Style, reporter
from gatekeeper.reporters.json_reader import load

GOLD = Path(__file__).parent.parent / "gold"
EVIL = "GET /a|b `c` <img src=x> @team \x1b[31m\n::error::x"

USERS = Comparison(
    "GET /users",
    "latency",
    "p95",
    "ms",
    more_is_better=False,
    baseline=120.0,
    current=127.25,
    worst=131.0,
    variance=6.04,
    low=2.5,
    high=9.9,
    noise="runs",
    baseline_runs=5,
    current_runs=5,
    answer=Answer.WITHIN,
)
ROWS = (
    USERS,
    replace(
        USERS,
        subject="POST /orders",
        current=160.0,
        variance=33.4,
        low=28.0,
        high=float("inf"),
        answer=Answer.EXCEEDS,
    ),
    replace(
        USERS,
        kind="throughput",
        statistic="",
        unit="/s",
        more_is_better=True,
        baseline=12_345.6,
        current=11_400.0,
        variance=-7.66,
        low=-12.0,
        high=-3.0,
        answer=Answer.INCONCLUSIVE,
    ),
    replace(USERS, statistic="p50", noise="rounding", low=-20.0, answer=Answer.COARSE),
    replace(
        USERS,
        subject=EVIL,
        variance=None,
        low=None,
        high=None,
        current=None,
        worst=None,
        problem=f"the results lack {EVIL}",
        answer=Answer.INCOMPARABLE,
    ),
)


def report(*rows: Comparison, answer: str = "") -> Report:
    gate = GateResult(
        "latency",
        "performance against the baseline",
        GateStatus.FAILED,
        True,
        "performance",
        "variance",
        33.4,
        None,
        10,
        "%",
        reason="POST /orders latency p95 +33.4 %, at most 10 % allowed",
        comparisons=rows,
    )
    return Report(
        Verdict.FAILED,
        1,
        "2026-11-23T10:00:00Z",
        2.0,
        PolicySource("gates.yaml", "0" * 64),
        Revision(),
        (gate,),
        (),
        answer=answer,
    )


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("console", Style()),
        ("narrow", Style(width=80)),
        ("markdown", Style()),
        ("json", Style()),
    ],
)
def test_the_table_is_as_stored(name: str, style: Style) -> None:
    text = reporter(name.replace("narrow", "console"))(report(*ROWS), style)
    path = GOLD / f"performance.{name}"
    if os.environ.get("GOLD") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_json_obeys_its_schema_and_comes_back_as_it_was() -> None:
    text = reporter("json")(report(*ROWS), Style())
    schema = files("gatekeeper.schemas").joinpath("report.schema.json").read_text()
    jsonschema.validate(json.loads(text), json.loads(schema))
    assert reporter("json")(load(text, "r.json"), Style()) == text


def test_an_interval_without_end_is_null_in_json() -> None:
    document = json.loads(reporter("json")(report(*ROWS), Style()))
    assert document["gates"][0]["comparisons"][1]["high"] is None


def test_a_gate_without_comparisons_has_no_such_key() -> None:
    document = json.loads(reporter("json")(report(), Style()))
    assert "comparisons" not in document["gates"][0]


def test_many_endpoints_are_cut_and_counted() -> None:
    many = [replace(USERS, subject=f"GET /{i}") for i in range(5000)]
    markdown = reporter("markdown")(report(*many), Style())
    assert len(markdown) <= 65_536
    assert "more comparisons are not shown here" in markdown
    assert "and 4990 more" in reporter("console")(report(*many), Style())


def test_the_answer_of_compare_is_not_about_merging() -> None:
    text = reporter("console")(report(*ROWS, answer="Not within."), Style())
    assert text.splitlines()[-1] == "failed  Not within. (2.0 s)"
    assert "may not be merged" not in text


@pytest.mark.parametrize("width", [None, 80])
def test_brackets_and_colons_in_a_quantity_are_shown_as_they_are(
    width: int | None,
) -> None:
    odd = replace(USERS, statistic="[red]p95[/] :bug:")
    text = reporter("console")(report(odd), Style(width=width, color=True))
    assert "[red]p95[/]" in text and ":bug:" in text


def test_a_limit_of_zero_draws_no_bar() -> None:
    none = replace(report(USERS).gates[0], maximum=0)
    assert "●" not in reporter("console")(
        replace(report(USERS), gates=(none,)), Style()
    )
