"""OpenAI's own client asks the service, over a real socket: answers, citations, errors, leaving."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from tests.doubles.chat_client import ChatClient
from tests.doubles.corpus import QUILLMERE_2023
from tests.doubles.server_fixtures import Server
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "🚢 Quillmere counted 538 ships in 2023 [1]."


@pytest.fixture
async def client(server: Server, chat: ChatClient) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key="unused", max_retries=0
    ) as client:
        yield client


def asked(*said: str) -> Any:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]


async def test_the_models_are_listed(client: openai.AsyncOpenAI) -> None:
    listed = [model async for model in client.models.list()]

    assert [model.id for model in listed] == ["citewire", "citewire-private"]
    assert await client.models.retrieve("citewire-private") == listed[1]
    with pytest.raises(openai.NotFoundError) as missing:
        await client.models.retrieve("gpt-4")
    assert missing.value.code == "model_not_found"


async def test_the_private_model_answers_from_ones_own_reports(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)
    answer = await client.chat.completions.create(
        model="citewire-private", messages=asked(QUESTION)
    )

    assert answer.model == "citewire-private"
    assert len(answer.choices[0].message.annotations or []) == 1


async def test_an_answer_in_one_piece_has_its_citations_with_page_quote_and_verdict(
    client: openai.AsyncOpenAI, standin: Standin, server: Server
) -> None:
    await standin.configure(text=ANSWER)

    answer = await client.chat.completions.create(model="citewire", messages=asked(QUESTION))

    [choice] = answer.choices
    text = choice.message.content or ""
    assert (text, choice.finish_reason) == (ANSWER, "stop")
    [annotation] = choice.message.annotations or []
    cited = annotation.url_citation.model_dump()
    assert text[cited["start_index"] : cited["end_index"]] == "[1]"
    assert text[cited["claim_start_index"] : cited["claim_end_index"]].startswith("🚢 Quillmere")
    assert cited["title"] == f"{QUILLMERE_2023.title}, p. A-4"
    assert cited["url"].startswith(f"{server.url}/#/passage/{QUILLMERE_2023.passage_id}/")
    assert (cited["page"], cited["verdict"]) == (4, "supported")
    assert cited["quote"] in QUILLMERE_2023.text
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_a_stream_says_the_same(client: openai.AsyncOpenAI, standin: Standin) -> None:
    await standin.configure(text=ANSWER)
    whole = await client.chat.completions.create(model="citewire", messages=asked(QUESTION))
    stream = await client.chat.completions.create(
        model="citewire",
        messages=asked(QUESTION),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]

    *told, counted = chunks
    deltas: list[Any] = [chunk.choices[0].delta for chunk in told]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    [annotation] = deltas[-1].annotations
    assert whole.choices[0].message.annotations
    assert (
        annotation["url_citation"]
        == whole.choices[0].message.annotations[0].url_citation.model_dump()
    )
    assert [chunk.choices[0].finish_reason for chunk in told[-2:]] == [None, "stop"]
    assert (counted.choices, counted.usage) == ([], whole.usage)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_what_was_said_before_is_what_the_client_sends(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    before = ("Tell me of Quillmere harbour.", "It counted 412 ships in 2023 [1].")
    await client.chat.completions.create(model="citewire", messages=asked(*before, "And in 2022?"))

    prompts = str(await standin.requests())
    assert all(text in prompts for text in before)


async def test_nothing_is_kept_of_it(
    client: openai.AsyncOpenAI, chat: ChatClient, standin: Standin
) -> None:
    before = (await chat.http.get("/chats", params={"limit": 100})).json()
    await client.chat.completions.create(model="citewire", messages=asked(QUESTION))

    assert (await chat.http.get("/chats", params={"limit": 100})).json() == before


async def test_a_turn_in_a_named_chat_is_kept(
    client: openai.AsyncOpenAI, chat: ChatClient, standin: Standin
) -> None:
    chat_id = (await chat.http.post("/chats", json={})).json()["chat_id"]
    answer = await client.chat.completions.create(
        model="citewire", messages=asked(QUESTION), extra_body={"chat_id": chat_id}
    )

    [question, kept] = (await chat.http.get(f"/chats/{chat_id}")).json()["turns"]
    assert (question["text"], kept["text"]) == (QUESTION, answer.choices[0].message.content)


async def test_leaving_closes_the_models_stream(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    stream = await client.chat.completions.create(
        model="citewire", messages=asked(QUESTION), stream=True
    )
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    await stream.close()

    await standin.until(aborted=1, open=0)


async def test_a_failing_model_is_an_error_of_the_stream(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(fail="400", fail_kind="chat")
    stream = await client.chat.completions.create(
        model="citewire", messages=asked(QUESTION), stream=True
    )
    with pytest.raises(openai.APIError) as failed:
        _ = [chunk async for chunk in stream]

    assert failed.value.code == "model_rejected"


async def test_a_failing_model_is_a_bad_gateway_in_one_piece(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(fail="400", fail_kind="chat")
    with pytest.raises(openai.APIStatusError) as failed:
        await client.chat.completions.create(model="citewire", messages=asked(QUESTION))

    assert (failed.value.status_code, failed.value.code) == (502, "model_rejected")


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"model": "gpt-4"}, openai.NotFoundError, "model_not_found"),
        ({"messages": []}, openai.BadRequestError, "invalid_request"),
        ({"messages": asked("a", "b")}, openai.BadRequestError, "invalid_request"),
        ({"model": "citewire-0123456789ab"}, openai.NotFoundError, "model_not_found"),
        ({"n": 2}, openai.BadRequestError, "invalid_request"),
        (
            {"response_format": {"type": "json_object"}},
            openai.BadRequestError,
            "invalid_request",
        ),
        (
            {
                "model": "citewire-private",
                "extra_body": {"filters": {"collections": ["f" * 12]}},
            },
            openai.BadRequestError,
            "invalid_request",
        ),
        ({"extra_body": {"chat_id": "f" * 32}}, openai.NotFoundError, "chat_not_found"),
        ({"messages": asked("x" * 9000)}, openai.BadRequestError, "invalid_request"),
    ],
)
async def test_what_cannot_be_asked_is_refused_in_openais_words(
    client: openai.AsyncOpenAI,
    changed: dict[str, Any],
    error: type[openai.APIStatusError],
    code: str,
) -> None:
    with pytest.raises(error) as refused:
        await client.chat.completions.create(
            **{"model": "citewire", "messages": asked(QUESTION), **changed}
        )

    assert refused.value.code == code
    assert refused.value.message


async def test_pictures_are_refused_and_pieces_of_text_are_read(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    text = {"type": "text", "text": QUESTION}
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    said: Any = [{"role": "user", "content": [text]}]
    answer = await client.chat.completions.create(model="citewire", messages=said)
    assert answer.choices[0].message.content

    said = [{"role": "user", "content": [text, picture]}]
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="citewire", messages=said)
