"""A client of the service as anybody would write one: httpx and httpx-sse."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx
from httpx_sse import ServerSentEvent, aconnect_sse

TERMINAL = {"done", "stopped", "error"}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream, its data decoded."""

    name: str
    id: str
    data: Json

    @classmethod
    def from_sse(cls, sse: ServerSentEvent) -> "Event":
        return cls(sse.event, sse.id, sse.json())


@dataclass(frozen=True, slots=True)
class Told:
    """All events of one stream."""

    events: Sequence[Event]

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def chat_id(self) -> str:
        return str(self.events[0].data["chat_id"])

    @property
    def text(self) -> str:
        return "".join(event.data["text"] for event in self.all("delta"))

    @property
    def sources(self) -> list[Json]:
        return cast(list[Json], self.all("sources")[0].data["sources"])

    @property
    def ends(self) -> list[str]:
        return [name for name in self.names if name in TERMINAL]

    def all(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]


class ChatClient:
    """Asks the service over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    @asynccontextmanager
    async def asking(self, message: str, **more: Any) -> AsyncGenerator[AsyncIterator[Event], None]:
        """The events as they come; leaving the block hangs up."""
        body = {"message": message, **more}
        async with aconnect_sse(self.http, "POST", "/chat_stream", json=body) as source:
            source.response.raise_for_status()
            async with aclosing(cast(AsyncGenerator[Any, None], source.aiter_sse())) as stream:
                # httpx-sse gives a ping, which is a comment, as an event without data.
                yield (Event.from_sse(sse) async for sse in stream if sse.data)

    async def ask(self, message: str, **more: Any) -> Told:
        """The whole stream."""
        async with self.asking(message, **more) as events:
            return Told([event async for event in events])

    async def listen(self, message: str, *, deltas: int, **more: Any) -> Told:
        """Hang up after so many deltas; 0: after the first event."""
        heard: list[Event] = []
        async with self.asking(message, **more) as events:
            async for event in events:
                heard.append(event)
                if Told(heard).names.count("delta") == deltas:
                    break
        return Told(heard)

    async def turns(self, chat_id: str) -> list[Json]:
        """What is stored of the chat."""
        answer = (await self.http.get(f"/chats/{chat_id}")).raise_for_status()
        return cast(list[Json], answer.json()["turns"])

    async def until_free(self, chat_ids: Sequence[str]) -> None:
        """Wait until no run answers these chats, so that their places are the next ones'."""
        for chat_id in chat_ids:

            async def is_free(chat_id: str = chat_id) -> bool:
                told = (await self.http.get(f"/chats/{chat_id}")).json()
                return told["running"] is None and len(told["turns"]) > 0

            await until(is_free, within_s=15)
        await asyncio.sleep(0.1)  # the worker hears of it a moment later

    async def until_turns(self, chat_id: str, count: int, *, within_s: float = 5.0) -> list[Json]:
        """Wait until the chat has so many messages."""

        async def there() -> bool:
            return len(await self.turns(chat_id)) >= count

        await until(there, within_s=within_s)
        return await self.turns(chat_id)


@asynccontextmanager
async def open_chat_client(url: str) -> AsyncGenerator[ChatClient, None]:
    """A client of the service at `url`."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=5)
    async with httpx.AsyncClient(
        base_url=url, timeout=30, trust_env=False, verify=False, limits=limits
    ) as http:
        yield ChatClient(http)


def said_to_ui(text: str, role: str = "user") -> Json:
    """A message as the AI SDK's `useChat` sends it."""
    return {"id": "given", "role": role, "parts": [{"type": "text", "text": text}]}


async def until(holds: Callable[[], Awaitable[bool]], *, within_s: float = 5.0) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(within_s):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, media type and code of a refusal, checked to say the status in the body too."""
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code
    return answer.status_code, answer.headers["content-type"], body["code"]
