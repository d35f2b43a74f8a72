"""Filling an empty namespace with what was read of one, under a mark until all of it is there.

The mark stands where every process looks first (`storage/connection/fingerprint.py`): nothing takes
a namespace for whole that is not. Whoever finds one may clear the namespace and fill it anew.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any, Final

from redis.asyncio import Redis

from citewire.errors import IndexMismatch, LibraryBusy, NotEmpty
from citewire.storage.backup.entries import KeyEntry
from citewire.storage.backup.lasting import NOTED, WORKERS, is_lasting
from citewire.storage.chats.index import ChatIndex
from citewire.storage.connection.fingerprint import MIGRATING, RESTORING
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.index.live import read_live_index
from citewire.storage.index.schema import build_schema, make_index, unmake_index
from citewire.storage.keys import SCHEMA_VERSION, Keys
from citewire.storage.library.lease import holding_lease

FILLER: Final = "+restore"
"""In whose name the namespace is held meanwhile; no owner is called so."""
SCANNED = 1000
CHUNK = 1000
"""Members, fields or entries that one command writes."""

Noted = Mapping[str, str]
"""What is noted of all that is stored: its version, and what the index was made with."""
Words = Sequence[str | bytes | int]


class NamespaceFiller:
    """Fills a namespace; see `filling`.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        noted: of what is going to be stored.
    """

    def __init__(self, client: Redis, namespace: str, noted: Noted) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._noted = noted
        self._schema = build_schema(
            namespace=namespace,
            dims=int(noted["dims"]),
            algorithm="flat" if noted.get("algorithm") == "flat" else "hnsw",
            vector_type="float32" if noted["vector_type"] == "float32" else "bfloat16",
        )

    async def check_room(self) -> None:
        """See that the namespace holds nothing, or what a restore left that was interrupted.

        Raises:
            NotEmpty: it holds something.
            LibraryBusy: a server uses it.
        """
        with storage_errors("to be read"):
            marked = await self._client.hmget(
                self._keys.fingerprint, RESTORING, MIGRATING, "schema_version"
            )
            time = await self._client.time()
            alive = await self._client.zcount(self._keys.workers, f"({time[0] * 1000}", "+inf")
        if alive:
            raise LibraryBusy(
                f"{alive} workers of `citewire serve` use the namespace {self._keys.namespace}: "
                "stop them first"
            )
        is_restoring, is_migrating, version = marked
        if is_restoring:
            return
        is_older = is_migrating or (version and as_text(version) != str(SCHEMA_VERSION))
        goes_on = "end what was begun with `citewire migrate`, or " if is_older else ""
        async for names in self._names():
            for name in names:
                if is_lasting(name) and name not in (NOTED, WORKERS):
                    raise NotEmpty(
                        f"the namespace {self._keys.namespace} holds something already: "
                        f"{goes_on}restore into another CITEWIRE_NAMESPACE, or another Redis"
                    )

    async def begin(self) -> None:
        """Set the mark, clear what an interrupted restore left, and make the indexes.

        Raises:
            StorageError: this Redis cannot hold such vectors; nothing is left behind.
        """
        noted = self._keys.fingerprint
        with storage_errors("the mark"):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hset(noted, RESTORING, "1")
                pipe.hdel(noted, *self._noted)
                await pipe.execute()
        await self._clear()
        with storage_errors("the index"):
            await unmake_index(self._client, self._schema)
            try:
                await make_index(self._client, self._schema)
            except Exception:
                await self._client.delete(noted)
                raise
        await ChatIndex(self._client, self._keys.namespace).ensure()

    async def write(self, entries: Sequence[KeyEntry]) -> None:
        """Write keys, in place of what there is of them.

        Raises:
            StorageError: Redis is full, say.
        """
        with storage_errors("what is restored"):
            async with self._client.pipeline(transaction=False) as pipe:
                for entry in entries:
                    key = f"{self._keys.prefix}{entry.name}"
                    pipe.execute_command("UNLINK", key)
                    for words in _commands(key, entry):
                        pipe.execute_command(*words)
                    if entry.ends_ms is not None:
                        # What has ended meanwhile is gone at once.
                        pipe.execute_command("PEXPIREAT", key, entry.ends_ms)
                await pipe.execute()

    async def finish(self) -> None:
        """See that the index took everything, and take the mark away.

        Raises:
            IndexMismatch: it did not.
        """
        with storage_errors("the index"):
            live = await read_live_index(self._client, self._schema.index.name)
        if live is None or live.failures:
            told = live.last_failure if live else "it is missing"
            raise IndexMismatch(f"the index did not take all passages: {told}")
        with storage_errors("the mark"):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hdel(self._keys.fingerprint, RESTORING)
                pipe.hset(self._keys.fingerprint, mapping=dict(self._noted))
                await pipe.execute()

    async def _clear(self) -> None:
        async for names in self._names():
            keys = [f"{self._keys.prefix}{one}" for one in names if is_lasting(one)]
            gone = [key for key in keys if key != self._keys.fingerprint]
            if gone:
                with storage_errors("to be cleared"):
                    await self._client.unlink(*gone)

    async def _names(self) -> AsyncGenerator[list[str], None]:
        cursor = None
        while cursor != 0:
            with storage_errors("to list its keys"):
                cursor, keys = await self._client.scan(
                    cursor or 0, match=f"{self._keys.prefix}*", count=SCANNED
                )
            yield [as_text(key).removeprefix(self._keys.prefix) for key in keys]


@asynccontextmanager
async def filling(
    client: Redis, namespace: str, noted: Noted
) -> AsyncGenerator[NamespaceFiller, None]:
    """Hold a namespace for the block, to fill it.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        noted: what is noted of what is going to be stored (`lasting.NOTED`).

    Raises:
        LibraryBusy: another process fills it.
        StorageError: Redis does not answer.
    """
    async with holding_lease(client, namespace, FILLER, wait_s=0, others="another restore"):
        yield NamespaceFiller(client, namespace, noted)


def _commands(key: str, entry: KeyEntry) -> Iterator[Words]:
    """The commands that write a key which is not there."""
    value: Any = entry.value
    match entry.kind:
        case "string":
            yield "SET", key, value
        case "json":
            yield "JSON.SET", key, "$", value
        case "hash":
            for some in _chunks(value, 2 * CHUNK):
                yield "HSET", key, *some
        case "set":
            for some in _chunks(value, CHUNK):
                yield "SADD", key, *some
        case "zset":
            for some in _chunks(value, 2 * CHUNK):
                pairs = zip(some[1::2], some[::2], strict=True)
                yield "ZADD", key, *chain.from_iterable(pairs)
        case "stream":
            for id_, fields in value:
                yield "XADD", key, id_, *fields


def _chunks(items: Sequence[bytes], size: int) -> Iterable[Sequence[bytes]]:
    return (items[start : start + size] for start in range(0, len(items), size))
