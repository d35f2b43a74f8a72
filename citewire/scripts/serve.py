"""`citewire serve`: a server that drains when it is told to stop."""

import asyncio
import errno
import gc
import logging
import math
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from types import FrameType

import anyio
import uvicorn

from citewire.api.app import create_app
from citewire.api.connections import limited_connection
from citewire.api.host_check import ALL_ADDRESSES
from citewire.api.request_log import RequestLog, mark_log_lines
from citewire.errors import ConfigurationError
from citewire.services.telemetry.metrics import Metrics
from citewire.settings import Settings
from citewire.settings.groups import ServerSettings
from citewire.tracing.export import exporting_traces

logger = logging.getLogger(__name__)

Lifespan = Callable[[], AbstractAsyncContextManager[object]]


class DrainingServer(uvicorn.Server):
    """A uvicorn server that says so at once when it is told to stop.

    uvicorn runs the lifespan's end only after all responses are over, which is too late to end
    them: the runs must be stopped and stored first. It also turns what a lifespan raises at start
    into a logged traceback; so the lifespan is run here, and what it raises is raised.

    Args:
        config: uvicorn's; it is to leave the lifespan alone.
        lifespan: opens all that the app needs.
        on_started: called once it can answer.
    """

    def __init__(
        self, config: uvicorn.Config, lifespan: Lifespan, *, on_started: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._lifespan = lifespan
        self._living: asyncio.Task[None] | None = None
        self._is_over = asyncio.Event()
        self._on_started = on_started
        self._told: anyio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def told(self) -> anyio.Event:
        """The event of being told to stop; called once, inside the loop."""
        self._loop = asyncio.get_running_loop()
        self._told = anyio.Event()
        return self._told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then take what start-up left behind out of the garbage collector's sight.

        LlamaIndex leaves half a million objects that never go away; walking them stops every
        stream for 50 ms at a time.
        """
        is_open = asyncio.Event()
        self._living = asyncio.create_task(self._live(is_open))
        opening = asyncio.create_task(is_open.wait())
        await asyncio.wait((self._living, opening), return_when=asyncio.FIRST_COMPLETED)
        opening.cancel()
        if self._living.done():
            self._living.result()
        try:
            await super().startup(sockets)
        except OSError:
            await self._end_life()
            raise
        gc.freeze()
        gc.enable()
        gc.set_threshold(10_000, 20, 20)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all responses, then the lifespan."""
        await super().shutdown(sockets)
        if not self.force_exit:
            await self._end_life()

    async def _live(self, is_open: asyncio.Event) -> None:
        """The lifespan, in a task of its own, so that a part that fails leaves the server up."""
        try:
            async with self._lifespan():
                is_open.set()
                await self._is_over.wait()
        except Exception:
            if not is_open.is_set():
                raise
            logger.exception("a part of the server failed")

    async def _end_life(self) -> None:
        self._is_over.set()
        if self._living is not None:
            await self._living

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take the signal: announce it to the app, then let uvicorn wind down."""
        if self._told is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)
        super().handle_exit(sig, frame)


def build_server(
    settings: Settings, *, on_started: Callable[[], None] = lambda: None
) -> DrainingServer:
    """A server for `settings`, not yet running."""
    mark_log_lines()
    server: DrainingServer
    metrics = Metrics()
    # The app needs the server's event, and the server needs the app.
    app = create_app(settings, metrics, draining=lambda: server.told())  # noqa: PLW0108
    config = uvicorn.Config(
        RequestLog(app, metrics),
        host=settings.server.host,
        port=settings.server.port,
        http=limited_connection(settings.server),
        ws="none",
        log_level=settings.server.log_level,
        access_log=False,
        log_config=None,  # its lines are ours, in our format
        proxy_headers=False,  # nothing here depends on the client's address or scheme
        # Less than the grace, which also covers what comes after; in whole seconds.
        timeout_graceful_shutdown=max(1, math.floor(0.8 * settings.server.shutdown_grace_s)),
        server_header=False,
        lifespan="off",
    )

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None, None]:
        with exporting_traces():
            async with app.router.lifespan_context(app):
                yield

    server = DrainingServer(config, lifespan, on_started=on_started)
    return server


def serve(settings: Settings) -> int:
    """Serve until told to stop; gives the exit code.

    Raises:
        CitewireError: it cannot start.
    """
    sockets: list[socket.socket] = []
    server = build_server(settings, on_started=lambda: tell_address(settings.server, sockets))
    with ExitStack() as stack:
        sockets += [stack.enter_context(bound) for bound in bind(settings.server)]
        server.run(sockets=sockets)
    return 0


def bind(server: ServerSettings) -> list[socket.socket]:
    """Take the port, on every address of the host; the server listens on it once it can answer.

    Raises:
        ConfigurationError: it cannot be had.
    """
    host, port = server.host, server.port
    bound: list[socket.socket] = []
    refused: OSError | None = None
    try:
        addresses = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise ConfigurationError(f"CITEWIRE_HOST: {host} has no address: {error}") from error
    for family, kind, protocol, _, address in dict.fromkeys(addresses):
        # With port 0 the same free one on all of them.
        chosen = bound[0].getsockname()[1] if bound else port
        try:
            bound.append(_bound(socket.socket(family, kind, protocol), address, chosen))
        except OSError as error:
            refused = error
            if error.errno == errno.EADDRINUSE:
                break
    if refused is None or (bound and refused.errno != errno.EADDRINUSE):
        return bound
    for sock in bound:
        sock.close()
    if refused.errno == errno.EADDRINUSE:
        raise ConfigurationError(
            f"port {port} of {host} is in use: stop what listens there, or choose another port "
            "with --port or CITEWIRE_PORT"
        ) from refused
    raise ConfigurationError(f"cannot listen on {host}, port {port}: {refused.strerror}")


def tell_address(server: ServerSettings, sockets: list[socket.socket]) -> None:
    """Print where the server answers."""
    host = "localhost" if server.host in ALL_ADDRESSES else server.host
    host = f"[{host}]" if ":" in host else host
    with suppress(OSError):  # whoever started it may not listen
        port = sockets[0].getsockname()[1]
        print(f"Citewire answers at http://{host}:{port} (Ctrl-C ends)", flush=True)


def _bound(sock: socket.socket, address: tuple[object, ...], port: int) -> socket.socket:
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address[0], port, *address[2:]))
    except OSError:
        sock.close()
        raise
    sock.set_inheritable(True)
    return sock
