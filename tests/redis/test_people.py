"""Pseudonyms of people in Redis: one for each, random, and nobody's once a person is forgotten."""

import asyncio

from redis.asyncio import Redis

from citewire.storage.access.people import PeopleStore

HOSTILE = 'ann"}\n\x00*|,'


async def test_a_person_keeps_one_pseudonym(redis_client: Redis, namespace: str) -> None:
    people, other_worker = (PeopleStore(redis_client, namespace) for _ in range(2))
    found = await asyncio.gather(
        *(store.pseudonym(HOSTILE) for store in (people, other_worker) for _ in range(20))
    )

    assert len(set(found)) == 1
    assert await people.known() == {HOSTILE: found[0]}


async def test_who_is_forgotten_and_comes_back_is_somebody_else(
    redis_client: Redis, namespace: str
) -> None:
    people = PeopleStore(redis_client, namespace)
    before, bob = await people.pseudonym("ann"), await people.pseudonym("bob")
    forgot = [await people.forget("ann"), await people.forget("ann")]

    assert forgot == [True, False]
    assert await people.known() == {"bob": bob}
    assert await people.pseudonym("ann") != before
