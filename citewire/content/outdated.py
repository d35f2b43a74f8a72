"""A document whose file changed and could not be read: it goes on as it was, and says so."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_DAY = len("2024-12-31")


# No slots: it is written to the wire, as in `citations.model`.
@dataclass(frozen=True)
class Outdated:
    """Which version of a file answers come from, because what it is now could not be read.

    `read_at` is when that version was read, `changed_at` when the file changed, in ISO 8601; that
    is empty where the file does not say.
    """

    read_at: str
    changed_at: str = ""

    @classmethod
    def from_text(cls, stored: str) -> Self | None:
        """What `to_text` made `stored` of; None of an empty text."""
        return cls(*stored.split(" ", 1)) if stored else None

    def to_text(self) -> str:
        """As passages bear it."""
        return f"{self.read_at} {self.changed_at}".rstrip()

    def sentence(self, file: str = "the file", reason: str = "") -> str:
        """Say it for a person, of a file by its name, with the reason if there is one."""
        changed = f" changed on {self.changed_at[:_DAY]} and" if self.changed_at else ""
        why = f" ({reason})" if reason else ""
        return f"{file}{changed} could not be read{why}: {self.kept}"

    @property
    def kept(self) -> str:
        """Say which version answers come from."""
        return f"answers come from the version read on {self.read_at[:_DAY]}"


def time_of(nanoseconds: int) -> str:
    """ISO 8601 in UTC of nanoseconds since 1970; empty of 0 and of what is no date."""
    if not nanoseconds:
        return ""
    try:
        return datetime.fromtimestamp(nanoseconds // 10**9, UTC).isoformat()
    except (OverflowError, OSError, ValueError):
        return ""
