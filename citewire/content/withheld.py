"""Text of a passage that is kept from models: what its metadata says, and how it is taken out."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from citewire.content.table import Span, Table

WITHHELD = "withheld"
"""The key of a passage's metadata: JSON `[[start, end, reason], ...]`, in characters of its text,
in order and without overlap; absent where there is nothing."""

MARK = "[withheld]"
"""Stands in a prompt where text was taken out."""

Spans = Sequence[tuple[int, int, str]]


def to_json(spans: Spans) -> str:
    """`spans` as they are kept."""
    return json.dumps(spans, separators=(",", ":"))


def spans_of(metadata: dict[str, Any]) -> Spans:
    """What is withheld of a passage with this metadata."""
    kept = metadata.get(WITHHELD)
    return [(start, end, reason) for start, end, reason in json.loads(kept)] if kept else ()


def without(text: str, spans: Spans, mark: str = MARK) -> str:
    """`text` with `mark` in the place of each of `spans`."""
    parts, position = [], 0
    for start, end, _ in spans:
        parts += [text[position:start], mark]
        position = end
    return "".join([*parts, text[position:]])


def is_withheld(text: str, spans: Spans) -> bool:
    """Whether nothing but signs and spaces is left of `text`."""
    return bool(spans) and not any(map(str.isalnum, without(text, spans, "")))


def without_in_table(table: Table, spans: Spans, mark: str = MARK) -> Table:
    """`table` as it stands in its text once `mark` is in the place of each of `spans`."""

    def moved(place: int) -> int:
        by = 0
        for start, end, _ in spans:
            if place >= end:
                by += len(mark) - (end - start)
            elif place > start:
                return start + by + len(mark)
        return place + by

    def span(kept: Span | None) -> Span | None:
        return None if kept is None else (moved(kept[0]), moved(kept[1]))

    cells = tuple(
        replace(cell, spans=tuple((moved(start), moved(end)) for start, end in cell.spans))
        for cell in table.cells
    )
    return replace(table, cells=cells, caption=span(table.caption), unit=span(table.unit))
