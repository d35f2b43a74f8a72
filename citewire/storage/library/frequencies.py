"""In how many passages words stand, for libraries in which it costs to rank all that have one."""

from collections.abc import Iterable, Mapping
from typing import Final

from citewire.storage.library.counts import PassageCounts, is_of_libraries_alone

LARGE: Final = 20_000
"""From so many passages on in the libraries that are searched words are counted."""
KNOWN_S: Final = 600.0
"""How long a word's count is taken for known, in seconds: it decides what is ranked first."""


async def frequencies(
    counts: PassageCounts, words: Iterable[str], wanted: str
) -> Mapping[str, int]:
    """The numbers of passages by words; empty where all that have one may be ranked.

    That is where few passages are searched, or a filter by more than libraries is told, by which
    Redis begins.

    Args:
        counts: of the index.
        words: each with its fields, in the words of Redis: `@terms|about:harbour`.
        wanted: the filter by which is searched.

    Raises:
        redis.exceptions.RedisError: for the caller to translate.
    """
    if not is_of_libraries_alone(wanted) or (await counts.of([wanted]))[wanted] < LARGE:
        return {}
    return await counts.of(dict.fromkeys(words), KNOWN_S)
