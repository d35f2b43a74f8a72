"""What a provider's replies say, also where they are not of the form that OpenAI gives them."""

import json
from typing import Any

MAX_COUNT = 2**53 - 1
"""The greatest number that every JSON reader takes as it is."""

_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


def text_of(said: object) -> str:
    """The text of a message or a delta: its content, or why there is none.

    Content may come as a list of parts; those that are no text, such as thoughts, are left out.
    """
    if not isinstance(said, dict):
        return ""
    content = said.get("content") or said.get("refusal")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def count_of(usage: object, name: str) -> int:
    """A number of tokens; 0 where none is told that can be one."""
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if type(count) is int and 0 <= count <= MAX_COUNT else 0


class Halves:
    """Puts characters together that a provider cut in two.

    Those that write JSON from UTF-16 may send an emoji as two escapes in two chunks, which are no
    characters by themselves (RFC 8259, section 8.2).
    """

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def loads(self, data: bytes) -> Any:
        """Parse JSON in which there may be halves; None when it is none even so."""
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return None

    def whole(self, text: str) -> str:
        """The text without a half at its end, which comes before the next one."""
        if not (self._half or any(ord(one) in _HIGH or ord(one) in _LOW for one in text)):
            return text
        text, self._half = self._half + text, ""
        if ord(text[-1]) in _HIGH:
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
