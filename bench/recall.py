"""Recall of the evidence pages: does retrieval find the page on which the answer stands?

    python bench/recall.py FOLDER [FOLDER ...] [--data FOLDER] [--namespace NAME] [--k 5 10]
                           [--json FILE] [--questions FILE]

Each FOLDER has `pdfs/` and `qa.jsonl`, a question per line: `question`, `doc` (a file name in
`pdfs/`), `answerable`, `evidence_pages` (physical, from 1) and `text_evidence`. All are ingested
into one index as `citewire ingest` does it, and asked with the retriever of the service, over all
documents that are in there. Redis is an embedded one and the embeddings are the local ones, unless
the settings say otherwise. A question counts as found at k when one of its evidence pages is among
the first k. With `--data` the index is kept there and used again: what is in it already is not
ingested anew. `--questions` writes down what was found for each question.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
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
from citewire.storage.library.documents import DocumentStore
from citewire.workflows.catalogue.names_kept import KeptNames
from citewire.workflows.evidence import CalibratedEvidence, weights_for
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.run_context import NO_RUN
from citewire.workflows.second_look import SecondLook

PER_PAGE = 10
"""Passages asked for per page wanted: the best pages are told from so many."""

Page = tuple[str, int]
Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a folder, and the pages that answer it."""

    folder: str
    text: str
    evidence: frozenset[Page]
    is_text: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The page of each passage that was found for a question, and all distinct pages, in order.

    Args:
        question: that was asked.
        passages: the pages of as many passages as were asked for.
        pages: the distinct pages of more passages.
        sources: the pages of the passages that an answer is given.
        added: the pages of those that a second look adds; None if none was taken.
        look_s: how long it took.
    """

    question: Question
    passages: tuple[Page, ...]
    pages: tuple[Page, ...]
    sources: tuple[Page, ...] = ()
    added: tuple[Page, ...] | None = None
    look_s: float = 0.0


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments = build_parser().parse_args()
    try:
        with TemporaryDirectory(prefix="citewire-recall-", ignore_cleanup_errors=True) as scratch:
            settings = settings_for(arguments.data or Path(scratch), arguments.namespace)
            configure_logging("warning")
            results = asyncio.run(run(settings, arguments.folders, sorted(set(arguments.k))))
    except (CitewireError, OSError) as error:
        print(f"recall: {error}", file=sys.stderr)
        return 1
    asked = results.pop("asked")
    if arguments.questions:
        lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in asked)
        arguments.questions.write_text("".join(lines), "utf-8")
    print_results(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="FOLDER", help="with pdfs/ and qa.jsonl"
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where the index is kept")
    parser.add_argument("--namespace", default="recall", help="what it is ingested into")
    parser.add_argument("--k", nargs="+", type=int, default=[5, 10], metavar="K")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="what was found for each")
    return parser


def settings_for(scratch: Path, namespace: str) -> Settings:
    """The settings; what they leave open is local, and gone when `scratch` is."""
    given = read_given()
    local = {"data_dir": scratch, "embeddings": "local", "answers": "extractive"}
    return load_settings(
        namespace=namespace, **{name: value for name, value in local.items() if name not in given}
    )


async def run(settings: Settings, folders: Sequence[Path], ks: Sequence[int]) -> Results:
    """Ingest `folders`, ask their questions and give the figures."""
    questions = [question for folder in folders for question in read_questions(folder)]
    async with open_library(settings) as library:
        summary = await ingest(library, *(folder / "pdfs" for folder in folders))
        documents = await library.documents.list()
        begun = time.monotonic()
        found = [await ask(library, question, ks[-1]) for question in questions]
        seconds = time.monotonic() - begun
        found = [await look_again(library, one) for one in found]
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
        "recall": rows(found, ks),
        "second_look": looks(found),
        "asked": [record(one) for one in found],
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
        is_text = bool(asked.get("text_evidence"))
        questions.append(Question(str(folder), asked["question"], evidence, is_text))
    return questions


async def ingest(library: Library, *folders: Path) -> IngestSummary:
    """Ingest `folders`; what is there already stays."""

    @asynccontextmanager
    async def open_indexing() -> AsyncIterator[Indexing]:
        yield Indexing(library.models.embeddings.model, library.store)

    return await ingest_folders(
        folders,
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


async def look_again(library: Library, found: Found) -> Found:
    """The sources of an answer, and what a second look by rule adds to them."""
    settings = library.settings
    evidence = CalibratedEvidence(weights_for(library.models.embeddings.name))
    retriever = retriever_of(library, settings.retrieval.similarity_top_k)
    question = found.question.text
    nodes = await retriever.aretrieve(question)
    if evidence.level(question, nodes) == "strong":
        return replace(found, sources=pages_of(nodes))
    begun = time.monotonic()
    look = SecondLook(settings.steps.second_look_timeout_s)
    more = await look.beyond(retriever, question, nodes, NO_RUN)
    took = time.monotonic() - begun
    return replace(found, sources=pages_of(nodes), added=pages_of(more), look_s=took)


async def _retrieve(library: Library, question: Question, top_k: int) -> list[NodeWithScore]:
    return await retriever_of(library, top_k).aretrieve(question.text)


def retriever_of(library: Library, top_k: int, doc_ids: tuple[str, ...] = ()) -> PassageRetriever:
    """The retriever of the service, over the documents `doc_ids` or all."""
    return PassageRetriever(
        library.store,
        library.models.embeddings.model,
        top_k=top_k,
        filter=PassageFilter(DEFAULT_OWNER, doc_ids=doc_ids),
        names=_names_in(library.documents),
    )


@lru_cache(maxsize=1)
def _names_in(documents: DocumentStore) -> KeptNames:
    """Kept from question to question, as the service keeps them."""
    return KeptNames(documents)


def pages_of(nodes: Iterable[NodeWithScore]) -> tuple[Page, ...]:
    """The page of each passage."""
    return tuple((node.metadata["file_name"], node.metadata["page"]) for node in nodes)


def rows(found: Sequence[Found], ks: Sequence[int]) -> list[dict[str, Any]]:
    """The figures of each folder's questions and, of several, of all."""
    folders = list(dict.fromkeys(one.question.folder for one in found))
    sets = {folder: [one for one in found if one.question.folder == folder] for folder in folders}
    if len(sets) > 1:
        sets["all"] = list(found)
    made = []
    for name, some in sets.items():
        by_text = [one for one in some if one.question.is_text]
        for questions, them in (("answerable", some), ("text evidence", by_text)):
            made += [{"folder": name, **row(questions, k, them)} for k in ks]
    return made


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


def looks(found: Sequence[Found]) -> dict[str, Any]:
    """What second looks bring: of the questions for which one is taken, and of all."""

    def answered(some: Sequence[Found], *, again: bool) -> int:
        told = ((*one.sources, *((one.added or ()) if again else ())) for one in some)
        pairs = zip(some, told, strict=True)
        return sum(bool(one.question.evidence.intersection(pages)) for one, pages in pairs)

    taken = [one for one in found if one.added is not None]
    return {
        "count": len(found),
        "taken": len(taken),
        "ms": round(sum(one.look_s for one in taken) / max(len(taken), 1) * 1000, 1),
        "before": answered(taken, again=False),
        "after": answered(taken, again=True),
        "all_before": answered(found, again=False),
        "all_after": answered(found, again=True),
    }


def record(found: Found) -> dict[str, Any]:
    """What was found for a question, and the place of the first page that answers it."""
    asked = found.question
    places = (place for place, page in enumerate(found.pages, start=1) if page in asked.evidence)
    return {
        "folder": asked.folder,
        "question": asked.text,
        "evidence": sorted(asked.evidence),
        "place": next(places, None),
        "pages": found.pages,
    }


def print_results(results: Results) -> None:
    """Print what was ingested and the recall as a table."""
    told = (
        "{documents} documents, {failed} failed, {pages} pages, {passages} passages in "
        "{ingest_s} s; {embeddings}, {index}; {question_ms} ms per question\n"
    )
    print(told.format(**results))
    print(f"{'questions':<16}{'count':>6}{'k':>5}{'first k pages':>16}{'first k passages':>19}")
    folder = ""
    for one in results["recall"]:
        if folder != one["folder"]:
            folder = one["folder"]
            print(folder)
        print(
            f"{one['questions']:<16}{one['count']:>6}{one['k']:>5}"
            f"{one['recall_pages']:>16.3f}{one['recall_passages']:>19.3f}"
        )
    print(
        "\nsecond look: for {taken} of {count} questions, {ms} ms each; evidence page among the "
        "sources of {before}, then {after} (of all {all_before}, {all_after})".format(
            **results["second_look"]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
