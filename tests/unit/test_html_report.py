"""The page: complete, true to the verdict, and proof against whatever tools print."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from typing import Any

import pytest

from gatekeeper.model import (
    Answer,
    BoxResult,
    BoxState,
    Comparison,
    Counts,
    Finding,
    GateResult,
    GateStatus,
    Measurement,
    Past,
    PolicySource,
    Report,
    Revision,
    Run,
    RunStatus,
    Severity,
    Verdict,
)
from gatekeeper.reporters import Style, reporter
from gatekeeper.reporters.html import coverage_map, findings, forest, trend
from gatekeeper.reporters.html.bars import LENGTH, bar

EVIL = (
    "</script></style></title><img src=x onerror=alert(1)>\"'` onload=x"
    " {{ 7*7 }} <!-- ]]> javascript:alert(1) \u2028 \x1b[31m \u202e & \udcff"
)
URL = "https://example.org/rules/F401"
PASSED, FAILED, ERROR = GateStatus.PASSED, GateStatus.FAILED, GateStatus.ERROR


class Page(HTMLParser):
    """What a browser would make of it: elements, attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.raw: dict[str, str] = {}
        self.texts: list[str] = []
        self._inside: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        if tag in ("script", "style"):
            self._inside.append(values.get("id", tag))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside:
            name = self._inside[-1]
            self.raw[name] = self.raw.get(name, "") + data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """What a person reads, spaces as they come."""
        return " ".join(" ".join(self.texts).split())

    @property
    def data(self) -> Any:
        """The findings in the page."""
        return json.loads(self.raw["data"])

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """The attributes of the elements of a kind."""
        found = [attrs for name, attrs in self.elements if name == tag]
        return [a for a in found if wanted.items() <= a.items()]


def page(report: Report) -> Page:
    return Page(reporter("html")(report, Style()))


def gate(name: str, status: GateStatus, **changes: object) -> GateResult:
    base = GateResult(
        name, name, status, True, "flake8", "findings", 0, None, 0, "findings"
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a helper of this test


def report(*gates: GateResult, **changes: object) -> Report:
    base = Report(
        Verdict.FAILED,
        1,
        "2026-11-23T10:00:00Z",
        12.4,
        PolicySource("gates.yaml", "0" * 64),
        Revision("0123456789abcdef", "main", True),
        gates,
        (),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # a helper of this test


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
UNUSED = Finding("F401", Severity.HIGH, "unused", "src/a.py", 3, 1, url=URL)
LONG = Finding("E501", Severity.LOW, "too long", "src/b.py", 7, 89)
FLAKE8 = Run(
    "flake8",
    RunStatus.COMPLETED,
    ("flake8", "src"),
    "7.5.0",
    1,
    1.25,
    cached=True,
    saved_seconds=3.0,
    measurement=Measurement(
        examined=83,
        suppressed=2,
        silenced=(Finding("E731", Severity.LOW, "lambda", "src/c.py", 1, 1),),
        notes=("a note",),
    ),
)
COVERAGE = Run(
    "coverage",
    RunStatus.COMPLETED,
    measurement=Measurement(
        counts={"src/a.py": Counts(30, 30), "src/b.py": Counts(10, 5, 4, 1)}
    ),
)
FULL = report(
    gate(
        "lint",
        FAILED,
        value=2,
        reason="2 findings, at most 0 allowed",
        fix="Mend the findings.",
        reproduce="flake8 --isolated src",
        notes=("one note",),
        findings=(LONG, UNUSED),
        findings_omitted=7,
        boxes=(BoxResult("flake8 Linting", "Static", False, 4, True, BoxState.STALE),),
    ),
    gate("imports", FAILED, value=1, findings=(UNUSED,), blocking=False),
    gate(
        "coverage",
        FAILED,
        tool="coverage",
        value=94.999,
        minimum=95,
        maximum=None,
        unit="%",
        reason="94.99 %, at least 95 required",
    ),
    gate(
        "speed",
        PASSED,
        tool="performance",
        value=6.04,
        maximum=10,
        unit="%",
        comparisons=(USERS,),
    ),  # fmt: skip
    gate(
        "level",
        PASSED,
        tool="performance",
        value=131.0,
        maximum=200,
        unit="ms",
        comparisons=(replace(USERS, baseline_runs=0, baseline=None),),
    ),  # fmt: skip
    gate("safety", ERROR, tool="safety", value=None, reason="no network"),
    gate("skipped", GateStatus.SKIPPED, value=None, reason="skipped by --skip"),
    gate("review", GateStatus.PENDING, tool=None, value=None, reason="waits"),
    runs=(FLAKE8, COVERAGE),
    remarks=("a remark",),
    earlier=(
        Past(
            "2026-11-21T10:00:00Z",
            "aaaaaaaaaaaaaa",
            "main",
            Verdict.PASSED,
            {"lint": (PASSED, 0), "coverage": (PASSED, 95.0)},
        ),  # fmt: skip
        Past(
            "2026-11-22T10:00:00Z",
            "bbbbbbbbbbbbbb",
            "main",
            Verdict.ERROR,
            {"lint": (ERROR, None), "coverage": (FAILED, 94.9999)},
        ),  # fmt: skip
    ),
)


def hostile(value: Any) -> Any:
    """The same with every text replaced that is not one of a fixed set."""
    if isinstance(value, Enum) or value is None:
        return value
    if isinstance(value, str):
        return EVIL + value
    if isinstance(value, tuple):
        return tuple(map(hostile, value))
    if isinstance(value, dict):
        return {hostile(name): hostile(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            each.name: hostile(getattr(value, each.name)) for each in fields(value)
        }
        return replace(value, **changed)
    return value


def test_the_verdict_says_what_it_means_and_on_what_it_rests() -> None:
    text = page(FULL).text
    assert "Failed, 3 gates failed, 1 gate not measured" in text
    assert "This change may not be merged yet." in text
    assert "main @ 0123456789 , uncommitted changes" in text
    assert "gates.yaml 0000000000" in text
    assert "2026-11-23 10:00:00 UTC" in text


@pytest.mark.parametrize("shown", FULL.gates, ids=lambda each: each.id)
def test_every_gate_is_there(shown: GateResult) -> None:
    text = page(FULL).text
    for part in (shown.id, shown.reason, shown.fix, shown.reproduce, *shown.notes):
        assert part in text
    assert f"{shown.status} {shown.id}" in text


def test_what_decides_nothing_and_what_was_not_measured_anew_is_marked() -> None:
    text = page(FULL).text
    assert "imports does not decide" in text
    assert "lint cached" in text
    assert "12.4 s, 3.0 s saved by the cache" in text


def test_runs_remarks_and_boxes_are_there() -> None:
    text = page(FULL).text
    assert "flake8 7.5.0 completed cached 83 2" in text
    assert "a remark" in text and "flake8: a note" in text
    assert "flake8 Linting Static 4 ☑ yes stale" in text


def test_sections_without_data_are_left_out() -> None:
    bare = page(report(gate("lint", PASSED), verdict=Verdict.PASSED))
    ids = {attrs["id"] for _, attrs in bare.elements if "id" in attrs}
    assert "gates" in ids
    assert not ids & {"findings", "coverage", "performance", "trend", "boxes", "runs"}
    assert {link["href"] for link in bare.all("a")} == {"#main", "#gates"}
    full = page(FULL)
    ids = {attrs["id"] for _, attrs in full.elements if "id" in attrs}
    assert ids >= {"findings", "coverage", "performance", "trend", "boxes", "runs"}


def test_nothing_that_tools_say_becomes_markup() -> None:
    healthy, attacked = page(FULL), page(hostile(FULL))
    assert {tag for tag, _ in attacked.elements} == {tag for tag, _ in healthy.elements}
    names = {name for _, attrs in healthy.elements for name in attrs}
    assert {name for _, attrs in attacked.elements for name in attrs} <= names
    assert not any(name.startswith("on") or name == "style" for name in names)
    assert len(attacked.all("script")) == 2
    for kind in ("style", "script"):
        assert attacked.raw[kind] == healthy.raw[kind]
    assert "{{ 7*7 }}" in attacked.text
    assert all(EVIL[:20] in name for name in attacked.data["gates"])


def test_classes_and_targets_are_ours_alone() -> None:
    healthy, attacked = page(FULL), page(hostile(FULL))
    for name in ("class", "id", "for", "href", "content", "aria-labelledby"):
        values = {attrs.get(name) for _, attrs in healthy.elements}
        assert {a.get(name) for _, a in attacked.elements} <= values | {URL}


def test_text_that_cannot_be_encoded_or_seen_does_not_break_the_page() -> None:
    text = reporter("html")(hostile(FULL), Style())
    text.encode("utf-8")
    for character in "\u2028\x1b\u202e\udcff":
        assert character not in text


def test_only_what_is_in_the_page_may_run() -> None:
    text = reporter("html")(FULL, Style())
    shown = Page(text)
    (policy,) = [
        each["content"]
        for each in shown.all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    ]
    for kind in ("style", "script"):
        digest = hashlib.sha256(shown.raw[kind].encode()).digest()
        assert f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}';" in policy
        assert shown.raw[kind] in text
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "http" not in policy
    assert "innerHTML" not in text and "insertAdjacent" not in text


def test_nothing_is_asked_of_a_network_but_what_a_reader_clicks() -> None:
    shown = page(FULL)
    addressed = [
        (tag, name, value)
        for tag, attrs in shown.elements
        for name, value in attrs.items()
        if ":" in value and name in ("href", "src", "action", "srcset", "xlink:href")
    ]
    assert addressed == [("link", "href", "data:,"), ("a", "href", URL)]
    assert not any(tag in ("img", "iframe", "object") for tag, _ in shown.elements)
    assert "url(" not in shown.raw["style"].replace("url(#stripes)", "")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    shown = page(report(gate("lint", FAILED, findings=(replace(UNUSED, url=url),))))
    assert shown.data["urls"] == [""]
    assert all(link["href"].startswith("#") for link in shown.all("a"))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert reporter("html")(FULL, Style()) == reporter("html")(FULL, Style(width=80))


def test_the_duration_stands_where_a_kept_text_can_be_given_another() -> None:
    text = reporter("html")(replace(FULL, duration_seconds=987654321.0), Style())
    assert text.count("987654321") == text.count("987654321.0 s") == 1


def test_each_finding_is_there_once_with_all_the_gates_that_count_it() -> None:
    data = page(FULL).data
    places = [
        (data["rules"][row[1]], data["paths"][row[3]], row[4], data["groups"][row[7]])
        for row in data["rows"]
    ]
    assert places == [
        ("F401", "src/a.py", 3, ["lint", "imports"]),
        ("E501", "src/b.py", 7, ["lint"]),
        ("E731", "src/c.py", 1, []),
    ]
    assert [row[9] for row in data["rows"]] == [0, 0, 1]


def test_findings_alike_in_one_gate_are_not_lost() -> None:
    twice = report(gate("lint", FAILED, findings=(UNUSED, UNUSED)))
    assert len(page(twice).data["rows"]) == 2


def test_what_earlier_steps_left_out_is_told() -> None:
    assert "7 more findings are not in this report." in page(FULL).text


def many(count: int, length: int) -> Report:
    found = tuple(
        Finding(
            "E501", Severity.MEDIUM, f"{n:06}" + "\u00e4" * length, f"src/{n}.py", n
        )
        for n in range(1, count + 1)
    )
    worst = Finding("X1", Severity.CRITICAL, "the worst", "src/z.py", 1)
    return report(gate("lint", FAILED, value=count, findings=(*found, worst)))


def test_fifty_thousand_findings_are_all_there() -> None:
    text = reporter("html")(many(50_000, 40), Style())
    shown = Page(text)
    assert len(shown.data["rows"]) == 50_001
    assert len({row[6] for row in shown.data["rows"]}) == 50_001
    assert len(text.encode()) < 20_000_000
    assert len(shown.all("td", **{"class": "place"})) == 50
    assert shown.text.index("the worst") < shown.text.index("000001")
    assert "the worst 50 of 50,001 findings" in shown.text


def test_a_page_never_grows_beyond_its_limit_and_tells_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(findings, "LIMIT", 50_000)
    shown = page(many(1000, 300))
    rows = shown.data["rows"]
    assert 50 < len(rows) < 100
    assert len(shown.raw["data"].encode()) < 51_000
    assert shown.data["rules"][rows[0][1]] == "X1"
    assert f"{1001 - len(rows)} more had no room in this page" in shown.text


LIMITS = [
    (None, 0.0),
    (None, 10.0),
    (None, 1e9),
    (95.0, None),
    (100.0, None),
    (0.0, None),
    (-5.0, 5.0),
    (90.0, 90.001),
]


@pytest.mark.parametrize(("minimum", "maximum"), LIMITS)
def test_a_bar_never_contradicts_the_verdict(
    minimum: float | None, maximum: float | None
) -> None:
    known = [each for each in (minimum, maximum) if each is not None]
    steps = [0.0, 1e-9, 1e-4, 0.01, 1, 7, 500, 1e6]
    for value in (each + sign * step for each in known for step in steps
                  for sign in (-1, 1)):  # fmt: skip
        low = minimum is None or value >= minimum
        high = maximum is None or value <= maximum
        drawn = bar(
            gate(
                "g",
                PASSED if low and high else FAILED,
                value=value,
                unit="%",
                minimum=minimum,
                maximum=maximum,
            )  # fmt: skip
        )
        left, right = drawn.allowed
        assert 0 <= drawn.start <= drawn.value <= LENGTH or drawn.start == drawn.value
        assert drawn.value in (drawn.start, drawn.end)
        assert drawn.kind == ("passed" if low and high else "failed")
        if low and high:
            assert left <= drawn.value <= right
        else:
            # Far enough to be seen at the size it is drawn in.
            assert drawn.value <= left - 4 or drawn.value >= right + 4


def test_a_longer_bar_is_a_larger_value() -> None:
    ends = [bar(gate("g", FAILED, value=v, maximum=0)).value for v in (1, 3)]
    assert ends[0] == ends[1]  # each gate has its own scale
    small, large = (
        bar(gate("g", PASSED, value=v, minimum=50, maximum=None, unit="%"))
        for v in (60, 90)
    )
    assert large.value - small.value == pytest.approx(0.3 * LENGTH)


@pytest.mark.parametrize(
    ("status", "value", "words"),
    [
        (ERROR, None, "not measured"),
        (GateStatus.SKIPPED, None, "skipped"),
        (GateStatus.PENDING, None, "waits for a person"),
    ],
)
def test_what_was_not_measured_is_no_zero(
    status: GateStatus, value: float | None, words: str
) -> None:
    shown = page(report(gate("lint", status, value=value, maximum=5)))
    assert words in shown.text
    assert shown.all("circle") == []


@pytest.mark.parametrize("status", [FAILED, ERROR])
def test_a_number_without_end_is_not_drawn(status: GateStatus) -> None:
    assert bar(gate("speed", status, value=math.inf, maximum=5)).words


@pytest.mark.parametrize("status", [FAILED, ERROR])
def test_a_good_number_that_proves_nothing_does_not_look_good(
    status: GateStatus,
) -> None:
    drawn = bar(gate("tests", status, value=0, maximum=0))
    assert drawn.kind == "unsure"


def test_the_map_shows_statements_as_areas_and_what_was_missed() -> None:
    found = coverage_map.coverage(FULL)
    assert found is not None
    tiles = {t.title.split(":")[0]: t for f in found.folders for t in f.tiles}
    area = {p: t.box.width * t.box.height for p, t in tiles.items()}
    assert area["src/a.py"] == pytest.approx(3 * area["src/b.py"])
    assert tiles["src/a.py"].missed == 0
    share = tiles["src/b.py"].missed / tiles["src/b.py"].box.height
    assert share == pytest.approx(1 - 6 / 14, abs=0.01)
    assert [(row.path, row.missed, row.branches) for row in found.rows] == [
        ("src/b.py", 5, "1 / 4")
    ]
    text = page(FULL).text
    assert "all 2 files 5 40 1 / 4 81.81" in text


def test_what_is_not_covered_in_full_is_never_called_so() -> None:
    run = replace(COVERAGE, measurement=Measurement(
        counts={"a.py": Counts(1_000_000, 999_999)}))  # fmt: skip
    found = coverage_map.coverage(report(gate("c", PASSED), runs=(run,)))
    assert found is not None
    assert found.total.covered == "99.99"
    (tile,) = found.folders[0].tiles
    assert tile.share == "99.99 %" and tile.missed >= 1


def counted(counts: dict[str, Counts]) -> coverage_map.Coverage:
    run = replace(COVERAGE, measurement=Measurement(counts=counts))
    found = coverage_map.coverage(report(gate("c", PASSED), runs=(run,)))
    assert found is not None
    return found


def test_ten_thousand_files_are_a_small_picture_of_all_of_them() -> None:
    counts = {f"src/p{n % 90}/m{n}.py": Counts(10 + n % 7, 5) for n in range(10_000)}
    counts["src/p1/huge.py"] = Counts(20_000, 100)
    found = counted(counts)
    tiles = [tile for folder in found.folders for tile in folder.tiles]
    assert len(tiles) <= 62
    areas = sum(tile.box.width * tile.box.height for tile in tiles)
    titles = sum(16 * folder.box.width for folder in found.folders if folder.name)
    whole = coverage_map.WIDTH * coverage_map.HEIGHT
    assert areas + titles == pytest.approx(whole, rel=0.001)
    assert any(tile.title.startswith("src/p1/huge.py: 0.5 %") for tile in tiles)
    assert any("files:" in tile.title for tile in tiles)
    assert len(found.rows) == 15 and found.left == 9_986
    assert found.total.path == "all 10,001 files"


def test_the_map_takes_files_of_any_shape() -> None:
    found = counted({"a.py": Counts(0, 0), "b.py": Counts(1, 0), "/c.py": Counts(5, 5)})
    names = {tile.name for folder in found.folders for tile in folder.tiles}
    assert names == {"b.py", "c.py"}
    boxes = [tile.box for folder in found.folders for tile in folder.tiles]
    assert all(box.width > 0 and box.height > 0 for box in boxes)


def compared(maximum: float | None, *rows: Comparison) -> forest.Chart:
    (chart,) = forest.charts(
        report(gate("speed", FAILED, maximum=maximum, comparisons=rows))
    )
    return chart


def drawn(chart: forest.Chart, subject: str) -> forest.Plot:
    (plot,) = [each.plot for each in chart.lines if each.row.endpoint == subject]
    assert plot is not None
    return plot


def test_each_interval_stands_on_the_side_of_the_limit_that_it_is_on() -> None:
    chart = compared(
        10.0,
        USERS,
        replace(USERS, subject="worse", variance=10.002, low=10.001, high=math.inf,
                answer=Answer.EXCEEDS),
        replace(USERS, subject="open", low=2.0, high=14.0, answer=Answer.INCONCLUSIVE),
        replace(USERS, subject="far", variance=900.0, low=800.0, high=950.0,
                answer=Answer.EXCEEDS),
    )  # fmt: skip
    (limit,) = chart.limits
    within = drawn(chart, "GET /users")
    assert chart.zero < within.low < within.estimate < within.high <= limit
    worse = drawn(chart, "worse")
    assert limit < worse.low and worse.cut == (False, True)
    between = drawn(chart, "open")
    assert between.low < limit < between.high
    assert drawn(chart, "far").beyond and not worse.beyond


def test_an_interval_is_drawn_beside_its_numbers() -> None:
    shown = page(FULL)
    assert len(shown.all("rect", **{"class": "estimate"})) == 1
    assert len(shown.all("path", **{"class": "interval"})) == 1
    numbers = "GET /users latency p95 120 ms 127.2 ms +6.04 % +2.5 … +9.9 %"
    assert numbers in shown.text


def test_less_throughput_is_worse() -> None:
    slower = replace(USERS, kind="throughput", more_is_better=True, variance=-20.0,
                     low=-25.0, high=-15.0, answer=Answer.EXCEEDS)  # fmt: skip
    chart = compared(10.0, slower)
    plot = drawn(chart, "GET /users")
    assert chart.limits[0] < plot.low < plot.estimate < plot.high


def test_a_gain_that_counts_as_a_change_lies_beyond_a_limit_too() -> None:
    gain = replace(USERS, variance=-20.0, low=-25.0, high=-15.0, answer=Answer.EXCEEDS)
    chart = compared(10.0, gain)
    assert len(chart.limits) == 2
    assert drawn(chart, "GET /users").high < min(chart.limits)


def test_what_cannot_be_compared_has_words_and_no_mark() -> None:
    lost = replace(USERS, variance=None, low=None, high=None, problem="no such route",
                   answer=Answer.INCOMPARABLE)  # fmt: skip
    shown = page(report(gate("speed", ERROR, maximum=10, comparisons=(lost,))))
    assert "not comparable : no such route" in shown.text
    assert not shown.all("rect", **{"class": "estimate"})


def test_current_values_are_drawn_on_one_scale() -> None:
    levels = [
        replace(USERS, subject=name, baseline_runs=0, worst=worst)
        for name, worst in (("a", 150.0), ("b", 50.0))
    ]
    chart = compared(100.0, *levels)
    bars = {line.row.endpoint: line.bar for line in chart.lines}
    first, second = bars["a"], bars["b"]
    assert first is not None and second is not None
    assert first.marks == second.marks
    assert first.kind == "failed" and second.kind == "passed"
    assert first.value > first.marks[0] > second.value


def test_the_trend_has_every_report_and_its_commit() -> None:
    found = trend.trend(FULL)
    assert found is not None
    (chart,) = [each for each in found.charts if each.gate.id == "coverage"]
    assert [point.status for point in chart.points] == ["passed", "failed", "failed"]
    first, second, third = (point.y or 0 for point in chart.points)
    (limit,) = chart.limits
    assert first <= limit < second and limit < third  # y grows downwards
    assert "bbbbbbbbbb on main: error" in chart.points[1].title
    assert [past.started[:10] for past, _ in found.rows] == [
        "2026-11-23",
        "2026-11-22",
        "2026-11-21",
    ]
    assert "1 of 3 passed" in page(FULL).text


def test_a_report_that_measured_nothing_is_a_gap_in_the_line() -> None:
    found = trend.trend(FULL)
    assert found is not None
    (chart,) = [each for each in found.charts if each.gate.id == "lint"]
    assert [point.y is None for point in chart.points] == [False, True, False]
    assert chart.lines == ()


def test_a_near_miss_is_a_miss_however_far_the_others_are() -> None:
    far = Past("2026-11-20", None, None, Verdict.PASSED, {"coverage": (FAILED, 3.0)})
    found = trend.trend(replace(FULL, earlier=(far, *FULL.earlier)))
    assert found is not None
    (chart,) = [each for each in found.charts if each.gate.id == "coverage"]
    ys = [point.y or 0 for point in chart.points]
    assert ys[0] > ys[2] >= chart.limits[0] + 4
    assert ys[1] <= chart.limits[0]


def past(number: int) -> Iterator[Past]:
    for index in range(number):
        verdict = Verdict.PASSED if index % 2 else Verdict.FAILED
        yield Past(f"{index}", None, None, verdict, {"lint": (PASSED, index)})


def test_a_long_history_stays_readable() -> None:
    found = trend.trend(replace(FULL, earlier=tuple(past(100))))
    assert found is not None
    assert len(found.rows) == 30
    assert found.rows[0][0].started == FULL.started
