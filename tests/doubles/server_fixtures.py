"""Fixtures for the service: `citewire serve` as its own process on a corpus of its own."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from citewire.services.models.minilm.embedding import FINGERPRINT, build_minilm
from citewire.settings import env_name
from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.corpus import CORPUS, write_corpus, write_passages_with
from tests.doubles.standin_fixtures import Standin

START_S = 40.0
STOP_S = 15.0
MAX_RUNS = 50
KEY = "sk-test-0123456789"
MAIN = "import sys; from citewire.scripts.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Server:
    """A running `citewire serve`."""

    url: str
    process: "subprocess.Popen[bytes]"
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    def tell_to_stop(self) -> None:
        """SIGTERM, as any supervisor sends it."""
        self.process.send_signal(signal.SIGTERM)


StartServer = Callable[..., AbstractContextManager[Server]]


@contextmanager
def run_server(folder: Path, **settings: object) -> Iterator[Server]:
    """Serve with `settings` and nothing else from the environment; `folder` takes log and data.

    A `port` among the settings is taken instead of any free one. Leaving stops it, and fails if it
    logged an exception that nobody foresaw.
    """
    folder.mkdir(exist_ok=True)
    port = settings.pop("port", None) or free_port()
    log_file = folder / "server.log"
    wanted = {"host": "127.0.0.1", "port": port, "data_dir": folder / "data", **settings}
    command = [sys.executable, "-c", MAIN, "serve"]
    with (
        log_file.open("wb") as log,
        subprocess.Popen(
            command, env=environment(wanted), cwd=folder, stdout=log, stderr=log
        ) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}", process, log_file)
        try:
            _wait_until_alive(server)
            yield server
            assert "Traceback" not in server.log, server.log
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _set(settings: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if value is not None}


def environment(settings: dict[str, object]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CITEWIRE_", "OPENAI_"))}
    return {**kept, **{env_name(name): str(value) for name, value in settings.items()}}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_until_alive(server: Server) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            httpx.get(f"{server.url}/healthz", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not start; its log:\n{server.log}")


@pytest.fixture(scope="session")
def corpus(redis_url: str, standin_url: str) -> str:
    """The namespace that holds the passages of tests/doubles/corpus.py."""
    # Another module's test may have left its knobs.
    httpx.post(f"{standin_url}/reset", trust_env=False).raise_for_status()
    namespace = f"corpus{uuid4().hex[:8]}"
    asyncio.run(write_corpus(redis_url, namespace, f"{standin_url}/v1"))
    return namespace


@pytest.fixture(scope="session")
def start_server(
    redis_url: str, standin_url: str, corpus: str, tmp_path_factory: pytest.TempPathFactory
) -> StartServer:
    """Starts a server on the corpus and the stand-in; settings given override."""

    def start(**settings: object) -> AbstractContextManager[Server]:
        """Serve with the settings given; None takes away one that would be given anyway."""
        given = {
            "redis_url": redis_url,
            "namespace": corpus,
            "openai_base_url": f"{standin_url}/v1",
            "openai_api_key": KEY,
            # What a test counts are the calls for its own answers.
            "chat_titles": False,
            "chat_summaries": False,
            **settings,
        }
        return run_server(tmp_path_factory.mktemp("server") / "run", **_set(given))

    return start


@pytest.fixture(scope="session")
def server(start_server: StartServer) -> Iterator[Server]:
    """One server for all tests that need no settings of their own."""
    with start_server(max_runs=MAX_RUNS, model_retries=1) as server:
        yield server


@pytest.fixture
async def chat(server: Server, standin: Standin) -> AsyncIterator[ChatClient]:
    """A client of the shared server, with the stand-in put back to its defaults."""
    async with open_chat_client(server.url) as client:
        yield client


@pytest.fixture(scope="session")
def other_server(start_server: StartServer) -> Iterator[Server]:
    """A second worker on the same Redis."""
    with start_server() as server:
        yield server


@pytest.fixture
async def other(other_server: Server) -> AsyncIterator[ChatClient]:
    """A client of the second worker."""
    async with open_chat_client(other_server.url) as client:
        yield client


@pytest.fixture(scope="session")
def local_server(
    start_server: StartServer, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server without a provider, on the corpus with vectors of the local model."""
    data_dir = tmp_path_factory.mktemp("local")
    namespace = f"local{uuid4().hex[:8]}"
    with build_minilm(data_dir / "models") as model:
        vectors = model.get_text_embedding_batch([passage.text for passage in CORPUS])
    asyncio.run(write_passages_with(vectors, redis_url, namespace, model=FINGERPRINT))
    with start_server(
        namespace=namespace, data_dir=data_dir, openai_api_key=None, openai_base_url=None
    ) as server:
        yield server
