"""The configuration that coverage runs with: ours, whatever the repository says.

Taken over from the repository without being asked is only what makes coverage measure
more (child processes, concurrency); a file named in the policy is adopted as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatekeeper.project import settings
from gatekeeper.tools.base import Job

_WIDENING = ("patch", "concurrency", "sigterm")
_LOOSENING = ("omit", "include", "exclude_lines", "exclude_also", "partial_branches")
_HARMLESS_PATCHES = {"subprocess", "_exit", "execv", "fork"}


def data_file(work: Path) -> Path:
    """Where the data of this run goes, fresh each time."""
    return work / "coverage-data"


def write(job: Job, options: Any) -> Path:
    """Write the configuration file into the private folder; returns its path."""
    path = job.work / "coveragerc"
    path.write_text(_render(_settings(job, options)), "utf-8", "surrogateescape")
    return path


def adopted(root: Path, options: Any) -> tuple[str, ...]:
    """What the repository's own configuration contributed, for the reader."""
    found = _from_repository(root, options)
    if options.config:
        loose = [key for key in _LOOSENING if key in found]
        return (
            f"{options.config} adopted",
            *(f"{options.config} loosens: {key} = {found[key]}" for key in loose),
        )
    return tuple(f"taken from the repository: {k} = {v}" for k, v in found.items())


def leaves_out(root: Path, options: Any) -> bool:
    """Whether an adopted file keeps source files from being counted."""
    adopted = _from_repository(root, options) if options.config else {}
    return "omit" in adopted or "include" in adopted


def parallel(root: Path, options: Any, workers: Any) -> bool:
    """Whether several processes write data, which have to be combined."""
    return bool(workers) or "patch" in _from_repository(root, options)


def _settings(job: Job, options: Any) -> dict[str, dict[str, str]]:
    found = _from_repository(job.root, options)
    run = {
        "branch": str(options.branch),
        "source": _lines(map(_literal, source_folders(job, options))),
        **{key: found[key] for key in (*_WIDENING, "plugins") if key in found},
    }
    omit = [f"{_literal(folder)}/*" for folder in job.sources.left_out]
    if options.config and "omit" in found:
        omit.append(found["omit"])
    if omit:
        run["omit"] = _lines(omit)
    workers = getattr(job.options, "workers", None)
    if workers:
        run["patch"] = _lines({"subprocess", *found.get("patch", "").split()})
    if parallel(job.root, options, workers):
        run["parallel"] = "True"
    report = {"include_namespace_packages": "True"}
    kept = ("exclude_lines", "exclude_also", "partial_branches")
    report |= {key: found[key] for key in kept if options.config and key in found}
    return {"run": run, "report": report}


def source_folders(job: Job, options: Any) -> list[str]:
    """The folders to measure: those given, and the folder of each file given."""
    folders = {
        path if (job.root / path).is_dir() else str(Path(path).parent)
        for path in options.source
    }
    return sorted(folders)


def _from_repository(root: Path, options: Any) -> dict[str, str]:
    """Settings to take over, as text; a file that cannot be read gives none."""
    if options.config:
        run, report = _sections(root / options.config)
        return {key: _text(value) for key, value in {**report, **run}.items()}
    for name in (".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml"):
        run, _ = _sections(root / name)
        if run:
            return _harmless(run)
    return {}


def _harmless(run: Mapping[str, Any]) -> dict[str, str]:
    taken = {key: _text(run[key]) for key in _WIDENING if key in run}
    if "patch" in taken:
        known = _HARMLESS_PATCHES & set(taken["patch"].replace(",", " ").split())
        taken["patch"] = _lines(sorted(known))
    return {key: text for key, text in taken.items() if text}


def _sections(path: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        found = settings.load(path)
    except (OSError, settings.SettingsError):
        return {}, {}
    for start in ("tool.coverage.", "coverage:", ""):
        run = settings.table(found, f"{start}run")
        report = settings.table(found, f"{start}report")
        if run or report:
            return run, report
    return {}, {}


def _literal(path: str) -> str:
    """A path in which coverage expands no variable."""
    return path.replace("$", "$$")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return _lines(value)
    text = str(value)
    return _lines(text.strip().splitlines()) if "\n" in text else text


def _lines(values: Any) -> str:
    return "".join(f"\n    {value}" for value in values)


def _render(sections: Mapping[str, Mapping[str, str]]) -> str:
    parts = []
    for section, entries in sections.items():
        parts.append(f"[{section}]")
        parts += [f"{key} = {value}" for key, value in entries.items()]
    return "\n".join(parts) + "\n"
