"""Starting, pinning, watching and stopping the processes of a run: nothing outlives its block."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import orjson
import psutil
from corpus import EMBED_MODEL, NAMESPACE, STANDIN
from load import BARE, CITEWIRE, DIRECT, RECIPE, BenchError, Dialect, call, is_up

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 15.0
POLL_S = 0.02
ALL_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
SERVE = "import sys; from citewire.scripts.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Cores:
    """Where the service runs and where all else does; None where nothing can be pinned."""

    service: int | None
    rest: int | None

    @classmethod
    def choose(cls) -> "Cores":
        """The first two cores that this process may use, if there are two."""
        if not hasattr(os, "sched_getaffinity"):
            return cls(None, None)
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[1]) if len(allowed) > 1 else cls(None, None)


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Run on `core` inside the block; a process that is started there stays on it."""
    with _on_cores(None if core is None else {core}):
        yield


@contextmanager
def _on_cores(cores: set[int] | None) -> Iterator[None]:
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True, slots=True)
class Server:
    """Something that can be asked; `direct` is the stand-in itself, as a service of no cost.

    `ready_s` is the time in seconds from its start until it said that it could answer.
    """

    dialect: Dialect
    port: int
    process: psutil.Process
    ready_s: float

    @property
    def name(self) -> str:
        """Its name in the tables."""
        return self.dialect.name

    def cpu_s(self) -> float:
        """CPU seconds that it and its children have taken."""
        used = [process.cpu_times() for process in self._processes()]
        return float(sum(times.user + times.system for times in used))

    def rss_mb(self) -> float:
        """Resident memory of it and its children, in MB (2**20 bytes)."""
        return float(sum(process.memory_info().rss for process in self._processes())) / 2**20

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def _started(
    command: Sequence[str], *, env: Mapping[str, str], log: Path, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process in a session of its own, so that Ctrl-C reaches only us, and stop it."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out if stdout is None else stdout,
            stderr=out,
            env=dict(env),
            cwd=log.parent,  # no .env is read
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def clean_environment(**settings: str) -> dict[str, str]:
    """Our environment without anything that sets up the services, and with `settings`."""
    ours = ("CITEWIRE_", "OPENAI_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    paths = {"PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return {**kept, **paths, **settings}


@contextmanager
def open_standin(folder: Path) -> Iterator[Server]:
    """The stand-in for the provider, which is also what `direct` asks."""
    command = [sys.executable, str(STANDIN), "--port", "0"]
    log = folder / "standin.log"
    env = clean_environment()
    with _started(command, env=env, log=log, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise BenchError(f"the stand-in did not start:\n{_tail(log)}")
        watched = psutil.Process(process.pid)
        yield Server(DIRECT, orjson.loads(said)["port"], watched, 0.0)


async def run_on_all_cores(script: Path, *arguments: str) -> bytes:
    """Run a script of the benchmark by itself, on all cores; gives what it prints.

    Raises:
        BenchError: it fails.
    """
    with TemporaryDirectory(prefix="citewire-bench-") as name, ExitStack() as stack:
        log = Path(name) / "log"
        command = [sys.executable, str(script), *arguments]
        with _on_cores(ALL_CORES):
            process = stack.enter_context(
                _started(command, env=clean_environment(), log=log, stdout=subprocess.PIPE)
            )
        assert process.stdout is not None
        # Read in a thread: when this is cancelled, the process is stopped, and that ends it.
        said = await asyncio.to_thread(process.stdout.read)
        if process.wait():
            raise BenchError(f"{script.name} failed; it said:\n{_tail(log)}")
        return said


@dataclass(frozen=True, slots=True)
class Site:
    """What the services are started with."""

    folder: Path
    redis_url: str
    standin: Server
    cores: Cores

    @asynccontextmanager
    async def open_citewire(self, **changed: str) -> AsyncIterator[Server]:
        """`citewire serve` with its defaults but for what is changed, ready."""
        port = _free_port()
        settings = {
            "CITEWIRE_REDIS_URL": self.redis_url,
            "CITEWIRE_DATA_DIR": str(self.folder / "data"),
            "CITEWIRE_NAMESPACE": NAMESPACE,
            "CITEWIRE_EMBED_MODEL": EMBED_MODEL,
            "CITEWIRE_LOG_LEVEL": "warning",
            # As many as the recipe shows its model: like for like.
            "CITEWIRE_SIMILARITY_TOP_K": "3",
            # The recipe names and sums up no chats: the model is asked for the same.
            "CITEWIRE_CHAT_TITLES": "false",
            "CITEWIRE_CHAT_SUMMARIES": "false",
            **changed,
        }
        command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
        async with self._opened(CITEWIRE, command, settings, port=port, ready="/readyz") as server:
            yield server

    @asynccontextmanager
    async def open_recipe(self) -> AsyncIterator[Server]:
        """The recipe under uvicorn, ready."""
        async with self._under_uvicorn(RECIPE, {"REDIS_URL": self.redis_url}) as server:
            yield server

    @asynccontextmanager
    async def open_bare(self) -> AsyncIterator[Server]:
        """The bare pass-through under uvicorn, ready."""
        async with self._under_uvicorn(BARE, {}) as server:
            yield server

    @asynccontextmanager
    async def _under_uvicorn(
        self, dialect: Dialect, settings: Mapping[str, str]
    ) -> AsyncIterator[Server]:
        port = _free_port()
        here = str(Path(__file__).parent)
        command = [sys.executable, "-m", "uvicorn", f"{dialect.name}:app", "--app-dir", here]
        command += ["--port", str(port), "--log-level", "warning", "--no-access-log"]
        async with self._opened(dialect, command, settings, port=port, ready="/health") as server:
            yield server

    @asynccontextmanager
    async def _opened(
        self,
        dialect: Dialect,
        command: Sequence[str],
        settings: Mapping[str, str],
        *,
        port: int,
        ready: str,
    ) -> AsyncIterator[Server]:
        provider = f"http://127.0.0.1:{self.standin.port}/v1"
        env = clean_environment(OPENAI_BASE_URL=provider, OPENAI_API_KEY="sk-bench", **settings)
        log = self.folder / f"{dialect.name}.log"
        with ExitStack() as stack:
            with on_core(self.cores.service):
                begun = time.monotonic()
                process = stack.enter_context(_started(command, env=env, log=log))
            await _wait_until_ready(process, port, ready, log)
            ready_s = time.monotonic() - begun
            try:
                yield Server(dialect, port, psutil.Process(process.pid), ready_s)
            except Exception as error:
                error.add_note(f"the log of {dialect.name} ends:\n{_tail(log)}")
                raise


async def _wait_until_ready(
    process: subprocess.Popen[bytes], port: int, path: str, log: Path
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not await is_up(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise BenchError(f"no {path} on port {port}; the log ends:\n{_tail(log)}")
        await asyncio.sleep(POLL_S)


@asynccontextmanager
async def open_site(cores: Cores) -> AsyncIterator[Site]:
    """A Redis and a stand-in on the core that the service does not use."""
    # Deferred: needs flock, and its error should come after the argument errors.
    from citewire.storage.embedded.client import open_embedded_redis

    with (
        TemporaryDirectory(prefix="citewire-bench-", ignore_cleanup_errors=True) as name,
        ExitStack() as last,
        open_embedded_redis(Path(name) / "redis-data") as redis_url,
        open_standin(Path(name)) as standin,
    ):
        # Its supervisor ends it a little after its last user has left: files go after that.
        last.callback(_wait_until_gone, urlsplit(redis_url).port or 0)
        await call(standin.port, "POST", "/reset")
        yield Site(Path(name), redis_url, standin, cores)


def _wait_until_gone(port: int) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]
