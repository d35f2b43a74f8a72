"""OpenAI's own client asks for responses, over a socket: events, citations, errors, leaving."""

import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from citewire.api.compat.responses_schemas import RESULTS
from tests.doubles.chat_client import ChatClient
from tests.doubles.corpus import QUILLMERE_2023
from tests.doubles.server_fixtures import Server
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "🚢 Quillmere counted 538 ships in 2023 [1]."
PREFIX = "response."


@pytest.fixture
async def client(server: Server, chat: ChatClient) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key="unused", max_retries=0
    ) as client:
        yield client


async def ask(client: openai.AsyncOpenAI, said: Any = QUESTION, **more: Any) -> Any:
    return await client.responses.create(**{"model": "citewire", "input": said, **more})


async def told(client: openai.AsyncOpenAI, said: Any = QUESTION, **more: Any) -> list[Any]:
    return [event async for event in await ask(client, said, stream=True, **more)]


async def test_a_response_is_what_was_found_and_the_answer_with_its_citations(
    client: openai.AsyncOpenAI, standin: Standin, server: Server
) -> None:
    await standin.configure(text=ANSWER)

    response = await ask(client, include=[RESULTS], metadata={"of": "me"})

    search, message = response.output
    assert (response.output_text, response.status, response.error) == (ANSWER, "completed", None)
    assert (search.type, search.status, search.queries) == (
        "file_search_call",
        "completed",
        [QUESTION],
    )
    first = search.results[0]
    assert (first.file_id, first.text) == (QUILLMERE_2023.doc_id, QUILLMERE_2023.text)
    assert first.attributes["page_label"] == "A-4"
    [link, file] = message.content[0].annotations
    assert ANSWER[link.start_index : link.end_index] == "[1]"
    assert link.url.startswith(f"{server.url}/#/passage/{QUILLMERE_2023.passage_id}/")
    assert (file.type, file.file_id, file.index) == (
        "file_citation",
        first.file_id,
        link.start_index,
    )
    for annotation in (link, file):
        assert (annotation.page, annotation.verdict) == (4, "supported")
        assert annotation.passage_id == QUILLMERE_2023.passage_id
        assert annotation.quote in QUILLMERE_2023.text
    assert response.metadata == {"of": "me"}
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


async def test_passages_are_told_only_to_who_wants_them(client: openai.AsyncOpenAI) -> None:
    response = await ask(client)

    assert response.output[0].results is None


async def test_a_stream_has_the_events_in_openais_order(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)

    events = await told(client)

    names = [event.type.removeprefix(PREFIX) for event in events]
    once = list(dict.fromkeys(names))
    assert once == [
        *("created", "in_progress", "output_item.added"),
        *("file_search_call.in_progress", "file_search_call.searching"),
        *("file_search_call.completed", "output_item.done"),
        *("content_part.added", "output_text.delta", "output_text.annotation.added"),
        *("output_text.done", "content_part.done", "completed"),
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert names.count("output_item.added") == names.count("output_item.done") == 2


async def test_the_clients_own_accumulator_comes_to_the_same_response(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)
    whole = await ask(client)

    async with client.responses.stream(model="citewire", input=QUESTION) as stream:
        said = "".join(
            [event.delta async for event in stream if event.type == "response.output_text.delta"]
        )
        final = await stream.get_final_response()

    assert (said, final.output_text, final.usage) == (ANSWER, ANSWER, whole.usage)
    annotations = final.output[1].content[0].annotations  # type: ignore[union-attr, index]
    assert annotations == whole.output[1].content[0].annotations


async def test_deltas_make_up_what_the_parts_say(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)
    events = {event.type.removeprefix(PREFIX): event for event in await told(client)}

    assert events["output_text.done"].text == ANSWER
    assert events["content_part.done"].part.text == ANSWER
    assert events["completed"].response.output_text == ANSWER
    assert events["created"].response.status == "in_progress"


async def test_what_an_answer_gave_can_be_sent_back_with_the_next_question(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    first = await ask(client, "Tell me of Quillmere harbour.", include=[RESULTS])
    await standin.configure(text="It counted 412 ships in 2022.")
    said: list[Any] = [{"role": "user", "content": "Tell me of Quillmere harbour."}]
    said += [item.model_dump() for item in first.output]
    said.append({"role": "user", "content": [{"type": "input_text", "text": "And in 2022?"}]})

    await ask(client, said)

    prompts = str(await standin.requests())
    assert "Tell me of Quillmere harbour." in prompts
    assert first.output_text in prompts


async def test_without_a_search_there_is_none(client: openai.AsyncOpenAI) -> None:
    response = await ask(client, "Thank you!")

    assert [item.type for item in response.output] == ["message"]


async def test_a_conversation_is_a_stored_chat(
    client: openai.AsyncOpenAI, chat: ChatClient, standin: Standin
) -> None:
    chat_id = (await chat.http.post("/chats", json={})).json()["chat_id"]

    response = await ask(client, conversation=chat_id, store=True)
    await ask(client, "And in 2022?", conversation={"id": chat_id})

    turns = await chat.turns(chat_id)
    assert [turn["text"] for turn in turns[:3]] == [QUESTION, response.output_text, "And in 2022?"]
    assert response.conversation.id == chat_id


async def test_leaving_closes_the_models_stream(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    stream = await ask(client, stream=True)
    async for event in stream:
        if event.type == "response.output_text.delta":
            break
    await stream.close()

    await standin.until(aborted=1, open=0)


async def test_a_run_that_is_stopped_elsewhere_is_told_as_incomplete(
    client: openai.AsyncOpenAI, chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    last: Any = None
    async for event in await ask(client, stream=True):
        if event.type == "response.output_text.delta" and last.type != event.type:
            run_id = event.item_id.removeprefix("msg_")
            await chat.http.post(f"/chat_stream/{run_id}/stop")
        last = event

    assert (last.type, last.response.status) == ("response.incomplete", "incomplete")
    [message] = [item for item in last.response.output if item.type == "message"]
    assert (message.status, last.response.incomplete_details.reason) == ("incomplete", None)


async def test_an_answer_that_is_cut_is_told_as_incomplete(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    said = '{"choices": [{"delta": {"content": "Ships"}, "finish_reason": "length"}]}'
    await standin.configure(chunks=[said])

    last = (await told(client))[-1]

    assert last.type == "response.incomplete"
    assert last.response.incomplete_details.reason == "max_output_tokens"


async def test_a_failing_model_is_a_failed_response(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(fail="400", fail_kind="chat")

    last = (await told(client))[-1]

    assert (last.type, last.response.status) == ("response.failed", "failed")
    assert last.response.error.code == "server_error"
    assert last.response.error.citewire_code == "model_rejected"
    assert last.response.error.message


async def test_a_failing_model_is_a_bad_gateway_in_one_piece(
    client: openai.AsyncOpenAI, standin: Standin
) -> None:
    await standin.configure(fail="400", fail_kind="chat")
    with pytest.raises(openai.APIStatusError) as failed:
        await ask(client)

    assert (failed.value.status_code, failed.value.code) == (502, "model_rejected")


REFUSED: list[tuple[dict[str, Any], type[openai.APIStatusError], str, str | None]] = [
    ({"model": "gpt-4"}, openai.NotFoundError, "model_not_found", None),
    ({"conversation": "f" * 32}, openai.NotFoundError, "chat_not_found", None),
    ({"previous_response_id": "resp_1"}, openai.BadRequestError, "", "previous_response_id"),
    ({"store": True}, openai.BadRequestError, "", None),
    ({"background": True}, openai.BadRequestError, "", "background"),
    ({"prompt": {"id": "p"}}, openai.BadRequestError, "", "prompt"),
    ({"tool_choice": "required"}, openai.BadRequestError, "", "tool_choice"),
    ({"text": {"format": {"type": "json_object"}}}, openai.BadRequestError, "", "text"),
    ({"input": []}, openai.BadRequestError, "", "input"),
    ({"input": " "}, openai.BadRequestError, "", "input"),
    ({"input": "x" * 9000}, openai.BadRequestError, "", "input"),
    ({"input": [{"type": "item_reference", "id": "x"}]}, openai.BadRequestError, "", "input.0"),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]},
        openai.BadRequestError,
        "",
        "input.0.message.content.0.type",
    ),
]


@pytest.mark.parametrize(("changed", "error", "code", "param"), REFUSED, ids=str)
async def test_what_cannot_be_asked_is_refused_in_openais_words(
    client: openai.AsyncOpenAI,
    changed: dict[str, Any],
    error: type[openai.APIStatusError],
    code: str,
    param: str | None,
) -> None:
    with pytest.raises(error) as refused:
        await ask(client, **changed)

    assert (refused.value.code, refused.value.param) == (code or "invalid_request", param)
    assert refused.value.message


async def test_that_nothing_is_stored_is_said_where_it_matters(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, previous_response_id="resp_1")
    assert "responses are not stored" in refused.value.message

    for asking in (
        client.responses.retrieve("resp_1"),
        client.responses.cancel("resp_1"),
        client.responses.delete("resp_1"),
        client.responses.input_items.list("resp_1"),
    ):
        with pytest.raises(openai.NotFoundError) as missing:
            await asking
        assert missing.value.code == "unknown_url"
        assert "responses are not stored" in missing.value.message


async def test_a_tool_that_searches_files_names_the_collections(
    client: openai.AsyncOpenAI,
) -> None:
    search: Any = {"type": "file_search", "vector_store_ids": ["private"]}
    response = await ask(client, tools=[search, {"type": "web_search"}])
    assert response.output_text

    with pytest.raises(openai.NotFoundError) as missing:
        await ask(client, tools=[{**search, "vector_store_ids": ["f" * 12]}])
    assert missing.value.code == "collection_not_found"
    with pytest.raises(openai.BadRequestError):
        await ask(client, tools=[{**search, "filters": {"type": "eq", "key": "a", "value": "b"}}])


async def test_every_event_has_its_name_on_the_wire(chat: ChatClient) -> None:
    asked = {"model": "citewire", "input": QUESTION, "stream": True}
    text = (await chat.http.post("/v1/responses", json=asked)).text

    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    assert blocks.pop() == "data: [DONE]"
    for block in blocks:
        name, data = block.split("\n")
        assert json.loads(data.removeprefix("data: "))["type"] == name.removeprefix("event: ")
