"""The words of a text for comparing: stems, words of direction as their side, and clauses."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from citewire.services.citations.verdicts.sides import SIDES
from citewire.services.citations.verdicts.tokens import Token
from citewire.services.local.words import is_stop_word, stem

_STARTS_CLAUSE = frozenset(
    """while whereas but although because despite amid mientras pero
aunque sino porque debido""".split()
)
_NO_STEM = frozenset("per cent percent ciento".split())
_ENDS_CLAUSE = frozenset(". ; ! ?".split())


class Word(NamedTuple):
    """A word or a sign, flat; `stem` is empty where it says nothing alone."""

    flat: str
    stem: str
    start: int


@lru_cache(maxsize=16384)
def stem_of(flat: str) -> str:
    """The stem of a flat word; empty if it says nothing alone; `<up>` and `<down>`."""
    if len(flat) == 1 or not flat[0].isalpha():
        return ""
    side = SIDES.get(flat)
    if side in ("up", "down"):
        return f"<{side}>"
    return "" if flat in _NO_STEM or (is_stop_word(flat) and side is None) else stem(flat)


def read_words(tokens: Sequence[Token]) -> list[Word]:
    """The tokens with their stems."""
    return [Word(token.text, stem_of(token.text), token.start) for token in tokens]


def clauses(words: Sequence[Word], flat: str) -> Iterator[Sequence[Word]]:
    """The sentences, rows and clauses of a text."""
    first = 0
    for index, word in enumerate(words):
        if word.flat in _STARTS_CLAUSE and index > first:
            yield words[first:index]
            first = index
        elif word.flat in _ENDS_CLAUSE or (word.flat == "\n" and _ends_line(words, index, flat)):
            yield words[first : index + 1]
            first = index + 1
    if first < len(words):
        yield words[first:]


def _ends_line(words: Sequence[Word], index: int, flat: str) -> bool:
    """Whether the line break ends more than a line: after a row or a heading, before a blank."""
    start = words[index].start
    before = flat[start - 1 : start]
    after = flat[start + 1 : start + 2]
    return after in "\n|" or before in "|%)" or before.isdigit()
