"""Which document took the place of which, as long as a chat cites one of them.

When a document is retired, `{ns}:retired` notes its heir: what lies now where it lay last. Without
one it notes the places, and `{ns}:vacated` leads from them to it: what comes to lie there later is
its heir after all. `{ns}:kept:{doc_id}` holds why a document is remembered: the passages of it
that are kept for chats, and the documents whose heir it is. Once that is empty and its passages
are deleted, it is forgotten, and with it whoever was remembered for its sake only.

All of it happens inside the scripts that switch documents and keep passages, so that no crash and
no other process comes between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis

from citewire.storage.connection.refusals import storage_errors
from citewire.storage.connection.replies import as_text
from citewire.storage.keys import DEFAULT_OWNER, owner_tag

State = Literal["current", "superseded", "gone"]

LINEAGE = """
local lineage = {}
local function named(ns, kind, id) return ns .. ':' .. kind .. ':' .. id end
local function note(ns, doc)
  local text = redis.call('HGET', ns .. ':retired', doc)
  return text and cjson.decode(text)
end
local function erase(ns, doc, noted)
  redis.call('HDEL', ns .. ':retired', doc)
  for _, place in ipairs(noted.places) do
    if redis.call('HGET', ns .. ':vacated', place) == doc then
      redis.call('HDEL', ns .. ':vacated', place)
    end
  end
  if noted.heir ~= '' then redis.call('SREM', named(ns, 'kept', noted.heir), doc) end
end
local function bequeath(ns, doc, heir)
  local noted = cjson.encode({heir = heir, places = {}})
  redis.call('HSET', ns .. ':retired', doc, noted)
  redis.call('SADD', named(ns, 'kept', heir), doc)
end
-- Forgets a retired document of which nothing is kept, and those remembered for its sake.
function lineage.release(ns, doc)
  while doc ~= '' and redis.call('EXISTS', named(ns, 'kept', doc)) == 0 do
    local noted = note(ns, doc)
    if not noted then return end
    erase(ns, doc, noted)
    doc = noted.heir
  end
end
-- A document lies nowhere any more: `...` are its last places.
function lineage.retire(ns, doc, heir, ...)
  if heir ~= '' then return bequeath(ns, doc, heir) end
  local places = {...}
  redis.call('HSET', ns .. ':retired', doc, cjson.encode({heir = '', places = places}))
  for _, place in ipairs(places) do redis.call('HSET', ns .. ':vacated', place, doc) end
end
-- A document lies at these places: it is current, and heir of what lay there last.
function lineage.settle(ns, doc, ...)
  local back = note(ns, doc)
  if back then
    erase(ns, doc, back)
    lineage.release(ns, back.heir)
  end
  for _, place in ipairs({...}) do
    local before = redis.call('HGET', ns .. ':vacated', place)
    local noted = before and note(ns, before)
    if noted then
      erase(ns, before, noted)
      bequeath(ns, before, doc)
    end
  end
end
"""
"""Lua: the procedures `lineage.release`, `.retire` and `.settle` for other scripts."""

_HEIRS = """#!lua flags=no-writes
local ns, owner, default = ARGV[1], ARGV[2], ARGV[3]
local function owned(key)
  local told = redis.call('HMGET', key, 'doc_id', 'owner_id')
  -- What was kept before there were owners does not tell it.
  return (told[2] or default) == owner and told[1]
end
local found = {}
for at = 4, #ARGV do
  local id = ARGV[at]
  local doc = owned(ns .. ':snapshot:' .. id) or owned(ns .. ':passage:' .. id)
  local heir = doc or ''
  while heir ~= '' and redis.call('EXISTS', ns .. ':document:' .. heir) == 0 do
    local text = redis.call('HGET', ns .. ':retired', heir)
    heir = text and cjson.decode(text).heir or ''
  end
  found[#found + 1] = doc or ''
  found[#found + 1] = heir
end
return found
"""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The document of a passage, and the current document that it became; empty if none."""

    doc_id: str
    heir: str

    @property
    def state(self) -> State:
        """Whether the document is current, replaced, or gone without a replacement."""
        if not self.heir:
            return "gone"
        return "current" if self.heir == self.doc_id else "superseded"


async def read_lineages(
    client: Redis, namespace: str, passage_ids: Sequence[str], owner: str
) -> dict[str, Lineage]:
    """The lineage of each passage, in one round trip; another's is as one that nobody knows.

    Raises:
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    if not passage_ids:
        return {}
    ask: Any = client.eval
    owners = owner_tag(owner), owner_tag(DEFAULT_OWNER)
    with storage_errors("the passages"):
        found = [as_text(one) for one in await ask(_HEIRS, 0, namespace, *owners, *passage_ids)]
    pairs = zip(found[::2], found[1::2], strict=True)
    return {one: Lineage(*pair) for one, pair in zip(passage_ids, pairs, strict=True)}
