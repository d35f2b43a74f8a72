"""Passages and document records written as ingestion writes them, without reading any file."""

from collections.abc import Sequence

from llama_index.core.schema import BaseNode

from citewire.storage.keys import Fields
from citewire.storage.library.documents import DocumentRecord, DocumentStore
from citewire.storage.library.passage_record import embedded_fields, passage_fields
from citewire.storage.library.passages import WRITE_BATCH
from citewire.storage.library.vector_store import PassageStore
from citewire.storage.library.versions import Change, changing_documents


async def write_passages(store: PassageStore, nodes: Sequence[BaseNode]) -> None:
    """Write passages with their embeddings; nothing if one of these has another size."""
    by_document: dict[str, dict[str, Fields]] = {}
    for node in nodes:
        fields = embedded_fields(store.vectors, passage_fields(node), node.get_embedding())
        by_document.setdefault(str(node.ref_doc_id), {})[node.node_id] = fields
    for doc_id, passages in by_document.items():
        items = list(passages.items())
        for start in range(0, len(items), WRITE_BATCH):
            await store.passages.write(doc_id, dict(items[start : start + WRITE_BATCH]))


async def show(documents: DocumentStore, *records: DocumentRecord) -> None:
    """Let documents count as ingested."""
    async with changing_documents(documents) as versions:
        await versions.apply(Change(show=records))
