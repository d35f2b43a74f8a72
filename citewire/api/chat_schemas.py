"""What crosses the wire as JSON about chats."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from citewire.api.schemas import Identifier, Turn
from citewire.services.answers.titles import plain_line
from citewire.services.chats.chats import ListedChat
from citewire.services.chats.hits import Snippet
from citewire.services.chats.sharing import SharedChat, share_id_of
from citewire.storage.chats.store import Chat

TITLE_CHARS = 120


def _one_line(title: str) -> str:
    if kept := plain_line(title):
        return kept
    raise ValueError("must have a character that can be seen")


Title = Annotated[str, StringConstraints(max_length=TITLE_CHARS), AfterValidator(_one_line)]


class NewChat(BaseModel):
    """A chat to be made."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None


class ChangeChat(BaseModel):
    """A new title, or a message through which the active path is to go."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    leaf_id: Identifier | None = None


class RateAnswer(BaseModel):
    """What a person thinks of an answer; without rating and comment it is taken back."""

    model_config = ConfigDict(extra="forbid")

    rating: Literal["up", "down"] | None = None
    comment: str = Field("", max_length=2000)


class ChatShare(BaseModel):
    """What others may read of a chat: up to the message `leaf_id`; `share_id` opens it."""

    share_id: str
    shared_at: str
    leaf_id: str | None


class ChatSummary(BaseModel):
    """A chat without its messages; `message_count` counts those of all branches."""

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    leaf_id: str | None
    message_count: int
    share: ChatShare | None

    @classmethod
    def of(cls, chat: Chat) -> "ChatSummary":
        """As it is told."""
        told = {name: getattr(chat, name) for name in ChatSummary.model_fields}
        return cls(**{**told, "share": _share(chat)})


class FoundChat(ChatSummary):
    """A chat of a list; `snippet` is what a search found in it."""

    snippet: Snippet | None

    @classmethod
    def from_found(cls, found: ListedChat) -> "FoundChat":
        """As it is told."""
        return cls(**ChatSummary.of(found.chat).model_dump(), snippet=found.snippet)


class ChatList(BaseModel):
    """A page of chats; `next_cursor` is null on the last."""

    chats: list[FoundChat]
    next_cursor: str | None


class ChatView(ChatSummary):
    """A chat with the messages of its active path, oldest first, and the run that answers it."""

    turns: list[Turn]
    running: str | None

    @classmethod
    def from_chat(cls, chat: Chat, running: str | None) -> "ChatView":
        """As it is told."""
        turns = [
            Turn.model_validate(
                {**message, "siblings": chat.siblings.get(message["message_id"], [])}
            )
            for message in chat.messages
        ]
        return cls(**ChatSummary.of(chat).model_dump(), turns=turns, running=running)


class CitedCollection(BaseModel):
    """A shared collection that a chat cites."""

    collection_id: str
    name: str


class SharedChatView(BaseModel):
    """A chat that its owner shared, as one of its readers sees it.

    `collections` are those that it cites, in all of which its readers are members. Its sources are
    those that one may read oneself, so that numbers may be missing among them.
    """

    title: str
    shared_by: str
    shared_at: str
    collections: list[CitedCollection]
    turns: list[Turn]

    @classmethod
    def of(cls, shared: SharedChat) -> Self:
        """As it is told."""
        cited = shared.collections.items()
        return cls(
            title=shared.chat.title,
            shared_by=shared.share.by,
            shared_at=shared.share.at,
            collections=[CitedCollection(collection_id=id_, name=name) for id_, name in cited],
            turns=[Turn.model_validate(message) for message in shared.chat.messages],
        )


class ChatExport(BaseModel):
    """A chat as a file: the messages of all branches, oldest first."""

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    leaf_id: str | None
    messages: list[Turn]


class DeletedChat(BaseModel):
    """A deleted chat, and until when it can be restored."""

    chat_id: str
    restorable_until: str


class DeletedChats(BaseModel):
    """All chats that were deleted, and until when each can be restored."""

    chat_ids: list[str]
    restorable_until: str


def _share(chat: Chat) -> ChatShare | None:
    if (share := chat.share) is None:
        return None
    return ChatShare(share_id=share_id_of(chat), shared_at=share.at, leaf_id=share.leaf_id or None)
