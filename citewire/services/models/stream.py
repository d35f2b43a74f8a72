"""One streamed answer of an OpenAI-compatible provider: its bytes, its text, its end.

Deliberate oddities:
- Answers are read with aiohttp's C parser and orjson instead of the OpenAI SDK, whose objects
  cost 140 µs per token. All that has arrived is one read, and no delta waits for another.
- One line of `data:` is taken as one JSON object, without waiting for the blank line that ends
  the event: that is what every such provider sends, and the text is out one packet earlier.
- A stream that is left early has its transport aborted: a TLS goodbye would wait for the other
  side, which goes on sending. One that came to its end leaves its connection to the pool.
"""

import asyncio
import math
from dataclasses import dataclass
from typing import Any

import aiohttp

from citewire.errors import ModelError, ModelTimeout, ModelUnavailable
from citewire.services.models.faults import code, failure_in_stream, json_or_none
from citewire.services.models.replies import Halves, count_of, text_of
from citewire.workflows.run_context import FinishReason

LINGER_S = 1.0

Cuts = tuple[str, ...]
"""Text that arrived together, in the provider's own cuts, none of which is empty."""

_FINISH_REASONS: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """How a stream ended; tokens are 0 where the provider did not count them."""

    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int


class ChatDecoder:
    """Turns the bytes of a chat stream into its pieces of text, however the bytes were cut.

    `failure` is what the provider reported in the stream, to be raised after the text that came
    before it.
    """

    __slots__ = (
        "_halves",
        "_model",
        "_rest",
        "done",
        "failure",
        "finish_reason",
        "is_blank",
        "usage",
    )

    def __init__(self, model: str) -> None:
        self._model = model
        self._rest: list[bytes] = []  # the line that has not ended; joined once, so linear
        self._halves: Halves | None = None  # until one comes
        self.done = False
        self.is_blank = True
        self.failure: ModelError | None = None
        self.finish_reason: str | None = None
        self.usage: dict[str, Any] | None = None

    def feed(self, data: bytes) -> list[str]:
        """Take `data` and return the pieces of text in the lines that it completes."""
        cut = data.rfind(b"\n") + 1
        self._rest.append(data[:cut] if cut else data)
        if not cut:
            return []
        lines = b"".join(self._rest).split(b"\n")
        self._rest = [data[cut:]]
        parts: list[str] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._take(line[5:], parts)
                if self.done or self.failure is not None:
                    break
        return parts

    def _take(self, data: bytes, parts: list[str]) -> None:
        if data.strip() == b"[DONE]":
            self.done = True
            return
        chunk = json_or_none(data)
        if chunk is None:
            self._halves = self._halves or Halves()
            chunk = self._halves.loads(data)
        fault = chunk.get("error") if isinstance(chunk, dict) else "no JSON object"
        if fault is not None:
            self.failure = failure_in_stream(code(fault), self._model)
            return
        choices = chunk.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            self._chosen(choices[0], parts)
        if isinstance(usage := chunk.get("usage"), dict) and usage:
            self.usage = usage
        self.done = self.finish_reason is not None and self.usage is not None

    def _chosen(self, choice: dict[str, Any], parts: list[str]) -> None:
        text = text_of(choice.get("delta"))
        if self._halves is not None:
            text = self._halves.whole(text)
        if text:
            parts.append(text)
            if self.is_blank:
                self.is_blank = text.isspace()
        if isinstance(reason := choice.get("finish_reason"), str) and reason:
            self.finish_reason = reason


class Stream:
    """One streamed answer of the provider: reads it, watches for silence, closes its socket."""

    __slots__ = ("_decoder", "_idle_s", "_loop", "_response", "_silent_at", "_timer")

    def __init__(self, response: aiohttp.ClientResponse, model: str) -> None:
        self._response = response
        self._decoder = ChatDecoder(model)
        self._loop = asyncio.get_running_loop()
        self._idle_s = math.inf
        self._silent_at = math.inf
        self._timer: asyncio.TimerHandle | None = None

    @property
    def end(self) -> StreamEnd:
        """How the answer ended; of use when `read` has returned None."""
        usage = self._decoder.usage
        return StreamEnd(
            _FINISH_REASONS.get(self._decoder.finish_reason or "", "stop"),
            count_of(usage, "prompt_tokens"),
            count_of(usage, "completion_tokens"),
        )

    async def read(self) -> Cuts | None:
        """All text that has arrived, waiting for some; None when the answer is complete."""
        decoder = self._decoder
        while decoder.failure is None and not decoder.done:
            try:
                data = await self._more()
            except ModelTimeout:
                if decoder.finish_reason is None:
                    raise
                break  # the answer is complete, only the goodbye is missing
            if not data:
                break
            if parts := decoder.feed(data):
                return tuple(parts)
        if decoder.failure is not None:
            raise decoder.failure
        if decoder.finish_reason is None and not decoder.done:
            raise ModelUnavailable("the provider cut the stream: ask again")
        if decoder.is_blank and self.end.finish_reason == "stop":
            raise ModelUnavailable("the model gave an empty answer: ask again")
        return None

    async def _more(self) -> bytes:
        """What has arrived, waiting for some; nothing when the connection ended, however it did."""
        self._silent_at = self._loop.time() + self._idle_s
        try:
            return await self._response.content.readany()
        except aiohttp.ClientError:
            return b""
        finally:
            self._silent_at = math.inf  # a slow reader is not a silent provider

    def watch(self, idle_s: float) -> None:
        """Raise ModelTimeout in `read` when it waits for longer than `idle_s` seconds.

        One timer for the stream, which looks at a time that each read moves on: a timeout around
        each read would cost more than the read.
        """
        self._idle_s = idle_s
        self._timer = self._loop.call_later(idle_s, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        if now < self._silent_at:
            self._timer = self._loop.call_at(min(self._silent_at, now + self._idle_s), self._look)
            return
        silence = f"the model fell silent for {self._idle_s:g} s (CITEWIRE_IDLE_TIMEOUT_S)"
        self._response.content.set_exception(ModelTimeout(silence))

    def close(self) -> None:
        """Give the connection back if the answer is complete, otherwise cut it now."""
        if self._timer is not None:
            self._timer.cancel()
        if self._decoder.done and self._decoder.failure is None:
            # The end of the HTTP body may still be under way; when it arrives, aiohttp gives the
            # connection to the pool by itself.
            self._loop.call_later(LINGER_S, self._response.close)
            return
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._response.close()
