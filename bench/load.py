"""The load client: many chats at once over raw sockets, timed at the first byte of each token.

It parses no JSON while it measures: what ends a token's event on the wire is counted as bytes, so
that the client costs far less than any service that it asks.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import httptools
import orjson

ANSWER_TIMEOUT_S = 120.0
CONNECT_TRIES = 100
CONNECT_PAUSE_S = 0.05
TAIL_BYTES = 1000


class BenchError(Exception):
    """The benchmark itself broke: a measurement would mean nothing."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of server is asked, and how its events look on the wire.

    Args:
        name: of the server that speaks it.
        path: where a question is posted.
        body: makes its body from the question and the chat's id.
        token: occurs once in the lines of each token.
        end: occurs in the lines of the end of a complete answer.
        new_chat: where a chat's id is posted for; empty: the client makes it up.
        key: the API key that is sent, if any.
    """

    name: str
    path: str
    body: Callable[[str, str], dict[str, Any]]
    token: bytes
    end: bytes
    new_chat: str = ""
    key: str = ""


def _ask_model(question: str, chat_id: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": question}]
    return {"model": "gpt-4o-mini", "stream": True, "messages": messages}


DIRECT = Dialect(
    "direct", "/v1/chat/completions", _ask_model, b'"delta":{"content":"', b"data: [DONE]"
)
CITEWIRE = Dialect(
    "citewire",
    "/chat_stream",
    lambda question, chat_id: {"message": question, "chat_id": chat_id},
    b"event: delta",
    b"event: done",
    new_chat="/chats",
)
BARE = Dialect(
    "bare",
    "/chat_stream",
    lambda question, chat_id: {"query": question},
    b"event: token",
    b"event: done",
)
RECIPE = Dialect(
    "recipe",
    "/chat_stream",
    lambda question, chat_id: {"query": question, "session_id": chat_id},
    b"event: token",
    b"event: done",
)


@dataclass(slots=True)
class Ask:
    """One question: `tag` (`cidNNNN` in its text) finds it again in the stand-in's times."""

    tag: str
    question: str
    chat_id: str = ""


@dataclass(slots=True)
class Answer:
    """What came back; times are of `time.monotonic`, 0 for what did not happen."""

    tag: str = ""
    status: int = 0
    sent_at: float = 0.0
    first_at: float = 0.0
    ended_at: float = 0.0
    tokens: int = 0
    ended: bool = False
    retry_after: bool = False
    tail: bytes = b""  # the end of what came of a stream
    body: list[bytes] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)

    @property
    def first_token_s(self) -> float:
        """Seconds from the request to the first token."""
        return self.first_at - self.sent_at


class _Exchange(asyncio.Protocol):
    """One request on a connection of its own; `over` gets the answer when that is closed."""

    def __init__(self, request: bytes, dialect: Dialect, over: asyncio.Future[Answer]) -> None:
        self.request, self.dialect, self.over = request, dialect, over
        self.answer = Answer()
        self.leave_after = 0
        self.last_at = 0.0
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpResponseParser(self)
        self.answer.sent_at = time.monotonic()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.now = time.monotonic()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.answer.retry_after |= name.lower() == b"retry-after"

    def on_headers_complete(self) -> None:
        self.answer.status = self.parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        if not self.dialect.token or self.answer.status != 200:
            self.answer.body.append(body)
            return
        lines, newline, self.rest = (self.rest + body).rpartition(b"\n")
        if newline:
            self.count(lines)

    def count(self, lines: bytes) -> None:
        answer = self.answer
        answer.ended = answer.ended or self.dialect.end in lines
        answer.tail = lines[-TAIL_BYTES:]
        tokens = lines.count(self.dialect.token)
        if tokens and not answer.tokens:
            answer.first_at = self.now
        elif tokens:
            answer.gaps_s.append(self.now - self.last_at)
        if tokens:
            self.last_at = self.now
        answer.tokens += tokens
        if self.leave_after and answer.tokens >= self.leave_after and not answer.ended_at:
            answer.ended_at = time.monotonic()
            self.transport.abort()

    def on_message_complete(self) -> None:
        self.answer.ended_at = self.answer.ended_at or time.monotonic()
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.answer.ended_at = self.answer.ended_at or time.monotonic()
        if not self.over.done():
            self.over.set_result(self.answer)


def _request(method: str, path: str, port: int, body: object, key: str = "") -> bytes:
    sent = orjson.dumps(body) if body is not None else b""
    access = f"authorization: Bearer {key}\r\n" if key else ""
    head = (
        f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: */*\r\n"
        f"content-type: application/json\r\ncontent-length: {len(sent)}\r\n"
        f"{access}connection: close\r\n\r\n"
    )
    return head.encode() + sent


async def _connect(make: Callable[[], _Exchange], port: int) -> _Exchange:
    loop = asyncio.get_running_loop()
    for tried in range(CONNECT_TRIES):
        try:
            _, exchange = await loop.create_connection(make, "127.0.0.1", port)
        except OSError:
            if tried == CONNECT_TRIES - 1:
                raise
            await asyncio.sleep(CONNECT_PAUSE_S)
        else:
            return exchange
    raise AssertionError("not reached")


async def _exchange(request: bytes, dialect: Dialect, port: int, leave_after: int = 0) -> Answer:
    over: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def make() -> _Exchange:
        exchange = _Exchange(request, dialect, over)
        exchange.leave_after = leave_after
        return exchange

    exchange = await _connect(make, port)
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            return await over
    except TimeoutError:
        raise BenchError(f"no whole answer within {ANSWER_TIMEOUT_S:g} s") from None
    finally:
        exchange.transport.abort()


_PLAIN = Dialect("", "", lambda question, chat_id: {}, b"", b"")


async def call(port: int, method: str, path: str, body: object = None, key: str = "") -> Any:
    """One JSON request; raises BenchError unless it is answered with a success."""
    answer = await _exchange(_request(method, path, port, body, key), _PLAIN, port)
    raw = b"".join(answer.body)
    if not 200 <= answer.status < 300:
        raise BenchError(f"{method} {path} answered {answer.status}: {raw[:300]!r}")
    return orjson.loads(raw)


async def is_up(port: int, path: str) -> bool:
    """Whether GET `path` is answered with 200 just now."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[Answer] = loop.create_future()
    request = _request("GET", path, port, None)
    try:
        await loop.create_connection(lambda: _Exchange(request, _PLAIN, over), "127.0.0.1", port)
    except OSError:
        return False
    return (await over).status == 200


async def open_chats(dialect: Dialect, port: int, asks: Sequence[Ask]) -> None:
    """Give every question a chat of its own, all at once."""
    await asyncio.gather(*(_open_chat(dialect, port, ask) for ask in asks))


async def _open_chat(dialect: Dialect, port: int, ask: Ask) -> None:
    if dialect.new_chat:
        ask.chat_id = (await call(port, "POST", dialect.new_chat, key=dialect.key))["chat_id"]
    else:
        ask.chat_id = f"chat-{ask.tag}"


async def put(dialect: Dialect, port: int, ask: Ask, *, leave_after: int = 0) -> Answer:
    """Ask one question; `leave_after` tokens the connection is cut, 0: never."""
    if not ask.chat_id:
        await _open_chat(dialect, port, ask)
    body = dialect.body(ask.question, ask.chat_id)
    request = _request("POST", dialect.path, port, body, dialect.key)
    answer = await _exchange(request, dialect, port, leave_after)
    answer.tag = ask.tag
    return answer


async def put_all(
    dialect: Dialect, port: int, asks: Sequence[Ask], *, chats: int, leave_after: int = 0
) -> list[Answer]:
    """Ask all questions, `chats` at a time, each worker the next as soon as it is answered."""
    left = iter(asks)
    answers: list[Answer] = []

    async def work() -> None:
        for ask in left:
            answers.append(await put(dialect, port, ask, leave_after=leave_after))

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(chats, len(asks))):
            workers.create_task(work())
    return answers
