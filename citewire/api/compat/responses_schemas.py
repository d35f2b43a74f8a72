"""What crosses the wire as JSON in the words of OpenAI's Responses."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from citewire.api.compat.conversation import MOST_MESSAGES, cited_by, turns_of
from citewire.api.compat.openai_models import ModelName
from citewire.api.schemas import CollectionId, Filters, Identifier
from citewire.storage.chats.store import Message
from citewire.workflows.catalogue.model import SpokenOf

NOT_STORED: Final = (
    "responses are not stored: send what was said before as input, or name a chat of this server "
    "in conversation (POST /chats makes one), which is then gone on with and keeps the turn"
)
RESULTS: Final = "file_search_call.results"
"""What a request includes to be given the passages that were found."""

_TEXTS: Final = frozenset(("input_text", "output_text", "text"))


class GivenPart(BaseModel):
    """A piece of a message; only text is understood, and of answers a refusal."""

    model_config = ConfigDict(extra="ignore")

    type: str
    text: str = ""
    annotations: Annotated[list[Any], Field(max_length=2 * MOST_MESSAGES)] | None = None

    @field_validator("type")
    @classmethod
    def _can_be_read(cls, kind: str) -> str:
        if kind not in _TEXTS and kind != "refusal":
            raise ValueError("only text is understood: upload files with POST /documents")
        return kind


class GivenItem(BaseModel):
    """A message of the conversation; instructions (`system`, `developer`) are not followed."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: list[GivenPart]

    @field_validator("content", mode="before")
    @classmethod
    def _in_parts(cls, content: Any) -> Any:
        return [{"type": "text", "text": content}] if isinstance(content, str) else content

    @property
    def text(self) -> str:
        """All of its text."""
        return "\n".join(part.text for part in self.content if part.type in _TEXTS)

    @property
    def spoken_of(self) -> SpokenOf | None:
        """The documents that its annotations cite; None without any."""
        return cited_by(one for part in self.content for one in part.annotations or ())


class PassedOver(BaseModel):
    """What stood beside the text of an earlier answer, and is sent back with it."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["file_search_call", "web_search_call", "reasoning"]


def _kind_of(item: Any) -> str:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind in (None, "message"):
        return "message"
    return "passed" if kind in ("file_search_call", "web_search_call", "reasoning") else str(kind)


Item = Annotated[
    Annotated[GivenItem, Tag("message")] | Annotated[PassedOver, Tag("passed")],
    Discriminator(
        _kind_of,
        custom_error_type="item",
        custom_error_message="only messages are understood, and answers as they were given",
    ),
]


class NamedChat(BaseModel):
    """A stored chat by its id."""

    id: Identifier


class GivenTool(BaseModel):
    """A tool: that of searching files says in which collections, any other is never called."""

    model_config = ConfigDict(extra="ignore")

    type: str
    vector_store_ids: Annotated[list[CollectionId], Field(max_length=1000)] = []
    filters: dict[str, Any] | None = None

    @field_validator("filters")
    @classmethod
    def _has_none(cls, filters: Any) -> Any:
        if filters is not None:
            raise ValueError("attributes cannot be filtered by: use filters of the request")
        return filters


class ResponseRequest(BaseModel):
    """A question with what was said before; what is not named here is not looked at.

    With `conversation` (or `chat_id`, which is the same) the stored chat is what was said before,
    and the turn is kept in it; without, nothing is kept.
    """

    model_config = ConfigDict(extra="ignore")

    model: ModelName
    input: Annotated[list[Item], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    include: Annotated[list[str], Field(max_length=20)] | None = None
    store: bool | None = None
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: NamedChat | None = None
    chat_id: Identifier | None = None
    tools: Annotated[list[GivenTool], Field(max_length=128)] | None = None
    tool_choice: Any = None
    text: dict[str, Any] | None = None
    prompt: Any = None
    metadata: (
        Annotated[
            dict[str, Annotated[str, StringConstraints(max_length=512)]], Field(max_length=16)
        ]
        | None
    ) = None
    filters: Filters | None = None

    @field_validator("input", mode="before")
    @classmethod
    def _as_items(cls, given: Any) -> Any:
        return [{"role": "user", "content": given}] if isinstance(given, str) else given

    @field_validator("input")
    @classmethod
    def _asks_something(cls, items: list[Item]) -> list[Item]:
        last = items[-1]
        if not isinstance(last, GivenItem) or last.role != "user" or not last.text.strip():
            raise ValueError("the last message must be the user's, with text")
        return items

    @field_validator("conversation", mode="before")
    @classmethod
    def _by_id(cls, given: Any) -> Any:
        return {"id": given} if isinstance(given, str) else given

    @field_validator("previous_response_id")
    @classmethod
    def _is_stateless(cls, given: str | None) -> str | None:
        if given is not None:
            raise ValueError(NOT_STORED)
        return given

    @field_validator("background")
    @classmethod
    def _is_awaited(cls, given: bool | None) -> bool | None:
        if given:
            raise ValueError("nothing is answered in the background: leave it out, or stream")
        return given

    @field_validator("tool_choice")
    @classmethod
    def _calls_nothing(cls, wanted: Any) -> Any:
        kind = wanted.get("type") if isinstance(wanted, dict) else wanted
        if kind not in (None, "none", "auto", "file_search"):
            raise ValueError("tools cannot be called: leave tool_choice out")
        return wanted

    @field_validator("text")
    @classmethod
    def _is_text(cls, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
        form = (wanted or {}).get("format")
        if form is not None and (not isinstance(form, dict) or form.get("type") != "text"):
            raise ValueError("answers are text: leave format out")
        return wanted

    @field_validator("prompt")
    @classmethod
    def _has_no_template(cls, given: Any) -> Any:
        if given is not None:
            raise ValueError("prompts are not stored here")
        return given

    @model_validator(mode="after")
    def _keeps_what_it_says(self) -> "ResponseRequest":
        if self.store and self.stored_chat is None:
            raise ValueError(f"store: {NOT_STORED}")
        if self.named_collections and self.filters and self.filters.collections:
            raise ValueError("filters.collections and vector_store_ids: name them in one of both")
        return self

    @property
    def question(self) -> str:
        """What is asked: the last message."""
        last = self.input[-1]
        return last.text.strip() if isinstance(last, GivenItem) else ""

    @property
    def told_before(self) -> list[Message]:
        """The turns before the question."""
        messages = [item for item in self.input[:-1] if isinstance(item, GivenItem)]
        return turns_of((one.role, one.text, one.spoken_of) for one in messages)

    @property
    def stored_chat(self) -> str | None:
        """The stored chat that is gone on with."""
        return self.conversation.id if self.conversation is not None else self.chat_id

    @property
    def named_collections(self) -> list[str]:
        """The collections that its tools are to search."""
        return [
            one
            for tool in self.tools or ()
            if tool.type == "file_search"
            for one in tool.vector_store_ids
        ]

    @property
    def searched(self) -> Filters | None:
        """What it may be answered from."""
        if not (named := self.named_collections):
            return self.filters
        return (self.filters or Filters()).model_copy(update={"collections": named})

    def told_of(self) -> Mapping[str, Any]:
        """What a response repeats of its request."""
        chat = self.stored_chat
        return {
            "model": self.model,
            "metadata": self.metadata or {},
            "conversation": None if chat is None else {"id": chat},
            "store": chat is not None,
        }
