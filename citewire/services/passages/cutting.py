"""A text cut into spans of bounded size, at the ends of sentences.

A sentence that is too long is cut at line breaks, then at white space, then anywhere. Each step is
linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from citewire.text.tokens import TOKEN, count_tokens

MIN_WORDS = 3
"""A page number or a stray label makes no passage of its own."""

_SENTENCE_END = re.compile(
    # After a full stop that does not follow a single letter (an initial, "U.S."), and not before
    # a small letter ("approx. five").
    r"(?<=[.!?…])(?<!\b\w\.)[\"'”’»)\]]*\s+(?=[^\sa-z])"
    r"|(?<=[。！？；])[」』”）]*"
    r"|\n\s*\n"
    r"|\n(?=[ \t]*[•▪●◦■►–*]\s)"
)
_CUTS = (_SENTENCE_END, re.compile(r"\n"), re.compile(r"\s"))


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a text: characters `start` up to, not including, `end`; its size in tokens."""

    start: int
    end: int
    tokens: int


def split_page(
    text: str, *, max_tokens: int, overlap: int, english: bool = True, min_words: int = MIN_WORDS
) -> list[Cut]:
    """Cut the text of a page into passages of at most `max_tokens`, with `overlap` in common.

    No passage begins or ends with white space; what has fewer than `min_words` is left out.
    """
    page = _PageText(text, max_tokens, english)
    units = list(page.units(0, len(text)))
    packed = (_stripped(text, span) for span in _pack(units, max_tokens, overlap))
    return [span for span in packed if _has_words(text, span, min_words)]


@dataclass(frozen=True, slots=True)
class _PageText:
    """A text that is cut into units of at most `limit` tokens."""

    text: str
    limit: int
    english: bool

    def units(self, start: int, end: int, level: int = 0) -> Iterator[Cut]:
        tokens = count_tokens(self.text[start:end], english=self.english)
        if tokens <= self.limit:
            if tokens:
                yield Cut(start, end, tokens)
        elif level < len(_CUTS):
            for piece_start, piece_end in self._pieces(start, end, _CUTS[level]):
                yield from self.units(piece_start, piece_end, level + 1)
        else:
            # One endless word: no estimate gives a character more than one token.
            for position in range(start, end, self.limit):
                yield from self.units(position, min(position + self.limit, end), level)

    def _pieces(self, start: int, end: int, cut: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        for found in cut.finditer(self.text, start, end):
            if found.end() > start:
                yield start, found.end()
                start = found.end()
        if start < end:
            yield start, end


def _pack(units: list[Cut], limit: int, overlap: int) -> Iterator[Cut]:
    first, size = 0, 0
    for index, unit in enumerate(units):
        if size + unit.tokens > limit:
            yield Cut(units[first].start, units[index - 1].end, size)
            first, size = _shared(units, first, index, min(overlap, limit - unit.tokens))
        size += unit.tokens
    if units:
        yield Cut(units[first].start, units[-1].end, size)


def _shared(units: list[Cut], first: int, end: int, overlap: int) -> tuple[int, int]:
    # At least one unit is left behind, so that each passage begins after the one before.
    begin, size = end, 0
    while begin - 1 > first and size + units[begin - 1].tokens <= overlap:
        begin -= 1
        size += units[begin].tokens
    return begin, size


def _stripped(text: str, span: Cut) -> Cut:
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    return Cut(start, start + len(piece.strip()), span.tokens)


def _has_words(text: str, span: Cut, at_least: int) -> bool:
    words = (match for match in TOKEN.finditer(text, span.start, span.end) if match.lastgroup)
    return len(list(islice(words, at_least))) == at_least
