"""The stand-in provider, held to what the real OpenAI client understands."""

from collections.abc import AsyncIterator

import httpx
import openai
import pytest
from llama_index.core.chat_engine.condense_question import DEFAULT_TEMPLATE

from tests.doubles.standin_fixtures import Standin


@pytest.fixture
async def client(standin: Standin) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=standin.base_url, api_key="any", max_retries=0
    ) as client:
        yield client


async def ask(client: openai.AsyncOpenAI, prompt: str) -> str | None:
    answer = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}]
    )
    return answer.choices[0].message.content


async def test_the_official_client_reads_its_stream(
    standin: Standin, client: openai.AsyncOpenAI
) -> None:
    await standin.configure(text="Grüße aus Zürich [1].", cut=2)

    stream = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "?"}], stream=True
    )
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert text == "Grüße aus Zürich [1]."


async def test_the_official_client_reads_its_vectors(client: openai.AsyncOpenAI) -> None:
    found = await client.embeddings.create(model="m", input=["rain in Bern", "rain in Bern"])

    assert len(found.data[0].embedding) == 1536
    assert found.data[0].embedding == found.data[1].embedding


async def test_condensing_gives_back_the_follow_up_question(client: openai.AsyncOpenAI) -> None:
    prompt = DEFAULT_TEMPLATE.format(chat_history="user: hi", question="And in 2023?")

    assert await ask(client, prompt) == "And in 2023?"


async def test_only_the_first_requests_fail_when_told_so(
    standin: Standin, client: openai.AsyncOpenAI
) -> None:
    await standin.configure(fail="500", fail_kind="aux", fail_times=1)
    with pytest.raises(openai.InternalServerError):
        await ask(client, "one")

    assert await ask(client, "two") == "two"


async def test_a_client_that_leaves_is_counted_as_aborted(
    standin: Standin, client: openai.AsyncOpenAI
) -> None:
    await standin.configure(tokens=100, inter_delay=0.02)
    stream = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "?"}], stream=True
    )
    await anext(stream)
    await stream.close()

    await standin.until(aborted=1, open=0)


async def test_an_unknown_knob_is_refused(standin: Standin) -> None:
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        await standin.configure(no_such_knob=1)
