"""Chats that others may read: each bears in its head by which key, and up to which message.

There is nothing beside the chat: a share ends with it, whatever became of it.
"""

from dataclasses import asdict
from typing import Any

import orjson
from redis.asyncio import Redis

from citewire.errors import ChatNotFound
from citewire.storage.chats.record import Chat, Share
from citewire.storage.connection.replies import storage_errors
from citewire.storage.keys import Keys, owner_tag
from citewire.storage.lua.loader import register


class ChatShares:
    """What is shared of the chats of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises ChatNotFound when there is no such chat, StorageUnavailable when Redis does
    not answer, and StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        self._keys = Keys(namespace)
        self._share = register(client, "chats/share")
        self._unshare = register(client, "chats/unshare")
        self._shared = register(client, "chats/shared")

    async def begin(self, chat_id: str, owner: str, share: Share) -> Chat:
        """Share a chat up to a message; one that is shared already keeps its key."""
        head = await self._run(self._share, chat_id, owner_tag(owner), orjson.dumps(asdict(share)))
        return Chat.from_head(orjson.loads(head))

    async def end(self, chat_id: str, owner: str) -> None:
        """Share a chat no longer."""
        await self._run(self._unshare, chat_id, owner_tag(owner))

    async def read(self, chat_id: str, key: str) -> Chat:
        """The chat of whichever owner, with the messages that are shared by a key."""
        head, *messages = await self._run(self._shared, chat_id, "", key)
        told = [orjson.loads(message) for message in messages[::-1]]
        return Chat.from_head(orjson.loads(head), told)

    async def _run(self, script: Any, chat_id: str, *args: str | bytes) -> Any:
        with storage_errors("the chat"):
            reply = await script(args=(self._keys.prefix, chat_id, *args))
        if not reply:
            raise ChatNotFound(f"there is no chat {chat_id}")
        return reply
