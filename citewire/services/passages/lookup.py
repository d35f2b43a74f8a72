"""A passage that was cited: what it says, where it stands on its page, where a quote stands in it.

Nothing is opened for it: text and rectangles were stored when the report was ingested.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from citewire.content.table import Box, Cell, Span, Table
from citewire.content.table_record import table_from_json
from citewire.errors import PassageNotFound
from citewire.services.citations.locating import Match
from citewire.services.citations.quotes import locate
from citewire.services.citations.rectangles import Rectangle, rectangles
from citewire.services.citations.source_table import touched_cells
from citewire.services.passages.layout import PassageLayout
from citewire.storage.library.passage_read import PassageReader, StoredPassage
from citewire.text.offsets import utf16_length, utf16_place


@dataclass(frozen=True, slots=True)
class FoundCell:
    """A cell of a passage's table.

    Args:
        row: the first row that it covers, from 0.
        column: the first column that it covers, from 0.
        rows: how many rows it covers.
        columns: how many columns it covers.
        text: its words.
        start: where they begin in the passage, in UTF-16 code units.
        end: where they end, exclusive.
        rectangle: around it on the page of the passage; None if it has none there.
        address: what it is called in its workbook (`Sheet!B7`); empty for tables of other files.
    """

    row: int
    column: int
    rows: int
    columns: int
    text: str
    start: int
    end: int
    rectangle: Rectangle | None
    address: str


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Some characters of a passage, from `start` up to `end` in UTF-16, and around their lines."""

    start: int
    end: int
    rectangles: list[Rectangle]


@dataclass(frozen=True)
class FoundPassage:
    """A passage with its layout."""

    stored: StoredPassage
    layout: PassageLayout

    @cached_property
    def table(self) -> Table | None:
        """Its grid, if it is a table and that is known."""
        return table_from_json(self.stored.table) if self.stored.table else None

    @property
    def figure(self) -> Rectangle | None:
        """The rectangle of a figure."""
        return None if self.layout.figure is None else _rectangle(self.layout.figure)

    def cells(self, start: int = 0, end: int | None = None) -> list[FoundCell]:
        """The cells of its table of which words stand between two places, in order; else all."""
        if self.table is None:
            return []
        boxes = self.layout.cells or (None,) * len(self.table.cells)
        touched = self.table.cells if end is None else touched_cells(self.table, start, end)
        wanted = set(map(id, touched))
        pairs = zip(self.table.cells, boxes, strict=True)
        return [self._cell(cell, box) for cell, box in pairs if id(cell) in wanted]

    def utf16(self, span: Span) -> Span:
        """A place of its text as it crosses the wire."""
        start, end = (utf16_length(self.stored.text[:place]) for place in span)
        return start, end

    def places(self, spans: Sequence[Span]) -> list[FoundPlace]:
        """Some of its characters on the page, by their places as they cross the wire."""
        text = self.stored.text
        return [
            FoundPlace(
                start, end, self.rectangles(utf16_place(text, start), utf16_place(text, end))
            )
            for start, end in spans
        ]

    def _cell(self, cell: Cell, box: Box | None) -> FoundCell:
        assert self.table is not None
        first, last = cell.spans[0]
        start, end = self.utf16((first, last))
        place = _rectangle(box) if box else _around(self.rectangles(first, last))
        return FoundCell(
            row=cell.row,
            column=cell.column,
            rows=cell.rows,
            columns=cell.columns,
            text=self.stored.text[first:last],
            start=start,
            end=end,
            rectangle=place,
            address=self.table.address(cell),
        )

    def rectangles(self, start: int, end: int) -> list[Rectangle]:
        """Around its characters `start` to `end`, one per line; none without a layout."""
        return rectangles(self.layout.lines, text=self.stored.text, start=start, end=end)

    @property
    def lines(self) -> list[Rectangle]:
        """Around all of it, one per line."""
        return self.rectangles(0, len(self.stored.text))


@dataclass(frozen=True, slots=True)
class Highlights:
    """Where a quote stands in a passage.

    Args:
        match: how it was found.
        quote: the words as the passage has them, empty if they were not found.
        start: where they begin in the passage, in UTF-16 code units.
        end: where they end, exclusive.
        rectangles: around them, one per line.
        cells: of a table, in which they stand.
    """

    match: Match
    quote: str
    start: int
    end: int
    rectangles: list[Rectangle]
    cells: list[FoundCell]


async def find_passage(passages: PassageReader, passage_id: str, owner: str) -> FoundPassage:
    """The owner's passage of that id, as it is stored now.

    Raises:
        PassageNotFound: the owner has none.
        StorageUnavailable, StorageError: Redis does not answer, or refuses.
    """
    stored = await passages.read(passage_id, owner)
    if stored is None:
        raise PassageNotFound(f"there is no passage {passage_id}")
    layout = (
        PassageLayout(stored.page, None, ())
        if stored.layout is None
        else PassageLayout.from_json(stored.layout)
    )
    return FoundPassage(stored, layout)


def highlights(passage: FoundPassage, quote: str) -> Highlights:
    """Where `quote` stands in `passage`."""
    found = locate(quote, passage.stored.text)
    start, end = passage.utf16((found.start, found.end))
    return Highlights(
        match=found.match,
        quote=found.text,
        start=start,
        end=end,
        rectangles=passage.rectangles(found.start, found.end),
        cells=passage.cells(found.start, found.end),
    )


def _rectangle(box: Box) -> Rectangle:
    return Rectangle(*(round(edge, 4) for edge in box))


def _around(found: list[Rectangle]) -> Rectangle | None:
    """One rectangle around some."""
    if not found:
        return None
    return Rectangle(
        min(one.x0 for one in found),
        min(one.y0 for one in found),
        max(one.x1 for one in found),
        max(one.y1 for one in found),
    )
