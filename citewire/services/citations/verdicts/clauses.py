"""The clauses of a text: their stems in order, and which way each points."""

from collections.abc import Sequence
from functools import cached_property

from citewire.services.citations.verdicts.polarity import Polarity, polarity
from citewire.services.citations.verdicts.words import clauses, stem_of


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
    found = (Clause(texts[part], stems[part]) for part in clauses(texts, flat))
    return tuple(clause for clause in found if clause.stems)
