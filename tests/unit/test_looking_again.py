"""When an answering run takes a second look, and what it says of it."""

from contextlib import suppress
from typing import Any, cast

import pytest
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.schema import NodeWithScore
from llama_index.core.vector_stores.types import (
    VectorStoreQuery,
    VectorStoreQueryResult,
)

from citewire.storage.keys import DEFAULT_OWNER
from citewire.workflows.engine import Engines, ReportChatEngine
from citewire.workflows.events import Shown, SourcesEvent, StageEvent
from citewire.workflows.evidence import CalibratedEvidence, Evidence, weights_for
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing.plan import Plan
from citewire.workflows.routing.routers import RuleRouter
from citewire.workflows.run_context import RunContext
from citewire.workflows.second_look import SecondLook
from tests.doubles.corpus import QUILLMERE_2023, TARNHOLT

LOOK = SecondLook(5)


class OnePassage:
    """A vector store that finds another passage when it is asked within a report."""

    async def languages(self) -> frozenset[str]:
        return frozenset(("en",))

    async def aquery(self, query: VectorStoreQuery, **_: object) -> VectorStoreQueryResult:
        assert query.filters is not None
        is_second = len(query.filters.filters) > 1
        node = (TARNHOLT if is_second else QUILLMERE_2023).to_node([1.0])
        return VectorStoreQueryResult(nodes=[node], similarities=[0.4])


class Levels:
    """Evidence that is told beforehand: at first, and of what is added."""

    weights = weights_for("")

    def __init__(self, *levels: Evidence) -> None:
        self.levels = list(levels)

    def level(self, question: str, nodes: list[NodeWithScore]) -> Evidence:
        return self.levels.pop(0)

    def abstention(self, question: str, nodes: list[NodeWithScore]) -> str:
        return "nothing"


class Silent:
    """A synthesiser that is not heard."""

    async def asynthesize(self, **_: Any) -> Any:
        raise InterruptedError


async def announced_by(
    *levels: Evidence,
    look: SecondLook | None = LOOK,
    top_k: int = 1,
) -> list[Shown]:
    announced: list[Shown] = []
    engines = Engines(
        store=cast(Any, OnePassage()),
        embed_model=MockEmbedding(embed_dim=8),
        synthesiser=cast(Any, Silent()),
        llm=MockLLM(),
        router=RuleRouter(),
        evidence=cast(CalibratedEvidence, Levels(*levels)),
        top_k=top_k,
        second_look=look,
    )
    engine: ReportChatEngine = engines.for_run(
        RunContext(),
        history=[],
        filter=PassageFilter(DEFAULT_OWNER),
        plan=Plan("What grew?"),
        announce=announced.append,
    )
    with suppress(InterruptedError):
        await engine.astream_chat("What grew?")
    return announced


def stages(announced: list[Shown]) -> list[str]:
    return [event.stage for event in announced if isinstance(event, StageEvent)]


def sources(announced: list[Shown]) -> SourcesEvent:
    [told] = [event for event in announced if isinstance(event, SourcesEvent)]
    return told


async def test_strong_evidence_needs_no_second_look() -> None:
    announced = await announced_by("strong")

    assert stages(announced) == []
    assert len(sources(announced).nodes) == 1


@pytest.mark.parametrize(
    ("first", "added", "told"),
    [("weak", "weak", "weak"), ("weak", "strong", "strong"), ("none", "weak", "weak")],
)
async def test_weak_evidence_is_looked_at_again_and_never_becomes_weaker(
    first: Evidence, added: Evidence, told: Evidence
) -> None:
    announced = await announced_by(first, added)

    assert stages(announced) == ["look"]
    assert len(sources(announced).nodes) == 2
    assert sources(announced).evidence == told


async def test_it_is_told_before_the_sources() -> None:
    announced = await announced_by("weak", "none")
    kinds = [type(event) for event in announced]

    assert kinds.index(StageEvent) < kinds.index(SourcesEvent)
    assert sources(announced).evidence == "weak"


async def test_it_can_be_switched_off_and_is_not_taken_where_all_was_found() -> None:
    assert stages(await announced_by("weak", look=None)) == []
    assert stages(await announced_by("weak", top_k=2)) == []
