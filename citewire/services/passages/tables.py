"""Tables as passages: some rows each, under the caption, unit line and heads of their table.

Rows whose subhead ("Financing activities") stands in a passage before have it repeated. A row that
is too long with its heads is cut between its cells, each part under the heads of its columns; a
cell that is too long alone is cut as text is. Heads that would take more than half of a passage
are cut down: first caption and unit line, then the words of each head, then the upper rows of
heads, and at last the columns are told some at a time. Then all of the heads is told once, in
passages of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from citewire.content.report import Block, Page
from citewire.content.table import BAR, Cell, Span, Table, rows_span
from citewire.services.passages.cutting import split_page
from citewire.services.passages.table_rows import (
    LINES,
    TableHeads,
    TableLine,
    TableRow,
    TableRows,
)
from citewire.services.passages.writing import PassageWriter
from citewire.text.tokens import TOKEN


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table on its page."""

    page: Page
    table: Table


@dataclass(frozen=True, slots=True)
class TableDraft:
    """A passage of a table, written.

    Args:
        writer: its text and what that is made of.
        table: its rows with their heads, by their places in it; None if it is but text.
        start: where what it does not repeat begins on the page.
        end: where that ends, exclusive.
        body: where that begins in the passage.
    """

    writer: PassageWriter
    table: Table | None
    start: int
    end: int
    body: int


def table_drafts(
    page: Page,
    block: Block,
    *,
    above: PageTable | None,
    max_tokens: int,
    english: bool,
    min_words: int,
) -> Iterator[TableDraft]:
    """The passages of the table of `block`.

    Args:
        page: where it stands.
        block: with its table.
        above: the table that it goes on from, whose caption, unit and heads hold as far as it has
            none itself.
        max_tokens: longest passage, as `count_tokens` estimates.
        english: whether tokens are counted as those of English.
        min_words: of the table; one with fewer makes no passage.
    """
    if not _has_words(page.text[block.start : block.end], min_words):
        return
    for draft in _Cutter(page, block, above, max_tokens, english).drafts():
        if draft.start < draft.end and _has_words(draft.writer.text[draft.body :], 1):
            yield draft


def _has_words(text: str, at_least: int) -> bool:
    words = (match for match in TOKEN.finditer(text) if match.lastgroup)
    return len(list(islice(words, at_least))) == at_least


def _told_again(above: Table, table: Table) -> Table:
    """`above` without its caption if that tells another unit than that of `table`, its own."""
    if table.unit is None or above.caption is None or above.unit is None:
        return above
    return replace(above, caption=None) if _holds(above.caption, above.unit) else above


class _Cutter:
    """Cuts one table."""

    def __init__(
        self, page: Page, block: Block, above: PageTable | None, limit: int, english: bool
    ) -> None:
        assert block.table is not None
        self._block, self._limit, self._english = block, limit, english
        self._own = own = TableRows(page, block.table, block.table.grid(), english)
        self._above = (
            None
            if above is None
            else TableRows(
                above.page, _told_again(above.table, own.table), above.table.grid(), english
            )
        )
        self._both = [held for held in (own, self._above) if held is not None]
        table = own.table
        # Nothing but heads: then they are what is told.
        self._first = table.header_rows if table.header_rows < table.rows else 0
        header_rows, side, heads = self._first, table.header_columns, own
        if self._above is not None and self._above.table.columns == table.columns:
            side = side or self._above.table.header_columns
            if not header_rows:
                heads = self._above
                header_rows = min(heads.table.header_rows, heads.table.rows)
        self._side = list(range(min(side, table.columns)))
        rows = tuple(TableRow(heads, row) for row in range(header_rows))
        self._heads = TableHeads(tuple(self._lines(rows)), rows)

    def drafts(self) -> Iterator[TableDraft]:
        """All of its passages, in the order of the page."""
        block, columns = self._block, list(range(self._own.table.columns))
        start, end = rows_span(self._own.table, block.start)
        yield from self._beside(block.start, start)
        half = self._limit // 2
        heads = self._heads.cut_down(columns, half, self._limit)
        bands = list(heads.bands(columns, self._side, half))
        is_whole = heads is self._heads and len(bands) == 1
        if not is_whole:
            yield from self._heads_as_text()
        already: set[int] = set()
        for band in bands:
            # What stands at the side is told with the first of them.
            told = [column for column in band if column not in already]
            already.update(band)
            yield from self._packed(heads, band, told, tells_heads=is_whole)
        yield from self._beside(end, block.end)

    def _heads_as_text(self) -> Iterator[TableDraft]:
        """All of the heads of this table, wherever on its page."""
        block, own = self._block, self._own
        for line in self._heads.lines:
            if line.rows is own and not _holds((block.start, block.end), line.span):
                yield from self._as_text(*line.span)
        if self._first:
            yield from self._as_text(
                block.start, own.span(self._first - 1, own.table.columns - 1)[1]
            )

    def _lines(self, rows: Sequence[TableRow]) -> Iterator[TableLine]:
        """Caption and unit line, unless they are within what is repeated anyway."""
        repeated: list[tuple[Page, Span]] = [
            (row.rows.page, row.rows.span(row.number, column))
            for row in rows
            for column in range(row.rows.table.columns)
        ]
        for name in LINES:
            for held in self._both:
                span: Span | None = getattr(held.table, name)
                if span is not None and span[0] < span[1]:
                    if not any(page is held.page and _holds(one, span) for page, one in repeated):
                        yield TableLine(name, held, span)
                    repeated.append((held.page, span))
                    break

    def _packed(
        self, heads: TableHeads, band: list[int], told: list[int], *, tells_heads: bool
    ) -> Iterator[TableDraft]:
        """The rows of some columns, as many in each passage as there is room for."""
        own, room = self._own, self._limit - heads.tokens(band)
        rows: list[TableRow] = []
        size, is_first = 0, tells_heads
        subhead: int | None = None
        for number in range(self._first, own.table.rows):
            tokens = own.tokens(number, band)
            if rows and size + tokens > room:
                # No subhead stays behind without what it names.
                left = rows[-1:] if rows[1:] and rows[-1].number == subhead else []
                full = rows[: len(rows) - len(left)]
                yield self._written(heads, full, band, told, is_first=is_first)
                rows, is_first = left or self._named(number, subhead, band, room - tokens), False
                size = sum(own.tokens(row.number, band) for row in rows)
            if size + tokens > room:
                if alone := [row for row in rows if not row.is_repeated]:
                    yield self._written(heads, alone, band, told, is_first=is_first)
                yield from self._cut_row(heads, number, band, told)
                rows, size, is_first = [], 0, False
                continue
            rows.append(TableRow(own, number))
            size += tokens
            if own.is_subhead(number) or own.is_total(number):
                subhead = None if own.is_total(number) else number
        if rows:
            yield self._written(heads, rows, band, told, is_first=is_first)

    def _named(
        self, number: int, subhead: int | None, band: Sequence[int], room: int
    ) -> list[TableRow]:
        """The subhead above a row that begins a passage, if it has one and there is room."""
        own = self._own
        if subhead is None or 0 not in band or own.is_subhead(number):
            return []
        if own.tokens(subhead, band) > min(room, self._limit // 8):
            return []
        return [TableRow(own, subhead, is_repeated=True)]

    def _cut_row(
        self, heads: TableHeads, number: int, band: list[int], told: list[int]
    ) -> Iterator[TableDraft]:
        """A row that is too long, in parts of some cells."""
        own, row = self._own, TableRow(self._own, number)
        # The first column names the row even if it is not known to be a head.
        side = [column for column in self._side or [0] if column in band]
        side = (
            side if len(side) < len(band) and own.tokens(number, side) <= self._limit // 8 else []
        )

        def fits(columns: list[int]) -> bool:
            return heads.tokens(columns) + own.tokens(number, columns) <= self._limit

        # What is at the side is told with the first part, and repeated with the others.
        first = [column for column in side if column in told]
        part: list[int] = []
        for column in (column for column in told if column not in side):
            if part and not fits([*side, *part, column]):
                yield self._written(heads, [row], [*side, *part], [*first, *part])
                part, first = [], []
            if part or fits([*side, column]):
                part.append(column)
            else:
                for tells, piece in self._cell_cuts(heads, number, side, column, first):
                    yield self._written(heads, [piece], [*side, column], tells)
                first = []
        if part or first:
            yield self._written(heads, [row], [*side, *part], [*first, *part])

    def _cell_cuts(
        self, heads: TableHeads, number: int, side: list[int], column: int, first: list[int]
    ) -> Iterator[tuple[list[int], TableRow]]:
        """A row with its cell of `column` in pieces, and which of the columns each one tells."""
        start, end = self._own.span(number, column)
        taken = heads.tokens([*side, column]) + self._own.tokens(number, side) + 1
        for cut in self._cuts(start, end, max(self._limit - taken, 1), min_words=0):
            yield [*first, column], TableRow(self._own, number, cut=cut)
            first = []

    def _beside(self, start: int, end: int) -> Iterator[TableDraft]:
        """What stands in the block besides rows, caption and unit line."""
        known = filter(None, (self._own.table.caption, self._own.table.unit))
        for first, last in [*sorted(known), (end, end)]:
            if first > start:
                yield from self._as_text(start, min(first, end))
            start = max(start, last)

    def _as_text(self, start: int, end: int) -> Iterator[TableDraft]:
        for cut in self._cuts(start, end, self._limit, min_words=1):
            writer = PassageWriter()
            writer.add(self._own.page, *cut)
            yield TableDraft(writer, None, *cut, 0)

    def _cuts(self, start: int, end: int, limit: int, *, min_words: int) -> list[Span]:
        cuts = split_page(
            self._own.page.text[start:end],
            max_tokens=limit,
            overlap=0,
            english=self._english,
            min_words=min_words,
        )
        return [(start + cut.start, start + cut.end) for cut in cuts]

    def _written(
        self,
        heads: TableHeads,
        rows: Sequence[TableRow],
        columns: Sequence[int],
        told: Sequence[int],
        *,
        is_first: bool = False,
    ) -> TableDraft:
        """A passage of `rows` under `heads`.

        Args:
            heads: what is repeated.
            rows: of the table.
            columns: which are written.
            told: those of the columns that are not repeated.
            is_first: whether the heads are told here and not repeated.
        """
        writer = PassageWriter()
        own = _Own(self._block, self._own, is_first)
        places: dict[str, Span] = {}
        # Lines of the block after those from elsewhere, so that what is its own follows itself.
        for line in sorted(heads.lines, key=own.has_line):
            if is_first and _holds(rows_span(self._own.table), line.span):
                continue
            if places:
                writer.separate("\n")
            places[line.name] = writer.add(line.rows.page, *line.span)
            own.note(own.has_line(line), places[line.name][0], line.span)
        spans: list[list[Span]] = []
        for row in [*heads.rows, *rows]:
            if places or spans:
                writer.separate("\n")
            begin, found = writer.length, row.spans(columns)
            spans.append([])
            for number, span in enumerate(found):
                if number:
                    writer.separate(BAR)
                spans[-1].append(writer.add(row.rows.page, *span))
            is_of_body = row.rows is self._own and (is_first or row.number >= self._first)
            picked = [one for one, column in zip(found, columns, strict=True) if column in told]
            own.note(is_of_body and not row.is_repeated, begin, *picked)
        table = self._table([*heads.rows, *rows], columns, spans, len(heads.rows))
        table = replace(
            table,
            caption=places.get("caption") or self._found(writer, "caption"),
            unit=places.get("unit") or self._found(writer, "unit"),
        )
        return TableDraft(writer, table, own.start, own.end, own.body)

    def _found(self, writer: PassageWriter, name: str) -> Span | None:
        for held in self._both:
            if (span := getattr(held.table, name)) is not None:
                return writer.find(held.page, span)
        return None

    def _table(
        self,
        rows: Sequence[TableRow],
        columns: Sequence[int],
        spans: Sequence[Sequence[Span]],
        header_rows: int,
    ) -> Table:
        """The table of a passage, from where it was written."""
        cells: dict[int, tuple[TableRows, Cell, list[tuple[int, int]]]] = {}
        for down, row in enumerate(rows):
            for right, column in enumerate(columns):
                cell = row.rows.grid[row.number][column]
                cells.setdefault(id(cell), (row.rows, cell, []))[2].append((down, right))
        own = self._own.table
        is_sheet = bool(own.sheet)
        return Table(
            rows=len(rows),
            columns=len(columns),
            cells=tuple(
                Cell(
                    *covered[0],
                    spans=tuple(spans[down][right] for down, right in covered),
                    rows=covered[-1][0] - covered[0][0] + 1,
                    columns=covered[-1][1] - covered[0][1] + 1,
                    box=cell.box if held.page is self._own.page else None,
                )
                for held, cell, covered in cells.values()
            ),
            header_rows=header_rows,
            header_columns=sum(column in self._side for column in columns),
            sheet=own.sheet,
            row_numbers=tuple(row.rows.table.row_number(row.number) for row in rows if is_sheet),
            column_numbers=tuple(own.column_number(column) for column in columns if is_sheet),
        )


@dataclass(slots=True)
class _Own:
    """What of a passage is told here: the last run of what is not repeated."""

    block: Block
    rows: TableRows
    is_first: bool
    body: int = -1
    start: int = 0
    end: int = 0

    def has_line(self, line: TableLine) -> bool:
        """Whether a line above the rows is of this block."""
        return (
            self.is_first
            and line.rows is self.rows
            and _holds((self.block.start, self.block.end), line.span)
        )

    def note(self, is_told: bool, place: int, *spans: Span) -> None:
        """Take in what was written at `place`, and whether it is told here."""
        if not is_told:
            self.body, self.start, self.end = -1, 0, 0
            return
        self.body = place if self.body < 0 else self.body
        for start, end in spans:
            if start < end:
                self.start = min(self.start, start) if self.end else start
                self.end = max(self.end, end)


def _holds(outer: Span, inner: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
