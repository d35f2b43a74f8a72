"""One streamed answer of an OpenAI-compatible provider: its socket, its silence, its end.

Deliberate oddities:
- Answers are read with aiohttp's C parser and orjson instead of the OpenAI SDK, whose objects
  cost 140 µs per token. All that has arrived is one read, and no delta waits for another.
- A stream that is left early has its transport aborted: a TLS goodbye would wait for the other
  side, which goes on sending. One that came to its end leaves its connection to the pool.
"""

import asyncio
import math
from dataclasses import dataclass

import aiohttp

from citewire.errors import ModelTimeout
from citewire.services.models.decoder import ChatDecoder
from citewire.services.models.replies import count_of
from citewire.workflows.run_context import FinishReason

LINGER_S = 1.0
GOODBYE_S = 1.0
"""How long `[DONE]` is waited for when all else was said, in seconds."""

Cuts = tuple[str, ...]
"""Text that arrived together, in the provider's own cuts, none of which is empty."""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """How a stream ended; tokens are 0 where the provider did not count them."""

    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int


class Stream:
    """One streamed answer of the provider: reads it, watches for silence, closes its socket."""

    __slots__ = (
        "_idle_s",
        "_is_cut",
        "_lingering",
        "_loop",
        "_response",
        "_silent_at",
        "_timer",
        "_told",
        "decoder",
    )

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        decoder: ChatDecoder,
        lingering: set[aiohttp.ClientResponse],
    ) -> None:
        self._response = response
        self._lingering = lingering  # complete answers whose bodies have not ended
        self.decoder = decoder
        self._loop = asyncio.get_running_loop()
        self._is_cut = False
        self._told = (False, False)
        self._idle_s = math.inf
        self._silent_at = math.inf
        self._timer: asyncio.TimerHandle | None = None

    @property
    def end(self) -> StreamEnd:
        """How the answer ended; of use when `read` has returned None."""
        usage = self.decoder.usage
        return StreamEnd(
            self.decoder.finish_reason or "stop",
            count_of(usage, "prompt_tokens"),
            count_of(usage, "completion_tokens"),
        )

    async def read(self) -> Cuts | None:
        """All text that has arrived, waiting for some; None when the answer is complete.

        Nothing is given, as no cuts, where the model gives its first sign of life without text
        and where it begins to think.

        Raises:
            ModelError: it is not, and will not be.
        """
        decoder = self.decoder
        while decoder.failure is None and not decoder.is_over:
            if parts := await self._next():
                return tuple(parts)
            told = (decoder.is_at_work, decoder.thinking.is_seen)
            if told != self._told and decoder.failure is None and not decoder.is_over:
                self._told = told
                return ()
        if decoder.failure is not None:
            raise decoder.failure
        return None

    async def _next(self) -> list[str]:
        decoder = self.decoder
        try:
            data = await self._more()
        except ModelTimeout:
            if not decoder.has_goodbye:
                raise
            return decoder.end()  # the answer is complete, only the goodbye is missing
        return decoder.feed(data) if data else decoder.end(is_cut=self._is_cut)

    async def _more(self) -> bytes:
        """What has arrived, waiting for some; nothing when the connection ended, however it did."""
        wait_s = self._idle_s
        if self.decoder.has_goodbye:
            wait_s = min(wait_s, GOODBYE_S)
            self._look_in(wait_s)
        self._silent_at = self._loop.time() + wait_s
        try:
            return await self._response.content.readany()
        except aiohttp.ClientError:
            self._is_cut = True
            return b""
        finally:
            self._silent_at = math.inf  # a slow reader is not a silent provider

    def watch(self, idle_s: float) -> None:
        """Raise ModelTimeout in `read` when it waits for longer than `idle_s` seconds.

        One timer for the stream, which looks at a time that each read moves on: a timeout around
        each read would cost more than the read.
        """
        self._idle_s = idle_s
        self._look_in(idle_s)

    def _look_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        if now < self._silent_at:
            due = min(self._silent_at, now + self._idle_s)
            self._timer = None if due == math.inf else self._loop.call_at(due, self._look)
            return
        silence = f"the model fell silent for {self._idle_s:g} s (CITEWIRE_IDLE_TIMEOUT_S)"
        self._response.content.set_exception(ModelTimeout(silence))

    def close(self) -> None:
        """Give the connection back if the answer is complete, otherwise cut it now."""
        if self._timer is not None:
            self._timer.cancel()
        if self.decoder.done and self.decoder.failure is None:
            # The end of the HTTP body may still be under way; when it arrives, aiohttp gives the
            # connection to the pool by itself.
            self._lingering.add(self._response)
            self._loop.call_later(LINGER_S, self._let_go)
            return
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._response.close()

    def _let_go(self) -> None:
        self._lingering.discard(self._response)
        self._response.close()
