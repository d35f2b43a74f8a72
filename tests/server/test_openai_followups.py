"""Follow-ups of OpenAI's clients keep to the report of the turn before, as those of a chat do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.server_fixtures import Server

CONVERSATIONS = (
    (
        "How many ships did Quillmere harbour count in 2022?",
        "and what about 2023?",
        "What else does this report count?",
    ),
    ("How many tonnes of apples did Vessmark pick?", "What does this report say of ships?"),
    ("How many tonnes of apples were picked?", "Does the report mention the harvest?"),
    ("Which reports do you have?", "Does this report mention ships?"),
)


@pytest.fixture
async def chat(local_server: Server) -> AsyncIterator[ChatClient]:
    async with open_chat_client(local_server.url) as client:
        yield client


async def answers_of_a_chat(chat: ChatClient, questions: tuple[str, ...]) -> list[Any]:
    """Answer, sources and verdicts of each question of one chat."""
    answers, chat_id = [], None
    for question in questions:
        body = {"message": question} | ({"chat_id": chat_id} if chat_id else {})
        told = (await chat.http.post("/chat", json=body)).raise_for_status().json()
        chat_id = told["chat_id"]
        verdicts = [cited["verification"]["status"] for cited in told["citations"]]
        sources = [source["passage_id"] for source in told["sources"]]
        answers.append((told["answer"], sources, verdicts))
    return answers


async def answers_of_completions(
    chat: ChatClient, questions: tuple[str, ...], *, sends_annotations: bool
) -> list[Any]:
    """The same as OpenAI's clients hear them, which send back what was said, or all of it."""
    answers, messages = [], list[dict[str, Any]]()
    for question in questions:
        messages.append({"role": "user", "content": question})
        body = {"model": "citewire", "messages": messages}
        told = (await chat.http.post("/v1/chat/completions", json=body)).raise_for_status().json()
        message = told["choices"][0]["message"]
        verdicts = [cited["url_citation"]["verdict"] for cited in message["annotations"]]
        sources = [source["passage_id"] for source in told["citewire"]["sources"]]
        answers.append((message["content"], sources, verdicts))
        said = {"role": "assistant", "content": message["content"]}
        messages.append(message if sends_annotations else said)
    return answers


@pytest.mark.parametrize("sends_annotations", [True, False])
@pytest.mark.parametrize("questions", CONVERSATIONS)
async def test_a_conversation_has_the_answers_of_a_chat(
    chat: ChatClient, questions: tuple[str, ...], sends_annotations: bool
) -> None:
    expected = await answers_of_a_chat(chat, questions)

    found = await answers_of_completions(chat, questions, sends_annotations=sends_annotations)

    assert found == expected


async def test_annotations_of_others_are_passed_over(chat: ChatClient) -> None:
    messages = [
        {"role": "user", "content": "How many ships did Quillmere harbour count in 2022?"},
        {
            "role": "assistant",
            "content": "412 ships.",
            "annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example"}}],
        },
        {"role": "user", "content": "and what about 2023?"},
    ]
    body = {"model": "citewire", "messages": messages}
    told = (await chat.http.post("/v1/chat/completions", json=body)).raise_for_status().json()

    assert told["citewire"]["sources"]
