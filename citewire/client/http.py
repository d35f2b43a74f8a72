"""A Citewire server asked from a program: typed events, whole answers, documents, chats."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote

import anyio
import httpx

from citewire.client.answer import CitedAnswer, CitedPage, PassageQuote, quotes_of
from citewire.client.connection import Address, Json, ServerConnection, ToldEvent
from citewire.client.wire import (
    EVENTS,
    ChatList,
    ChatView,
    CollectionList,
    CreatedJob,
    DocumentList,
    DocumentView,
    FoundSources,
    FromServer,
    HighlightsView,
    JobView,
    PassageView,
    Source,
    StreamEvent,
)
from citewire.errors import ConnectionLost, RequestRefused
from citewire.services.answers.reducer import ToldAnswer

ENDS = ("done", "stopped", "error")
JOB_ENDS = ("done", "failed")
RETRIES = 3
"""How often in a row a stream that broke off is taken up again."""
RETRY_S = 0.5
PAGES_SHOWN = 3

Filters = Mapping[str, Sequence[str]]
"""Which documents may answer: `doc_ids`, `folders`, `organisations`, `periods`, `kinds`,
`collections`."""
Kind = TypeVar("Kind", bound=FromServer)
File = str | PathLike[str]


class AsyncClient:
    """Asks a Citewire server.

    `async with AsyncClient("https://reports.example.org", key="…") as client: …`

    All calls raise RequestRefused if the server refuses, with its status and problem; ServerFailed
    if it does not answer or the connection breaks off.

    Args:
        url: of the server.
        key: an API key; None where none is needed.
        http: an open httpx client to be used instead of one's own; it stays open.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._http = http or Address(url, key).open()
        self._is_own = http is None
        self._server = ServerConnection(self._http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; answers under way are stopped."""
        if self._is_own:
            await self._http.aclose()

    async def ask(
        self, message: str, *, chat_id: str | None = None, filters: Filters | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Ask, and hear the events of the answer as they come; leaving the loop stops it.

        A connection that breaks off is taken up again where it was. The last event is `Done`,
        `Stopped` or `Failed`.

        Args:
            message: the question.
            chat_id: of the chat to go on with; None begins one.
            filters: which documents may answer.
        """
        async with aclosing(self._told(_question(message, chat_id, filters))) as events:
            async for event in events:
                if (known := _typed(event)) is not None:
                    yield known

    async def answer(
        self,
        message: str,
        *,
        chat_id: str | None = None,
        filters: Filters | None = None,
        pages: int = PAGES_SHOWN,
    ) -> CitedAnswer:
        """Ask, and get the whole answer.

        Args:
            message: the question.
            chat_id: of the chat to go on with; None begins one.
            filters: which documents may answer.
            pages: so many cited pages are fetched along, for a notebook to show.
        """
        told = ToldAnswer()
        async with aclosing(self._told(_question(message, chat_id, filters))) as events:
            async for name, data, _ in events:
                told.take(name, data)
        answer = CitedAnswer.from_told(told)
        return replace(answer, pages=await self._pages(answer, pages)) if pages else answer

    async def follow(self, run_id: str, *, after: int = 0) -> AsyncGenerator[StreamEvent, None]:
        """Hear a run that is under way or over; leaving the loop changes nothing.

        Args:
            run_id: of the run, as `Start` tells it.
            after: the number of the event after which to begin; 0 for all.
        """
        last = f"{run_id}:{after}" if after else ""
        async with aclosing(self._server.events("GET", _run(run_id), after=last)) as events:
            async for event in events:
                if (known := _typed(event)) is not None:
                    yield known

    async def stop(self, run_id: str) -> None:
        """Stop an answer; its stream ends by itself."""
        await self._server.call("POST", f"{_run(run_id)}/stop")

    async def search(
        self, query: str, *, limit: int = 10, filters: Filters | None = None
    ) -> list[Source]:
        """The passages nearest to a query, best first, without an answer."""
        asked: Json = {"query": query, "limit": limit}
        answer = await self._server.call("POST", "search", json=_filtered(asked, filters))
        return FoundSources.model_validate_json(answer.content).sources

    async def documents(self) -> list[DocumentView]:
        """What is ingested."""
        return (await self._read(DocumentList, "documents")).documents

    async def delete_document(self, doc_id: str) -> None:
        """Take a document out."""
        await self._server.call("DELETE", f"documents/{_safe(doc_id)}")

    async def passage(self, passage_id: str) -> PassageView:
        """A passage, with its lines and its table as data."""
        return await self._read(PassageView, f"passages/{_safe(passage_id)}")

    async def highlights(self, passage_id: str, quote: str) -> HighlightsView:
        """Where words of a passage stand on its page."""
        return await self._read(
            HighlightsView, f"passages/{_safe(passage_id)}/highlights", quote=quote
        )

    async def page(self, doc_id: str, number: int) -> bytes:
        """A page of a PDF or picture as a PDF of its own."""
        path = f"documents/{_safe(doc_id)}/pages/{number}"
        return (await self._server.call("GET", path)).content

    async def upload(self, *files: File, folder: str, collection: str = "private") -> CreatedJob:
        """Send files to be ingested in the background; `wait` waits for that.

        Args:
            files: to be sent.
            folder: the name of the folder in which they are to lie.
            collection: the id of the collection.

        Raises:
            OSError: a file cannot be read.
        """
        opened = [(path, path.open("rb")) for path in map(Path, files)]
        try:
            parts = [("files", (path.name, file)) for path, file in opened]
            answer = await self._server.call(
                "POST",
                "documents",
                params={"collection": collection},
                data={"folder": folder},
                files=parts,
                timeout=None,
            )
        finally:
            for _, file in opened:
                file.close()
        return CreatedJob.model_validate_json(answer.content)

    async def wait(
        self, job_id: str, *, on_progress: Callable[[JobView], object] | None = None
    ) -> JobView:
        """Wait until a job is over; gives what became of its files."""
        path = f"jobs/{_safe(job_id)}"
        async with aclosing(self._server.events("GET", f"{path}/events")) as events:
            async for name, _, _ in events:
                if name in JOB_ENDS:
                    break
                if on_progress is not None:
                    on_progress(await self._read(JobView, path))
        return await self._read(JobView, path)

    async def chats(self, *, limit: int = 20, q: str = "") -> ChatList:
        """The newest chats, or those in which the words of `q` are found."""
        return await self._read(ChatList, "chats", limit=limit, q=q)

    async def chat(self, chat_id: str) -> ChatView:
        """A chat with its messages."""
        return await self._read(ChatView, f"chats/{_safe(chat_id)}")

    async def delete_chat(self, chat_id: str) -> None:
        """Delete a chat."""
        await self._server.call("DELETE", f"chats/{_safe(chat_id)}")

    async def collections(self) -> CollectionList:
        """The collections that one may read, with one's role in each."""
        return await self._read(CollectionList, "collections")

    async def _read(self, kind: type[Kind], path: str, **params: str | int) -> Kind:
        return kind.model_validate(await self._server.read(path, **params))

    async def _told(self, question: Json) -> AsyncGenerator[ToldEvent, None]:
        """The events of an answer, through lost connections."""
        run_id, last, lost = "", "", 0
        streams = self._server.events("POST", "chat_stream", body=question)
        while True:
            try:
                async with aclosing(streams) as events:
                    async for event in events:
                        run_id = event.data["run_id"] if event.name == "start" else run_id
                        last, lost = event.event_id, 0
                        yield event
                        if event.name in ENDS:
                            return
                raise ConnectionLost("the server hung up before the end of the answer")
            except ConnectionLost:
                lost += 1
                if not run_id or lost > RETRIES:
                    raise
            await asyncio.sleep(RETRY_S * lost)
            streams = self._server.events("GET", _run(run_id), after=last)

    async def _pages(self, answer: CitedAnswer, most: int) -> dict[PassageQuote, CitedPage]:
        """The first cited pages that can be shown; none of formats without pages."""
        found: dict[PassageQuote, CitedPage] = {}
        places = {source.passage_id: source for source in answer.sources}
        wanted = [pair for pair in quotes_of(answer) if pair[0] in places][:most]

        async def fetch(passage_id: str, words: str) -> None:
            source = places[passage_id]
            try:
                highlights = await self.highlights(passage_id, words)
                pdf = await self.page(source.doc_id, highlights.page)
            except RequestRefused:
                return
            found[passage_id, words] = CitedPage(pdf, highlights.rectangles)

        async with anyio.create_task_group() as tasks:
            for passage_id, words in wanted:
                tasks.start_soon(fetch, passage_id, words)
        return found


def _typed(event: ToldEvent) -> StreamEvent | None:
    """The event as its type; None for one of a newer server."""
    kind = EVENTS.get(event.name)
    return kind.model_validate(event.data) if kind else None


def _question(message: str, chat_id: str | None, filters: Filters | None) -> Json:
    return _filtered({"message": message, "chat_id": chat_id}, filters)


def _filtered(asked: Json, filters: Filters | None) -> Json:
    if not filters:
        return asked
    if wrong := [name for name, some in filters.items() if isinstance(some, str)]:
        raise TypeError(f"filters: {wrong[0]} takes a list")
    return {**asked, "filters": {name: list(some) for name, some in filters.items()}}


def _run(run_id: str) -> str:
    return f"chat_stream/{_safe(run_id)}"


def _safe(name: str) -> str:
    return quote(name, safe="")
