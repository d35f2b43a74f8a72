"""Alive and able to answer: what /readyz says while Redis, the index or the model go and come."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from redis.asyncio import Redis

from citewire.errors import ModelKeyRefused, PromptFiltered
from citewire.services.assembly.readiness import ReadinessChecks
from citewire.services.models.build import Models
from citewire.services.models.health import Health
from citewire.storage.embedded.folder import RedisFolder, hold_lock
from citewire.storage.index.schema import index_name
from citewire.storage.keys import SCHEMA_VERSION, Keys
from tests.doubles.chat_client import (
    ChatClient,
    Event,
    Json,
    Told,
    open_chat_client,
    problem,
    until,
)
from tests.doubles.corpus import write_corpus
from tests.doubles.redis_fixtures import StoppableRedis
from tests.doubles.server_fixtures import MAIN, Server, StartServer, environment, free_port
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
NAMESPACE = "readiness"
INDEX = index_name(NAMESPACE)
SMALL_INDEX = (
    f"{INDEX} ON HASH PREFIX 1 {NAMESPACE}:passage: "
    "SCHEMA vector VECTOR FLAT 6 TYPE FLOAT32 DIM 8 DISTANCE_METRIC COSINE"
)
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoppableRedis]:
    """A Redis of this module's own."""
    folder = tmp_path_factory.mktemp("redis")
    with hold_lock(RedisFolder(folder).server_lock, timeout_s=1) as lock:
        redis = StoppableRedis(folder, lock)
        redis.start()
        try:
            yield redis
        finally:
            redis.stop()


@pytest.fixture(scope="module")
def fragile(
    redis_server: StoppableRedis, standin_url: str, start_server: StartServer
) -> Iterator[Server]:
    """A server on that Redis."""
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    asyncio.run(write_corpus(redis_server.url, NAMESPACE, f"{standin_url}/v1"))
    with start_server(redis_url=redis_server.url, namespace=NAMESPACE, model_retries=0) as server:
        yield server


@pytest.fixture
async def chat(
    fragile: Server, redis_server: StoppableRedis, standin: Standin
) -> AsyncIterator[ChatClient]:
    async with open_chat_client(fragile.url) as client:
        await until_ready(client)
        yield client


async def readiness(chat: ChatClient) -> tuple[int, Json]:
    """Status of /readyz, and what it says of each check."""
    answer = await chat.http.get("/readyz")
    return answer.status_code, {check["name"]: check for check in answer.json()["checks"]}


async def until_ready(chat: ChatClient, *, within_s: float = 15.0) -> None:
    async def ready() -> bool:
        return (await readiness(chat))[0] == 200

    await until(ready, within_s=within_s)


@asynccontextmanager
async def stopped(redis: StoppableRedis) -> AsyncIterator[None]:
    redis.stop()
    try:
        yield
    finally:
        redis.start()


async def test_ready_names_all_that_was_checked(chat: ChatClient) -> None:
    status, checks = await readiness(chat)

    assert status == 200
    assert {name: check["ok"] for name, check in checks.items()} == {
        "redis": True,
        "index": True,
        "model": True,
    }


async def test_without_redis_it_is_alive_but_not_ready(
    chat: ChatClient, redis_server: StoppableRedis
) -> None:
    async with stopped(redis_server):
        alive = await chat.http.get("/healthz")
        status, checks = await readiness(chat)

    assert alive.status_code == 200
    assert (status, checks["redis"]["ok"]) == (503, False)


@pytest.mark.parametrize(
    "ask",
    [
        lambda http: http.post("/chat_stream", json={"message": QUESTION}),
        lambda http: http.post("/chat", json={"message": QUESTION}),
        lambda http: http.post("/chat_stream", json={"message": QUESTION, "chat_id": "any"}),
        lambda http: http.post("/chats"),
        lambda http: http.get("/chats/any"),
        lambda http: http.get("/documents"),
    ],
)
async def test_without_redis_requests_are_told_to_come_back(
    chat: ChatClient,
    redis_server: StoppableRedis,
    ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]],
) -> None:
    async with stopped(redis_server), asyncio.timeout(10):
        answer = await ask(chat.http)

    assert problem(answer) == (503, PROBLEM, "storage_unavailable")
    assert "retry-after" in answer.headers


async def test_when_redis_is_back_it_recovers_by_itself(
    chat: ChatClient, redis_server: StoppableRedis
) -> None:
    async with stopped(redis_server):
        assert (await readiness(chat))[0] == 503

    await until_ready(chat)
    told = await chat.ask(QUESTION)
    assert (told.last.name, len(told.sources)) == ("done", 6)


async def test_chats_are_still_there_when_redis_is_back(
    chat: ChatClient, redis_server: StoppableRedis
) -> None:
    chat_id = (await chat.ask(QUESTION)).chat_id

    async with stopped(redis_server):
        pass

    await until_ready(chat)
    assert [turn["status"] for turn in await chat.turns(chat_id)] == ["complete", "complete"]


async def test_an_answer_that_cannot_be_stored_ends_in_one_error(
    chat: ChatClient, standin: Standin, redis_server: StoppableRedis
) -> None:
    await standin.configure(tokens=5, first_delay=0.5)

    told = await lose_redis_after_the_sources(chat, redis_server)

    error = told.last.data
    assert told.ends == ["error"]
    assert (error["code"], error["partial_saved"]) == ("storage_unavailable", False)


async def test_an_answer_that_could_not_be_stored_leaves_no_half_turn(
    chat: ChatClient, standin: Standin, redis_server: StoppableRedis
) -> None:
    await standin.configure(tokens=5, first_delay=0.5)

    told = await lose_redis_after_the_sources(chat, redis_server)

    await until_ready(chat)
    assert await chat.turns(told.chat_id) == []


async def lose_redis_after_the_sources(chat: ChatClient, redis: StoppableRedis) -> Told:
    heard: list[Event] = []
    try:
        async with chat.asking(QUESTION) as events:
            async for event in events:
                heard.append(event)
                if event.name == "sources":
                    redis.stop()
    finally:
        redis.start()
    return Told(heard)


async def test_an_index_that_was_dropped_is_made_again(
    chat: ChatClient, redis_server: StoppableRedis
) -> None:
    async with Redis.from_url(redis_server.url) as client:
        await client.execute_command("FT.DROPINDEX", INDEX)

    await until_ready(chat)
    assert (await chat.ask(QUESTION)).sources


async def test_an_index_of_another_size_is_told_with_what_to_do(
    chat: ChatClient, redis_server: StoppableRedis
) -> None:
    async with Redis.from_url(redis_server.url) as client:
        await client.execute_command("FT.DROPINDEX", INDEX)
        await client.execute_command("FT.CREATE", *SMALL_INDEX.split())
        status, checks = await readiness(chat)
        await client.execute_command("FT.DROPINDEX", INDEX)
    await until_ready(chat)

    assert (status, checks["index"]["ok"]) == (503, False)
    assert "CITEWIRE_EMBED_DIM" in checks["index"]["detail"]


async def test_what_another_version_stored_is_told_with_what_to_do(
    chat: ChatClient, redis_server: StoppableRedis
) -> None:
    async with Redis.from_url(redis_server.url) as client:
        asked: Any = client
        await asked.hset(Keys(NAMESPACE).fingerprint, "schema_version", "2")
        status, checks = await readiness(chat)
        await asked.hset(Keys(NAMESPACE).fingerprint, "schema_version", SCHEMA_VERSION)
    await until_ready(chat)

    assert (status, checks["index"]["ok"]) == (503, False)
    assert "another version of Citewire (schema version 2" in checks["index"]["detail"]
    assert "ingest again into another CITEWIRE_NAMESPACE" in checks["index"]["detail"]


async def test_a_server_does_not_start_on_what_another_version_stored(
    redis_client: Redis, redis_url: str, namespace: str, tmp_path: Path
) -> None:
    asked: Any = redis_client
    await asked.hset(Keys(namespace).fingerprint, "schema_version", "2")
    wanted = {"redis_url": redis_url, "namespace": namespace, "port": free_port()}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", MAIN, "serve"],
        env=environment({**wanted, "data_dir": tmp_path}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.returncode != 0
    assert "another version of Citewire (schema version 2" in done.stdout + done.stderr


async def test_trouble_at_the_provider_is_told_and_keeps_nobody_from_asking() -> None:
    health = Health()
    health.note("chat/completions", ModelKeyRefused("check OPENAI_API_KEY"))

    found = await ReadinessChecks(redis=well, index=well, models=models(health)).check()

    assert [(check.name, check.ok, check.is_vital) for check in found] == [
        ("redis", True, True),
        ("index", True, True),
        ("model", False, False),
    ]
    assert "check OPENAI_API_KEY" in found[-1].detail


async def test_a_fault_that_is_over_is_no_trouble() -> None:
    health = Health()
    health.note("chat/completions", ModelKeyRefused("check OPENAI_API_KEY"))
    health.note("chat/completions")
    health.note("chat/completions", PromptFiltered("of that question"))

    assert (health.trouble(), health.summary()) == ("", "1 of the last 2 calls went well")


async def test_readiness_pays_for_nothing_and_tells_how_real_calls_went(
    chat: ChatClient, standin: Standin
) -> None:
    await standin.configure(fail="500", fail_kind="chat")
    await chat.ask(QUESTION)
    asked = len(await standin.requests())

    answer = (await chat.http.get("/readyz")).json()

    assert (answer["ready"], answer["status"]) == (True, "degraded")
    assert len(await standin.requests()) == asked
    await standin.configure(fail="")
    await chat.ask(QUESTION)
    assert (await chat.http.get("/readyz")).json()["status"] == "ready"


async def test_a_check_that_hangs_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citewire.services.assembly.readiness.CHECK_TIMEOUT_S", 0.05)

    async with asyncio.timeout(5):
        found = await ReadinessChecks(redis=well, index=hang, models=models(Health())).check()

    assert {check.name: check.ok for check in found} == {
        "redis": True,
        "index": False,
        "model": True,
    }


async def well() -> None:
    """All is well."""


async def hang() -> None:
    await asyncio.Event().wait()


def models(health: Health) -> Models:
    return cast(Models, SimpleNamespace(health=health, answering=SimpleNamespace(name="some")))
