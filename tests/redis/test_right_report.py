"""The right report: found and filtered by organisation, period and kind, and each its share."""

import asyncio
from pathlib import Path
from typing import Any

from citewire.services.ingest.correction import correct_document
from citewire.storage.index.schema import ensure_index, namespace_of
from citewire.storage.keys import DEFAULT_OWNER, Keys
from citewire.storage.library.documents import DocumentRecord, DocumentStore
from citewire.storage.library.labels import kind_labels, organisation_labels, period_labels
from citewire.storage.library.vector_store import PassageStore
from citewire.workflows.catalogue.names_kept import KeptNames
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.vocabulary.widening import Vocabulary
from tests.doubles.ingest_fixtures import HashingEmbedding, Ingest

REPORT = "{name}\n\nAnnual report {year}\n\nFor the fiscal year ended December 31, {year}\n\n" + (
    "The total liabilities were {n} million crowns, and the harbour paid them. " * 3
)
COMPANIES = ("Zarnholm Ships, Inc.", "Tarnwick Trains PLC", "Vessmark Harbours AG")


def write(folder: Path) -> None:
    for company in COMPANIES:
        for year in (2021, 2022):
            text = REPORT.format(name=company, year=year, n=len(company) + year)
            (folder / f"{company.split()[0]}_{year}.txt").write_text(text, "utf-8")


async def find(
    store: PassageStore,
    model: HashingEmbedding,
    documents: DocumentStore,
    question: str,
    *labels: tuple[str, ...],
    top_k: int = 4,
) -> list[str]:
    retriever = PassageRetriever(
        store,
        model,
        top_k=top_k,
        filter=PassageFilter(DEFAULT_OWNER, labels=labels),
        vocabulary=Vocabulary({}),
        names=KeptNames(documents),
    )
    found = await retriever.aretrieve(question)
    return [one.node.metadata["file_name"] for one in found]


async def by_name(documents: DocumentStore, name: str) -> DocumentRecord:
    return next(one for one in await documents.list() if one.locations[0].path == name)


async def test_a_document_and_its_passages_tell_which_report_it_is(
    ingest: Ingest, store: PassageStore, documents: DocumentStore, ships: Path
) -> None:
    write(ships)
    await ingest(ships)
    record = await by_name(documents, "Zarnholm_2022.txt")
    told = (record.organisation, record.periods, record.kind)

    assert told == ("Zarnholm Ships, Inc.", ("2022",), "annual report")


async def test_reports_are_filtered_by_organisation_period_and_kind(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write(ships)
    await ingest(ships)
    wanted = "What are the total liabilities?"
    found = {
        label: set(await find(store, embed_model, documents, wanted, *labels, top_k=9))
        for label, labels in {
            "one": (organisation_labels(["tarnwick trains"]), period_labels(["2021"])),
            "year": (period_labels(["2022"]), kind_labels(["Annual  Report"])),
            "none": (kind_labels(["10-K"]),),
        }.items()
    }
    assert found["one"] == {"Tarnwick_2021.txt"}
    assert found["year"] == {f"{name.split()[0]}_2022.txt" for name in COMPANIES}
    assert found["none"] == set()


async def test_a_correction_is_filtered_by_and_kept(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write(ships)
    await ingest(ships)
    record = await by_name(documents, "Vessmark_2021.txt")
    changes: dict[str, str | list[str] | None] = {
        "organisation": "Harbours of Norrby",
        "periods": ["2019-Q3"],
        "kind": "diary",
    }
    await correct_document(record.doc_id, changes, documents=documents, wait_s=1)
    labels = (organisation_labels(["harbours of norrby"]), period_labels(["2019"]))
    corrected = await documents.known(record.doc_id)

    assert corrected.corrected == ["kind", "organisation", "periods"]
    assert corrected.periods == ("2019-Q3",)
    found = await find(store, embed_model, documents, "liabilities?", *labels)
    assert set(found) == {"Vessmark_2021.txt"}
    taken_back: dict[str, str | list[str] | None] = dict.fromkeys(changes)
    await correct_document(record.doc_id, taken_back, documents=documents, wait_s=1)
    assert await documents.known(record.doc_id) == record


async def test_a_misspelt_name_finds_its_report(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write(ships)
    await ingest(ships)
    question = "What were the total liabilities of Tarnwik in 2021?"

    assert (await find(store, embed_model, documents, question))[0] == "Tarnwick_2021.txt"


async def test_each_of_several_organisations_gets_its_share(
    ingest: Ingest,
    store: PassageStore,
    documents: DocumentStore,
    embed_model: HashingEmbedding,
    ships: Path,
) -> None:
    write(ships)
    await ingest(ships)
    question = "Compare the total liabilities of Zarnholm and Vessmark"
    found = await find(store, embed_model, documents, question)
    years = await find(store, embed_model, documents, "Zarnholm: total liabilities 2021 vs 2022")

    assert {name.partition("_")[0] for name in found[:2]} == {"Zarnholm", "Vessmark"}
    assert set(years[:2]) == {"Zarnholm_2021.txt", "Zarnholm_2022.txt"}


async def test_names_are_read_anew_once_documents_have_changed(
    ingest: Ingest, documents: DocumentStore, ships: Path
) -> None:
    names = KeptNames(documents)
    assert not (await names.of((DEFAULT_OWNER,))).whole
    write(ships)
    await ingest(ships)
    for _ in range(100):
        if (await names.of((DEFAULT_OWNER,))).named_in("Zarnholm"):
            break
        await asyncio.sleep(0.1)
    assert (await names.of((DEFAULT_OWNER,))).named_in("Zarnholm")
    assert not (await names.of(("somebody-else",))).named_in("Zarnholm")


async def test_what_was_ingested_before_goes_on_and_is_identified_by_the_next_run(
    ingest: Ingest,
    documents: DocumentStore,
    redis_client: Any,
    ships: Path,
) -> None:
    write(ships)
    await ingest(ships)
    keys = Keys(documents.namespace)
    record = await by_name(documents, "Zarnholm_2022.txt")
    for name in ("organisation", "periods", "kind", "aliases", "is_identified"):
        await redis_client.execute_command("JSON.DEL", keys.document(record.doc_id), f"$.{name}")
    old = await documents.known(record.doc_id)
    assert (old.organisation, old.periods, old.kind) == ("", (), "")
    await ingest(ships)
    again = await documents.known(record.doc_id)
    assert (again.organisation, again.kind) == ("Zarnholm Ships, Inc.", "annual report")


async def test_an_index_of_before_is_made_anew(
    ingest: Ingest, store: PassageStore, redis_client: Any, ships: Path
) -> None:
    write(ships)
    await ingest(ships)
    schema, embedding = store.schema, "test"
    await redis_client.execute_command("FT.DROPINDEX", schema.index.name)
    await redis_client.delete(Keys(namespace_of(schema)).fingerprint)
    older = schema.model_copy(deep=True)
    older.remove_field("labels")
    await ensure_index(redis_client, older, embedding=embedding)
    await ensure_index(redis_client, schema, embedding=embedding)
    [label] = organisation_labels(["zarnholm ships"])
    found = await redis_client.execute_command(
        "FT.SEARCH", schema.index.name, f"@labels:{{{label}}}", "LIMIT", 0, 0
    )

    assert found[0] > 0
