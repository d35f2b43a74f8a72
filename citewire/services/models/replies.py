"""What a provider's replies say, also where they are not of the form that OpenAI gives them."""

import json
from typing import Any

from citewire.workflows.run_context import FinishReason

MAX_COUNT = 2**53 - 1
"""The greatest number that every JSON reader takes as it is."""

_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_NO_REASON = ("null", "none")
_GOOD = ("stop", "eos", "eos_token", "end_turn", "stop_sequence", "complete")
_LENGTH = (
    "length",
    "max_tokens",
    "max_output_tokens",
    "model_length",
    "model_context_window_exceeded",
)
_FILTER = ("content_filter", "safety", "recitation", "prohibited_content", "blocklist", "spii")
_FINISH_REASONS: dict[str, FinishReason] = {
    **dict.fromkeys(_GOOD, "stop"),
    **dict.fromkeys(_LENGTH, "length"),
    **dict.fromkeys(_FILTER, "content_filter"),
    "sensitive": "content_filter",
    "refusal": "content_filter",
    "image_safety": "content_filter",
}


def reason_of(choice: dict[str, Any]) -> str:
    """The provider's word for why a choice ended; empty while it goes on."""
    reason = choice.get("finish_reason") or choice.get("finishReason")
    return reason if isinstance(reason, str) and reason.lower() not in _NO_REASON else ""


def meaning_of(reason: str) -> FinishReason | None:
    """What such a word means; None for what is no good end."""
    # Gemini says `content_filter: SAFETY`.
    return _FINISH_REASONS.get(reason.partition(":")[0].strip().lower())


def text_of(said: object) -> str:
    """The text of a message or a delta: its content, or why there is none.

    Content may come as a list of parts; those that are no text, such as thoughts, are left out.
    """
    if not isinstance(said, dict):
        return ""
    content = said.get("content") or said.get("refusal")
    if isinstance(content, str):
        return content
    texts = [part.get("text") for part in _parts(content) if not _is_thought(part)]
    return "".join(text for text in texts if isinstance(text, str))


def thinks(said: object) -> bool:
    """Whether a delta or a message holds thinking beside its text."""
    if not isinstance(said, dict):
        return False
    named = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
    return any(said.get(name) for name in named) or any(
        map(_is_thought, _parts(said.get("content")))
    )


def _parts(content: object) -> list[dict[str, Any]]:
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def _is_thought(part: dict[str, Any]) -> bool:
    kind = str(part.get("type", ""))
    return "think" in kind or "reason" in kind


def count_of(usage: object, name: str) -> int:
    """A number of tokens, also told as a float or in a string; 0 where none is told."""
    count = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(count, bool) or not isinstance(count, int | float | str):
        return 0
    try:
        number = float(count) if isinstance(count, str) else count
    except ValueError:
        return 0
    return int(number) if 0 <= number <= MAX_COUNT else 0


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
