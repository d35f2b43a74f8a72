"""Chats that others may read: who is a member of all that is cited in them.

What is shared is what was said so far. The reader is shown the sources that lie in the reader's own
collections, and nothing that is the owner's alone: ratings, other branches, what was measured.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from citewire.errors import ChatNotFound, CitesPrivate
from citewire.services.access.caller import Caller
from citewire.services.access.reach import PRIVATE, Reaching
from citewire.storage.chats.record import Chat, Message, Share
from citewire.storage.chats.shares import ChatShares
from citewire.storage.chats.store import ChatStore

KEY_DIGITS: Final = 32
LEFT_OUT: Final = "(Left out: a list of reports that the owner of this chat may read.)"
"""In place of an answer that lists documents: whose they are was not kept with it."""
MOST_NAMED: Final = 5
"""So many private reports are named where sharing is refused."""

_SHOWN: Final = frozenset(
    (
        *("message_id", "parent_id", "role", "text", "status", "created_at"),
        *("sources", "citations", "warnings", "evidence", "document", "model"),
        *("finish_reason", "stopped_by", "error"),
    )
)
"""What others see of a message."""

_Source = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SharedChat:
    """A chat as one of its readers sees it.

    Args:
        chat: with the messages that are shared.
        share: by whom, and when.
        collections: what is cited in it: the names by the ids.
    """

    chat: Chat
    share: Share
    collections: Mapping[str, str]


class Sharing:
    """Shares chats, and reads what others shared.

    Args:
        store: the chats.
        shares: what is shared of them.
        reaching: tells who may read which collections.
    """

    def __init__(self, store: ChatStore, shares: ChatShares, reaching: Reaching) -> None:
        self._store = store
        self._shares = shares
        self._reaching = reaching

    async def begin(self, chat_id: str, owner: str) -> Chat:
        """Share a chat as it is now; what is said in it later is not shared by that.

        Raises:
            ChatNotFound: there is none of that id.
            CitesPrivate: it cites reports that nobody else may read.
        """
        chat = await self._store.read(chat_id, owner)
        if private := list(dict.fromkeys(map(_named, _private(chat.messages)))):
            raise CitesPrivate(_refusal(private))
        share = Share(
            key=secrets.token_hex(KEY_DIGITS // 2),
            leaf_id=chat.leaf_id or "",
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            by=owner,
        )
        return await self._shares.begin(chat_id, owner, share)

    async def end(self, chat_id: str, owner: str) -> None:
        """Share a chat no longer; what is not shared stays so.

        Raises:
            ChatNotFound: there is none of that id.
        """
        await self._shares.end(chat_id, owner)

    async def read(self, share_id: str, caller: Caller) -> SharedChat:
        """What is shared of a chat, as a caller may see it.

        Raises:
            ChatNotFound: nothing is, or the caller may not read all that it cites.
        """
        chat_id, key = split_share_id(share_id)
        try:
            chat = await self._shares.read(chat_id, key)
        except ChatNotFound as error:
            raise ChatNotFound(_NONE) from error
        # As it is now: who was a member a second ago may be none any more.
        names = (await self._reaching.now(caller)).names
        cited = {_collection(source): source for source in _drawn_on_in(chat.messages)}
        if chat.share is None or not names.keys() >= cited.keys():
            raise ChatNotFound(_NONE)
        # Not the leaf of today, which may lie behind what is shared.
        leaf_id = chat.share.leaf_id or None
        messages = [_shown(one, names) for one in chat.messages]
        shown = replace(chat, leaf_id=leaf_id, messages=messages)
        return SharedChat(shown, chat.share, {one: names[one] for one in cited})


_NONE: Final = "there is no such shared chat"


def share_id_of(chat: Chat) -> str:
    """What names a chat that is shared, and nobody can guess; empty: it is not."""
    return f"{chat.chat_id}{chat.share.key}" if chat.share else ""


def split_share_id(share_id: str) -> tuple[str, str]:
    """The id of a chat, and the key of its share."""
    return share_id[:-KEY_DIGITS], share_id[-KEY_DIGITS:]


def drawn_on(message: Message) -> Sequence[_Source]:
    """The sources that an answer is made of: those it cites, of one that cites nothing, all.

    Those with figures that its claims are calculated of are cited, too. Of an answer that says that
    there is none, it is those whose titles it says.
    """
    sources = message.get("sources") or ()
    told = _calculated_of(message)
    if cited := [one for one in sources if one.get("cited") or not told.isdisjoint(_within(one))]:
        return cited
    if _lists_documents(message):
        return ()
    if message.get("finish_reason") == "no_evidence":
        return [one for one in sources if one["title"] and one["title"] in message["text"]]
    return sources if message["text"] else ()


def _calculated_of(message: Message) -> set[str]:
    """The passages that are named beside the cited ones, in what the verdicts say."""
    verdicts = [citation["verification"] for citation in message.get("citations") or ()]
    operands = {
        operand["passage_id"]
        for verdict in verdicts
        for worked in verdict.get("calculations") or ()
        for operand in worked["operands"]
    }
    return operands | {one["beside"]["passage_id"] for one in verdicts if one.get("beside")}


def _within(source: _Source) -> list[str]:
    """The passage of a source, and those that were shown with it."""
    beside = [passage["passage_id"] for passage in source.get("context") or ()]
    return [source["passage_id"], *beside]


def _lists_documents(message: Message) -> bool:
    is_cited = any(source.get("cited") for source in message.get("sources") or ())
    return message.get("route") == "catalogue" and not is_cited


def _drawn_on_in(messages: Sequence[Message]) -> Iterator[_Source]:
    for message in messages:
        yield from drawn_on(message)


def _private(messages: Sequence[Message]) -> Iterator[_Source]:
    return (source for source in _drawn_on_in(messages) if _collection(source) == PRIVATE)


def _collection(source: _Source) -> str:
    # What was answered before there were collections lay in none.
    return str(source.get("collection", PRIVATE))


def _named(source: _Source) -> str:
    return str(source["title"] or source["file_name"])


def _refusal(private: Sequence[str]) -> str:
    named = "; ".join(private[:MOST_NAMED])
    more = f" and {len(private) - MOST_NAMED} more" if len(private) > MOST_NAMED else ""
    return (
        f"the chat cites reports that only you may read: {named}{more}. "
        "Put them into a shared collection and ask there, or ask of shared collections alone"
    )


def _shown(message: Message, readable: Collection[str]) -> Message:
    """A message as others see it, with what lies in collections that may be read."""
    shown = {name: value for name, value in message.items() if name in _SHOWN}
    if _lists_documents(message):
        shown["text"] = LEFT_OUT
    sources = [one for one in message.get("sources") or () if _collection(one) in readable]
    known = {source["doc_id"] for source in sources}
    shown["sources"] = [
        {
            **one,
            "also_in": [same for same in one.get("also_in", ()) if _collection(same) in readable],
        }
        for one in sources
    ]
    shown["warnings"] = [
        one
        for one in message.get("warnings") or ()
        if known.issuperset(document["doc_id"] for document in one.get("documents", ()))
    ]
    document = message.get("document")
    if document and document["doc_id"] not in known:
        shown["document"] = None
    return shown
