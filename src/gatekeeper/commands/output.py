"""Where text goes: reports to stdout and files, everything else to stderr."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gatekeeper.errors import UserError
from gatekeeper.reporters import FORMATS, Style
from gatekeeper.reporters.text import one_line, without_surrogates


@dataclass(frozen=True, slots=True)
class Terminal:
    """Both streams and what is known of them."""

    stdout: TextIO
    stderr: TextIO
    color: bool
    live: bool
    width: int | None

    @classmethod
    def of(cls, environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> Terminal:
        """Colour and live display as the environment and the streams say."""
        interactive = (
            not is_set(environ.get("CI", "")) and environ.get("TERM") != "dumb"
        )
        width = shutil.get_terminal_size().columns
        return cls(
            stdout,
            stderr,
            color=_color(environ, stdout),
            live=interactive and stderr.isatty(),
            width=max(60, width) if stdout.isatty() else None,
        )

    def style(self, *, verbose: bool = False, quiet: bool = False) -> Style:
        """How a report on stdout is to look."""
        return Style(self.color, self.width, verbose, quiet)

    def file_style(self) -> Style:
        """How a report in a file is to look."""
        return Style(verbose=True)

    def say(self, text: str) -> None:
        """One line on stderr, for what is no part of the report."""
        self.write(f"gatekeeper: {one_line(text, 2000)}\n")

    def write(self, text: str) -> None:
        """Harmless text on stderr as it is."""
        encoding = self.stderr.encoding or "utf-8"
        safe = text.encode(encoding, "backslashreplace").decode(encoding)
        with contextlib.suppress(OSError):
            self.stderr.write(safe)
            self.stderr.flush()


def _color(environ: Mapping[str, str], stdout: TextIO) -> bool:
    """NO_COLOR first, then what forces colour, then what a terminal asks for.

    https://no-color.org, https://force-color.org, https://bixense.com/clicolors
    """
    if environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environ.get(name):
            return is_set(environ[name])
    wanted = environ.get("CLICOLOR") != "0" and environ.get("TERM") != "dumb"
    return wanted and stdout.isatty()


def is_set(text: str) -> bool:
    """Whether a variable such as CI means yes."""
    return text.strip().lower() not in ("", "0", "false", "no", "off")


def parse_outputs(texts: Sequence[str]) -> list[tuple[str, Path]]:
    """`FORMAT=PATH` pairs. Raises UserError before any tool is started in vain."""
    outputs: list[tuple[str, Path]] = []
    for text in texts:
        name, separator, path = text.partition("=")
        if not separator or not path or name not in FORMATS:
            known = ", ".join(FORMATS)
            raise UserError(
                f"--output {text}: write FORMAT=PATH, FORMAT one of {known}"
            )
        if path == "-":
            raise UserError(f"--output {text}: for stdout there is --format {name}")
        target = Path(path)
        if any(target.resolve() == other.resolve() for _, other in outputs):
            raise UserError(f"--output {text}: another report is written there")
        if not target.absolute().parent.is_dir():
            raise UserError(f"--output {text}: folder {target.parent} does not exist")
        if target.is_dir():
            raise UserError(f"--output {text}: {path} is a folder")
        outputs.append((name, target))
    return outputs


def write_file(
    path: Path, text: str, terminal: Terminal, *, durable: bool = True
) -> bool:
    """Write a report whole or not at all; says so and gives False where that fails.

    What is `durable` is there even if the power fails right after.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a device or pipe must not be replaced
        else:
            replace_file(Path(os.path.realpath(path)), data, durable=durable)
    except OSError as error:
        terminal.say(f"the report was not written to {path}: {error.strerror or error}")
        return False
    return True


def clear(outputs: Sequence[tuple[str, Path]], spared: Sequence[Path]) -> None:
    """Take reports of earlier runs away, lest they pass for those of this one.

    Raises UserError where a report would be written over what is read.
    """
    inputs = {path.resolve() for path in spared}
    for _, path in outputs:
        if path.resolve() in inputs:
            raise UserError(f"--output: {path} is read, so nothing is written to it")
    for _, path in outputs:
        with contextlib.suppress(OSError):
            if path.is_file():
                os.unlink(os.path.realpath(path))


def replace_file(target: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def to_stdout(text: str, terminal: Terminal) -> bool:
    """Print a report. A reader who went away is no failure, a full disk is one."""
    stream = terminal.stdout
    encoding = stream.encoding or "utf-8"
    safe = (
        without_surrogates(text).encode(encoding, "backslashreplace").decode(encoding)
    )
    try:
        stream.write(safe)
        stream.flush()
    except OSError as error:
        # What is left in the buffer would raise again when the interpreter ends.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        os.dup2(sys.stdout.fileno(), stream.fileno())
        if error.errno == errno.EPIPE:
            return True
        terminal.say(f"the report was not written to stdout: {error.strerror}")
        return False
    return True
