"""Passages by their keys: written in batches, found again after a crash, deleted with a document.

The ids of a document's passages also stand in a set of its own, written before the passages: what
is to be deleted is known without a search and without reading any text.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Fields, Keys
from citewire.storage.library.lease import Lease

WRITE_BATCH = 200
DELETE_BATCH = 500


class PassageKeys:
    """The passages of a namespace, by document.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)

    def key(self, passage_id: str) -> str:
        """The key of a passage's hash."""
        return self._keys.passage(passage_id)

    async def with_vectors(self, passage_ids: Sequence[str]) -> set[str]:
        """Which of these passages are written already, with their embeddings."""
        with storage_errors("the passages"):
            async with self._client.pipeline(transaction=False) as pipe:
                for passage_id in passage_ids:
                    pipe.hexists(self._keys.passage(passage_id), "vector")
                found = await pipe.execute()
        return {passage_id for passage_id, there in zip(passage_ids, found, strict=True) if there}

    async def ids(self, doc_id: str) -> set[str]:
        """The ids of all passages of a document."""
        with storage_errors("the passages"):
            noted = await self._client.smembers(self._keys.passage_ids(doc_id))
        return {as_text(passage_id) for passage_id in noted}

    async def first_texts(self, doc_id: str, pages: int) -> list[str]:
        """The text of each of the first `pages` pages of a document, as its passages hold it."""
        places = sorted(
            (page, start, one)
            for one in await self.ids(doc_id)
            for page, start in [place_of(one)]
            if page <= pages
        )
        with storage_errors("the passages"):
            async with self._client.pipeline(transaction=False) as pipe:
                for _, _, passage_id in places:
                    pipe.hget(self._keys.passage(passage_id), "text")
                found = await pipe.execute()
        texts: dict[int, list[str]] = {}
        for (page, _, _), text in zip(places, found, strict=True):
            texts.setdefault(page, []).append(as_text(text or b""))
        return ["\n".join(some) for some in texts.values()]

    async def write(
        self,
        doc_id: str,
        passages: Mapping[str, Fields],
        layout: Mapping[str, str] | None = None,
    ) -> None:
        """Write passages of one document in one round trip, each under its id.

        Args:
            doc_id: whose passages.
            passages: their fields.
            layout: their rectangles as JSON, kept apart from what is searched.
        """
        if not passages:
            return
        with storage_errors("the passages"):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.sadd(self._keys.passage_ids(doc_id), *passages)
                for passage_id, fields in passages.items():
                    # `hset` takes longer to flatten a mapping than hiredis to pack it.
                    words = chain.from_iterable(fields.items())
                    pipe.execute_command("HSET", self._keys.passage(passage_id), *words)
                if layout:
                    words = chain.from_iterable(layout.items())
                    pipe.execute_command("HSET", self._keys.layout(doc_id), *words)
                await pipe.execute()

    async def set_fields(self, doc_id: str, fields: Mapping[str, str]) -> None:
        """Write the same few fields into all passages of a document."""
        for batch in _batches(sorted(await self.ids(doc_id)), WRITE_BATCH):
            with storage_errors("the passages"):
                async with self._client.pipeline(transaction=False) as pipe:
                    for passage_id in batch:
                        pipe.hset(self._keys.passage(passage_id), mapping=dict(fields))
                    await pipe.execute()

    async def delete(self, lease: Lease, doc_id: str, *, except_for: Collection[str] = ()) -> None:
        """Delete the passages of a document, which is hidden, in batches.

        Args:
            lease: of the owner.
            doc_id: whose passages.
            except_for: ids that are kept.
        """
        kept = frozenset(except_for)
        gone = await self.ids(doc_id) - kept
        for batch in _batches(sorted(gone), DELETE_BATCH):
            await lease.change(
                [
                    ("UNLINK", *(self._keys.passage(passage_id) for passage_id in batch)),
                    ("SREM", self._keys.passage_ids(doc_id), *batch),
                    ("HDEL", self._keys.layout(doc_id), *batch),
                ]
            )


def place_of(passage_id: str) -> tuple[int, int]:
    """Give page and place of a passage, of which its id is made: `build_passages`."""
    _, page, start, _ = passage_id.rsplit("-", 3)
    return int(page), int(start)


def _batches(items: Sequence[str], size: int) -> Iterator[list[str]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
