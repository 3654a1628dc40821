"""What pytest was told by addopts, sorted by what is to become of it."""

from __future__ import annotations

import enum
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatekeeper.scaffold.documents import Documents, number
from gatekeeper.scaffold.text import sayable

#: In the order in which pytest looks.
PLACES = (
    ("pytest.toml", "pytest"),
    (".pytest.toml", "pytest"),
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pyproject.toml", "tool.pytest.ini_options"),
    ("pyproject.toml", "tool.pytest"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)
#: Say how tests are found or run; not fewer of them, and not how they are judged.
_SAFE = frozenset(
    "--import-mode --strict --strict-markers --strict-config --dist --asyncio-mode"
    " --ds --dc --doctest-modules --doctest-glob --doctest-continue-on-failure"
    " --timeout --timeout-method --benchmark-disable --reuse-db --create-db"
    " --nomigrations --no-migrations --migrations".split()
)
#: Say what is shown, written or stopped early, none of which is needed here.
_SHOWN = re.compile(
    r"-[qvsxl]+|-r|--(exitfirst|maxfail|verbos\w*|quiet|capture|tb|color|no-header"
    r"|no-summary|code-highlight|durations.*|junit.*|show-?capture|showlocals|html"
    r"|self-contained-html|report-log|full-trace|log-.*|pastebin|ff|failed-first|nf"
    r"|new-first|allure.*|cov|cov-report|cov-branch|cov-fail-under|cov-append"
    r"|cov-context)"
)
_LOOSENING = re.compile(
    r"-[kmWco]|--(ignore|ignore-glob|deselect|no-cov|no-cov-on-fail|lf|last-failed|lfnf"
    r"|sw|sw-.*|stepwise.*|co|collect-only|noconftest|override-ini|rootdir|config-file"
    r"|confcutdir|continue-on-collection-errors|cov-config|disable-warnings"
    r"|disable-pytest-warnings|pythonwarnings|reruns.*|runxfail|assert|setup-only"
    r"|setup-plan|pyargs)"
)
#: Options whose value may stand as a word of its own.
_WITH_VALUE = frozenset(
    "-k -m -W -c -o -p -n -r --ignore --ignore-glob --deselect --import-mode --dist"
    " --numprocesses --tb --color --maxfail --durations --durations-min --junitxml"
    " --junit-xml --junit-prefix --cov-report --cov-fail-under --cov-config --timeout"
    " --timeout-method --asyncio-mode --ds --dc --doctest-glob --capture --rootdir"
    " --override-ini --confcutdir --reruns --reruns-delay --assert --log-level"
    " --log-cli-level --log-file --log-format --show-capture --html --report-log"
    " --pythonwarnings --config-file --verbosity --alluredir --maxprocesses".split()
)
_GLUED = re.compile(r"(-[kmWcopnr])(.+)\Z", re.DOTALL)
_Option = tuple[str, str | None]


class Fate(enum.Enum):
    """What becomes of an option."""

    TAKEN = enum.auto()
    WORKERS = enum.auto()
    LOOSENING = enum.auto()
    NOT_NEEDED = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Addopts:
    """The options by fate, and what `--cov` and its kin said of coverage."""

    origin: str = ""
    args: tuple[str, ...] = ()
    workers: int | str | None = None
    loosening: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()
    branch: bool = False
    fail_under: float | None = None


def read(documents: Documents) -> Addopts:
    """Sort what addopts holds. What is not known is not taken over."""
    found = documents.first(PLACES)
    if found is None:
        return Addopts()
    origin, section = found
    options = list(_options(_split(section.get("addopts"))))
    fates = [(fate_of(*option), option) for option in options]
    limits = [number(value) for name, value in options if name == "--cov-fail-under"]
    workers = [_workers(value) for fate, (_, value) in fates if fate is Fate.WORKERS]
    return Addopts(
        origin,
        args=tuple(w for f, o in fates if f is Fate.TAKEN for w in _written(o)),
        workers=workers[-1] if workers else None,
        loosening=tuple(_shown(o) for f, o in fates if f is Fate.LOOSENING),
        unknown=tuple(_shown(o) for f, o in fates if f is Fate.UNKNOWN),
        covered=tuple(value for name, value in options if name == "--cov" and value),
        branch=any(name == "--cov-branch" for name, _ in options),
        fail_under=limits[-1] if limits else None,
    )


def fate_of(name: str, value: str | None) -> Fate:
    """What becomes of one option; a word that is no option narrows what is run."""
    if name in ("-n", "--numprocesses") and _workers(value) is not None:
        return Fate.WORKERS
    plugin = name == "-p" and value and not value.startswith("no:")
    strict = name == "-W" and (value or "").startswith("error")
    if (name in _SAFE or plugin or strict) and all(
        map(sayable, _written((name, value)))
    ):
        return Fate.TAKEN
    if not name or name == "-p" or _LOOSENING.fullmatch(name):
        return Fate.LOOSENING
    return Fate.NOT_NEEDED if _SHOWN.fullmatch(name) else Fate.UNKNOWN


def _split(value: object) -> list[str]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    if not isinstance(value, str):
        return []
    try:
        return shlex.split(value)
    except ValueError:
        return value.split()


def _options(words: Sequence[str]) -> Iterator[_Option]:
    """Each option with its value, however the two are written together."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        # pytest-cov lets the value of --cov be absent.
        optional = word == "--cov" and rest and not rest[0].startswith("-")
        if not word.startswith("-"):
            yield "", word
        elif word.startswith("--") and equals:
            yield name, value
        elif rest and (word in _WITH_VALUE or optional):
            yield word, rest.pop(0)
        elif glued := _GLUED.match(word):
            yield glued[1], glued[2].removeprefix("=")
        else:
            yield word, None


def _written(option: _Option) -> tuple[str, ...]:
    name, value = option
    if value is None:
        return (name,)
    return (f"{name}={value}",) if name.startswith("--") else (name, value)


def _shown(option: _Option) -> str:
    return shlex.join(word for word in _written(option) if word)


def _workers(value: str | None) -> int | str | None:
    if value is not None and value.isascii() and value.isdigit():
        return int(value)
    return "auto" if value in ("auto", "logical") else None
