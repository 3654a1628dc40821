"""environment: whether every variable that the code reads stands in a document.

Nothing is started and no value is looked at: names come from the syntax trees. A name
that is put together is followed as far as constants, loops and callers go. Where its
start is known (`APP_...`) a document has to name one of that kind, else there is a
finding `dynamic`; where even that is unknown nothing can be said, which is a gap until
the policy says under `computed` which names are meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from gatekeeper.engine.process import Command, Outcome
from gatekeeper.model import Finding, Measurement, Metric, Severity
from gatekeeper.project.files import matches
from gatekeeper.tools import environment_documents
from gatekeeper.tools.base import Adapter, Job, ToolError, need_files
from gatekeeper.tools.environment_documents import Documents
from gatekeeper.tools.environment_modules import Modules
from gatekeeper.tools.environment_noted import Noted, Variable
from gatekeeper.tools.environment_reads import reads
from gatekeeper.tools.environment_texts import UNKNOWN

_RULES = ("undocumented", "dynamic")
_MOST_NOTES = 10
#: Variables that nobody sets for this program. Set by the system, the login or the
#: shell; by Python itself; by conventions of terminals and proxies; by the service that
#: runs the tests; by Django's own manage.py.
_IGNORED = frozenset(
    """
    PATH HOME USER USERNAME LOGNAME SHELL PWD OLDPWD LANG LANGUAGE LC_ALL LC_CTYPE TZ
    TERM TMPDIR TEMP TMP HOSTNAME DISPLAY SSH_AUTH_SOCK EDITOR VISUAL PAGER
    XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME
    APPDATA LOCALAPPDATA PROGRAMDATA USERPROFILE SYSTEMROOT COMSPEC WINDIR PATHEXT
    PYTHONPATH PYTHONHOME PYTHONHASHSEED PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE
    PYTHONWARNINGS PYTHONIOENCODING PYTHONUTF8 VIRTUAL_ENV CONDA_PREFIX
    COLUMNS LINES COLORTERM NO_COLOR FORCE_COLOR CLICOLOR CLICOLOR_FORCE
    HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy
    CI GITHUB_ACTIONS GITLAB_CI PYTEST_CURRENT_TEST DJANGO_SETTINGS_MODULE
    """.split()
)


def _commands(job: Job) -> tuple[Command, ...]:
    return ()


def _parse(job: Job, outcomes: Sequence[Outcome]) -> Measurement:
    for rule in job.exact_rules:
        if not any(name.startswith(rule) for name in _RULES):
            reason = f"no variable is ever {rule}; known are {', '.join(_RULES)}"
            raise ToolError(reason)
    files = need_files(job)
    modules = Modules(job.root, files, job.timeout)
    noted = reads(modules)
    computed = list(_stated(job, noted))
    variables = [*noted.variables, *computed]
    documents = environment_documents.read(job.root, job.options.documents)
    findings = tuple(_findings(job, variables, documents))
    return Measurement(
        findings=findings,
        metrics={"findings": Metric(len(findings), "findings")},
        examined=len(modules.modules),
        examined_paths=frozenset(module.path for module in modules.modules),
        gaps=(
            *job.sources.gaps,
            *modules.gaps,
            *documents.gaps,
            *_unbounded(job, noted),
            *(f"{path}: too tangled to be followed" for path in sorted(noted.tangled)),
        ),
        notes=tuple(_notes(noted, variables, documents)),
    )


def _stated(job: Job, noted: Noted) -> Iterator[Variable]:
    """What computed names may be, as the policy says."""
    for path, line in sorted(noted.computed):
        for pattern, names in job.options.computed.items():
            if matches(path, pattern):
                for name in names:
                    yield Variable((name.replace("*", UNKNOWN),), path, line)


def _unbounded(job: Job, noted: Noted) -> Iterator[str]:
    for path, line in sorted(noted.computed):
        if not any(matches(path, pattern) for pattern in job.options.computed):
            yield (
                f"{path}:{line}: reads a variable whose name cannot be told; write it"
                " out, or list what it may be under `computed` of tools.environment"
            )


def _findings(
    job: Job, variables: Iterable[Variable], documents: Documents
) -> Iterator[Finding]:
    places: dict[str, list[Variable]] = defaultdict(list)
    for one in variables:
        places[one.names[0]].append(one)
    ignored = (*_IGNORED, *job.options.ignore)
    for name in sorted(places):
        shown = name.replace(UNKNOWN, "*")
        if any(fnmatchcase(shown, pattern) for pattern in ignored):
            continue
        if not all(documents.tell(one) for one in places[name]):
            yield _finding(name, places[name])


def _finding(name: str, places: Sequence[Variable]) -> Finding:
    known = sorted({(one.path, one.line) for one in places})
    path, line = known[0]
    others = f" and in {len(known) - 1} more places" if len(known) > 1 else ""
    shown = name.replace(UNKNOWN, "*")
    shown = shown if shown.isprintable() and len(shown) <= 100 else ascii(shown[:100])
    if UNKNOWN in name:
        message = (
            f"variables {shown} are read here{others}, but no document names one; list"
            " them in .env.example or the README"
        )
        return Finding("dynamic", Severity.MEDIUM, message, path, line)
    message = (
        f"{shown} is read here{others}, but stands in no document; explain it in"
        " .env.example or the README"
    )
    return Finding("undocumented", Severity.MEDIUM, message, path, line)


def _notes(
    noted: Noted, variables: Sequence[Variable], documents: Documents
) -> Iterator[str]:
    yield from documents.notes
    if noted.handed_on:
        path, line = min(noted.handed_on)
        yield (
            f"{path}:{line}: a library is given the whole environment"
            f" ({len(noted.handed_on)} such places); what it reads is not seen"
        )
    lines = environment_documents.unused(documents, variables)
    yield from lines[:_MOST_NOTES]
    if len(lines) > _MOST_NOTES:
        yield f"{len(lines) - _MOST_NOTES} more variables are read nowhere"


def _reproduce(job: Job) -> tuple[str, ...]:
    return ("gatekeeper", "check")


ENVIRONMENT = Adapter(
    name="environment",
    title="documented environment variables",
    commands=_commands,
    parse=_parse,
    reproduce=_reproduce,
    verdict_codes=frozenset({0}),
    metrics={"findings": "findings"},
    fix="Explain each variable in .env.example, the README or docs/.",
    interpreter="none",
)
