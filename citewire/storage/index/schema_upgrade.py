"""From the index of schema version 1 to that of version 2: what there is gets the default owner.

The fingerprint's version tells that it is to be done, and is set last: whatever crash comes
between, the next start goes on.
"""

from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redisvl.schema import IndexSchema

from citewire.storage.connection.replies import says_unknown
from citewire.storage.index.fingerprint import namespace_of, read_fingerprint, replace_version
from citewire.storage.index.live import LiveIndex, read_live_index
from citewire.storage.keys import DEFAULT_OWNER, SCHEMA_VERSION, index_name, owner_tag
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.passages import PassageKeys

FIRST = 1


async def is_to_upgrade(client: Redis, schema: IndexSchema) -> bool:
    """Whether the namespace is of a time before there were owners."""
    noted = await read_fingerprint(client, namespace_of(schema))
    return noted is not None and noted.version == FIRST


async def read_first_index(client: Redis, schema: IndexSchema) -> LiveIndex | None:
    """The index of schema version 1, if there still is one."""
    return await read_live_index(client, index_name(namespace_of(schema), FIRST))


async def upgrade(client: Redis, schema: IndexSchema) -> None:
    """Take the first index away and let all passages tell their owner; they are kept.

    The new index, which is made afterwards, finds them. Several processes may do it at once.
    """
    namespace = namespace_of(schema)
    # First, or it would index every passage anew.
    await _drop(client, index_name(namespace, FIRST))
    passages, owner_id = PassageKeys(client, namespace), owner_tag(DEFAULT_OWNER)
    for record in await DocumentStore(client, namespace).list():
        await passages.set_fields(record.doc_id, {"owner_id": owner_id})
        if record.tagged:
            told = orjson.dumps({**record.tagged, "owner_id": owner_id})
            key = f"{namespace}:document:{record.doc_id}"
            # Only if it is still there.
            set_it: Any = client.execute_command
            await set_it("JSON.SET", key, "$.tagged", told, "XX")
    await replace_version(client, schema, SCHEMA_VERSION)


async def _drop(client: Redis, name: str) -> None:
    try:
        await client.ft(name).dropindex(delete_documents=False)  # type: ignore[no-untyped-call]
    except ResponseError as error:
        if not says_unknown(error):
            raise
