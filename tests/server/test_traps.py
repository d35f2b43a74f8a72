"""What the fixed stack does wrong, and that it does not reach us.

Each test stands for a trap of the libraries. Those named `the_library_still_…` watch the library
itself: when one fails, the trap is gone and our way around it can go too.
"""

import asyncio
import inspect
import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from importlib.metadata import packages_distributions
from typing import Any, cast

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.base.response.schema import AsyncStreamingResponse
from llama_index.core.chat_engine.types import StreamingAgentChatResponse
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.tools import ToolOutput
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    VectorStoreQuery,
    VectorStoreQueryResult,
)
from llama_index.core.workflow import Workflow

from citewire.services.answers.turns import recent_history
from citewire.storage.keys import DEFAULT_OWNER, owner_tag
from citewire.storage.library.vector_store import PassageStore
from citewire.workflows.chat import ChatWorkflow
from citewire.workflows.engine import AnsweringResponse, Engines, ReportChatEngine
from citewire.workflows.events import AskEvent, DeltaEvent, Shown, SourcesEvent
from citewire.workflows.evidence import LOCAL, CalibratedEvidence
from citewire.workflows.retriever import PassageFilter
from citewire.workflows.routing.plan import Plan
from citewire.workflows.routing.routers import RuleRouter
from citewire.workflows.run_context import RunContext
from citewire.workflows.running import running
from citewire.workflows.screening.screens import RuleScreen
from tests.doubles.chat_client import ChatClient
from tests.doubles.corpus import QUILLMERE_2023, TARNHOLT
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
PLAN = Plan("What grew?")
HISTORY = [
    ChatMessage(role=MessageRole.USER, content="before"),
    ChatMessage(role=MessageRole.ASSISTANT, content="answered"),
]


class TwoPassages:
    """A vector store that always finds the same."""

    async def languages(self) -> frozenset[str]:
        return frozenset({"en"})

    async def aquery(self, query: VectorStoreQuery, **_: object) -> VectorStoreQueryResult:
        nodes = [QUILLMERE_2023.to_node([1.0]), TARNHOLT.to_node([1.0])]
        return VectorStoreQueryResult(nodes=nodes, similarities=[0.9, 0.4])


class Saying:
    """A synthesiser that streams words until it is closed."""

    def __init__(self) -> None:
        self.said = 0
        self.closed = False

    async def asynthesize(
        self, query: QueryBundle, nodes: Sequence[NodeWithScore], **_: Any
    ) -> AsyncStreamingResponse:
        return AsyncStreamingResponse(self.words(), source_nodes=list(nodes))

    async def words(self) -> AsyncGenerator[str, None]:
        try:
            while self.said < 500:
                self.said += 1
                yield "word "
                await asyncio.sleep(0.001)
        finally:
            self.closed = True


def engines_on(synthesiser: Saying) -> Engines:
    return Engines(
        store=cast(PassageStore, TwoPassages()),
        embed_model=MockEmbedding(embed_dim=8),
        synthesiser=cast(Any, synthesiser),
        llm=MockLLM(),
        router=RuleRouter(),
        evidence=CalibratedEvidence(LOCAL, abstain=False),
        top_k=2,
    )


def engine_on(synthesiser: Saying, announced: list[Shown]) -> ReportChatEngine:
    return engines_on(synthesiser).for_run(
        RunContext(),
        history=HISTORY,
        filter=PassageFilter(DEFAULT_OWNER),
        plan=PLAN,
        announce=announced.append,
    )


def test_the_import_name_workflows_has_one_owner() -> None:
    assert packages_distributions()["workflows"] == ["llama-index-workflows"]


def test_the_library_still_loses_the_sources_of_an_async_stream() -> None:
    found = AsyncStreamingResponse(
        Saying().words(), source_nodes=[NodeWithScore(node=TARNHOLT.to_node([1.0]), score=1)]
    )
    output = ToolOutput(content="", tool_name="query_engine", raw_input={}, raw_output=found)

    assert StreamingAgentChatResponse(sources=[output]).source_nodes == []


async def test_sources_are_there_before_the_answer_is_read() -> None:
    announced: list[Shown] = []

    response = await engine_on(Saying(), announced).astream_chat(QUESTION)

    [sources] = [event for event in announced if isinstance(event, SourcesEvent)]
    ids = [QUILLMERE_2023.passage_id, TARNHOLT.passage_id]
    assert [found.node.node_id for found in sources.nodes] == ids
    assert [found.node.node_id for found in response.source_nodes] == ids


async def test_passages_keep_their_ids_from_one_question_to_the_next(chat: ChatClient) -> None:
    first, second = await chat.ask(QUESTION), await chat.ask(QUESTION)

    assert [source["passage_id"] for source in first.sources] == [
        source["passage_id"] for source in second.sources
    ]


async def test_no_history_is_written_behind_our_back() -> None:
    engine = engine_on(Saying(), [])

    response = await engine.astream_chat(QUESTION)
    assert isinstance(response, AnsweringResponse)
    assert response.answer is not None
    text = [piece async for piece in response.answer.response_gen]

    assert len(text) == 500
    assert [message.content for message in engine.chat_history] == ["before", "answered"]


async def test_an_engine_starts_no_task_of_its_own() -> None:
    before = asyncio.all_tasks()

    await engine_on(Saying(), []).astream_chat(QUESTION)

    assert asyncio.all_tasks() == before


async def test_two_runs_share_no_memory() -> None:
    engines = engines_on(Saying())
    everything = PassageFilter(DEFAULT_OWNER)
    first = engines.for_run(
        RunContext(), history=HISTORY, filter=everything, plan=PLAN, announce=_ignore
    )
    second = engines.for_run(
        RunContext(), history=[], filter=everything, plan=PLAN, announce=_ignore
    )

    assert (len(first.chat_history), len(second.chat_history)) == (2, 0)


def _ignore(event: Shown) -> None:
    """Nobody listens."""


async def test_leaving_the_block_of_a_run_stops_the_model_at_once() -> None:
    synthesiser = Saying()
    workflow = ChatWorkflow(engines_on(synthesiser), screen=RuleScreen(), timeout_s=30)

    async with running(
        workflow, AskEvent(question=QUESTION, filter=PassageFilter(DEFAULT_OWNER))
    ) as handler:
        async for event in handler.stream_events():
            if isinstance(event, DeltaEvent):
                break
    said = synthesiser.said

    assert synthesiser.closed
    assert handler.is_done()
    assert said == synthesiser.said < 10


async def test_a_run_is_stopped_when_the_task_that_owns_it_is_cancelled() -> None:
    synthesiser = Saying()
    workflow = ChatWorkflow(engines_on(synthesiser), screen=RuleScreen(), timeout_s=30)
    started = asyncio.Event()

    async def own() -> None:
        async with running(
            workflow, AskEvent(question=QUESTION, filter=PassageFilter(DEFAULT_OWNER))
        ) as handler:
            async for event in handler.stream_events():
                if isinstance(event, DeltaEvent):
                    started.set()

    before = asyncio.all_tasks()
    owner = asyncio.create_task(own())
    await started.wait()
    owner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await owner

    assert synthesiser.closed
    assert asyncio.all_tasks() == before


def test_the_library_still_stops_a_workflow_after_45_seconds() -> None:
    assert inspect.signature(Workflow).parameters["timeout"].default == 45


def test_a_run_may_take_as_long_as_is_set() -> None:
    workflow = ChatWorkflow(engines_on(Saying()), screen=None, timeout_s=300)

    assert workflow._timeout == 300


def test_filters_say_how_they_are_joined() -> None:
    filters = PassageFilter("ann", doc_ids=("a",), folder_ids=("b",)).to_metadata_filters()

    assert len(filters.filters) == 3
    assert filters.condition is FilterCondition.AND


def test_there_is_no_search_without_an_owner() -> None:
    [only] = PassageFilter("ann").to_metadata_filters().filters

    assert only == MetadataFilter(
        key="owner_id", value=[owner_tag("ann")], operator=FilterOperator.IN
    )


def test_a_turn_that_failed_without_a_word_is_no_history() -> None:
    turns = [("one", "1"), ("two", ""), ("three", "3")]
    messages = [
        {"text": text, "role": role}
        for asked, answered in turns
        for role, text in (("user", asked), ("assistant", answered))
    ]

    history = recent_history(messages, tokens=100)

    assert [message.content for message in history] == ["one", "1", "three", "3"]


@pytest.mark.parametrize(("tokens", "kept"), [(0, 0), (1, 0), (2, 2), (3, 2), (4, 4)])
def test_history_is_cut_at_whole_turns(tokens: int, kept: int) -> None:
    messages = [{"text": "1234", "role": role} for role in ("user", "assistant") * 2]

    assert len(recent_history(messages, tokens=tokens)) == kept


async def test_no_time_is_lost_after_the_last_token(chat: ChatClient, standin: Standin) -> None:
    """The library's own generator waits for up to 100 ms before it sees the end."""
    await standin.configure(tokens=2, inter_delay=0.09)
    lost = []
    for number in range(5):
        question = f"{QUESTION} cid{number:04}"
        async with chat.asking(question) as events:
            [*_] = [event async for event in events if event.name == "done"]
            done = asyncio.get_running_loop().time()
        seen = (await standin.stats())["times"][f"{number:04}"]
        lost.append((done - seen["end"]) / (seen["end"] - seen["first"]))

    assert min(lost) < 1


IMPORT_ALL = """
import importlib, json, os, pkgutil, sys, threading
events = []
def watch(name, args):
    if name == "socket.bind" and args[1][0] == "::1":
        return  # urllib3 tries out whether there is IPv6
    if name in ("socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.fork"):
        events.append([name, str(args)])
    elif name == "open" and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        # A descriptor was reported when it was opened by its path; compiled modules may be written.
        if not isinstance(args[0], int) and "__pycache__" not in str(args[0]):
            events.append([name, str(args[0])])
sys.addaudithook(watch)
import citewire
for module in pkgutil.walk_packages(citewire.__path__, "citewire."):
    importlib.import_module(module.name)
print(json.dumps({"events": events, "threads": threading.active_count()}))
"""


def test_importing_opens_and_starts_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, check=True, timeout=50
    )

    assert json.loads(run.stdout) == {"events": [], "threads": 1}
