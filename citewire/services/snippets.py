"""The part of a text in which a search found its words."""

from dataclasses import dataclass

from citewire.services.citations.claims import utf16_length
from citewire.services.run_events import Span
from citewire.storage.chat_words import find_words

CHARS = 160
LEAD = 40
"""Characters shown before the first match."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a message, or of the title if `message_id` is None; `matches` are what was found.

    Spans count UTF-16 code units of `text`.
    """

    message_id: str | None
    text: str
    matches: list[Span]


def snippet_of(text: str, q: str, message_id: str | None) -> Snippet:
    """Where the words of `q` first stand in `text`, with an ellipsis where it is cut."""
    wanted = {(word.text, word.is_whole) for word in find_words(q)}
    spots = [
        (word.start, word.end)
        for word in find_words(text)
        if any(
            word.text == one or (not whole and word.text.startswith(one)) for one, whole in wanted
        )
    ]
    start, end = _window(text, spots[0][0] if spots else 0)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shown = text[start:end]
    matches = [
        Span(_units(before, shown[: one - start]), _units(before, shown[: other - start]))
        for one, other in spots
        if start <= one and other <= end
    ]
    return Snippet(message_id, f"{before}{shown}{after}", matches)


def _window(text: str, first: int) -> tuple[int, int]:
    start = max(0, first - LEAD)
    if start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + CHARS)
    if end < len(text):
        space = text.rfind(" ", max(first + 1, end - LEAD), end)
        end = space if space > 0 else end
    return start, end


def _units(before: str, text: str) -> int:
    return utf16_length(before + text)
