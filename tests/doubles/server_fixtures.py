"""Fixtures for the service: `citewire serve` as its own process on a corpus of its own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from subprocess import PIPE
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Protocol
from uuid import uuid4

import httpx
import pytest

from citewire.services.models.local.minilm import build_minilm
from citewire.services.models.names import MINILM
from citewire.settings import env_name
from tests.doubles.chat_client import ChatClient, open_chat_client
from tests.doubles.corpus import CORPUS, write_corpus, write_passages_with
from tests.doubles.standin_fixtures import Standin

ROOT = Path(__file__).parents[2]
START_S = 40.0
STOP_S = 15.0
MAX_RUNS = 50
KEY = "sk-test-0123456789"
MAIN = "import sys; from citewire.scripts.cli import main; sys.exit(main())"


class Process(Protocol):
    """What tests do with a process."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Forked:
    """A process that another one forked."""

    def __init__(self, pid: int, ended: "Future[int]") -> None:
        self._pid = pid
        self._ended = ended

    @property
    def pid(self) -> int:
        return self._pid

    def poll(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    def wait(self, timeout: float | None = None) -> int:
        try:
            return self._ended.result(timeout)
        except TimeoutError:
            raise subprocess.TimeoutExpired("citewire", timeout or 0) from None

    def send_signal(self, sig: int, /) -> None:
        if not self._ended.done():
            with suppress(ProcessLookupError):
                os.kill(self._pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Zygote:
    """Forks `citewire`; see server_zygote.py."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._started: Queue[int] = Queue()
        self._ended: dict[int, Future[int]] = {}
        self._listening = Thread(target=self._listen)
        self._listening.start()

    def fork(self, **asked: object) -> Forked:
        """Start `citewire` with `argv`, `env` and `cwd`; its output goes to files."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(asked, default=str)}\n")
        self._process.stdin.flush()
        pid = self._started.get(timeout=START_S)
        return Forked(pid, self._ended[pid])

    def run(
        self, argv: Sequence[str], env: dict[str, str], cwd: Path, timeout: float = 60
    ) -> "subprocess.CompletedProcess[str]":
        """Run `citewire` to its end."""
        with TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            process = self.fork(argv=argv, env=env, cwd=cwd, out=out, err=err)
            try:
                code = process.wait(timeout)
            finally:
                process.kill()
            said, failed = out.read_text("utf-8"), err.read_text("utf-8")
            return subprocess.CompletedProcess(argv, code, said, failed)

    def close(self) -> None:
        """Let it go, after all that it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._listening.join()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            match json.loads(line):
                case {"started": pid}:
                    self._ended[pid] = Future()  # an earlier one may have had its id
                    self._started.put(pid)
                case {"ended": pid, "code": code}:
                    self._ended[pid].set_result(code)


@dataclass(frozen=True, slots=True)
class Server:
    """A running `citewire serve`."""

    url: str
    process: Process
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    def tell_to_stop(self) -> None:
        """SIGTERM, as any supervisor sends it."""
        self.process.send_signal(signal.SIGTERM)


StartServer = Callable[..., AbstractContextManager[Server]]


@contextmanager
def run_server(folder: Path, zygote: Zygote | None = None, **settings: object) -> Iterator[Server]:
    """Serve with `settings` and nothing else from the environment; `folder` takes log and data.

    A `port` among the settings is taken instead of any free one. Leaving stops it, and fails if it
    logged an exception that nobody foresaw. With a zygote it is forked, which is quicker.
    """
    folder.mkdir(exist_ok=True)
    port = settings.pop("port", None) or free_port()
    log_file = folder / "server.log"
    wanted = {"host": "127.0.0.1", "port": port, "data_dir": folder / "data", **settings}
    process = _start(folder, environment(wanted), log_file, zygote)
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
            process.wait()


def _start(folder: Path, env: dict[str, str], log_file: Path, zygote: Zygote | None) -> Process:
    if zygote is not None:
        return zygote.fork(argv=["serve"], env=env, cwd=folder, out=log_file, err=log_file)
    command = [sys.executable, "-c", MAIN, "serve"]
    with log_file.open("wb") as log:
        return subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)


def _set(settings: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in settings.items() if value is not None}


def environment(settings: dict[str, object]) -> dict[str, str]:
    """The environment of a process; names in capitals are no settings of ours."""
    others = ("CITEWIRE_", "OPENAI_", "OTEL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(others)}
    return {
        **kept,
        **{
            name if name.isupper() else env_name(name): str(value)
            for name, value in settings.items()
        },
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_until_alive(server: Server) -> None:
    deadline = time.monotonic() + START_S
    # Nothing here is encrypted, and loading certificates takes as long as a test.
    with httpx.Client(base_url=server.url, trust_env=False, verify=False) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                client.get("/healthz").raise_for_status()
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
def zygote() -> Iterator[Zygote]:
    """What forks the servers of the session."""
    command = [sys.executable, "-c", "from tests.doubles.server_zygote import serve; serve()"]
    with subprocess.Popen(
        command, env=environment({}), cwd=ROOT, text=True, stdin=PIPE, stdout=PIPE
    ) as process:
        zygote = Zygote(process)
        yield zygote
        zygote.close()


@pytest.fixture(scope="session")
def start_server(
    redis_url: str,
    standin_url: str,
    corpus: str,
    zygote: Zygote,
    tmp_path_factory: pytest.TempPathFactory,
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
            "model_suggestions": False,
            **settings,
        }
        # What counts processes is started as everybody starts it.
        by = None if "workers" in settings else zygote
        return run_server(tmp_path_factory.mktemp("server") / "run", by, **_set(given))

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
    with build_minilm() as model:
        vectors = model.get_text_embedding_batch([passage.text for passage in CORPUS])
    asyncio.run(write_passages_with(vectors, redis_url, namespace, model=MINILM))
    with start_server(
        namespace=namespace, data_dir=data_dir, openai_api_key=None, openai_base_url=None
    ) as server:
        yield server
