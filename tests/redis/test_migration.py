"""What an earlier version stored is brought to this one: one step after the other, once."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from citewire.errors import IndexMismatch, LibraryBusy
from citewire.scripts.cli import main
from citewire.storage.connection import fingerprint
from citewire.storage.connection.fingerprint import MIGRATING, read_fingerprint
from citewire.storage.keys import OLDEST_MIGRATED, SCHEMA_VERSION, Keys
from citewire.storage.library.lease import holding_lease
from citewire.storage.migration.migrating import migrate
from citewire.storage.migration.steps import STEPS, Stored

OLD = SCHEMA_VERSION - 2


class Shouting:
    """Two made-up steps: the first spells titles in capitals, the second adds an exclamation."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails_after = 99
        self.steps = {OLD: self.capitals, OLD + 1: self.exclamation}

    async def capitals(self, stored: Stored) -> None:
        await self._change(stored, lambda title: title.upper())

    async def exclamation(self, stored: Stored) -> None:
        await self._change(stored, lambda title: f"{title.rstrip('!')}!")

    async def _change(self, stored: Stored, spelled: Any) -> None:
        for name in "abc":
            key = stored.keys.job(name)
            title = (await stored.client.get(key)).decode()
            if len(self.done) >= self.fails_after:
                raise KeyboardInterrupt
            await stored.lease.change([("SET", key, spelled(title))])
            self.done.append(name)


@pytest.fixture
async def old(redis_client: Redis, namespace: str) -> Any:
    client: Any = redis_client
    noted = {"dims": "4", "vector_type": "float32", "embedding": "m"}
    await client.hset(Keys(namespace).fingerprint, mapping={**noted, "schema_version": OLD})
    for name in "abc":
        await client.set(Keys(namespace).job(name), f"title {name}")
    return client


async def titles(client: Any, namespace: str) -> list[str]:
    found = await client.mget([Keys(namespace).job(name) for name in "abc"])
    return [title.decode() for title in found]


SHOUTED = ["TITLE A!", "TITLE B!", "TITLE C!"]


def test_there_is_a_step_from_each_version_since_the_first_release() -> None:
    assert sorted(STEPS) == list(range(OLDEST_MIGRATED, SCHEMA_VERSION))


async def test_each_step_is_done_in_turn(old: Any, namespace: str) -> None:
    told: list[int] = []
    first = await migrate(old, namespace, steps=Shouting().steps, on_step=told.append)
    again = await migrate(old, namespace, steps={})

    assert (first, told, again) == (OLD, [OLD, OLD + 1], SCHEMA_VERSION)
    assert await titles(old, namespace) == SHOUTED
    assert await read_fingerprint(old, namespace) is not None


@pytest.mark.parametrize("after", range(6))
async def test_after_an_interruption_it_is_refused_and_goes_on(
    after: int, old: Any, namespace: str
) -> None:
    shouting = Shouting()
    shouting.fails_after = after
    with pytest.raises(KeyboardInterrupt):
        await migrate(old, namespace, steps=shouting.steps)
    with pytest.raises(IndexMismatch, match="another version"):
        await read_fingerprint(old, namespace)
    shouting.fails_after = 99
    await migrate(old, namespace, steps=shouting.steps)

    assert await titles(old, namespace) == SHOUTED
    assert await read_fingerprint(old, namespace) is not None


async def test_of_two_at_once_one_does_it(old: Any, namespace: str) -> None:
    shouting = Shouting()
    both = (migrate(old, namespace, steps=shouting.steps) for _ in range(2))
    ended = await asyncio.gather(*both, return_exceptions=True)

    assert sorted(map(type, ended), key=str) == [LibraryBusy, int]
    assert len(shouting.done) == 6
    assert await titles(old, namespace) == SHOUTED


async def test_who_uses_it_must_stop_first(old: Any, namespace: str) -> None:
    steps, keys = Shouting().steps, Keys(namespace)
    await old.zadd(keys.workers, {"w": 9e12})
    with pytest.raises(LibraryBusy, match="citewire serve"):
        await migrate(old, namespace, steps=steps)
    await old.delete(keys.workers)
    async with holding_lease(old, namespace, "ann"):
        with pytest.raises(LibraryBusy, match="citewire ingest"):
            await migrate(old, namespace, steps=steps)

    assert await titles(old, namespace) == ["title a", "title b", "title c"]
    assert not await old.hexists(keys.fingerprint, MIGRATING)


@pytest.mark.parametrize(
    ("version", "told"),
    [("5", "newer"), ("2", "nothing leads"), ("many", "nothing leads"), (None, "nothing leads")],
)
async def test_what_nothing_leads_from_is_refused(
    version: str | None, told: str, old: Any, namespace: str
) -> None:
    await old.hdel(Keys(namespace).fingerprint, "schema_version")
    if version is not None:
        await old.hset(Keys(namespace).fingerprint, "schema_version", version)
    before = await old.hgetall(Keys(namespace).fingerprint)

    with pytest.raises(IndexMismatch, match=told):
        await migrate(old, namespace)
    assert await old.hgetall(Keys(namespace).fingerprint) == before


async def test_whoever_opens_it_is_told_of_the_command(
    old: Any, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "OLDEST_MIGRATED", OLD)
    with pytest.raises(IndexMismatch, match="run `citewire migrate`"):
        await read_fingerprint(old, namespace)
    await old.hset(Keys(namespace).fingerprint, "schema_version", SCHEMA_VERSION + 1)
    with pytest.raises(IndexMismatch, match="or a newer one"):
        await read_fingerprint(old, namespace)


async def test_the_command_says_when_there_is_nothing_to_do(
    redis_url: str,
    old: Any,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await old.hset(Keys(namespace).fingerprint, "schema_version", SCHEMA_VERSION)
    monkeypatch.setenv("CITEWIRE_REDIS_URL", redis_url)
    codes = {}
    for name in (namespace, f"{namespace}-none"):
        monkeypatch.setenv("CITEWIRE_NAMESPACE", name)
        codes[name] = await asyncio.to_thread(main, ["migrate"])

    told = capsys.readouterr()
    assert codes == {namespace: 0, f"{namespace}-none": 1}
    assert "nothing to do" in told.out
    assert f"nothing is stored in the namespace {namespace}-none" in told.err
