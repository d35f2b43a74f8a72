"""What crosses the wire as JSON in the words of OpenAI's Chat Completions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from citewire.api.schemas import Filters, Identifier
from citewire.storage.chats.store import Message
from citewire.workflows.catalogue.model import MOST_SPOKEN_OF, SpokenOf

MODEL = "citewire"
MOST_MESSAGES = 1000


class TextPart(BaseModel):
    """A piece of a message; only text is understood."""

    type: Literal["text"]
    text: str


class CitedDocument(BaseModel):
    """What a citation of ours says of its document, as it comes back."""

    doc_id: Identifier
    only_document: bool = False


class SentAnnotation(BaseModel):
    """An annotation of an answer of ours, as it comes back."""

    url_citation: CitedDocument


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
        cited = [told for one in self.annotations or () if (told := _cited(one))]
        counts = Counter(one.doc_id for one in cited)
        if not counts:
            return None
        [(most, count), *_] = counts.most_common(1)
        ids = [most] if 2 * count > counts.total() else list(counts)[:MOST_SPOKEN_OF]
        return SpokenOf(ids, alone=all(one.only_document for one in cited))

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

    model: str
    messages: Annotated[list[GivenMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
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

    @property
    def question(self) -> str:
        """What is asked: the last message."""
        return self.messages[-1].text.strip()

    @property
    def told_before(self) -> list[Message]:
        """The turns before the question, as they are stored of a chat: two messages each."""
        turns: list[Message] = []
        for role, text, spoken_of in _in_turns(self.messages[:-1]):
            turn: Message = {"role": role, "text": text}
            turns.append(turn if spoken_of is None else turn | {"spoken_of": asdict(spoken_of)})
        # What was asked and got no answer belongs to no turn.
        return turns[: len(turns) // 2 * 2]


def _cited(annotation: object) -> CitedDocument | None:
    try:
        return SentAnnotation.model_validate(annotation).url_citation
    except ValidationError:  # of another service's answer
        return None


def _in_turns(messages: Sequence[GivenMessage]) -> list[tuple[str, str, SpokenOf | None]]:
    """Questions and answers in turn, beginning with a question; what follows its like is joined."""
    said: list[tuple[str, str, SpokenOf | None]] = []
    for message in messages:
        if message.role not in ("user", "assistant") or (message.role != "user" and not said):
            continue
        if said and said[-1][0] == message.role:
            _, before, spoken_of = said[-1]
            joined = f"{before}\n\n{message.text}"
            said[-1] = (message.role, joined, message.spoken_of or spoken_of)
        else:
            said.append((message.role, message.text, message.spoken_of))
    return said


class ModelView(BaseModel):
    """A model that can be asked for."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "citewire"


class ModelList(BaseModel):
    """All models that can be asked for."""

    object: Literal["list"] = "list"
    data: list[ModelView]
