"""API keys that were made at run time, and sessions: only hashes of what opens the door.

Every change gives the namespace a new stamp; who compares it with the last one seen knows whether
anything was made or revoked, by one small read.
"""

import time
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

import orjson
from redis.asyncio import Redis

from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys

WHAT = "a key or session"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An API key as it is kept; times are seconds since 1970.

    Args:
        id: names it; the first digits of its hash.
        digest: the SHA-256 of the key, hexadecimal.
        owner: whose data it opens.
        scopes: what it may do.
        made: when.
        ends: from when on it is refused; None: never.
        used: when it was used last, to some seconds; None: never.
        groups: that it is in.
    """

    id: str
    digest: str
    owner: str
    scopes: tuple[str, ...]
    made: float
    ends: float | None = None
    used: float | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session of somebody who signed in; times are seconds since 1970.

    Args:
        owner: whose data it opens.
        groups: of the owner, as the provider told at sign-in.
        scopes: what it may do.
        name: to be shown.
        ends: from when on it is refused.
    """

    owner: str
    groups: tuple[str, ...]
    scopes: tuple[str, ...]
    name: str
    ends: float


class CredentialStore:
    """The keys and sessions of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        self._client = client
        self._keys = Keys(namespace)

    async def stamp(self) -> bytes | None:
        """Another one after each change; None before the first."""
        with storage_errors(WHAT):
            found: bytes | None = await self._client.get(self._keys.credentials_stamp)
        return found

    async def keys(self) -> list[StoredKey]:
        """All keys, the newest first."""
        with storage_errors(WHAT):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hvals(self._keys.api_keys)
                pipe.hgetall(self._keys.api_keys_used)
                values, used = await pipe.execute()
        seen = {as_text(key_id): float(at) for key_id, at in used.items()}
        found = [orjson.loads(value) for value in values]
        keys = [
            StoredKey(**{**one, **_tuples(one, "scopes", "groups")}, used=seen.get(one["id"]))
            for one in found
        ]
        return sorted(keys, key=lambda key: key.made, reverse=True)

    async def add_key(self, key: StoredKey) -> bool:
        """Keep a key; False if there is one of its id."""
        fields = asdict(key)
        del fields["used"]
        with storage_errors(WHAT):
            setting: Awaitable[int] = self._client.hsetnx(  # type: ignore[assignment]
                self._keys.api_keys, key.id, orjson.dumps(fields).decode()
            )
            is_new = await setting
            if is_new:
                await self._client.set(self._keys.credentials_stamp, uuid4().hex)
        return bool(is_new)

    async def drop_keys(self, key_ids: Collection[str]) -> int:
        """Forget keys; gives how many there were."""
        if not key_ids:
            return 0
        with storage_errors(WHAT):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hdel(self._keys.api_keys, *key_ids)
                pipe.hdel(self._keys.api_keys_used, *key_ids)
                pipe.set(self._keys.credentials_stamp, uuid4().hex)
                dropped, _, _ = await pipe.execute()
        return int(dropped)

    async def note_used(self, used: Mapping[str, float]) -> None:
        """Note when keys were used, by their ids."""
        with storage_errors(WHAT):
            async with self._client.pipeline(transaction=False) as pipe:
                pipe.hset(self._keys.api_keys_used, mapping=dict(used))
                await pipe.execute()

    async def add_session(self, session_id: str, session: StoredSession) -> None:
        """Keep a session until it ends."""
        lasts_s = max(1, int(session.ends - time.time()))
        of_owner = self._keys.sessions(session.owner)
        with storage_errors(WHAT):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.set(self._keys.session(session_id), orjson.dumps(asdict(session)), ex=lasts_s)
                pipe.zadd(of_owner, {session_id: session.ends})
                pipe.zremrangebyscore(of_owner, "-inf", time.time())
                pipe.expire(of_owner, lasts_s, gt=True)
                pipe.expire(of_owner, lasts_s, nx=True)
                await pipe.execute()

    async def session(self, session_id: str) -> StoredSession | None:
        """A session; None if there is none of that id, or none any more."""
        with storage_errors(WHAT):
            value = await self._client.get(self._keys.session(session_id))
        if value is None:
            return None
        found = orjson.loads(value)
        return StoredSession(**{**found, **_tuples(found, "scopes", "groups")})

    async def living(self, session_ids: Collection[str]) -> set[str]:
        """Which of these sessions there are."""
        ids = list(session_ids)
        if not ids:
            return set()
        with storage_errors(WHAT):
            async with self._client.pipeline(transaction=False) as pipe:
                for session_id in ids:
                    pipe.exists(self._keys.session(session_id))
                found = await pipe.execute()
        return {session_id for session_id, there in zip(ids, found, strict=True) if there}

    async def drop_session(self, session_id: str, owner: str) -> None:
        """Forget a session."""
        with storage_errors(WHAT):
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.delete(self._keys.session(session_id))
                pipe.zrem(self._keys.sessions(owner), session_id)
                pipe.set(self._keys.credentials_stamp, uuid4().hex)
                await pipe.execute()

    async def drop_owner(self, owner: str) -> tuple[int, int]:
        """Forget all keys and sessions of an owner; gives how many of each there were."""
        dropped = await self.drop_keys([key.id for key in await self.keys() if key.owner == owner])
        of_owner = self._keys.sessions(owner)
        with storage_errors(WHAT):
            ids = [as_text(one) for one in await self._client.zrange(of_owner, 0, -1)]
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.delete(of_owner, *(self._keys.session(one) for one in ids))
                pipe.set(self._keys.credentials_stamp, uuid4().hex)
                await pipe.execute()
        return dropped, len(ids)


def _tuples(stored: Mapping[str, Any], *names: str) -> dict[str, tuple[str, ...]]:
    """The lists of these names; keys that were made before there were some have none."""
    return {name: tuple(stored.get(name, ())) for name in names}
