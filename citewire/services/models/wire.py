"""The HTTP side of an OpenAI-compatible provider: one session, its requests and retries.

Deliberate oddity: the proxy is looked up once. aiohttp's `trust_env` would do it in a thread for
each request.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
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
    ModelTimeout,
    ModelUnavailable,
)
from citewire.services.models.decoder import ChatDecoder
from citewire.services.models.faults import BadRequest, json_object, json_or_none, pause_s, refusal
from citewire.services.models.habits import UNTOLD, Habits, accepted
from citewire.services.models.health import Health
from citewire.services.models.stream import Cuts, Stream, StreamEnd
from citewire.services.models.thinking import (
    Thinking,
    ThinkingMode,
    thinks_by_name,
    without_thinking,
)
from citewire.services.models.traced import call_span
from citewire.services.telemetry.watches import UNCOUNTED, ProviderWatch
from citewire.tracing.names import ERROR_TYPE, RETRY
from citewire.tracing.spans import TraceSpan
from citewire.workflows.run_context import current_run

CONNECT_TIMEOUT_S = 10.0
CHECK_TIMEOUT_S = 5.0
KEEPALIVE_S = 60.0
CHAT = "chat/completions"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a provider is waited for, in seconds; see `open_provider`."""

    first_token_s: float
    idle_s: float
    thinking_s: float


class Provider:
    """An OpenAI-compatible provider, reached through one HTTP session; see `open_provider`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        retries: int,
        patience: Patience,
        thinking: ThinkingMode,
        watch: ProviderWatch,
    ) -> None:
        self._watch = watch
        self.base_url = base_url.rstrip("/")
        self.health = Health()
        self._session = session
        self._retries = retries
        self._patience = patience
        self._thinking = thinking
        self._lingering: set[aiohttp.ClientResponse] = set()
        self._habits: dict[tuple[str, str], Habits] = {}

    def close(self) -> None:
        """Let go of what only waits for its end."""
        for response in self._lingering:
            response.close()

    def habits(self, model: str, path: str = CHAT) -> Habits:
        """What is known of a model by now."""
        known = self._habits.get((path, model))
        if known is None:
            by_name = self._thinking == "auto" and thinks_by_name(model)
            known = self._habits[path, model] = Habits(thinks=by_name, opens_itself=by_name)
        return known

    def said(self, text: str, model: str, *, is_complete: bool) -> str:
        """What is said in an answer that came in one piece, without what was thought for it."""
        said, thinking = without_thinking(text, holds=self._holds(model), is_complete=is_complete)
        self._learn(thinking, model)
        return said

    async def post_json(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Ask once, with retries, within the time for a first token.

        Args:
            path: below the base URL, such as `embeddings`.
            payload: the request body; its `model` is named in errors.

        Raises:
            ModelError: of the class that fits the fault.
        """

        async def ask(limit: asyncio.Timeout) -> dict[str, Any]:
            async with await self._post(path, payload) as response:
                return json_object(await response.read(), str(payload.get("model")))

        call = call_span(self.base_url, path, payload)
        with self._noting(path), call.traced, self._watch.calling(path) as answered:
            answer = await self._retrying(path, ask, self._deadline(), call.traced)
            answered()
            call.answered(answer)
            return answer

    async def models(self, *, below: str = "") -> list[str]:
        """The names of the provider's models, asked for quickly and at no cost.

        Args:
            below: looked for there, below the base URL.

        Returns:
            None of them if the provider does not tell.
        """

        async def ask(limit: asyncio.Timeout) -> list[str]:
            url = f"{self.base_url}{below}/models"
            async with self._session.get(url, allow_redirects=False) as response:
                answer = json_or_none(await response.read())
            found = answer.get("data") if isinstance(answer, dict) else None
            listed = found if isinstance(found, list) else []
            return [str(one["id"]) for one in listed if isinstance(one, dict) and "id" in one]

        try:
            return await self._in_time(ask, asyncio.get_running_loop().time() + CHECK_TIMEOUT_S)
        except ModelError:
            return []

    async def stream_chat(
        self, payload: Mapping[str, Any]
    ) -> AsyncGenerator[Cuts | StreamEnd, None]:
        """Stream one completion: the text as it arrives, then how it ended.

        Retries come only before the first text. Closing the generator, or cancelling the task
        that waits for it, closes the provider's socket at once.

        Raises:
            ModelError: of the class that fits the fault.
        """
        current_run().place.leave()  # for good: the first token follows
        call = call_span(self.base_url, CHAT, {**payload, "stream": True})
        with self._noting(CHAT), call.traced, self._watch.calling(CHAT) as answered:
            start = partial(self._start, payload)
            stream, cuts = await self._retrying(CHAT, start, self._deadline(), call.traced)
            answered()
            call.first()
            model = str(payload.get("model"))
            del payload, start  # with all the passages, they would be kept as long as it streams
            try:
                stream.watch(self._patience.idle_s)
                while cuts is not None:
                    if cuts:
                        call.heard(cuts)
                        yield cuts
                    cuts = await stream.read()
                yield stream.end
            finally:
                stream.close()
                call.ended(stream.decoder.finish_reason, stream.decoder.usage)
                self._learn(stream.decoder.thinking, model)

    async def _start(
        self, payload: Mapping[str, Any], limit: asyncio.Timeout
    ) -> tuple[Stream, Cuts | None]:
        """Ask, and wait for the first text; a model that thinks is given its own time."""
        model = str(payload.get("model"))
        asked = asyncio.get_running_loop().time()
        response = await self._post(
            CHAT, {**payload, "stream": True, "stream_options": {"include_usage": True}}
        )
        stream = Stream(response, self._decoder(model), self._lingering)
        try:
            tell = current_run().thinking
            while True:
                cuts = await stream.read()
                if tell is not None and stream.decoder.thinking.is_seen:
                    tell()
                    tell = None
                if cuts != ():
                    return stream, cuts
                limit.reschedule(max(limit.when() or 0.0, asked + self._patience.thinking_s))
                stream.watch(self._patience.idle_s)
        except BaseException:
            stream.close()
            self._learn(stream.decoder.thinking, model)
            if stream.decoder.finish_reason == "length":
                self.habits(model).thinks = True  # it had no tokens left to say anything
            raise

    def _decoder(self, model: str) -> ChatDecoder:
        guesses = self._thinking == "auto"
        return ChatDecoder(model, holds=self._holds(model), guesses=guesses)

    def _holds(self, model: str) -> bool:
        if self._thinking == "auto":
            return self.habits(model).opens_itself
        return self._thinking == "open"

    def _learn(self, thinking: Thinking, model: str) -> None:
        self.habits(model).learn(
            thinks=thinking.is_seen,
            opens_itself=thinking.opened_itself,
            held_in_vain=thinking.held_in_vain,
        )

    async def _post(self, path: str, payload: Mapping[str, Any]) -> aiohttp.ClientResponse:
        """Ask without the options that this model refuses, which is learned by asking."""
        model = str(payload.get("model"))
        habits = self.habits(model, path)
        refused = habits.refused
        untold = UNTOLD.get(path)
        while True:
            sent = accepted(payload, refused)
            response = await self._session.post(
                f"{self.base_url}/{path}", data=orjson.dumps(sent), allow_redirects=False
            )
            if response.status == HTTPStatus.OK:
                habits.refused = refused
                habits.is_proven |= untold in sent
                return response
            async with response:
                error = await refusal(response, model, path=path)
            option = error.option if isinstance(error, BadRequest) else None
            if isinstance(error, BadRequest) and option not in sent and not habits.is_proven:
                option = untold
            if option is None or option not in sent or option in refused:
                raise error
            refused |= {option}

    async def _retrying(
        self,
        path: str,
        attempt: Callable[[asyncio.Timeout], Awaitable[T]],
        deadline: float,
        traced: TraceSpan,
    ) -> T:
        """Call `attempt` until it works, fails for good, or the deadline is too near.

        Other runs go on meanwhile, before their first token.
        """
        async with current_run().place.aside():
            return await self._tried(path, attempt, deadline, traced)

    async def _tried(
        self,
        path: str,
        attempt: Callable[[asyncio.Timeout], Awaitable[T]],
        deadline: float,
        traced: TraceSpan,
    ) -> T:
        tries = 0
        while True:
            try:
                return await self._in_time(attempt, deadline)
            except (ModelBusy, ModelUnavailable) as error:
                pause = pause_s(error, tries)
                in_time = asyncio.get_running_loop().time() + pause < deadline
                if tries >= self._retries or not in_time:
                    raise
                traced.event(RETRY, {ERROR_TYPE: error.code})
            tries += 1
            self._watch.retried(path)
            if (retrying := current_run().retrying) is not None:
                retrying()
            await asyncio.sleep(pause)

    async def _in_time(
        self, attempt: Callable[[asyncio.Timeout], Awaitable[T]], deadline: float
    ) -> T:
        try:
            async with asyncio.timeout_at(deadline) as limit:
                return await attempt(limit)
        except aiohttp.ClientError as error:
            host = urlsplit(self.base_url).hostname
            raise ModelUnavailable(
                f"the model provider at {host} cannot be reached or hung up:"
                " check that it runs and that OPENAI_BASE_URL is right"
            ) from error
        except TimeoutError as error:
            if limit.when() == deadline:
                told = "the model did not answer in time (CITEWIRE_FIRST_TOKEN_TIMEOUT_S)"
            else:
                told = "the model thought for too long (CITEWIRE_THINKING_TIMEOUT_S)"
            raise ModelTimeout(told) from error

    @contextmanager
    def _noting(self, path: str) -> Iterator[None]:
        """Remember how a call goes; one that is left early says nothing."""
        try:
            yield
        except ModelError as error:
            self.health.note(path, error)
            raise
        self.health.note(path)

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._patience.first_token_s


@asynccontextmanager
async def open_provider(
    *,
    base_url: str,
    api_key: str,
    retries: int,
    first_token_timeout_s: float,
    idle_timeout_s: float,
    thinking_timeout_s: float = 180.0,
    thinking: ThinkingMode = "auto",
    watch: ProviderWatch = UNCOUNTED,
) -> AsyncGenerator[Provider, None]:
    """Own the one HTTP session of this process; leaving closes all its connections.

    Args:
        base_url: such as `https://api.openai.com/v1`.
        api_key: sent as bearer token; empty for a server that wants none.
        retries: tries after the first, and only before the first token.
        first_token_timeout_s: seconds from asking to the first text, retries included; also for
            an embedding or a completion that is not streamed.
        idle_timeout_s: longest silence in mid-stream, in seconds.
        thinking_timeout_s: seconds from asking to the first text of a model that thinks first.
        thinking: how thinking is told from text; `auto`: by tags, and by what the model did.
        watch: counts the calls.

    Raises:
        ConfigurationError: the base URL is not that of an API.
    """
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
        headers=_headers(api_key),
        proxy=_proxy_for(base_url),
    )
    async with session:
        provider = Provider(
            session,
            base_url=base_url,
            retries=retries,
            patience=Patience(first_token_timeout_s, idle_timeout_s, thinking_timeout_s),
            thinking=thinking,
            watch=watch,
        )
        try:
            yield provider
        finally:
            provider.close()


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
    if url.query or url.fragment:
        raise ConfigurationError(
            "OPENAI_BASE_URL must have no ?query and no #fragment"
            " (Azure's is https://NAME.openai.azure.com/openai/v1)"
        )
    for call in ("chat/completions", "completions", "embeddings", "models"):
        if url.path.rstrip("/").endswith(f"/{call}"):
            right = base_url.rstrip("/").removesuffix(f"/{call}")
            raise ConfigurationError(f"OPENAI_BASE_URL is without /{call}: set it to {right}")
    return None if proxy_bypass(url.hostname) else getproxies().get(url.scheme)
