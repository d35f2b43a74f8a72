"""Words that are ones: whole words among the pieces of the embedding model.

Most are English; of other languages it has the commonest.
"""

from functools import cache

from citewire.text.word_pieces import word_pieces

_SHORTEST = 3


@cache
def known_words() -> frozenset[str]:
    """All of them, in lower case."""
    return frozenset(word for word in word_pieces() if len(word) >= _SHORTEST)
