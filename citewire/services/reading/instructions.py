"""Text that speaks to a language model instead of a reader, found by rules on words.

What the rules miss is delimited as a source like all other text.
"""

import re
from collections.abc import Iterator

from citewire.services.reading.instruction_rules import RULES

LONGEST = 700
"""Characters that one finding withholds at most, so that a false one costs little."""

_SENTENCE = re.compile(r"(?<=[.!?。！？])[\"'”’»)\]]*\s+")
_QUOTED = re.compile(r"“[^”\n]{1,400}”|«[^»\n]{1,400}»|„[^“”\n]{1,400}[“”]|\"[^\"\n]{1,400}\"")


def reads_like_instructions(text: str) -> bool:
    """Whether any rule finds something in `text`."""
    return next(_hits(text), None) is not None


def find_instructions(text: str) -> list[tuple[int, int]]:
    """Where `text`, a paragraph or a row, speaks to a model: start and end of stretches, in order.

    A stretch is the whole paragraph, as an order and its payload are seldom one sentence; in a
    long one, from the sentence before the finding, `LONGEST` characters at most. What stands in
    quotation marks is withheld without its surroundings: a report may well tell of such orders.
    """
    spans: list[tuple[int, int]] = []
    for start, end in sorted(_hits(text)):
        stretch = _quotation(text, start, end) or _around(text, start, end)
        if spans and stretch[0] <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], stretch[1])
        else:
            spans.append(stretch)
    return spans


def _hits(text: str) -> Iterator[tuple[int, int]]:
    lowered = text.lower()
    for words, rule in RULES:
        if any(word in lowered for word in words):
            for found in rule.finditer(text):
                yield found.span()


def _quotation(text: str, start: int, end: int) -> tuple[int, int] | None:
    for found in _QUOTED.finditer(text):
        if found.start() < start and end < found.end():
            return found.start() + 1, found.end() - 1
    return None


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    if len(text) <= LONGEST:
        return 0, len(text)
    borders = [0, *(found.end() for found in _SENTENCE.finditer(text)), len(text)]
    before = [border for border in borders if border <= start][-2:]
    first = before[0] if start - before[0] < LONGEST // 2 else start
    inside = [border for border in borders if end <= border <= first + LONGEST]
    return first, max(inside[-1] if inside else end, end)
