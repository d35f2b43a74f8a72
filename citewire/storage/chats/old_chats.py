"""Chats in the form of version 0.1: a hash, a list of messages and a set of all by time.

They are moved to the present form when a server starts; each in one transaction, so that of two
that start at once one does it.
"""

from datetime import datetime
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import WatchError

from citewire.storage.chats.words import searchable
from citewire.storage.connection.refusals import storage_errors
from citewire.storage.connection.replies import as_text
from citewire.storage.keys import owner_tag


async def move_old_chats(client: Redis, namespace: str, owner: str) -> int:
    """Give all old chats to an owner; gives how many there were."""
    moved = 0
    with storage_errors("the chats"):
        for found in await client.zrange(f"{namespace}:chats", 0, -1):
            moved += await _move(client, namespace, as_text(found), owner_tag(owner))
    return moved


async def _move(client: Any, namespace: str, chat_id: str, owner: str) -> bool:
    old, turns = f"{namespace}:chat:{chat_id}", f"{namespace}:chat:{chat_id}:turns"
    async with client.pipeline(transaction=True) as pipe:
        await pipe.watch(old, turns)
        facts = {as_text(k): as_text(v) for k, v in (await pipe.hgetall(old)).items()}
        messages = [orjson.loads(raw) for raw in await pipe.lrange(turns, 0, -1)]
        pipe.multi()
        if facts:
            of_chat = {"owner": owner, "chat_id": chat_id}
            _write(pipe, f"{namespace}:chat:{chat_id}", of_chat, facts, messages)
            pipe.sadd(f"{namespace}:chats:of:{owner}", chat_id)
        pipe.delete(old, turns)
        pipe.zrem(f"{namespace}:chats", chat_id)
        try:
            await pipe.execute()
        except WatchError:
            return False  # another process has just moved it
    return bool(facts)


def _write(
    pipe: Any,
    base: str,
    of_chat: dict[str, str],
    facts: dict[str, str],
    messages: list[dict[str, Any]],
) -> None:
    parent = ""
    for number, message in enumerate(messages):
        # The question and the answer of a turn were stored at the same time.
        at = _stamp(message["created_at"]) + number
        inner = {"kind": "message", "created": at, "updated": at, "parent_id": parent}
        inner |= {**of_chat, "feedback": None, "words": searchable(message["text"])}
        _set(pipe, f"{base}:message:{message['message_id']}", {**message, **inner})
        pipe.hset(f"{base}:tree", message["message_id"], f"{number}:{parent}")
        parent = message["message_id"]
    title = facts.get("title", "")
    head = {
        **of_chat,
        "kind": "chat",
        "title": title,
        "titled_by": "question" if title else "",
        "words": searchable(title),
        "created": _stamp(facts["created_at"]),
        "updated": _stamp(facts["updated_at"]),
        "leaf_id": parent,
        "messages": len(messages),
        "listed": 1,
        "summary": None,
    }
    _set(pipe, f"{base}:head", head)


def _set(pipe: Any, key: str, document: dict[str, Any]) -> None:
    pipe.execute_command("JSON.SET", key, "$", orjson.dumps(document))


def _stamp(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1e6)
