"""What the AI SDK's `useChat` sends: a conversation of messages in parts."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from citewire.api.compat.conversation import MOST_MESSAGES, cited_by, turns_of
from citewire.api.schemas import Filters, Identifier
from citewire.storage.chats.store import Message
from citewire.workflows.catalogue.model import SpokenOf

_OURS: Final = re.compile(r"[0-9a-f]{32}")
"""The ids that this server makes; those of `useChat` are shorter, or have dashes."""

GivenId = Annotated[str, Field(max_length=200)]


class UiPart(BaseModel):
    """A part of a message: text, or a citation of ours; of what is neither nothing is read."""

    model_config = ConfigDict(extra="ignore")

    type: Annotated[str, Field(max_length=200)]
    text: Any = None
    data: Any = None


class UiMessage(BaseModel):
    """A message of the conversation; instructions (`system`) are not followed."""

    model_config = ConfigDict(extra="ignore")

    id: GivenId | None = None
    role: Literal["system", "user", "assistant"]
    parts: list[UiPart]

    @property
    def text(self) -> str:
        """All of its text."""
        texts = (part.text for part in self.parts if part.type == "text")
        return "\n".join(text for text in texts if isinstance(text, str))

    @property
    def spoken_of(self) -> SpokenOf | None:
        """The documents that its citations are of; None without any."""
        return cited_by(part.data for part in self.parts if part.type == "data-citation")


class UiChatRequest(BaseModel):
    """A question with what was said before; what is not named here is not looked at.

    With a `chat_id`, or an `id` that this server made, the stored chat is what was said before and
    the turn is kept in it; without, nothing is kept.
    """

    model_config = ConfigDict(extra="ignore")

    id: GivenId | None = None
    messages: Annotated[list[UiMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    trigger: Literal["submit-message", "regenerate-message"] | None = None
    messageId: GivenId | None = None  # noqa: N815 (the SDK's own name)
    chat_id: Identifier | None = None
    filters: Filters | None = None

    @field_validator("messages")
    @classmethod
    def _asks_something(cls, messages: list[UiMessage]) -> list[UiMessage]:
        last = messages[-1]
        if last.role != "user" or not last.text.strip():
            raise ValueError("the last message must be the user's, with text")
        if any(part.type == "file" for part in last.parts):
            raise ValueError("only text is understood: upload files with POST /documents")
        return messages

    @property
    def question(self) -> str:
        """What is asked: the last message."""
        return self.messages[-1].text.strip()

    @property
    def told_before(self) -> list[Message]:
        """The turns before the question."""
        return turns_of((one.role, one.text, one.spoken_of) for one in self.messages[:-1])

    @property
    def stored_chat(self) -> str | None:
        """The stored chat that is gone on with."""
        return self.chat_id or chat_named(self.id or "")


def chat_named(given: str) -> str | None:
    """The stored chat that an id of `useChat` names; None for one that it made up itself."""
    return given if is_ours(given) else None


def is_ours(given: str | None) -> bool:
    """Whether an id is one that this server makes."""
    return given is not None and _OURS.fullmatch(given) is not None
