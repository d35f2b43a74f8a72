"""A key with its value as a line of text: the same whichever server it was read from.

Not what `DUMP` gives: that can be read by servers of the same kind and a version as new alone.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

import orjson

from citewire.errors import StorageError

Kind = Literal["none", "string", "hash", "set", "zset", "stream", "json"]
Value = bytes | list[bytes] | list[tuple[bytes, list[bytes]]]
"""A string or a document of JSON; members, or fields and values by turns; entries of a stream."""

_KINDS: dict[bytes, Kind] = {
    b"none": "none",
    b"string": "string",
    b"hash": "hash",
    b"set": "set",
    b"zset": "zset",
    b"stream": "stream",
    b"ReJSON-RL": "json",
}


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key at one instant.

    Args:
        name: of the key, without the namespace.
        kind: what it holds; `none`: there is no such key any more.
        ends_ms: when it ends by itself, in milliseconds since 1970; None: never.
        value: as Redis gave it.
    """

    name: str
    kind: Kind
    ends_ms: int | None
    value: Value

    @classmethod
    def from_reply(cls, name: str, now_ms: int, reply: Sequence[Any]) -> Self:
        """The entry of what the script `backup/read` gave.

        Raises:
            StorageError: the key holds what Citewire never stores.
        """
        stored, left_ms, value = reply
        if stored not in _KINDS:
            raise StorageError(f"the key {name} is none of Citewire's: it is a {stored.decode()}")
        ends_ms = None if left_ms < 0 else now_ms + int(left_ms)
        return cls(name, _KINDS[stored], ends_ms, value)

    def to_line(self) -> bytes:
        """As a line of JSON; what is no text is in base64."""
        told: dict[str, Any] = {"key": self.name, "kind": self.kind}
        if self.ends_ms is not None:
            told["ends_ms"] = self.ends_ms
        if self.kind != "none":
            told["value"] = _told(self.value)
        return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """The entry of which `to_line` made a line.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        told = orjson.loads(line)
        if told["kind"] not in _KINDS.values():
            raise ValueError(told["kind"])
        value = cast("Value", _untold(told.get("value", "")))
        return cls(str(told["key"]), told["kind"], told.get("ends_ms"), value)


def _told(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _untold(told: Any) -> Any:
    if isinstance(told, list):
        return [_untold(one) for one in told]
    if isinstance(told, dict):
        return base64.b64decode(told["base64"], validate=True)
    if isinstance(told, str):
        return told.encode()
    raise TypeError(type(told).__name__)
