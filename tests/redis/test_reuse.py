"""Vectors that are there are not made again: within a run, across libraries, never of others'."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from redis.asyncio import Redis

from citewire.errors import ModelRejected
from citewire.services.access.caller import Caller
from citewire.services.access.reach import Reaching, readable_tags
from citewire.services.assembly.documents import all_libraries
from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import ingest_folders
from citewire.services.ingest.removal import remove_everything
from citewire.services.ingest.reuse import Readable, nothing_else
from citewire.services.ingest.run import IngestOptions
from citewire.settings import Settings
from citewire.storage.collections.store import CollectionStore
from citewire.storage.index.schema import build_schema, ensure_index
from citewire.storage.keys import DEFAULT_OWNER, EMBEDDED_AS, Fields, Keys, library_of, owner_tag
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.embedded import embedded_as, text_digest
from citewire.storage.library.vector_store import PassageStore, build_vector_store
from tests.doubles.ingest_fixtures import MODEL, HashingEmbedding, keys_of

HARBOURS = [f"Harbour {n} counted {n * 7} ships and paid {n * 31} men that year." for n in range(9)]
MILLS = [f"Mill {n} ground {n * 5} tonnes of rye in the {n}th week." for n in range(9)]


def write(folder: Path, name: str, *paragraphs: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("# The yearly report\n\n" + "\n\n".join(paragraphs), "utf-8")


class Archive:
    """Ingests for one library after another, and tells how many texts were embedded."""

    def __init__(self, store: PassageStore, documents: DocumentStore, settings: Settings) -> None:
        self.store, self.documents, self.settings = store, documents, settings
        self.model = HashingEmbedding(model_name=MODEL, texts=[])
        self.summary: IngestSummary

    async def embeds(
        self,
        folder: Path,
        library: str = DEFAULT_OWNER,
        readable: Readable = nothing_else,
        **options: Any,
    ) -> int:
        before = len(self.model.texts)

        @asynccontextmanager
        async def opened() -> AsyncIterator[Indexing]:
            yield Indexing(self.model, self.store)

        self.summary = await ingest_folders(
            [folder],
            documents=self.documents.owned_by(library),
            open_indexing=opened,
            settings=self.settings,
            on_progress=lambda _: None,
            options=IngestOptions(**options),
            readable=readable,
        )
        return len(self.model.texts) - before

    async def passages(self) -> list[dict[str, bytes]]:
        client: Any = self.documents.client
        keys = [key async for key in client.scan_iter(f"{self.store.schema.index.prefix}:*")]
        read = [await client.hgetall(key) for key in keys]
        return [{name.decode(): value for name, value in fields.items()} for fields in read]


@pytest.fixture
def archive(store: PassageStore, documents: DocumentStore, settings: Settings) -> Archive:
    return Archive(store, documents, settings)


def among(*libraries: str) -> Readable:
    async def read() -> Sequence[str]:
        return [owner_tag(one) for one in libraries]

    return read


async def test_equal_texts_of_one_run_are_embedded_once_and_have_equal_vectors(
    archive: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    for name in ("a.md", "b.md", "c.md"):
        write(folder, name, *HARBOURS, f"Only {name} says this of {name} and nothing else of it.")

    embedded = await archive.embeds(folder)
    passages = await archive.passages()
    vectors: dict[bytes, set[bytes]] = {}
    for one in passages:
        vectors.setdefault(one["text"], set()).add(one["vector"])

    assert embedded == len(set(archive.model.texts)) < len(passages)
    assert archive.summary.reused == len(passages) - embedded
    assert {len(some) for some in vectors.values()} == {1}


async def test_a_new_version_has_only_what_changed_embedded(
    archive: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    write(folder, "a.md", *HARBOURS)
    whole = await archive.embeds(folder)
    write(folder, "a.md", *HARBOURS[:-1], "Harbour 8 burnt down in May, with all of its cranes.")

    assert await archive.embeds(folder) < whole / 2
    assert archive.summary.count("changed") == 1
    assert {one[EMBEDDED_AS] for one in await archive.passages()} == {
        embedded_as(text_digest(f"{MODEL} 64 bfloat16", text), owner_tag(DEFAULT_OWNER)).encode()
        for text in [*archive.model.texts]
        if "Harbour 8 counted" not in text
    }


async def test_what_a_readable_library_has_is_taken_from_it_byte_for_byte(
    archive: Archive, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    whole = await archive.embeds(tmp_path / "reports", "ann")

    again = await archive.embeds(tmp_path / "reports", "ben", among("ben", "ann"))

    assert (whole > 0, again) == (True, 0)
    assert archive.summary.reused == archive.summary.passages == whole
    passages = await archive.passages()
    assert len(passages) == 2 * whole
    assert len({one["vector"] for one in passages}) == len({one["text"] for one in passages})


async def test_the_model_is_asked_as_often_for_what_only_an_unreadable_library_has(
    archive: Archive, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    write(tmp_path / "others", "a.md", *MILLS)
    hers = await archive.embeds(tmp_path / "reports", "ann")
    asked: list[list[str]] = []
    find = archive.store.kept_vectors.find

    async def watched(digests: Sequence[bytes], libraries: Sequence[str]) -> list[bytes | None]:
        asked.append(list(libraries))
        return await find(digests, libraries)

    archive.store.kept_vectors.find = watched  # type: ignore[method-assign]
    known_elsewhere = await archive.embeds(
        tmp_path / "reports", "ben", among("ben", library_of("c0ffee"))
    )
    known_nowhere = await archive.embeds(tmp_path / "others", "carl")

    assert known_elsewhere == hers
    assert archive.summary.reused == 0
    assert known_nowhere == len(set(archive.model.texts[-known_nowhere:]))
    tags = {owner_tag(one) for one in ("ben", library_of("c0ffee"), "carl")}
    assert {tag for libraries in asked for tag in libraries} == tags


async def test_another_library_has_another_tag_for_the_same_text() -> None:
    digest = text_digest(MODEL, HARBOURS[0])

    assert embedded_as(digest, owner_tag("ann")) != embedded_as(digest, owner_tag("ben"))
    assert text_digest("another", HARBOURS[0]) != digest


async def test_members_take_from_their_collection_until_they_leave_it(
    archive: Archive, redis_client: Redis, namespace: str, tmp_path: Path
) -> None:
    collections = CollectionStore(redis_client, namespace)
    shared = await collections.create("Shared", "ann")
    await collections.join(shared, "group:staff", "reader")
    write(tmp_path / "reports", "a.md", *HARBOURS)
    whole = await archive.embeds(tmp_path / "reports", library_of(shared))

    async def by(name: str, *groups: str) -> int:
        caller, reaching = Caller(name, frozenset(groups)), Reaching(collections)

        async def readable() -> Sequence[str]:
            return await readable_tags(reaching, caller)

        return await archive.embeds(tmp_path / "reports", name, readable)

    assert await by("ben", "staff") == 0
    assert await by("carl") == whole
    await collections.leave(shared, "group:staff")
    assert await by("dora", "staff") == whole


async def test_whoever_runs_the_service_takes_from_all_libraries(
    archive: Archive, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    await archive.embeds(tmp_path / "reports", "ann")

    async def readable() -> Sequence[str]:
        return await all_libraries(archive.documents)

    assert await archive.embeds(tmp_path / "reports", "ben", readable) == 0


async def test_of_what_was_taken_out_nothing_is_left_and_nothing_taken(
    archive: Archive, documents: DocumentStore, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    whole = await archive.embeds(tmp_path / "reports")
    await remove_everything(documents, uploads=tmp_path / "none")

    assert await keys_of(documents.client, documents.namespace) == []
    assert await archive.embeds(tmp_path / "reports") == whole


async def test_vectors_of_another_model_are_not_taken(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    whole = await archive.embeds(tmp_path / "reports", "ann")
    archive.model = HashingEmbedding(model_name="another", texts=[])

    assert await archive.embeds(tmp_path / "reports", "ben", among("ann")) == whole


async def test_passages_of_before_are_embedded_again_and_then_taken(
    archive: Archive, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    whole = await archive.embeds(tmp_path / "reports", "ann")
    client: Any = archive.documents.client
    for one in await archive.passages():
        key = Keys(archive.documents.namespace).passage(one["id"].decode())
        await client.hdel(key, EMBEDDED_AS)

    assert await archive.embeds(tmp_path / "reports", "ben", among("ann")) == whole
    assert await archive.embeds(tmp_path / "reports", "carl", among("ann", "ben")) == 0


async def test_a_text_is_taken_although_a_document_that_had_it_is_gone(
    archive: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    write(folder, "a.md", *HARBOURS)
    write(folder, "b.md", *HARBOURS, MILLS[0])
    await archive.embeds(folder)
    (folder / "a.md").unlink()
    await archive.embeds(folder, prune=True)
    write(folder, "c.md", *HARBOURS, MILLS[1])

    assert await archive.embeds(folder) <= 2


async def test_a_text_that_fails_for_one_document_is_asked_for_again_by_another(
    archive: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    write(folder, "a.md", *HARBOURS, "Here stands what the model refuses, the word of that year.")
    write(folder, "b.md", *HARBOURS)
    archive.model.failing(ModelRejected("refused"), "refuses")
    await archive.embeds(folder)
    statuses = {one.path.rpartition("/")[2]: one.status for one in archive.summary.files}

    assert statuses == {"a.md": "failed", "b.md": "new"}


async def test_many_libraries_are_asked_in_one_search(archive: Archive, tmp_path: Path) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    whole = await archive.embeds(tmp_path / "reports", "ann")
    others = [f"somebody {n}" for n in range(98)]

    assert await archive.embeds(tmp_path / "reports", "ben", among(*others, "ann")) == 0
    assert await archive.embeds(tmp_path / "reports", "carl", among(*others, "x", "ann")) == whole


async def test_the_summary_tells_how_long_each_stage_went_on(
    archive: Archive, tmp_path: Path
) -> None:
    write(tmp_path / "reports", "a.md", *HARBOURS)
    await archive.embeds(tmp_path / "reports")
    told = archive.summary.to_json()["summary"]

    assert min(archive.summary.stages.read, archive.summary.stages.write) > 0
    assert sum(one["share"] for one in told["stages"].values()) == pytest.approx(1, abs=0.01)
    assert told["reused"] == 0


@pytest.mark.parametrize("vector_type", ["bfloat16", "float32"])
async def test_vectors_of_any_size_are_found_as_they_were_written(
    redis_client: Redis, namespace: str, vector_type: Literal["bfloat16", "float32"]
) -> None:
    schema = build_schema(namespace=namespace, dims=1536, vector_type=vector_type)
    await ensure_index(redis_client, schema, embedding=MODEL)
    store = build_vector_store(redis_client, schema)
    digests = [text_digest(MODEL, text) for text in HARBOURS]
    vectors = [store.vectors.encode([n + 0.1 * at for at in range(1536)]) for n in range(1, 9)]
    passages: dict[str, Fields] = {
        f"doc-1-{n}-9": {EMBEDDED_AS: embedded_as(digest, "of-ann"), "vector": vector}
        for n, (digest, vector) in enumerate(zip(digests, vectors, strict=False))
    }
    await store.passages.write("doc", passages)

    found = await store.kept_vectors.find(digests, ["of-ben", "of-ann"])

    assert found == [*vectors, None]
    assert await store.kept_vectors.find(digests, ["of-ben"]) == 9 * [None]
