"""Document records: stored, listed, with locations that are only ever added."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from citewire.errors import StorageUnavailable
from citewire.storage.library.documents import DocumentRecord, DocumentStore, Location
from citewire.storage.library.versions import Change, changing_documents
from tests.doubles.passages import show

HERE = Location(folder="ships", root="/srv/ships", path="a.pdf", size=10, mtime_ns=10**18 + 1)
THERE = replace(HERE, path="copies/a.pdf")

NAMES = [
    "Q1, 2024 report.pdf",
    "a|b?`c`.pdf",
    "\"quoted\" 'twice' [v2] {x} $.path \\ back.pdf",
    " leading and trailing .pdf ",
    "🚢 harbour 港.pdf",
    "تقرير\u200f.pdf",
    "e\u0301 and \u00e9.pdf",
    "x" * 255,
    "$.locations['a'].pdf",
    "line\nbreak\ttab.pdf",
]


def record(doc_id: str = "d" * 32, *locations: Location, day: int = 1) -> DocumentRecord:
    return DocumentRecord(
        doc_id=doc_id,
        title="Harbour Report",
        language="en",
        pages=12,
        passages=34,
        locations=locations or (HERE,),
        ingested_at=f"2026-01-{day:02}T10:00:00.123456+00:00",
    )


async def add(documents: DocumentStore, place: Location) -> None:
    async with changing_documents(documents) as versions:
        await versions.apply(Change(add=(("d" * 32, place),)))


@pytest.fixture
def documents(redis_client: Redis, namespace: str) -> DocumentStore:
    return DocumentStore(redis_client, namespace)


async def test_a_record_comes_back_as_it_was_put(documents: DocumentStore) -> None:
    await show(documents, record())

    assert record() == await documents.get("d" * 32)


async def test_an_unknown_document_is_none(documents: DocumentStore) -> None:
    assert None is await documents.get("d" * 32)


async def test_nothing_ingested_is_an_empty_list(documents: DocumentStore) -> None:
    assert await documents.list() == []


async def test_the_list_is_in_order_of_ingestion(documents: DocumentStore) -> None:
    wanted = [record(f"{n:032}", day=9 - n) for n in range(5)]
    for one in wanted:
        await show(documents, one)

    assert wanted[::-1] == await documents.list()


async def test_putting_again_keeps_one_record(documents: DocumentStore) -> None:
    await show(documents, record())
    await show(documents, replace(record(), title="Better title"))

    assert [replace(record(), title="Better title")] == await documents.list()


async def test_a_location_is_added(documents: DocumentStore) -> None:
    await show(documents, record())
    await add(documents, THERE)

    assert [record("d" * 32, HERE, THERE)] == await documents.list()


async def test_a_location_is_added_once(documents: DocumentStore) -> None:
    await show(documents, record())
    touched = replace(HERE, mtime_ns=5)
    await add(documents, touched)

    assert [record("d" * 32, touched)] == await documents.list()


@pytest.mark.parametrize("name", NAMES)
async def test_names_are_only_values(documents: DocumentStore, name: str) -> None:
    odd = Location(folder=name, root=f"/{name}", path=name, size=1, mtime_ns=2)
    await show(documents, replace(record(), title=name))
    await add(documents, odd)
    [stored] = await documents.list()

    assert name == stored.title
    assert odd in stored.locations


async def test_namespaces_do_not_see_each_other(
    redis_client: Redis, documents: DocumentStore, namespace: str
) -> None:
    await show(documents, record())

    assert await DocumentStore(redis_client, f"{namespace}x").list() == []


async def test_the_list_takes_two_commands(redis_client: Redis, documents: DocumentStore) -> None:
    for n in range(20):
        await show(documents, record(f"{n:032}"))
    before = (await redis_client.info("stats"))["total_commands_processed"]
    await documents.list()
    after = (await redis_client.info("stats"))["total_commands_processed"]

    assert after - before - 1 == 2


async def test_a_removed_record_is_left_out_of_the_list(
    redis_client: Redis, documents: DocumentStore, namespace: str
) -> None:
    await show(documents, record())
    await redis_client.delete(f"{namespace}:document:{'d' * 32}")

    assert await documents.list() == []


async def test_no_answer_is_storage_unavailable(namespace: str) -> None:
    async with Redis(port=1) as client:
        with pytest.raises(StorageUnavailable):
            await DocumentStore(client, namespace).list()
