"""The runs of this process: how many there may be, one per chat, and how each is stopped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio
from llama_index.core.base.llms.types import ChatMessage
from workflows.handler import WorkflowHandler

from citewire.errors import ChatBusy, ChatNotFound, Draining, TooManyRuns
from citewire.services.run_events import Ids, StoppedBy
from citewire.workflows.retriever import PassageFilter

POLL_S = 0.02


@dataclass(slots=True, eq=False)
class Run:
    """One admitted question on its way to an answer."""

    ids: Ids
    question: str
    filter: PassageFilter
    owner: str
    replaces: str | None = None
    history: Sequence[ChatMessage] = ()
    stopped_by: StoppedBy | None = None
    handler: WorkflowHandler | None = field(default=None, repr=False)
    checking: anyio.CancelScope | None = field(default=None, repr=False)

    async def stop(self, by: StoppedBy) -> None:
        """End the run; its stream tells the client and stores what was said. Idempotent."""
        if self.stopped_by is None:
            self.stopped_by = by
            if self.checking is not None:
                self.checking.cancel()
            if self.handler is not None:
                await self.handler.cancel_run()


class Runs:
    """The registry of running questions.

    Args:
        limit: how many may run at once.
        per_owner: how many of them may be one owner's; None for all.
    """

    def __init__(self, limit: int, *, per_owner: int | None = None) -> None:
        self._limit = limit
        self._per_owner = per_owner or limit
        self._by_chat: dict[str, Run] = {}
        self.draining = False

    def __len__(self) -> int:
        return len(self._by_chat)

    @contextmanager
    def admit(self, run: Run) -> Iterator[None]:
        """Hold a place, and the chat, for `run`.

        Raises:
            Draining: the server is shutting down.
            TooManyRuns: all places are taken.
            ChatBusy: the chat has a run.
            ChatNotFound: it has a run, and another owner.
        """
        if self.draining:
            raise Draining("the server is shutting down")
        if len(self) >= self._limit:
            raise TooManyRuns(f"{self._limit} answers are being written already")
        if sum(one.owner == run.owner for one in self._by_chat.values()) >= self._per_owner:
            raise TooManyRuns(f"{self._per_owner} answers of yours are being written already")
        chat_id = run.ids.chat_id
        if (busy := self._by_chat.get(chat_id)) is not None:
            if busy.owner != run.owner:
                raise ChatNotFound(f"there is no chat {chat_id}")
            raise ChatBusy("this chat is still being answered; stop that answer or wait for it")
        self._by_chat[chat_id] = run
        try:
            yield
        finally:
            self.release(run)

    def release(self, run: Run) -> None:
        """Give the run's place back, if it still holds one."""
        if self._by_chat.get(run.ids.chat_id) is run:
            del self._by_chat[run.ids.chat_id]

    async def end(self, chat_id: str, owner: str, *, within_s: float) -> None:
        """Stop the run of an owner's chat, if it has one, and wait until its turn is stored.

        Args:
            chat_id: of the chat.
            owner: whose run it must be.
            within_s: how long to wait, in seconds.
        """
        run = self._by_chat.get(chat_id)
        if run is None or run.owner != owner:
            return
        await run.stop("user")
        with anyio.move_on_after(within_s):
            # Not an event: each of very many runs would hold one for the few that are deleted.
            while self._by_chat.get(chat_id) is run:  # noqa: ASYNC110
                await anyio.sleep(POLL_S)

    async def drain(self) -> None:
        """Admit no more runs and stop those that are under way."""
        self.draining = True
        async with anyio.create_task_group() as tasks:
            for run in list(self._by_chat.values()):
                tasks.start_soon(run.stop, "shutdown")
