"""A message whose rules take long holds nobody else up."""

import asyncio
import time

import pytest

from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.server_fixtures import StartServer
from tests.doubles.standin_fixtures import Standin

AT_ONCE = 8
PLAIN = "How many ships did Quillmere harbour count in 2023?"
LONG = {
    "blanks": f"what about{7900 * ' '}x",
    "dots": 7900 * ".",
    "prose": f"{'The harbour told how many ships it had counted and why. ' * 140}Why so",
    "names": f"{'Acme Beta of Gamma and Delta ' * 270}rose",
    "marks": "a" + 3900 * "\u0315\u0300",
}
FAR_BELOW = 10.0
"""What the slowest polls stay below, as a ratio; where a message holds the loop it is above 100."""


@pytest.mark.parametrize("kind", LONG)
async def test_long_messages_hold_up_nobody(
    start_server: StartServer, standin: Standin, kind: str
) -> None:
    with start_server(max_runs=2 * AT_ONCE) as server:
        async with open_chat_client(server.url) as client:
            await slowest_poll(client, PLAIN)  # what is loaded once is no part of it
            # In turn, so that a busy moment of the machine does not fall on one of the two alone.
            polls = [
                (await slowest_poll(client, PLAIN), await slowest_poll(client, LONG[kind]))
                for _ in range(3)
            ]

    assert min(long for _, long in polls) / min(plain for plain, _ in polls) < FAR_BELOW


async def slowest_poll(client: ChatClient, message: str) -> float:
    """The longest that `/healthz` took while the message was asked several times at once."""

    async def ask() -> None:
        assert (await client.ask(message)).ends in (["done"], ["error"])

    asking = asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    slowest = 0.0
    while not asking.done():
        began = time.monotonic()
        (await client.http.get("/healthz")).raise_for_status()
        slowest = max(slowest, time.monotonic() - began)
    await asking
    return slowest
