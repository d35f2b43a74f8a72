"""A Citewire server as `citewire chat` asks it: the wire contract (docs/protocol.md) over HTTP."""

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx
from httpx_sse import SSEError, aconnect_sse

from citewire.errors import ConfigurationError, ServerFailed

PROTOCOL = 1
SILENCE_S = 300.0
"""Longest silence within an answer; a server sends a ping much more often."""
CALL_S = 30.0
PROBE_S = 1.0
LAST_PORT = 65_535
LOCAL = ("localhost", "127.0.0.1", "::1")

Json = dict[str, Any]
Event = tuple[str, Json]
"""The name of an event and its data."""
Events = AsyncGenerator[Event, None]


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


class ChatClient:
    """Asks one server.

    All calls raise ServerFailed, in words for the person who asks.

    Args:
        http: the open client of the server's address; closed by whoever opened it.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.url = str(http.base_url).rstrip("/")
        self.has_key = "authorization" in http.headers

    async def ask(self, message: str, *, chat_id: str | None, folders: Sequence[str]) -> Events:
        """The events of an answer; leaving early hangs up, which stops it."""
        body: Json = {"message": message, "chat_id": chat_id}
        if folders:
            body["filters"] = {"folders": list(folders)}
        with self._in_plain_words():
            async with aconnect_sse(self._http, "POST", "chat_stream", json=body) as stream:
                if not stream.response.is_success:
                    await stream.response.aread()
                self._check(stream.response)
                async with aclosing(cast(AsyncGenerator[Any, None], stream.aiter_sse())) as events:
                    async for event in events:
                        if event.data:  # a ping has none
                            yield event.event, _understood(event.event, json.loads(event.data))

    async def stop(self, run_id: str) -> None:
        """Stop an answer; its stream ends by itself."""
        await self._call("POST", f"chat_stream/{quote(run_id, safe='')}/stop")

    async def chats(self, *, limit: int, q: str) -> list[Json]:
        """The newest chats, or those in which the words of `q` are found."""
        answer = await self._call("GET", "chats", params={"limit": limit, "q": q})
        return cast(list[Json], self._json(answer)["chats"])

    async def chat(self, chat_id: str, *, last: int | None = None) -> Json:
        """A chat with its turns, or so many of the last of them."""
        params = {} if last is None else {"last": last}
        path = f"chats/{quote(chat_id, safe='')}"
        return self._json(await self._call("GET", path, params=params))

    async def export(self, chat_id: str, format: Literal["json", "md"]) -> bytes:
        """A chat as a file."""
        path = f"chats/{quote(chat_id, safe='')}/export"
        return (await self._call("GET", path, params={"format": format})).content

    async def folders(self) -> set[str]:
        """The names of the folders in which documents lie."""
        documents = self._json(await self._call("GET", "documents"))["documents"]
        return {place["folder"] for document in documents for place in document["locations"]}

    async def fates(self, sources: Sequence[Json]) -> dict[str, Json]:
        """What became of the passages of sources since, by their ids."""
        ids = ",".join(source["passage_id"] for source in sources)
        answer = await self._call("GET", "passages", params={"ids": ids})
        return {passage["passage_id"]: passage for passage in self._json(answer)["passages"]}

    async def has(self, path: str) -> bool:
        """Whether the server has something to show there; at "" it is the web client."""
        with self._in_plain_words():
            async with self._http.stream("GET", path, timeout=CALL_S) as answer:
                return answer.is_success

    async def _call(
        self, method: str, path: str, *, params: Mapping[str, str | int] | None = None
    ) -> httpx.Response:
        with self._in_plain_words():
            answer = await self._http.request(method, path, params=params, timeout=CALL_S)
            self._check(answer)
            return answer

    def _json(self, answer: httpx.Response) -> Json:
        with self._in_plain_words():
            return cast(Json, answer.json())

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            how = "refuses this API key" if self.has_key else "wants a key"
            raise ServerFailed(f"{self.url} {how}: set CITEWIRE_API_KEY, or give --api-key")
        if "problem+json" not in answer.headers.get("content-type", ""):
            raise ServerFailed(f"{self.url} answers {answer.status_code}: not a Citewire server?")
        problem = answer.json()
        again = "; try again in a moment" if problem.get("retryable") else ""
        raise ServerFailed(f"{problem['detail']}{again}")

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
            raise ServerFailed(f"the connection to {self.url} was lost ({error})") from error


def _understood(name: str, data: Json) -> Json:
    if name == "start" and data["protocol"] != PROTOCOL:
        raise ServerFailed(
            f"the server speaks version {data['protocol']} of the protocol, and this program "
            f"version {PROTOCOL}"
        )
    return data
