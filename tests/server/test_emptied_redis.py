"""A Redis that was emptied, or cannot write any more, under a server that goes on."""

import shutil
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.doubles.chat_client import ChatClient, open_chat_client, problem, until
from tests.doubles.corpus import write_corpus
from tests.doubles.redis_fixtures import StoppableRedis
from tests.doubles.server_fixtures import StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"


@pytest.fixture
async def chat(
    stoppable_redis: StoppableRedis, start_server: StartServer, standin: Standin, standin_url: str
) -> AsyncIterator[ChatClient]:
    await write_corpus(stoppable_redis.url, "emptied", f"{standin_url}/v1")
    with start_server(
        redis_url=stoppable_redis.url, namespace="emptied", model_retries=0
    ) as server:
        async with open_chat_client(server.url) as client:
            yield client


async def test_after_a_flush_questions_are_answered_from_nothing(
    chat: ChatClient, stoppable_redis: StoppableRedis
) -> None:
    before = await chat.ask(QUESTION)
    async with Redis.from_url(stoppable_redis.url) as redis:
        await redis.flushall()

    lost = await chat.http.post("/chat", json={"message": QUESTION, "chat_id": before.chat_id})
    after = await chat.ask(QUESTION)
    again = await chat.ask(QUESTION, chat_id=after.chat_id)
    ready = await chat.http.get("/readyz")

    async def is_listed() -> bool:
        chats = (await chat.http.get("/chats")).json()["chats"]
        return [one["chat_id"] for one in chats] == [after.chat_id]

    await until(is_listed)
    assert lost.status_code == 404
    assert (after.last.name, after.last.data.get("finish_reason")) == ("done", "no_evidence")
    assert (again.last.name, again.last.data.get("finish_reason")) == ("done", "no_evidence")
    assert ready.status_code == 200


async def test_with_a_full_disk_it_is_not_ready_and_says_why(
    chat: ChatClient, stoppable_redis: StoppableRedis
) -> None:
    async with Redis.from_url(stoppable_redis.url) as redis:
        # Where nothing can be written, as on a full disk.
        shutil.rmtree((await redis.config_get("dir"))["dir"])
        await redis.config_set("save", "3600 1")
        await redis.bgsave()

        async def has_failed() -> bool:
            return bool((await redis.info("persistence"))["rdb_last_bgsave_status"] == "err")

        await until(has_failed)
        ready = await chat.http.get("/readyz")
        alive = await chat.http.get("/healthz")
        asked = await chat.http.post("/chat", json={"message": QUESTION})

    checks = {check["name"]: check for check in ready.json()["checks"]}
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert not checks["redis"]["ok"]
    assert "unable to persist to disk" in checks["redis"]["detail"]
    assert problem(asked) == (503, "application/problem+json", "storage_error")
