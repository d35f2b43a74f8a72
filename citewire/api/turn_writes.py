"""What is written to a client in one turn of the loop leaves as one write.

uvicorn writes the head, each chunk and the end of an answer at once: a call of the system each, and
a packet. What comes together from the app, as the head and the first events, leaves together.
"""

import asyncio
from typing import Any


class TurnTransport:
    """A transport that writes at the end of the turn.

    All but what is written is the transport's own: when it is full it says so to the protocol, a
    turn later.

    Args:
        transport: to the client.
    """

    __slots__ = ("_loop", "_transport", "_waiting")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write it with all else of this turn."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        """Write what waits, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if waiting := self._waiting:
            self._waiting = []
            if self._transport.is_closing():
                return  # the client hung up in this very turn
            self._transport.write(waiting[0] if len(waiting) == 1 else b"".join(waiting))
