"""The chats of an owner: made, listed, searched, renamed, deleted and brought back."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import anyio

from citewire.errors import ChatNotFound, StorageError
from citewire.services.chats.hits import Snippet, snippet_of
from citewire.services.pages.copies import PageCopies
from citewire.services.runs.runs import Runs
from citewire.storage.chats.store import UNDO_S, Chat, ChatStore

logger = logging.getLogger(__name__)

STOP_S = 3.0
"""How long a deletion waits for the run that it stops to store its turn."""
SWEEP_EVERY_S = 3600.0


@dataclass(frozen=True, slots=True)
class ListedChat:
    """A chat of a list, with the words that a search found in it."""

    chat: Chat
    snippet: Snippet | None = None


class Chats:
    """What a person does with chats besides asking.

    Args:
        store: where they are kept.
        runs: the questions that are being answered by this process.
        page_copies: of the pages that chats cite, tidied up when a chat is gone for good.

    Every method raises StorageError as the store does; a chat of another owner is not found.
    """

    def __init__(self, store: ChatStore, runs: Runs, page_copies: PageCopies) -> None:
        self._store = store
        self._page_copies = page_copies
        self._runs = runs

    async def create(self, owner: str, *, title: str = "") -> Chat:
        """Make an empty chat.

        Raises:
            TooManyChats: the owner has as many as there may be.
        """
        return await self._store.create(uuid4().hex, owner, title=title, listed=True)

    async def page(
        self, owner: str, *, limit: int, before: int | None, q: str = ""
    ) -> tuple[list[ListedChat], int | None]:
        """Chats, newest first; with `q`, those in which its words are. And where to go on."""
        if not q:
            chats, after = await self._store.page(owner, limit=limit, before=before)
            return [ListedChat(chat) for chat in chats], after
        hits, after = await self._store.search(owner, q, limit=limit, before=before)
        found = [ListedChat(chat, snippet_of(hit.text, q, hit.message_id)) for chat, hit in hits]
        return found, after

    async def read(self, chat_id: str, owner: str, *, last: int | None = None) -> Chat:
        """A chat with its active path, or the last messages of it.

        Raises:
            ChatNotFound: there is none of that id.
        """
        return await self._store.read(chat_id, owner, last=last)

    async def running(self, chat_id: str, owner: str) -> str | None:
        """The run that answers a chat at the moment, on whichever worker."""
        return await self._runs.of_chat(chat_id, owner)

    async def change(
        self, chat_id: str, owner: str, *, title: str | None = None, leaf_id: str | None = None
    ) -> Chat:
        """Rename a chat, or switch to the branch of a message.

        Raises:
            ChatNotFound, MessageNotFound: there is none of that id.
        """
        if leaf_id is not None:
            await self._store.switch(chat_id, owner, leaf_id)
        if title is not None:
            await self._store.rename(chat_id, owner, title)
        return await self._store.read(chat_id, owner, last=0)

    async def delete(self, chat_id: str, owner: str) -> datetime:
        """Delete a chat; a run in it is stopped first. Gives until when it can be restored.

        Raises:
            ChatNotFound: there is none of that id.
        """
        await self._runs.end(chat_id, owner, within_s=STOP_S)
        await self._store.delete(chat_id, owner)
        return _restorable_until()

    async def delete_all(self, owner: str) -> tuple[list[str], datetime]:
        """Delete all chats of an owner; gives their ids, and until when they can be restored."""
        deleted = []
        for chat_id in await self._store.ids(owner):
            try:
                await self.delete(chat_id, owner)
            except ChatNotFound:
                continue  # gone meanwhile
            deleted.append(chat_id)
        return deleted, _restorable_until()

    async def restore(self, chat_id: str, owner: str) -> Chat:
        """Bring a deleted chat back.

        Raises:
            ChatNotFound: it was not deleted, or too long ago.
        """
        await self._store.restore(chat_id, owner)
        return await self._store.read(chat_id, owner, last=0)

    async def rate(
        self, chat_id: str, owner: str, message_id: str, *, rating: str | None, comment: str
    ) -> None:
        """Keep what a person thinks of an answer; neither rating nor comment takes it back.

        Raises:
            ChatNotFound, MessageNotFound: there is no such chat or answer.
        """
        said = {"rating": rating, "comment": comment} if rating or comment else None
        await self._store.rate(chat_id, owner, message_id, said)

    async def keep_swept(self) -> None:
        """Again and again, forget what Redis let expire; until cancelled."""
        while True:
            try:
                _, documents = await self._store.sweep()
                self._page_copies.tidy(documents)
            except StorageError as error:
                logger.warning("the chats cannot be swept: %s", error)
            await anyio.sleep(SWEEP_EVERY_S)


def _restorable_until() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=UNDO_S)
