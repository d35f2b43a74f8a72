"""Shared collections: their names, and who is a member of them in which role.

A collection is one hash with all of its members, beside a set for each member of the collections
that it is in. Every change of the two is one script, so that a server that is killed leaves both
as they were or both changed. A member is an owner (`ann`) or a group (`group:staff`).
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import uuid4

from redis.asyncio import Redis

from citewire.errors import (
    CollectionNotFound,
    LastManager,
    MemberNotFound,
    TooManyCollections,
    TooManyMembers,
)
from citewire.storage.connection.replies import as_text, storage_errors
from citewire.storage.keys import Keys
from citewire.storage.lua.loader import register

Role = Literal["reader", "editor", "manager"]
ROLES: Final[tuple[Role, ...]] = ("reader", "editor", "manager")
"""Each may do what those before it may."""

MOST_JOINED = 100
"""So many collections an owner or a group may be in: a search names each of them."""
MOST_MEMBERS = 1000
MOST_NAME = 100
"""Characters of a name."""

GROUP: Final = "group:"
"""What a member begins with that is a group; no owner has a colon."""

_MEMBER = "member:"


@dataclass(frozen=True, slots=True)
class Collection:
    """A shared collection.

    Args:
        collection_id: twelve hexadecimal digits.
        name: for people; several may have the same.
        created: when it was made, in seconds since 1970.
        changed: when its name or its members last were.
        members: their roles.
    """

    collection_id: str
    name: str
    created: float
    changed: float
    members: Mapping[str, Role]


@dataclass(frozen=True, slots=True)
class Membership:
    """A collection as one of its members knows it."""

    collection_id: str
    name: str
    role: Role


class CollectionStore:
    """The shared collections of one namespace.

    Args:
        client: connection that the caller opens and closes.
        namespace: prefix of all keys.

    Every method raises StorageUnavailable when Redis does not answer, StorageError when it refuses.
    """

    def __init__(self, client: Redis, namespace: str) -> None:
        # Untyped: the client's stubs mix the results of both of its forms.
        self._client: Any = client
        self._keys = Keys(namespace)
        self._create = register(client, "collections/create")
        self._rename = register(client, "collections/rename")
        self._join = register(client, "collections/join")
        self._leave = register(client, "collections/leave")
        self._finish = register(client, "collections/finish")
        self._joined = register(client, "collections/joined")

    async def create(self, name: str, manager: str) -> str:
        """Make a collection that a member manages; gives its id.

        Raises:
            TooManyCollections: the member is in as many as one may be in.
        """
        collection_id = uuid4().hex[:12]
        if await self._change(self._create, collection_id, name, manager, MOST_JOINED) == -1:
            raise TooManyCollections(_too_many(manager))
        return collection_id

    async def rename(self, collection_id: str, name: str) -> None:
        """Give a collection another name.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        await self._change(self._rename, collection_id, name)

    async def join(self, collection_id: str, member: str, role: Role) -> None:
        """Give an owner or a group a role in a collection, another one if it has one.

        Raises:
            CollectionNotFound: there is none of that id.
            TooManyCollections, TooManyMembers: there are as many as there may be.
            LastManager: nobody else manages it.
        """
        limits = MOST_JOINED, MOST_MEMBERS
        told = await self._change(self._join, collection_id, member, role, *limits)
        if told == -1:
            raise TooManyCollections(_too_many(member))
        if told == -2:
            raise TooManyMembers(f"a collection has at most {MOST_MEMBERS} members")
        _refuse_last(told, member)

    async def leave(self, collection_id: str, member: str) -> None:
        """Take an owner or a group out of a collection.

        Raises:
            CollectionNotFound, MemberNotFound: there is no such collection, or member of it.
            LastManager: nobody else manages it.
        """
        told = await self._change(self._leave, collection_id, member)
        if told == 0:
            raise MemberNotFound(f"{member} is no member of the collection")
        _refuse_last(told, member)

    async def leave_all(self, member: str) -> int:
        """Take an owner or a group out of all collections; gives how many these were.

        Raises:
            LastManager: nobody else manages one of them, which is found before any is left.
        """
        joined = await self._read([one.collection_id for one in await self.joined([member])])
        for one in joined:
            managers = [who for who, role in one.members.items() if role == "manager"]
            if managers == [member]:
                raise LastManager(
                    f"{member} alone manages the collection {one.name!r}: "
                    "name another manager, or delete it, first"
                )
        for one in joined:
            with suppress(MemberNotFound, CollectionNotFound):
                await self.leave(one.collection_id, member)
        return len(joined)

    async def finish(self, collection_id: str) -> None:
        """Delete a collection: nobody has it from now on, and it is listed as ending.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        await self._change(self._finish, collection_id)

    async def read(self, collection_id: str) -> Collection:
        """A collection with its members.

        Raises:
            CollectionNotFound: there is none of that id.
        """
        for found in await self._read([collection_id]):
            return found
        raise CollectionNotFound(_none(collection_id))

    async def all(self) -> list[Collection]:
        """All collections, by their names."""
        with storage_errors("the collections"):
            ids = await self._client.smembers(self._keys.collections)
        found = await self._read(sorted(map(as_text, ids)))
        return sorted(found, key=lambda one: (one.name.casefold(), one.collection_id))

    async def joined(self, members: Sequence[str]) -> list[Membership]:
        """The collections that any of some members is in, each with the highest role, by name.

        In one round trip.
        """
        with storage_errors("the collections"):
            told = await self._joined(args=(self._keys.prefix, *members))
        found = [
            Membership(as_text(id_), as_text(name), max(map(_role, filter(None, roles)), key=rank))
            for id_, name, roles in told
        ]
        return sorted(found, key=lambda one: (one.name.casefold(), one.collection_id))

    async def exists(self, collection_id: str) -> bool:
        """Whether there is a collection of that id."""
        with storage_errors("the collections"):
            key = self._keys.collections
            return bool(await self._client.sismember(key, collection_id))

    async def ending(self) -> list[str]:
        """The ids of deleted collections whose documents may still be there."""
        with storage_errors("the collections"):
            found = await self._client.smembers(self._keys.ending_collections)
        return sorted(map(as_text, found))

    async def end_again(self, collection_id: str) -> None:
        """List a deleted collection as ending once more: something came into it meanwhile."""
        with storage_errors("the collections"):
            await self._client.sadd(self._keys.ending_collections, collection_id)

    async def ended(self, collection_id: str) -> None:
        """Note that nothing is left of a deleted collection."""
        with storage_errors("the collections"):
            await self._client.srem(self._keys.ending_collections, collection_id)

    async def _read(self, collection_ids: Sequence[str]) -> list[Collection]:
        if not collection_ids:
            return []
        with storage_errors("the collections"):
            async with self._client.pipeline(transaction=False) as pipe:
                for collection_id in collection_ids:
                    pipe.hgetall(self._keys.collection(collection_id))
                found = await pipe.execute()
        pairs = zip(collection_ids, found, strict=True)
        return [_collection(id_, fields) for id_, fields in pairs if fields]

    async def _change(self, script: Any, collection_id: str, *more: str | int) -> int:
        with storage_errors("the collections"):
            at = f"{time.time():.3f}"
            told = await script(args=(self._keys.prefix, collection_id, at, *more))
        if told is None:
            raise CollectionNotFound(_none(collection_id))
        return int(told)


def rank(role: Role) -> int:
    """How much a role may do, compared with others."""
    return ROLES.index(role)


def _collection(collection_id: str, fields: Mapping[bytes, bytes]) -> Collection:
    told = {as_text(name): as_text(value) for name, value in fields.items()}
    members = {
        name.removeprefix(_MEMBER): _role(value)
        for name, value in sorted(told.items())
        if name.startswith(_MEMBER)
    }
    times = float(told["created"]), float(told["changed"])
    return Collection(collection_id, told["name"], *times, members)


def _role(stored: str | bytes) -> Role:
    text = as_text(stored)
    return next(role for role in ROLES if role == text)


def _refuse_last(told: int, member: str) -> None:
    if told == -3:
        raise LastManager(f"{member} alone manages the collection: name another manager first")


def _too_many(member: str) -> str:
    return f"{member} is in {MOST_JOINED} collections already"


def _none(collection_id: str) -> str:
    return f"there is no collection {collection_id}"
