"""What crosses the wire as JSON in the words of OpenAI's Chat Completions."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from citewire.api.compat.conversation import MOST_MESSAGES, cited_by, turns_of
from citewire.api.compat.openai_models import ModelName
from citewire.api.schemas import Filters, Identifier
from citewire.storage.chats.store import Message
from citewire.workflows.catalogue.model import SpokenOf


class TextPart(BaseModel):
    """A piece of a message; only text is understood."""

    type: Literal["text"]
    text: str


class GivenMessage(BaseModel):
    """A message of the conversation; instructions (`system`, `developer`) are not followed."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart] | None = None
    annotations: Annotated[list[Any], Field(max_length=MOST_MESSAGES)] | None = None
    """Of an answer of ours, where the client sends them back."""

    @property
    def spoken_of(self) -> SpokenOf | None:
        """The documents that its annotations cite; None without any."""
        found = (one for one in self.annotations or () if isinstance(one, dict))
        return cited_by(one.get("url_citation") for one in found)

    @property
    def text(self) -> str:
        """All of its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """How a stream is told."""

    include_usage: bool = False


class CompletionRequest(BaseModel):
    """A question with what was said before; what is not named here is not looked at.

    With `chat_id` the stored chat is what was said before, and the turn is kept in it; without,
    nothing is kept.
    """

    model_config = ConfigDict(extra="ignore")

    model: ModelName
    messages: Annotated[list[GivenMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    response_format: dict[str, Any] | None = None
    chat_id: Identifier | None = None
    filters: Filters | None = None

    @field_validator("messages")
    @classmethod
    def _asks_something(cls, messages: list[GivenMessage]) -> list[GivenMessage]:
        if messages[-1].role != "user" or not messages[-1].text.strip():
            raise ValueError("the last message must be the user's, with text")
        return messages

    @model_validator(mode="before")
    @classmethod
    def _no_calls(cls, body: Any) -> Any:
        if isinstance(body, dict) and body.get("tool_choice") not in (None, "none", "auto"):
            raise ValueError("tools cannot be called: leave tool_choice out")
        return body

    @field_validator("response_format", mode="before")
    @classmethod
    def _is_text(cls, wanted: Any) -> Any:
        if wanted is not None and (not isinstance(wanted, dict) or wanted.get("type") != "text"):
            raise ValueError("answers are text: leave response_format out")
        return wanted

    @property
    def question(self) -> str:
        """What is asked: the last message."""
        return self.messages[-1].text.strip()

    @property
    def told_before(self) -> list[Message]:
        """The turns before the question, as they are stored of a chat: two messages each."""
        return turns_of((one.role, one.text, one.spoken_of) for one in self.messages[:-1])
