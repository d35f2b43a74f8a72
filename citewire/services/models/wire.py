"""The HTTP side of an OpenAI-compatible provider: one session, its streams, faults and retries.

Deliberate oddities:
- Answers are read with aiohttp's C parser and orjson instead of the OpenAI SDK, whose objects
  cost 140 µs per token. All that has arrived is one read, and no delta waits for another.
- One line of `data:` is taken as one JSON object, without waiting for the blank line that ends
  the event: that is what every such provider sends, and the text is out one packet earlier.
- The proxy is looked up once: aiohttp's `trust_env` would do it in a thread for each request.
- A stream that is left early has its transport aborted: a TLS goodbye would wait for the other
  side, which goes on sending. One that came to its end leaves its connection to the pool.
"""

import asyncio
import math
import random
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson

from citewire.errors import (
    ConfigurationError,
    ModelBusy,
    ModelError,
    ModelKeyRefused,
    ModelRejected,
    ModelTimeout,
    ModelUnavailable,
)
from citewire.workflows.synthesis import FinishReason, Pieces, on_retry

CONNECT_TIMEOUT_S = 10.0
CHECK_TIMEOUT_S = 5.0
KEEPALIVE_S = 60.0
LINGER_S = 1.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 8.0

T = TypeVar("T")

_NO_SUCH_CALL = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)
_KEY_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_OPTION_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
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


class Provider:
    """An OpenAI-compatible provider, reached through one HTTP session; see `open_provider`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        retries: int,
        first_token_timeout_s: float,
        idle_timeout_s: float,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = session
        self._retries = retries
        self._first_token_timeout_s = first_token_timeout_s
        self._idle_timeout_s = idle_timeout_s
        self._counts_tokens: bool | None = None  # None: not known yet

    async def post_json(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Ask once, with retries, within the time for a first token.

        Args:
            path: below the base URL, such as `embeddings`.
            payload: the request body; its `model` is named in errors.

        Raises:
            ModelError: of the class that fits the fault.
        """
        deadline = self._deadline()

        async def ask() -> dict[str, Any]:
            async with await self._post(path, payload) as response:
                return _json_object(await response.read())

        return await self._retrying(ask, deadline)

    async def check(self) -> None:
        """Ask once, quickly and at no cost, whether the provider answers and takes the key.

        Raises:
            ModelError: it does not; a server without a list of models passes.
        """

        async def ask() -> None:
            url = f"{self.base_url}/models"
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status not in (HTTPStatus.OK, *_NO_SUCH_CALL):
                    raise await _refusal(response, "list")

        await self._in_time(ask, asyncio.get_running_loop().time() + CHECK_TIMEOUT_S)

    async def stream_chat(
        self, payload: Mapping[str, Any]
    ) -> AsyncGenerator[Pieces | StreamEnd, None]:
        """Stream one completion: the text as it arrives, then how it ended.

        Retries come only before the first text. Closing the generator, or cancelling the task
        that waits for it, closes the provider's socket at once.

        Raises:
            ModelError: of the class that fits the fault.
        """
        deadline = self._deadline()
        stream, pieces = await self._retrying(lambda: self._start(payload), deadline)
        try:
            stream.watch(self._idle_timeout_s)
            while pieces is not None:
                yield pieces
                pieces = await stream.read()
            yield stream.end
        finally:
            stream.close()

    async def _start(self, payload: Mapping[str, Any]) -> "tuple[_Stream, Pieces | None]":
        stream = _Stream(await self._open_stream(payload), str(payload.get("model")))
        try:
            return stream, await stream.read()
        except BaseException:
            stream.close()
            raise

    async def _open_stream(self, payload: Mapping[str, Any]) -> aiohttp.ClientResponse:
        """Ask for the token counts too, except of a server that is known to refuse that."""
        wanted = {**payload, "stream": True}
        if self._counts_tokens is not False:
            try:
                response = await self._post(
                    "chat/completions", {**wanted, "stream_options": {"include_usage": True}}
                )
                self._counts_tokens = True
                return response
            except _BadRequest:
                if self._counts_tokens:
                    raise
        response = await self._post("chat/completions", wanted)
        self._counts_tokens = False
        return response

    async def _post(self, path: str, payload: Mapping[str, Any]) -> aiohttp.ClientResponse:
        response = await self._session.post(
            f"{self.base_url}/{path}", data=orjson.dumps(payload), allow_redirects=False
        )
        if response.status == HTTPStatus.OK:
            return response
        async with response:
            raise await _refusal(response, str(payload.get("model")))

    async def _retrying(self, attempt: Callable[[], Awaitable[T]], deadline: float) -> T:
        """Call `attempt` until it works, fails for good, or the deadline is too near."""
        tries = 0
        while True:
            try:
                return await self._in_time(attempt, deadline)
            except (ModelBusy, ModelUnavailable) as error:
                pause = _pause_s(error, tries)
                in_time = asyncio.get_running_loop().time() + pause < deadline
                if tries >= self._retries or not in_time:
                    raise
            tries += 1
            if (announce := on_retry.get()) is not None:
                announce()
            await asyncio.sleep(pause)

    async def _in_time(self, attempt: Callable[[], Awaitable[T]], deadline: float) -> T:
        try:
            async with asyncio.timeout_at(deadline):
                return await attempt()
        except aiohttp.ClientError as error:
            host = urlsplit(self.base_url).hostname
            raise ModelUnavailable(
                f"the model provider at {host} cannot be reached or hung up:"
                " check that it runs and that OPENAI_BASE_URL is right"
            ) from error
        except TimeoutError as error:
            raise ModelTimeout(
                "the model did not answer in time (CITEWIRE_FIRST_TOKEN_TIMEOUT_S)"
            ) from error

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._first_token_timeout_s


@asynccontextmanager
async def open_provider(
    *,
    base_url: str,
    api_key: str,
    retries: int,
    first_token_timeout_s: float,
    idle_timeout_s: float,
) -> AsyncGenerator[Provider, None]:
    """Own the one HTTP session of this process; leaving closes all its connections.

    Args:
        base_url: such as `https://api.openai.com/v1`.
        api_key: sent as bearer token; empty for a server that wants none.
        retries: tries after the first, and only before the first token.
        first_token_timeout_s: seconds from asking to the first text, retries included; also for
            an embedding or a completion that is not streamed.
        idle_timeout_s: longest silence in mid-stream, in seconds.

    Raises:
        ConfigurationError: the base URL is no HTTP address.
    """
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
        headers=_headers(api_key),
        proxy=_proxy_for(base_url),
    )
    async with session:
        yield Provider(
            session,
            base_url=base_url,
            retries=retries,
            first_token_timeout_s=first_token_timeout_s,
            idle_timeout_s=idle_timeout_s,
        )


class ChatDecoder:
    """Turns the bytes of a chat stream into its pieces of text, however the bytes were cut.

    `failure` is what the provider reported in the stream, to be raised after the text that came
    before it.
    """

    __slots__ = ("_model", "_rest", "done", "failure", "finish_reason", "usage")

    def __init__(self, model: str) -> None:
        self._model = model
        self._rest: list[bytes] = []  # the line that has not ended; joined once, so linear
        self.done = False
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
        chunk = _json_or_none(data)
        fault = chunk.get("error") if isinstance(chunk, dict) else "no JSON object"
        if fault is not None:
            self.failure = _failure_in_stream(_code(fault), self._model)
            return
        for choice in (chunk.get("choices") or ())[:1]:
            if text := (choice.get("delta") or {}).get("content"):
                parts.append(text)
            self.finish_reason = choice.get("finish_reason") or self.finish_reason
        self.usage = chunk.get("usage") or self.usage
        self.done = self.finish_reason is not None and self.usage is not None


class _Stream:
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
        usage = self._decoder.usage or {}
        return StreamEnd(
            _FINISH_REASONS.get(self._decoder.finish_reason or "", "stop"),
            usage.get("prompt_tokens") or 0,
            usage.get("completion_tokens") or 0,
        )

    async def read(self) -> Pieces | None:
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
                return Pieces.of(parts)
        if decoder.failure is not None:
            raise decoder.failure
        if decoder.finish_reason is None and not decoder.done:
            raise ModelUnavailable("the provider cut the stream: ask again")
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


class _BadRequest(ModelRejected):
    """400 or 422: perhaps an option that this server does not know."""


async def _refusal(response: aiohttp.ClientResponse, model: str) -> ModelError:
    problem = _json_or_none(await response.read())
    fault = problem.get("error", problem) if isinstance(problem, dict) else None
    return _failure(response.status, _code(fault), model, _retry_after_s(response.headers))


def _failure(status: int, code: str, model: str, retry_after_s: float | None) -> ModelError:
    what = f"{status}, {code}" if code else f"{status}"
    if status in _KEY_REFUSED:
        return ModelKeyRefused(f"the provider refused the API key ({what}): check OPENAI_API_KEY")
    if code == "insufficient_quota":
        return ModelRejected(f"the quota is used up ({what}): check the provider's billing page")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelBusy(
            f"the provider is over its limits ({what}): wait, or raise the account's limits",
            retry_after_s=retry_after_s,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        return ModelUnavailable(f"the provider failed on model {model} ({what}): ask again")
    kind = _BadRequest if status in _OPTION_REFUSED else ModelRejected
    return kind(
        f"the provider refused the request for model {model} ({what}):"
        " check the model's name and OPENAI_BASE_URL"
    )


def _failure_in_stream(code: str, model: str) -> ModelError:
    if re.fullmatch("[45][0-9][0-9]", code):
        return _failure(int(code), "", model, None)
    if "rate_limit" in code:
        return ModelBusy(f"the provider is over its limits ({code}): wait, or raise the limits")
    reason = code or "no reason given"
    return ModelUnavailable(f"the provider broke off the answer of {model} ({reason}): ask again")


def _code(fault: object) -> str:
    """The provider's own word for a fault; never its prose, which may quote key or question."""
    if isinstance(fault, dict):
        for word in (fault.get("code"), fault.get("type")):
            if word and re.fullmatch(r"[\w.-]{1,64}", str(word)):
                return str(word)
    return ""


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After-Ms` or `Retry-After` (seconds or a date) says, in seconds."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "nan")) / unit
        except ValueError:
            continue
        if 0 <= seconds < math.inf:
            return seconds
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (KeyError, ValueError):
        return None


def _pause_s(error: ModelError, tries: int) -> float:
    spread = random.uniform(0.75, 1.25)  # noqa: S311  no secret hangs on it
    backoff = min(FIRST_PAUSE_S * 2.0**tries, LONGEST_PAUSE_S) * spread
    if isinstance(error, ModelBusy) and error.retry_after_s is not None:
        return max(error.retry_after_s, backoff)
    return backoff


def _json_or_none(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _json_object(data: bytes) -> dict[str, Any]:
    answer = _json_or_none(data)
    if isinstance(answer, dict):
        return answer
    raise ModelRejected("the provider did not answer in JSON: check OPENAI_BASE_URL")


def _headers(api_key: str) -> dict[str, str]:
    # `identity`: a compressed stream may be held back until a block is full.
    headers = {
        "Content-Type": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "citewire",
    }
    return {**headers, "Authorization": f"Bearer {api_key}"} if api_key else headers


def _proxy_for(base_url: str) -> str | None:
    try:
        url = urlsplit(base_url)
    except ValueError:
        url = urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ConfigurationError("OPENAI_BASE_URL must be like http://host:port/v1")
    return None if proxy_bypass(url.hostname) else getproxies().get(url.scheme)
