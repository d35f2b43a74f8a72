"""Fixtures for the stand-in provider: one process per session, knobs put back for each test."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest


class Standin:
    """The running stand-in: where it is, what it is to do, what it has seen."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @property
    def base_url(self) -> str:
        """For `OPENAI_BASE_URL`."""
        return f"{str(self._client.base_url).rstrip('/')}/v1"

    async def configure(self, **knobs: Any) -> None:
        """Set knobs; see `Knobs` in standin.py."""
        (await self._client.post("/config", json=knobs)).raise_for_status()

    async def stats(self) -> dict[str, Any]:
        """The counts; `connections` includes the one that asks, `times` are of `time.monotonic`."""
        found: dict[str, Any] = (await self._client.get("/stats?times=1")).json()
        return found

    async def requests(self) -> list[dict[str, Any]]:
        """The last requests to the provider, as `path` and `body`, oldest first."""
        found: list[dict[str, Any]] = (await self._client.get("/requests")).json()
        return found

    async def until(self, *, within_s: float = 5.0, **counts: int) -> dict[str, Any]:
        """Wait until the counts are these and return all of them."""
        async with asyncio.timeout(within_s):
            while True:
                seen = await self.stats()
                if all(seen[name] == count for name, count in counts.items()):
                    return seen
                await asyncio.sleep(0.01)


@contextmanager
def running_standin() -> Iterator[str]:
    """The address of a stand-in process that lives as long as the block."""
    script = Path(__file__).with_name("standin.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def standin_url() -> Iterator[str]:
    """The address of a stand-in process that lives as long as the test session."""
    with running_standin() as url:
        yield url


@pytest.fixture
async def standin(standin_url: str) -> AsyncIterator[Standin]:
    """The stand-in with default knobs and empty counts, also for whoever comes next without it."""
    async with httpx.AsyncClient(base_url=standin_url, trust_env=False, verify=False) as client:
        (await client.post("/reset")).raise_for_status()
        yield Standin(client)
        (await client.post("/reset")).raise_for_status()
