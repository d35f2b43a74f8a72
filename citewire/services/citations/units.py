"""The units of a passage that can be quoted: its sentences and table rows, with their places."""

import re
from collections.abc import Iterator
from itertools import pairwise

from citewire.text.sentences import SENTENCE_END, ends_sentence

CELL = " | "

LONG = 600
"""Characters; a longer unit, a list without full stops say, is cut at its line ends."""

_PARAGRAPH_END = re.compile(r"\n\s*\n|\n(?=[ \t]*[•▪●◦■►‣∙*–—-]\s)")

Span = tuple[int, int]


def units_of(text: str) -> list[Span]:
    """Where the sentences and rows of `text` begin and end, in characters and in order."""
    found: list[Span] = []
    for start, end in _between(_PARAGRAPH_END, text, 0, len(text)):
        for unit in _units(text, start, end):
            bare = text[slice(*unit)].lstrip()
            if bare:
                begin = unit[1] - len(bare)
                found.append((begin, begin + len(bare.rstrip())))
    return found


def _between(border: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Span]:
    edges = [start, *(found.end() for found in border.finditer(text, start, end)), end]
    yield from pairwise(edges)


def _units(text: str, start: int, end: int) -> Iterator[Span]:
    if CELL in text[start:end]:
        yield from _lines(text, start, end)
        return
    for sentence in _sentences(text, start, end):
        if sentence[1] - sentence[0] > LONG:
            yield from _lines(text, *sentence)
        else:
            yield sentence


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    while (found := text.find("\n", start, end)) >= 0:
        yield start, found
        start = found + 1
    yield start, end


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    paragraph = text[start:end]
    begin = 0
    for stop in SENTENCE_END.finditer(paragraph):
        if ends_sentence(paragraph, begin, stop):
            yield start + begin, start + stop.end()
            begin = stop.end()
    if begin < len(paragraph):
        yield start + begin, end
