"""The client for programs that do not await: `AsyncClient` in a thread with an event loop."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import ExitStack
from typing import Any, ParamSpec, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from citewire.client.answer import CitedAnswer
from citewire.client.http import PAGES_SHOWN, AsyncClient, File, Filters
from citewire.client.wire import (
    ChatList,
    ChatView,
    CollectionList,
    CreatedJob,
    DocumentView,
    HighlightsView,
    JobView,
    PassageView,
    Source,
    StreamEvent,
)

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Client:
    """Asks a Citewire server, waiting for each answer; the calls are those of `AsyncClient`.

    `with Client("https://reports.example.org", key="…") as client: …`

    Args:
        url: of the server.
        key: an API key; None where none is needed.
    """

    def __init__(self, url: str = "http://127.0.0.1:8000", *, key: str | None = None) -> None:
        with ExitStack() as stack:
            self._portal: BlockingPortal = stack.enter_context(start_blocking_portal())
            self._client = self._portal.call(lambda: _made(url, key))
            stack.callback(self._portal.call, self._client.aclose)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; answers under way are stopped."""
        self._stack.close()

    def ask(
        self, message: str, *, chat_id: str | None = None, filters: Filters | None = None
    ) -> Generator[StreamEvent, None, None]:
        """Ask, and hear the events of the answer as they come; leaving the loop stops it."""
        return self._heard(self._client.ask(message, chat_id=chat_id, filters=filters))

    def answer(
        self,
        message: str,
        *,
        chat_id: str | None = None,
        filters: Filters | None = None,
        pages: int = PAGES_SHOWN,
    ) -> CitedAnswer:
        """Ask, and get the whole answer."""
        asked = self._client.answer
        return self._wait(asked, message, chat_id=chat_id, filters=filters, pages=pages)

    def follow(self, run_id: str, *, after: int = 0) -> Generator[StreamEvent, None, None]:
        """Hear a run that is under way or over; leaving the loop changes nothing."""
        return self._heard(self._client.follow(run_id, after=after))

    def stop(self, run_id: str) -> None:
        """Stop an answer; its stream ends by itself."""
        self._wait(self._client.stop, run_id)

    def search(
        self, query: str, *, limit: int = 10, filters: Filters | None = None
    ) -> list[Source]:
        """The passages nearest to a query, best first, without an answer."""
        return self._wait(self._client.search, query, limit=limit, filters=filters)

    def documents(self) -> list[DocumentView]:
        """What is ingested."""
        return self._wait(self._client.documents)

    def delete_document(self, doc_id: str) -> None:
        """Take a document out."""
        self._wait(self._client.delete_document, doc_id)

    def passage(self, passage_id: str) -> PassageView:
        """A passage, with its lines and its table as data."""
        return self._wait(self._client.passage, passage_id)

    def highlights(self, passage_id: str, quote: str) -> HighlightsView:
        """Where words of a passage stand on its page."""
        return self._wait(self._client.highlights, passage_id, quote)

    def page(self, doc_id: str, number: int) -> bytes:
        """A page of a PDF or picture as a PDF of its own."""
        return self._wait(self._client.page, doc_id, number)

    def upload(self, *files: File, folder: str, collection: str = "private") -> CreatedJob:
        """Send files to be ingested in the background; `wait` waits for that."""
        return self._wait(self._client.upload, *files, folder=folder, collection=collection)

    def wait(
        self, job_id: str, *, on_progress: Callable[[JobView], object] | None = None
    ) -> JobView:
        """Wait until a job is over; gives what became of its files."""
        return self._wait(self._client.wait, job_id, on_progress=on_progress)

    def chats(self, *, limit: int = 20, q: str = "") -> ChatList:
        """The newest chats, or those in which the words of `q` are found."""
        return self._wait(self._client.chats, limit=limit, q=q)

    def chat(self, chat_id: str) -> ChatView:
        """A chat with its messages."""
        return self._wait(self._client.chat, chat_id)

    def delete_chat(self, chat_id: str) -> None:
        """Delete a chat."""
        self._wait(self._client.delete_chat, chat_id)

    def collections(self) -> CollectionList:
        """The collections that one may read, with one's role in each."""
        return self._wait(self._client.collections)

    def _wait(
        self,
        asked: Callable[Given, Awaitable[Result]],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> Result:
        async def awaited() -> Result:
            return await asked(*given, **named)

        return self._portal.call(awaited)

    def _heard(
        self, events: AsyncGenerator[StreamEvent, None]
    ) -> Generator[StreamEvent, None, None]:
        try:
            while (event := self._portal.call(_next, events)) is not None:
                yield event
        finally:
            self._portal.call(events.aclose)


async def _made(url: str, key: str | None) -> AsyncClient:
    return AsyncClient(url, key=key)


async def _next(events: AsyncGenerator[Any, None]) -> StreamEvent | None:
    return await anext(events, None)
