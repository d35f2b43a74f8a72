"""The streamed response does all that sse-starlette's own does, though it runs its parts itself.

It calls private methods of sse-starlette 3.7 (ADR 0009). What would break it: a version that
renames one, or that watches for something else while it streams. Both show here.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from types import CodeType
from typing import Any

import pytest
from sse_starlette import EventSourceResponse
from sse_starlette.sse import AppStatus
from starlette.background import BackgroundTask

from citewire.api.sse import RunResponse, _Watches

STREAM = {"type": "http", "method": "GET"}
RESPONSES = pytest.mark.parametrize("response", [RunResponse, EventSourceResponse])


class Client:
    """The other end of a bare ASGI call."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.leaves = asyncio.Event()

    async def receive(self) -> dict[str, str]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.heard.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.heard)


class Blocks:
    """Two blocks, the second of which waits to be let go."""

    def __init__(self) -> None:
        self.begun = self.closed = False
        self.goes_on = asyncio.Event()

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        self.begun = True
        try:
            yield b"data: 1\n\n"
            await self.goes_on.wait()
            yield b"data: 2\n\n"
        finally:
            self.closed = True


Response = Callable[..., EventSourceResponse]


@RESPONSES
async def test_a_stream_is_told_to_its_end(response: Response) -> None:
    client, blocks = Client(), Blocks()
    blocks.goes_on.set()

    await response(aiter(blocks), sep="\n")(STREAM, client.receive, client.send)

    assert client.body == b"data: 1\n\ndata: 2\n\n"
    assert client.heard[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


@RESPONSES
async def test_a_client_that_leaves_ends_it(response: Response) -> None:
    client, blocks = Client(), Blocks()
    streaming = response(aiter(blocks), sep="\n")(STREAM, client.receive, client.send)
    asyncio.get_running_loop().call_later(0.01, client.leaves.set)

    await streaming

    assert client.body == b"data: 1\n\n"
    assert blocks.closed


@RESPONSES
async def test_a_head_request_opens_no_stream(response: Response) -> None:
    client, blocks = Client(), Blocks()

    await response(aiter(blocks))({**STREAM, "method": "HEAD"}, client.receive, client.send)

    assert [message["type"] for message in client.heard] == [
        "http.response.start",
        "http.response.body",
    ]
    assert (client.body, blocks.begun) == (b"", False)


@RESPONSES
@pytest.mark.parametrize(("ping", "is_pinged"), [(0, False), (0.001, True)])
async def test_pings_come_unless_they_are_off(
    response: Response, ping: float, is_pinged: bool
) -> None:
    client, blocks = Client(), Blocks()
    streaming = response(aiter(blocks), ping=ping)(STREAM, client.receive, client.send)
    asyncio.get_running_loop().call_later(0.1, blocks.goes_on.set)

    await streaming

    assert (b": ping" in client.body) is is_pinged
    assert b"data: 2\n\n" in client.body


@RESPONSES
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_background_task_is_run(response: Response, method: str) -> None:
    client, blocks, done = Client(), Blocks(), list[bool]()
    blocks.goes_on.set()

    async def note() -> None:
        done.append(blocks.begun)

    streamed = response(aiter(blocks), background=BackgroundTask(note))
    await streamed({**STREAM, "method": method}, client.receive, client.send)

    assert done == [method == "GET"]


@RESPONSES
async def test_what_a_stream_fails_with_is_raised_as_it_is(response: Response) -> None:
    async def failing() -> AsyncGenerator[bytes, None]:
        yield b""
        raise ValueError("told so")

    client = Client()
    with pytest.raises(ValueError, match="told so"):
        await response(failing())(STREAM, client.receive, client.send)


@RESPONSES
async def test_a_client_that_takes_nothing_is_left(response: Response) -> None:
    blocks = Blocks()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await response(aiter(blocks), send_timeout=0.01)(STREAM, Client().receive, send)
    assert blocks.closed


@RESPONSES
async def test_a_server_that_goes_ends_it(
    response: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, blocks = Client(), Blocks()
    monkeypatch.setattr(AppStatus, "should_exit", True)

    await response(aiter(blocks), sep="\n")(STREAM, client.receive, client.send)

    assert client.body in (b"", b"data: 1\n\n")
    assert blocks.closed is blocks.begun


@RESPONSES
async def test_a_ping_that_is_not_taken_ends_it(response: Response) -> None:
    blocks = Blocks()

    async def send(message: Any) -> None:
        if b": ping" in message.get("body", b""):
            await asyncio.Event().wait()

    streaming = response(aiter(blocks), ping=0.001, send_timeout=0.01)
    with pytest.raises(TimeoutError):
        await streaming(STREAM, Client().receive, send)
    assert blocks.closed


def test_the_library_runs_these_parts_and_no_others() -> None:
    ours = (RunResponse._stream_here, _Watches.__init__, _Watches.go)
    assert private_names(EventSourceResponse.__call__.__code__) - {
        "_wrap_websocket_denial_send",  # before and instead of a stream: left to the library
        "_send_with_timeout",
        "_ping_interval",  # public as `ping_interval`
        "_ping",  # a timer instead of a task
    } == {
        name
        for function in ours
        for name in private_names(function.__code__)
        if hasattr(EventSourceResponse, name)
    }


def private_names(code: CodeType) -> set[str]:
    """The private names that a function uses, with the functions in it."""
    found = {name for name in code.co_names if name.startswith("_") and name != "__call__"}
    return found.union(
        *(private_names(inner) for inner in code.co_consts if isinstance(inner, CodeType))
    )
