"""What passages of a table are made of: its rows, and the heads that are repeated above them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from citewire.content.report import Page
from citewire.content.table import Cell, Span, Table, span_at
from citewire.services.passages.cutting import split_page
from citewire.text.tokens import count_tokens

_TOTAL = re.compile(r"\W{0,3}(?:total|sub-?total|summe|gesamt|suma|totale)", re.IGNORECASE)

LineName = Literal["caption", "unit"]
LINES: tuple[LineName, ...] = ("caption", "unit")


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """The rows of a table on its page, as they are counted and written."""

    page: Page
    table: Table
    grid: Sequence[Sequence[Cell]]
    english: bool

    def span(self, row: int, column: int) -> Span:
        """Where the words of a place stand; a cell over all columns is told once a row."""
        cell = self.grid[row][column]
        if column and cell.columns == self.table.columns:
            _, end = span_at(cell, row, 0)
            return end, end
        return span_at(cell, row, column)

    def is_subhead(self, row: int) -> bool:
        """Whether a row only names those below it: words in its first place and in no other."""
        cells = self.grid[row]
        first, *others = (self.span(row, column) for column in range(len(cells)))
        return first[0] < first[1] and not any(start < end for start, end in others)

    def is_total(self, row: int) -> bool:
        """Whether a row is a total, below which the subhead above holds no longer."""
        return _TOTAL.match(self.page.text, *self.span(row, 0)) is not None

    def tokens(self, row: int, columns: Sequence[int], limit: int | None = None) -> int:
        """Of some places of a row, with the bars between them; of each `limit` at most."""
        sizes = [self.count(self.span(row, column)) for column in columns]
        if limit is not None:
            sizes = [min(size, limit) for size in sizes]
        return sum(sizes) + max(len(sizes) - 1, 0)

    def count(self, span: Span) -> int:
        """The tokens of a part of the page."""
        return count_tokens(self.page.text[slice(*span)], english=self.english)

    def cut(self, span: Span, limit: int | None) -> Span:
        """The beginning of `span`, of `limit` tokens at most."""
        if limit is None or self.count(span) <= limit:
            return span
        text = self.page.text[slice(*span)]
        first = split_page(text, max_tokens=limit, overlap=0, english=self.english, min_words=0)[0]
        return span[0] + first.start, span[0] + first.end


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as a passage has it.

    Args:
        rows: of which table.
        number: which one.
        limit: tokens of each of its places, at most.
        cut: what is taken of its last place in the passage, if not all.
        is_repeated: whether it is told in a passage before.
    """

    rows: TableRows
    number: int
    limit: int | None = None
    cut: Span | None = None
    is_repeated: bool = False

    def spans(self, columns: Sequence[int]) -> list[Span]:
        """Where its words stand on the page."""
        spans = [
            self.rows.cut(self.rows.span(self.number, column), self.limit) for column in columns
        ]
        return spans if self.cut is None else [*spans[:-1], self.cut]


@dataclass(frozen=True, slots=True)
class TableLine:
    """The caption or the unit line of a table."""

    name: LineName
    rows: TableRows
    span: Span


@dataclass(frozen=True, slots=True)
class TableHeads:
    """What is repeated in each passage of a table: lines of their own, and rows of heads."""

    lines: tuple[TableLine, ...]
    rows: tuple[TableRow, ...]

    def tokens(self, columns: Sequence[int]) -> int:
        """How many there are above some columns."""
        lines = sum(line.rows.count(line.span) for line in self.lines)
        return lines + sum(row.rows.tokens(row.number, columns, row.limit) for row in self.rows)

    def cut_down(self, columns: Sequence[int], room: int, limit: int) -> "TableHeads":
        """The same in less than `room` tokens, if it can be, for passages of `limit`."""
        heads = self
        if heads.tokens(columns) > room:
            shares = {"caption": limit // 4, "unit": limit // 8}
            lines = tuple(
                replace(line, span=line.rows.cut(line.span, max(shares[line.name], 1)))
                for line in heads.lines
            )
            heads = replace(heads, lines=lines)
        if heads.tokens(columns) > room:
            short = max(limit // 16, 4)
            heads = replace(heads, rows=tuple(replace(row, limit=short) for row in heads.rows))
        while heads.tokens(columns) > room and len(heads.rows) > 1:
            # The lowest says most of what stands below it.
            heads = replace(heads, rows=heads.rows[1:])
        return heads

    def bands(self, columns: Sequence[int], side: Sequence[int], room: int) -> Iterator[list[int]]:
        """`columns`, as many at a time as have heads of `room`, each time with those at the side.

        Of these it is done without where they leave no room for others.
        """
        if self.tokens(columns) <= room:
            yield list(columns)
            return
        kept = list(side) if self.tokens(side) * 3 <= room * 2 else []
        band: list[int] = []
        for column in (column for column in columns if column not in kept):
            if band and self.tokens([*kept, *band, column]) > room:
                yield [*kept, *band]
                band = []
            band.append(column)
        if band:
            yield [*kept, *band]
