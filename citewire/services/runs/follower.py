"""Following runs as somebody who may read less by now than when they were asked."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson

from citewire.errors import CitewireError
from citewire.services.access.caller import Caller
from citewire.services.access.reach import Reaching
from citewire.services.answers.kept_quotes import only_quotes_of_lost
from citewire.services.runs.following import Following
from citewire.services.runs.log import ToldBatch
from citewire.storage.runs.log import EncodedEvent

logger = logging.getLogger(__name__)

_WITH_SOURCES = ("sources", "done")


class Follower:
    """Somebody who follows runs.

    Args:
        following: all who follow runs of this worker; the place of this one is held.
        reaching: tells what may be read.
        caller: who it is.
    """

    def __init__(self, following: Following, reaching: Reaching, caller: Caller) -> None:
        self._following = following
        self._reaching = reaching
        self._caller = caller

    async def open(
        self, run_id: str, owner: str, *, after: int
    ) -> AsyncGenerator[ToldBatch, None] | None:
        """As `Following.open`, without what may be read no longer."""
        told = await self._following.open(run_id, owner, after=after)
        return None if told is None else self._still_readable(run_id, told)

    def follow(self, run_id: str, owner: str) -> AsyncGenerator[ToldBatch, None]:
        """As `Following.follow`, from the start, without what may be read no longer."""
        return self._still_readable(run_id, self._following.follow(run_id, owner))

    async def _still_readable(
        self, run_id: str, told: AsyncGenerator[ToldBatch, None]
    ) -> AsyncGenerator[ToldBatch, None]:
        async with aclosing(told) as batches:
            async for batch in batches:
                if not any(name in _WITH_SOURCES for _, name, _ in batch):
                    yield batch
                    continue
                try:
                    reach = await self._reaching.of(self._caller)
                except CitewireError as error:
                    # What may be read is not known: nothing more is told.
                    logger.warning("run %s cannot be followed any more: %s", run_id, error)
                    return
                yield [_left_of(event, reach.collections) for event in batch]


def _left_of(event: EncodedEvent, readable: frozenset[str]) -> EncodedEvent:
    seq, name, data = event
    if name not in _WITH_SOURCES:
        return event
    told = orjson.loads(data)
    left = only_quotes_of_lost(told, readable)
    return event if left is told else (seq, name, orjson.dumps(left))
