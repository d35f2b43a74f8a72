"""A Citewire server as clients ask it: the wire contract (docs/protocol.md) over HTTP."""

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import httpx
from httpx_sse import SSEError, aconnect_sse

from citewire.errors import ConfigurationError, ConnectionLost, RequestRefused, ServerFailed

PROTOCOL = 1
SILENCE_S = 300.0
"""Longest silence within an answer; a server sends a ping much more often."""
CALL_S = 30.0
PROBE_S = 1.0
LAST_PORT = 65_535
LOCAL = ("localhost", "127.0.0.1", "::1")

Json = dict[str, Any]


class ToldEvent(NamedTuple):
    """An event of a stream; by its id the stream can be taken up again."""

    name: str
    data: Json
    event_id: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and the key to it.

    Raises:
        ConfigurationError: the URL or the key is none.
    """

    url: str
    key: str | None = None

    def __post_init__(self) -> None:
        try:
            url = httpx.URL(self.url)
        except httpx.InvalidURL as error:
            raise ConfigurationError(f"--url: {self.url}: {error}") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise ConfigurationError(f"--url: {self.url} is not like http://HOST:PORT")
        if url.port is not None and not 1 <= url.port <= LAST_PORT:
            raise ConfigurationError(f"--url: {self.url}: there is no port {url.port}")
        if not all("!" <= character <= "~" for character in self._key):
            # Never shown, not even in part: it may be only a character off.
            raise ConfigurationError("an API key has no other characters than visible ASCII")

    @property
    def _key(self) -> str:
        # A line end or a space comes along when it is copied, or read from a file.
        return (self.key or "").strip()

    @property
    def headers(self) -> dict[str, str]:
        """What every request bears."""
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def open(self) -> httpx.AsyncClient:
        """A client of the server, to be closed."""
        return httpx.AsyncClient(
            base_url=f"{self.url.rstrip('/')}/",
            headers=self.headers,
            timeout=httpx.Timeout(CALL_S, read=SILENCE_S),
            # No proxy knows this machine.
            trust_env=httpx.URL(self.url).host not in LOCAL,
        )


def is_serving(url: str) -> bool:
    """Whether a Citewire server answers there."""
    try:
        answer = httpx.get(f"{url}/healthz", timeout=PROBE_S, trust_env=False)
        return bool(answer.json() == {"status": "alive"})
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return False


class ServerConnection:
    """Asks one server, in plain JSON.

    All calls raise ServerFailed, in words for the person who asks.

    Args:
        http: the open client of the server's address; closed by whoever opened it.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.url = str(http.base_url).rstrip("/")
        self.has_key = "authorization" in http.headers

    async def events(
        self, method: str, path: str, *, body: Json | None = None, after: str = ""
    ) -> AsyncGenerator[ToldEvent, None]:
        """The events of a stream; leaving early hangs up.

        Args:
            method: of the request.
            path: of the stream.
            body: what is asked.
            after: the id of the event after which to begin.
        """
        headers = {"Last-Event-ID": after} if after else {}
        with self._in_plain_words():
            async with aconnect_sse(self._http, method, path, json=body, headers=headers) as stream:
                if not stream.response.is_success:
                    await stream.response.aread()
                self._check(stream.response)
                if stream.response.status_code == httpx.codes.NO_CONTENT:
                    return
                async with aclosing(cast(AsyncGenerator[Any, None], stream.aiter_sse())) as events:
                    async for event in events:
                        if event.data:  # a ping has none
                            yield ToldEvent(
                                event.event,
                                _understood(event.event, json.loads(event.data)),
                                event.id,
                            )

    async def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer to one request."""
        with self._in_plain_words():
            answer = await self._http.request(method, path, **{"timeout": CALL_S, **given})
            self._check(answer)
            return answer

    async def read(self, path: str, **params: str | int) -> Json:
        """What is at a path, as JSON."""
        answer = await self.call("GET", path, params=params)
        with self._in_plain_words():
            return cast(Json, answer.json())

    async def has(self, path: str) -> bool:
        """Whether the server has something to show there; at "" it is the web client."""
        with self._in_plain_words():
            async with self._http.stream("GET", path, timeout=CALL_S) as answer:
                return answer.is_success

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            how = "refuses this API key" if self.has_key else "wants a key"
            told = f"{self.url} {how}: set CITEWIRE_API_KEY, or give --api-key"
            raise RequestRefused(told, status=answer.status_code, problem={})
        if "problem+json" not in answer.headers.get("content-type", ""):
            told = f"{self.url} answers {answer.status_code}: not a Citewire server?"
            raise RequestRefused(told, status=answer.status_code, problem={})
        problem = answer.json()
        again = "; try again in a moment" if problem.get("retryable") else ""
        told = f"{problem['detail']}{again}"
        raise RequestRefused(told, status=answer.status_code, problem=problem)

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError as error:
            raise ServerFailed(f"no server answers at {self.url} ({error})") from error
        except httpx.TimeoutException as error:
            raise ServerFailed(f"{self.url} does not answer in time") from error
        except (SSEError, json.JSONDecodeError) as error:
            raise ServerFailed(f"{self.url} does not speak as a Citewire server") from error
        except httpx.LocalProtocolError as error:
            # Its text has what was not sent, be it the key.
            raise ServerFailed(f"what is asked of {self.url} cannot be sent") from error
        except httpx.HTTPError as error:
            raise ConnectionLost(f"the connection to {self.url} was lost ({error})") from error


def _understood(name: str, data: Json) -> Json:
    if name == "start" and data["protocol"] != PROTOCOL:
        raise ServerFailed(
            f"the server speaks version {data['protocol']} of the protocol, and this program "
            f"version {PROTOCOL}"
        )
    return data
