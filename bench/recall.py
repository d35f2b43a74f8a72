"""Recall of the evidence pages: does retrieval find the page on which the answer stands?

    python bench/recall.py FOLDER [--namespace NAME] [--k 5 10] [--json FILE]

FOLDER has `pdfs/` and `qa.jsonl`, a question per line: `question`, `doc` (a file name in `pdfs/`),
`answerable`, `evidence_pages` (physical, from 1) and `text_evidence`. It is ingested as
`citewire ingest` does it, and asked with the retriever of the service, over all its documents.
Redis is an embedded one in a folder of its own and the embeddings are the local ones, unless the
settings say otherwise. A question counts as found at k when one of its evidence pages is among the
first k; nothing of the folder is kept.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from llama_index.core.schema import NodeWithScore

from citewire.errors import CitewireError, ConfigurationError
from citewire.scripts.logs import configure_logging
from citewire.services.assembly.library import Library, open_library
from citewire.services.ingest.indexing import Indexing
from citewire.services.ingest.outcome import IngestSummary
from citewire.services.ingest.pipeline import ingest_folders
from citewire.settings import Settings, load_settings
from citewire.settings.reading import read_given
from citewire.storage.keys import DEFAULT_OWNER
from citewire.workflows.retriever import PassageFilter, PassageRetriever

PER_PAGE = 10
"""Passages asked for per page wanted: the best pages are told from so many."""

Page = tuple[str, int]
Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the pages that answer it."""

    text: str
    evidence: frozenset[Page]
    is_text: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The page of each passage that was found for a question, and all distinct pages, in order."""

    question: Question
    passages: tuple[Page, ...]
    pages: tuple[Page, ...]


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments = build_parser().parse_args()
    try:
        with TemporaryDirectory(prefix="citewire-recall-", ignore_cleanup_errors=True) as scratch:
            settings = settings_for(Path(scratch), arguments.namespace)
            configure_logging("warning")
            results = asyncio.run(run(settings, arguments.folder, sorted(set(arguments.k))))
    except (CitewireError, OSError) as error:
        print(f"recall: {error}", file=sys.stderr)
        return 1
    print_results(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with pdfs/ and qa.jsonl")
    parser.add_argument("--namespace", default="recall", help="what it is ingested into")
    parser.add_argument("--k", nargs="+", type=int, default=[5, 10], metavar="K")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


def settings_for(scratch: Path, namespace: str) -> Settings:
    """The settings; what they leave open is local, and gone when `scratch` is."""
    given = read_given()
    local = {"data_dir": scratch, "embeddings": "local", "answers": "extractive"}
    return load_settings(
        namespace=namespace, **{name: value for name, value in local.items() if name not in given}
    )


async def run(settings: Settings, folder: Path, ks: Sequence[int]) -> Results:
    """Ingest `folder`, ask its questions and give the figures."""
    questions = read_questions(folder)
    async with open_library(settings) as library:
        summary = await ingest(library, folder / "pdfs")
        documents = await library.documents.list()
        begun = time.monotonic()
        found = [await ask(library, question, ks[-1]) for question in questions]
        seconds = time.monotonic() - begun
    by_text = [one for one in found if one.question.is_text]
    sets = {"answerable": found, "text evidence": by_text}
    return {
        "embeddings": library.models.embeddings.name,
        "index": settings.storage.index_algorithm,
        "passage_tokens": settings.ingestion.passage_tokens,
        "documents": len(documents),
        "failed": summary.count("failed"),
        "pages": sum(document.pages for document in documents),
        "passages": sum(document.passages for document in documents),
        "ingest_s": round(summary.seconds, 1),
        "question_ms": round(seconds / max(len(questions), 1) * 1000, 1),
        "recall": [row(name, k, some) for name, some in sets.items() for k in ks],
    }


def read_questions(folder: Path) -> list[Question]:
    """The answerable questions of `folder` that have evidence pages.

    Raises:
        ConfigurationError: a document that is asked about is not there.
    """
    questions = []
    for line in (folder / "qa.jsonl").read_text("utf-8").splitlines():
        asked = json.loads(line)
        if not (asked["answerable"] and asked["evidence_pages"]):
            continue
        if not (folder / "pdfs" / asked["doc"]).is_file():
            raise ConfigurationError(f"{asked['doc']} is asked about and not in {folder / 'pdfs'}")
        evidence = frozenset((asked["doc"], int(page)) for page in asked["evidence_pages"])
        questions.append(Question(asked["question"], evidence, bool(asked.get("text_evidence"))))
    return questions


async def ingest(library: Library, folder: Path) -> IngestSummary:
    """Ingest `folder`; what is there already stays."""

    @asynccontextmanager
    async def open_indexing() -> AsyncIterator[Indexing]:
        yield Indexing(library.models.embeddings.model, library.store)

    return await ingest_folders(
        [folder],
        documents=library.documents,
        open_indexing=open_indexing,
        settings=library.settings,
        on_progress=lambda _: None,
    )


async def ask(library: Library, question: Question, k: int) -> Found:
    """The first `k` passages as the service gets them, and at least `k` distinct pages."""
    passages = pages_of(await _retrieve(library, question, k))
    more = pages_of(await _retrieve(library, question, k * PER_PAGE))
    return Found(question, passages, tuple(dict.fromkeys(more)))


async def _retrieve(library: Library, question: Question, top_k: int) -> list[NodeWithScore]:
    model = library.models.embeddings.model
    retriever = PassageRetriever(
        library.store, model, top_k=top_k, filter=PassageFilter(DEFAULT_OWNER)
    )
    return await retriever.aretrieve(question.text)


def pages_of(nodes: Iterable[NodeWithScore]) -> tuple[Page, ...]:
    """The page of each passage."""
    return tuple((node.metadata["file_name"], node.metadata["page"]) for node in nodes)


def row(name: str, k: int, found: Sequence[Found]) -> dict[str, Any]:
    """The shares of questions of which an evidence page is found at `k`."""
    count = max(len(found), 1)
    pages = sum(bool(one.question.evidence & {*one.pages[:k]}) for one in found)
    passages = sum(bool(one.question.evidence & {*one.passages[:k]}) for one in found)
    return {
        "questions": name,
        "count": len(found),
        "k": k,
        "recall_pages": round(pages / count, 4),
        "recall_passages": round(passages / count, 4),
    }


def print_results(results: Results) -> None:
    """Print what was ingested and the recall as a table."""
    told = (
        "{documents} documents, {failed} failed, {pages} pages, {passages} passages in "
        "{ingest_s} s; {embeddings}, {index}; {question_ms} ms per question\n"
    )
    print(told.format(**results))
    print(f"{'questions':<16}{'count':>6}{'k':>5}{'first k pages':>16}{'first k passages':>19}")
    for one in results["recall"]:
        print(
            f"{one['questions']:<16}{one['count']:>6}{one['k']:>5}"
            f"{one['recall_pages']:>16.3f}{one['recall_passages']:>19.3f}"
        )


if __name__ == "__main__":
    sys.exit(main())
