"""What was found in a repository, in one shape for all tools. Frozen data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.scaffold.text import Value


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a tool's section; the remark says where it comes from."""

    key: str
    value: Value
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What gates.yaml says of one tool.

    `origin` is the file that configured it before, if any. `remarks` become comments:
    what was not taken over and why.
    """

    tool: str
    origin: str | None = None
    options: tuple[Option, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where code and tests are. `files` are the Python files below both, sorted.

    `python` names a virtual environment that `auto` would not find. `remarks` by key
    say what a reader of `source`, `tests` or `requirements` should know.
    """

    source: tuple[str, ...]
    tests: tuple[str, ...]
    python: str | None = None
    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()

    def remark(self, key: str) -> str:
        """All remarks on a key, one a line."""
        return "\n".join(text for name, text in self.remarks if name == key)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a gates.yaml is written from.

    `core` holds folders whose tests have to cover more. `minimum` is the share of
    statements to be covered, `asked` what the repository asked for, in words.
    `problems` has a line for each configuration file that could not be read.
    """

    layout: Layout
    sections: tuple[Section, ...]
    core: tuple[str, ...] = ()
    minimum: float = 90
    asked: str = ""
    problems: tuple[str, ...] = ()
