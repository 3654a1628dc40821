"""The report as one page that opens from disk and asks no network for anything.

Data from tools reach the page through two doors only: Jinja2, which escapes every
value, and the JSON of the findings. The page's own policy (CSP) allows its one style
and its one script by their hashes and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from gatekeeper import __version__
from gatekeeper.model import Report
from gatekeeper.reporters import Style, summary
from gatekeeper.reporters.html import bars, coverage_map, findings, forest, trend
from gatekeeper.reporters.text import literal

_LONGEST = 4000


def render(report: Report, style: Style) -> str:
    """The whole page."""
    css, script = _own("report.css"), _own("report.js")
    page = _environment().get_template("report.html.jinja")
    return page.render(
        report=report,
        version=__version__,
        css=Markup(css),  # nosec B704  # our own file
        script=Markup(script),  # nosec B704  # our own file
        policy=_policy(css, script),
        summary=summary,
        bar=bars.bar,
        findings=findings.findings(report),
        coverage=coverage_map.coverage(report),
        charts=forest.charts(report),
        trend=trend.trend(report),
    )


def _policy(css: str, script: str) -> str:
    """The content security policy: nothing but what is in the page."""
    return (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(script)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_own),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _own(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _harmless(value: object) -> object:
    """Every value on its way into the page, where it is escaped."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return literal(value, _LONGEST)
    return value
