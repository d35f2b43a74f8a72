"""Chats as files: one as JSON with everything, and all of them, as JSON or Markdown."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import orjson
from anyio.to_thread import run_sync

from citewire.errors import ChatNotFound
from citewire.services.exports.proof import proven
from citewire.storage.chats.store import Chat, ChatStore

Chats = AsyncGenerator[Chat, None]


async def all_chats(store: ChatStore, owner: str) -> Chats:
    """All chats of an owner with all branches, newest first, each as it is when it is read.

    Raises StorageError as the store does.
    """
    for chat_id in await store.all_ids(owner):
        try:
            yield await store.read(chat_id, owner, whole=True)
        except ChatNotFound:
            continue  # deleted meanwhile


async def json_file(chats: Chats) -> AsyncGenerator[bytes, None]:
    """One JSON object with all `chats`, in pieces."""
    yield b'{"chats":['
    between = b"\n"
    async with aclosing(chats):
        async for chat in chats:
            yield between + to_json(chat)
            between = b",\n"
    yield b"\n]}\n"


async def markdown_file(chats: Chats) -> AsyncGenerator[bytes, None]:
    """All chats one below the other, in pieces."""
    async with aclosing(chats):
        async for chat in chats:
            yield await run_sync(_one_of_many, chat)


def _one_of_many(chat: Chat) -> bytes:
    # Deferred: what it writes with takes a while to load, and few need it.
    from citewire.services.exports.markdown import to_markdown

    # Footnotes are numbered anew in each chat: its name keeps them apart.
    return f"{to_markdown(proven(chat), prefix=f'{chat.chat_id[:8]}-')}\n---\n\n".encode()


FILES: dict[str, Callable[[Chats], AsyncGenerator[bytes, None]]] = {
    "json": json_file,
    "md": markdown_file,
}


def to_json(chat: Chat) -> bytes:
    """A chat with all its branches; `leaf_id` and the `parent_id`s say which one was active."""
    messages = [
        {**message, "siblings": chat.siblings.get(message["message_id"], [])}
        for message in chat.messages
    ]
    facts = {
        "chat_id": chat.chat_id,
        "title": chat.title,
        "created_at": chat.created_at,
        "updated_at": chat.updated_at,
        "leaf_id": chat.leaf_id,
        "messages": messages,
    }
    return orjson.dumps(facts)
