"""Is the answer within what the model is given, and within the answer?

    python bench/answers.py FOLDER... [--namespace NAME] [--list] [--json FILE]

FOLDERs are as for `recall.py`, all ingested into one index; `answer` of a line of `qa.jsonl` is its
gold answer. Only questions are counted whose gold answer stands literally on one of their evidence
pages, or on all of them together, as Citewire reads these (`gold.py`): of the others nobody can
tell by looking. Of these it is counted for how many the gold answer stands in what the model is
given of the evidence pages. A page of another report that has the same figure does not count. Then
each is asked as a user asks it, and the answers are counted that cite an evidence page, and those
of them in which the gold answer stands.
With `CITEWIRE_DATA_DIR` and `--namespace` what is there already is not ingested again.
"""

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gold import holds
from llama_index.core.schema import NodeWithScore
from recall import Page, ingest, retriever_of, settings_for

from citewire.errors import CitewireError
from citewire.scripts.evaluate import ask
from citewire.scripts.logs import configure_logging
from citewire.services.assembly.chat import build_context, open_chat
from citewire.services.assembly.library import Library, open_library
from citewire.services.chat import ChatService
from citewire.services.evaluation.questions import AskedQuestion
from citewire.settings import Settings
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.library.search import Candidate, PassageSearch, on_page
from citewire.workflows.shown import context_of

Texts = dict[Page, str]
"""What is known of pages."""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question, its gold answer, and the pages that it stands on."""

    name: str
    text: str
    gold: str
    evidence: frozenset[Page]


def main() -> int:
    """Read the arguments and run; gives the exit code."""
    arguments = build_parser().parse_args()
    try:
        with TemporaryDirectory(prefix="citewire-answers-", ignore_cleanup_errors=True) as scratch:
            settings = settings_for(Path(scratch), arguments.namespace)
            configure_logging("warning")
            results = asyncio.run(run(settings, arguments.folders))
    except (CitewireError, OSError) as error:
        print(f"answers: {error}", file=sys.stderr)
        return 1
    print_results(results, listed=arguments.list)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1), "utf-8")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="with pdfs/ and qa.jsonl"
    )
    parser.add_argument("--namespace", default="answers", help="what they are ingested into")
    parser.add_argument("--list", action="store_true", help="print each question with its outcome")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser


async def run(settings: Settings, folders: Sequence[Path]) -> dict[str, Any]:
    """Ingest the folders, ask the questions that can be judged, and give the figures."""
    async with open_library(settings) as library:
        asked: list[GoldQuestion] = []
        for folder in folders:
            await ingest(library, folder / "pdfs")
            asked += read_questions(folder)
        judged = await with_literal_gold(library, settings, asked)
        outcomes = [await outcome_of(library, question) for question in judged]
        async with open_chat(library) as chat:
            for outcome, question in zip(outcomes, judged, strict=True):
                outcome |= await answered(chat.service, question)  # noqa: PLW2901
    return {
        "answerable": len(asked),
        "judged": len(judged),
        "found": sum(one["found"] for one in outcomes),
        "sources": sum(one["sources"] for one in outcomes),
        "cited": sum(one["cited"] for one in outcomes),
        "answered": sum(one["cited"] and one["answered"] for one in outcomes),
        "tokens": round(sum(one["tokens"] for one in outcomes) / max(len(outcomes), 1)),
        "questions": outcomes,
    }


def read_questions(folder: Path) -> list[GoldQuestion]:
    """The answerable questions of `folder` that have evidence pages and a gold answer."""
    lines = (folder / "qa.jsonl").read_text("utf-8").splitlines()
    return [
        GoldQuestion(
            str(asked.get("qid", number)),
            asked["question"],
            str(asked["answer"]),
            frozenset((asked["doc"], int(page)) for page in asked["evidence_pages"]),
        )
        for number, asked in enumerate(map(json.loads, lines), 1)
        if asked["answerable"] and asked["evidence_pages"] and asked["answer"]
    ]


async def with_literal_gold(
    library: Library, settings: Settings, asked: Iterable[GoldQuestion]
) -> list[GoldQuestion]:
    """The questions whose gold answer stands on an evidence page, as it was read."""
    asked = list(asked)
    pages = sorted(frozenset[Page]().union(*(question.evidence for question in asked)))
    texts = await texts_of(library, settings, pages)
    return [question for question in asked if is_told(question, texts)]


def is_told(question: GoldQuestion, texts: Texts) -> bool:
    """Whether the gold answer stands in the text of an evidence page, or of them all together."""
    told = [texts[page] for page in sorted(question.evidence) if page in texts]
    return any(holds(text, question.gold) for text in (*told, "\n\n".join(told)))


async def texts_of(library: Library, settings: Settings, pages: Sequence[Page]) -> Texts:
    """The passages of each page, in their order."""
    doc_ids = {
        location.path: document.doc_id
        for document in await library.documents.list()
        for location in document.locations
    }
    search = PassageSearch(library.documents.client, settings.storage.namespace)
    pages = [page for page in pages if page[0] in doc_ids]  # some may not have been read
    found = await search.search([on_page(doc_ids[name], page) for name, page in pages])
    return {
        page: "\n\n".join(passage.text for passage in sorted(passages, key=_place))
        for page, passages in zip(pages, found, strict=True)
    }


def _place(passage: Candidate) -> int:
    return passage.start


async def outcome_of(library: Library, question: GoldQuestion) -> dict[str, Any]:
    """Whether the gold answer is within what the model is given, and within its sources alone."""
    nodes = await given(library, question.text)
    everything = shown(nodes)
    return {
        "name": question.name,
        "question": question.text,
        "gold": question.gold,
        "sources": is_told(question, shown(nodes, with_context=False)),
        "found": is_told(question, everything),
        "tokens": sum(len(text) for text in everything.values()) // 4,
    }


async def answered(service: ChatService, question: GoldQuestion) -> dict[str, Any]:
    """The answer to a question, whether it cites an evidence page, and whether it has the gold."""
    asked = AskedQuestion(question.name, question.text, True, question.evidence)
    done, _ = await ask(service, asked, None, DEFAULT_OWNER, set())
    pages = {one.passage_id: (one.file_name, one.page_start) for one in done.sources}
    return {
        "answer": done.answer,
        "cited": any(pages[one.passage_id] in question.evidence for one in done.citations),
        "answered": holds(done.answer, question.gold),
    }


async def given(library: Library, question: str) -> list[NodeWithScore]:
    """The sources that the model is given for a question, with their context."""
    retriever = retriever_of(library, library.settings.retrieval.similarity_top_k)
    nodes = await retriever.aretrieve(question)
    return await build_context(library).around(nodes, (DEFAULT_OWNER,))


def shown(nodes: Sequence[NodeWithScore], *, with_context: bool = True) -> Texts:
    """The texts that are shown, by their pages."""
    texts: defaultdict[Page, str] = defaultdict(str)
    for found in nodes:
        name = found.node.metadata["file_name"]
        for node in (found.node, *(context_of(found.node) if with_context else ())):
            texts[name, node.metadata["page"]] += f"{node.get_content()}\n\n"
    return dict(texts)


def print_results(results: dict[str, Any], *, listed: bool) -> None:
    """Print the figures, and each question if that is wanted."""
    if listed:
        for one in results["questions"]:
            sign = "+" if one["found"] else "-"
            print(f"{sign} {one['name']}: {one['question'].strip()} | {one['gold']}")
            print(f"    {one['answer']}")
    print(
        "answerable {answerable}, of which literally on an evidence page {judged}".format(**results)
    )
    print("gold answer within what the model is given: {found}".format(**results))
    print("  within the sources alone: {sources}".format(**results))
    print("  tokens of a question, about: {tokens}".format(**results))
    print("answers that cite an evidence page: {cited}".format(**results))
    print("  with the gold answer in them: {answered}".format(**results))


if __name__ == "__main__":
    sys.exit(main())
