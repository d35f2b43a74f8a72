"""Which libraries hold most passages of an index: those are searched in another way."""

from typing import Final

from citewire.storage.library.counts import PassageCounts, is_of_libraries_alone

MOST: Final = 0.5
"""The share of all passages from which a filter lets through most of them."""
_ALL: Final = "*"


async def have_most(counts: PassageCounts, wanted: str) -> bool:
    """Whether a filter, in the words of Redis, is of libraries alone that hold most passages.

    Raises:
        redis.exceptions.RedisError: for the caller to translate.
    """
    if not is_of_libraries_alone(wanted):
        return False
    counted = await counts.of((wanted, _ALL))
    return counted[wanted] >= MOST * counted[_ALL]
