"""What crosses the wire as JSON about chats."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from citewire.api.schemas import Identifier, Turn
from citewire.services.answers.titles import plain_line
from citewire.services.chats.chats import ListedChat
from citewire.services.chats.hits import Snippet
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


class ChatSummary(BaseModel):
    """A chat without its messages; `message_count` counts those of all branches."""

    chat_id: str
    title: str
    created_at: str
    updated_at: str
    leaf_id: str | None
    message_count: int

    @classmethod
    def of(cls, chat: Chat) -> "ChatSummary":
        """As it is told."""
        return cls(**{name: getattr(chat, name) for name in cls.model_fields})


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
