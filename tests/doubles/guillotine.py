"""A proxy before Redis that kills who sends commands, before the one that it is set to."""

import asyncio
import os
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from hiredis import Reader as CommandReader
from hiredis import pack_command

READING = frozenset(
    b"AUTH COMMAND EXISTS FT.INFO FT.SEARCH GET HEXISTS HGET HGETALL JSON.GET JSON.MGET MULTI "
    b"PING SELECT SMEMBERS ZRANGE".split()
)
"""Killed before or after one of these, a run leaves the same."""


class Guillotine:
    """Passes commands on to Redis; kills who sends them before the one that it is set to."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._pid = 0
        self._left = 0
        self.is_down = False
        self._open: set[asyncio.Task[None]] = set()

    def set_to(self, number: int) -> None:
        """Fall before the `number`th command that changes something."""
        self._left = number
        self.is_down = False

    def under_it(self, pid: int) -> None:
        """Whom it is to fall on."""
        self._pid = pid

    async def settle(self) -> None:
        """Wait until Redis has done all that was passed on."""
        if self._open:
            await asyncio.wait(self._open)

    async def serve(self, client: StreamReader, answers: StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        redis_answers, redis = await asyncio.open_connection(*self._upstream)
        answering = asyncio.create_task(_pass_on(redis_answers, answers))
        try:
            await self._pass_commands(client, redis)
        finally:
            # Redis does what it was sent, then it closes, too.
            redis.write_eof()
            await asyncio.wait([answering])
            redis.close()
            answers.close()

    async def _pass_commands(self, client: StreamReader, redis: StreamWriter) -> None:
        commands = CommandReader()
        while data := await _read(client):
            commands.feed(data)
            while (command := commands.gets()) is not False:
                if self._falls(command):
                    return
                redis.write(pack_command(tuple(command)))

    def _falls(self, command: list[bytes]) -> bool:
        if not self.is_down and command[0].upper() not in READING:
            self._left -= 1
            if self._left == 0:
                os.kill(self._pid, signal.SIGKILL)
                self.is_down = True
        return self.is_down


async def _read(stream: StreamReader) -> bytes:
    try:
        return await stream.read(2**16)
    except ConnectionResetError:
        return b""


async def _pass_on(source: StreamReader, sink: StreamWriter) -> None:
    while data := await _read(source):
        sink.write(data)  # where nobody is left to read it, it is dropped


@asynccontextmanager
async def open_guillotine(redis_url: str) -> AsyncIterator[tuple[Guillotine, str]]:
    """It, and the URL under which it stands before Redis."""
    url = urlsplit(redis_url)
    assert url.hostname is not None
    assert url.port is not None
    guillotine = Guillotine((url.hostname, url.port))
    async with await asyncio.start_server(guillotine.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield guillotine, url._replace(netloc=f":{url.password}@127.0.0.1:{port}").geturl()
