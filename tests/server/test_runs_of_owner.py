"""How many runs an owner may have at once is counted over all workers."""

from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client, problem, until
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

QUESTION = "How many ships did Quillmere harbour count in 2023?"
SLOW = {"tokens": 500, "inter_delay": 0.1}
REFUSED = (429, "application/problem+json", "too_many_runs")
SETTINGS = {
    "api_keys": "default:key1,default:key2,ann:key3",
    "max_runs_per_owner": 2,
    "run_lease_s": 1,
}


@pytest.fixture(scope="module")
def one(start_server: StartServer) -> Iterator[Server]:
    with start_server(**SETTINGS) as server:
        yield server


@pytest.fixture(scope="module")
def two(start_server: StartServer) -> Iterator[Server]:
    with start_server(**SETTINGS) as server:
        yield server


class Asking(AsyncExitStack):
    """Clients, and questions that are being answered until it is left."""

    async def client(self, server: Server, key: str = "key1") -> ChatClient:
        client = await self.enter_async_context(open_chat_client(server.url))
        client.http.headers["Authorization"] = f"Bearer {key}"
        return client

    async def ask(self, client: ChatClient) -> AsyncExitStack:
        """Ask and listen on; closing what is given hangs up."""
        left = await self.enter_async_context(AsyncExitStack())
        events = await left.enter_async_context(client.asking(QUESTION))
        assert (await anext(events)).name == "start"
        return left


async def is_refused(client: ChatClient) -> bool:
    answer = await client.http.post("/chat", json={"message": "thanks"})
    if answer.status_code == 200:
        return False
    assert problem(answer) == REFUSED
    return True


async def test_the_runs_of_an_owner_are_counted_over_workers_and_keys(
    one: Server, two: Server, standin: Standin
) -> None:
    await standin.configure(**SLOW)
    async with Asking() as asking:
        here = await asking.client(one)
        there = await asking.client(two, "key2")
        ann = await asking.client(two, "key3")
        await asking.ask(here)
        assert not await is_refused(there)
        second = await asking.ask(there)

        assert [await is_refused(client) for client in (here, there, ann)] == [True, True, False]

        await second.aclose()
        # Its end is told to Redis a moment after its client has left.
        await until(lambda: _is_taken(here))


async def _is_taken(client: ChatClient) -> bool:
    return not await is_refused(client)


async def test_what_is_asked_again_with_its_key_takes_no_place(
    one: Server, two: Server, standin: Standin
) -> None:
    await standin.configure(tokens=30, inter_delay=0.05)
    async with Asking() as asking:
        here, there = await asking.client(one), await asking.client(two)
        await asking.ask(here)
        here.http.headers["Idempotency-Key"] = there.http.headers["Idempotency-Key"] = "again"
        await asking.ask(here)

        assert (await there.ask(QUESTION)).last.name == "done"


async def test_runs_of_a_dead_worker_hold_no_place_beyond_its_lease(
    start_server: StartServer, one: Server, standin: Standin
) -> None:
    await standin.configure(**SLOW)
    with start_server(**SETTINGS) as dying:
        async with Asking() as asking:
            here, there = await asking.client(one), await asking.client(dying)
            await asking.ask(here)
            await asking.ask(there)
            assert await is_refused(here)
            dying.process.kill()
            await until(lambda: _is_taken(here))
