"""The published schema: every event and resource of the wire is in it, as it is sent."""

from collections.abc import Iterator
from typing import Any, cast

import orjson
import pytest
from pydantic import TypeAdapter

from citewire.api.schemas import Turn
from citewire.api.wire_schema import wire_schema
from citewire.services.answers.events import ENDS, EVENTS
from citewire.services.citations.model import Citation, Quote, Span, Verification
from tests.doubles.chat_client import ChatClient

CITATION = Citation(
    citation_id="c-1",
    n=2,
    label=1,
    passage_id="p",
    claim_span=Span(0, 12),
    marker_span=Span(13, 16),
    quote=Quote("Ships came.", 4, "exact"),
    verification=Verification("unchecked", None, "none"),
)


def definition(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], wire_schema()["$defs"][name])


def references(found: object) -> Iterator[str]:
    """Every `$ref` anywhere."""
    if isinstance(found, dict):
        if "$ref" in found:
            yield found["$ref"]
        for value in found.values():
            yield from references(value)
    elif isinstance(found, list):
        for value in found:
            yield from references(value)


def test_every_event_of_a_run_is_in_it() -> None:
    assert list(wire_schema()["properties"]["events"]["properties"]) == list(EVENTS)
    assert set(ENDS) < set(EVENTS)


def test_every_reference_is_defined_and_every_definition_is_used() -> None:
    used = {reference.removeprefix("#/$defs/") for reference in references(wire_schema())}

    assert used == set(wire_schema()["$defs"])


def test_what_is_sent_has_all_its_fields() -> None:
    source = definition("Source")

    assert set(source["required"]) == set(source["properties"])
    assert "origin" in definition("Citation")["required"]


def test_what_may_be_left_out_of_a_request_is_not_required() -> None:
    assert definition("AskRequest")["required"] == ["message"]


def test_a_citation_crosses_the_wire_and_comes_back() -> None:
    raw = orjson.dumps(CITATION)

    assert set(orjson.loads(raw)) == set(definition("Citation")["properties"])
    assert TypeAdapter(Citation).validate_json(raw) == CITATION


@pytest.mark.parametrize("field", ["citations", "sources"])
def test_a_turn_says_what_its_citations_and_sources_are(field: str) -> None:
    turn = Turn(message_id="m", role="user", text="t", status="complete", created_at="now")

    assert getattr(turn, field) == []
    assert "$ref" in definition("Turn")["properties"][field]["items"]


async def test_it_is_served(chat: ChatClient) -> None:
    assert (await chat.http.get("/schema/events.json")).json() == wire_schema()
