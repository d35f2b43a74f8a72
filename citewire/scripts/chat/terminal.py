"""The terminal of `citewire chat`, or the pipes in its place: lines in, harmless text out."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text

from citewire.errors import CitewireError
from citewire.scripts.plain_text import harmless

PROMPT = "> "
HISTORY_LINES = 1000
ERASE = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2))


class Terminal:
    """Reads and prints; between pipes it prints answers alone, and the rest as errors.

    Raises:
        CitewireError: there is nothing to print on.
    """

    def __init__(self) -> None:
        # Python has None in place of those that were closed.
        if sys.stdout is None:
            raise CitewireError("there is no standard output to answer on")
        for stream in filter(None, (sys.stdin, sys.stdout, sys.stderr)):
            # A byte or character that the encoding does not have is no reason to fail.
            stream.reconfigure(errors="replace")
        self.is_interactive = bool(sys.stdin) and sys.stdin.isatty() and sys.stdout.isatty()
        self._out = Console(highlight=False)
        self._notes = self._out if self.is_interactive else Console(stderr=True, highlight=False)
        self._has_status = False
        self._is_at_start = True

    @property
    def has_styles(self) -> bool:
        """Whether text can be set off by how it looks."""
        return self._out.is_terminal and not self._out.is_dumb_terminal

    def write(self, text: str, style: str | None = None) -> None:
        """A piece of text as it is, but for what a terminal would obey."""
        if text:
            self.clear_status()
            self._out.out(harmless(text), style=style, end="", highlight=False)
            sys.stdout.flush()
            self._is_at_start = text.endswith("\n")

    def line(self, text: str = "", style: str | None = None) -> None:
        """A line of its own."""
        self.end_line()
        self.write(text, style)
        self.write("\n")

    def end_line(self) -> None:
        """Begin a new line, unless one was begun."""
        if not self._is_at_start:
            self.write("\n")

    def note(self, text: str, style: str | None = "dim") -> None:
        """A line about what happens, which is not part of an answer."""
        self.clear_status()
        if self.is_interactive:
            self.end_line()
        self._notes.out(harmless(text), style=style, highlight=False)

    def status(self, text: str) -> None:
        """What is happening now, until something else is printed; only on a terminal."""
        if not self.has_styles or not self._is_at_start:
            return
        self.clear_status()
        line = Text(harmless(text).replace("\n", " ").replace("\t", " "))
        line.truncate(self._out.width - 1, overflow="ellipsis")
        self._out.out(line.plain, style="dim", end="", highlight=False)
        sys.stdout.flush()
        self._has_status = True

    def clear_status(self) -> None:
        """Take away what `status` shows."""
        if self._has_status:
            self._out.control(ERASE)
            self._has_status = False

    def lines(self) -> Iterator[str]:
        """What is typed or piped in, without empty lines; ends by Ctrl-D or twice Ctrl-C."""
        is_told = False
        while True:
            try:
                line = self._read()
            except EOFError:
                if self.is_interactive:
                    self._out.out("")
                return
            except KeyboardInterrupt:
                if not self.is_interactive:
                    raise
                self._out.out("")
                if is_told:
                    return
                self.note("Ctrl-C again, Ctrl-D or /quit leaves.")
                is_told = True
                continue
            is_told = False
            if line.strip():
                yield line.strip()

    def _read(self) -> str:
        if self.is_interactive:
            self.line()
            return input(PROMPT)
        line = sys.stdin.readline() if sys.stdin else ""
        if not line:
            raise EOFError
        return line


@contextmanager
def line_editing(file: Path) -> Iterator[None]:
    """Lines can be edited as in a shell, and those of earlier are kept in `file`.

    Does nothing where Python has no readline; what cannot be read or kept is left.
    """
    try:
        # Deferred: it takes hold of the terminal, and not every Python has it.
        import readline
    except ImportError:
        yield
        return
    with suppress(OSError):
        readline.read_history_file(file)
    readline.set_history_length(HISTORY_LINES)
    try:
        yield
    finally:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            # Before anything is in it: questions are nobody else's business.
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
            file.chmod(0o600)
            readline.write_history_file(file)
