"""The page in a real browser: quiet, usable by keyboard, and proof against tools."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from gatekeeper.model import (
    Answer,
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

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="chromium is not installed"),
]
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]
EVIL = (
    "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    "<svg onload=window.hacked=1> \" ' ` \u2028 \udcff"
)
#: The contrast that WCAG 2.2 asks for at level AA, in its formula.
_CONTRAST = """() => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const parts = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (colour) => [0.2126, 0.7152, 0.0722]
    .reduce((sum, share, i) => sum + share * linear(colour[i] / 255), 0);
  const ground = (node) => {
    const found = parts(getComputedStyle(node).backgroundColor);
    return found[3] === 255 ? found : ground(node.parentElement);
  };
  const below = (node) => node.matches(".map text:not(.name)")
    ? parts(getComputedStyle(document.querySelector(".map .tile")).fill)
    : ground(node);
  const ratio = (node) => {
    const style = getComputedStyle(node);
    const colour = node instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(parts(colour)), light(below(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const speaks = (node) => node.checkVisibility()
    && !["SCRIPT", "STYLE", "title", "OPTION"].includes(node.tagName)
    && [...node.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const spoken = [...document.querySelectorAll("body *")].filter(speaks);
  if (spoken.length < 100) throw new Error("nothing was looked at");
  return spoken.filter((node) => ratio(node) < 4.5)
    .map((node) => `${node.outerHTML.slice(0, 99)} ${ratio(node)}`);
}"""


@dataclass
class Opened:
    """A page with everything that it said and asked for."""

    page: Page
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def rows(self) -> Locator:
        """The rows of the findings table."""
        return self.page.locator("#table tbody tr")

    def column(self, number: int) -> list[str]:
        """A column of the findings table, the first is 1."""
        return self.page.locator(
            f"#table tbody td:nth-child({number})"
        ).all_inner_texts()

    def count(self) -> str:
        """What is said about how many findings there are."""
        return self.page.locator("#count").inner_text()


Scheme = Literal["light", "dark"]
Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_report(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report from disk; at the end it must have been quiet."""
    opened: list[Opened] = []

    def start(
        report: Report, *, script: bool = True, scheme: Scheme = "light"
    ) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(reporter("html")(report, Style()), "utf-8")
        page = browser.new_page(java_script_enabled=script)
        page.emulate_media(color_scheme=scheme)
        made = Opened(page)
        opened.append(made)
        page.on("console", lambda message: made.messages.append(message.text))
        page.on("pageerror", lambda error: made.messages.append(str(error)))
        page.on("request", lambda request: made.requests.append(request.url))
        page.goto(file.as_uri())
        return made

    yield start
    for each in opened:
        local = [(tmp_path / "report.html").as_uri(), "data:,"]
        each.page.wait_for_load_state()
        assert each.messages == []
        assert [url for url in each.requests if url not in local] == []
        each.page.close()


def finding(rule: str, severity: Severity, path: str | None, line: int) -> Finding:
    return Finding(
        rule, severity, f"message of {rule}", path, line, 1, url=f"https://x.org/{rule}"
    )


F401 = finding("F401", Severity.MEDIUM, "src/b.py", 30)
E501 = finding("E501", Severity.LOW, "src/b.py", 4)
B602 = finding("B602", Severity.HIGH, "src/a.py", 9)
CVE = finding("CVE-1", Severity.CRITICAL, None, 1)
COMPARED = Comparison(
    *("GET /users", "latency", "p95", "ms", False, 120.0, 127.25, 131.0, 6.0, 2.5, 9.9),
    noise="runs",
    baseline_runs=5,
    current_runs=5,
    answer=Answer.WITHIN,
)


def gate(name: str, tool: str, *found: Finding, text: str = "") -> GateResult:
    return GateResult(
        *(text + name, text + name, GateStatus.FAILED, True, tool, "findings"),
        *(len(found), None, 0, "findings"),
        reason=f"{len(found)} findings, at most 0 allowed {text}",
        fix=f"Mend them. {text}",
        reproduce=f"{tool} src {text}",
        findings=found,
    )


def report(*gates: GateResult, text: str = "") -> Report:
    silenced = (finding("E731", Severity.LOW, f"{text}src/c.py", 2),)
    flake8 = Run(
        *("flake8", RunStatus.COMPLETED, ("flake8", text), "7.5.0"),
        measurement=Measurement(examined=3, silenced=silenced),
    )
    counts = {f"{text}src/{n}.py": Counts(10 * n, 7 * n) for n in range(1, 9)}
    coverage = Run(
        "coverage", RunStatus.COMPLETED, measurement=Measurement(counts=counts)
    )
    speed = GateResult(
        *("speed", "speed", GateStatus.PASSED, False, "performance", "variance"),
        *(6.0, None, 10.0, "%"),
        comparisons=(COMPARED,),
    )
    unmeasured = GateResult(
        *("safety", "safety", GateStatus.ERROR, True, "safety"), reason="no network"
    )
    before = {each.id: (GateStatus.PASSED, 0.0) for each in gates}
    return Report(
        *(Verdict.FAILED, 1, "2026-11-23T10:00:00Z", 12.4),
        PolicySource(f"{text}gates.yaml", "0" * 64),
        Revision("0123456789abcdef", f"{text}main", True),
        (*gates, speed, unmeasured),
        (flake8, coverage),
        remarks=(f"a remark {text}",),
        earlier=(Past("2026-11-22T10:00:00Z", "abc", text, Verdict.PASSED, before),),
    )


SMALL = report(
    gate("lint", "flake8", E501, F401),
    gate("imports", "flake8", F401),
    gate("security", "bandit", B602),
    gate("advisories", "safety", CVE),
)


def test_it_opens_without_a_word_or_a_request(open_report: Open) -> None:
    opened = open_report(SMALL)
    assert opened.page.title() == "failed – gatekeeper"
    assert opened.page.locator("h1").inner_text().endswith("1 gate not measured")
    assert opened.column(3) == ["CVE-1", "B602", "F401", "E501"]
    assert opened.count() == "4 of 5 findings (1 silenced)"


def choice(page: Page, name: str) -> Locator:
    """One of the lists that choose rows."""
    return page.get_by_role("combobox", name=name, exact=True)


def test_filters_choose_rows(open_report: Open) -> None:
    opened = open_report(SMALL)
    page = opened.page
    choice(page, "Gate").select_option("imports")
    assert opened.column(3) == ["F401"]
    assert opened.column(6) == ["lint, imports"]
    page.get_by_role("button", name="Reset").click()
    choice(page, "Tool").select_option("flake8")
    assert opened.column(3) == ["F401", "E501"]
    choice(page, "Severity").select_option("low")
    assert opened.column(3) == ["E501"]
    page.get_by_role("button", name="Reset").click()
    choice(page, "Rule").select_option("B602")
    assert opened.column(2) == ["src/a.py:9:1"]
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("searchbox", name="File").fill("SRC/B")
    assert opened.column(3) == ["F401", "E501"]
    page.get_by_label("Search").fill("message of e5")
    assert opened.column(3) == ["E501"]
    page.get_by_label("Search").fill("nothing like it")
    assert opened.rows.count() == 0
    assert opened.count() == "0 of 5 findings (1 silenced)"
    page.get_by_role("button", name="Reset").click()
    choice(page, "State").select_option("silenced")
    assert opened.column(3) == ["E731"]
    assert opened.column(6) == ["silenced"]


@pytest.mark.parametrize(
    ("heading", "ascending"),
    [
        ("Place", ["CVE-1", "B602", "E501", "F401"]),
        ("Rule", ["B602", "CVE-1", "E501", "F401"]),
        ("Tool", ["B602", "E501", "F401", "CVE-1"]),
    ],
)
def test_a_heading_sorts(open_report: Open, heading: str, ascending: list[str]) -> None:
    opened = open_report(SMALL)
    button = opened.page.get_by_role("button", name=heading, exact=True)
    button.click()
    assert opened.column(3) == ascending
    cell = opened.page.locator("th[aria-sort=ascending]")
    assert cell.inner_text() == heading
    button.click()
    assert opened.page.locator("th[aria-sort=descending]").inner_text() == heading
    assert opened.column(3)[-1] == ascending[0]


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.textContent.trim()")
    return text


def tab_to(page: Page, text: str) -> None:
    """Press Tab until something with this text has the focus, and can be seen to."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == text:
            outline = page.evaluate(
                "getComputedStyle(document.activeElement).outlineStyle"
            )
            assert outline == "solid"
            return
    raise AssertionError(f"Tab never reached {text}")


def test_a_keyboard_is_enough(open_report: Open) -> None:
    opened = open_report(SMALL)
    page = opened.page
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, "Details of lint")
    page.keyboard.press("Enter")
    assert page.get_by_text("flake8 src").first.is_visible()
    tab_to(page, "Rule")
    page.keyboard.press("Enter")
    assert opened.column(3) == ["B602", "CVE-1", "E501", "F401"]
    page.keyboard.press("Space")
    assert opened.column(3) == ["F401", "E501", "CVE-1", "B602"]
    tab_to(page, "F401")
    tab_to(page, "The reports as a table")
    page.keyboard.press("Enter")
    assert page.get_by_text("2026-11-22 10:00").is_visible()


def test_a_gate_leads_to_its_findings(open_report: Open) -> None:
    opened = open_report(SMALL)
    opened.page.get_by_role("link", name="show findings of security").press("Enter")
    opened.page.wait_for_function(
        "document.querySelectorAll('#table tbody tr').length == 1"
    )
    assert opened.column(3) == ["B602"]
    assert focused(opened.page) == "Findings"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_can_be_read(open_report: Open, scheme: Scheme) -> None:
    opened = open_report(SMALL, scheme=scheme)
    page = opened.page
    ground = "getComputedStyle(document.body).backgroundColor"
    first = page.evaluate(ground)
    assert page.evaluate(_CONTRAST) == []
    other = {"light": "Dark theme", "dark": "Light theme"}[scheme]
    page.get_by_role("button", name=other).click()
    assert page.evaluate(ground) != first
    assert page.evaluate(_CONTRAST) == []
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    assert page.evaluate(ground) != first


def test_a_phone_has_room_for_it(open_report: Open) -> None:
    opened = open_report(SMALL)
    opened.page.set_viewport_size({"width": 360, "height": 740})
    width = opened.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    assert opened.page.get_by_text("message of F401").is_visible()


def test_without_javascript_the_worst_are_there(open_report: Open) -> None:
    found = (finding(f"R{n}", Severity.LOW, "src/a.py", n) for n in range(1, 70))
    opened = open_report(report(gate("lint", "flake8", *found, CVE)), script=False)
    page = opened.page
    assert opened.rows.count() == 50
    assert opened.rows.first.inner_text().startswith("critical")
    told = page.locator("noscript").inner_text()
    assert told.startswith("Without JavaScript the worst 50 of 70 findings are shown")
    assert not page.locator("#filters").is_visible()
    assert page.get_by_role("heading", name="Coverage by file").is_visible()


def test_hostile_text_is_text(open_report: Open) -> None:
    evil = Finding(EVIL, Severity.HIGH, EVIL, f"src/{EVIL}.py", 1, 1, url=EVIL)
    opened = open_report(report(gate("lint", "flake8", evil, text=EVIL), text=EVIL))
    page = opened.page
    choice(page, "State").select_option("both")
    assert opened.rows.count() == 2
    page.get_by_label("Search").fill("<img")
    assert opened.rows.count() == 2
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert "<img src=x" in page.locator("h3").first.inner_text()


def test_fifty_thousand_findings_can_be_used(open_report: Open) -> None:
    found = [
        Finding(f"E{n % 50}", Severity.LOW, f"message {n}", f"src/{n % 300:03}.py", n)
        for n in range(1, 50_001)
    ]
    opened = open_report(report(gate("lint", "flake8", *found)))
    page = opened.page
    assert opened.count() == (
        "50,000 of 50,001 findings (1 silenced), the first 200 shown"
    )
    assert opened.rows.count() == 200
    page.get_by_role("button", name="Show 200 more of 49,800").click()
    assert opened.rows.count() == 400
    page.get_by_role("button", name="Place", exact=True).click()
    assert opened.column(2)[:2] == ["src/000.py:300", "src/000.py:600"]
    page.get_by_label("Search").fill("message 4999")
    assert opened.count() == "11 of 50,001 findings (1 silenced)"
    assert opened.rows.count() == 11
    assert not page.locator("#more").is_visible()
    held = json.loads(page.locator("#data").text_content() or "")
    assert len(held["rows"]) == 50_001
