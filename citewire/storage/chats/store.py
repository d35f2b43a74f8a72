"""Chats and their messages: a tree of messages for each chat, of which one path is active.

Every change is one script: no reader, no other writer and no crash ever sees half a turn.

A chat is a JSON document for its head, one for each message, and a hash for its tree, which has for
each message its number and its parent as `7:parent`. Deleted, it lies in the trash until Redis lets
it expire, where no search sees it and no script. Stamps are microseconds of Redis's own clock, all
different and rising, so that an order by them is the same whoever asks; they are written as text,
for Lua's JSON would round them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from citewire.errors import ChatNotFound, MessageNotFound, TooManyChats
from citewire.settings import Settings
from citewire.storage.chats.index import ChatIndex, Hit
from citewire.storage.chats.record import Chat, Message
from citewire.storage.chats.words import searchable
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys, owner_tag
from citewire.storage.lua.loader import ScriptCall, register
from citewire.storage.runs.records import StoredRecord

__all__ = ["Chat", "ChatStore", "Hit", "Message"]

UNDO_S = 600
"""How long a deleted chat can be restored."""
UNUSED_S = 24 * 3600
"""How long a chat is kept that nobody asked for and in which nothing was said."""


class ChatStore:
    """The chats of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
        ttl_s: how long a chat is kept that nobody touches; None: for ever.
        limit: how many chats an owner may have.

    Every method raises StorageUnavailable when Redis does not answer, and StorageError when it
    refuses: because it is full, say. A chat of another owner is not found.
    """

    def __init__(
        self, client: Redis, namespace: str, *, ttl_s: int | None = None, limit: int = 10_000
    ) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._limit = limit
        self._ttl_ms = (ttl_s or 0) * 1000
        self.index = ChatIndex(client, namespace)
        self._create = register(client, "chats/create")
        self._append = register(client, "chats/append")
        self._read = register(client, "chats/read")
        self._rename = register(client, "chats/rename")
        self._switch = register(client, "chats/switch")
        self._feedback = register(client, "chats/feedback")
        self._summarise = register(client, "chats/summarise")
        self._delete = register(client, "chats/delete")
        self._restore = register(client, "chats/restore")
        self._sweep = register(client, "chats/sweep")
        self._purge = register(client, "chats/purge")

    async def create(
        self, chat_id: str, owner: str, *, title: str = "", listed: bool = False
    ) -> Chat:
        """Make an empty chat.

        Unless it is `listed` it is in no list before its first turn, and gone after a day without.

        Raises:
            TooManyChats: the owner has as many as there may be.
        """
        ms = self._ttl_ms if listed else UNUSED_S * 1000
        fields = _title(title, by="person" if title else "")
        head = await self._run(self._create, chat_id, owner, self._limit, ms, int(listed), fields)
        if not head:
            raise TooManyChats(f"{self._limit} chats are kept: delete some to begin another")
        return Chat.from_head(orjson.loads(head))

    async def read(
        self, chat_id: str, owner: str, *, last: int | None = None, whole: bool = False
    ) -> Chat:
        """A chat with the active path, or its last messages; with all branches if `whole`.

        Raises:
            ChatNotFound: there is none of that id.
        """
        limit, what = -1 if last is None else last, "whole" if whole else "path"
        head, tree, messages = self._known(
            chat_id, await self._run(self._read, chat_id, owner, limit, "", what)
        )
        messages.sort(key=lambda message: int(message["created"]))
        return Chat.from_head(head, messages, tree)

    def reading(
        self, chat_id: str, owner: str, *, last: int, replaces: str | None = None
    ) -> ScriptCall:
        """What reads the chat for `as_history`, in one round trip and without sources.

        Of the last messages of the active path. With `replaces`, the path ends before that
        question.
        """
        args = chat_id, owner_tag(owner), last, replaces or "", "said"
        return ScriptCall("chats/read", args)

    def as_history(self, chat_id: str, reply: Any) -> Chat:
        """The chat with `message_id`, `role`, `text`; of answers `finish_reason`, `spoken_of`.

        The summary is None unless it is of this path.

        Raises:
            ChatNotFound: there is no chat of that id.
            MessageNotFound: it has no such question.
        """
        head, summed_up, messages = self._known(chat_id, reply)
        if not summed_up:
            head["summary"] = None
        return Chat.from_head(head, messages[::-1])

    async def history(
        self, chat_id: str, owner: str, *, last: int, replaces: str | None = None
    ) -> Chat:
        """The chat as `as_history` has it; raises as that does."""
        call = self.reading(chat_id, owner, last=last, replaces=replaces)
        with storage_errors("the chat"):
            reply = await self._read(args=(self._keys.prefix, *call.args))
        return self.as_history(chat_id, reply)

    async def append(
        self,
        chat_id: str,
        owner: str,
        messages: Sequence[Message],
        *,
        title: str,
        replaces: str | None = None,
        passage_ids: Sequence[str] = (),
        record: StoredRecord | None = None,
    ) -> None:
        """Add the messages of one turn behind the active path, all or none; twice is once.

        With `replaces`, the turn stands beside that question, and the active path ends with it.
        `title` is taken if the chat has none. The passages of `passage_ids` are kept with the turn,
        as they are now; so is the `record` of the run that made it.

        Raises:
            ChatNotFound: the chat was deleted.
            MessageNotFound: there is no message `replaces`.
        """
        parts: list[str | bytes] = []
        for message in messages:
            stored = {"feedback": None, **message, "words": searchable(message["text"])}
            parts += (message["message_id"], orjson.dumps(stored))
        fields = _title(title, by="question")
        cited = orjson.dumps(list(passage_ids))
        kept = (record.run_id, record.ttl_s * 1000, record.body) if record else ("", 0, b"")
        given = self._ttl_ms, replaces or "", fields, cited
        reply = await self._run(self._append, chat_id, owner, *given, *kept, *parts)
        self._known(chat_id, reply)

    async def rename(
        self, chat_id: str, owner: str, title: str, *, by: Literal["person", "model"] = "person"
    ) -> None:
        """Give a title; a model's is not taken once a person gave one.

        Raises:
            ChatNotFound: there is none of that id.
        """
        fields = _title(title, by=by)
        reply = await self._run(self._rename, chat_id, owner, self._ttl_ms, by, fields)
        self._known(chat_id, reply)

    async def switch(self, chat_id: str, owner: str, message_id: str) -> None:
        """Let the active path go through a message, to the newest end of its branch.

        Raises:
            ChatNotFound, MessageNotFound: there is none of that id.
        """
        reply = await self._run(self._switch, chat_id, owner, self._ttl_ms, message_id)
        self._known(chat_id, reply)

    async def rate(
        self, chat_id: str, owner: str, message_id: str, feedback: Mapping[str, Any] | None
    ) -> None:
        """Keep what a person thinks of an answer, in place of what was kept before.

        Raises:
            ChatNotFound, MessageNotFound: there is no such chat or answer.
        """
        kept = orjson.dumps(feedback)
        reply = await self._run(self._feedback, chat_id, owner, self._ttl_ms, message_id, kept)
        self._known(chat_id, reply)

    async def summarise(self, chat_id: str, owner: str, summary: Mapping[str, Any]) -> None:
        """Keep a summary of older turns.

        Raises:
            ChatNotFound: there is none of that id.
        """
        reply = await self._run(self._summarise, chat_id, owner, orjson.dumps(summary))
        self._known(chat_id, reply)

    async def delete(self, chat_id: str, owner: str) -> None:
        """Hide a chat from everything, and let it end when it can no longer be restored.

        Raises:
            ChatNotFound: there is none of that id.
        """
        self._known(chat_id, await self._run(self._delete, chat_id, owner, UNDO_S * 1000))

    async def restore(self, chat_id: str, owner: str) -> None:
        """Bring a deleted chat back.

        Raises:
            ChatNotFound: it was not deleted, or too long ago.
        """
        self._known(chat_id, await self._run(self._restore, chat_id, owner, self._ttl_ms))

    async def ids(self, owner: str) -> list[str]:
        """The ids of all chats of an owner, in no order."""
        with storage_errors("the chats"):
            found = await self._client.smembers(self._keys.chats(owner))
        return [as_text(one) for one in found]

    async def all_ids(self, owner: str) -> list[str]:
        """The ids of all chats that would be listed, newest first; asks no index."""
        ids = await self.ids(owner)
        if not ids:
            return []
        keys = [self._keys.chat_head(chat_id) for chat_id in ids]
        with storage_errors("the chats"):
            found = await self._client.execute_command("JSON.MGET", *keys, "$['created','listed']")
        made = [
            (*orjson.loads(one), chat_id) for one, chat_id in zip(found, ids, strict=True) if one
        ]
        return [chat_id for _, listed, chat_id in sorted(made, reverse=True) if listed]

    async def page(
        self, owner: str, *, limit: int, before: int | None = None
    ) -> tuple[list[Chat], int | None]:
        """The listed chats, newest first, without messages; and where the next page begins."""
        heads, after = await self.index.page(owner_tag(owner), limit=limit, before=before)
        return [Chat.from_head(head) for head in heads], after

    async def search(
        self, owner: str, q: str, *, limit: int, before: int | None = None
    ) -> tuple[list[tuple[Chat, Hit]], int | None]:
        """The chats in which all words of `q` are, newest match first; and what is next."""
        hits, after = await self.index.search(owner_tag(owner), q, limit=limit, before=before)
        return [(Chat.from_head(hit.head), hit) for hit in hits], after

    async def sweep(self) -> tuple[list[str], set[str]]:
        """Forget what Redis let expire, and the passages that were kept for it.

        Gives the ids of the chats that are gone for good, and the ids of the documents of which
        passages were dropped.
        """
        with storage_errors("the chats"):
            seconds, micros = await self._client.time()
            due = await self._client.zrangebyscore(
                self._keys.chats_ending, "-inf", seconds * 1000 + micros // 1000
            )
        gone: list[str] = []
        documents: set[str] = set()
        for member in due:
            tag, _, chat_id = as_text(member).partition(":")
            dropped = await self._run_tagged(self._sweep, chat_id, tag)
            if dropped is not None:
                gone.append(chat_id)
                documents.update(as_text(one) for one in dropped)
        return gone, documents

    async def all_of(self, owner: str) -> list[str]:
        """The ids of all chats of an owner, with those that were deleted and could be restored."""
        with storage_errors("the chats"):
            ending = await self._client.zrange(self._keys.chats_ending, 0, -1)
        pairs = [as_text(member).partition(":") for member in ending]
        deleted = [chat_id for tag, _, chat_id in pairs if tag == owner_tag(owner)]
        return list(dict.fromkeys([*await self.ids(owner), *deleted]))

    async def purge(self, chat_id: str, owner: str) -> set[str]:
        """Delete a chat for good; gives the ids of documents of which passages were dropped."""
        dropped = await self._run(self._purge, chat_id, owner)
        return {as_text(one) for one in dropped}

    def _known(self, chat_id: str, reply: Any) -> tuple[dict[str, Any], list[Any], list[Message]]:
        if reply is None:
            raise ChatNotFound(f"there is no chat {chat_id}")
        if reply == -1:
            raise MessageNotFound(f"there is no such message in chat {chat_id}")
        if isinstance(reply, int):
            return {}, [], []
        head, tree, *messages = reply
        return orjson.loads(head), tree, [orjson.loads(message) for message in messages]

    async def _run(
        self, script: AsyncScript, chat_id: str, owner: str, *args: str | int | bytes
    ) -> Any:
        return await self._run_tagged(script, chat_id, owner_tag(owner), *args)

    async def _run_tagged(
        self, script: AsyncScript, chat_id: str, tag: str, *args: str | int | bytes
    ) -> Any:
        with storage_errors("the chat"):
            return await script(args=(self._keys.prefix, chat_id, tag, *args))


def build_chats(client: Redis, settings: Settings) -> ChatStore:
    """The chats that the settings name."""
    days = settings.chats.chat_ttl_days
    return ChatStore(
        client,
        settings.storage.namespace,
        ttl_s=days * 24 * 3600 if days else None,
        limit=settings.chats.max_chats,
    )


def _title(title: str, *, by: str) -> bytes:
    fields = {"title": title, "titled_by": by, "words": searchable(title)}
    return orjson.dumps(fields)[1:-1]
