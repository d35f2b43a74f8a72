"""The clauses of a text: their stems in order, words of direction as their side, and polarity."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from citewire.services.citations.verdicts.polarity import Polarity, polarity
from citewire.services.citations.verdicts.sides import SIDES
from citewire.text.words import is_stop_word, stem

_STARTS_CLAUSE = frozenset(
    """while whereas but although because despite amid mientras pero
aunque sino porque debido""".split()
)
_NO_STEM = frozenset(
    """per cent percent ciento der das den dem des ein eine einer eines einem einen und im zum zur
vom von mit auf bei ist waren wurde wurden betrug betrugen sich au aux les une est etait etaient
dans avec cette qui s'elevait s'elevaient""".split()
)
"""Beside the stop words of English and Spanish."""
_SHORT = {"fees": "fee", "taxes": "tax", "gains": "gain", "units": "unit"}
"""Stems of words that are too short to be cut."""
_ENDS_CLAUSE = frozenset(". ; ! ?".split())
_BREAKS = _STARTS_CLAUSE | _ENDS_CLAUSE | {"\n"}


@lru_cache(maxsize=16384)
def stem_of(flat: str) -> str:
    """The stem of a flat word; empty if it says nothing alone; `<up>` and `<down>`."""
    if len(flat) == 1 or not flat[0].isalpha():
        return ""
    side = SIDES.get(flat)
    if side in ("up", "down"):
        return f"<{side}>"
    if flat in _NO_STEM or (side is None and is_stop_word(flat)):
        return ""
    return _SHORT.get(flat) or stem(flat)


SIDE_STEMS = {stem_of(word): side for word, side in SIDES.items() if side not in ("up", "down")}
"""The side of a stem."""


class Clause:
    """A sentence, row or clause.

    Args:
        texts: its tokens.
        stems: their stems, empty where they say nothing alone.
    """

    def __init__(self, texts: Sequence[str], stems: Sequence[str]) -> None:
        self._texts = texts
        self._stems = stems
        self.stems = tuple(filter(None, stems))
        self.words = frozenset(self.stems)

    @cached_property
    def polarity(self) -> Polarity:
        """Which way it points; asked of the few clauses that speak of the same as a claim."""
        return polarity(self._texts, self._stems)


def read_clauses(texts: Sequence[str], flat: str) -> tuple[Clause, ...]:
    """The clauses of a text, of which these are the tokens, that say anything."""
    stems = list(map(stem_of, texts))
    found = (Clause(texts[part], stems[part]) for part in _slices(texts, flat))
    return tuple(clause for clause in found if clause.stems)


def _slices(texts: Sequence[str], flat: str) -> Iterator[slice]:
    """The sentences, rows and clauses of a text, of which these are the tokens."""
    first, line_end = 0, -1
    for index, text in enumerate(texts):
        if text not in _BREAKS:
            continue
        if text in _STARTS_CLAUSE:
            if index > first:
                yield slice(first, index)
            first = index
            continue
        if text == "\n":
            line_end = flat.index("\n", line_end + 1)
            if not _ends_row(flat, line_end):
                continue
        yield slice(first, index + 1)
        first = index + 1
    if first < len(texts):
        yield slice(first, len(texts))


def _ends_row(flat: str, at: int) -> bool:
    """Whether the line break ends more than a line: after a row or a heading, before a blank."""
    before, after = flat[at - 1 : at], flat[at + 1 : at + 2]
    return after in "\n|" or before in "|%)" or before.isdigit()
