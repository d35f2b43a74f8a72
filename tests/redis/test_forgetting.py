"""Forgetting a person: nothing of hers is left, nothing of others goes, wherever it was cut off."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest
from redis.asyncio import Redis

from citewire.services.access.audit.file import LineFile
from citewire.services.access.audit.log import AuditLog
from citewire.services.access.audit.naming import Naming
from citewire.services.access.audit.writer import AuditWriter
from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.pages.copies import PageCopies
from citewire.services.pages.extract import PageFiles
from citewire.services.pages.folder import PageFolder
from citewire.services.people.forgetting import Personal, forget_person
from citewire.services.uploads.receiving import Uploads
from citewire.settings import Settings
from citewire.storage.access.people import PeopleStore
from citewire.storage.access.spending import SpendingStore, Spent
from citewire.storage.chats.store import ChatStore
from citewire.storage.connection.pipelining import PipeliningRedis, SharedPipeline
from citewire.storage.jobs import JobStore
from citewire.storage.keys import Keys, owner_tag
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.snapshots import SnapshotStore
from citewire.storage.library.vector_store import PassageStore
from citewire.storage.runs.overview import RunOverview
from citewire.storage.runs.records import StoredRecord
from citewire.storage.runs.registry import RunClaim, RunStore
from tests.doubles.ingest_fixtures import HashingEmbedding

MARK = "Zyxomark"


class Cut(BaseException):
    """The process is dead."""


@dataclass
class World:
    """What two people have."""

    client: Redis
    namespace: str
    personal: Personal
    uploads: Uploads
    pages: Path
    settings: Settings
    opened: Callable[[], Any]
    docs: dict[str, str] = field(default_factory=dict)

    async def fill(self, owner: str, mark: str) -> None:
        """Something of each kind."""
        root = self.uploads.folder(f"{mark}folder", owner)
        root.mkdir(parents=True)
        marks = self.uploads.root / ".owners" / owner_tag(owner) / root.parent.name
        marks.mkdir(parents=True)
        (root / f"{mark}.txt").write_text(f"{mark} counted 12 ships.", "utf-8")
        (root / "left over.bin").write_text(mark, "utf-8")
        documents = self.personal.documents.owned_by(owner)
        await ingest_folders(
            [root],
            documents=documents,
            open_indexing=self.opened,
            settings=self.settings,
            on_progress=lambda _: None,
        )
        [record] = await documents.list()
        self.docs[owner] = record.doc_id
        noted = json.dumps({"title": mark})
        await self.client.hset(Keys(self.namespace).corrections, record.doc_id, noted)  # type: ignore[misc]
        [passage_id] = [
            one.decode()
            async for one in self.client.sscan_iter(Keys(self.namespace).passage_ids(record.doc_id))
        ]
        chats = self.personal.chats
        for number in range(3):
            chat_id = f"{owner}-chat-{number}"
            await chats.create(chat_id, owner, title=mark)
            said = [
                {"message_id": f"{chat_id}-{role}", "role": role, "text": mark}
                for role in ("user", "assistant")
            ]
            await chats.append(
                chat_id,
                owner,
                said,
                title=mark,
                passage_ids=[passage_id],
                record=StoredRecord(f"run-of-{chat_id}", mark.encode(), 100),
            )
        await chats.delete(f"{owner}-chat-2", owner)
        copy = self.pages / record.doc_id / "1.pdf"
        copy.parent.mkdir(parents=True)
        copy.write_text(mark, "utf-8")
        runs = RunStore(
            self.client,
            self.namespace,
            worker="dead",
            lease_s=1,
            running_s=99,
            kept_s=99,
            per_owner=5,
        )
        ids = f"{owner}-run", f"{owner}-chat-0"
        await runs.claim(RunClaim(*ids, owner, "2024", mark.encode(), f"asked-by-{owner}"))
        state = {"job_id": f"{owner}-job", "owner": owner, "status": "done", "created_at": mark}
        await self.personal.jobs.add(f"{owner}-job", owner, orjson.dumps(state))
        await self.personal.spending.spend([Spent("tokens", owner, 0.001, 5)])
        await self.personal.people.pseudonym(owner)

    async def stored(self) -> dict[str, str]:
        """All that Redis has in the namespace, as text."""
        found = {}
        async for key in self.client.scan_iter(f"{self.namespace}:*", count=1000):
            kind = (await self.client.type(key)).decode()
            command: Any = {
                "string": ("GET", key),
                "hash": ("HGETALL", key),
                "set": ("SMEMBERS", key),
                "zset": ("ZRANGE", key, 0, -1),
                "stream": ("XRANGE", key, "-", "+"),
                "ReJSON-RL": ("JSON.GET", key),
            }[kind]
            execute: Any = self.client.execute_command
            value = await execute(*command)
            if isinstance(value, list | set):
                value = sorted(map(str, value))
            found[key.decode()] = str(value)
        return found

    def files(self) -> list[str]:
        return sorted(str(path) for at in (self.uploads.root, self.pages) for path in at.rglob("*"))


@pytest.fixture
async def world(
    *,
    redis_client: Redis,
    namespace: str,
    store: PassageStore,
    embed_model: HashingEmbedding,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    monkeypatch.setattr("citewire.services.people.forgetting.STOP_S", 0.0)
    settings = settings.with_changes(data_dir=tmp_path / "data", namespace=namespace)
    uploads = Uploads(settings.storage, settings.uploads, room_of=lambda _: settings.room_per_owner)
    documents = DocumentStore(redis_client, namespace)
    people = PeopleStore(redis_client, namespace)
    pages = tmp_path / "pages"
    personal = Personal(
        chats=ChatStore(redis_client, namespace),
        runs=RunOverview(redis_client, namespace),
        jobs=JobStore(redis_client, namespace),
        documents=documents,
        page_copies=PageCopies(
            PageFolder(pages, max_bytes=0),
            documents=documents,
            snapshots=SnapshotStore(redis_client, namespace),
            page_files=PageFiles(),
        ),
        uploads=uploads.root,
        forget_uploads=uploads.forget,
        spending=SpendingStore(redis_client, namespace),
        people=people,
        audit=AuditLog(None, Naming(people), questions=False),
    )

    @asynccontextmanager
    async def opened() -> AsyncIterator[Indexing]:
        yield Indexing(embed_model, store)

    made = World(redis_client, namespace, personal, uploads, pages, settings, opened)
    await made.fill("bob", "plain")
    return made


async def forget(world: World) -> dict[str, int]:
    return await forget_person("ann", world.personal, on_wait=lambda _: None)


async def test_all_of_a_person_goes_and_nothing_of_others(world: World) -> None:
    before, files = await world.stored(), world.files()
    await world.fill("ann", MARK)
    removed = await forget(world)
    after = await world.stored()

    assert removed == {
        "jobs": 1,
        "runs": 1,
        "chats": 3,
        "documents": 1,
        "uploaded files": 2,
        "page copies": 1,
        "allowances": 1,
        "pseudonyms": 1,
    }
    text = json.dumps(after)
    for trace in (MARK, "ann", owner_tag("ann"), world.docs["ann"]):
        assert trace not in text
    assert world.files() == files
    counters = {f"{world.namespace}:{name}" for name in ("changes", "chats:clock")}
    leases = {key for key in {*before, *after} if ":lease" in key}
    for key in {*before, *after} - counters - leases - {f"{world.namespace}:runs:workers"}:
        assert after.get(key) == before.get(key), key


async def test_who_has_nothing_is_forgotten_without_a_word(world: World) -> None:
    before = await world.stored()
    removed = await forget(world)

    assert set(removed.values()) == {0}
    assert (await world.stored()).keys() - before.keys() <= {
        key for key in await world.stored() if ":lease" in key
    }


@pytest.mark.timeout(180)
async def test_a_run_that_was_killed_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies at every command that it sends to Redis, one after the other."""
    bobs = {key: value for key, value in (await world.stored()).items() if "bob" in key + value}
    for key in bobs:  # what ends by itself would be missing after many deaths
        await world.client.persist(key)
    await world.fill("ann", MARK)
    left = 0
    run, send = PipeliningRedis.execute_command, SharedPipeline.execute

    def count() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut

    async def running(self: PipeliningRedis, *args: Any, **more: Any) -> Any:
        # Of scans there are as many as other tests left keys; to die at one changes nothing.
        if args[0] != "SCAN":
            count()
        return await run(self, *args, **more)

    async def sending(self: SharedPipeline, *args: Any, **more: Any) -> Any:
        count()
        return await send(self, *args, **more)

    deaths = 0
    while True:
        left = deaths
        with monkeypatch.context() as patched:
            patched.setattr(PipeliningRedis, "execute_command", running)
            patched.setattr(SharedPipeline, "execute", sending)
            try:
                await forget(world)
                break
            except (Cut, BaseExceptionGroup):
                deaths += 1
        # Whoever died holds the lease until somebody sees that.
        await world.client.delete(Keys(world.namespace).lease("ann"))
    text = json.dumps(await world.stored())

    assert deaths > 10
    for trace in (MARK, "ann", owner_tag("ann"), world.docs["ann"]):
        assert trace not in text
    after = await world.stored()
    assert {key: after.get(key) for key in bobs} == bobs


async def test_the_log_tells_of_it_and_of_nobody_afterwards(world: World, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    writer = AuditWriter(LineFile(file))
    people = world.personal.people
    audit = AuditLog(writer, Naming(people), questions=False)
    pseudonym = await people.pseudonym("ann")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(audit.run)
        personal = {name: getattr(world.personal, name) for name in Personal.__slots__}
        await forget_person("ann", Personal(**{**personal, "audit": audit}), on_wait=lambda _: None)
        tasks.cancel_scope.cancel()

    told = json.loads(file.read_text("utf-8"))
    assert (told["class_uid"], told["activity_name"]) == (3001, "Delete")
    assert told["user"] == {"uid": pseudonym}
    assert told["actor"] == {"app_name": "citewire forget"}
    assert pseudonym not in (await people.known()).values()


async def test_of_nobody_nothing_is_removed_and_nothing_told(world: World, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    audit = AuditLog(AuditWriter(LineFile(file)), Naming(world.personal.people), questions=False)
    personal = {name: getattr(world.personal, name) for name in Personal.__slots__}
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(audit.run)
        removed = await forget_person(
            "nobody", Personal(**{**personal, "audit": audit}), on_wait=lambda _: None
        )
        tasks.cancel_scope.cancel()

    assert not any(removed.values())
    assert not file.exists() or file.read_text("utf-8") == ""
    assert "nobody" not in await world.personal.people.known()
