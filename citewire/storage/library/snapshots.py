"""The passages that chats cite, kept for as long as one of these chats exists.

A snapshot is a copy of the passage's hash, vector and all, with its rectangles as `layout` and the
name of the model that made the vector as `embedding`. Its key has another prefix than those of the
passages, so that no search finds it. It is made in the transaction that stores the turn, and goes
with the last chat that cites it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from redis.asyncio import Redis

from citewire.storage.connection.refusals import storage_errors
from citewire.storage.connection.replies import as_text
from citewire.storage.keys import DEFAULT_OWNER, owner_tag
from citewire.storage.library.lineage import LINEAGE, Lineage, read_lineages

KEEP = """
local function keep_passages(ns, chat, ids)
  for _, id in ipairs(ids) do
    local snapshot = ns .. ':snapshot:' .. id
    if redis.call('EXISTS', snapshot) == 0
        and redis.call('COPY', ns .. ':passage:' .. id, snapshot) == 1 then
      local doc = redis.call('HGET', snapshot, 'doc_id')
      local layout = redis.call('HGET', ns .. ':layout:' .. doc, id)
      if layout then redis.call('HSET', snapshot, 'layout', layout) end
      local embedding = redis.call('HGET', ns .. ':index', 'embedding')
      if embedding then redis.call('HSET', snapshot, 'embedding', embedding) end
      redis.call('SADD', ns .. ':kept:' .. doc, id)
    end
    -- A passage that was deleted since it was retrieved: the turn has its text.
    if redis.call('EXISTS', snapshot) == 1 then
      redis.call('SADD', snapshot .. ':chats', chat)
      redis.call('SADD', ns .. ':chat:' .. chat .. ':snapshots', id)
    end
  end
end
"""
"""Lua: `keep_passages(ns, chat, ids)` keeps passages for a chat, leaving out what is gone."""

FORGET = f"""
{LINEAGE}
local function forget_passages(ns, chat)
  local noted = ns .. ':chat:' .. chat .. ':snapshots'
  local dropped = {{}}
  for _, id in ipairs(redis.call('SMEMBERS', noted)) do
    local snapshot = ns .. ':snapshot:' .. id
    redis.call('SREM', snapshot .. ':chats', chat)
    local doc = redis.call('HGET', snapshot, 'doc_id')
    if doc and redis.call('EXISTS', snapshot .. ':chats') == 0 then
      redis.call('UNLINK', snapshot)
      redis.call('SREM', ns .. ':kept:' .. doc, id)
      -- What is not retired is left alone by this.
      lineage.release(ns, doc)
      dropped[#dropped + 1] = doc
    end
  end
  redis.call('UNLINK', noted)
  return dropped
end
"""
"""Lua: `forget_passages(ns, chat)` drops what is kept for this chat only.

It gives the ids of the documents of which passages were dropped: their page copies are tidied up.
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept passage: the fields of its hash as text, its vector, and its rectangles as JSON.

    `embedding` names the model of the vector. What was not known is empty.
    """

    fields: dict[str, str]
    vector: bytes
    embedding: str
    layout: str

    @classmethod
    def from_reply(cls, reply: dict[bytes, bytes]) -> Self:
        """The snapshot that Redis holds as this hash."""
        vector = reply.pop(b"vector", b"")
        fields = {as_text(name): as_text(value) for name, value in reply.items()}
        return cls(fields, vector, fields.pop("embedding", ""), fields.pop("layout", ""))


def keep_passages(pipe: Any, namespace: str, chat_id: str, passage_ids: Sequence[str]) -> None:
    """Let the transaction `pipe` keep passages for a chat."""
    if passage_ids:
        script = f"{KEEP} keep_passages(ARGV[1], ARGV[2], {{unpack(ARGV, 3)}})"
        pipe.eval(script, 0, namespace, chat_id, *passage_ids)


class SnapshotStore:
    """The snapshots of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._namespace = namespace

    async def forget(self, chat_id: str) -> set[str]:
        """Drop what is kept for this chat only; gives the documents of which passages were."""
        script = f"#!lua flags=allow-oom\n{FORGET} return forget_passages(ARGV[1], ARGV[2])"
        with storage_errors("the snapshots"):
            dropped = await self._client.eval(script, 0, self._namespace, chat_id)
        return {as_text(one) for one in dropped}

    async def read(self, passage_ids: Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots of those passages that are kept, in one round trip."""
        if not passage_ids:
            return {}
        with storage_errors("the snapshots"):
            async with self._client.pipeline(transaction=False) as pipe:
                for passage_id in passage_ids:
                    pipe.hgetall(f"{self._namespace}:snapshot:{passage_id}")
                found = await pipe.execute()
        pairs = zip(passage_ids, found, strict=True)
        return {one: Snapshot.from_reply(reply) for one, reply in pairs if reply}

    async def lineages(self, passage_ids: Sequence[str], owner: str) -> dict[str, Lineage]:
        """What became of the document of each of an owner's passages, also of those not kept."""
        return await read_lineages(self._client, self._namespace, passage_ids, owner)

    async def is_kept_for(self, owner: str, doc_id: str) -> bool:
        """Whether passages of the document are kept for chats of this owner."""
        with storage_errors("the snapshots"):
            found = await self._client.smembers(f"{self._namespace}:kept:{doc_id}")
            # All of them are one owner's, as the document was.
            kept = next((t for one in found if (t := as_text(one)).startswith(f"{doc_id}-")), None)
            if kept is None:
                return False
            told = await self._client.hget(f"{self._namespace}:snapshot:{kept}", "owner_id")
        return as_text(told or owner_tag(DEFAULT_OWNER)) == owner_tag(owner)

    async def pages(self, doc_id: str) -> set[int]:
        """The pages of a document of which a passage is kept."""
        with storage_errors("the snapshots"):
            found = await self._client.smembers(f"{self._namespace}:kept:{doc_id}")
        # Documents whose heir it is stand there, too: their ids are no passages'.
        ids = [text for one in found if (text := as_text(one)).startswith(f"{doc_id}-")]
        return {int(one.split("-")[1]) for one in ids}
