"""The OpenAI models over a real socket: text, faults, retries, leaving."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from email.utils import formatdate
from time import time

import numpy as np
import orjson
import pytest
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.prompts import PromptTemplate

from citewire.errors import (
    ConfigurationError,
    ModelBusy,
    ModelError,
    ModelKeyRefused,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from citewire.services.models.decoder import ChatDecoder
from citewire.services.models.openai_chat import WireOpenAI
from citewire.services.models.openai_embedding import WireOpenAIEmbedding
from citewire.services.models.wire import Provider, open_provider
from citewire.workflows.run_context import RunContext
from citewire.workflows.synthesiser import CUTS
from tests.doubles.growth import NOT_QUADRATIC, growth
from tests.doubles.standin_fixtures import Standin, running_standin

QUESTION = [ChatMessage(role="user", content="What happened in 2023?")]
TEXT = "Grüße — 日本語 🎉\n\n  two  spaces, \r\n a [1] marker and \\n\\n escapes. " * 3
FAULTS: dict[str, type[ModelError]] = {
    "400": ModelRejected,
    "401": ModelKeyRefused,
    "404": ModelRejected,
    "429": ModelBusy,
    "500": ModelUnavailable,
    "drop": ModelUnavailable,
    "hang": ModelTimeout,
}
SOON_S = 15.0
"""Long before what hangs, or asks for patience, would have its way; long after any other end."""
Open = Callable[..., AbstractAsyncContextManager[Provider]]


@pytest.fixture(scope="module")
def standin_url() -> Iterator[str]:
    """A stand-in of these tests' own, for the servers of others keep connections to theirs."""
    with running_standin() as url:
        yield url


@pytest.fixture
def open_(standin: Standin) -> Open:
    """Open a provider on the stand-in, impatient and without retries unless told otherwise."""

    @asynccontextmanager
    async def opened(
        retries: int = 0, first_token_timeout_s: float = 0.5, idle_timeout_s: float = 0.3
    ) -> AsyncGenerator[Provider, None]:
        async with open_provider(
            base_url=standin.base_url,
            api_key="sk-secret",
            retries=retries,
            first_token_timeout_s=first_token_timeout_s,
            idle_timeout_s=idle_timeout_s,
        ) as provider:
            yield provider

    return opened


@pytest.fixture
async def provider(open_: Open) -> AsyncIterator[Provider]:
    async with open_(first_token_timeout_s=10, idle_timeout_s=10) as provider:
        yield provider


def chat_model(provider: Provider, model: str = "gpt-4o-mini") -> WireOpenAI:
    return WireOpenAI(provider=provider, model=model, context_window=8000, max_tokens=100)


def embedding(
    provider: Provider, model_name: str = "text-embedding-3-small"
) -> WireOpenAIEmbedding:
    return WireOpenAIEmbedding(provider=provider, model_name=model_name)


async def read_all(provider: Provider) -> list[ChatResponse]:
    return [read async for read in await chat_model(provider).astream_chat(QUESTION)]


async def read_into(said: list[str], provider: Provider) -> None:
    async for read in await chat_model(provider).astream_chat(QUESTION):
        said.append(read.delta or "")


def sse(line_end: str) -> bytes:
    chunks = [{"choices": [{"delta": {"content": piece}}]} for piece in TEXT.split(" ")]
    lines = [": a comment", "event: message"]
    lines += [f"data: {orjson.dumps(chunk).decode()}{line_end}" for chunk in chunks]
    return (line_end.join([*lines, "data: [DONE]", ""])).encode()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_decoder_gives_the_same_pieces_for_any_cut_of_the_bytes(line_end: str, size: int) -> None:
    data = sse(line_end)
    decoder = ChatDecoder("m")

    parts = [p for i in range(0, len(data), size) for p in decoder.feed(data[i : i + size])]

    assert parts == [piece for piece in TEXT.split(" ") if piece]
    assert decoder.done


def chunk(delta: object, **more: object) -> str:
    return json.dumps({"choices": [{"delta": delta, **more}]})


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        ([chunk({"content": [{"type": "thinking"}, {"type": "text", "text": "ab"}]})], "ab"),
        ([chunk({"content": 5}), chunk({"content": "b"})], "b"),
        ([chunk({"content": None, "refusal": "I may not."})], "I may not."),
        ([chunk("odd"), json.dumps({"choices": "odd"}), chunk({"content": "c"})], "c"),
        (['{"choices": [7]}', chunk({"content": "c"}, finish_reason={"odd": 1})], "c"),
        ([chunk({"content": "a\ud83d"}), chunk({"content": "\ude00b"})], "a😀b"),
        ([chunk({"content": "a\ud83d"}), chunk({}), chunk({"content": "\ude00b"})], "a😀b"),
        ([chunk({"content": "a\ud83d"}), chunk({"content": "b"})], "a\ufffdb"),
        ([chunk({"content": "\ude00b"})], "\ufffdb"),
    ],
)
def test_decoder_makes_the_best_of_odd_chunks(chunks: list[str], text: str) -> None:
    decoder = ChatDecoder("m")

    parts = [part for one in chunks for part in decoder.feed(f"data: {one}\n\n".encode())]

    assert "".join(parts) == text
    assert decoder.failure is None


def test_decoder_cost_is_linear_in_a_line_that_comes_in_drops() -> None:
    def decode(size: int) -> None:
        line = b"data: " + orjson.dumps({"choices": [{"delta": {"content": "x" * size}}]})
        decoder = ChatDecoder("m")
        for i in range(0, len(line), 20):
            decoder.feed(line[i : i + 20])
        (piece,) = decoder.feed(b"\n")
        assert len(piece) == size

    assert growth(decode, 500_000, 2_000_000) < NOT_QUADRATIC


@pytest.mark.parametrize("cut", [1, 2, 5, 1000])
async def test_streamed_pieces_are_the_providers_and_join_to_its_text(
    standin: Standin, provider: Provider, cut: int
) -> None:
    await standin.configure(text=TEXT, cut=cut)

    *reads, last = await read_all(provider)

    cuts = [cut for read in reads for cut in read.additional_kwargs[CUTS]]
    assert cuts == [TEXT[i : i + cut] for i in range(0, len(TEXT), cut)]
    assert "".join(read.delta or "" for read in reads) == TEXT
    assert last.delta == ""


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_last_response_says_how_it_ended_and_what_it_cost(
    standin: Standin, provider: Provider, reason: str
) -> None:
    await standin.configure(tokens=7, finish=reason)

    last = (await read_all(provider))[-1]

    counts = {"finish_reason": reason, "prompt_tokens": 100, "completion_tokens": 7}
    assert last.additional_kwargs == counts


async def test_server_that_refuses_stream_options_is_asked_without_from_then_on(
    standin: Standin, provider: Provider
) -> None:
    await standin.configure(refuse_stream_options=True)

    await read_all(provider)
    await read_all(provider)

    asked = ["stream_options" in request["body"] for request in await standin.requests()]
    assert asked == [True, False, False]


async def test_connection_is_used_again_after_a_complete_answer(
    standin: Standin, provider: Provider
) -> None:
    for _ in range(3):
        await read_all(provider)
        await asyncio.sleep(0.02)

    assert (await standin.stats())["connections"] == 2  # ours and the one that asks


@pytest.mark.parametrize("fault", FAULTS)
async def test_fault_before_the_first_token_is_the_right_error_in_time(
    standin: Standin, open_: Open, fault: str
) -> None:
    await standin.configure(fail=fault, fail_kind="chat", fail_after=-1)

    async with open_() as provider, asyncio.timeout(SOON_S):
        with pytest.raises(FAULTS[fault]) as caught:
            await read_all(provider)

    assert "sk-secret" not in str(caught.value)
    assert "prose" not in str(caught.value)


@pytest.mark.parametrize("fault", FAULTS)
async def test_fault_while_condensing_is_the_right_error_in_time(
    standin: Standin, open_: Open, fault: str
) -> None:
    await standin.configure(fail=fault, fail_kind="aux")

    async with open_() as provider, asyncio.timeout(SOON_S):
        with pytest.raises(FAULTS[fault]):
            await chat_model(provider).apredict(PromptTemplate("condense {q}"), q="it")


@pytest.mark.parametrize("fault", FAULTS)
async def test_fault_while_embedding_is_the_right_error_in_time(
    standin: Standin, open_: Open, fault: str
) -> None:
    await standin.configure(fail=fault, fail_kind="embed")

    async with open_() as provider, asyncio.timeout(SOON_S):
        with pytest.raises(FAULTS[fault]):
            await embedding(provider).aget_query_embedding("rain")


@pytest.mark.parametrize(
    ("fault", "error"),
    [("drop", ModelUnavailable), ("error", ModelUnavailable), ("hang", ModelTimeout)],
)
async def test_fault_in_mid_stream_comes_after_the_text_and_is_not_retried(
    standin: Standin, open_: Open, fault: str, error: type[ModelError]
) -> None:
    await standin.configure(fail=fault, fail_kind="chat", fail_after=4, inter_delay=0.005)
    said: list[str] = []

    async with open_(retries=3) as provider:
        with pytest.raises(error):
            await read_into(said, provider)

    assert "".join(said) == "the report shows that"
    assert (await standin.stats())["started"] == 1


async def test_refused_connection_says_what_to_check() -> None:
    async with open_provider(
        base_url="http://127.0.0.1:9/v1",
        api_key="",
        retries=0,
        first_token_timeout_s=2,
        idle_timeout_s=1,
    ) as provider:
        with pytest.raises(ModelUnavailable, match="OPENAI_BASE_URL"):
            await read_all(provider)


async def test_used_up_quota_is_not_tried_again(standin: Standin, open_: Open) -> None:
    await standin.configure(fail="429", fail_code="insufficient_quota")

    async with open_(retries=3) as provider:
        with pytest.raises(ModelRejected, match="quota"):
            await read_all(provider)

    assert (await standin.stats())["failed"] == 1


@pytest.mark.parametrize("fault", ["429", "500", "drop"])
async def test_passing_fault_is_retried_and_announced(
    standin: Standin, open_: Open, fault: str
) -> None:
    await standin.configure(fail=fault, fail_times=2, fail_after=0, retry_after="0", tokens=3)
    announced: list[bool] = []
    said: list[str] = []

    async with open_(retries=2, first_token_timeout_s=10) as provider:
        with RunContext().asking("answer", lambda: announced.append(True)):
            await read_into(said, provider)

    assert "".join(said) == "the report shows"
    assert len(announced) == 2


@pytest.mark.parametrize("retry_after", ["1", "date"])
async def test_retry_waits_as_long_as_the_provider_asks(
    standin: Standin, open_: Open, retry_after: str
) -> None:
    not_before = int(time()) + 2
    wait = formatdate(not_before, usegmt=True) if retry_after == "date" else retry_after
    await standin.configure(fail="429", fail_times=1, retry_after=wait)
    asked = time()

    async with open_(retries=1, first_token_timeout_s=10) as provider, asyncio.timeout(SOON_S):
        await embedding(provider).aget_query_embedding("rain")

    assert time() >= (not_before if retry_after == "date" else asked + int(retry_after))


async def test_wait_beyond_the_deadline_is_told_instead_of_waited_for(
    standin: Standin, open_: Open
) -> None:
    await standin.configure(fail="429", retry_after="30")

    async with open_(retries=5) as provider, asyncio.timeout(SOON_S):
        with pytest.raises(ModelBusy) as caught:
            await read_all(provider)

    assert caught.value.retry_after_s == 30
    assert (await standin.stats())["failed"] == 1


async def test_slow_reader_is_not_taken_for_a_silent_provider(
    standin: Standin, open_: Open
) -> None:
    await standin.configure(tokens=4, inter_delay=0.01)
    said: list[str] = []

    async with open_(idle_timeout_s=0.1) as provider:
        async for read in await chat_model(provider).astream_chat(QUESTION):
            said.append(read.delta or "")
            await asyncio.sleep(0.25)

    assert "".join(said) == "the report shows that"


async def test_closing_after_some_tokens_closes_the_providers_socket(
    standin: Standin, provider: Provider
) -> None:
    await standin.configure(tokens=200, inter_delay=0.03)
    question = [ChatMessage(role="user", content="cid0001")]
    taken = 0

    async with aclosing(await chat_model(provider).astream_chat(question)) as reads:
        async for read in reads:
            taken += len(read.additional_kwargs[CUTS])
            if taken >= 3:
                break
    seen = await standin.until(aborted=1, open=0, connections=1)

    assert seen["tokens"] <= taken + 1


@pytest.mark.parametrize(("delays", "k"), [({"first_delay": 30}, 0), ({"inter_delay": 30}, 1)])
async def test_cancelling_the_wait_closes_the_providers_socket(
    standin: Standin, provider: Provider, delays: dict[str, float], k: int
) -> None:
    await standin.configure(**delays)
    said: list[str] = []
    task = asyncio.create_task(read_into(said, provider))
    await standin.until(open=1, tokens=k)
    await asyncio.sleep(0.05)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await standin.until(aborted=1, open=0, connections=1)


@pytest.mark.parametrize("kind", ["aux", "embed"])
async def test_cancelling_a_request_without_stream_closes_its_socket(
    standin: Standin, provider: Provider, kind: str
) -> None:
    await standin.configure(aux_delay=30, embed_delay=30)
    ask = (
        chat_model(provider).achat(QUESTION)
        if kind == "aux"
        else embedding(provider).aget_query_embedding("rain")
    )
    task = asyncio.ensure_future(ask)
    await standin.until(**{"aux" if kind == "aux" else "embeds": 1})

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await standin.until(aux_aborted=1, connections=1)


async def test_fifty_streams_of_which_half_leave_end_with_no_connection_left(
    standin: Standin, open_: Open
) -> None:
    await standin.configure(tokens=30, inter_delay=0.01)

    async def run(provider: Provider, *, leaves: bool) -> None:
        async with aclosing(await chat_model(provider).astream_chat(QUESTION)) as reads:
            async for _ in reads:
                if leaves:
                    break

    async with open_(first_token_timeout_s=10, idle_timeout_s=10) as provider:
        async with asyncio.TaskGroup() as group:
            for i in range(50):
                group.create_task(run(provider, leaves=i % 2 == 0))
        seen = await standin.until(open=0, completed=25, aborted=25)
        assert seen["max_open"] == 50

    await standin.until(connections=1)


async def test_nothing_is_asked_of_the_provider_before_the_stream_is_read(
    standin: Standin, provider: Provider
) -> None:
    await (await chat_model(provider).astream_chat(QUESTION)).aclose()

    assert (await standin.stats())["started"] == 0


async def test_models_of_unknown_names_work_with_sizes_given(
    standin: Standin, provider: Provider
) -> None:
    await standin.configure(embed_dims=96)
    llm = chat_model(provider, "qwen3:8b")
    embed = WireOpenAIEmbedding(provider=provider, model_name="nomic-embed-text", dims=96)

    answer = await llm.achat(QUESTION)
    vector = await embed.aget_query_embedding("rain")

    assert (answer.message.content or "").endswith("2023?")
    assert llm.metadata.context_window == 8000
    assert len(vector) == embed.dims == 96
    assert "dimensions" not in (await standin.requests())[-1]["body"]


async def test_unknown_sizes_are_errors_that_name_the_setting(provider: Provider) -> None:
    with pytest.raises(ConfigurationError, match="CITEWIRE_CONTEXT_WINDOW"):
        WireOpenAI(provider=provider, model="qwen3:8b")
    with pytest.raises(ConfigurationError, match="CITEWIRE_EMBED_DIM"):
        embedding(provider, "nomic-embed-text")


async def test_vectors_are_the_same_as_base64_and_as_lists(
    standin: Standin, provider: Provider
) -> None:
    packed = await embedding(provider).aget_query_embedding("rain in\nBern")
    await standin.configure(embed_lists=True)

    assert list(await embedding(provider).aget_query_embedding("rain in Bern")) == list(packed)


NAN = base64.b64encode(np.full(1536, np.nan, "<f4").tobytes()).decode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([{"index": 0, "embedding": NAN}], "without direction"),
        ([{"index": 0, "embedding": [0.0] * 1536}], "without direction"),
        ([{"index": 0, "embedding": [3e38] * 1536}], "without direction"),
        ([{"index": 0, "embedding": None}], "no vector"),
        ([{"index": 0, "embedding": 5}], "no vector"),
        ([{"index": "odd", "embedding": NAN}], "no vectors"),
        (["a"], "no vectors"),
        ({"a": 1}, "no vectors"),
        (7, "no vectors"),
    ],
)
async def test_vectors_that_are_none_are_refused(
    standin: Standin, provider: Provider, data: object, told: str
) -> None:
    await standin.configure(embed_data=data)

    with pytest.raises(ModelError, match=told) as caught:
        await embedding(provider).aget_query_embedding("rain in Bern")

    assert "CITEWIRE_EMBED_DIM" not in str(caught.value)


async def test_texts_are_embedded_in_order_and_in_batches(
    standin: Standin, provider: Provider
) -> None:
    texts = [f"passage {i} {'x' * 90_000}" for i in range(9)]
    model = WireOpenAIEmbedding(
        provider=provider, model_name="text-embedding-3-large", dims=256, embed_batch_size=4
    )

    vectors = await model.aget_text_embedding_batch(texts)

    alone = [list(await model.aget_query_embedding(text)) for text in texts]
    assert [list(vector) for vector in vectors] == alone
    assert (await standin.stats())["embeds"] == 3 + len(texts)


async def test_vectors_of_another_size_are_an_error_that_names_the_setting(
    standin: Standin, provider: Provider
) -> None:
    await standin.configure(embed_dims=64)

    with pytest.raises(ModelError, match="CITEWIRE_EMBED_DIM=64"):
        await embedding(provider).aget_query_embedding("rain")
