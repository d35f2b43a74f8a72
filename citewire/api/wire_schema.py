"""The published JSON Schema of all that crosses the wire: the stream's events and the resources."""

from functools import cache
from typing import Any, Final

from fastapi import APIRouter
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from citewire.api import (
    access_schemas,
    chat_schemas,
    collection_schemas,
    reading_schemas,
    schemas,
    suggestion_schemas,
)
from citewire.services.answers.events import EVENTS

router = APIRouter(tags=["schema"])

REQUESTS: Final[tuple[type, ...]] = (
    access_schemas.NewKey,
    schemas.AskRequest,
    schemas.SearchRequest,
    chat_schemas.ChangeChat,
    chat_schemas.NewChat,
    chat_schemas.RateAnswer,
    collection_schemas.MemberRole,
    collection_schemas.NamedCollection,
    collection_schemas.SharedDocuments,
)
"""What is asked as JSON."""

RESOURCES: Final[tuple[type, ...]] = (
    access_schemas.ApiKeyList,
    access_schemas.MadeKey,
    access_schemas.Me,
    chat_schemas.ChatExport,
    chat_schemas.ChatList,
    chat_schemas.ChatView,
    chat_schemas.DeletedChat,
    chat_schemas.DeletedChats,
    chat_schemas.SharedChatView,
    collection_schemas.CollectionList,
    collection_schemas.CollectionView,
    schemas.CreatedJob,
    schemas.DocumentList,
    reading_schemas.DocumentPassages,
    reading_schemas.HitsView,
    reading_schemas.OutlineView,
    schemas.DocumentView,
    schemas.DocumentCorrection,
    schemas.FoundSources,
    schemas.HighlightsView,
    schemas.PlacesView,
    schemas.JobList,
    schemas.JobView,
    schemas.PassageStates,
    schemas.PassageView,
    schemas.ProblemView,
    schemas.Readiness,
    suggestion_schemas.SuggestionsView,
)
"""What is answered as JSON besides the stream."""


class AlwaysSent(GenerateJsonSchema):
    """What we send has all its fields, those with defaults too."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Whether a field is; what is asked may leave out what has a default."""
        if self.mode == "serialization":
            return True
        return super().field_is_required(field, total)


@cache
def wire_schema() -> dict[str, Any]:
    """One schema (JSON Schema 2020-12) with all types in `$defs`.

    Its properties are `events` (by the event's name), `requests` and `resources` (by the type's
    name), so that a generator of types reaches every definition.
    """
    named = {("events", name): kind for name, kind in EVENTS.items()}
    named |= {("requests", kind.__name__): kind for kind in REQUESTS}
    named |= {("resources", kind.__name__): kind for kind in RESOURCES}
    found, shared = TypeAdapter.json_schemas(
        [(key, _mode(key[0]), TypeAdapter(kind)) for key, kind in named.items()],
        schema_generator=AlwaysSent,
    )
    groups: dict[str, dict[str, Any]] = {"events": {}, "requests": {}, "resources": {}}
    for (key, _), schema in found.items():
        group, name = key
        groups[group][name] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CitewireProtocol",
        **_object({group: _object(members) for group, members in groups.items()}),
        **shared,
    }


def _mode(group: str) -> JsonSchemaMode:
    return "validation" if group == "requests" else "serialization"


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members)}


@router.get("/schema/events.json")
async def read_wire_schema() -> dict[str, Any]:
    """The schema of the stream's events and of the resources."""
    return wire_schema()
