"""What a caller may read and change: the private collection, and those shared with the caller."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from citewire.errors import CollectionNotFound, RoleTooLow
from citewire.services.access.caller import Caller
from citewire.storage.collections.store import (
    GROUP,
    CollectionStore,
    Membership,
    Role,
    rank,
)
from citewire.storage.keys import Libraries, collection_in, library_of, owner_tag

PRIVATE: Final = "private"
"""The id of the collection that everybody has for themselves; no shared one has it."""
FRESH_S = 1.0
"""So old may be what is known of a caller's memberships where only reading depends on it."""
MOST_REMEMBERED = 1024
MOST_SEARCHED = 1000
"""So many collections a caller may be in, groups and all: a search names each of them."""

_CAN: Final[Mapping[Role, str]] = {
    "reader": "read it",
    "editor": "add, correct and remove its documents",
    "manager": "change its name and its members, or delete it",
}


@dataclass(frozen=True)
class Reach:
    """What somebody may read and change.

    Args:
        owner: who has the private collection.
        memberships: the shared ones, by name.
    """

    owner: str
    memberships: tuple[Membership, ...] = ()

    @cached_property
    def libraries(self) -> Libraries:
        """All that may be read, the private one first."""
        return (self.owner, *(library_of(one.collection_id) for one in self.memberships))

    @cached_property
    def collections(self) -> frozenset[str]:
        """The ids of all collections that may be read, `private` among them."""
        return frozenset((PRIVATE, *self.names))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names of the shared collections, by their ids."""
        return {one.collection_id: one.name for one in self.memberships}

    @cached_property
    def by_tag(self) -> Mapping[str, tuple[str, str]]:
        """The id and the name of each collection, by the tag that its passages bear."""
        return {owner_tag(one): self.named(one) for one in self.libraries}

    def named(self, library: str) -> tuple[str, str]:
        """The id and the name of the collection that a library is of; `private` has no name."""
        collection_id = collection_in(library)
        if collection_id is None:
            return PRIVATE, ""
        return collection_id, self.names.get(collection_id, "")

    def library(self, collection_id: str) -> str:
        """The library of a collection that may be read.

        Raises:
            CollectionNotFound: none of that id may be.
        """
        self.role(collection_id)
        return self.owner if collection_id == PRIVATE else library_of(collection_id)

    def role(self, collection_id: str) -> Role:
        """What the caller is in a collection.

        Raises:
            CollectionNotFound: no member of one of that id.
        """
        if collection_id == PRIVATE:
            return "manager"
        for one in self.memberships:
            if one.collection_id == collection_id:
                return one.role
        raise CollectionNotFound(f"there is no collection {collection_id}")

    def check(self, collection_id: str, role: Role) -> None:
        """See that the caller has at least `role` in a collection.

        Raises:
            CollectionNotFound: no member of one of that id.
            RoleTooLow: a member, but of a lower role.
        """
        has = self.role(collection_id)
        if rank(has) < rank(role):
            raise RoleTooLow(
                f"you are {_a(has)} of the collection {self.names[collection_id]!r} and may not "
                f"{_CAN[role]}: ask one of its managers to make you {_a(role)}"
            )


class Reaching:
    """Tells what callers may read and change, in whichever worker.

    Args:
        store: the collections.
    """

    def __init__(self, store: CollectionStore) -> None:
        self._store = store
        self._known: OrderedDict[tuple[str, frozenset[str]], tuple[float, Reach]] = OrderedDict()

    async def of(self, caller: Caller) -> Reach:
        """What a caller may read, as it was at most `FRESH_S` ago.

        Raises:
            StorageUnavailable, StorageError: Redis does not answer, or refuses.
            RoleTooLow: the caller is in more collections than can be searched.
        """
        known = self._known.get((caller.owner, caller.groups))
        if known is not None and time.monotonic() - known[0] < FRESH_S:
            return known[1]
        return await self.now(caller)

    async def now(self, caller: Caller) -> Reach:
        """What a caller may read and change at this moment; raises as `of`."""
        asked = time.monotonic()
        joined = await self._store.joined(members_of(caller))
        if len(joined) > MOST_SEARCHED:
            # None is left out: whoever asks would not know which.
            raise RoleTooLow(f"you are in more than {MOST_SEARCHED} collections: leave some")
        reach = Reach(caller.owner, tuple(joined))
        key = caller.owner, caller.groups
        self._known[key] = asked, reach
        self._known.move_to_end(key)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return reach

    def forget(self) -> None:
        """Look anew at the memberships of everybody: some were changed by this worker."""
        self._known.clear()

    async def with_all(self, caller: Caller, collection_ids: Iterable[str]) -> Reach:
        """What a caller may read, where it must be known of some collections that they are new.

        Raises:
            CollectionNotFound: the caller is no member of one of them.
        """
        reach, wanted = await self.of(caller), list(collection_ids)
        if any(one != PRIVATE and one not in reach.names for one in wanted):
            reach = await self.now(caller)
        for one in wanted:
            reach.role(one)
        return reach


async def readable_tags(reaching: Reaching, caller: Caller) -> Sequence[str]:
    """The tags of all libraries that a caller may read; raises as `Reaching.of`."""
    return tuple((await reaching.of(caller)).by_tag)


def members_of(caller: Caller) -> list[str]:
    """What a caller is called among the members of collections."""
    return [caller.owner, *(f"{GROUP}{group}" for group in sorted(caller.groups))]


def _a(role: Role) -> str:
    return f"an {role}" if role == "editor" else f"a {role}"
