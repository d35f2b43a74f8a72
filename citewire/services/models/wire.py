"""The HTTP side of an OpenAI-compatible provider: one session, its requests and retries.

Deliberate oddity: the proxy is looked up once. aiohttp's `trust_env` would do it in a thread for
each request.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import orjson

from citewire.errors import ConfigurationError, ModelBusy, ModelTimeout, ModelUnavailable
from citewire.services.models.faults import BadRequest, json_object, pause_s, refusal
from citewire.services.models.stream import Cuts, Stream, StreamEnd
from citewire.workflows.run_context import current_run

CONNECT_TIMEOUT_S = 10.0
CHECK_TIMEOUT_S = 5.0
KEEPALIVE_S = 60.0

T = TypeVar("T")

_NO_SUCH_CALL = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)


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
                return json_object(await response.read())

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
                    raise await refusal(response, "list")

        await self._in_time(ask, asyncio.get_running_loop().time() + CHECK_TIMEOUT_S)

    async def stream_chat(
        self, payload: Mapping[str, Any]
    ) -> AsyncGenerator[Cuts | StreamEnd, None]:
        """Stream one completion: the text as it arrives, then how it ended.

        Retries come only before the first text. Closing the generator, or cancelling the task
        that waits for it, closes the provider's socket at once.

        Raises:
            ModelError: of the class that fits the fault.
        """
        deadline = self._deadline()
        stream, cuts = await self._retrying(partial(self._start, payload), deadline)
        del payload  # with all the passages in it, it would be kept as long as the answer streams
        try:
            stream.watch(self._idle_timeout_s)
            while cuts is not None:
                yield cuts
                cuts = await stream.read()
            yield stream.end
        finally:
            stream.close()

    async def _start(self, payload: Mapping[str, Any]) -> tuple[Stream, Cuts | None]:
        stream = Stream(await self._open_stream(payload), str(payload.get("model")))
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
            except BadRequest:
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
            raise await refusal(response, str(payload.get("model")))

    async def _retrying(self, attempt: Callable[[], Awaitable[T]], deadline: float) -> T:
        """Call `attempt` until it works, fails for good, or the deadline is too near."""
        tries = 0
        while True:
            try:
                return await self._in_time(attempt, deadline)
            except (ModelBusy, ModelUnavailable) as error:
                pause = pause_s(error, tries)
                in_time = asyncio.get_running_loop().time() + pause < deadline
                if tries >= self._retries or not in_time:
                    raise
            tries += 1
            if (retrying := current_run().retrying) is not None:
                retrying()
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
