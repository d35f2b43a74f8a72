"""A second look: what is added to the sources where the evidence is weak."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.schema import NodeWithScore
from llama_index.core.vector_stores.types import MetadataFilters

from citewire.errors import ModelRejected, StorageError
from citewire.storage.keys import DEFAULT_OWNER
from citewire.storage.library.vector_store import PassageStore
from citewire.workflows.next_questions import NextQuestions
from citewire.workflows.retriever import PassageFilter, PassageRetriever
from citewire.workflows.run_context import NO_RUN
from citewire.workflows.second_look import MOST, SecondLook, new_of
from tests.doubles.ingest_fixtures import HashingEmbedding, Ingest

QUESTION = "Why did fuel become dear for Zarnholm?"
TOP_K = 2


class Asking:
    """A model that would ask one thing next."""

    def __init__(self, *questions: str) -> None:
        self.questions = list(questions)
        self.told: list[ChatMessage] = []

    async def afill(self, messages: list[ChatMessage], form: type[Any]) -> Any:
        self.told = messages
        if not self.questions:
            raise ModelRejected("no tools")
        return NextQuestions(questions=self.questions)


@pytest.fixture
def retriever(store: PassageStore, embed_model: HashingEmbedding) -> PassageRetriever:
    return PassageRetriever(store, embed_model, top_k=TOP_K, filter=PassageFilter(DEFAULT_OWNER))


@pytest.fixture
async def library(ingest: Ingest, ships: Path) -> None:
    # A page each, so that each is a passage.
    pages = [
        "Why fuel became dear for Zarnholm, see Note 7.",
        "Fuel for Zarnholm became dear, why?",
        "Note 7: a refinery burnt down in autumn.",
        "The quay was painted green.",
    ]
    (ships / "zarnholm.txt").write_text("\f".join(pages), "utf-8")
    others = [f"Note 7: harbour {n} was closed in winter." for n in range(9)]
    (ships / "other.txt").write_text("\f".join(others), "utf-8")
    await ingest(ships)


def texts(found: Sequence[NodeWithScore]) -> list[str]:
    return [one.node.get_content() for one in found]


@pytest.mark.usefixtures("library")
async def test_what_a_passage_refers_to_is_added_from_its_own_report(
    retriever: PassageRetriever,
) -> None:
    found = await retriever.aretrieve(QUESTION)
    more = await SecondLook(5).beyond(retriever, QUESTION, found, NO_RUN)

    assert "refinery" in texts(more)[0]
    assert not set(texts(more)) & set(texts(found))
    assert len(more) <= MOST
    assert all(one.node.metadata["file_name"] == "zarnholm.txt" for one in more)


@pytest.mark.usefixtures("library")
async def test_a_model_may_say_what_to_ask_next(retriever: PassageRetriever) -> None:
    model = Asking("Which harbour was closed in winter?")
    found = await retriever.aretrieve(QUESTION)
    more = await SecondLook(5, model).beyond(retriever, QUESTION, found, NO_RUN)

    assert {"zarnholm.txt", "other.txt"} == {one.node.metadata["file_name"] for one in more}
    assert QUESTION in str(model.told[-1].content)
    assert "see Note 7" in str(model.told[-1].content)


@pytest.mark.usefixtures("library")
async def test_a_model_that_fails_takes_nothing_from_the_rules(
    retriever: PassageRetriever,
) -> None:
    found = await retriever.aretrieve(QUESTION)
    more = await SecondLook(5, Asking()).beyond(retriever, QUESTION, found, NO_RUN)

    assert "refinery" in texts(more)[0]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("is_slow", [False, True])
async def test_a_look_that_fails_or_takes_too_long_adds_nothing(
    retriever: PassageRetriever, monkeypatch: pytest.MonkeyPatch, is_slow: bool
) -> None:
    found = await retriever.aretrieve(QUESTION)

    async def search(question: str, within: Sequence[MetadataFilters] = ()) -> list[NodeWithScore]:
        if is_slow:
            await asyncio.sleep(60)
        raise StorageError("refused")

    monkeypatch.setattr(retriever, "search", search)

    assert await SecondLook(0.05).beyond(retriever, QUESTION, found, NO_RUN) == []


@pytest.mark.usefixtures("library")
async def test_a_question_is_embedded_once(
    retriever: PassageRetriever, embed_model: HashingEmbedding
) -> None:
    found = await retriever.aretrieve(QUESTION)
    before = len(embed_model.texts)
    await SecondLook(5).beyond(retriever, QUESTION, found, NO_RUN)

    assert len(embed_model.texts) == before


def test_of_nothing_comes_nothing() -> None:
    assert new_of([], [], most=2) == []
