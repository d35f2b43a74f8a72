"""Backups of what Redis holds: as of one instant, restored byte for byte, or refused."""

import asyncio
import gzip
import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from citewire.errors import (
    BackupError,
    IndexMismatch,
    LibraryBusy,
    NotEmpty,
    StorageError,
    StorageUnavailable,
)
from citewire.scripts.cli import main
from citewire.services.backup.archive import writing_archive
from citewire.services.backup.files import MARK, FileFiller, Folders
from citewire.services.backup.format import Manifest, Origin
from citewire.services.backup.moving import Moved
from citewire.services.backup.reading import check_archive
from citewire.services.backup.restoring import RestoreRun
from citewire.services.backup.saving import BackupRun
from citewire.storage.backup import reading
from citewire.storage.backup.entries import KeyEntry
from citewire.storage.backup.following import following_changes
from citewire.storage.backup.lasting import is_lasting
from citewire.storage.backup.reading import InstantReader
from citewire.storage.backup.writing import filling
from citewire.storage.chats.store import ChatStore
from citewire.storage.connection import fingerprint
from citewire.storage.connection.fingerprint import Fingerprint, read_fingerprint, read_noted
from citewire.storage.index.schema import build_schema, check_index, ensure_index
from citewire.storage.keys import SCHEMA_VERSION, Keys
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.passages import PassageKeys
from citewire.storage.library.vector_store import build_vector_store
from citewire.storage.migration.steps import STEPS, Stored
from tests.doubles.chat_client import until
from tests.doubles.ingest_fixtures import DIMS, MODEL, SHIPS, TRAINS, Ingest, search
from tests.doubles.small_pdfs import write_pdf


@dataclass
class Backups:
    """Saves and restores namespaces of one Redis, with folders of files."""

    client: Any
    tmp_path: Path

    def folders(self, namespace: str) -> Folders:
        root = self.tmp_path / f"data of {namespace}"
        return {kind: root / kind / namespace for kind in ("uploads", "pages")}

    def uploads(self, namespace: str) -> str:
        return str(self.folders(namespace)["uploads"])

    async def save(self, namespace: str, name: str = "backup") -> Path:
        path = self.tmp_path / name
        noted = await read_noted(self.client, namespace)
        schema = int(noted.pop("schema_version"))
        about = Origin("0", schema, namespace, "now", self.uploads(namespace), noted)
        async with following_changes(self.client, namespace) as follower:
            reader = InstantReader(self.client, namespace, follower)
            with writing_archive(path) as writer:
                await BackupRun(reader, self.folders(namespace), about, writer).save()
        return path

    async def restore(
        self, path: Path, into: str, on_stage: Callable[[str, int], None] = lambda _, __: None
    ) -> Manifest:
        about, manifest = check_archive(path)
        noted = {**about.noted, "schema_version": str(about.schema)}
        moved = Moved(about.namespace, into, about.uploads, self.uploads(into))
        async with filling(self.client, into, noted) as keys:
            files = FileFiller(self.folders(into))
            await RestoreRun(path, about, manifest, keys, files, moved, on_stage).restore()
        return manifest

    async def all(self, namespace: str) -> dict[str, KeyEntry]:
        """All lasting keys, as they are."""
        async with following_changes(self.client, namespace) as follower:
            reader = InstantReader(self.client, namespace, follower)
            found = [entry async for entries in reader.all() for entry in entries]
        return {entry.name: entry for entry in found if entry.kind != "none"}


@pytest.fixture
def backups(redis_client: Redis, tmp_path: Path) -> Backups:
    return Backups(redis_client, tmp_path)


@pytest.fixture
async def filled(ingest: Ingest, ships: Path, namespace: str, redis_client: Redis) -> str:
    """A namespace with a document, a chat that cites it, and keys of every kind."""
    write_pdf(ships / "a.pdf", [SHIPS])
    write_pdf(ships / "b.pdf", [TRAINS])
    await ingest(ships)
    [document, _] = await DocumentStore(redis_client, namespace).list()
    [passage] = await PassageKeys(redis_client, namespace).ids(document.doc_id)
    chats = ChatStore(redis_client, namespace)
    await chats.index.ensure()
    await chats.create("c1", "ann", title="Straße \u2028 ☃", listed=True)
    message = {"message_id": "m1", "role": "user", "text": "How many\x00 ships?", "status": "done"}
    await chats.append("c1", "ann", [message], title="Ships", passage_ids=[passage])
    keys, client = Keys(namespace), _untyped(redis_client)
    await client.set(keys.run_of_chat("c1"), "r1", px=600_000)
    await client.hset(
        keys.run("r1"), mapping={"asked": keys.asked("x"), b"\xff\xfe": b"\x00\xff binary"}
    )
    await client.pexpire(keys.run("r1"), 500_000)
    await client.zadd(keys.workers, {"w1": 0.1 + 0.2, "w2": 1764532123456})
    for number in (3, 7):
        await client.xadd(keys.run_log("r1"), {"first": 1, "block": b"\x80\n"}, id=f"{number}-0")
    await client.set(keys.job("j1"), b'{"status": "done", "folder": "x", "uploaded": []}')
    for name in (
        keys.lease("ann"),
        keys.spent("tokens", "ann"),
        keys.session("s"),
        keys.stops("w"),
    ):
        await client.set(name, "1")
    await client.set(keys.job_alive("j1"), "1")
    await client.set(keys.run_read("r1"), "1")
    return namespace


def _read(path: str) -> tuple[bytes, os.stat_result]:
    return Path(path).read_bytes(), Path(path).stat()


def _untyped(client: Redis) -> Any:
    return client


async def test_every_key_comes_back_as_it_was(backups: Backups, filled: str) -> None:
    before = await backups.all(filled)
    path = await backups.save(filled)
    manifest = await backups.restore(path, f"{filled}-2")
    after = await backups.all(f"{filled}-2")

    asked = Keys(f"{filled}-2").asked("x").encode()
    assert before.keys() == after.keys()
    for name, entry in before.items():
        got = after[name]
        if name == "run:r1":
            assert asked in got.value
        elif name == "runs:workers":  # none of them works there
            assert got.value == [b"w1", b"0", b"w2", b"0"]
        elif entry.kind in ("hash", "set"):
            assert sorted(got.value) == sorted(entry.value), name
        else:
            assert got.value == entry.value, name
        assert got.kind == entry.kind
        assert (got.ends_ms is None) == (entry.ends_ms is None)
        assert abs((got.ends_ms or 0) - (entry.ends_ms or 0)) < 50, name
    assert all(is_lasting(name) for name in after)
    assert manifest.counts["documents"] == 2
    assert manifest.counts["chats"] == 1


async def test_what_is_restored_is_found_by_meaning_and_by_words(
    backups: Backups, filled: str, redis_client: Redis
) -> None:
    into = f"{filled}-2"
    await backups.restore(await backups.save(filled), into)

    schema = build_schema(namespace=into, dims=DIMS, algorithm="flat")

    async def is_whole() -> bool:
        try:
            await check_index(redis_client, schema, embedding=MODEL)
        except StorageUnavailable:  # it is still indexing
            return False
        return True

    await until(is_whole)
    found = await search(build_vector_store(redis_client, schema), SHIPS)
    chats, _ = await ChatStore(redis_client, into).page("ann", limit=5)
    assert [one["file_name"] for one in found][:1] == ["a.pdf"]
    assert [chat.chat_id for chat in chats] == ["c1"]


@pytest.mark.parametrize("patient", [reading.PATIENT, 0], ids=["looked for", "held"])
async def test_it_is_as_of_one_instant_whatever_changes_meanwhile(
    patient: int,
    backups: Backups,
    namespace: str,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "PATIENT", patient)
    client, keys = _untyped(redis_client), Keys(namespace)
    await ensure_index(
        redis_client, build_schema(namespace=namespace, dims=4, algorithm="flat"), embedding="m"
    )
    groups = [[f"{keys.prefix}kept:{group}-{n}" for n in range(40)] for group in range(50)]
    for group in groups:
        await client.mset(dict.fromkeys(group, 0))
    rolling = random.Random(5)

    async def change() -> None:
        count = 0
        while True:
            count += 1
            group = rolling.choice(groups)
            async with client.pipeline(transaction=True) as pipe:
                pipe.mset(dict.fromkeys(group, count))
                # One goes as another comes.
                pipe.delete(f"{keys.prefix}kept:odd-{count - 1}")
                pipe.set(f"{keys.prefix}kept:odd-{count}", count)
                pipe.set(keys.changes, count)
                await pipe.execute()
            await asyncio.sleep(0.002)

    changing = asyncio.create_task(change())
    await asyncio.sleep(0.05)
    path = await backups.save(namespace)
    changing.cancel()
    with suppress(asyncio.CancelledError):
        await changing
    last = int(await client.get(keys.changes))
    await backups.restore(path, f"{namespace}-2")
    after = await backups.all(f"{namespace}-2")

    value = {
        name.removeprefix("kept:"): int(entry.value)
        for name, entry in after.items()
        if isinstance(entry.value, bytes)
    }
    count = value["changes"]
    assert 0 < count < last, "it changed before and after"
    for number in range(50):
        assert len({value[f"{number}-{n}"] for n in range(40)}) == 1
    assert [name for name in value if name.startswith("odd")] == [f"odd-{count}"]
    newest = max(value[f"{number}-0"] for number in range(50))
    assert newest == count


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
async def test_a_file_that_is_cut_off_is_refused(
    share: float, backups: Backups, filled: str, redis_client: Redis
) -> None:
    path = await backups.save(filled)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(BackupError):
        await backups.restore(path, f"{filled}-2")
    assert await backups.all(f"{filled}-2") == {}


async def test_an_altered_file_is_refused(backups: Backups, filled: str) -> None:
    path = await backups.save(filled)
    content = path.read_bytes()
    held, refused = gzip.decompress(content), 0
    for at in random.Random(3).sample(range(len(content)), 60):
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        path.write_bytes(flipped)
        try:
            check_archive(path)
        except BackupError:
            refused += 1
        else:  # some bits of a compressed file mean nothing
            assert gzip.decompress(bytes(flipped)) == held
    assert refused > 40
    path.write_bytes(content + b"more")
    with pytest.raises(BackupError):
        check_archive(path)


async def test_what_is_not_empty_is_refused_and_left_alone(
    backups: Backups, filled: str, redis_client: Redis
) -> None:
    path = await backups.save(filled)
    before = await backups.all(filled)
    other = f"{filled}-2"
    await _untyped(redis_client).set(Keys(other).people, "1")
    third = f"{filled}-3"
    file = backups.folders(third)["pages"] / "d" / "1.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"page")

    for namespace in (filled, other, third):
        with pytest.raises(NotEmpty):
            await backups.restore(path, namespace)
    assert await backups.all(filled) == before
    assert await read_noted(redis_client, other) == {}
    assert file.read_bytes() == b"page"


async def test_where_a_server_runs_nothing_is_restored(
    backups: Backups, filled: str, redis_client: Redis
) -> None:
    path = await backups.save(filled)
    await _untyped(redis_client).zadd(Keys(f"{filled}-2").workers, {"w": 9e12})

    with pytest.raises(LibraryBusy, match="citewire serve"):
        await backups.restore(path, f"{filled}-2")


async def test_an_interrupted_restore_is_not_taken_for_whole_and_can_be_run_again(
    backups: Backups, filled: str, redis_client: Redis
) -> None:
    path, into = await backups.save(filled), f"{filled}-2"

    def interrupt(stage: str, done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await backups.restore(path, into, interrupt)
    half = await backups.all(into)
    with pytest.raises(IndexMismatch, match="run `citewire restore` again"):
        await read_fingerprint(redis_client, into)
    await backups.restore(path, into)

    assert half
    assert (await backups.all(into)).keys() == (await backups.all(filled)).keys()
    assert await read_fingerprint(redis_client, into) == Fingerprint(DIMS, "bfloat16", MODEL)
    assert not any((root / MARK).exists() for root in backups.folders(into).values())


async def test_two_do_not_restore_into_one_place(backups: Backups, filled: str) -> None:
    path, into = await backups.save(filled), f"{filled}-2"
    async with filling(backups.client, into, await read_noted(backups.client, filled)):
        with pytest.raises(LibraryBusy, match="another restore"):
            await backups.restore(path, into)


async def test_files_come_back_and_documents_know_where_they_lie(
    backups: Backups, ingest: Ingest, namespace: str, redis_client: Redis
) -> None:
    into, uploads = f"{namespace}-2", backups.folders(namespace)["uploads"]
    folder = uploads / "0123" / "ships"
    folder.mkdir(parents=True)
    write_pdf(folder / "a.pdf", [SHIPS])
    (uploads / ".owners" / "ann" / "0123").mkdir(parents=True)
    (uploads / ".incoming" / "x").mkdir(parents=True)
    (uploads / ".incoming" / "x" / "0").write_bytes(b"half")
    page = backups.folders(namespace)["pages"] / "d" / "1.pdf"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"page")
    await ingest(folder)

    await backups.restore(await backups.save(namespace), into)
    root = backups.folders(into)["uploads"]
    [record] = await DocumentStore(redis_client, into).list()
    [place] = record.locations
    stored = (await backups.all(into))[f"document:{record.doc_id}"]
    restored, status = _read(place.full_path)

    assert place.root == f"{root}/0123/ships"
    assert (status.st_size, status.st_mtime_ns) == (place.size, place.mtime_ns)
    assert restored == (folder / "a.pdf").read_bytes()
    assert f'"{place.key}":'.encode() in bytes(stored.value)  # type: ignore[arg-type]
    assert (root / ".owners" / "ann" / "0123").is_dir()
    assert not (root / ".incoming").exists()
    assert (backups.folders(into)["pages"] / "d" / "1.pdf").read_bytes() == b"page"


async def test_no_other_key_speaks_of_the_folder(
    backups: Backups, ingest: Ingest, namespace: str
) -> None:
    folder = backups.folders(namespace)["uploads"] / "0123" / "ships"
    folder.mkdir(parents=True)
    write_pdf(folder / "a.pdf", [SHIPS])
    await ingest(folder)

    root = backups.uploads(namespace)
    found = await backups.all(namespace)
    speaking = {name.partition(":")[0] for name, one in found.items() if root in repr(one.value)}
    assert speaking == {"document"}


async def test_a_lost_connection_is_no_backup(
    backups: Backups, filled: str, redis_client: Redis
) -> None:
    async with following_changes(redis_client, filled) as follower:
        await _untyped(redis_client).execute_command("CLIENT", "KILL", "TYPE", "normal")
        with pytest.raises(StorageUnavailable):
            await follower.take()


async def test_nothing_is_written_over(backups: Backups, filled: str) -> None:
    path = await backups.save(filled)
    with pytest.raises(Exception, match="is there already"):
        await backups.save(filled)
    assert check_archive(path)[0].schema == SCHEMA_VERSION
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob(".*.part"))


async def test_a_backup_of_an_older_version_is_brought_to_this_one(
    backups: Backups,
    filled: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client, into = backups.client, f"{filled}-2"

    async def begins(stored: Stored) -> None:
        spelled = b"step " + await stored.client.get(stored.keys.job("j1"))
        await stored.lease.change([("SET", stored.keys.job("j1"), spelled)])

    async def is_interrupted(stored: Stored) -> None:
        raise StorageError("Redis went away")

    async def ends(stored: Stored) -> None:
        await begins(stored)

    await client.hset(Keys(filled).fingerprint, "schema_version", SCHEMA_VERSION - 2)
    path = await backups.save(filled)
    before = await client.get(Keys(filled).job("j1"))
    monkeypatch.setenv("CITEWIRE_REDIS_URL", redis_url)
    monkeypatch.setenv("CITEWIRE_DATA_DIR", str(backups.tmp_path / "data"))
    monkeypatch.setenv("CITEWIRE_NAMESPACE", into)
    monkeypatch.setattr(fingerprint, "OLDEST_MIGRATED", SCHEMA_VERSION - 2)

    # Without steps that lead here nothing is touched.
    assert await asyncio.to_thread(main, ["restore", str(path)]) == 1
    assert "nothing leads from schema version" in capsys.readouterr().err
    assert await backups.all(into) == {}

    # Interrupted between two steps: nobody reads it, and `citewire migrate` goes on from there.
    steps: Any = STEPS
    monkeypatch.setitem(steps, SCHEMA_VERSION - 2, begins)
    monkeypatch.setitem(steps, SCHEMA_VERSION - 1, is_interrupted)
    assert await asyncio.to_thread(main, ["restore", str(path)]) == 1
    told = capsys.readouterr()
    assert "Redis went away" in told.err
    assert "restored" not in told.out
    assert await asyncio.to_thread(main, ["documents"]) != 0
    assert "citewire migrate" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["restore", str(path)]) == 1
    assert "citewire migrate" in capsys.readouterr().err
    monkeypatch.setitem(steps, SCHEMA_VERSION - 1, ends)
    assert await asyncio.to_thread(main, ["migrate"]) == 0

    assert await client.get(Keys(into).job("j1")) == b"step step " + before
    assert await asyncio.to_thread(main, ["documents"]) == 0

    # The old namespace is as it was, and its backup goes through in one go elsewhere.
    monkeypatch.setenv("CITEWIRE_NAMESPACE", f"{filled}-3")
    assert await asyncio.to_thread(main, ["restore", str(path)]) == 0
    assert await client.get(Keys(f"{filled}-3").job("j1")) == b"step step " + before
    assert await client.get(Keys(filled).job("j1")) == before
    noted = await read_noted(client, f"{filled}-3")
    assert noted["schema_version"] == str(SCHEMA_VERSION)
