"""The part of a text in which a search found its words."""

from collections.abc import Sequence
from dataclasses import dataclass

from citewire.services.citations.model import Span
from citewire.storage.chats.words import Word, find_runs, find_words
from citewire.text.offsets import utf16_length

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
    wanted = find_runs(find_words(q))
    words = list(find_words(text))
    spots = [
        (words[at].start, words[at + len(run) - 1].end)
        for at in range(len(words))
        if (run := next((one for one in wanted if _stands(one, words[at : at + len(one)])), None))
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


def _stands(run: Sequence[Word], there: Sequence[Word]) -> bool:
    """Whether all of `run` is there, in a row; a word also as the beginning of one."""
    if len(run) > 1 or run[0].is_whole:
        return [word.text for word in run] == [word.text for word in there]
    return there[0].text.startswith(run[0].text)


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
