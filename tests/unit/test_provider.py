"""What providers really send, over a real socket: each kind with what is right."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import numpy as np
import pytest
from llama_index.core.base.llms.types import ChatMessage

from citewire.errors import (
    ConfigurationError,
    ModelBusy,
    ModelError,
    ModelKeyRefused,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
    ModelUnpaid,
    OutOfTokens,
    PromptFiltered,
    ThoughtAloud,
    TooLongForModel,
)
from citewire.services.models.openai_chat import WireOpenAI
from citewire.services.models.openai_embedding import WireOpenAIEmbedding
from citewire.services.models.wire import Provider, open_provider
from citewire.workflows.run_context import RunContext
from tests.doubles.standin_fixtures import Standin, running_standin

Open = Callable[..., AbstractAsyncContextManager[Provider]]
QUESTION = [ChatMessage(role="user", content="How many ships came?")]
DONE = "data: [DONE]\n\n"
SOON_S = 15.0


@pytest.fixture(scope="module")
def standin_url() -> Iterator[str]:
    """A stand-in of these tests' own, for the servers of others keep connections to theirs."""
    with running_standin() as url:
        yield url


@pytest.fixture
def open_(standin: Standin) -> Open:
    """Open a provider on the stand-in, without retries."""

    @asynccontextmanager
    async def opened(below: str = "", **more: Any) -> AsyncGenerator[Provider, None]:
        patience = {"first_token_timeout_s": 5.0, "idle_timeout_s": 5.0, "retries": 0, **more}
        base_url = standin.base_url + below
        async with open_provider(base_url=base_url, api_key="sk-secret", **patience) as provider:
            yield provider

    return opened


def chat_model(provider: Provider, model: str = "some-model", **more: Any) -> WireOpenAI:
    return WireOpenAI(provider=provider, model=model, context_window=8000, max_tokens=100, **more)


def said(text: str, finish: str | None = None, **more: object) -> str:
    """A chunk that says something."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice], **more})}\n\n"


def thought(text: str, name: str = "reasoning_content") -> str:
    """A chunk of thinking beside the text."""
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': {name: text}}]})}\n\n"


def ends(finish: str) -> str:
    """A chunk that ends the answer."""
    chunk = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    return f"data: {json.dumps(chunk)}\n\n"


async def script(standin: Standin, *writes: str | float, **more: str) -> None:
    """Let every streamed answer be this."""
    latin = [one.encode().decode("latin-1") if isinstance(one, str) else one for one in writes]
    await standin.configure(scripts={"": {"writes": latin, **more}})


class Heard:
    """What was heard of an answer: text, facts of its end, and how often it was said to think."""

    def __init__(self) -> None:
        self.text = ""
        self.facts: dict[str, Any] = {}
        self.thinking = 0

    def _thinks(self) -> None:
        self.thinking += 1

    async def listen(self, provider: Provider, model: str = "some-model") -> "Heard":
        with RunContext().asking("answer", thinking=self._thinks):
            async with asyncio.timeout(SOON_S):
                async for read in await chat_model(provider, model).astream_chat(QUESTION):
                    self.text += read.delta or ""
                    self.facts = read.additional_kwargs
        return self


async def heard(open_: Open, **more: Any) -> Heard:
    async with open_(**more) as provider:
        return await Heard().listen(provider)


async def failure(open_: Open, **more: Any) -> tuple[ModelError, str]:
    """The error that an answer ends with, and what was said before."""
    so_far = Heard()
    async with open_(**more) as provider:
        with pytest.raises(ModelError) as caught:
            await so_far.listen(provider)
    assert "prose" not in str(caught.value)
    return caught.value, so_far.text


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        *((word, "stop") for word in ("stop", "STOP", "eos", "end_turn", "stop_sequence")),
        *((word, "stop") for word in ("complete", "COMPLETE")),
        *((word, "length") for word in ("length", "max_tokens", "MAX_TOKENS", "model_length")),
        *((word, "content_filter") for word in ("content_filter", "SAFETY", "RECITATION")),
        *((word, "content_filter") for word in ("PROHIBITED_CONTENT", "BLOCKLIST")),
        ("content_filter: SAFETY", "content_filter"),
    ],
)
async def test_a_good_end_is_one_of_a_list_in_any_case(
    standin: Standin, open_: Open, word: str, meaning: str
) -> None:
    await script(standin, said("Nine came."), ends(word), DONE)

    answer = await heard(open_)

    assert (answer.text, answer.facts["finish_reason"]) == ("Nine came.", meaning)


@pytest.mark.parametrize(
    "end",
    [
        *map(ends, ("error", "abort", "insufficient_system_resource", "tool_calls", "OTHER")),
        'data: {"object": "error", "message": "prose", "code": 400}\n\n',
        'data: {"error": {"message": "prose"}}\n\n',
        'data: {"error": "prose"}\n\n',
        'event: error\ndata: {"message": "prose"}\n\n',
        "event: error\n\n",
        'error: {"code": 500, "message": "prose"}\n\n',
        'data: {"choices": [{"index": 0, "delta": {"content": "ha\n\n',
    ],
)
async def test_every_other_end_is_an_error_after_the_part_that_was_said(
    standin: Standin, open_: Open, end: str
) -> None:
    await script(standin, said("Nine"), end, DONE)

    error, text = await failure(open_)

    assert text == "Nine"
    assert error.code in ("model_unavailable", "model_rejected")


async def test_done_without_a_finish_reason_is_a_good_end(standin: Standin, open_: Open) -> None:
    await script(standin, said("Nine came."), DONE)

    assert (await heard(open_)).text == "Nine came."


@pytest.mark.parametrize("end", ["close", "cut"])
async def test_a_body_that_just_ends_is_none(standin: Standin, open_: Open, end: str) -> None:
    await script(standin, said("Nine"), end=end)

    error, text = await failure(open_)

    assert (type(error), text) == (ModelUnavailable, "Nine")


async def test_a_body_that_breaks_off_among_finish_reasons_is_none(
    standin: Standin, open_: Open
) -> None:
    await script(standin, said("Nine", "stop"), said(" ships", "stop"), 0.05, end="cut")

    error, text = await failure(open_)

    assert (type(error), text) == (ModelUnavailable, "Nine ships")


@pytest.mark.parametrize("end", [DONE, ""])
async def test_a_finish_reason_and_usage_in_every_chunk_end_nothing(
    standin: Standin, open_: Open, end: str
) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 1}
    pieces = [said(piece, "stop", usage=usage) for piece in ("Nine", " ships", " came.")]
    await script(standin, *pieces, end)

    assert (await heard(open_)).text == "Nine ships came."


THINKING = {
    "tags": "<think>secret [1]</think>\n\nNine came.",
    "tags in the middle": "Nine <think>secret</think>came.",
    "other tags": "<thinking>secret</thinking>Nine came.",
    "harmony": "<|channel|>analysis<|message|>secret<|end|><|start|>assistant<|channel|>final"
    "<|message|>Nine came.",
    "harmony with a role": "<|start|>assistant<|channel|>analysis<|message|>secret<|end|>"
    "<|start|>assistant<|channel|>final<|message|>Nine came.<|return|>",
    "begins as thinking does": "Okay, secret\n</think>\n\nNine came.",
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("kind", THINKING)
async def test_thinking_is_taken_out_wherever_it_is_cut(
    standin: Standin, open_: Open, kind: str, size: int
) -> None:
    text = THINKING[kind]
    cuts = [said(text[start : start + size]) for start in range(0, len(text), size)]
    await script(standin, *cuts, ends("stop"), DONE)

    answer = await heard(open_)

    assert answer.text == "Nine came."
    assert answer.thinking == 1 or not text.startswith("<")


@pytest.mark.parametrize(
    "text",
    [
        "Write `<think>` to think.",
        "a < b, <b>bold</b> and <|odd|> and [1] and [THINK",
        "Okay. Nine came.",
        "Okay, nine came.",
    ],
)
async def test_what_only_looks_like_thinking_is_said(
    standin: Standin, open_: Open, text: str
) -> None:
    await script(standin, *map(said, text), ends("stop"), DONE)

    assert (await heard(open_)).text == text


async def test_thinking_without_a_beginning_is_known_by_the_next_time(
    standin: Standin, open_: Open
) -> None:
    await script(standin, said("Secret one"), 0.05, said(" two</think>Nine came."), DONE)

    async with open_() as provider:
        with pytest.raises(ThoughtAloud, match="CITEWIRE_THINKING=open"):
            await Heard().listen(provider)
        again = await Heard().listen(provider)
        other = Heard()
        with pytest.raises(ThoughtAloud):
            await other.listen(provider, "other-model")

    assert (again.text, again.thinking) == ("Nine came.", 1)


@pytest.mark.parametrize(
    ("model", "thinking"),
    [("some-model", "open"), ("deepseek-r1:8b", "auto"), ("QwQ-32B", "auto")],
)
async def test_thinking_without_a_beginning_is_held_where_it_is_expected(
    standin: Standin, open_: Open, model: str, thinking: str
) -> None:
    await script(standin, said("Secret one"), 0.05, said(" two</think>Nine came."), DONE)

    async with open_(thinking=thinking) as provider:
        assert (await Heard().listen(provider, model)).text == "Nine came."


async def test_what_is_held_is_said_if_the_server_parts_thinking_itself(
    standin: Standin, open_: Open
) -> None:
    await script(standin, thought("secret"), said("Nine"), 1.0, said(" came."), DONE)

    async with open_(thinking="open") as provider:
        answer = Heard()
        listening = asyncio.create_task(answer.listen(provider))
        await asyncio.sleep(0.5)
        assert (answer.text, answer.thinking) == ("Nine", 1)
        assert (await listening).text == "Nine came."


async def test_a_held_answer_without_thinking_is_said_at_its_end(
    standin: Standin, open_: Open
) -> None:
    await script(standin, said("Nine"), said(" came."), ends("stop"), DONE)

    assert (await heard(open_, thinking="open")).text == "Nine came."


async def test_a_model_that_does_not_think_any_more_is_streamed_again(
    standin: Standin, open_: Open
) -> None:
    async with open_() as provider:
        provider.habits("some-model").opens_itself = True
        await script(standin, said("Nine came."), ends("stop"), DONE)
        known = []
        for _ in range(3):
            await Heard().listen(provider)
            known.append(provider.habits("some-model").opens_itself)

    assert known == [True, True, False]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "thinking"])
async def test_thinking_for_longer_than_the_first_token_may_take_is_life(
    standin: Standin, open_: Open, name: str
) -> None:
    thoughts: Sequence[str | float] = [thought("secret", name), 0.2] * 5
    await script(standin, *thoughts, said("Nine came."), ends("stop"), DONE)

    answer = await heard(open_, first_token_timeout_s=0.5)

    assert (answer.text, answer.thinking) == ("Nine came.", 1)


async def test_empty_chunks_are_life_and_no_thinking(standin: Standin, open_: Open) -> None:
    empty: Sequence[str | float] = [said(""), 0.2] * 5
    await script(standin, *empty, said("Nine came."), ends("stop"), DONE)

    answer = await heard(open_, first_token_timeout_s=0.5)

    assert (answer.text, answer.thinking) == ("Nine came.", 0)


async def test_thinking_has_a_limit_of_its_own(standin: Standin, open_: Open) -> None:
    thoughts: Sequence[str | float] = [thought("secret"), 0.1] * 50
    await script(standin, *thoughts)

    error, _ = await failure(open_, first_token_timeout_s=0.3, thinking_timeout_s=1.0)

    assert isinstance(error, ModelTimeout)
    assert "CITEWIRE_THINKING_TIMEOUT_S" in str(error)


async def test_silence_while_thinking_is_silence(standin: Standin, open_: Open) -> None:
    await script(standin, thought("secret"), end="open")

    error, _ = await failure(open_, idle_timeout_s=0.3)

    assert "CITEWIRE_IDLE_TIMEOUT_S" in str(error)


@pytest.mark.parametrize("begin", [thought("secret"), said("<think>secret"), said("")])
async def test_no_tokens_left_for_an_answer_names_the_setting(
    standin: Standin, open_: Open, begin: str
) -> None:
    await script(standin, begin, ends("length"), DONE)

    error, _ = await failure(open_)

    assert isinstance(error, OutOfTokens)
    assert "CITEWIRE_THINKING_TOKENS" in str(error)


async def test_a_model_that_thinks_is_given_tokens_for_it(standin: Standin, open_: Open) -> None:
    await script(standin, thought("secret"), said("Nine came."), DONE)

    async with open_() as provider:
        model = chat_model(provider, thinking_tokens=900)
        for _ in range(2):
            [read async for read in await model.astream_chat(QUESTION)]

    assert [asked["body"]["max_tokens"] for asked in await standin.requests()] == [100, 1000]


@pytest.mark.parametrize("text", ["<think>secret</think>\nNine.", "secret</think>\nNine."])
async def test_thinking_is_taken_out_of_an_answer_in_one_piece(
    standin: Standin, open_: Open, text: str
) -> None:
    await standin.configure(aux_text=text)

    async with open_() as provider:
        answer = await chat_model(provider).achat(QUESTION)

    assert answer.message.content == "Nine."


@pytest.mark.parametrize(
    "odd",
    [
        "data:\n\n",
        "data: ping\n\n",
        "data: null\n\n",
        "data: []\n\n",
        'data: {"error": {}}\n\n',
        'data: {"error": ""}\n\n',
        'data: {"error": false}\n\n',
        'data: {"error": null, "choices": []}\n\n',
        "error: {}\n\n",
        ": keep-alive\n\n",
        'event: ping\ndata: {"type": "ping"}\n\n',
        'data: {"choices": [{"index": 1, "delta": {"content": "x"}}]}\n\n',
        'data: {"choices": [{"index": 1, "finish_reason": "abort"}]}\n\n',
    ],
)
async def test_what_means_nothing_is_skipped(standin: Standin, open_: Open, odd: str) -> None:
    await script(standin, odd, said("Nine"), odd, said(" came."), odd, ends("stop"), odd, DONE)

    assert (await heard(open_)).text == "Nine came."


async def test_an_event_over_two_lines_is_joined(standin: Standin, open_: Open) -> None:
    two = 'data: {"choices": [\ndata: {"index": 0, "delta": {"content": "Nine came."}}]}\n\n'
    await script(standin, two, ends("stop"), DONE)

    assert (await heard(open_)).text == "Nine came."


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        ("<html>Welcome</html>", "text/html", "web page"),
        ('{"detail": "Not Found"}', "application/json", "something else than a streamed answer"),
        ('{"error": {"code": "overloaded"}}', "application/json", "overloaded"),
        ('["odd"]', "application/json", "something else than a streamed answer"),
    ],
)
async def test_a_body_that_is_no_stream_is_told_as_what_it_is(
    standin: Standin, open_: Open, body: str, kind: str, told: str
) -> None:
    await script(standin, body, kind=kind)

    error, _ = await failure(open_)

    assert told in str(error)


async def test_an_answer_in_one_piece_is_an_answer(standin: Standin, open_: Open) -> None:
    choice = {"message": {"content": "Nine came."}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 2}
    await script(
        standin, json.dumps({"choices": [choice], "usage": usage}), kind="application/json"
    )

    answer = await heard(open_)

    assert answer.text == "Nine came."
    assert answer.facts == {"finish_reason": "stop", **usage}


MAX_TOKENS = {
    "message": "Unsupported parameter: 'max_tokens' is not supported with this model."
    " Use 'max_completion_tokens' instead.",
    "type": "invalid_request_error",
    "param": "max_tokens",
    "code": "unsupported_parameter",
}
TEMPERATURE = {
    "message": "Unsupported value: 'temperature' does not support 0.1 with this model.",
    "param": "temperature",
    "code": "unsupported_value",
}


async def test_options_that_a_model_refuses_are_left_out_from_then_on(
    standin: Standin, open_: Open
) -> None:
    await standin.configure(refuse={"max_tokens": MAX_TOKENS, "temperature": TEMPERATURE})

    async with open_() as provider:
        for _ in range(2):
            await Heard().listen(provider)

    bodies = [asked["body"] for asked in await standin.requests()]
    assert len(bodies) == 4  # one for each refusal, and two that were answered
    assert all(body["max_completion_tokens"] == 100 for body in bodies[2:])
    assert not any({"max_tokens", "temperature"} & set(body) for body in bodies[2:])
    assert all("stream_options" in body for body in bodies)


async def test_the_newer_name_of_an_option_is_given_up_too(standin: Standin, open_: Open) -> None:
    await standin.configure(refuse={"max_completion_tokens": {"message": "max_completion_tokens?"}})

    async with open_() as provider:
        model = chat_model(provider, length_option="max_completion_tokens")
        [read async for read in await model.astream_chat(QUESTION)]

    assert (await standin.requests())[-1]["body"]["max_tokens"] == 100


async def test_settings_spare_the_first_request(standin: Standin, open_: Open) -> None:
    async with open_() as provider:
        model = chat_model(provider, length_option="max_completion_tokens", temperature=None)
        [read async for read in await model.astream_chat(QUESTION)]

    [asked] = await standin.requests()
    assert asked["body"]["max_completion_tokens"] == 100
    assert not {"max_tokens", "temperature"} & set(asked["body"])


async def test_a_refusal_that_nothing_helps_teaches_nothing(standin: Standin, open_: Open) -> None:
    await standin.configure(fail="400", fail_error={"message": "temperature? max_tokens?"})

    async with open_() as provider:
        with pytest.raises(ModelRejected):
            await Heard().listen(provider)
        await standin.configure(fail="")
        await Heard().listen(provider)

    last = (await standin.requests())[-1]["body"]
    assert {"temperature", "max_tokens", "stream_options"} <= set(last)


def embedding(provider: Provider) -> WireOpenAIEmbedding:
    return WireOpenAIEmbedding(provider=provider, model_name="text-embedding-3-small")


@pytest.mark.parametrize("message", ["encoding_format must be float", "base64 is not supported"])
async def test_vectors_in_base64_are_given_up_where_they_are_refused(
    standin: Standin, open_: Open, message: str
) -> None:
    await standin.configure(refuse={"encoding_format": {"message": message}}, embed_lists=True)

    async with open_() as provider:
        for _ in range(2):
            await embedding(provider).aget_query_embedding("rain")

    asked = ["encoding_format" in one["body"] for one in await standin.requests()]
    assert asked == [True, False, False]


async def test_a_question_longer_than_the_embedding_model_takes_is_embedded_in_pieces(
    standin: Standin, open_: Open
) -> None:
    question = " ".join(f"ships{i}" for i in range(300))
    async with open_() as provider:
        model = embedding(provider)
        whole = np.asarray(await model.aget_query_embedding(question))
        await standin.configure(embed_limit=1000)
        mean = np.asarray(await model.aget_query_embedding(question))
        batch = await model.aget_text_embedding_batch(["rain", question])

    assert float(whole @ mean) > 0.9
    assert float(np.linalg.norm(mean)) == pytest.approx(1.0)
    assert np.allclose(batch[1], mean)


async def test_a_text_that_is_too_long_in_pieces_too_has_words_of_its_own(
    standin: Standin, open_: Open
) -> None:
    await standin.configure(embed_limit=10)

    async with open_() as provider:
        with pytest.raises(TooLongForModel, match="shorten it"):
            await embedding(provider).aget_query_embedding("ships and harbours " * 20)


@pytest.mark.parametrize(
    ("status", "error", "kind_told"),
    [
        ("400", {"code": "context_length_exceeded"}, (TooLongForModel, "CONTEXT_WINDOW")),
        ("400", {"message": "maximum context length is 8 tokens"}, (TooLongForModel, "longer")),
        ("400", {"type": "exceed_context_size_error"}, (TooLongForModel, "longer")),
        ("413", {"message": "prose"}, (TooLongForModel, "longer")),
        ("402", {"message": "prose"}, (ModelUnpaid, "billing")),
        ("429", {"code": "insufficient_quota"}, (ModelUnpaid, "quota")),
        ("400", {"code": "content_filter"}, (PromptFiltered, "content filter")),
        ("404", {"code": "model_not_found"}, (ModelRejected, "CITEWIRE_MODEL")),
        ("404", {"message": "model 'x' not found, pull it"}, (ModelRejected, "CITEWIRE_MODEL")),
        ("404", "prose", (ModelRejected, "/v1")),
        ("403", {"code": "forbidden"}, (ModelKeyRefused, "OPENAI_API_KEY")),
        ("429", {"message": "too many tokens per minute"}, (ModelBusy, "limits")),
    ],
)
async def test_each_refusal_has_words_of_its_own(
    standin: Standin, open_: Open, status: str, error: object, kind_told: tuple[type, str]
) -> None:
    kind, told = kind_told
    await standin.configure(fail=status, fail_error=error)

    caught, _ = await failure(open_)

    assert type(caught) is kind or (kind is ModelRejected and isinstance(caught, kind))
    assert told in str(caught)


@pytest.mark.parametrize(
    "writes",
    [
        [said("Nine"), said(" came."), ends("stop")],
        [said("Nine"), said(" came.", "stop")],
        [said("Nine came.", "stop"), 'data: {"choices": [], "usage": {"prompt_tokens": 1}}\n\n'],
    ],
)
async def test_a_goodbye_that_does_not_come_is_waited_for_shortly(
    standin: Standin, open_: Open, writes: list[str]
) -> None:
    await script(standin, *writes, end="open")

    async with asyncio.timeout(4):
        answer = await heard(open_, idle_timeout_s=30)

    assert (answer.text, answer.facts["finish_reason"]) == ("Nine came.", "stop")


@pytest.mark.parametrize("count", [7, 7.0, "7", "7.0"])
async def test_usage_is_read_as_it_is_told(standin: Standin, open_: Open, count: object) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": count, "total_tokens": None}
    await script(standin, said("Nine."), ends("stop"), said("", usage=usage), DONE)

    facts = (await heard(open_)).facts

    assert (facts["prompt_tokens"], facts["completion_tokens"]) == (7, 7)


async def test_vectors_without_an_index_are_in_order(standin: Standin, open_: Open) -> None:
    one, two = ([float(i == place) for i in range(1536)] for place in (0, 1))
    vectors = [{"index": None, "embedding": one}, {"index": None, "embedding": two}]
    await standin.configure(embed_data=vectors)

    async with open_() as provider:
        found = await embedding(provider).aget_text_embedding_batch(["a", "b"])

    assert [list(vector) for vector in found] == [one, two]


@pytest.mark.parametrize(
    ("below", "told"),
    [
        ("/chat/completions", r"without /chat/completions: set it to http.*/v1$"),
        ("/embeddings/", "without /embeddings"),
        ("?api-version=1", "query"),
        ("#v1", "fragment"),
    ],
)
async def test_a_base_url_that_cannot_be_right_is_told_with_the_fix(
    open_: Open, below: str, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        async with open_(below):
            pass
