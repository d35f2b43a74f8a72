"""What another version stored is named with what to do, by whatever opens it, and left alone."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from citewire.errors import IndexMismatch
from citewire.scripts.cli import main
from citewire.settings import load_settings
from citewire.storage.connection.connection import open_redis
from citewire.storage.index.schema import build_schema, check_index, ensure_index
from citewire.storage.keys import SCHEMA_VERSION, Keys
from tests.doubles.ingest_fixtures import SHIPS
from tests.doubles.small_pdfs import write_pdf

TOLD = "another version of Citewire (schema version 2, this one reads"
REMEDY = "ingest again into another CITEWIRE_NAMESPACE"


@dataclass(frozen=True)
class OldNamespace:
    """A namespace of a made-up version before: a passage of another shape, and a chat."""

    client: Any
    keys: Keys

    async def write(self) -> None:
        noted = {"schema_version": "2", "dims": "384", "embedding": "all-MiniLM-L6-v2"}
        await self.client.hset(self.keys.fingerprint, mapping=noted)
        await self.client.hset(self.keys.passage("x"), mapping={"content": "Ships."})
        await self.client.hset(self.keys.chat("x"), mapping={"title": "Ships"})

    async def dump(self) -> dict[bytes, bytes]:
        found = self.client.scan_iter(f"{self.keys.prefix}*")
        return {key: await self.client.dump(key) async for key in found}


@pytest.fixture
async def old(
    monkeypatch: pytest.MonkeyPatch, redis_url: str, redis_client: Redis, namespace: str
) -> OldNamespace:
    monkeypatch.setenv("CITEWIRE_REDIS_URL", redis_url)
    monkeypatch.setenv("CITEWIRE_NAMESPACE", namespace)
    made = OldNamespace(redis_client, Keys(namespace))
    await made.write()
    return made


@pytest.mark.parametrize(
    "command",
    [
        "ingest ships",
        "ingest --dry-run ships",
        "ingest --watch ships",
        "documents",
        "remove ships",
        "export",
        "doctor",
    ],
)
async def test_every_command_says_what_to_do(
    command: str, old: OldNamespace, ships: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pdf(ships / "a.pdf", [SHIPS])
    before = await old.dump()
    words = command.replace("ships", str(ships)).split()
    assert await asyncio.to_thread(main, words) == 1

    told = " ".join("".join(capsys.readouterr()).split())
    assert TOLD in told
    assert REMEDY in told
    assert await old.dump() == before


async def test_what_says_no_version_is_of_another(redis_client: Redis, namespace: str) -> None:
    client: Any = redis_client
    schema = build_schema(namespace=namespace, dims=4)
    await client.hset(Keys(namespace).fingerprint, "embedding", "some-model")

    with pytest.raises(IndexMismatch, match="schema version none"):
        await ensure_index(redis_client, schema, embedding="some-model", replace_empty=True)
    with pytest.raises(IndexMismatch, match="schema version none"):
        await check_index(redis_client, schema, embedding="some-model")


async def test_what_is_stored_now_can_be_opened(old: OldNamespace, redis_client: Redis) -> None:
    schema = build_schema(namespace=old.keys.namespace, dims=4)
    await old.client.delete(old.keys.fingerprint)
    await ensure_index(redis_client, schema, embedding="some-model")

    noted = await old.client.hget(old.keys.fingerprint, "schema_version")
    assert noted == str(SCHEMA_VERSION).encode()
    async with open_redis(load_settings().storage) as opened:
        await check_index(opened, schema, embedding="some-model")
