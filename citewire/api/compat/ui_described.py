"""The parts of a UI message stream, for the description alone: they are sent as they are made."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", alias_generator=to_camel)


class UiStart(_Part):
    """The message begins; its metadata name run and chat."""

    type: Literal["start"]
    message_id: str
    message_metadata: dict[str, Any]


class UiMark(_Part):
    """A step or the answer begins or is over."""

    type: Literal["start-step", "finish-step", "abort"]


class UiStatus(_Part):
    """What is going on."""

    type: Literal["data-status"]
    data: dict[str, Any]
    transient: Literal[True]


class UiData(_Part):
    """What the SDK has no words for; sent again with the same id, it replaces what was sent."""

    type: Literal["data-query", "data-citation", "data-verdict", "data-warning"]
    id: str
    data: dict[str, Any]


class UiSource(_Part):
    """A passage."""

    type: Literal["source-document"]
    source_id: str
    media_type: str
    title: str
    filename: str
    provider_metadata: dict[str, Any]


class UiText(_Part):
    """The text of the answer begins or is over."""

    type: Literal["text-start", "text-end"]
    id: str


class UiDelta(_Part):
    """A piece of the answer."""

    type: Literal["text-delta"]
    id: str
    delta: str


class UiMetadata(_Part):
    """More about the message."""

    type: Literal["message-metadata"]
    message_metadata: dict[str, Any]


class UiError(_Part):
    """The answer failed; why, for a person."""

    type: Literal["error"]
    error_text: str


class UiFinish(_Part):
    """The message is over; `[DONE]` follows, which is no JSON."""

    type: Literal["finish"]
    finish_reason: Literal["stop", "length", "content-filter", "error"]


Part = (
    UiStart
    | UiMark
    | UiStatus
    | UiData
    | UiSource
    | UiText
    | UiDelta
    | UiMetadata
    | UiError
    | UiFinish
)


class UiStreamPart(RootModel[Annotated[Part, Field(discriminator="type")]]):
    """A part of the AI SDK's UI message stream."""
