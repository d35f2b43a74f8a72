"""Tables of a page as grids, from drawn cells or from rows of text and their columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from citewire.services.reading.pdf.fragments import Fragment
from citewire.services.reading.pdf.layout import (
    CELL,
    Box,
    LaidBlock,
    LaidCell,
    LaidTable,
    TextLine,
)
from citewire.services.reading.pdf.lines import cell_line, text_rows


@dataclass(frozen=True, slots=True)
class Draft:
    """A cell of a table that is being made.

    Args:
        row: the first row that it covers, from 0.
        column: the first column that it covers, from 0.
        rows: how many rows it covers.
        columns: how many columns it covers.
        fragments: what stands in it.
        box: the rectangle drawn around it; None if there is none.
    """

    row: int
    column: int
    rows: int
    columns: int
    fragments: Sequence[Fragment]
    box: Box | None = None


def table_block(
    drafts: Iterable[Draft], edges: Sequence[tuple[float, float]], *, header_rows: int = 0
) -> LaidBlock:
    """The table that cells make, without the rows and columns in which nothing stands.

    Args:
        drafts: cells; places that none covers are empty.
        edges: left and right edge of each column.
        header_rows: how many rows at the top are known to be heads.
    """
    given = list(drafts)
    full = [draft for draft in given if draft.fragments]
    rows = _numbers(range(draft.row, draft.row + draft.rows) for draft in full)
    columns = _numbers(range(draft.column, draft.column + draft.columns) for draft in full)
    cells: list[LaidCell] = []
    taken: set[tuple[int, int]] = set()
    for draft in sorted(given, key=lambda draft: (not draft.fragments, draft.row, draft.column)):
        down = [rows[n] for n in range(draft.row, draft.row + draft.rows) if n in rows]
        beside = range(draft.column, draft.column + draft.columns)
        right = [columns[n] for n in beside if n in columns]
        places = {(a, b) for a in down for b in right}
        if not places or places & taken:
            continue
        taken |= places
        lines = [cell_line(row) for row in text_rows(draft.fragments)]
        box = draft.box or _around(lines)
        cells.append(LaidCell(down[0], right[0], lines, box, len(down), len(right)))
    kept = [edges[n] for n in sorted(columns)]
    bands = _bands(cells, len(rows))
    cells += [
        LaidCell(row, column, [], (kept[column][0], bands[row][0], kept[column][1], bands[row][1]))
        for row in range(len(rows))
        for column in range(len(kept))
        if (row, column) not in taken
    ]
    cells.sort(key=lambda cell: (cell.row, cell.column))
    heads = sum(n < header_rows for n in rows)
    table = LaidTable(len(rows), kept, cells, heads)
    return LaidBlock("table", row_lines(table), table=table)


def row_lines(table: LaidTable) -> list[TextLine]:
    """A line for each row of `table`, of the cells that begin in it."""
    rows: list[list[LaidCell]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        if cell.lines:
            rows[cell.row].append(cell)
    return [_row_line(cells) for cells in rows]


def _row_line(cells: list[LaidCell]) -> TextLine:
    lines = [line for cell in cells for line in cell.lines]
    if not lines:
        return TextLine("", (0.0, 0.0, 0.0, 0.0), 0.0)
    return TextLine(
        CELL.join(cell.text for cell in cells),
        _around(lines),
        max(lines, key=lambda line: len(line.text)).height,
        all(line.bold for line in lines),
        turn=lines[0].turn,
    )


def _numbers(ranges: Iterable[range]) -> dict[int, int]:
    """New numbers of the rows or columns in which something stands."""
    kept = sorted({number for each in ranges for number in each})
    return {number: new for new, number in enumerate(kept)}


def _around(lines: Sequence[TextLine]) -> Box:
    boxes = [line.box for line in lines]
    if not boxes:
        return (0.0, 0.0, 0.0, 0.0)
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def _bands(cells: Sequence[LaidCell], rows: int) -> list[tuple[float, float]]:
    """Upper and lower edge of each row, from cells of that row alone."""
    bands = [(0.0, 0.0)] * rows
    for cell in cells:
        if cell.rows == 1 and cell.lines:
            low, high = bands[cell.row]
            box = cell.box
            bands[cell.row] = (min(low, box[1]), max(high, box[3])) if high else (box[1], box[3])
    return bands
