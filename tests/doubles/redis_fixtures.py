"""Fixtures on a real Redis: one embedded server for the test session, fresh keys for each test."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from citewire.storage.connection.connection import open_client
from citewire.storage.embedded.binaries import find_binaries
from citewire.storage.embedded.client import open_embedded_redis
from citewire.storage.embedded.folder import HOST, RedisFolder, ask, hold_lock
from citewire.storage.embedded.server import choose_address, start_server, stop_server


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one embedded server for all tests."""
    with open_embedded_redis(tmp_path_factory.mktemp("data")) as url:
        yield url


@pytest.fixture
def namespace() -> str:
    """A namespace that no other test uses."""
    return f"t{uuid4().hex[:10]}"


@pytest.fixture
async def redis_client(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the session's server, opened as the product opens it."""
    async with open_client(redis_url) as client:
        yield client


class StoppableRedis:
    """A server that the test stops and starts again, with its files, at the same address.

    Start it in the main thread: the kernel ends it with the thread that started it.
    """

    def __init__(self, data_dir: Path, lock: int) -> None:
        self._folder = RedisFolder(data_dir)
        self._lock = lock
        self._address = choose_address(None)
        self._process: Popen[bytes] | None = None
        self.url = f"redis://:{self._address[1]}@{HOST}:{self._address[0]}/0"

    @property
    def pid(self) -> int:
        """Of its process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = start_server(self._folder, find_binaries(), self._address, lock=self._lock)

    def start_without_modules(self, cwd: Path) -> None:
        """Start one without modules, and without the files, in its place."""
        port, password = self._address
        options = {"bind": HOST, "port": str(port), "requirepass": password, "save": ""}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = Popen([find_binaries().server, *words], cwd=cwd, stdout=DEVNULL)
        deadline = time.monotonic() + 10
        while not ask(port, password, "PING"):
            assert time.monotonic() < deadline, "waited 10 s in vain"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it; does nothing when it is stopped."""
        if self._process is not None:
            stop_server(self._process)
            self._process = None


@pytest.fixture
def stoppable_redis(tmp_path: Path) -> Iterator[StoppableRedis]:
    """A running server of the test's own, to be stopped and started at will."""
    with hold_lock(RedisFolder(tmp_path).server_lock, timeout_s=1) as lock:
        server = StoppableRedis(tmp_path, lock)
        server.start()
        try:
            yield server
        finally:
            server.stop()
