"""Records of runs: what the wire does not tell of a run, kept for a while beside its turn.

A record is a hash, written by the script that stores the turn and found by the run's id; its text
is the turn's, which is not kept twice. A sorted set has the records of a chat, each with when it
ends by itself: a deleted chat takes them along, and brings them back when it is restored.
"""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from citewire.errors import RunNotFound
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys, owner_tag
from citewire.storage.runs.log import UNDER_WAY


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The record of a run, to be kept for so many seconds."""

    run_id: str
    body: bytes
    ttl_s: int


class RunRecordStore:
    """The records of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)

    async def read(self, run_id: str, owner: str) -> bytes:
        """The record of an owner's run.

        Raises:
            RunNotFound: there is none of that id, or it is too long ago, or was not kept, or the
                run is not over yet.
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
        """
        with storage_errors("the record"):
            found = await self._client.hmget(self._keys.run_record(run_id), "owner", "body")
        if found[0] is None or as_text(found[0]) != owner_tag(owner):
            if await self._is_going_on(run_id, owner):
                raise RunNotFound(
                    f"run {run_id} is still going on: its record is written at its end"
                )
            raise RunNotFound(
                f"there is no record of a run {run_id}: it is too long ago, its chat was deleted, "
                "or runs are not recorded (CITEWIRE_RUN_RECORDS)"
            )
        body: bytes = found[1]
        return body

    async def _is_going_on(self, run_id: str, owner: str) -> bool:
        with storage_errors("the run"):
            found = await self._client.hmget(self._keys.run(run_id), "owner", "status")
        told = [as_text(one or b"") for one in found]
        return told[0] == owner and told[1] in UNDER_WAY
