"""The lists in the docs are those of the code."""

from pathlib import Path

import pytest

from citewire.api.wire_schema import wire_schema
from tests.docs_blocks import PAGES, filled, names_on


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_generated_blocks_are_current(path: Path) -> None:
    page = path.read_text("utf-8")

    assert filled(page) == page, "run `make docs`"


def test_every_block_and_every_type_of_the_wire_stands_somewhere() -> None:
    schema = wire_schema()
    events = schema["properties"]["events"]["properties"].values()
    types = set(schema["$defs"]) - {event["$ref"].rpartition("/")[2] for event in events}
    found = set[str]().union(*(names_on(path.read_text("utf-8")) for path in PAGES))

    assert found == types | {"formats", "errors", "events", "metrics", "traces"}
