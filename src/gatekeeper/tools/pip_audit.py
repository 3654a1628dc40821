"""pip-audit: known vulnerabilities of pinned requirements, without an account.

Contract, seen with 2.10.1: exit 0 none found or nothing checked, 1 found and every
error (stdout is empty then). A dependency the service does not know is skipped with a
reason and does not change the exit code. There are no severities.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gatekeeper.advisories.requirements import Pin, identity
from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools.base import Adapter, Job, ToolError
from gatekeeper.tools.pins import files_of, pins_of, pins_scope, write_list

_UNREACHABLE = ("ConnectionError", "ServiceError", "SSLError", "ReadTimeout")


_SERVICE, _URL = "PIP_AUDIT_VULNERABILITY_SERVICE", "PIP_AUDIT_OSV_URL"


def _service(job: Job) -> tuple[str, ...]:
    """Arguments that name the service; none where the environment may name it."""
    service = job.options.service
    if not service:
        return ()
    if service.startswith(("http://", "https://")):
        return ("-s", "osv", "--osv-url", service)
    return ("-s", service)


def _asked(job: Job) -> str:
    """Whom we asked, in words for the reader."""
    environ = job.environment
    if job.options.service or not (environ.get(_SERVICE) or environ.get(_URL)):
        return job.options.service or "pypi"
    url = f" at {environ[_URL]}" if _URL in environ else ""
    return f"{environ.get(_SERVICE, 'pypi')}{url}, as the environment says"


def _commands(job: Job) -> tuple[Command, ...]:
    return tuple(
        job.ours(
            "pip_audit",
            *("-r", str(write_list(job, number, layer)), "--no-deps", "--disable-pip"),
            *("-f", "json", "-o", str(job.work / f"{number}.json")),
            *("--progress-spinner", "off", "--aliases", "on", "--desc", "on"),
            *("--cache-dir", str(job.work / "cache")),
            *_service(job),
            *job.options.args,
        )
        for number, layer in enumerate(pins_of(job).layers())
    )


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    requirements = pins_of(job)
    findings: list[Finding] = []
    gaps = list(requirements.gaps)
    audited: set[tuple[str, str]] = set()
    for number, outcome in enumerate(outcomes):
        try:
            entries = _load(job, number, outcome)["dependencies"]
            found = [f for e in entries for f in _findings(e, requirements.pins)]
            named = [entry for entry in entries if "version" in entry]
            audited |= {identity(e["name"], e["version"]) for e in named}
            gaps += [e["skip_reason"] for e in entries if "skip_reason" in e]
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise ToolError(
                f"pip-audit's report is not understood ({error!r})"
            ) from error
        if bool(found) != (outcome.exit_code == 1):
            raise ToolError(
                f"pip-audit ended with {outcome.exit_code} but reported"
                f" {len(found)} vulnerabilities"
            )
        findings += found
    lost = sorted(set(requirements.pins) - audited)
    gaps += [f"pip-audit did not look at {name} {version}" for name, version in lost]
    return Measurement(
        findings=tuple(sorted(findings, key=lambda f: (f.message, f.rule))),
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(audited),
        examined_unit="requirements",
        gaps=tuple(gaps),
        notes=(f"advisories from {_asked(job)}",),
    )


def _load(job: Job, number: int, outcome: Outcome) -> dict[str, Any]:
    try:
        with (job.work / f"{number}.json").open(encoding="utf-8") as stream:
            report: dict[str, Any] = json.load(stream)
    except (OSError, ValueError) as error:
        said = outcome.stderr_tail.strip()
        if any(word in said for word in _UNREACHABLE):
            raise ToolError(
                f"the advisory service ({_asked(job)}) cannot be reached",
                fix="run again with a network, or leave this gate out: --skip",
            ) from error
        raise ToolError(
            f"pip-audit wrote no report: {said[-300:]}", RunStatus.CRASHED
        ) from error
    return report


def _findings(
    entry: Mapping[str, Any], pins: Mapping[tuple[str, str], Pin]
) -> Iterator[Finding]:
    for item in entry.get("vulns", ()):
        name, version = entry["name"], entry["version"]
        pin = pins.get(identity(name, version))
        fixed = ", ".join(item["fix_versions"]) or "no fixed version known"
        aliases = sorted(a for a in item.get("aliases", ()) if a.startswith("CVE-"))
        yield Finding(
            rule=aliases[0] if aliases else item["id"],
            severity=Severity.UNKNOWN,
            message=f"{name} {version}: {item['description']} (fixed in: {fixed})",
            path=pin.path if pin else None,
            line=pin.line if pin else None,
            url=f"https://osv.dev/vulnerability/{item['id']}",
        )


def _reproduce(job: Job) -> tuple[str, ...]:
    files = [part for name in files_of(job) for part in ("-r", name)]
    return ("pip-audit", *files, *_service(job), *job.options.args)


PIP_AUDIT = Adapter(
    name="pip-audit",
    title="pip-audit vulnerability scan",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0, 1}),
    metrics={"findings": "findings"},
    fix="Raise the version of what is vulnerable.",
    selectors=frozenset({"rules", "severity"}),
    distribution="pip-audit",
    variables=frozenset({_SERVICE, _URL}),
    scope=pins_scope,
)
