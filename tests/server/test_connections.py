"""What half a request may take of the server: on raw sockets, as an attacker has them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.doubles.chat_client import open_chat_client
from tests.doubles.server_fixtures import Server, StartServer
from tests.doubles.standin_fixtures import Standin

HEADER_BYTES = 8192
HEADER_S = 1.5
BODY_S = 2
ENDLESS = 100_000_000
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def strict(start_server: StartServer) -> Iterator[Server]:
    """A server that waits for little."""
    with start_server(
        max_header_bytes=HEADER_BYTES, header_timeout_s=HEADER_S, body_timeout_s=BODY_S
    ) as server:
        yield server


class Raw:
    """A connection that sends what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def send_until_closed(self, begin: bytes, piece: bytes, *, every_s: float = 0) -> int:
        """Send pieces until the server closes; gives how many bytes it took, at most 100 MB."""
        sent = 0
        with suppress(ConnectionError):
            await self.send(begin)
            while sent < ENDLESS:
                await self.send(piece)
                sent += len(piece)
                await asyncio.sleep(every_s)
        return sent

    async def read_all(self) -> bytes:
        """What comes until the server closes the connection."""
        async with asyncio.timeout(10):
            return await self.reader.read()

    async def read_answer(self) -> bytes:
        """The head and the body of /healthz."""
        async with asyncio.timeout(10):
            return await self.reader.readuntil(b'{"status":"alive"}')


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Raw]:
    at = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()


def assert_refused(answer: bytes, status: int, code: str) -> None:
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
    assert b"content-type: application/problem+json" in answer
    assert b"connection: close" in answer
    assert f'"code":"{code}"'.encode() in answer


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X: " + b"x" * 2 * HEADER_BYTES + b"\r\n\r\n",
        GET + b"X: y\r\n" * HEADER_BYTES + b"\r\n",
        b"GET /healthz?" + b"x" * 2 * HEADER_BYTES + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["one long", "many", "the address"],
)
async def test_headers_over_the_limit_are_refused(strict: Server, head: bytes) -> None:
    async with connected(strict) as raw:
        await raw.send(head)

        assert_refused(await raw.read_all(), 431, "headers_too_large")


async def test_headers_within_the_limit_are_taken(strict: Server) -> None:
    async with connected(strict) as raw:
        await raw.send(GET + b"X: " + b"x" * (HEADER_BYTES - 200) + b"\r\n\r\n")

        assert (await raw.read_answer()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "begin",
    [GET + b"X: ", GET, POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ", b""],
    ids=["one header", "many headers", "trailers", "empty lines"],
)
async def test_headers_without_end_take_no_memory(strict: Server, begin: bytes) -> None:
    piece = {GET: b"A: b\r\n", b"": b"\r\n\r\n\r\n"}.get(begin, b"xxxxxx") * 10_000
    before = memory_of(strict)
    async with connected(strict) as raw:
        sent = await raw.send_until_closed(begin, piece)

    assert sent < ENDLESS / 5
    assert memory_of(strict) - before < ENDLESS / 5


def memory_of(server: Server) -> int:
    """The bytes of memory that the server has."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096


@pytest.mark.parametrize("part", ["headers", "body"])
async def test_half_a_request_is_ended(strict: Server, part: str) -> None:
    half = GET if part == "headers" else POST + b"Content-Length: 100\r\n\r\n{"
    async with connected(strict) as raw:
        await raw.send(half)

        assert_refused(await raw.read_all(), 408, "request_stalled")


@pytest.mark.parametrize(
    ("begin", "piece"),
    [(GET, b"A: b\r\n"), (POST + b"Content-Length: 100000\r\n\r\n", b" ")],
    ids=["headers", "body"],
)
async def test_what_trickles_is_ended(strict: Server, begin: bytes, piece: bytes) -> None:
    async with connected(strict) as raw, asyncio.timeout(10):
        await raw.send_until_closed(begin, piece, every_s=0.05)


async def test_a_slow_body_that_goes_on_is_taken(strict: Server) -> None:
    body = b" " * 120_000 + b'{"message": ""}'
    async with connected(strict) as raw:
        await raw.send(POST + b"Content-Length: %d\r\n\r\n" % len(body))
        for start in range(0, len(body), 10_000):
            await raw.send(body[start : start + 10_000])
            await asyncio.sleep(0.3)
        answer = await raw.reader.readline()

    assert answer.startswith(b"HTTP/1.1 422 ")


@pytest.mark.parametrize("sent", [b"", b"\r\n", GET + b"\r\n" + b"\r\n"])
async def test_a_connection_on_which_nothing_comes_is_closed(strict: Server, sent: bytes) -> None:
    async with connected(strict) as raw:
        await raw.send(sent)

        answer = await raw.read_all()

    assert answer.startswith(b"HTTP/1.1 200 ") if sent.startswith(GET) else answer == b""


async def test_requests_one_after_another_share_a_connection(strict: Server) -> None:
    async with connected(strict) as raw:
        for _ in range(3):
            await raw.send(GET + b"\r\n")
            await raw.read_answer()
            await asyncio.sleep(0.4)
        await raw.send((GET + b"\r\n") * 3 + GET)
        for _ in range(3):
            await raw.read_answer()
        await raw.send(b"\r\n")

        assert (await raw.read_answer()).startswith(b"HTTP/1.1 200 ")


async def test_an_answer_may_take_longer_than_its_question(
    strict: Server, standin: Standin
) -> None:
    await standin.configure(tokens=8, inter_delay=0.25)
    async with open_chat_client(strict.url) as client:
        told = await client.ask("How many ships did Quillmere harbour count in 2023?")

    assert told.ends == ["done"]


async def test_what_is_no_http_is_a_problem(strict: Server) -> None:
    async with connected(strict) as raw:
        await raw.send(b"\x16\x03\x01 hello\r\n\r\n")

        assert_refused(await raw.read_all(), 400, "malformed_request")
