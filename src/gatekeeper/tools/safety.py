"""safety: known vulnerabilities of pinned requirements.

Contract, seen with 3.7.0: exit 0 none, 64 found, everything else no verdict. It skips
what it cannot parse without a word and may mark a finding as ignored by mistake, so it
is given a plain list of our own, an own policy file, and is held to the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gatekeeper.advisories.database import Database, DatabaseError
from gatekeeper.advisories.requirements import Pin, identity
from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, RunStatus, Severity
from gatekeeper.tools.base import Adapter, Job, ToolError
from gatekeeper.tools.pins import files_of, pins_of, pins_scope, write_list

_OWN_POLICY = "security:\n  ignore-cvss-severity-below: 0\n"
_OFFLINE_HINT = (
    "give `database:` a folder with safety's database, use pip-audit, or leave this"
    " gate out where there is no network: --skip"
)
#: CVSS v3 qualitative scale, FIRST specification section 5.
_CVSS = (
    (9.0, Severity.CRITICAL),
    (7.0, Severity.HIGH),
    (4.0, Severity.MEDIUM),
    (0.0, Severity.LOW),
)


def _commands(job: Job) -> tuple[Command, ...]:
    requirements = pins_of(job)
    source = []
    if job.options.database != "online":
        folder = (job.root / job.options.database).resolve()
        _checked(folder, job, [pin.name for pin in requirements.pins.values()])
        source = ["--db", str(folder)]
    empty = job.work / "empty"  # safety reads .safety-policy.yml where it is started
    empty.mkdir()
    policy = job.work / "policy.yml"
    policy.write_text(_OWN_POLICY, encoding="utf-8")
    return tuple(
        job.ours(
            "safety",
            "check",
            *source,
            *("-r", str(write_list(job, number, layer))),
            *("--output", "json", "--save-json", str(job.work / f"{number}.json")),
            *("--policy-file", str(policy), "--check-unpinned-requirements"),
            # An id that nothing has: without any, safety 3.7 mixes up what is ignored.
            *("-i", "0", "--exit-code", *job.options.args),
            cwd=empty,
        )
        for number, layer in enumerate(requirements.layers())
    )


def _checked(folder: Path, job: Job, names: list[str]) -> Database:
    try:
        database = Database(folder)
        if lacking := database.incomplete(names):
            raise DatabaseError(
                f"insecure_full.json lacks advisories on {', '.join(lacking[:5])}"
            )
    except DatabaseError as error:
        raise ToolError(
            f"the advisory database cannot be used: {error}",
            fix="fetch the database again; both files must be of the same state",
        ) from error
    limit, age = job.options.max_age, database.age_days
    if limit is not None and (age is None or age > limit):
        old = "of unknown age" if age is None else f"{age:.0f} days old"
        raise ToolError(
            f"the advisory database is {old}, at most {limit:g} days allowed",
            fix="fetch a newer database, or raise `max_age` under tools.safety",
        )
    return database


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    requirements = pins_of(job)
    findings: list[Finding] = []
    scanned: set[tuple[str, str]] = set()
    for number, outcome in enumerate(outcomes):
        report = _load(job, number, outcome)
        try:
            active = [*report["vulnerabilities"], *report["ignored_vulnerabilities"]]
            if bool(active) != (outcome.exit_code == 64):
                raise ToolError(
                    f"safety ended with {outcome.exit_code} but reported"
                    f" {len(active)} vulnerabilities"
                )
            findings += _findings(active, requirements.pins)
            scanned |= {
                identity(package["name"], package["version"])
                for package in report["scanned_packages"].values()
            }
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            raise ToolError(f"safety's report is not understood ({error!r})") from error
    lost = sorted(set(requirements.pins) - scanned)
    gaps = [f"safety did not look at {name} {version}" for name, version in lost]
    return Measurement(
        findings=tuple(sorted(findings, key=lambda f: (f.message, f.rule))),
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(scanned),
        examined_unit="requirements",
        gaps=(*requirements.gaps, *gaps),
        notes=tuple(_notes(job)),
    )


def _load(job: Job, number: int, outcome: Outcome) -> dict[str, Any]:
    try:
        with (job.work / f"{number}.json").open(encoding="utf-8") as stream:
            report: dict[str, Any] = json.load(stream)
    except (OSError, ValueError) as error:
        said = outcome.stderr_tail.strip()[-300:] or outcome.stdout.strip()[-300:]
        raise ToolError(f"safety wrote no report: {said}", RunStatus.CRASHED) from error
    return report


def _findings(
    items: Sequence[Mapping[str, Any]], pins: Mapping[tuple[str, str], Pin]
) -> Iterator[Finding]:
    seen = set()
    for item in items:
        name, version = item["package_name"], str(item["analyzed_version"])
        advisory = item["CVE"] or item["vulnerability_id"]
        if (name, advisory) in seen:
            continue
        seen.add((name, advisory))
        pin = pins.get(identity(name, version)) if version != "None" else None
        fixed = ", ".join(item["fixed_versions"] or ()) or "no fixed version known"
        yield Finding(
            rule=str(advisory),
            severity=_severity(item["severity"]),
            message=f"{name} {version}: {item['advisory']} (fixed in: {fixed})",
            path=pin.path if pin else None,
            line=pin.line if pin else None,
            url=item.get("more_info_url"),
        )


def _severity(data: Mapping[str, Any] | None) -> Severity:
    for generation in ("cvssv3", "cvssv2"):
        scores = (data or {}).get(generation) or {}
        score = scores.get("base_score")
        if isinstance(score, int | float) and score > 0:
            return next(level for least, level in _CVSS if score >= least)
    return Severity.UNKNOWN


def _notes(job: Job) -> Iterator[str]:
    if job.options.database == "online":
        return
    age = Database((job.root / job.options.database).resolve()).age_days
    if job.options.max_age is None:
        old = "does not say how old it is" if age is None else f"is {age:.0f} days old"
        yield f"the advisory database {old}; `max_age` makes an age limit"


def _reproduce(job: Job) -> tuple[str, ...]:
    files = [part for name in files_of(job) for part in ("-r", name)]
    offline = job.options.database != "online"
    source = ["--db", job.options.database] if offline else []
    return ("safety", "check", *source, *files, *job.options.args)


SAFETY = Adapter(
    name="safety",
    title="safety vulnerability scan",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0, 64}),
    metrics={"findings": "findings"},
    fix="Raise the version of what is vulnerable.",
    selectors=frozenset({"rules", "severity"}),
    distribution="safety",
    exit_meanings={
        65: "the account or API key was refused",
        66: "too many requests to the advisory service",
        67: "the local database was not found",
        68: f"the advisory service cannot be reached; {_OFFLINE_HINT}",
        69: "the advisory database is malformed",
    },
    scope=pins_scope,
)
