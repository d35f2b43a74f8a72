"""A person at a terminal: a program behind a real pty, typed at, its output waited for."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_S = 30.0
AGAIN_S = 2.0
CTRL_C, CTRL_D = "\x03", "\x04"
# The pty becomes the terminal that Ctrl-C is typed at.
AT_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Person:
    """Types, and waits for what is printed.

    Args:
        process: the program.
        fd: of the terminal.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", fd: int) -> None:
        self.process = process
        self._fd = fd
        self._read = b""
        self._at = 0

    @property
    def raw(self) -> str:
        """All that was printed so far, with what terminals obey."""
        return self._read.decode("utf-8", "replace")

    @property
    def seen(self) -> str:
        """The same without."""
        return ESCAPES.sub("", self.raw).replace("\r\n", "\n")

    def type(self, text: str) -> None:
        """Type, without Enter."""
        os.write(self._fd, text.encode())

    def say(self, line: str) -> None:
        """Type a line."""
        self.type(f"{line}\r")

    def until(self, text: str) -> str:
        """Wait until this is printed after what was waited for last; gives what came before it."""
        assert self._is_seen(text, PATIENCE_S), f"waited in vain for {text!r}; seen:\n{self.seen}"
        found = self.seen.find(text, self._at)
        before = self.seen[self._at : found]
        self._at = found + len(text)
        return before

    def interrupt(self, text: str) -> None:
        """Ctrl-C at the prompt, until this is printed.

        Again if need be: readline loses one that comes between a key and its waiting for the next.
        """
        deadline = time.monotonic() + PATIENCE_S
        self.type(CTRL_C)
        while not self._is_seen(text, AGAIN_S) and time.monotonic() < deadline:
            self.type(CTRL_C)
        self.until(text)

    def until_prompt(self) -> str:
        """Wait for the next prompt; gives what came before it."""
        return self.until("\n> ")

    def interrupt_until_it_leaves(self) -> int:
        """Ctrl-C at the prompt, again if need be, until the program ends; gives its exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            self.type(CTRL_C)
            self._is_seen(CTRL_D, AGAIN_S)  # which nobody prints
        return self.leaves()

    def leaves(self) -> int:
        """Wait for the end of the program; gives its exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end; seen:\n{self.seen}"
            self._read_more()
        return self.process.wait()

    def _is_seen(self, text: str, within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while text not in self.seen[self._at :] and time.monotonic() < deadline:
            self._read_more()
        return text in self.seen[self._at :]

    def _read_more(self) -> None:
        if select.select([self._fd], [], [], 0.05)[0]:
            # Linux fails so once nobody has the other end any more.
            with suppress(OSError):
                self._read += os.read(self._fd, 65536)


@contextmanager
def at_terminal(
    code: str, arguments: Sequence[str], env: Mapping[str, str], cwd: Path
) -> Iterator[Person]:
    """Run Python code at a terminal of its own; killed at the end if it still runs."""
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", AT_TERMINAL + code, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={"TERM": "xterm", "COLUMNS": "200", "LINES": "50", **env},
            cwd=cwd,
            start_new_session=True,
        )
        os.close(theirs)
        with process:
            try:
                yield Person(process, ours)
            finally:
                process.kill()
    finally:
        os.close(ours)
