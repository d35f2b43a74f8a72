"""A UI message stream of the AI SDK as it is on the wire; its own reader reads it in frontend/."""

import asyncio
import json
from typing import Any

import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client, said_to_ui, until
from tests.doubles.server_fixtures import StartServer
from tests.doubles.standin_fixtures import Standin

Json = dict[str, Any]
QUESTION = "How many ships did Quillmere harbour count in 2023?"
ANSWER = "Quillmere counted 538 ships in 2023 [1]. And 999 came by night [1]."


async def told(chat: ChatClient, *said: str, **more: Any) -> list[Json]:
    """All parts, without [DONE], which must be the last."""
    roles = ("user", "assistant")
    messages = [said_to_ui(text, roles[n % 2]) for n, text in enumerate(said)]
    answer = await chat.http.post("/ui/chat", json={"messages": messages, **more})
    answer.raise_for_status()
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    return parts_of(answer.text)


def parts_of(text: str) -> list[Json]:
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    assert blocks.pop() == "data: [DONE]"
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


async def new_chat(chat: ChatClient) -> str:
    return str((await chat.http.post("/chats", json={})).json()["chat_id"])


async def test_sources_come_before_the_text_and_it_ends_with_the_usage(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)
    parts = await told(chat, QUESTION)

    kinds = [part["type"] for part in parts]
    assert kinds[:2] == ["start", "start-step"]
    assert kinds.index("source-document") < kinds.index("text-start")
    assert kinds[-3:] == ["text-end", "finish-step", "finish"]
    assert "source-document" not in kinds[kinds.index("text-start") :]
    assert parts[-1]["finishReason"] == "stop"
    usage = parts[-1]["messageMetadata"]["usage"]
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]


async def test_each_citation_has_a_verdict_of_its_own_id(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=ANSWER)
    parts = await told(chat, QUESTION)

    ids = {
        kind: [part["id"] for part in parts if part["type"] == f"data-{kind}"]
        for kind in ("citation", "verdict")
    }
    assert len(ids["citation"]) == len(set(ids["citation"])) == 2
    assert set(ids["verdict"]) == set(ids["citation"])
    [first, *_] = [part["data"] for part in parts if part["type"] == "data-citation"]
    assert (first["page"], first["quote"]) == (4, "Quillmere harbour counted 538 ships in 2023.")


async def test_what_goes_on_is_told_in_passing(chat: ChatClient) -> None:
    stages = [part for part in await told(chat, QUESTION) if part["type"] == "data-status"]

    assert stages
    assert all(part["transient"] for part in stages)


async def test_a_failure_closes_the_text_and_says_its_code_first(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=ANSWER, fail="error", fail_kind="chat", fail_after=10)
    parts = await told(chat, QUESTION)

    kinds = [part["type"] for part in parts]
    assert kinds[-4:] == ["text-end", "message-metadata", "error", "finish"]
    assert parts[-3]["messageMetadata"]["error"]["code"].startswith("model_")
    assert parts[-2]["errorText"] == parts[-3]["messageMetadata"]["error"]["message"]
    assert parts[-1]["finishReason"] == "error"


async def test_what_was_said_before_is_what_the_client_sends(
    chat: ChatClient, standin: Standin
) -> None:
    before = ("Tell me of Quillmere harbour.", "It counted 412 ships in 2023 [1].")
    await told(chat, *before, "And in 2022?")

    prompts = str(await standin.requests())
    assert all(text in prompts for text in before)


@pytest.mark.parametrize("named", ["id", "chat_id"])
async def test_a_stored_chat_keeps_the_turn(chat: ChatClient, named: str) -> None:
    chat_id = await new_chat(chat)
    start = (await told(chat, QUESTION, **{named: chat_id}))[0]

    [question, answer] = await chat.turns(chat_id)
    assert question["text"] == QUESTION
    assert start["messageId"] == answer["message_id"]
    assert start["messageMetadata"]["chat_id"] == chat_id


async def test_an_answer_of_a_stored_chat_is_made_again_in_its_place(chat: ChatClient) -> None:
    chat_id = await new_chat(chat)
    start = (await told(chat, QUESTION, id=chat_id))[0]
    again: Json = {"id": chat_id, "trigger": "regenerate-message"}
    await told(chat, QUESTION, **again)
    await told(chat, QUESTION, **again, messageId=start["messageId"])
    turns = await chat.turns(chat_id)
    assert [turn["text"] for turn in turns if turn["role"] == "user"] == [QUESTION]
    assert len(turns[0]["siblings"]) == 3

    await told(chat, QUESTION, "An answer.", "And in 2022?", **again)
    asked = [turn["text"] for turn in await chat.turns(chat_id) if turn["role"] == "user"]
    assert asked == [QUESTION, "And in 2022?"], "what was never stored is replaced nowhere"


async def test_a_question_of_a_stored_chat_is_edited_by_the_id_that_it_is_stored_by(
    chat: ChatClient,
) -> None:
    chat_id = await new_chat(chat)
    start = (await told(chat, QUESTION, id=chat_id))[0]
    edited: Json = {"id": chat_id, "trigger": "submit-message"}
    await told(chat, "And 2022?", **edited, messageId=start["messageMetadata"]["user_message_id"])
    refused = await chat.http.post(
        "/ui/chat", json={"messages": [said_to_ui("x")], **edited, "messageId": "madeUp"}
    )

    turns = await chat.turns(chat_id)
    assert [turn["text"] for turn in turns if turn["role"] == "user"] == ["And 2022?"]
    assert refused.status_code == 422


async def test_leaving_closes_the_models_stream(chat: ChatClient, standin: Standin) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    asked = {"messages": [said_to_ui(QUESTION)]}
    async with chat.http.stream("POST", "/ui/chat", json=asked) as answer:
        async for line in answer.aiter_lines():
            if "text-delta" in line:
                break

    await standin.until(aborted=1, open=0)


async def test_an_answer_under_way_is_heard_again_from_its_start(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(text=ANSWER, hold_at=20)
    chat_id = await new_chat(chat)
    asking = asyncio.create_task(told(chat, QUESTION, id=chat_id))
    path = f"/ui/chat/{chat_id}/stream"

    async def is_under_way() -> bool:
        return (await chat.http.get(f"/chats/{chat_id}")).json()["running"] is not None

    await until(is_under_way)
    listening = asyncio.create_task(chat.http.get(path))
    await asyncio.sleep(0.2)
    await standin.configure(hold_at=0)

    answer = await listening
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert parts_of(answer.text) == await asking
    assert (await chat.http.get(path)).status_code == 204


@pytest.mark.parametrize(("chat_id", "status"), [("f" * 32, 404), ("aB3dE5gH7jK9mN1p", 204)])
async def test_there_is_nothing_to_hear_of_other_chats(
    chat: ChatClient, chat_id: str, status: int
) -> None:
    assert (await chat.http.get(f"/ui/chat/{chat_id}/stream")).status_code == status


async def test_a_run_that_is_stopped_elsewhere_is_told_as_aborted(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(tokens=1000, inter_delay=0.05)
    text, asked = "", {"messages": [said_to_ui(QUESTION)]}
    async with chat.http.stream("POST", "/ui/chat", json=asked) as answer:
        async for block in answer.aiter_text():
            if "text-delta" in block and "text-delta" not in text:
                start = json.loads(text.split("\n\n", maxsplit=1)[0].removeprefix("data: "))
                run_id = start["messageMetadata"]["run_id"]
                await chat.http.post(f"/chat_stream/{run_id}/stop")
            text += block

    kinds = [part["type"] for part in parts_of(text)]
    assert kinds[-3:] == ["text-end", "message-metadata", "abort"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [said_to_ui("a", "assistant")]},
        {"messages": [said_to_ui(" ")]},
        {"messages": [{"role": "user", "content": "as version 4 had it"}]},
        {"messages": [{"role": "user", "parts": [{"type": "text", "text": 5}]}]},
        {
            "messages": [
                {**said_to_ui("a"), "parts": [{"type": "text", "text": "a"}, {"type": "file"}]}
            ]
        },
        {"messages": [said_to_ui("a")], "trigger": "resume"},
        {"messages": [said_to_ui("a")] * 1001},
    ],
    ids=lambda body: str(body)[:50],
)
async def test_a_body_that_does_not_fit_is_refused(chat: ChatClient, body: Json) -> None:
    assert (await chat.http.post("/ui/chat", json=body)).status_code == 422


async def test_a_run_that_outlives_its_client_is_heard_again(
    start_server: StartServer, standin: Standin
) -> None:
    await standin.configure(text=ANSWER, hold_at=20)
    with start_server(disconnect_grace_s=20) as server:
        async with open_chat_client(server.url) as chat:
            chat_id = await new_chat(chat)
            asked = {"id": chat_id, "messages": [said_to_ui(QUESTION)]}
            async with chat.http.stream("POST", "/ui/chat", json=asked) as answer:
                async for line in answer.aiter_lines():
                    if "text-delta" in line:
                        break
            await standin.configure(hold_at=0)
            again = await chat.http.get(f"/ui/chat/{chat_id}/stream")
            turns = await chat.until_turns(chat_id, 2)

    said = "" if again.status_code == 204 else again.text
    assert turns[1]["text"] == ANSWER
    assert not said or parts_of(said)[-1]["type"] == "finish"
