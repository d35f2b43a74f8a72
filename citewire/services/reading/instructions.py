"""Text that speaks to a language model instead of a reader, found by rules on words.

What the rules miss is delimited as a source like all other text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from citewire.services.reading.instruction_rules import RULES
from citewire.text.alphabets import latin_look

Span = tuple[int, int]

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
    hits = sorted(_hits(text))
    if not hits:
        return spans
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    borders = [0, *(found.end() for found in _SENTENCE.finditer(text)), len(text)]
    for start, end in hits:
        stretch = _quotation(quoted, start, end) or _around(borders, start, end)
        if spans and stretch[0] <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], stretch[1])
        else:
            spans.append(stretch)
    return spans


def _hits(text: str) -> Iterator[tuple[int, int]]:
    yield from _written(text)
    look, places = latin_look(text)
    if look != text:
        for start, end in _written(look):
            yield places[start], places[end - 1] + 1


def _written(text: str) -> Iterator[tuple[int, int]]:
    lowered = text.lower()
    for words, rule in RULES:
        if any(word in lowered for word in words):
            for found in rule.finditer(text):
                yield found.span()


def _quotation(quoted: Sequence[Span], start: int, end: int) -> Span | None:
    """What stands between the quotation marks around a finding."""
    at = bisect_left(quoted, start, key=lambda span: span[0]) - 1  # they do not overlap
    if at >= 0 and end < quoted[at][1]:
        return quoted[at][0] + 1, quoted[at][1] - 1
    return None


def _around(borders: Sequence[int], start: int, end: int) -> Span:
    """The stretch around a finding; `borders` are those of the sentences, and of the text."""
    if borders[-1] <= LONGEST:
        return 0, borders[-1]
    after = bisect_right(borders, start)
    before = borders[max(after - 2, 0)]
    first = before if start - before < LONGEST // 2 else start
    last = borders[bisect_right(borders, first + LONGEST) - 1]
    return first, max(last, end)
