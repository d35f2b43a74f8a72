"""What a call answers, in words for its description; nothing here is done per request."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

Described = dict[int | str, dict[str, Any]]
"""What FastAPI takes as `responses`."""
Content = dict[str, Any]

EVENT_SCHEMAS: Final = "x-event-schemas"
"""Beside the media type of a stream: the schema of the data of each event, by its name.

OpenAPI 3.2 has `itemSchema` for it, which makers of clients refuse so far with the whole version.
"""
EVENT_STREAM: Final = "text/event-stream"
UNNAMED: Final = "message"
"""What an event is called that has no name (HTML, 9.2)."""


def named(kind: str) -> Content:
    """The schema of a type by its name."""
    return {"$ref": f"#/components/schemas/{kind}"}


def event_stream(events: Mapping[str, str]) -> Content:
    """A stream of events; `events` has the names of their types by theirs."""
    return {
        EVENT_STREAM: {
            "schema": {"type": "string"},
            EVENT_SCHEMAS: {name: named(kind) for name, kind in events.items()},
        }
    }


def text(media_type: str) -> Content:
    """A text."""
    return {media_type: {"schema": {"type": "string"}}}


def files(media_types: Iterable[str]) -> Content:
    """A file of one of these types."""
    binary = {"type": "string", "format": "binary"}
    return {media_type: {"schema": binary} for media_type in dict.fromkeys(media_types)}


def answers(description: str, *contents: Content) -> dict[str, Any]:
    """One response, in any of several media types; without any it has no body."""
    if not contents:
        return {"description": description}
    return {
        "description": description,
        "content": {kind: told for one in contents for kind, told in one.items()},
    }


NOT_MODIFIED: Final = answers("what the client has is current (`If-None-Match`)")
