"""The file of a backup: a tar archive, compressed by gzip, that can be read from its beginning.

`about.json` comes first and says what it is; then come the files of people and parts with the keys
of Redis, a line of JSON each, in no order that means anything but this: of two of one name the
later one holds. `manifest.json` comes last, with the size and the SHA-256 of each of those before
it: a file without it is cut off.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from citewire.errors import BackupError

FORMAT: Final = 1
ABOUT: Final = "about.json"
MANIFEST: Final = "manifest.json"
KEYS: Final = "redis/"
FILES: Final = ("uploads", "pages")
"""The folders of people's files: what they uploaded, and copies of pages that chats cite."""
LEVEL: Final = 1
"""Of compression: more takes longer than it is worth, for most is PDFs and vectors."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a backup is of.

    Args:
        citewire: the version of the program that made it.
        schema: the version of what was stored.
        namespace: its name.
        begun_at: when it was begun, in ISO 8601.
        uploads: where uploaded files lay, as documents name it.
        noted: what else was noted of what was stored: what the index was made with.
    """

    citewire: str
    schema: int
    namespace: str
    begun_at: str
    uploads: str
    noted: Mapping[str, str]

    def to_json(self) -> bytes:
        """As it lies in the archive."""
        return _to_json({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """What `to_json` gave.

        Raises:
            BackupError: it is none, or of a newer format.
        """
        told = _from_json(data)
        if told.pop("format", None) != FORMAT:
            raise BackupError("a newer version of Citewire made this backup: restore it with that")
        try:
            return cls(**told)
        except TypeError as error:
            raise BackupError("this is no backup of Citewire") from error


@dataclass(frozen=True, slots=True)
class Member:
    """A part of the archive: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a whole backup holds.

    Args:
        instant: as of when Redis was read, in ISO 8601.
        counts: how many there are of what people know: documents, chats.
        missing: uploaded files that could not be had any more, by their paths.
        removed: files in it that were removed while it was made, and are not restored.
        members: all other parts of the archive, in their order.
    """

    instant: str
    counts: Mapping[str, int]
    missing: tuple[str, ...]
    removed: tuple[str, ...]
    members: tuple[Member, ...]

    def to_json(self) -> bytes:
        """As it lies in the archive."""
        return _to_json(asdict(self))

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """What `to_json` gave; raises BackupError if it is none."""
        told = _from_json(data)
        try:
            members = tuple(Member(**one) for one in told["members"])
            missing, removed = tuple(told["missing"]), tuple(told["removed"])
            return cls(told["instant"], told["counts"], missing, removed, members)
        except (KeyError, TypeError) as error:
            raise BackupError("the manifest of this backup cannot be read") from error


def nanoseconds_to_text(ns: int) -> str:
    """A time in nanoseconds as tar archives have it: in seconds, with nine decimals."""
    return f"{ns // 1_000_000_000}.{ns % 1_000_000_000:09d}"


def nanoseconds_from_text(text: str) -> int:
    """The time that `nanoseconds_to_text` wrote; raises ValueError if it is none."""
    seconds, _, rest = text.partition(".")
    return int(seconds) * 1_000_000_000 + int(f"{rest:0<9.9}")


def _to_json(told: Mapping[str, Any]) -> bytes:
    # Not orjson: a file may have a name that is no Unicode.
    return json.dumps(told, separators=(",", ":")).encode()


def _from_json(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except ValueError as error:
        raise BackupError("this is no backup of Citewire") from error
    if not isinstance(told, dict):
        raise BackupError("this is no backup of Citewire")
    return told
