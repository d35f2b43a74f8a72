"""What a model suggests of a library: once, within limits, and gone when the library is empty."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.llms import MockLLM

from citewire.errors import ModelUnavailable
from citewire.services.access.allowances import Allowance, Allowances
from citewire.services.ingest.removal import remove_everything
from citewire.services.suggestions.by_model import ModelSuggestions
from citewire.services.suggestions.reports import SuggestingReports
from citewire.services.suggestions.suggesting import Suggesting
from citewire.services.suggestions.wanted import Language
from citewire.services.telemetry.metrics import Metrics
from citewire.storage.access.spending import SpendingStore
from citewire.storage.keys import DEFAULT_OWNER, Keys
from citewire.storage.library.documents import DocumentStore
from citewire.storage.library.outline import OutlineReader
from citewire.storage.library.suggested import SuggestedStore
from tests.doubles.chat_client import until
from tests.doubles.ingest_fixtures import Ingest

GOOD = "How many ships did the harbour of Zarnholm count?"
BAD = "Which zebras did the emperor of Atlantis paint?"


class Suggests(MockLLM):
    """Says what it is told to, and counts how often it was asked."""

    said: str = f"[1] {GOOD}\n[1] {BAD}"
    asked: int = 0
    fails: bool = False

    async def achat(self, messages: Any, **kwargs: Any) -> ChatResponse:
        self.asked += 1
        if self.fails:
            raise ModelUnavailable("the provider is away")
        message = ChatMessage(role=MessageRole.ASSISTANT, content=self.said)
        counts = {"prompt_tokens": 70, "completion_tokens": 30}
        return ChatResponse(message=message, additional_kwargs=counts)


@dataclass
class World:
    """A library, a model, and what asks it."""

    documents: DocumentStore
    llm: Suggests = field(init=False)
    metrics: Metrics = field(default_factory=Metrics)
    tokens: int = 150

    def __post_init__(self) -> None:
        self.llm = Suggests()
        client, namespace = self.documents.client, self.documents.namespace
        reports = SuggestingReports(OutlineReader(client, namespace))
        limit = Allowance(self.tokens, 3600.0, "tokens")
        self.allowances = Allowances(SpendingStore(client, namespace), {"tokens": limit})
        self.by_model = ModelSuggestions(
            SuggestedStore(client, namespace),
            reports,
            self.llm,
            self.answered,
            allowances=self.allowances,
            metrics=self.metrics,
        )
        self.suggesting = Suggesting(reports, self.by_model)

    async def answered(self, question: str, library: str) -> frozenset[str]:
        assert library == DEFAULT_OWNER
        ids = await self.documents.ids()
        return frozenset(ids if question == GOOD else ())

    async def texts(self, language: Language | None = None, owner: str = "ann") -> list[str]:
        found = await self.suggesting.of(
            self.documents, (DEFAULT_OWNER,), owner=owner, language=language
        )
        return [one.text for one in found.questions]

    def counted(self, result: str) -> float:
        return self.metrics.suggestions.labels(result)._value.get()  # type: ignore[no-any-return]

    def until_counted(self, result: str, count: int = 1) -> Awaitable[None]:
        async def is_counted() -> bool:
            return self.counted(result) == count

        return until(is_counted)

    async def let_ask_again(self) -> None:
        keys = Keys(self.documents.namespace)
        await self.documents.client.delete(
            keys.suggesting(DEFAULT_OWNER, "any"), keys.suggesting_for("ann")
        )


@pytest.fixture
async def world(documents: DocumentStore, ingest: Ingest, ships: Path) -> AsyncIterator[World]:
    (ships / "zarnholm.txt").write_text("Zarnholm\n\nThe harbour counted 12 ships.\n" * 3, "utf-8")
    await ingest(ships)
    made = World(documents)
    task = asyncio.create_task(made.by_model.run(lambda: 0))
    yield made
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_what_the_library_answers_is_kept_and_asked_for_once(world: World) -> None:
    before = await world.texts()
    assert before
    assert GOOD not in before

    await world.until_counted("ok")

    assert await world.texts() == [GOOD, *before]
    assert await World(world.documents).texts() == [GOOD, *before]  # another worker
    assert world.llm.asked == 1


async def test_a_library_that_changed_is_asked_about_anew(
    world: World, ingest: Ingest, ships: Path
) -> None:
    await world.texts()
    await world.until_counted("ok")
    (ships / "other.txt").write_text("Another report of ships that came.", "utf-8")
    await ingest(ships)

    assert GOOD not in await world.texts()
    await world.until_counted("too_soon")
    await world.let_ask_again()
    await world.texts()
    await world.until_counted("ok", 2)

    assert GOOD in await world.texts()
    assert world.llm.asked == 2


async def test_each_language_has_its_own_and_an_owner_asks_once_in_a_while(world: World) -> None:
    await world.texts()
    await world.until_counted("ok")

    assert GOOD not in await world.texts("es")
    await world.until_counted("too_soon")
    await world.texts("es", owner="bob")
    await world.until_counted("ok", 2)

    assert GOOD in await world.texts("es")


async def test_an_owner_who_has_spent_all_asks_no_model(world: World) -> None:
    world.allowances.add_tokens("ann", 150)

    before = await world.texts()
    await world.until_counted("spent")

    assert (await world.texts(), world.llm.asked) == (before, 0)


async def test_what_the_model_used_counts_for_its_owner(world: World) -> None:
    await world.texts()
    await world.until_counted("ok")
    world.allowances.add_tokens("ann", 50)

    await world.texts("es")
    await world.until_counted("spent")


async def test_a_model_that_fails_changes_nothing_for_who_asks(world: World) -> None:
    world.llm.fails = True

    before = await world.texts()
    await world.until_counted("model_unavailable")

    assert await world.texts() == before != []


async def test_what_was_suggested_goes_with_the_documents(world: World, tmp_path: Path) -> None:
    await world.texts()
    await world.until_counted("ok")

    await remove_everything(world.documents, uploads=tmp_path)

    pattern = f"{world.documents.namespace}:suggested:*"
    assert [key async for key in world.documents.client.scan_iter(pattern)] == []
    assert await world.texts() == []
