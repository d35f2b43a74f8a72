"""Shared collections in Redis: members, roles, and what callers may read and change."""

import asyncio

import pytest
from redis.asyncio import Redis

from citewire.errors import (
    CollectionNotFound,
    LastManager,
    MemberNotFound,
    RoleTooLow,
    TooManyCollections,
)
from citewire.services.access.caller import Caller
from citewire.services.access.reach import PRIVATE, Reaching
from citewire.storage.collections import store as limits
from citewire.storage.collections.store import CollectionStore, Membership
from citewire.storage.keys import library_of

ANN, BOB = Caller("ann"), Caller("bob")
CARA = Caller("cara", frozenset({"staff", "board"}))


@pytest.fixture
def collections(redis_client: Redis, namespace: str) -> CollectionStore:
    return CollectionStore(redis_client, namespace)


async def test_who_makes_a_collection_manages_it(collections: CollectionStore) -> None:
    made = await collections.create("Annual reports", "ann")
    found = await collections.read(made)

    assert (found.name, found.members) == ("Annual reports", {"ann": "manager"})
    assert await collections.joined(["ann"]) == [Membership(made, "Annual reports", "manager")]
    assert await collections.joined(["bob"]) == []


async def test_the_highest_role_counts_of_an_owner_and_the_groups(
    collections: CollectionStore,
) -> None:
    made = await collections.create("x", "ann")
    await collections.join(made, "group:staff", "reader")
    reach = await Reaching(collections).now(CARA)
    assert reach.role(made) == "reader"

    await collections.join(made, "group:board", "editor")
    await collections.join(made, "cara", "reader")
    reach = await Reaching(collections).now(CARA)
    assert reach.role(made) == "editor"
    assert reach.libraries == ("cara", library_of(made))


async def test_an_owner_is_no_group_of_the_same_name(collections: CollectionStore) -> None:
    made = await collections.create("x", "ann")
    await collections.join(made, "group:bob", "editor")

    assert (await Reaching(collections).now(BOB)).libraries == ("bob",)


async def test_somebody_always_manages_a_collection(collections: CollectionStore) -> None:
    made = await collections.create("x", "ann")
    with pytest.raises(LastManager):
        await collections.leave(made, "ann")
    with pytest.raises(LastManager):
        await collections.join(made, "ann", "editor")
    await collections.join(made, "bob", "manager")
    left = await asyncio.gather(
        collections.leave(made, "ann"), collections.leave(made, "bob"), return_exceptions=True
    )

    assert [type(one) for one in left if one is not None] == [LastManager]
    assert len((await collections.read(made)).members) == 1


async def test_what_is_not_there_is_not_found(collections: CollectionStore) -> None:
    made = await collections.create("x", "ann")
    with pytest.raises(MemberNotFound):
        await collections.leave(made, "bob")
    for change in (
        collections.rename("0" * 12, "y"),
        collections.join("0" * 12, "bob", "reader"),
        collections.leave("0" * 12, "bob"),
        collections.finish("0" * 12),
    ):
        with pytest.raises(CollectionNotFound):
            await change


async def test_a_deleted_collection_is_nobodys_and_listed_until_it_is_empty(
    collections: CollectionStore,
) -> None:
    made = await collections.create("x", "ann")
    await collections.join(made, "group:staff", "reader")
    await collections.finish(made)

    assert await collections.joined(["ann", "group:staff"]) == []
    assert await collections.all() == []
    assert not await collections.exists(made)
    assert await collections.ending() == [made]
    await collections.ended(made)
    assert await collections.ending() == []


async def test_nobody_is_in_more_collections_than_are_searched(
    collections: CollectionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_JOINED", 2)
    made = [await collections.create(str(n), "ann") for n in range(2)]
    with pytest.raises(TooManyCollections):
        await collections.create("one more", "ann")
    other = await collections.create("other", "bob")
    with pytest.raises(TooManyCollections):
        await collections.join(other, "ann", "reader")
    await collections.join(made[0], "ann", "manager")  # she is in it already


async def test_what_is_known_of_a_caller_is_at_most_a_second_old(
    collections: CollectionStore,
) -> None:
    here, elsewhere = Reaching(collections), Reaching(collections)
    made = await collections.create("x", "ann")
    await collections.join(made, "bob", "reader")
    assert library_of(made) in (await elsewhere.of(BOB)).libraries
    await collections.leave(made, "bob")

    await asyncio.sleep(1.01)
    assert (await elsewhere.of(BOB)).libraries == ("bob",)
    await collections.join(made, "bob", "reader")
    # A collection that is asked for by its id is known at once.
    assert made in (await elsewhere.with_all(BOB, [made])).names
    with pytest.raises(CollectionNotFound):
        await here.with_all(CARA, [made])


async def test_each_role_may_do_what_those_before_it_may(collections: CollectionStore) -> None:
    made = await collections.create("Archive", "ann")
    await collections.join(made, "bob", "editor")
    reach = await Reaching(collections).now(BOB)

    reach.check(made, "reader")
    reach.check(made, "editor")
    reach.check(PRIVATE, "manager")
    with pytest.raises(RoleTooLow, match="an editor of the collection 'Archive'"):
        reach.check(made, "manager")
    with pytest.raises(CollectionNotFound):
        reach.check("0" * 12, "reader")


async def test_who_is_forgotten_leaves_all_collections_or_none(
    collections: CollectionStore,
) -> None:
    own, others = await collections.create("own", "ann"), await collections.create("x", "bob")
    await collections.join(others, "ann", "editor")
    with pytest.raises(LastManager, match="'own'"):
        await collections.leave_all("ann")
    assert len(await collections.joined(["ann"])) == 2

    await collections.join(own, "bob", "manager")

    assert await collections.leave_all("ann") == 2
    assert await collections.joined(["ann"]) == []
