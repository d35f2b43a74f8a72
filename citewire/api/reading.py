"""A document read from its first page to its last: its outline, its passages, words in it."""

from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query
from llama_index.core.schema import NodeWithScore

from citewire.api.dependencies import DocumentsDep, PageCopiesDep, PassagesDep, ReachDep
from citewire.api.reading_schemas import (
    DocumentPassages,
    HitsView,
    OutlineEntry,
    OutlineView,
)
from citewire.api.schemas import Identifier
from citewire.api.scopes import ScopedRoute
from citewire.errors import PassageNotFound
from citewire.services.citations.model import Source
from citewire.services.passages.through import find_words, read_contents
from citewire.storage.library.passage_node import to_node

router = APIRouter(tags=["documents"], route_class=ScopedRoute)

DocId = Annotated[Identifier, Path()]
Words = Annotated[str, Query(min_length=1, max_length=200)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Limit = Annotated[int, Query(ge=1, le=100)]
Start = Annotated[Identifier | None, Query(description="the first passage, in place of `offset`")]

FEWEST = 3
"""Fewer entries of a file are no outline, where headings were read."""
MOST_LABELS = 10_000


@router.get("/documents/{doc_id}/outline")
async def read_outline(
    doc_id: DocId,
    documents: DocumentsDep,
    passages: PassagesDep,
    page_copies: PageCopiesDep,
    reach: ReachDep,
) -> OutlineView:
    """The outline of a document, and what its pages are called and how large they are."""
    record = await documents.known(doc_id)
    told = await page_copies.contents(record)
    async with aclosing(passages.of_document(doc_id, reach.libraries)) as batches:
        read = await read_contents(batches)
    is_of_file = len(told.entries) >= FEWEST or not read.headings
    entries = told.entries if is_of_file else read.headings
    pages = range(1, min(record.pages, MOST_LABELS) + 1)
    return OutlineView(
        doc_id=doc_id,
        origin="file" if is_of_file else "headings",
        entries=[OutlineEntry.model_validate(entry) for entry in entries],
        page_sizes=list(told.sizes),
        page_labels=[read.labels.get(page, "") for page in pages],
        kinds=read.kinds,
    )


@router.get("/documents/{doc_id}/passages")
async def read_passages(
    doc_id: DocId,
    documents: DocumentsDep,
    passages: PassagesDep,
    reach: ReachDep,
    *,
    offset: Offset = 0,
    limit: Limit = 50,
    start: Start = None,
) -> DocumentPassages:
    """The passages of a document, from the one at `offset` on, in its order.

    `start` is the id of the first, in place of `offset`; 404 if the document has no such passage.
    """
    record = await documents.known(doc_id)
    collection, name = reach.named(record.owner)
    all_ids = await passages.ids(doc_id)
    if start is not None:
        if start not in all_ids:
            raise PassageNotFound(f"there is no passage {start} in this document")
        offset = all_ids.index(start)
    read = await passages.many(all_ids[offset : offset + limit], reach.libraries)
    sources = [
        replace(
            Source.from_node(n, NodeWithScore(node=to_node(one.fields), score=0.0)),
            collection=collection,
            collection_name=name,
        )
        for n, one in enumerate(read, offset + 1)
    ]
    return DocumentPassages(passages=sources, total=len(all_ids))


@router.get("/documents/{doc_id}/hits")
async def read_hits(
    doc_id: DocId, query: Words, documents: DocumentsDep, passages: PassagesDep, reach: ReachDep
) -> HitsView:
    """Where words stand in what was read of a document, whatever their case; the first 500."""
    await documents.known(doc_id)
    async with aclosing(passages.of_document(doc_id, reach.libraries)) as batches:
        return HitsView.model_validate(await find_words(query, batches))
