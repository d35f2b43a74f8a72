"""The lease: one process at a time changes the documents, a dead one is not waited for."""

import asyncio
import json
import subprocess
import sys

import pytest
from redis.asyncio import Redis

from citewire.errors import LibraryBusy
from citewire.storage.library import lease as module
from citewire.storage.library.lease import holding_lease

HOLD = """
import asyncio, sys
from redis.asyncio import Redis
from citewire.storage.library.lease import holding_lease

async def hold(url, namespace):
    async with Redis.from_url(url) as client, holding_lease(client, namespace):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold(*sys.argv[1:]))
"""


async def test_a_second_holder_is_told_who_is_at_it(redis_client: Redis, namespace: str) -> None:
    told: list[str] = []
    async with holding_lease(redis_client, namespace):
        with pytest.raises(LibraryBusy, match=r"another ingest \(process \d+ on .*\) is changing"):
            async with holding_lease(redis_client, namespace, wait_s=0.3, on_wait=told.append):
                pass

    assert len(told) == 1


async def test_another_owners_lease_is_not_waited_for(redis_client: Redis, namespace: str) -> None:
    async with holding_lease(redis_client, namespace, "ann", wait_s=0):
        async with holding_lease(redis_client, namespace, "bob", wait_s=0) as lease:
            await lease.change([("SET", f"{namespace}:told", "by bob")])
        with pytest.raises(LibraryBusy):
            async with holding_lease(redis_client, namespace, "ann", wait_s=0):
                pass


async def test_the_second_waits_for_the_first(redis_client: Redis, namespace: str) -> None:
    order = []

    async def first() -> None:
        async with holding_lease(redis_client, namespace):
            began.set()
            await asyncio.sleep(0.2)
            order.append("first")

    began = asyncio.Event()
    running = asyncio.create_task(first())
    await began.wait()
    async with holding_lease(redis_client, namespace):
        order.append("second")
    await running

    assert order == ["first", "second"]


async def test_a_killed_holder_is_not_waited_for(
    redis_client: Redis, redis_url: str, namespace: str
) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, redis_url, namespace, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    await holder.stdout.readline()
    holder.kill()
    await holder.wait()
    async with holding_lease(redis_client, namespace, wait_s=0):
        pass


async def test_a_holder_elsewhere_is_waited_for(redis_client: Redis, namespace: str) -> None:
    holder = {"host": "elsewhere", "where": "another boot", "pid": 1, "since": "1", "id": "x"}
    await redis_client.set(f"{namespace}:lease", json.dumps(holder), px=300)

    with pytest.raises(LibraryBusy, match="process 1 on elsewhere"):
        async with holding_lease(redis_client, namespace, wait_s=0):
            pass
    async with holding_lease(redis_client, namespace, wait_s=2):
        pass


async def test_who_lost_the_lease_changes_nothing(redis_client: Redis, namespace: str) -> None:
    async with holding_lease(redis_client, namespace) as lease:
        await redis_client.set(f"{namespace}:lease", "somebody else")
        with pytest.raises(LibraryBusy, match="stood still"):
            await lease.change([("SET", f"{namespace}:x", 1)])

    assert await redis_client.get(f"{namespace}:x") is None
    assert await redis_client.get(f"{namespace}:lease") == b"somebody else"


async def test_it_is_renewed_while_it_is_held(
    redis_client: Redis, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE_S", 0.5)
    monkeypatch.setattr(module, "RENEW_EVERY_S", 0.1)
    async with holding_lease(redis_client, namespace) as lease:
        await asyncio.sleep(0.8)
        lease.check()
        await lease.change([("SET", f"{namespace}:x", 1)])

    assert await redis_client.get(f"{namespace}:x") == b"1"


async def test_nothing_is_left_of_it(redis_client: Redis, namespace: str) -> None:
    async with holding_lease(redis_client, namespace):
        pass

    assert not [key async for key in redis_client.scan_iter(f"{namespace}:*")]
