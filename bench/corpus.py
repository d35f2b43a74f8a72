"""A toy corpus and its questions, written into Redis for Citewire and for the recipe.

Each passage is about one made-up name, and each question asks for one, so that the stand-in's toy
embedding finds the passage. Both sides hold the same texts with the same vectors.
"""

import importlib.util
import random
import sys
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from types import ModuleType

from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.vector_stores.redis import RedisVectorStore
from load import Ask

from citewire.storage.connection.connection import open_client
from citewire.storage.index.schema import build_schema, ensure_index, folder_id
from citewire.storage.keys import DEFAULT_OWNER, owner_tag
from citewire.storage.library.documents import DocumentRecord, DocumentStore, Location
from citewire.storage.library.passage_record import VectorField, embedded_fields, passage_fields
from citewire.storage.library.passages import PassageKeys
from citewire.storage.library.versions import Change, changing_documents

STANDIN = Path(__file__).parents[1] / "tests" / "doubles" / "standin.py"
NAMESPACE = "bench"
EMBED_MODEL = "text-embedding-3-small"
PASSAGES = 1000
PER_DOCUMENT = 20
WORDS = 220  # 350 to 400 tokens
FOLDER = "bench"
SYLLABLES = "ba co di fu ga he ji ko lu ma ne or pi qua ri so tu ve xi zo".split()
VERBS = "uses stores replicates indexes streams encrypts compresses validates routes".split()


@lru_cache(maxsize=1)
def load_standin() -> ModuleType:
    """The stand-in as a module, for its embedding; it is no part of any package."""
    spec = importlib.util.spec_from_file_location("citewire_bench_standin", STANDIN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def _name(i: int) -> str:
    chance = random.Random(i * 7919 + 13)
    return "".join(chance.choices(SYLLABLES, k=4)).capitalize() + str(i)


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))


def _text(i: int) -> str:
    chance, name = random.Random(i), _name(i)
    sentences: list[str] = []
    words = 0
    while words < WORDS:
        length = chance.randint(8, 16)
        rest = " ".join(_word(chance) for _ in range(length))
        sentences.append(f"{name} {chance.choice(VERBS)} {rest}.")
        words += length + 2
    return " ".join(sentences)


def questions(count: int, *, run: str) -> list[Ask]:
    """`count` questions; `run`, in hexadecimal, tells them from those of other runs."""
    return [_question(i, f"{run}{i:05x}") for i in range(count)]


def _question(i: int, tag: str) -> Ask:
    name = _name(i * 37 % PASSAGES)
    return Ask(tag, f"What is {name} and what does {name} use? (ref cid{tag})")


def passages() -> list[TextNode]:
    """All passages as ingestion makes them, with their embeddings."""
    embed = load_standin().embed
    return [_passage(i, embed(_text(i), load_standin().DIMS).tolist()) for i in range(PASSAGES)]


def _passage(i: int, embedding: list[float]) -> TextNode:
    document, page = divmod(i, PER_DOCUMENT)
    doc_id, text = _doc_id(document), _text(i)
    metadata = {
        "folder_id": folder_id(FOLDER),
        "owner_id": owner_tag(DEFAULT_OWNER),
        "folder": FOLDER,
        "file_name": f"report{document:03d}.pdf",
        "title": f"Report {document}",
        "page": page + 1,
        "page_label": str(page + 1),
        "language": "en",
        "start": 0,
        "end": len(text),
    }
    return TextNode(
        id_=f"{doc_id}-{page + 1}-0-{len(text)}",
        text=text,
        embedding=embedding,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=list(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=doc_id)},
    )


def _doc_id(document: int) -> str:
    return f"{document:032x}"


async def write_for_citewire(redis_url: str, nodes: list[TextNode]) -> None:
    """Write the index, the passages and the document records as ingestion does."""
    schema = build_schema(namespace=NAMESPACE, dims=load_standin().DIMS, algorithm="hnsw")
    async with open_client(redis_url) as client:
        await ensure_index(client, schema, embedding=EMBED_MODEL)
        field, passages = VectorField.from_schema(schema), PassageKeys(client, NAMESPACE)
        for doc_id, found in groupby(nodes, lambda node: str(node.ref_doc_id)):
            fields = {
                node.node_id: embedded_fields(field, passage_fields(node), node.get_embedding())
                for node in found
            }
            await passages.write(doc_id, fields)
        records = [_record(document) for document in range(PASSAGES // PER_DOCUMENT)]
        async with changing_documents(DocumentStore(client, NAMESPACE)) as versions:
            await versions.apply(Change(show=tuple(records)))


def _record(document: int) -> DocumentRecord:
    path = f"report{document:03d}.pdf"
    return DocumentRecord(
        doc_id=_doc_id(document),
        title=f"Report {document}",
        language="en",
        pages=PER_DOCUMENT,
        passages=PER_DOCUMENT,
        locations=(Location(FOLDER, f"/{FOLDER}", path, size=1, mtime_ns=1),),
        ingested_at="2026-01-01T00:00:00+00:00",
    )


def write_for_recipe(redis_url: str, nodes: list[TextNode]) -> None:
    """Write the same passages as the recipe does: into the library's default index."""
    store = RedisVectorStore(redis_url=redis_url)
    store.add([_plain(node) for node in nodes])


def _plain(node: TextNode) -> TextNode:
    source = node.relationships[NodeRelationship.SOURCE]
    return TextNode(
        id_=node.node_id,
        text=node.text,
        embedding=node.embedding,
        metadata={"file_name": node.metadata["file_name"]},
        relationships={NodeRelationship.SOURCE: source},
    )
