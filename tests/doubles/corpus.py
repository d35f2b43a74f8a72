"""A few passages about invented places, written as ingestion writes them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

from citewire.storage.connection.connection import open_client
from citewire.storage.index.schema import build_schema, ensure_index, folder_id
from citewire.storage.keys import DEFAULT_OWNER, owner_tag
from citewire.storage.library.documents import DocumentRecord, DocumentStore, Location
from citewire.storage.library.vector_store import build_vector_store
from tests.doubles.passages import show, write_passages

EMBED_MODEL = "text-embedding-3-small"
HARBOURS = "harbours"
RAILWAYS = "railways, and | more"


@dataclass(frozen=True, slots=True)
class Passage:
    """One page of one report, which is one passage here."""

    title: str
    page: int
    text: str
    folder: str = HARBOURS

    @property
    def doc_id(self) -> str:
        return hashlib.sha256(self.title.encode()).hexdigest()[:32]

    @property
    def page_label(self) -> str:
        return f"A-{self.page}"

    @property
    def passage_id(self) -> str:
        return f"{self.doc_id}-{self.page}-0-{len(self.text)}"

    def to_node(self, embedding: list[float]) -> TextNode:
        metadata = {
            "folder_id": folder_id(self.folder),
            "owner_id": owner_tag(DEFAULT_OWNER),
            "folder": self.folder,
            "file_name": f"{self.title}.pdf",
            "title": self.title,
            "page": self.page,
            "page_label": self.page_label,
            "language": "en",
            "start": 0,
            "end": len(self.text),
        }
        return TextNode(
            id_=self.passage_id,
            text=self.text,
            metadata=metadata,
            excluded_embed_metadata_keys=list(metadata),
            excluded_llm_metadata_keys=list(metadata),
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=self.doc_id)},
            embedding=embedding,
        )


QUILLMERE_2022 = Passage(
    "Quillmere Harbour 2022", 3, "Quillmere harbour counted 412 ships in 2022."
)
QUILLMERE_2023 = Passage(
    "Quillmere Harbour 2023", 4, "Quillmere harbour counted 538 ships in 2023."
)
TARNHOLT = Passage(
    "Tarnholt Railway 2023", 2, "Tarnholt railway carried 90 thousand passengers.", RAILWAYS
)
VESSMARK = Passage("Vessmark Orchards", 7, "Vessmark picked 31 tonnes of apples from old trees.")
CORPUS = (
    QUILLMERE_2022,
    QUILLMERE_2023,
    TARNHOLT,
    VESSMARK,
    Passage("Tarnholt Railway 2023", 3, "Nine locomotives were repaired in winter.", RAILWAYS),
    Passage("Vessmark Orchards", 8, "Frost came late and pears did well."),
    Passage("Osterby Library", 1, "Osterby lends books, maps and musical instruments."),
    Passage("Osterby Library", 2, "Readers borrowed 77 violins."),
)


async def embeddings(base_url: str, texts: Sequence[str]) -> list[list[float]]:
    """The stand-in's vectors of `texts`."""
    async with httpx.AsyncClient(trust_env=False) as client:
        asked = {"model": EMBED_MODEL, "input": list(texts)}
        answer: dict[str, Any] = (await client.post(f"{base_url}/embeddings", json=asked)).json()
        return [found["embedding"] for found in answer["data"]]


async def write_corpus(redis_url: str, namespace: str, base_url: str) -> None:
    """Make the index of `namespace` and put the corpus into it, with the stand-in's vectors."""
    vectors = await embeddings(base_url, [passage.text for passage in CORPUS])
    await write_passages_with(vectors, redis_url, namespace, model=EMBED_MODEL)


async def write_passages_with(
    vectors: Sequence[list[float]], redis_url: str, namespace: str, *, model: str
) -> None:
    """Make the index of `namespace` and put the corpus into it; `model` made the vectors."""
    schema = build_schema(namespace=namespace, dims=len(vectors[0]), algorithm="hnsw")
    async with open_client(redis_url) as client:
        await ensure_index(client, schema, embedding=model)
        nodes = [passage.to_node(vector) for passage, vector in zip(CORPUS, vectors, strict=True)]
        await write_passages(build_vector_store(client, schema), nodes)
        documents = DocumentStore(client, namespace)
        doc_ids = {passage.doc_id for passage in CORPUS}
        records = [_record([found for found in CORPUS if found.doc_id == one]) for one in doc_ids]
        await show(documents, *records)


def _record(passages: Sequence[Passage]) -> DocumentRecord:
    first = passages[0]
    place = Location(
        folder=first.folder, root="/reports", path=f"{first.title}.pdf", size=1, mtime_ns=1
    )
    return DocumentRecord(
        doc_id=first.doc_id,
        title=first.title,
        language="en",
        pages=9,
        passages=len(passages),
        locations=(place,),
        ingested_at="2026-01-01T00:00:00+00:00",
    )
