"""A Citewire server as `citewire chat` asks it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal, cast
from urllib.parse import quote

from citewire.client.connection import Json, ServerConnection

Event = tuple[str, Json]
"""The name of an event and its data."""


class ChatClient(ServerConnection):
    """Asks one server, as a person at a terminal does."""

    async def ask(
        self, message: str, *, chat_id: str | None, folders: Sequence[str]
    ) -> AsyncGenerator[Event, None]:
        """The events of an answer; leaving early hangs up, which stops it."""
        body: Json = {"message": message, "chat_id": chat_id}
        if folders:
            body["filters"] = {"folders": list(folders)}
        async with aclosing(self.events("POST", "chat_stream", body=body)) as events:
            async for name, data, _ in events:
                yield name, data

    async def stop(self, run_id: str) -> None:
        """Stop an answer; its stream ends by itself."""
        await self.call("POST", f"chat_stream/{quote(run_id, safe='')}/stop")

    async def chats(self, *, limit: int, q: str) -> list[Json]:
        """The newest chats, or those in which the words of `q` are found."""
        return cast(list[Json], (await self.read("chats", limit=limit, q=q))["chats"])

    async def chat(self, chat_id: str, *, last: int | None = None) -> Json:
        """A chat with its turns, or so many of the last of them."""
        wanted = {} if last is None else {"last": last}
        return await self.read(f"chats/{quote(chat_id, safe='')}", **wanted)

    async def export(self, chat_id: str, format: Literal["json", "md"]) -> bytes:
        """A chat as a file."""
        path = f"chats/{quote(chat_id, safe='')}/export"
        return (await self.call("GET", path, params={"format": format})).content

    async def folders(self) -> set[str]:
        """The names of the folders in which documents lie."""
        documents = (await self.read("documents"))["documents"]
        return {place["folder"] for document in documents for place in document["locations"]}

    async def fates(self, sources: Sequence[Json]) -> dict[str, Json]:
        """What became of the passages of sources since, by their ids."""
        states = await self.read("passages", ids=",".join(one["passage_id"] for one in sources))
        return {passage["passage_id"]: passage for passage in states["passages"]}
