"""Whether Redis keeps what it is given, and what it says of a search that takes too long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from citewire.storage.connection.durability import Durability, read_durability

SAFE = {"maxmemory-policy": "noeviction", "appendonly": "yes", "save": ""}


class Told:
    """A Redis with a configuration; what it does not have it gives nothing for."""

    def __init__(self, config: dict[str, str], module: list[list[bytes]] | None = None) -> None:
        self.config = config
        self.module = module

    async def config_get(self, name: str) -> dict[str, str]:
        return {name: self.config[name]} if name in self.config else {}

    async def execute_command(self, *_: str) -> list[list[bytes]]:
        if self.module is None:
            raise ResponseError("unknown command")
        return self.module


async def read(told: Told) -> Durability | None:
    return await read_durability(cast("Redis", told))


@asynccontextmanager
async def on_timeout(client: Any, policy: str) -> AsyncIterator[None]:
    await client.execute_command("FT.CONFIG", "SET", "ON_TIMEOUT", policy)
    try:
        yield
    finally:
        await client.execute_command("FT.CONFIG", "SET", "ON_TIMEOUT", "FAIL")


async def test_of_a_search_module_it_is_told_what_becomes_of_slow_searches(
    redis_client: Redis,
) -> None:
    well = await read_durability(redis_client)
    async with on_timeout(redis_client, "RETURN"):
        partly = await read_durability(redis_client)

    assert well is not None
    assert partly is not None
    assert (well.on_timeout, well.tells_parts) == ("fail", False)
    assert (partly.on_timeout, partly.tells_parts) == ("return", True)


@pytest.mark.parametrize(
    ("policy", "tells_parts"), [("return", True), ("return-strict", True), ("fail", False)]
)
async def test_redis_8_tells_it_with_its_own_settings(policy: str, tells_parts: bool) -> None:
    found = await read(Told({**SAFE, "search-on-timeout": policy}))

    assert found is not None
    assert (found.tells_parts, found.evicts, found.persists) == (tells_parts, False, True)


async def test_nothing_is_said_where_search_tells_nothing() -> None:
    modules: tuple[list[list[bytes]] | None, ...] = (None, [])
    for module in modules:
        found = await read(Told(SAFE, module))

        assert found is not None
        assert not found.tells_parts
