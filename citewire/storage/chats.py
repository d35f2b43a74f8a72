"""Chats and their turns: a hash per chat, a list of its messages, an index by time.

A question and its answer are written together in one transaction, so that no reader and no crash
ever sees half a turn.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from redis.asyncio import Redis

from citewire.errors import ChatNotFound
from citewire.storage.refusals import storage_errors
from citewire.storage.snapshots import keep_passages

Message = dict[str, Any]
"""One message as stored: `message_id`, `role`, `text`, `status`, and for answers their sources."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with (some of) its messages, oldest first."""

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    messages: list[Message]


class ChatStore:
    """The chats of one namespace.

    Every method raises StorageUnavailable when Redis does not answer, and StorageError when it
    refuses: because it is full, say.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        self._prefix = f"{namespace}:chat:"
        self._index = f"{namespace}:chats"

    async def create(self, chat_id: str, *, created_at: str) -> None:
        """Make an empty chat; it enters the index by time with its first turn."""
        facts = {"created_at": created_at, "updated_at": created_at}
        with storage_errors("the chat"):
            await cast(Awaitable[int], self._client.hset(self._key(chat_id), mapping=facts))

    async def read(self, chat_id: str, *, last: int | None = None) -> Chat:
        """A chat with its last messages (all of them by default), in one round trip.

        Raises:
            ChatNotFound: there is none of that id.
        """
        first = 0 if last is None else -last
        with storage_errors("the chat"):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hgetall(self._key(chat_id))
                if last != 0:
                    pipe.lrange(self._turns(chat_id), first, -1)
                facts, *rest = await pipe.execute()
        if not facts:
            raise ChatNotFound(f"there is no chat {chat_id}")
        messages = [orjson.loads(raw) for raw in rest[0]] if rest else []
        return Chat(chat_id=chat_id, messages=messages, **_texts(facts))

    async def append(
        self,
        chat_id: str,
        messages: Sequence[bytes],
        *,
        title: str,
        at: str,
        timestamp: float,
        passage_ids: Sequence[str] = (),
    ) -> None:
        """Add the messages of one turn, all or none; `title` is kept if the chat has one.

        The passages of `passage_ids` are kept with it, as they are now.
        """
        key = self._key(chat_id)
        with storage_errors("the chat"):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.rpush(self._turns(chat_id), *messages)
                pipe.hset(key, "updated_at", at)
                pipe.hsetnx(key, "title", title)
                pipe.zadd(self._index, {chat_id: timestamp})
                keep_passages(pipe, self._namespace, chat_id, passage_ids)
                await pipe.execute()

    def _key(self, chat_id: str) -> str:
        return f"{self._prefix}{chat_id}"

    def _turns(self, chat_id: str) -> str:
        return f"{self._prefix}{chat_id}:turns"


def _texts(facts: Mapping[bytes, bytes]) -> dict[str, str]:
    texts = {name.decode(): value.decode() for name, value in facts.items()}
    return {name: texts.get(name, "") for name in ("title", "created_at", "updated_at")}
