"""`citewire serve`: a server that drains when it is told to stop."""

import asyncio
import gc
import math
import socket
from collections.abc import Callable
from types import FrameType

import anyio
import uvicorn

from citewire.api.app import create_app
from citewire.settings import Settings


class DrainingServer(uvicorn.Server):
    """A uvicorn server that says so at once when it is told to stop.

    uvicorn runs the lifespan's end only after all responses are over, which is too late to end
    them: the runs must be stopped and stored first.

    Args:
        config: uvicorn's.
        on_started: called once it can answer.
    """

    def __init__(self, config: uvicorn.Config, *, on_started: Callable[[], None]) -> None:
        super().__init__(config)
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
        await super().startup(sockets)
        gc.freeze()
        gc.enable()
        gc.set_threshold(10_000, 20, 20)
        if self.started:
            self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take the signal: announce it to the app, then let uvicorn wind down."""
        if self._told is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._told.set)
        super().handle_exit(sig, frame)


def build_server(
    settings: Settings, *, on_started: Callable[[], None] = lambda: None
) -> DrainingServer:
    """A server for `settings`, not yet running."""
    server: DrainingServer
    # The app needs the server's event, and the server needs the app.
    app = create_app(settings, draining=lambda: server.told())  # noqa: PLW0108
    config = uvicorn.Config(
        app,
        host=settings.server.host,
        port=settings.server.port,
        log_level=settings.server.log_level,
        access_log=False,
        proxy_headers=False,  # nothing here depends on the client's address or scheme
        # Less than the grace, which also covers what comes after; in whole seconds.
        timeout_graceful_shutdown=max(1, math.floor(0.8 * settings.server.shutdown_grace_s)),
        server_header=False,
    )
    server = DrainingServer(config, on_started=on_started)
    return server


def serve(settings: Settings) -> int:
    """Serve until told to stop; gives the exit code."""
    build_server(settings).run()
    return 0
