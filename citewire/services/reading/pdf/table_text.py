"""The text of a table of a page, its grid, and where each line of its cells stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from citewire.content.edges import encode
from citewire.content.report import LineBox
from citewire.content.table import Box, Cell, Grid, GridCell, PlacedCell, Table
from citewire.services.reading.cleaning import LINE_HYPHEN
from citewire.services.reading.heads import with_heads
from citewire.services.reading.hyphens import Spellings
from citewire.services.reading.pdf.layout import LaidCell, LaidTable, TextLine

LEVEL = 0.3
"""Cells are level if their edges are apart by less than this share of their height."""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table in a text: its rows, its grid, and the places of its lines in order."""

    text: str
    table: Table
    lines: tuple[LineBox, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """The text of a cell, and where each of its lines begins and ends in it."""

    text: str
    lines: tuple[tuple[int, int, TextLine], ...]


def written(
    laid: LaidTable, words: Spellings, start: int, size: tuple[float, float]
) -> WrittenTable:
    """Write `laid` as if its text began at `start` of that of a page of `size`.

    Words that are divided at the end of a line of a cell are mended.
    """
    texts = [_words(cell, words) for cell in laid.cells]
    cells = tuple(
        PlacedCell(
            cell.row,
            cell.column,
            GridCell(inside.text, cell.rows, cell.columns, _shares(cell.box, size)),
        )
        for cell, inside in zip(laid.cells, texts, strict=True)
    )
    grid = with_heads(
        Grid(
            laid.rows,
            len(laid.columns),
            cells,
            header_rows=laid.header_rows,
            continues=laid.continues,
        )
    )
    if laid.continues and not laid.repeats_heads:
        # Its heads are on the page before.
        grid = replace(grid, header_rows=laid.header_rows)
    text, table = grid.written(start)
    return WrittenTable(text, table, tuple(_lines(laid, table, texts, size)))


def _words(cell: LaidCell, words: Spellings) -> _Words:
    parts: list[str] = []
    places: list[tuple[int, int, TextLine]] = []
    length = 0
    for number, line in enumerate(cell.lines):
        following = cell.lines[number + 1] if number + 1 < len(cell.lines) else None
        mended = words.mended(line.text, following.text) if following is not None else None
        text = (line.text if mended is None else mended).replace(LINE_HYPHEN, "-")
        places.append((length, length + len(text), line))
        separator = " " if following is not None and mended is None else ""
        parts += [text, separator]
        length += len(text) + len(separator)
    return _Words("".join(parts), tuple(places))


def _lines(
    laid: LaidTable, table: Table, texts: Sequence[_Words], size: tuple[float, float]
) -> Iterator[LineBox]:
    """The places of the lines, row by row; those of a merged cell at each place it covers."""
    rows: list[list[tuple[int, Cell, _Words]]] = [[] for _ in range(table.rows)]
    for cell, inside in zip(table.cells, texts, strict=True):
        for number, (begin, end) in enumerate(cell.spans):
            if end > begin:
                rows[cell.row + number // cell.columns].append((begin, cell, inside))
    ends = _row_ends(table)
    for row, (first, end) in zip(rows, ends, strict=True):
        row.sort(key=lambda place: place[0])
        whole = _level_line(row)
        if whole is not None:
            yield _box(whole, first, end, size)
            continue
        for begin, _, inside in row:
            for low, high, line in inside.lines:
                yield _box(line, begin + low, begin + high, size)


def _row_ends(table: Table) -> list[tuple[int, int]]:
    """Where each row begins and ends."""
    low = [-1] * table.rows
    high = [-1] * table.rows
    for cell in table.cells:
        for number, (begin, end) in enumerate(cell.spans):
            row = cell.row + number // cell.columns
            low[row] = begin if low[row] < 0 else min(low[row], begin)
            high[row] = max(high[row], end)
    return list(zip(low, high, strict=True))


def _level_line(row: Sequence[tuple[int, Cell, _Words]]) -> TextLine | None:
    """The one line of a row whose cells are level lines over one place each."""
    if not row:
        return None
    lines: list[TextLine] = []
    for _, cell, inside in row:
        if cell.rows > 1 or cell.columns > 1 or len(inside.lines) > 1:
            return None
        line = inside.lines[0][2]
        if not line.edges or line.turn or (lines and not _is_level(lines[-1].box, line.box)):
            return None
        lines.append(line)
    boxes = [line.box for line in lines]
    x0, x1 = min(box[0] for box in boxes), max(box[2] for box in boxes)
    edges: list[float] = []
    column = 0
    for (_, cell, _), line in zip(row, lines, strict=True):
        # A bar is a word of the text that the page does not show.
        edges += (edges[-1:] or [x0]) * 2 * (cell.column - column)
        column = cell.column
        edges += line.edges
    return TextLine(
        "",
        (x0, min(box[1] for box in boxes), x1, max(box[3] for box in boxes)),
        lines[0].height,
        edges=edges,
    )


def _is_level(one: Box, other: Box) -> bool:
    apart = max(abs(one[1] - other[1]), abs(one[3] - other[3]))
    return apart < LEVEL * min(one[3] - one[1], other[3] - other[1])


def _box(line: TextLine, start: int, end: int, size: tuple[float, float]) -> LineBox:
    words = line.words
    if not line.turn and line.edges:
        words = encode(line.edges, line.box[0], line.box[2])
    return LineBox(start, end, *_shares(line.box, size), words, line.turn)


def _shares(box: Box, size: tuple[float, float]) -> Box:
    width, height = size
    if min(box) >= 0 and 0 < box[2] <= width and 0 < box[3] <= height:
        return box[0] / width, box[1] / height, box[2] / width, box[3] / height
    return (
        share(box[0], width),
        share(box[1], height),
        share(box[2], width),
        share(box[3], height),
    )


def share(place: float, whole: float) -> float:
    """A place on a page as a share of its width or height."""
    return min(max(place / whole, 0.0), 1.0) if whole > 0 else 0.0


def without_rows(laid: LaidTable, gone: set[int]) -> LaidTable | None:
    """`laid` without the rows `gone`; None if nothing is left."""
    kept = [row for row in range(laid.rows) if row not in gone]
    if not kept:
        return None
    new = {row: n for n, row in enumerate(kept)}
    cells = []
    for cell in laid.cells:
        rows = [new[row] for row in range(cell.row, cell.row + cell.rows) if row in new]
        if rows:
            cells.append(
                LaidCell(rows[0], cell.column, cell.lines, cell.box, len(rows), cell.columns)
            )
    heads = sum(row < laid.header_rows for row in kept)
    return LaidTable(len(kept), laid.columns, cells, heads)
