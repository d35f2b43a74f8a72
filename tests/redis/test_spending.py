"""Buckets in Redis that drain evenly, whoever fills them."""

import asyncio

import pytest
from redis.asyncio import Redis

from citewire.storage.access.spending import SpendingStore, Spent
from citewire.storage.keys import Keys


def spent(added: int, *, drains: float = 0.000001, owner: str = "ann") -> Spent:
    return Spent("tokens", owner, drains, added)


async def test_workers_fill_one_bucket_of_an_owner(redis_client: Redis, namespace: str) -> None:
    stores = [SpendingStore(redis_client, namespace) for _ in range(2)]
    await asyncio.gather(*(store.spend([spent(3)]) for store in stores for _ in range(10)))
    levels = await stores[0].spend([spent(0), spent(0, owner="bob")])

    assert levels == pytest.approx([60, 0], abs=0.1)


async def test_what_was_spent_drains_and_leaves_no_key(redis_client: Redis, namespace: str) -> None:
    store = SpendingStore(redis_client, namespace)
    [full] = await store.spend([spent(100, drains=1.0)])
    await asyncio.sleep(0.05)
    [less] = await store.spend([spent(0, drains=1.0)])
    left_ms = await redis_client.pttl(Keys(namespace).spent("tokens", "ann"))

    assert full == 100
    assert 0 <= less <= 60
    assert 0 < left_ms <= 1100
