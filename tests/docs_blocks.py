"""What the docs say of the code in lists is made from the code: the marked blocks, and their text.

`python -m tests.docs_blocks` writes them.
"""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from citewire.api.wire_schema import wire_schema
from citewire.services.answers.events import Ids
from citewire.services.reading.formats import FORMATS

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"(<!-- generated: ([\w -]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def blocks() -> dict[str, str]:
    """The text of each block by its name."""
    return {"formats": _formats(), "events": _events()}


def filled(page: str) -> str:
    """`page` with its blocks as they should be."""
    known = blocks()
    return BLOCK.sub(lambda block: f"{block[1]}{known[block[2]]}{block[4]}", page)


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _formats() -> str:
    rows = (
        (
            row.label,
            " ".join(f"`{suffix}`" for suffix in row.media_types),
            " ".join(f"`{kind}`" for kind in dict.fromkeys(row.media_types.values())),
        )
        for row in FORMATS
    )
    return table(("Format", "Endings", "Media type"), rows)


def _events() -> str:
    schema = wire_schema()
    found = (
        (name, schema["$defs"][reference["$ref"].rpartition("/")[2]])
        for name, reference in schema["properties"]["events"]["properties"].items()
    )
    rows = (
        (
            f"`{name}`",
            _fields(event["properties"]),
            event["description"].partition("\n\n")[0].replace("\n", " "),
        )
        for name, event in found
    )
    return table(("Event", "Data", "What it says"), rows)


def _fields(properties: dict[str, Any]) -> str:
    """The fields of an event; what names a run and its messages is told in one word."""
    ids = {field.name for field in dataclasses.fields(Ids)}
    has_ids = ids <= properties.keys()
    told = [
        f"`{name}`: {_kind(kind)}"
        for name, kind in properties.items()
        if not (has_ids and name in ids)
    ]
    return "; ".join([*told, "ids"] if has_ids else told)


def _kind(schema: dict[str, Any]) -> str:
    """The type of a field in words."""
    match schema:
        case {"$ref": reference}:
            return str(reference).rpartition("/")[2]
        case {"enum": values}:
            return " \\| ".join(f"`{value}`" for value in values)
        case {"anyOf": kinds}:
            return " or ".join(map(_kind, kinds))
        case {"type": "array", "items": items}:
            return f"list of {_kind(items)}"
        case {"const": value}:
            return f"`{value}`"
    return str(schema["type"])


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
